"""``kinemesh doctor``: whether kinemesh is sound here."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from kinemesh.cli.progress import bar
from kinemesh.cli.statuses import DONE, FOUND
from kinemesh.doctor import Examination, examine

_STYLES = {"ok": "green", "odd": "bold yellow", "broken": "bold red"}


@dataclass(frozen=True, kw_only=True)
class DoctorCommand:
    """Say what is installed here, and try it: what a report of a fault needs, and nothing private.

    Exit status: 0 sound, 1 something is broken. What is odd works, and is not as it should be.
    """

    json: bool = False
    """Print it as JSON and nothing else."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is sound."""
        with bar("self test") as progress:
            found = examine(progress)
        if self.json:
            sys.stdout.write(json.dumps(found.as_dict(), indent=2) + "\n")
        else:
            _show(console, found)
        return DONE if found.sound else FOUND


def _show(console: Console, found: Examination) -> None:
    part = ""
    for one in found.findings:
        if one.part != part:
            part = one.part
            _line(console, Text(part, style="bold"))
        state = (f"  {one.state:6s}", _STYLES[one.state])
        _line(console, Text.assemble(state, f"  {one.name:22s}  {one.found}"))
        if one.mend:
            _line(console, Text(f"          {one.mend}", style="" if one.state != "ok" else "dim"))
    odd, broken = len(found.having("odd")), len(found.having("broken"))
    verdict = "sound" if found.sound else f"not sound: {broken} broken"
    verdict += f", {odd} odd" if odd else ""
    _line(console, Text(verdict, style="bold green" if found.sound else "bold red"))


def _line(console: Console, text: Text) -> None:
    console.print(text, highlight=False, soft_wrap=True)
