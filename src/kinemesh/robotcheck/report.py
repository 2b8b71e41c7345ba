"""What a check of a robot found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    """What was looked at."""
    passed: bool
    """Whether it is as it should be."""
    found: str
    """What was measured, in words."""
    mend: str = ""
    """What to mend and where; empty where it passed."""


@dataclass(frozen=True)
class CheckReport:
    """All checks of one robot."""

    robot: str
    """The robot's name."""
    checks: tuple[Check, ...]
    """In the order in which they were made."""

    @property
    def passed(self) -> bool:
        """Whether all of them passed."""
        return all(check.passed for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """Those that did not."""
        return tuple(check for check in self.checks if not check.passed)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "robot": self.robot,
            "passed": self.passed,
            "checks": [vars(check) for check in self.checks],
        }
