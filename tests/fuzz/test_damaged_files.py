"""No damaged file of any kind does worse than to be refused.

The files are written and damaged by ``fuzz_files`` and ``damage``, the same in every run, and
read by ``fuzz_child`` in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROBOTS = HERE.parents[1] / "robots"
COUNT = 35
"""Damaged files of one kind, more or fewer as its share is."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """How every reading ended."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the child's memory is bounded by what Linux says of it")
    return fuzzed(tmp_path_factory.mktemp("fuzz"))


def fuzzed(folder: Path, cases: int = 0, seconds: float = 600.0) -> dict[str, Any]:
    """The report of a run of so many ``cases``, or of the suite's few, in an empty ``folder``."""
    paths = [str(HERE), str(HERE.parent), *filter(None, sys.path)]
    run = subprocess.run(
        [sys.executable, str(HERE / "fuzz_child.py"), *map(str, (folder, ROBOTS, COUNT, cases))],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="replace",  # libraries in C say what they like
        timeout=seconds,
        check=False,
    )
    now = (folder / "now").read_text() if (folder / "now").exists() else "the seeds"
    assert run.returncode == 0, f"the child ended at {now!r}: {run.stderr[-3000:]}"
    found: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return found


def test_every_file_is_read_before_it_is_damaged(report: dict[str, Any]) -> None:
    assert len(report["seeds"]) >= 40
    assert {name: end for name, end in report["seeds"].items() if end != "read"} == {}


def test_a_damaged_file_is_read_or_refused_in_words_in_a_gigabyte_and_ten_seconds(
    report: dict[str, Any],
) -> None:
    assert report["cases"] >= 2000
    assert report["refused"] > report["cases"] / 2
    shown = [f"{name}\n{end}" for name, end in report["bad"].items()]
    assert not shown, f"{len(shown)} of {report['cases']}:\n" + "\n".join(shown[:10])
    assert report["grown"] < 1 << 30
    assert report["slowest"][0] < 10.0


def test_nothing_in_a_file_is_run(report: dict[str, Any]) -> None:
    assert report["hostile"] == 5  # pickle itself runs each of them
    assert report["executed"] is False


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Read many damaged files and say how that went.")
    parser.add_argument("--cases", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        found = fuzzed(Path(place), given.cases, seconds=86_400.0)
    for name, end in found["bad"].items():
        sys.stdout.write(f"{name}\n{end}\n")
    said = {key: found[key] for key in ("cases", "read", "refused", "slowest", "grown", "executed")}
    sys.stdout.write(f"{json.dumps(said)}\n")
    sys.exit(bool(found["bad"]) or found["executed"])
