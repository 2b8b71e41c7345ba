import numpy as np
import pytest

from kinemesh.motion import LANDMARKS
from kinemesh.problem import starts
from kinemesh.robot import RobotModel


def standing(robot: RobotModel) -> np.ndarray:
    """Landmarks of the robot at rest, facing +x."""
    return robot.configuration(robot.rest).landmarks()


def turned(points: np.ndarray, axis: str, angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    matrix = {
        "x": np.array([[1, 0, 0], [0, c, -s], [0, s, c]]),
        "y": np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]),
        "z": np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]),
    }[axis]
    return points @ matrix.T


@pytest.mark.parametrize("angle", [-3.0, -1.2, 0.0, 0.7, 2.5])
def test_every_start_faces_where_the_person_faces(robot: RobotModel, angle: float) -> None:
    for start in starts(robot, turned(standing(robot), "z", angle)):
        forward = start.rotations[1][:, 0]
        assert forward[:2] @ [np.cos(angle), np.sin(angle)] > 0.9


def test_every_start_is_within_the_joint_limits_at_the_pelvis(robot: RobotModel) -> None:
    landmarks = standing(robot) + np.array([1.0, -2.0, 0.3])
    for start in starts(robot, landmarks):
        assert np.all(start.q[7:] >= robot.lower)
        assert np.all(start.q[7:] <= robot.upper)
        np.testing.assert_allclose(start.q[:3], landmarks[LANDMARKS.index("pelvis")])


def test_a_lying_person_gets_a_lying_start(robot: RobotModel) -> None:
    lying = turned(standing(robot), "y", np.pi / 2)  # on the belly: what was up is now +x
    trunks = [start.rotations[1][:, 2] for start in starts(robot, lying)]
    assert max(trunk[0] for trunk in trunks) > 0.95


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_who_lies_on_a_side_exactly_gets_starts_that_face_as_she_does(
    robot: RobotModel, side: float
) -> None:
    points = standing(robot)
    points[:, 1] -= points[:, 1].mean()
    lying = turned(points, "x", side * np.pi / 2)
    for start in starts(robot, lying):
        assert np.all(np.isfinite(start.q))
        assert start.rotations[1][0, 0] > 0.9


def test_starts_differ_in_posture_and_in_the_lean_of_the_base(robot: RobotModel) -> None:
    found = starts(robot, turned(standing(robot), "y", 0.8))
    assert len({tuple(np.round(s.q[7:], 6)) for s in found}) == 2
    assert len({tuple(np.round(s.q[3:7], 6)) for s in found}) == 2
