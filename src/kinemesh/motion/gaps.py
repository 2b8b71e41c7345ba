"""Gaps in a recording: joints that were lost for a few frames, found and filled.

A lost joint is written as NaN, as (0, 0, 0), or as its last place again and again. The first
says so itself. The second counts where the joint is away from the origin before and after. The
third counts where the joint was moving, stands on the very same number, and then jumps as far
as it would have moved meanwhile; a foot that stands still starts again slowly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation, Slerp

from kinemesh.arrays import Array, runs
from kinemesh.errors import ClipError
from kinemesh.geometry.poses import normalised

Flags = NDArray[np.bool_]

LONGEST = 0.2
"""A gap longer than this [s] is not filled: what happened in it is not known."""

_AWAY = 0.2
"""A joint this far [m] from the origin before and after does not visit it for a moment."""
_JUMP = 1.5
"""A frozen joint's jump back is longer than the steps beside it by this factor,"""
_SMALLEST = 0.005
"""and longer than this [m]."""
_SUPPORT = 4
"""So many frames on each side carry the spline across a gap."""
_RIGID = 0.02
"""A joint that keeps its distance to another up to this [m] is filled in beside it."""
_SHOWN = 6
"""So many gaps are named, and how many more there are."""


@dataclass(frozen=True)
class Gap:
    """One joint, lost from frame ``first`` to ``last``, both included."""

    joint: int
    first: int
    last: int

    def words(self, joints: Sequence[str]) -> str:
        """``LeftHand 40-43``."""
        frames = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        return f"{joints[self.joint]} {frames}"


def gaps_of(flags: Flags) -> list[Gap]:
    """The stretches of True in ``flags`` ``(T, J)``, joint by joint."""
    joints = np.flatnonzero(flags.any(axis=0)).tolist()
    return [Gap(joint, a, b) for joint in joints for a, b in runs(flags[:, joint])]


def named(gaps: Sequence[Gap], joints: Sequence[str]) -> str:
    """The first few gaps in words, and how many more there are."""
    shown = ", ".join(gap.words(joints) for gap in gaps[:_SHOWN])
    return shown if len(gaps) <= _SHOWN else f"{shown} and {len(gaps) - _SHOWN} more"


def missing(positions: Array) -> Flags:
    """Where joints ``(T, J, 3)`` are not finite, or at the origin for a while, as ``(T, J)``."""
    lost = np.asarray(~np.isfinite(positions).all(axis=2))
    zero = (positions == 0.0).all(axis=2)
    for gap in gaps_of(zero):
        before, after = gap.first - 1, gap.last + 1
        sides = [positions[k, gap.joint] for k in (before, after) if 0 <= k < len(positions)]
        away = [bool(np.linalg.norm(side) > _AWAY) for side in sides if np.isfinite(side).all()]
        if away and all(away):
            lost[gap.first : gap.last + 1, gap.joint] = True
    return lost


def frozen(positions: Array) -> Flags:
    """Where joints ``(T, J, 3)`` stand on one number while they must have moved, ``(T, J)``."""
    result = np.zeros(positions.shape[:2], dtype=bool)
    if len(positions) < 4:
        return result
    with np.errstate(invalid="ignore"):
        steps = np.linalg.norm(np.diff(positions, axis=0), axis=2)
    same = np.vstack([np.zeros((1, steps.shape[1]), dtype=bool), steps == 0.0])
    for gap in gaps_of(same):
        # The frame before the first repeat still holds a place that was measured.
        if gap.first < 2 or gap.last > len(positions) - 3:
            continue
        before, jump, after = steps[[gap.first - 2, gap.last, gap.last + 1], gap.joint]
        least = max(_SMALLEST, _JUMP * max(before, after))
        share = jump / (gap.last - gap.first + 2)
        if jump > least and min(before, after) > 0.25 * share:
            result[gap.first : gap.last + 1, gap.joint] = True
    return result


def refused(gaps: Sequence[Gap], joints: Sequence[str], fps: float, frames: int) -> None:
    """Reject gaps that are longer than :data:`LONGEST`, or as long as the recording.

    Raises:
        ClipError: the joints and their frames.
    """
    long = [
        gap
        for gap in gaps
        if (gap.last - gap.first + 1) / fps > LONGEST + 1e-9
        or (gap.first == 0 and gap.last == frames - 1)  # nothing on either side
    ]
    if not long:
        return
    ends = [gap for gap in long if gap.first == 0 or gap.last == frames - 1]
    advice = "cut these frames from the file" if len(ends) == len(long) else "fill or cut them"
    raise ClipError(
        f"joints are missing (NaN, infinite or 0) for longer than {LONGEST:g} s, in frames: "
        f"{named(long, joints)}; what happened meanwhile is not known: {advice} first"
    )


def filled(positions: Array, lost: Flags) -> Array:
    """Positions ``(T, J, 3)`` [m] with those that are ``lost`` ``(T, J)`` put in.

    A joint is carried across its gap by a cubic spline through the four frames on either side,
    of its place relative to the joint it is most rigidly tied to where that one is known
    throughout, with the length of the bone kept; else of its place in the world. At an end of
    the clip the joint keeps its offset to that other joint.

    Raises:
        ClipError: frames at an end of the clip in which no joint is known.
    """
    result = np.array(positions)
    result[lost] = np.nan
    known = ~lost
    if not known[0].any() or not known[-1].any():
        at = "start" if not known[0].any() else "end"
        raise ClipError(f"no joint is known in the frames at the {at} of the clip: cut them first")
    ties: dict[int, NDArray[np.int64]] = {}
    for gap in gaps_of(lost):
        window = slice(max(gap.first - 1, 0), gap.last + 2)
        if gap.joint not in ties:
            ties[gap.joint] = _ties(positions, known, gap.joint)
        near = [int(k) for k in ties[gap.joint] if known[window, k].all()]
        at_end = gap.first == 0 or gap.last == len(lost) - 1
        if at_end and not near:
            near = [int(k) for k in np.flatnonzero(known[window].all(axis=0))][:1]
        origin = positions[:, near[0]] if near else np.zeros((len(lost), 3))
        rows = np.arange(gap.first, gap.last + 1)
        here = known[:, gap.joint] & (known[:, near[0]] if near else True)
        with np.errstate(invalid="ignore"):  # infinite where both are lost
            apart = positions[:, gap.joint] - origin
        offset = _across(apart, here, rows, bool(near))
        result[rows, gap.joint] = origin[rows] + offset
    return result


def filled_turns(rotations: Array, lost: Flags) -> Array:
    """Rotations ``(T, J, 4)`` with those that are ``lost`` ``(T, J)`` put in by slerp."""
    result = np.array(rotations)
    for joint in np.flatnonzero(lost.any(axis=0)):
        here = np.flatnonzero(~lost[:, joint])
        if len(here) < 2:
            continue
        gone = np.flatnonzero(lost[:, joint])
        turns = Slerp(here, Rotation.from_quat(rotations[here, joint]))
        result[gone, joint] = turns(np.clip(gone, here[0], here[-1])).as_quat()
    return result


def filled_track(track: Array, fps: float, name: str) -> tuple[Array, tuple[str, ...]]:
    """A prop's poses ``(T, 7)`` with those that are not finite put in, and a note if any were.

    Raises:
        ClipError: a gap longer than :data:`LONGEST`, or at an end of the clip.
    """
    poses = np.asarray(track, dtype=np.float64)
    lost = np.asarray(~np.isfinite(poses).all(axis=1))
    gaps = gaps_of(lost[:, None])
    if not gaps or lost.all():
        return poses, ()
    refused(gaps, (name,), fps, len(poses))
    if lost[0] or lost[-1]:
        raise ClipError(f"prop {name!r} has no pose at an end of the clip: cut these frames first")
    result = np.array(poses)
    rows = np.flatnonzero(lost)
    for gap in gaps:
        inside = np.arange(gap.first, gap.last + 1)
        result[inside, :3] = _across(poses[:, :3], ~lost, inside, False)
    result[rows, 3:] = filled_turns(poses[:, None, 3:], lost[:, None])[rows, 0]
    note = f"gaps: {len(rows)} frames of prop {name!r} filled: {named(gaps, (name,))}"
    return normalised(result), (note,)


def _ties(positions: Array, known: Flags, joint: int) -> NDArray[np.int64]:
    """Joints that keep their distance to ``joint``, the most rigid first."""
    rows = np.flatnonzero(known[:, joint])
    rows = rows[:: max(1, len(rows) // 200)]
    with np.errstate(invalid="ignore"):
        gap = np.linalg.norm(positions[rows] - positions[rows, joint][:, None], axis=2)
    gap[~known[rows]] = np.nan
    enough = np.isfinite(gap).sum(axis=0) > max(2, len(rows) // 2)
    spread = np.full(gap.shape[1], np.inf)
    spread[enough] = np.nanstd(gap[:, enough], axis=0)
    spread[joint] = np.inf
    order = np.argsort(spread, kind="stable")
    return np.asarray(order[spread[order] < _RIGID])


def _across(values: Array, known: Flags, rows: NDArray[np.int64], keep: bool) -> Array:
    """``values`` ``(T, 3)`` at ``rows``, carried over from the known frames beside them.

    With ``keep`` the length of the vectors runs evenly from one side to the other.
    """
    before = np.flatnonzero(known[: rows[0]])[-_SUPPORT:]
    after = np.flatnonzero(known[rows[-1] + 1 :])[:_SUPPORT] + rows[-1] + 1
    if not len(before) or not len(after):
        held = before[-1] if len(before) else after[0]
        return np.repeat(values[held][None], len(rows), axis=0)
    support = np.concatenate([before, after])
    from scipy.interpolate import make_interp_spline  # here: a fifth of a second of start-up

    spline = make_interp_spline(support, values[support], k=min(3, len(support) - 1))
    inside = np.asarray(spline(rows))
    if keep:
        length = np.linalg.norm(values[[before[-1], after[0]]], axis=1)
        wanted = np.interp(rows, [before[-1], after[0]], length)
        inside *= (wanted / np.maximum(np.linalg.norm(inside, axis=1), 1e-9))[:, None]
    return inside
