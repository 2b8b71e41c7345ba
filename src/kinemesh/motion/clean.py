"""Recordings put in order: gaps are filled, spikes are found and, if asked for, taken out.

Nothing is smoothed. A spike is a joint that leaves its path and is back within a tenth of a
second: every frame of it lies at least 5 cm off the straight way between the frames before and
after, and three times as far as the joint's longest step in the three frames on either side. On
recordings that are in order, a dance among them, a joint that is 5 cm off its way is not a third as
sudden (``tests/motion/test_clean.py``): a quick step does not come back, and a quick swing is quick
before and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.motion.clip_fields import ClipT
from kinemesh.motion.gaps import LONGEST as LONGEST_GAP
from kinemesh.motion.gaps import filled, filled_turns, frozen, gaps_of, missing, named, refused

Flags = NDArray[np.bool_]

LONGEST_SPIKE = 0.1
"""A joint that comes back later than this [s] was really there."""

_FAR = 0.05
"""A spike leaves the path by at least this [m]"""
_SUDDEN = 3.0
"""and by this many times the longest step nearby,"""
_SLACK = 0.005
"""to which so much [m] is added: steps of a joint at rest say nothing."""
_AROUND = 3
"""Nearby is so many frames before and after."""
_REPEATED = 0.2
"""Where this share of all frames repeats the one before, the frame rate is in doubt."""


@dataclass(frozen=True, eq=False)
class Mended:
    """A recording without gaps, and what was done to it."""

    positions: Array
    """``(T, J, 3)`` [m]; the array that was given if nothing was missing."""
    rotations: Array | None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def mended(positions: Array, rotations: Array | None, joints: Sequence[str], fps: float) -> Mended:
    """Fill the gaps of a recording that are no longer than 0.2 s.

    Args:
        positions: joints ``(T, J, 3)`` [m], with NaN, zeros or repeats where one was lost.
        rotations: their rotations ``(T, J, 4)``, if any; one that is lost with its joint, or
            that is no rotation, is filled by slerp.
        joints: names, for the notes.
        fps: frames per second [1/s].

    Raises:
        ClipError: a joint is missing for longer; the message names it and the frames.
    """
    positions = np.asarray(positions, dtype=np.float64)
    fits = positions.ndim == 3 and positions.shape[1:] == (len(joints), 3)
    if not fits or len(positions) < 2 or not fps > 0.0:
        return Mended(positions, rotations)  # for the clip to refuse
    notes: list[str] = []
    warnings: list[str] = []
    lost, stuck = missing(positions), frozen(positions)
    refused(gaps_of(lost), joints, fps, len(positions))
    for gap in gaps_of(stuck):
        if (gap.last - gap.first + 1) / fps > LONGEST_GAP:
            stuck[gap.first : gap.last + 1, gap.joint] = False
            warnings.append(
                f"{gap.words(joints)}: the joint stands on one number for "
                f"{(gap.last - gap.first + 1) / fps:.2f} s and then jumps; left as it is, "
                f"because gaps longer than {LONGEST_GAP:g} s are not filled"
            )
    notes += _note("missing", lost, joints) + _note("frozen", stuck & ~lost, joints)
    repeated = _repeated(positions)
    if repeated > _REPEATED:
        warnings.append(
            f"{repeated:.0%} of the frames repeat the one before in every joint: the motion was "
            f"recorded at a lower rate than {fps:g}/s and frames were doubled; take them out"
        )
    flags = lost | stuck
    if flags.any():
        positions = filled(positions, flags)
    if rotations is not None:
        turns = np.asarray(rotations, dtype=np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            lengths = np.linalg.norm(turns, axis=-1)
            wrong = ~(np.isfinite(turns).all(axis=-1) & (lengths > 0.1))
        gone = wrong | stuck
        if gone.any():
            refused(gaps_of(wrong), joints, fps, len(turns))
            notes += _note("without rotation", wrong & ~lost, joints)
            rotations = filled_turns(turns, gone)
    return Mended(positions, rotations, tuple(notes), tuple(warnings))


def spikes(positions: Array, fps: float) -> Flags:
    """Where joints ``(T, J, 3)`` [m] jump away and come back, as ``(T, J)``."""
    frames = len(positions)
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=2)
    result = np.zeros(positions.shape[:2], dtype=bool)
    for width in range(1, max(1, round(LONGEST_SPIKE * fps)) + 1):
        # The first frame of a spike is far from the one before: few frames are.
        before, joint = np.nonzero(steps[: max(0, frames - width - 1)] >= _FAR)
        if not len(before):
            continue
        nearby = np.zeros(len(before))
        for k in range(1, _AROUND + 1):
            for at in (before - k, before + width + k):
                there = (at >= 0) & (at < frames - 1)
                nearby[there] = np.maximum(nearby[there], steps[at[there], joint[there]])
        off = _off_the_way(positions, before, joint, width)
        far = off > np.maximum(_FAR, _SUDDEN * (nearby + _SLACK))
        for k in range(1, width + 1):
            result[before[far] + k, joint[far]] = True
    return result


def warn_of_spikes(clip: ClipT) -> ClipT:
    """The clip with a warning that names its spikes; the clip itself if it has none."""
    found = gaps_of(spikes(clip.positions, clip.fps))
    if not found:
        return clip
    warning = (
        f"{len(found)} spike{'s' * (len(found) > 1)}: joints jump away and come back within "
        f"{LONGEST_SPIKE:g} s, in "
        f"frames: {named(found, clip.skeleton.joints)}; left in (clean=True takes them out)"
    )
    return replace(clip, warnings=(*clip.warnings, warning))


def cleaned(clip: ClipT) -> ClipT:
    """The clip with its spikes taken out and filled as gaps are, named in the notes.

    Two that are so close that one hides the other are found one after the other.
    """
    positions, turns = clip.positions, clip.rotations
    flags = np.zeros(positions.shape[:2], dtype=bool)
    for _ in range(3):
        found = spikes(positions, clip.fps)
        if not found.any():
            break
        flags |= found
        positions = filled(positions, flags)
    if not flags.any():
        return clip
    if turns is not None:
        turns = filled_turns(turns, flags)
    gaps = gaps_of(flags)
    note = f"spikes: {len(gaps)} taken out, in frames: {named(gaps, clip.skeleton.joints)}"
    return replace(clip, positions=positions, rotations=turns, notes=(*clip.notes, note))


def _off_the_way(
    positions: Array, before: NDArray[np.int64], joint: NDArray[np.int64], width: int
) -> Array:
    """How far ``(N,)`` [m] the ``width`` frames after ``before`` all keep off the straight way.

    The way is the one between the frames on either side of them.
    """
    start = positions[before, joint]
    way = positions[before + width + 1, joint] - start
    length = np.maximum(np.sum(way**2, axis=1), 1e-12)
    least = np.full(len(before), np.inf)
    for k in range(1, width + 1):
        out = positions[before + k, joint] - start
        along = np.clip(np.sum(out * way, axis=1) / length, 0.0, 1.0)
        least = np.minimum(least, np.linalg.norm(out - along[:, None] * way, axis=1))
    return least


def _repeated(positions: Array) -> float:
    """The share of frames that are the one before, once or twice in between moving ones."""
    same = (positions[1:] == positions[:-1]).all(axis=(1, 2))
    short = [gap.last - gap.first + 1 for gap in gaps_of(same[:, None])]
    return sum(count for count in short if count <= 3) / len(positions)


def _note(kind: str, flags: Flags, joints: Sequence[str]) -> list[str]:
    gaps = gaps_of(flags)
    if not gaps:
        return []
    return [
        f"gaps: {int(flags.sum())} places of {int(flags.any(axis=0).sum())} joints {kind}, "
        f"filled, in frames: {named(gaps, joints)}"
    ]
