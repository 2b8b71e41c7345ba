"""The base and the joints of a clip on smooth paths."""

import numpy as np
import pytest

from kinemesh.robot import RobotModel
from kinemesh.solve.ease import Ease


@pytest.fixture
def rough(robot: RobotModel, rng: np.random.Generator) -> list[np.ndarray]:
    """A second of the robot at rest, shaken and with joints beyond what motors can do."""
    qs = np.tile(robot.rest, (30, 1))
    qs[:, :3] += rng.normal(scale=0.01, size=(30, 3))
    qs[:, 7:] = np.clip(qs[:, 7:] + rng.normal(size=qs[:, 7:].shape), robot.lower, robot.upper)
    return list(qs)


def jerk(places: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.diff(places, 3, axis=0) ** 2)))


def test_joints_on_a_path_keep_their_ranges_and_speeds(
    robot: RobotModel, rough: list[np.ndarray]
) -> None:
    before = np.array(rough)
    Ease(robot, rough, 30.0).joints()
    after = np.array(rough)
    np.testing.assert_array_equal(after[:, :7], before[:, :7])
    assert (after[:, 7:] >= robot.lower).all() and (after[:, 7:] <= robot.upper).all()
    assert (np.abs(np.diff(after[:, 7:], axis=0)) <= robot.velocity / 30.0 + 1e-12).all()
    assert jerk(after[:, 7:]) < 0.1 * jerk(before[:, 7:])


def test_a_base_goes_smoothly_and_turns_as_it_did(
    robot: RobotModel, rough: list[np.ndarray]
) -> None:
    before = np.array(rough)
    Ease(robot, rough, 30.0).base(np.zeros(30, dtype=bool))
    after = np.array(rough)
    np.testing.assert_array_equal(after[:, 3:], before[:, 3:])
    assert jerk(after[:, :3]) < 0.05 * jerk(before[:, :3])


def test_frames_that_are_not_eased_stay_and_the_path_goes_on_from_them(
    robot: RobotModel, rough: list[np.ndarray]
) -> None:
    before, there = np.array(rough), np.zeros(30, dtype=bool)
    there[10:20] = True
    Ease(robot, rough, 30.0).base(np.zeros(30, dtype=bool), there)
    after = np.array(rough)
    np.testing.assert_array_equal(after[~there], before[~there])
    assert jerk(after[10:20, :3]) < 0.3 * jerk(before[10:20, :3])


@pytest.mark.parametrize("blocked", [False, True])
def test_a_path_goes_nearer_to_where_rows_held_the_base(robot: RobotModel, blocked: bool) -> None:
    def eased(held: bool) -> float:
        qs = list(np.tile(robot.rest, (30, 1)))
        ease = Ease(robot, qs, 30.0)
        qs[15] = qs[15] + 0.01 * np.eye(robot.nq)[0]
        if not held:  # it was there before the path was laid
            ease = Ease(robot, qs, 30.0)
        flags = np.zeros(30, dtype=bool)
        flags[15] = blocked and held
        aside = qs[15][0]
        ease.base(flags)
        return abs(float(qs[15][0] - aside))

    assert eased(held=True) < (0.05 if blocked else 0.6) * eased(held=False)


def test_a_base_that_is_bolted_down_is_not_moved(robot: RobotModel) -> None:
    standing = robot.frozen(("legs",))
    assert standing.fixed_base
    qs = [standing.rest.copy() for _ in range(8)]
    qs[3][0] += 0.01
    before = np.array(qs)
    Ease(standing, qs, 30.0).base(np.zeros(8, dtype=bool))
    np.testing.assert_array_equal(np.array(qs), before)
