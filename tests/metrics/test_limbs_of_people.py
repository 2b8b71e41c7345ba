"""The ruler and other people: they push, and nobody carries them or is judged for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh import Result, demos, evaluate, metrics, retarget
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.measures.rests import bearers
from kinemesh.metrics.person.holding import held_offsets
from kinemesh.metrics.person.human import Hands
from kinemesh.metrics.person.proportions import proportioned
from kinemesh.motion import Scene
from kinemesh.robot import RobotModel
from two_people import beside, handshake


@pytest.fixture(scope="module")
def seated(robot: RobotModel) -> Result:
    clip = demos.FLOOR["sit"]()
    return retarget(clip.crop(len(clip) // 2 - 8, len(clip) // 2 + 8), robot)


def test_who_sits_on_a_lap_is_carried_by_it(seated: Result, robot: RobotModel) -> None:
    (chair,) = seated.scene.props
    lap = replace(chair, limb_of="person2")
    rows = [
        metrics.evaluate(seated.trajectory, robot, scene=Scene(props, None, 0.0))
        for props in ((chair,), (lap,), ())
    ]
    moments = [score["dynamics.residual_moment"].value for score in rows]
    assert max(moments[:2]) < 0.1 < 10.0 < moments[2]
    assert [score["dynamics.unsupported_share"].value for score in rows] == [0.0, 0.0, 100.0]


@pytest.mark.slow
def test_what_limbs_weigh_is_not_asked(robot: RobotModel) -> None:
    clip = handshake().crop(0, 12)
    score = evaluate(retarget(clip, robot))
    assert "person2" not in score["dynamics.residual_force"].note


@pytest.mark.slow
def test_limbs_do_not_bear_and_are_not_borne_and_hands_do_not_move_them(robot: RobotModel) -> None:
    clip, surfaces = handshake(), Surfaces()
    lying = demos.FLOOR["lie"]()
    scene = beside(lying, lying).scene
    assert bearers(scene, 30.0, surfaces) == {}
    things = replace(scene, props=tuple(replace(p, limb_of=None) for p in scene.props))
    assert bearers(things, 30.0, surfaces)  # as things they would be
    person = proportioned(clip, robot, 0.7, surfaces)
    assert held_offsets(Hands(clip, surfaces), person, 0.7) == {}


@pytest.mark.slow
def test_a_limb_that_is_not_where_it_is_scaled_to_is_seen(robot: RobotModel) -> None:
    clip = handshake().crop(20, 30)
    result = retarget(clip, robot)
    first, *rest = result.scene.props
    track = np.array(first.track)
    track[:, 0] += 0.04
    moved = replace(result.scene, props=(replace(first, track=track), *rest))
    score = metrics.evaluate(
        result.trajectory, robot, scene=moved, clip=clip, target=clip.scene, scale=result.scale
    )
    assert score["scene.place"].value == pytest.approx(4.0, abs=0.01)
