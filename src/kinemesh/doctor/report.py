"""What an examination found: lines, each ok, odd or broken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["ok", "odd", "broken"]
"""Odd is what works and is not as it should be; broken is what keeps kinemesh from working."""

_PATH = re.compile(r"(?:~|[A-Za-z]:|\\\\[\w.$-]+)?[/\\](?:[^\s'\":;,()<>|/\\]+[/\\])+")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    part: str
    """What it belongs to: machine, packages, extras, kernel, data, self test."""
    name: str
    """What it is called there."""
    state: State
    """How it is."""
    found: str
    """What there is, in words."""
    mend: str = ""
    """What to do about it; empty where there is nothing to do."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The same as plain data."""


@dataclass(frozen=True)
class Examination:
    """Everything that was looked at."""

    findings: tuple[Finding, ...]
    """In the order in which they were made."""

    @property
    def sound(self) -> bool:
        """Whether nothing is broken."""
        return not self.having("broken")

    def having(self, state: State) -> tuple[Finding, ...]:
        """The findings of one state."""
        return tuple(one for one in self.findings if one.state == state)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "sound": self.sound,
            "findings": [{**vars(one), "facts": dict(one.facts)} for one in self.findings],
        }


def without_paths(text: str) -> str:
    """``text`` with the last component alone of every path: folders may say who somebody is."""
    return _PATH.sub("", text)
