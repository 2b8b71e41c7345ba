"""What a reader refuses in any format, and the strict reading of a file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.geometry import poses
from kinemesh.trajectories.containers import Contents
from kinemesh.trajectories.raw import RawMotion

UNIT = 0.01
"""A quaternion whose norm is this far from 1 is none."""
LARGEST = 1e9
"""No place, angle or speed is larger ([m], [rad], ...)."""


def finite(contents: Contents, what: str, values: Array) -> Array:
    """``values``, refused where one is not finite."""
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise ReadError(
            f"{contents.path.name} holds NaN or infinite numbers, the first in frame "
            f"{int(bad[0, 0])} of {what}"
        )
    return values


def unit(contents: Contents, what: str, quaternions: Array, order: str) -> None:
    """Refuse quaternions ``(N, 4)`` that are none."""
    norm = np.linalg.norm(finite(contents, what, quaternions), axis=1)
    if len(norm) and np.abs(norm - 1.0).max() > UNIT:
        raise ReadError(
            f"{contents.path.name}: {what} has quaternions of norm {norm.min():.3g} to "
            f"{norm.max():.3g}; expected unit quaternions {order}"
        )


def checked(contents: Contents, raw: RawMotion) -> RawMotion:
    """``raw`` with its numbers finite and its quaternions unit and steady.

    Raises:
        ReadError: numbers that are not finite, or quaternions that are none.
    """
    base = np.hstack([raw.place, raw.turn])
    for what, values in {**raw.sources, "the joints": raw.joints, "the base": base}.items():
        finite(contents, what, values)
    bodies = {"the base": base, **raw.tracks}
    order = raw.facts.quaternions
    for what, track in bodies.items():
        norm = np.linalg.norm(finite(contents, what, track)[:, 3:], axis=1)
        if len(norm) and np.abs(norm - 1.0).max() > UNIT:
            column = 6 if raw.facts.w_first else 3
            first = np.linalg.norm(np.hstack([track[:, :3], track[:, column, None]]), axis=1)
            hint = " (its quaternions come first)" if np.abs(first - 1.0).max() < UNIT else ""
            raise ReadError(
                f"{contents.path.name}: a pose ({what}) has quaternions of norm {norm.min():.3g} "
                f"to {norm.max():.3g}{hint}; expected x y z, then a unit quaternion {order}"
            )
    steady = {what: np.asarray(poses.normalised(track)) for what, track in bodies.items()}
    base = steady.pop("the base")
    return replace(raw, place=base[:, :3], turn=base[:, 3:], tracks=steady)
