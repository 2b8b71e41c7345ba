"""The regulator's policy is the best there is where motion is linear and cost quadratic."""

from __future__ import annotations

import numpy as np

from kinemesh.physics.regulator import regulated


def test_its_change_is_the_minimum_of_the_whole_problem(rng: np.random.Generator) -> None:
    count, n, nu = 7, 5, 2
    a, b = rng.standard_normal((count, n, n)) / 2.0, rng.standard_normal((count, n, nu))
    halves = rng.standard_normal((count, n, n))
    weights, control = halves @ halves.swapaxes(1, 2), rng.uniform(0.1, 1.0, nu)
    errors, off = rng.standard_normal((count, n)), rng.standard_normal((count, nu))
    policy = regulated(a, b, errors, weights, off, control, 0.0)

    def carried(changes: np.ndarray | None) -> tuple[float, np.ndarray]:
        """What changes of the controls cost, or the policy's own, and these."""
        state, cost, done = np.zeros(n), 0.0, []
        for k in range(count):
            own = policy.change[k] + policy.gain[k] @ state
            done.append(own if changes is None else changes[k])
            state = a[k] @ state + b[k] @ done[-1]
            error = errors[k] + state
            cost += error @ weights[k] @ error + control @ (off[k] + done[-1]) ** 2
        return cost, np.array(done)

    best, changes = carried(None)
    assert best < carried(np.zeros((count, nu)))[0]
    for _ in range(50):
        other = changes + 0.01 * rng.standard_normal(changes.shape)
        assert carried(other)[0] > best
    slope = [
        (carried(changes + 1e-5 * step)[0] - carried(changes - 1e-5 * step)[0]) / 2e-5
        for step in np.eye(count * nu).reshape(-1, count, nu)
    ]
    assert np.allclose(slope, 0.0, atol=1e-4)


def test_damping_makes_changes_smaller(rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((3, 4, 4)), rng.standard_normal((3, 4, 2))
    weights, ones = np.tile(np.eye(4), (3, 1, 1)), np.ones(2)
    errors, off = rng.standard_normal((3, 4)), np.zeros((3, 2))
    sizes = [
        np.linalg.norm(regulated(a, b, errors, weights, off, ones, damping).change)
        for damping in (0.0, 10.0, 1e3, 1e6)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 1e-3 * sizes[0]
