"""Numbers and order of rows and keys against NumPy's own, slower answers."""

import numpy as np
import pytest

from kinemesh.arrays import in_order, numbered, row_numbers


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


@pytest.mark.parametrize("largest", [3, 10**6, 2**62])
def test_keys_are_ordered_and_numbered_as_numpy_does_it_however_large(largest: int) -> None:
    keys = np.random.default_rng(1).integers(0, largest, 2000)
    keys[::7] = keys[0]
    np.testing.assert_array_equal(in_order(keys), np.argsort(keys, kind="stable"))
    expected = np.unique(keys, return_inverse=True)[1]
    np.testing.assert_array_equal(numbered(keys), expected.reshape(-1))


def test_no_keys_have_no_order() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert in_order(nothing).shape == numbered(nothing).shape == (0,)
