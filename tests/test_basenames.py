"""Test files that pytest can tell apart."""

from __future__ import annotations

from collections import Counter
from pathlib import Path


def test_every_test_file_has_a_basename_of_its_own() -> None:
    # A folder of tests is no package: of two files of one name the whole suite imports the first.
    names = Counter(path.name for path in Path(__file__).parent.rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
