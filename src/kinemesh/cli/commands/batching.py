"""``kinemesh batch``: many recordings and their variants."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console
from rich.progress import Progress

from kinemesh.batch import FAILED, KEPT, REJECTED, SKIPPED, UNSURE, Batch, Rate, Record, batch
from kinemesh.cli.progress import bars
from kinemesh.cli.statuses import DONE, FOUND, STOPPED
from kinemesh.cli.wording import all_worded, options_of

_Output = Annotated[Path, tyro.conf.arg(aliases=["-o"])]
_STATUSES = (KEPT, UNSURE, REJECTED, FAILED, SKIPPED)
_RELEASED = 8.38
"""Length of the data set that OmniRetarget's paper reports [h], for comparison."""


@dataclass(frozen=True, kw_only=True)
class BatchCommand:
    """Retarget many recordings, and variants of them; keep what passes the verdict."""

    sources: tyro.conf.Positional[tuple[Path, ...]]
    """Recordings, scene.toml files, .toml files that list recordings (docs/augmentation.md), or
    folders: every file in them and below that a reader takes, as it is. Objects and terrain, rates
    and heights only a .toml says."""
    output: _Output
    """Folder for motions, manifest and card; the same again goes on where it was stopped."""
    spec: Path | None = None
    """The TOML file of variants; the recordings as they are if left out."""
    robot: str = "g1"
    """A robot's name, or a folder with a robot.toml."""
    to: str | None = None
    """A trainer's format to write too: mjlab, beyondmimic, ... (see `convert`)."""
    parquet: bool = False
    """Write index.parquet too: a row for each variant (extra `parquet`)."""
    simulate: bool = False
    """Let a simulated robot follow what passes, and keep what it follows (extra `physics`)."""
    workers: int = 1
    """Processes at once."""
    engine: Literal["local", "ray"] = "local"
    """Processes of this machine, or tasks of Ray."""
    address: str | None = None
    """Of a Ray that runs, or `auto`; one is started here for the while if left out."""
    time_limit: float = 1800.0
    """Longest time for one variant of one recording [s]."""
    memory_limit: float | None = None
    """Most memory of a worker [MiB]; none if left out."""
    json: bool = False
    """Print the card as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 if everything could be made, whatever the verdicts."""
        try:
            with bars(hidden=self.json) as bar:
                # Ray says on stdout that it has lost a worker.
                with redirect_stdout(sys.stderr) if self.json else nullcontext():
                    made = self._run(bar, console)
        except KeyboardInterrupt:
            Console(stderr=True).print(
                "stopped: what was done is kept; the same command goes on", style="bold red"
            )
            return STOPPED
        for text in all_worded(made.warnings, options_of(self)):
            Console(stderr=True, soft_wrap=True).print(
                f"warning: {text}", style="yellow", highlight=False, markup=False
            )
        if self.json:
            sys.stdout.write(json.dumps(made.card, indent=2) + "\n")
        else:
            self._print(console, made)
        return FOUND if made.failed else DONE

    def _run(self, bar: Progress, console: Console) -> Batch:
        row = bar.add_task("batch", total=None, rate="")
        frames = 0

        def progress(done: int, total: int, record: Record | None) -> None:
            nonlocal frames
            frames += 0 if record is None else record.get("frames", 0)
            spent = bar.tasks[row].elapsed or 0.0
            rate = f"{frames / spent:.1f} frames/s" if spent > 0.0 else ""
            bar.update(row, completed=done, total=total, rate=rate)
            if record is not None and record["status"] in (UNSURE, REJECTED, FAILED):
                console.print(
                    f"{record['status']} {record['clip']} {record['variant']}: {record['reason']}",
                    style="yellow",
                    highlight=False,
                    markup=False,
                    soft_wrap=True,
                )

        return batch(
            self.sources,
            self.output,
            spec=self.spec,
            robot=self.robot,
            format=self.to,
            parquet=self.parquet,
            simulate=self.simulate,
            workers=self.workers,
            engine=self.engine,
            address=self.address,
            time_limit=self.time_limit,
            memory_limit=None if self.memory_limit is None else self.memory_limit * 2**20,
            progress=None if self.json else progress,
        )

    def _print(self, console: Console, made: Batch) -> None:
        counts = ", ".join(f"{made.count(s)} {s}" for s in _STATUSES)
        facts, card = made.card, self.output / "card.md"
        lines = [
            f"{self.output}: {counts}; {made.done} done now",
            f"data set: {facts[KEPT]} motions, {facts['hours']:.3f} h; see {card}",
        ]
        if made.rate is not None:
            lines.append(_said(made.rate))
        for text in lines:
            console.print(text, highlight=False, markup=False, soft_wrap=True)


def _said(rate: Rate) -> str:
    """The rate in words, and what it would take to make a data set of a known size."""
    hours = rate.hours_for(_RELEASED)
    long = f"{hours:.1f} h" if hours >= 1.0 else f"{60.0 * hours:.0f} min"
    return (
        f"rate: {rate.frames_per_second:.1f} frames/s, {rate.variants_per_hour:.0f} variants/h; at "
        f"this rate {_RELEASED} h of motion, as much as OmniRetarget's data set has, take {long}"
    )
