"""The backward pass of a linear-quadratic regulator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array


@dataclass(frozen=True, eq=False)
class Policy:
    """What to change at each of K knots, and how to answer.

    Attributes:
        change: of the controls ``(K, nu)``.
        gain: ``(K, nu, n)``, on the state's tangent from the plan's.
    """

    change: Array
    gain: Array


def regulated(
    a: Array, b: Array, errors: Array, weights: Array, off: Array, control: Array, damping: float
) -> Policy:
    """The policy that is best where the motion is linear.

    Args:
        a: motion from knot to knot, of states ``(K, n, n)``,
        b: and of controls ``(K, n, nu)``.
        errors: tangents of the states from the reference at knots 1 to K ``(K, n)``.
        weights: their costs ``(K, n, n)``.
        off: differences of the controls from the reference's ``(K, nu)``.
        control: their cost ``(nu,)``.
        damping: cost of a change of the controls, in that of their difference [1].
    """
    count, nu = off.shape
    change, gain = np.zeros((count, nu)), np.zeros((count, nu, a.shape[1]))
    value, slope = weights[-1], weights[-1] @ errors[-1]
    for k in range(count - 1, -1, -1):
        pa, pb = value @ a[k], value @ b[k]
        curvature = b[k].T @ pb + np.diag(control * (1.0 + damping))
        wanted = np.column_stack([b[k].T @ slope + control * off[k], b[k].T @ pa])
        solved = np.linalg.solve(curvature, wanted)
        change[k], gain[k] = -solved[:, 0], -solved[:, 1:]
        if not k:
            break
        closed = a[k] + b[k] @ gain[k]
        slope = closed.T @ (slope + value @ (b[k] @ change[k])) + gain[k].T @ (
            control * (off[k] + change[k])
        )
        slope = slope + weights[k - 1] @ errors[k - 1]
        value = closed.T @ value @ closed + (gain[k].T * control) @ gain[k] + weights[k - 1]
        value = (value + value.T) / 2.0
    return Policy(change, gain)
