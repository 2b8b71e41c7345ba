"""What the user says about contacts, frame range by frame range, against what was detected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import flag, text, whole
from kinemesh.errors import ClipError
from kinemesh.motion.parts import PARTS

Flags = NDArray[np.bool_]

FEET = ("left", "right")


@dataclass(frozen=True)
class StanceEdit:
    """A foot is planted, or is not, in frames ``first`` to ``last``, both included.

    Raises:
        ClipError: frames that are none.
        TypeError: an argument of another kind.

    Examples:
        >>> edit = kinemesh.motion.StanceEdit("left", 10, 20, planted=False)
        >>> kinemesh.demos.walk().with_contacts(edit).edits
        (StanceEdit(foot='left', first=10, last=20, planted=False),)
    """

    foot: str
    """``left`` or ``right``."""
    first: int
    """The first frame."""
    last: int
    """The last, included."""
    planted: bool = True
    """Whether it is."""

    def __post_init__(self) -> None:
        text("foot", self.foot, "left or right")
        _check_frames(self.first, self.last)
        flag("planted", self.planted)

    def __str__(self) -> str:
        state = "planted" if self.planted else "not planted"
        return f"{self.foot} foot {state} in frames {self.first}-{self.last}"


@dataclass(frozen=True)
class TouchEdit:
    """A part of the body touches a thing, or not, in frames ``first`` to ``last``, included.

    Raises:
        ClipError: frames that are none.
        TypeError: an argument of another kind.

    Examples:
        >>> edit = kinemesh.motion.TouchEdit("left_hand", "box", 60, 90)
        >>> kinemesh.demos.lift_box().with_contacts(edit).edits
        (TouchEdit(part='left_hand', thing='box', first=60, last=90, touching=True),)
    """

    part: str
    """One of :data:`kinemesh.motion.PARTS`: ``left_hand``, ``right_knee``, ``seat``, ..."""
    thing: str
    """Name of a prop or of the terrain, or ``ground``."""
    first: int
    """The first frame."""
    last: int
    """Included."""
    touching: bool = True
    """Whether it does."""

    def __post_init__(self) -> None:
        text("part", self.part, f"one of {', '.join(PARTS)}")
        text("thing", self.thing, "the name of a prop or of the terrain, or ground")
        _check_frames(self.first, self.last)
        flag("touching", self.touching)

    def __str__(self) -> str:
        state = "touches" if self.touching else "does not touch"
        return f"{self.part} {state} {self.thing} in frames {self.first}-{self.last}"


Edit: TypeAlias = StanceEdit | TouchEdit


def check_edits(edits: Iterable[Edit], frames: int, things: tuple[str, ...]) -> None:
    """Reject edits that do not fit a clip of ``frames`` frames with these ``things``.

    Raises:
        ClipError: an unknown foot, part or thing, or frames that the clip does not have.
    """
    for edit in edits:
        if isinstance(edit, StanceEdit):
            _known("foot", edit.foot, FEET, edit)
        else:
            _known("part", edit.part, PARTS, edit)
            _known("thing", edit.thing, things, edit)
        if not 0 <= edit.first <= edit.last < frames:
            raise ClipError(
                f"contacts: '{edit}': expected 0 <= first <= last <= {frames - 1}, "
                f"the clip has {frames} frames"
            )


def cropped(edits: Iterable[Edit], start: int, stop: int) -> tuple[Edit, ...]:
    """The edits of frames ``start`` to ``stop`` (exclusive), counted from ``start``."""
    return tuple(
        replace(edit, first=max(edit.first, start) - start, last=min(edit.last, stop - 1) - start)
        for edit in edits
        if edit.first < stop and edit.last >= start
    )


def resampled(edits: Iterable[Edit], nearest: NDArray[np.int64]) -> tuple[Edit, ...]:
    """The edits of a clip whose frame k was frame ``nearest[k]``; empty ones are left out."""
    result: list[Edit] = []
    for edit in edits:
        inside = np.flatnonzero((nearest >= edit.first) & (nearest <= edit.last))
        if len(inside):
            result.append(replace(edit, first=int(inside[0]), last=int(inside[-1])))
    return tuple(result)


def edited(edits: Iterable[Edit], flags: Flags, who: str, thing: str | None = None) -> Flags:
    """``flags`` ``(T,)`` of a foot, or of a part and a thing, as the user will have them."""
    flags = np.array(flags)
    for edit in edits:
        window = slice(edit.first, edit.last + 1)
        if isinstance(edit, StanceEdit):
            if thing is None and edit.foot == who:
                flags[window] = edit.planted
        elif (edit.part, edit.thing) == (who, thing):
            flags[window] = edit.touching
    return flags


def edited_runs(
    edits: Iterable[Edit], runs: list[tuple[int, int]], foot: str
) -> list[tuple[int, int]]:
    """Stances (first and last frame of each) of ``foot`` as the user will have them.

    A range that is planted joins the stances that it meets or borders into one; a range that
    is not cuts them.
    """
    for edit in edits:
        if not isinstance(edit, StanceEdit) or edit.foot != foot:
            continue
        first, last = edit.first, edit.last
        if not edit.planted:
            pieces = [((a, min(b, first - 1)), (max(a, last + 1), b)) for a, b in runs]
            runs = [(a, b) for pair in pieces for a, b in pair if a <= b]
        elif not any(a <= first and last <= b for a, b in runs):
            joined = [run for run in runs if run[0] <= last + 1 and run[1] >= first - 1]
            ends = [*joined, (first, last)]
            rest = [run for run in runs if run not in joined]
            runs = sorted([*rest, (min(a for a, _ in ends), max(b for _, b in ends))])
    return runs


def lifted(edits: Iterable[Edit], frames: int, foot: str) -> Flags:
    """Frames ``(T,)`` in which the user says that ``foot`` is not planted."""
    flags = np.ones(frames, dtype=bool)
    return ~edited(edits, flags, foot)


def _check_frames(first: int, last: int) -> None:
    for name, frame in (("first", first), ("last", last)):
        whole(name, frame, "a frame number", low=-(1 << 62), high=1 << 62, error=ClipError)


def _known(kind: str, name: str, names: tuple[str, ...], edit: Edit) -> None:
    if name not in names:
        there = ", ".join(names) or "none"
        raise ClipError(f"contacts: '{edit}': unknown {kind} {name!r}; this clip has: {there}")
