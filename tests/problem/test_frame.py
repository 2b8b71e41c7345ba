from __future__ import annotations

import numpy as np
import pytest

from kinemesh.problem import Stance, Touchdown
from kinemesh.robot import RobotModel

UP = np.array([0.0, 0.0, 1.0])


def corners(heel: tuple[float, float, float], toe: tuple[float, float, float]) -> np.ndarray:
    """A sole 6 cm wide whose edges have these middles."""
    side = np.array([0.0, 0.03, 0.0])
    return np.array([heel + side, heel - side, toe + side, toe - side])


def stance(robot: RobotModel, whole: bool, known: Touchdown | None = None) -> Stance:
    return Stance(robot.soles[0], whole, np.array([0.0, 0.0, 0.5]), UP, touchdown=known)


def test_a_first_contact_is_where_the_solution_put_the_toe_on_the_surface(
    robot: RobotModel,
) -> None:
    down = stance(robot, True).planted(corners((0.0, 0.0, 0.51), (0.1, 0.1, 0.53)))
    np.testing.assert_allclose(down.toe, [0.1, 0.1, 0.5])
    assert down.heading is not None
    np.testing.assert_allclose(down.heading, np.array([1.0, 1.0, 0.0]) / np.sqrt(2.0))


def test_a_toe_alone_has_no_heading(robot: RobotModel) -> None:
    down = stance(robot, False).planted(corners((0.0, 0.0, 0.6), (0.1, 0.0, 0.5)))
    assert down.heading is None


def test_the_heel_that_follows_sets_the_heading_and_leaves_the_place(robot: RobotModel) -> None:
    known = Touchdown(np.array([0.1, 0.0, 0.5]), None)
    down = stance(robot, True, known).planted(corners((0.1, -0.2, 0.5), (0.1, 0.01, 0.5)))
    np.testing.assert_array_equal(down.toe, known.toe)
    assert down.heading is not None
    np.testing.assert_allclose(down.heading, [0.0, 1.0, 0.0], atol=1e-12)


def test_a_known_touchdown_is_kept(robot: RobotModel) -> None:
    known = Touchdown(np.array([0.1, 0.0, 0.5]), np.array([1.0, 0.0, 0.0]))
    assert stance(robot, True, known).planted(corners((1.0, 1.0, 0.0), (2.0, 3.0, 0.0))) is known


def test_a_heel_that_lifts_gives_its_heading_up(robot: RobotModel) -> None:
    known = Touchdown(np.array([0.1, 0.0, 0.5]), np.array([1.0, 0.0, 0.0]))
    down = stance(robot, False, known).planted(corners((0.0, 0.0, 0.6), (0.1, 0.0, 0.5)))
    np.testing.assert_array_equal(down.toe, known.toe)
    assert down.heading is None


@pytest.mark.parametrize("normal", [UP, np.array([0.6, 0.0, 0.8])])
def test_a_point_on_the_surface_stays(robot: RobotModel, normal: np.ndarray) -> None:
    here = Stance(robot.soles[0], True, np.array([1.0, 2.0, 3.0]), normal)
    moved = here.on_surface(np.array([0.3, -0.2, 5.0]))
    assert normal @ (moved - here.point) == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(here.on_surface(moved), moved, atol=1e-12)


def test_a_stance_is_settled_once_a_solution_cannot_change_what_it_asks(robot: RobotModel) -> None:
    toe, both = Touchdown(UP, None), Touchdown(UP, np.array([1.0, 0.0, 0.0]))
    for whole, known, settled in (
        *((True, None, False), (False, None, False), (True, toe, False)),
        *((True, both, True), (False, toe, True), (False, both, True)),
    ):
        assert stance(robot, whole, known).settled is settled
