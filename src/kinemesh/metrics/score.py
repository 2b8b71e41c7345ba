"""What the ruler says: one measure a row, and a verdict that names what failed and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from kinemesh.arrays import Array
from kinemesh.motion.notebook import html_table

Ranges = tuple[tuple[int, int], ...]
"""First and last frame of each run."""


@dataclass(frozen=True)
class Measure:
    """One row: a figure, what it may be, and where it was not."""

    name: str
    """``group.what``; docs/metrics.md defines every one."""
    value: float | None
    """None: there was nothing to measure; :attr:`note` says why."""
    unit: str
    """Of the value and its limit."""
    limit: float | None = None
    """None: the row decides nothing."""
    at_least: bool = False
    """Whether :attr:`limit` is a lower one."""
    frames: Ranges = ()
    """First and last frame of every run in which the limit was broken; for a share or a range,
    of the frames that count against it."""
    note: str = ""
    """What the figure is about: the worst frame, the links that touch, why there is none."""
    owed: bool = False
    """Whether a row without a value ought to have one: what was not judged is not passed."""
    series: Array | None = field(default=None, compare=False, repr=False)
    """What the figure sums up, frame by frame ``(T,)``, in its unit; NaN in frames that it does
    not look at. None: it is not made of frames."""
    parts: Mapping[str, float] = field(default_factory=dict)
    """Where the figure is the worst of several, such as limbs: each one's own, by name."""

    @property
    def passed(self) -> bool:
        """Whether the value keeps its limit; a row without one, or without a value, does."""
        if self.value is None or self.limit is None:
            return True
        if self.at_least:
            return self.value >= self.limit
        return self.value <= self.limit

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "value": self.value,
            "unit": self.unit,
            "limit": self.limit,
            "at_least": self.at_least,
            "passed": self.passed,
            "frames": [list(run) for run in self.frames],
            "note": self.note,
            **({"parts": dict(self.parts)} if self.parts else {}),
        }


@dataclass(frozen=True)
class Doubt:
    """Why a motion without a broken row is not passed all the same: what could not be judged."""

    name: str
    """``doubt.what``; docs/metrics.md defines every one."""
    why: str
    """In words, with figures."""
    frames: Ranges = ()
    """First and last frame of every run that is in doubt; empty: the whole motion."""

    def __str__(self) -> str:
        return f"{self.why} in {spans(self.frames)}" if self.frames else self.why

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"name": self.name, "why": self.why, "frames": [list(run) for run in self.frames]}


@dataclass(frozen=True)
class Score:
    """All measures of one trajectory, and what could not be judged of it.

    Examples:
        >>> score = kinemesh.evaluate(kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)))
        >>> row = score["penetration.ground.max"]
        >>> row.passed, row.unit, row.limit
        (True, 'mm', 1.0)
    """

    measures: tuple[Measure, ...]
    """The rows, in the order of docs/metrics.md."""
    doubts: tuple[Doubt, ...] = ()
    """What could not be judged; with one, a motion is not passed."""
    clip: str = ""
    """Name of the recording."""
    robot: str = ""
    """Name of the robot."""
    frames: int = 0
    """How many there are."""
    fps: float = 0.0
    """Frames per second [1/s]."""
    notes: tuple[str, ...] = ()
    """What was found or assumed before it was judged."""
    warnings: tuple[str, ...] = ()
    """What looks wrong in what was judged, although it could be."""

    def __iter__(self) -> Iterator[Measure]:
        return iter(self.measures)

    def __getitem__(self, name: str) -> Measure:
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise KeyError(f"no measure {name!r}; there are {', '.join(m.name for m in self)}")

    def value(self, name: str) -> float:
        """The figure of a row; NaN where there was nothing to measure."""
        value = self[name].value
        return float("nan") if value is None else value

    @property
    def failed(self) -> tuple[Measure, ...]:
        """Rows that broke their limits."""
        return tuple(measure for measure in self.measures if not measure.passed)

    @property
    def unmeasured(self) -> tuple[Measure, ...]:
        """Rows with a limit that ought to have been measured and could not be."""
        return tuple(m for m in self.measures if m.limit is not None and m.value is None and m.owed)

    @property
    def state(self) -> Literal["pass", "unsure", "fail"]:
        """``fail`` where a row broke its limit, ``unsure`` where something was not judged."""
        if self.failed:
            return "fail"
        return "unsure" if self.unmeasured or self.doubts else "pass"

    @property
    def passed(self) -> bool:
        """Whether everything was judged and no row broke its limit."""
        return self.state == "pass"

    @property
    def verdict(self) -> str:
        """``pass``; ``unsure:`` and why; or the rows that failed and in which frames."""
        if self.failed:
            return "; ".join(_failure(measure) for measure in self.failed)
        reasons = [str(doubt) for doubt in self.doubts]
        missing: dict[str, list[str]] = {}
        for measure in self.unmeasured:
            missing.setdefault(measure.note, []).append(measure.name)
        reasons += [f"not measured: {', '.join(rows)} ({why})" for why, rows in missing.items()]
        return f"unsure: {'; '.join(reasons)}" if reasons else "pass"

    def _repr_html_(self) -> str:
        """The verdict, and the rows that it rests on: those that failed first."""
        judged = [row for row in table(self) if row[3] and row[3] != "-"]
        judged.sort(key=lambda row: row[3] == "pass")
        rows = {
            name: f"{value} ({limit}): {state}{f', {remark}' if state != 'pass' else ''}"
            for name, value, limit, state, remark in judged
        }
        title = f"Verdict of {self.clip or 'the motion'} on {self.robot}: {self.verdict}"
        return html_table(title, rows, (*self.notes, *self.warnings))

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "clip": self.clip,
            "robot": self.robot,
            "frames": self.frames,
            "fps": self.fps,
            "passed": self.passed,
            "state": self.state,
            "verdict": self.verdict,
            "doubts": [doubt.as_dict() for doubt in self.doubts],
            "measures": {measure.name: measure.as_dict() for measure in self.measures},
            "notes": list(self.notes),
            "warnings": list(self.warnings),
        }


def table(score: Score) -> list[tuple[str, str, str, str, str]]:
    """Rows ``(name, value, limit, verdict, frames or note)`` of plain text, to be printed.

    Examples:
        >>> score = kinemesh.evaluate(kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)))
        >>> kinemesh.metrics.table(score)[0]
        ('penetration.ground.max', '0 mm', '≤ 1 mm', 'pass', '')
    """
    rows = []
    for measure in score:
        sign = "≥" if measure.at_least else "≤"
        limit = "" if measure.limit is None else f"{sign} {measure.limit:g} {measure.unit}"
        state = "" if measure.limit is None else "pass" if measure.passed else "FAIL"
        if measure.value is None:
            value, state = "-", "-" if measure.limit is not None else ""
            state = "unsure" if measure.owed and state else state
        else:
            value = f"{measure.value:.4g} {measure.unit}"
        where = "" if measure.passed else spans(measure.frames)
        remark = ", ".join(text for text in (where, measure.note) if text)
        rows.append((measure.name, value, limit, state, remark))
    return rows


def runs(flags: ArrayLike) -> Ranges:
    """First and last frame of each run of true in ``flags`` ``(T,)``."""
    padded = np.concatenate([[False], np.asarray(flags, dtype=bool), [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return tuple((int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True))


def none(
    name: str,
    unit: str,
    why: str,
    limit: float | None = None,
    *,
    owed: bool = False,
    at_least: bool = False,
) -> Measure:
    """A row for which there is nothing to measure; ``owed`` where there ought to be."""
    return Measure(name, None, unit, limit, at_least, note=why, owed=owed)


def _failure(measure: Measure) -> str:
    word = "under" if measure.at_least else "over"
    text = f"{measure.name} {measure.value:.4g} {word} {measure.limit:g} {measure.unit}"
    return f"{text} in {spans(measure.frames)}" if measure.frames else text


def spans(ranges: Ranges, most: int = 6) -> str:
    """Frame ranges in words."""
    if not ranges:
        return ""
    shown = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges[:most])
    more = f" and {len(ranges) - most} more runs" if len(ranges) > most else ""
    return f"frames {shown}{more}"
