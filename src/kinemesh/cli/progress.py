"""What is shown on a terminal while something takes its time; nothing anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

Ticks = Callable[[int, int], None]
"""To be called with (done, in all)."""

_SHARE = 0.5
"""What a visit of the whole-clip pass takes of the time of a first solution, about."""

_PERIOD = 600.0
"""Rates are of so much time [s]: a batch may take minutes from one motion to the next."""

_LONGEST = 32
"""Letters of a name that are shown."""


class _Count(ProgressColumn):
    """How many are done, and of how many."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text("")
        return Text(task.fields.get("count") or f"{task.completed:.0f}/{task.total:.0f}")


class _Rate(ProgressColumn):
    """How many of the task's units are done in a second."""

    def render(self, task: Task) -> Text:
        speed, unit = task.finished_speed or task.speed, task.fields.get("unit", "")
        if "rate" in task.fields:  # who shows it knows better
            return Text(task.fields["rate"])
        if not speed or not unit:
            return Text("")
        return Text(f"{speed:.0f} {unit}/s" if speed >= 10.0 else f"{speed:.1f} {unit}/s")


class _Left(ProgressColumn):
    """How long it will take yet, as far as that can be told."""

    def render(self, task: Task) -> Text:
        left = task.time_remaining
        if task.total is None or left is None:
            return Text("")
        minutes, seconds = divmod(round(left), 60)
        return Text(f"{minutes}:{seconds:02d} left")


def short(name: str) -> str:
    """A file's or a clip's name, so short that figures have room beside it."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def bars(*, hidden: bool = False) -> Progress:
    """Bars on standard error, if that is a terminal, with rate and time left; gone at the end.

    Args:
        hidden: show nothing in any case.
    """
    console = Console(stderr=True)
    # FORCE_COLOR makes rich take whatever it is for a terminal.
    seen = sys.stderr.isatty() and not console.is_dumb_terminal and not hidden
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        _Count(),
        _Rate(),
        TimeElapsedColumn(),
        _Left(),
        console=console,
        speed_estimate_period=_PERIOD,
        transient=True,
        disable=not seen,
        # What is printed meanwhile goes above the bar where it goes to the same terminal.
        redirect_stdout=sys.stdout.isatty(),
    )


@contextmanager
def bar(text: str, unit: str = "") -> Iterator[Ticks]:
    """One bar while the block runs.

    Args:
        text: what is being done.
        unit: what is counted, for the rate: ``frames``.
    """
    with bars() as several:
        task = several.add_task(text, total=None, unit=unit)
        yield lambda done, total: several.update(task, completed=done, total=total)


@contextmanager
def solving(name: str, frames: int) -> Iterator[Ticks]:
    """The bar of a retargeting.

    Args:
        name: of the clip.
        frames: how many it has: so many visits are the first pass, and each of the whole clip's.
    """
    name = short(name)
    with bars() as several:
        task = several.add_task(f"{name}: making ready", total=None, rate="")
        began: dict[int, tuple[int, float]] = {}  # of each part: what was done then, and when

        def tick(done: int, total: int) -> None:
            part, into = divmod(max(done, 1) - 1, frames)
            before, start = began.setdefault(part, (done, time.perf_counter()))
            spent = time.perf_counter() - start
            rate = (done - before) / spent if spent > 0.0 else 0.0
            several.update(
                task,
                completed=min(done, frames) + _SHARE * max(0, done - frames),
                total=frames + _SHARE * max(0, total - frames),
                description=f"{name}: whole clip, {part} of {total // frames - 1}"
                if part
                else f"{name}: frames",
                rate=f"{rate:.0f} frames/s" if rate else "",
                count=f"{into + 1}/{frames}",
            )

        yield tick


@contextmanager
def working(text: str) -> Iterator[None]:
    """A sign of life while something runs that counts nothing."""
    with bars() as several:
        several.add_task(text, total=None)
        yield
