"""What is not as its format has it: a finding of lint's, and what a reader says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One trap in one file."""

    trap: str
    """A key of :data:`kinemesh.linting.TRAPS`."""
    where: str
    """Arrays, columns or joints."""
    evidence: str
    """What was measured."""
    mend: str
    """What is to be done."""
    mendable: bool = True
    """Whether the mended copy has it mended; ``mend`` says why not where it has not."""
    note: bool = False
    """Whether it is a habit that does harm only with some readers."""

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return dict(vars(self))


@dataclass(frozen=True)
class Oddity:
    """What the shapes of a file's arrays give away before its numbers are looked at."""

    finding: Finding
    warning: str | None = None
    """What a reader who goes on says."""
    refusal: str | None = None
    """What a reader says who does not."""
