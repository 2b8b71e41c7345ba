"""Numbers of rows against NumPy's own, slower answer."""

import numpy as np
import pytest

from kinemesh.arrays import row_numbers


@pytest.mark.parametrize("kind", [np.int64, np.float64])
def test_rows_are_numbered_in_order_and_equal_ones_alike(kind: type) -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(-3, 4, (500, 3)).astype(kind)
    _, expected = np.unique(rows, axis=0, return_inverse=True)
    np.testing.assert_array_equal(row_numbers(rows), expected.reshape(-1))


def test_rows_of_numbers_too_large_to_multiply_are_numbered_too() -> None:
    rows = 2**40 * np.array([[1, -7, 3], [1, -7, 3], [0, 5, 9], [1, -7, 2]])
    assert row_numbers(rows).tolist() == [2, 2, 0, 1]


def test_no_rows_have_no_numbers() -> None:
    assert row_numbers(np.zeros((0, 3))).shape == (0,)
