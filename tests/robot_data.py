"""Robots of the example-robot-data package; tests that want one skip where it is missing."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest

FOLDER = Path("share/example-robot-data/robots")


def robot_file(name: str) -> Path:
    """A file of the package, by its path below ``robots``; skips where it is not installed."""
    sites = {sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]}
    for root in (Path(sys.prefix), *(Path(site) / "cmeel.prefix" for site in sorted(sites))):
        if (root / FOLDER / name).is_file():
            return root / FOLDER / name
    pytest.skip(f"example-robot-data, which has {name}, is not installed")
