import numpy as np
import pytest

from kinemesh.solve.mechanics.banded import Banded


@pytest.mark.parametrize(("frames", "size", "reach"), [(1, 3, 2), (2, 4, 3), (9, 3, 2), (12, 5, 3)])
def test_the_minimum_is_that_of_the_dense_system(frames, size, reach, rng):
    system, dense = Banded(frames, size, reach), np.zeros((frames * size, frames * size))
    for first in range(frames):
        last = min(frames, first + reach + 1)
        rows = rng.normal(size=(7, (last - first) * size))
        square = rows.T @ rows + 0.1 * np.eye(rows.shape[1])
        there = slice(first * size, last * size)
        dense[there, there] += square
        for a in range(first, last):
            for b in range(a, last):
                block = square[
                    (a - first) * size : (a - first + 1) * size,
                    (b - first) * size : (b - first + 1) * size,
                ]
                system.blocks[a, b - a] += block
    system.gradient[:] = rng.normal(size=(frames, size))
    wanted = np.linalg.solve(dense, -system.gradient.ravel()).reshape(frames, size)
    np.testing.assert_allclose(system.copy().minimum(), wanted, atol=1e-8)
    np.testing.assert_allclose(system.minimum(), wanted, atol=1e-8)
