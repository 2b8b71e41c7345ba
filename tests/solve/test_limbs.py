"""Which way the limbs go, and other ways they could."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.motion import LANDMARKS
from kinemesh.robot import RobotModel
from kinemesh.solve.limbs import STRAYED, Limbs, _even
from kinemesh.testing import random_configuration

K = LANDMARKS.index


@pytest.fixture(scope="module")
def limbs(robot: RobotModel) -> Limbs:
    return Limbs.of(robot)


def turn(axis: np.ndarray, angle: float, vectors: np.ndarray) -> np.ndarray:
    from scipy.spatial.transform import Rotation

    return Rotation.from_rotvec(angle * axis).apply(vectors)


def test_a_robot_with_all_joints_has_four_limbs_and_one_with_stiff_arms_two(
    robot: RobotModel,
) -> None:
    assert len(Limbs.of(robot).marks) == 4
    legs = Limbs.of(robot.frozen(["arms"]))
    assert sorted(legs.marks[:, 0]) == sorted([K("left_hip"), K("right_hip")])


def test_the_joints_of_a_limb_move_its_bones_and_nothing_else(
    limbs: Limbs, robot: RobotModel, rng: np.random.Generator
) -> None:
    q = random_configuration(robot, rng).q
    usual = robot.configuration(q).landmarks()
    for marks, joints in zip(limbs.marks, limbs.joints, strict=True):
        moved = q.copy()
        moved[7 + joints] = 0.5 * (robot.lower + robot.upper)[joints] + 0.1
        apart = np.linalg.norm(robot.configuration(moved).landmarks() - usual, axis=1)
        assert apart[marks[1:]].min() > 1e-3
        side, limb = ("left" if "left" in LANDMARKS[marks[0]] else "right"), marks[1:].tolist()
        toe = [K(f"{side}_toe")] if "knee" in LANDMARKS[marks[1]] else []
        rest = [k for k in range(len(LANDMARKS)) if k not in (marks[0], *limb, *toe)]
        assert apart[rest].max() < 1e-9
        # A shoulder's landmark is on the first link of the arm, near its axes.
        assert apart[marks[0]] < 0.02


@pytest.mark.parametrize("angle", [0.1, 0.7, 1.4, 3.0])
def test_a_bone_is_turned_by_the_angle_it_is_turned_by(
    limbs: Limbs, robot: RobotModel, angle: float, rng: np.random.Generator
) -> None:
    person = random_configuration(robot, rng).landmarks()
    bent = person.copy()
    shoulder, elbow, hand = (K(f"left_{mark}") for mark in ("shoulder", "elbow", "hand"))
    fore = person[hand] - person[elbow]
    axis = np.cross(fore, [0.3, -0.2, 0.9])
    bent[hand] = bent[elbow] + turn(axis / np.linalg.norm(axis), angle, fore)
    # Longer or shorter, it points the same way.
    bent[elbow] += bent[elbow] - bent[shoulder]
    bent[hand] += bent[elbow] - person[elbow]
    turned = limbs.turned(bent, person)
    arm = limbs.marks[:, 0].tolist().index(shoulder)
    assert turned[arm] == pytest.approx(angle, abs=1e-6)
    assert np.delete(turned, arm).max() < 1e-6
    assert limbs.strays(bent, person) == (angle > STRAYED)


def test_postures_are_spread_evenly_over_the_ranges() -> None:
    points = _even(256, 5)
    assert points.shape == (256, 5)
    assert 0.0 <= points.min() < points.max() < 1.0
    for column in points.T:
        counts = np.histogram(column, bins=16, range=(0.0, 1.0))[0]
        assert counts.min() >= 12
        assert counts.max() <= 20


def test_ways_change_only_limbs_that_stray_and_stay_within_the_limits(
    limbs: Limbs, robot: RobotModel
) -> None:
    found = robot.configuration(robot.rest)
    person = found.landmarks().copy()
    shoulder, elbow, hand = (K(f"right_{mark}") for mark in ("shoulder", "elbow", "hand"))
    up = np.array([0.0, 0.0, 1.0])
    person[elbow] = person[shoulder] + 0.2 * up
    person[hand] = person[elbow] + 0.2 * up
    ways = list(limbs.ways(found, person))
    assert len(ways) == 5
    arm = limbs.joints[limbs.marks[:, 0].tolist().index(shoulder)]
    others = np.setdiff1d(np.arange(len(robot.lower)), arm)
    for way in ways:
        np.testing.assert_array_equal(way[7 + others], found.q[7 + others])
        assert np.all(way[7:] >= robot.lower)
        assert np.all(way[7:] <= robot.upper)
        assert np.abs(way[7 + arm] - found.q[7 + arm]).max() > 0.8
    # The best comes first, and is a way for the arm to be about up.
    turned = [limbs.turned(robot.configuration(way).landmarks(), person).max() for way in ways]
    assert turned[0] == min(turned) < STRAYED
    assert list(limbs.ways(found, found.landmarks())) == []
