"""Short names that tell trajectories apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def distinct_names(paths: Sequence[Path | None]) -> list[str | None]:
    """A name for each path: its stem, told apart by folder and suffix where need be.

    None, of a motion that has no file, keeps its own name: None.
    """
    ways = (
        lambda path: path.stem or path.name,
        lambda path: f"{path.absolute().parent.name}/{path.stem}",
        lambda path: f"{path.absolute().parent.name}/{path.name}",
        str,
    )
    for way in ways:
        names = [None if path is None else way(path) for path in paths]
        own = [name for name in names if name is not None]
        if len(set(own)) == len(own):
            break
    return names
