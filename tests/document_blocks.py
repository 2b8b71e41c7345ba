"""The fenced blocks of the documents: their languages, and which are not to be run, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md") if (ROOT / name).is_file()),
    *sorted((ROOT / "docs").rglob("*.md")),
]
_FENCE = re.compile(r"^( *)```(\S*)[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- not run: ([^>]*?) -->$")
_ALL = re.compile(r"^<!-- nothing here is run: ([^>]*?) -->$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """What is between two fences."""

    document: Path
    line: int
    """Where it begins."""
    language: str
    text: str
    reason: str
    """Why it is not run; empty: it is."""

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks(document: Path) -> list[Block]:
    """All blocks of a document, in order, without the indentation of their fences."""
    text = document.read_text(encoding="utf-8")
    whole, found = _ALL.search(text), []
    for match in _FENCE.finditer(text):
        before = text[: match.start()]
        mark = _MARK.search(before.rstrip()) or whole
        lines = match[3].splitlines(keepends=True)
        body = "".join(line.removeprefix(match[1]) for line in lines)
        line, reason = before.count("\n") + 1, mark[1] if mark else ""
        found.append(Block(document, line, match[2], body, reason))
    return found
