"""The command where Pinocchio cannot be loaded, as on a minimal Debian."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import kinemesh


@pytest.mark.slow
@pytest.mark.parametrize(
    ("why", "advice"),
    [
        ("libgomp.so.1: cannot open shared object file", "libgomp1 on Debian"),
        ("No module named 'pinocchio'", 'pip install "pin>=4,<5"'),
    ],
)
@pytest.mark.parametrize(
    "code",
    ["from kinemesh.cli import main; sys.exit(main(['demo']))", "kinemesh.RobotModel"],
    ids=["command", "library"],
)
def test_what_cannot_be_loaded_is_said_with_what_to_do(
    why: str, advice: str, code: str, tmp_path: Path
) -> None:
    (tmp_path / "pinocchio.py").write_text(f"raise ImportError({why!r})\n")
    package = str(Path(kinemesh.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, kinemesh; {code}"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), package))},
        capture_output=True,
        text=True,
        timeout=120,
    )
    last = done.stderr.splitlines()[-1]
    assert f"Pinocchio cannot be loaded ({why}): " in last and advice in last
    if "main" in code:
        assert (done.returncode, done.stdout, done.stderr) == (2, "", last + "\n")
