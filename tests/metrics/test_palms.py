"""Where palms are on things: places, what they are taken from, and palms that creep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.metrics.geometry.palms import RobotPalm, knuckles, palm, palms_on, robot_palm
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.motion import LANDMARKS, Clip, Shape, Trajectory
from kinemesh.robot import RobotModel

Still = Callable[[], Trajectory]
CUBE = Shape.box((0.2, 0.2, 0.2))


def at(x: float, y: float = 0.0, z: float = 0.0, turn: Rotation | None = None) -> np.ndarray:
    """A pose ``(1, 7)``."""
    turn = turn or Rotation.identity()
    return np.array([[x, y, z, *turn.as_quat()]])


def test_palms_at_the_same_place_of_a_stretched_turned_box_agree() -> None:
    turn = Rotation.from_euler("z", 0.7)
    place, wide = np.array([[0.1, -0.04, 0.05]]), np.array([[0.2, -0.04, 0.05]])
    source = (Surface(CUBE), at(1.0))
    target = (Surface(CUBE.scaled((2.0, 1.0, 1.0))), at(0.0, 3.0, turn=turn))
    moved = np.array([0.0, 3.0, 0.0])
    person = place + np.array([1.0, 0.0, 0.0])

    def apart(robot: np.ndarray) -> float:
        its = RobotPalm(turn.apply(robot) + moved, 0.0, turn.apply([[-1.0, 0.0, 0.0]]))
        return float(palms_on(its, person, np.array([0]), target, source).apart[0])

    assert apart(wide) == pytest.approx(0.0, abs=1e-12)
    assert apart(wide + np.array([0.0, 0.03, 0.04])) == pytest.approx(0.05)
    assert apart(wide + np.array([0.06, 0.0, 0.0])) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("fingers", [False, True])
def test_a_palm_is_as_far_from_the_wrist_as_the_robots_from_its_hand(
    standing: Clip, robot: RobotModel, still: Still, fingers: bool
) -> None:
    wrist, elbow = standing.landmark("left_hand"), standing.landmark("left_elbow")
    clip, ahead = standing, wrist - elbow
    if fingers:
        ahead = np.broadcast_to([0.0, 0.06, -0.08], wrist.shape)
        names = (*standing.skeleton.joints, "LeftHandIndex1", "LeftHandMiddle1")
        knuckle = np.stack([wrist + ahead + (0.02, 0, 0), wrist + ahead - (0.02, 0, 0)], axis=1)
        clip = replace(
            standing,
            positions=np.concatenate([standing.positions, knuckle], axis=1),
            skeleton=replace(standing.skeleton, joints=names),
        )
    its = robot_palm(KinematicTrajectory(still(), robot), "left")
    assert its.beyond == pytest.approx(0.06, abs=1e-6)  # robot.toml of G1: the rubber hand's palm
    hand = robot.configuration(still().q[0]).landmarks()[LANDMARKS.index("left_hand")]
    assert np.linalg.norm(its.places[0] - hand) == pytest.approx(0.06, abs=1e-6)
    assert bool(knuckles(clip, "left")) == fingers
    along = palm(clip, "left", its.beyond) - wrist
    np.testing.assert_allclose(np.linalg.norm(along, axis=1), its.beyond)
    np.testing.assert_allclose(np.cross(along, ahead), 0.0, atol=1e-12)


def test_a_robot_without_a_palm_is_judged_by_wrists(
    standing: Clip, robot: RobotModel, still: Still, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(robot, "hands", ())
    posed = KinematicTrajectory(still(), robot)
    its = robot_palm(posed, "left")
    assert its.beyond == 0.0 and np.isnan(its.normals).all()
    np.testing.assert_array_equal(its.places, posed.landmarks[:, LANDMARKS.index("left_hand")])
    np.testing.assert_array_equal(palm(standing, "left", 0.0), standing.landmark("left_hand"))


@pytest.mark.parametrize("angle", [0.0, 40.0, 180.0])
@pytest.mark.parametrize("depth", [-0.03, 0.03])
def test_a_palm_is_turned_from_the_surface_as_it_was_put(angle: float, depth: float) -> None:
    """Beside the +x face of a cube, or inside it, the palm's normal turned about z."""
    turn = Rotation.from_euler("z", 0.7)
    normal = Rotation.from_euler("z", angle, degrees=True).apply([-1.0, 0.0, 0.0])
    its = RobotPalm(turn.apply([[0.1 + depth, 0.0, 0.0]]), 0.06, turn.apply([normal]))
    thing = (Surface(CUBE), at(0.0, turn=turn))
    found = palms_on(its, np.array([[0.1, 0.0, 0.0]]), np.array([0]), thing, (thing[0], at(0.0)))
    assert found.turned[0] == pytest.approx(angle, abs=1e-5)
