import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from kinemesh.solve.mechanics.nonnegative import nonnegative

SPREAD = 1e-3


def one_by_one(matrices, wanted):
    ridge = SPREAD * np.eye(matrices.shape[2])
    nothing = np.zeros(matrices.shape[2])
    pairs = zip(matrices, wanted, strict=True)
    return np.array([nnls(np.vstack([a, ridge]), [*b, *nothing])[0] for a, b in pairs])


def assert_least(matrices, wanted, x):
    """The conditions of Karush, Kuhn and Tucker, which the minimum alone meets."""
    left = wanted - np.einsum("fmn,fn->fm", matrices, x)
    uphill = SPREAD**2 * x - np.einsum("fmn,fm->fn", matrices, left)
    size = np.abs(matrices).max(initial=1.0) * np.abs(wanted).max(initial=1.0)
    assert np.all(x >= 0.0)
    assert np.all(uphill >= -1e-13 * size)
    assert np.all(np.abs(uphill[x > 0.0]) <= 1e-13 * size)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 9), st.integers(1, 40))
@settings(deadline=None)
def test_minima_are_those_of_one_by_one(seed, count, rows, columns):
    rng = np.random.default_rng(seed)
    matrices, wanted = rng.normal(size=(count, rows, columns)), rng.normal(size=(count, rows))
    # Columns that look one way, of which some wrenches are out of reach.
    matrices[: count // 2, 0] = np.abs(matrices[: count // 2, 0])
    found = nonnegative(matrices, wanted, SPREAD)
    assert_least(matrices, wanted, found)
    other = one_by_one(matrices, wanted)
    np.testing.assert_allclose(found, other, atol=1e-8)
    reached, others = (np.einsum("fmn,fn->fm", matrices, x) for x in (found, other))
    np.testing.assert_allclose(reached, others, atol=1e-11)


@pytest.mark.parametrize("count", [1, 30])
def test_columns_that_are_alike_share_what_they_bear(count, rng):
    matrices = np.repeat(rng.normal(size=(count, 6, 5)), 4, axis=2)
    wanted = rng.normal(size=(count, 6))
    found = nonnegative(matrices, wanted, SPREAD)
    assert_least(matrices, wanted, found)
    alike = found.reshape(count, 5, 4)
    np.testing.assert_allclose(alike, np.repeat(alike[:, :, :1], 4, axis=2), atol=1e-7)


@pytest.mark.parametrize("count", [1, 30])
def test_rows_and_columns_of_zeros_are_as_none(count, rng):
    matrices, wanted = rng.normal(size=(count, 6, 12)), rng.normal(size=(count, 6))
    more, asked = np.zeros((count, 8, 20)), np.zeros((count, 8))
    more[:, :6, :12], asked[:, :6] = matrices, wanted
    found = nonnegative(more, asked, SPREAD)
    np.testing.assert_array_equal(found[:, 12:], 0.0)
    np.testing.assert_allclose(found[:, :12], nonnegative(matrices, wanted, SPREAD), atol=1e-9)


@pytest.mark.parametrize("count", [0, 1, 30])
def test_what_is_wanted_of_no_column_is_left(count):
    assert nonnegative(np.zeros((count, 6, 0)), np.ones((count, 6)), SPREAD).shape == (count, 0)


def test_what_is_out_of_reach_is_not_reached_for(rng):
    matrices = np.abs(rng.normal(size=(30, 6, 12)))
    wanted = -np.abs(rng.normal(size=(30, 6)))
    np.testing.assert_array_equal(nonnegative(matrices, wanted, SPREAD), 0.0)
