"""The robots that kinemesh ships: where they lie, and their names."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path


def robots_folder() -> Path:
    """Where the shipped robots lie: inside the wheel, or beside ``src`` in a checkout."""
    inside = Path(str(resources.files("kinemesh"))) / "robots"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[3] / "robots"


def robot_names() -> tuple[str, ...]:
    """Names of the robots that kinemesh ships.

    Examples:
        >>> kinemesh.robot.robot_names()
        ('g1', 'g1_23dof', 'g1_base', 'h1', 't1')
    """
    return tuple(sorted(p.parent.name for p in robots_folder().glob("*/robot.toml")))


def is_shipped(source: str | Path, shipped: Path | None = None) -> bool:
    """Whether ``source`` is the name of a shipped robot.

    It is even where a folder has the same name: whoever means that folder gives a path,
    ``./g1`` or a :class:`~pathlib.Path`.
    """
    plain = isinstance(source, str) and Path(source).name == source
    return plain and os.path.isfile((shipped or robots_folder()) / source / "robot.toml")
