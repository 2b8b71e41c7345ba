"""Rectangles that grow: as far as they may, and into nothing."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.geometry.clearing import Rectangle

START = Rectangle((0.0, 0.0), (1.0, 1.0))
OUTER = Rectangle((-2.0, -2.0), (3.0, 3.0))


def test_where_nothing_is_in_the_way_it_grows_to_its_bounds() -> None:
    assert START.grown(OUTER, np.zeros((0, 2)), np.zeros(0)) == OUTER


def test_it_stops_at_what_is_beside_it() -> None:
    grown = START.grown(OUTER, np.array([[2.0, 0.5]]), np.array([0.1]))
    assert grown.high[0] == pytest.approx(1.9)
    assert grown.low == OUTER.low
    assert grown.high[1] == OUTER.high[1]


def test_what_is_inside_from_the_start_stops_nothing() -> None:
    assert START.grown(OUTER, np.array([[0.5, 0.5]]), np.array([0.1])) == OUTER


def test_no_square_is_entered_that_was_not() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        points, radii = rng.uniform(-3.0, 4.0, (40, 2)), rng.uniform(0.01, 0.3, 40)
        grown = START.grown(OUTER, points, radii)
        assert not np.any(grown.meets(points, radii - 1e-9) & ~START.meets(points, radii))
        assert min(START.low) >= max(grown.low) or grown.joined(START) == grown


def test_gaps_are_negative_where_they_overlap() -> None:
    other = Rectangle((1.5, 0.25), (2.0, 0.75))
    assert START.gaps(other) == pytest.approx([0.5, -0.75])
    assert other.gaps(START) == pytest.approx(START.gaps(other))
