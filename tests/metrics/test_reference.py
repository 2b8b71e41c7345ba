"""The peers' own files, against what other rulers said of them (reference/README.md).

The released system's is measured by the command, in ``test_evaluate_command.py``.
"""

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.geometry import poses
from kinemesh.metrics import Limits, evaluate, official
from kinemesh.metrics.geometry.encounter import encounters
from kinemesh.metrics.geometry.selfcollision import SelfPairs
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.measures.contact import contact
from kinemesh.metrics.measures.hand_touches import hand_touches
from kinemesh.metrics.measures.palm_places import palm_places
from kinemesh.metrics.measures.penetration import penetration
from kinemesh.metrics.person.human import Hands
from kinemesh.motion import Scene, Trajectory
from kinemesh.robot import RobotModel
from recordings import recording


@pytest.fixture(scope="module")
def base():
    return RobotModel.load("g1_base")


@pytest.fixture(scope="module")
def clip(carrying):
    return carrying


def reference(name, robot, clip):
    qpos = np.load(recording(f"../reference/{name}"))["qpos"]
    q = np.hstack([poses.from_wxyz(qpos[:, :7]), qpos[:, 7:36]])
    trajectory = Trajectory(q, 30.0, robot.joint_names, robot.name)
    if qpos.shape[1] == 36:
        return trajectory, Scene(), replace(clip, scene=Scene())
    prop = replace(clip.scene.props[0], track=poses.from_wxyz(qpos[:, 36:]))
    return trajectory, Scene((prop,)), clip


@pytest.mark.slow
def test_gmrs_figures_are_reproduced(base, clip):
    trajectory, scene, clip = reference("gmr/sub3_largebox_003_object.npz", base, clip)
    # A hand deep in a box is dear to measure: how deep in every sixth frame, and about the deepest.
    rows = {row.name: row for row in evaluate(trajectory, base, scene=Scene(), clip=clip)}
    posed = KinematicTrajectory(trajectory, base)
    surfaces = Surfaces()
    things = encounters(scene, posed, surfaces)
    touching = hand_touches(scene, *things, Hands(clip, surfaces), surfaces)
    gaps = contact(posed, scene, clip, things[1], touching, Limits(), surfaces)
    places = palm_places(posed, scene, clip, touching, Limits())
    rows |= {row.name: row for row in (*gaps, *places)}
    some = sorted({*range(0, len(posed), 6), *range(34, 39)})
    prop = replace(scene.props[0], track=scene.props[0].track[some])
    posed, scene = (
        KinematicTrajectory(replace(trajectory, q=trajectory.q[some]), base),
        Scene((prop,)),
    )
    things = encounters(scene, posed, surfaces)
    deep = penetration(posed, scene, *things, SelfPairs(base), Limits())
    rows |= {row.name: row for row in deep if row.name.startswith("penetration.prop")}
    for name, figure, slack in (
        ("penetration.ground.max", 20.5, 0.7),
        ("penetration.prop.max", 103.0, 1.0),
        ("penetration.self.max", 21.4, 2.0),
        ("stance.slip_mean", 1.61, 0.15),
        ("contact.prop.gap_mean", 63.0, 5.0),
        ("contact.prop.gap_p95", 85.0, 2.0),
        ("contact.prop.place_mean", 124.0, 15.0),
        ("contact.prop.place_p95", 159.0, 15.0),
        ("smoothness.joint_jerk", 403.0, 1.0),
        ("smoothness.root_jerk", 26.0, 0.5),
        ("tracking.landmark_error_scaled", 8.0, 0.3),
    ):
        assert rows[name].value == pytest.approx(figure, abs=slack), name


@pytest.mark.slow
def test_the_released_evaluators_figures_are_reproduced_on_our_hulls(base, clip):
    """Its own output for these files, with MuJoCo 3.3.7."""
    trajectory, scene, its = reference("gmr/sub3_largebox_003_object.npz", base, clip)
    ours = official(trajectory, base, scene=scene, clip=its)
    assert ours.penetration_duration == pytest.approx(0.9591836734693877, abs=1e-12)
    assert ours.penetration_depth == pytest.approx(0.07139080654432862, rel=0.02)
    assert ours.sliding_duration == pytest.approx(0.005128205128205128, abs=1e-12)
    assert ours.sliding_velocity == pytest.approx(0.010018449351242208, rel=1e-6)
    assert ours.contact_preservation == 1.0
    trajectory, scene, its = reference("gmr/sub3_largebox_003_robot_only.npz", base, clip)
    ours = official(trajectory, base, scene=scene, clip=its)
    assert ours.penetration_duration == pytest.approx(0.030612244897959183, abs=1e-12)
    assert ours.penetration_depth == pytest.approx(0.015952781049632905, rel=0.05)
    assert ours.sliding_duration == pytest.approx(0.015384615384615385, abs=1e-12)
    assert ours.sliding_velocity == pytest.approx(0.010426451174825714, rel=1e-6)
    assert ours.contact_preservation is None
