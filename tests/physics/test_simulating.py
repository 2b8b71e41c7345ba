"""The result of a simulation: what happened, beside what was to happen, as far as it went."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinemesh
import kinemesh.physics.simulating as simulating
from kinemesh import Result, RobotModel, Trajectory, retarget
from kinemesh.augment import PropPlace
from kinemesh.errors import ClipError, OptionError, WriteError
from kinemesh.motion import Clip
from kinemesh.physics.simulated import Simulated
from kinemesh.robot import links_of

pytest.importorskip("mujoco", reason="needs the package mujoco (extra physics)")

FRAMES = 10
RAISED = np.array([0.0, 0.0, 0.01, 0.0, 0.0, 0.0, 0.0])


@pytest.fixture(scope="module")
def lifted(robot: RobotModel, demos: dict[str, Clip]) -> Result:
    """A few frames in which both hands hold the box."""
    clip = replace(demos["lift_box"].crop(95, 95 + FRAMES), name="lift").with_masses(1.5)
    return retarget(clip, robot)


def happened(robot: RobotModel, result: Result, count: int, **more: Any) -> Simulated:
    """What a simulation would say of the first ``count`` frames: one foot and one hand push."""
    links = links_of(robot).names
    foot = links[next(s for s in robot.soles if s.name == "left").joint - 1]
    hand = links[robot.hulls[robot.touching["left_hand"].hulls[0]].joint - 1]
    forces = np.zeros((count, 3, 3))
    forces[1:3, 0, 2], forces[2:, 1, 0], forces[:, 2, 2] = 300.0, -15.0, 14.0
    props = [replace(p, track=p.track[:count] + RAISED) for p in result.scene.props]
    fields = {
        "followed": False,
        "ended": (count - 1) / 30.0,
        "reason": "base 0.52 m off at 0.2 s",
        "seed": 7,
        "velocities": np.ones((count, 35)),
        "torques": np.ones((count, 29)),
        "contacts": ((foot, "ground"), (hand, "box"), ("box", "ground")),
        "forces": forces,
        "points": np.zeros((count, 3, 3)),
        "body_error": np.full(count, 0.03),
        "prop_error": np.full(count, 0.02),
        "saturated": 0.0,
        "trajectory": replace(result.trajectory, q=result.trajectory.q[:count]),
        "scene": replace(result.scene, props=tuple(props)),
    }
    return Simulated(**{**fields, **more})


@pytest.fixture
def told(robot: RobotModel, lifted: Result, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the robot was asked; it answers six frames."""
    asked: dict[str, Any] = {}

    def follow(trajectory: Trajectory, model: RobotModel, **given: Any) -> Simulated:
        asked.update(given, trajectory=trajectory)
        return happened(robot, lifted, 6)

    monkeypatch.setattr(simulating, "follow", follow)
    return asked


def test_the_answer_is_as_long_as_it_was_followed_and_carries_what_was_asked(
    lifted: Result, told: dict[str, Any]
) -> None:
    answer = kinemesh.simulate(lifted, seed=7)
    assert told["seed"] == 7 and told["scene"].props[0].mass == 1.5
    assert len(answer) == 6 and answer.clip == "lift"
    assert answer.demonstration is not None and len(answer.demonstration) == 6
    np.testing.assert_array_equal(answer.landmarks, lifted.landmarks[:6])
    np.testing.assert_allclose(answer.tracks["box"][:, 2], lifted.tracks["box"][:6, 2] + 0.01)
    assert answer.scale == lifted.scale and answer.reports == ()
    assert answer.simulation is not None and answer.simulation.seed == 7
    assert type(answer.simulation) is kinemesh.result.Simulation
    assert answer.warnings[-1] == "simulated: not followed: base 0.52 m off at 0.2 s"


def test_what_stood_and_touched_is_what_was_pushed(lifted: Result, told: dict[str, Any]) -> None:
    answer = kinemesh.simulate(lifted)
    np.testing.assert_array_equal(answer.stance["left_toe"], [0, 1, 1, 0, 0, 0])
    assert not answer.stance["right_toe"].any()
    assert set(answer.touch) == set(lifted.touch)
    np.testing.assert_array_equal(answer.touch["left_hand", "box"], [0, 0, 1, 1, 1, 1])
    assert not answer.touch["right_hand", "box"].any()


def test_a_mass_that_is_given_is_that_of_the_simulated_prop(
    lifted: Result, told: dict[str, Any]
) -> None:
    answer = kinemesh.simulate(lifted, mass=4.0)
    assert told["scene"].props[0].mass == 4.0
    assert answer.demonstration is not None
    assert answer.demonstration.scene.props[0].mass == 1.5


def test_a_variant_keeps_the_scene_that_it_was_adapted_to(
    robot: RobotModel, demos: dict[str, Clip], told: dict[str, Any]
) -> None:
    clip = demos["lift_box"].crop(95, 95 + FRAMES)
    scene = PropPlace(x=0.05).apply(clip.scene, clip)
    result = retarget(clip, robot, scene=scene)
    assert result.target is not None
    answer = kinemesh.simulate(result)
    assert answer.target is not None
    np.testing.assert_array_equal(answer.target.props[0].track, result.target.props[0].track[:6])


def test_a_bare_trajectory_has_the_robots_own_landmarks(
    robot: RobotModel, lifted: Result, told: dict[str, Any]
) -> None:
    answer = kinemesh.simulate(lifted.trajectory)
    wanted = [robot.configuration(q).landmarks() for q in lifted.trajectory.q[:6]]
    np.testing.assert_allclose(answer.landmarks, wanted)
    assert answer.demonstration is None and answer.touch == {} and answer.clip == "g1"


def test_what_is_lost_at_once_is_an_answer_of_one_frame(
    robot: RobotModel, lifted: Result, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(simulating, "follow", lambda *_, **__: happened(robot, lifted, 1))
    answer = kinemesh.simulate(lifted)
    assert len(answer) == 1 and answer.demonstration is None
    again = Result.load(answer.save(tmp_path / "a.npz")).simulation
    assert again is not None and not again.followed
    with pytest.raises(WriteError, match="1 frame"):
        kinemesh.write(answer, tmp_path / "b.npz", format="mjlab")


def test_arguments_that_do_not_go_together_are_refused(lifted: Result) -> None:
    with pytest.raises(ClipError, match="unknown prop in masses: 'crate'"):
        kinemesh.simulate(lifted, mass={"crate": 1.0})
    with pytest.raises(OptionError, match="seed"):
        kinemesh.simulate(lifted, seed=-1)
    with pytest.raises(TypeError):
        kinemesh.simulate(3)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_box_that_is_held_falls_when_it_is_far_too_heavy(lifted: Result) -> None:
    light, heavy = (kinemesh.simulate(lifted, mass=m, threads=1) for m in (0.5, 300.0))
    assert light.simulation is not None and heavy.simulation is not None
    assert light.simulation.prop_error is not None and heavy.simulation.prop_error is not None
    count = min(len(light), len(heavy))
    errors = [s.simulation.prop_error[:count].max() for s in (light, heavy)]
    assert errors[1] > 2.0 * errors[0]
