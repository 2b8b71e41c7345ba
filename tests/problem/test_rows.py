from __future__ import annotations

import numpy as np
import pytest

from kinemesh.kernel import Bounded, Box, Residual


def test_the_cost_of_a_residual_is_its_weighted_square() -> None:
    residual = Residual(np.array([1.0, -2.0]), np.eye(2), np.array([3.0, 0.5]), 0.25)
    assert residual.cost == pytest.approx(3.0 + 2.0 + 0.25)
    assert Residual(np.array([1.0, -2.0]), np.eye(2), 2.0).cost == pytest.approx(10.0)


def test_bounds_may_be_one_number_or_one_a_row() -> None:
    rows = Bounded(np.array([0.0, 3.0]), np.eye(2), -1.0, np.array([1.0, np.inf]))
    np.testing.assert_array_equal(rows.lower, [-1.0, -1.0])
    low, high = rows.step_bounds()
    np.testing.assert_array_equal(low, [-1.0, -4.0])
    np.testing.assert_array_equal(high, [1.0, np.inf])


def test_a_violation_is_how_far_the_worst_row_is_out() -> None:
    rows = Bounded(np.array([0.0, -1.5, 3.0]), np.eye(3), -1.0, 1.0)
    np.testing.assert_array_equal(rows.excess(), [0.0, 0.5, 2.0])
    assert rows.violation() == 2.0
    assert Bounded(np.zeros(2), np.eye(2), -1.0, 1.0).violation() == 0.0
    assert Bounded(np.zeros(0), np.zeros((0, 2)), -1.0, 1.0).violation() == 0.0


def test_a_box_is_violated_when_it_does_not_let_stand_still() -> None:
    assert Box(np.array([-1.0]), np.array([1.0])).violation() == 0.0
    assert Box(np.array([0.25]), np.array([1.0])).violation() == 0.25
    assert Box(np.array([-1.0]), np.array([-0.5])).violation() == 0.5
