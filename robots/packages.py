"""Files of packages from PyPI: those that are installed, else fetched for the run and let go."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

_FETCHED: list[tempfile.TemporaryDirectory[str]] = []
"""Folders of this run; they vanish with it."""


def package(module: str, requirement: str, fetch: bool = True) -> Path:
    """The folder of a package's files.

    Args:
        module: Name under which it is imported; it is not imported here.
        requirement: What pip is asked for, as ``name==version``.
        fetch: Whether to download it where it is not installed.
    """
    spec = importlib.util.find_spec(module)
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    if not fetch:
        raise SystemExit(f"{requirement} is not installed")
    folder = tempfile.TemporaryDirectory(prefix="robots-")
    _FETCHED.append(folder)
    root = Path(folder.name)
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(root)]
    subprocess.run([*command, requirement], check=True)
    for wheel in root.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(root)
    return root / module


def example_robot(file: str) -> Path:
    """A file of the installed example-robot-data package, below ``robots/``."""
    paths = sysconfig.get_paths()
    sites = {paths["purelib"], paths["platlib"], *(p for p in sys.path if p)}
    roots = [Path(sys.prefix), *(Path(site) / "cmeel.prefix" for site in sorted(sites))]
    for root in roots:
        found = root / "share/example-robot-data/robots" / file
        if found.is_file():
            return found
    raise SystemExit("example-robot-data is not installed: pip install example-robot-data")
