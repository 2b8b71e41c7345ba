"""LeRobot's data sets, version 3: one episode of a folder that holds tables of many."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.inputs import existing_file
from kinemesh._files.parquet_files import check_pyarrow, read_parquet
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.trajectories.containers.container import LONGEST_LINE, Container
from kinemesh.trajectories.containers.contents import Contents
from kinemesh.trajectories.containers.folder import write_folder

VERSION = "v3.0"
INFO = "meta/info.json"
DATA_PATH = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
"""Where the frames are, as every data set of this version states it."""
_EPISODES = "meta/episodes"
_PLACE = ("episode_index", "data/chunk_index", "data/file_index")


def _read(path: Path, motion: str | None) -> Contents:
    info = _info(path / INFO)
    rows = _episodes(path)
    motions = tuple(f"{row[0]:.0f}" for row in rows)
    if motion is None and len(motions) > 1:
        raise ReadError(
            f"{path.name} is a data set of {len(motions)} episodes ({motions[0]} to "
            f"{motions[-1]}): name one (motion=...)"
        )
    chosen = motions[0] if motion is None else motion
    if chosen not in motions:
        raise ReadError(
            f"{path.name} holds no episode {chosen!r}; it holds {motions[0]} to {motions[-1]}"
        )
    episode, chunk, file = (int(number) for number in rows[motions.index(chosen)])
    columns, left = read_parquet(
        existing_file(path / DATA_PATH.format(chunk_index=chunk, file_index=file))
    )
    if "episode_index" not in columns:
        raise ReadError(f"{path.name}: its frames have no column 'episode_index'; it is damaged")
    own = columns["episode_index"] == episode
    arrays = {name: values[own] for name, values in columns.items()}
    names = {key: found for key, value in info["features"].items() if (found := _names(value))}
    arrays["fps"] = np.asarray(info["fps"])
    return Contents(path, EPISODES.name, arrays, names, motions, chosen, left)


def _info(file: Path) -> dict[str, Any]:
    """What ``info.json`` states, as far as it is needed.

    Raises:
        ReadError: it is damaged, of another version, or has its frames elsewhere.
    """
    if existing_file(file).stat().st_size > LONGEST_LINE:
        raise ReadError(f"{file} is far larger than a table of contents")
    try:
        info = json.loads(file.read_text(encoding="utf-8"))
        version, place = str(info["codebase_version"]), str(info.get("data_path", DATA_PATH))
        found = {"fps": float(info["fps"]), "features": dict(info["features"])}
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise ReadError(
            f"{file} is damaged ({type(error).__name__}: {error}); expected JSON with "
            f"codebase_version, fps and features"
        ) from error
    if not version.startswith("v3."):
        raise ReadError(
            f"{file} is of LeRobot's version {version[:20]}; expected {VERSION}: convert it by "
            f"LeRobot's own convert_dataset_v21_to_v30"
        )
    if place != DATA_PATH:
        raise ReadError(f"{file} has its frames in {place[:80]!r}; expected {DATA_PATH!r}")
    return found


def _episodes(path: Path) -> Array:
    """Number of each episode, and chunk and file of its frames ``(E, 3)``.

    Raises:
        ReadError: the table of episodes is missing or damaged.
    """
    files = sorted((path / _EPISODES).glob("chunk-*/file-*.parquet"))
    tables = []
    for file in files:
        columns, _ = read_parquet(file)
        if not set(_PLACE) <= columns.keys() or any(columns[key].ndim != 1 for key in _PLACE):
            raise ReadError(f"{file} lacks {', '.join(_PLACE)}; it is no table of episodes")
        tables.append(np.stack([columns[key] for key in _PLACE], axis=1))
    rows = np.concatenate(tables) if tables else np.zeros((0, 3))
    if not len(rows) or not np.all((rows >= 0) & (rows < 1 << 31)):
        raise ReadError(f"{path / _EPISODES} lists no episode that could be there; expected one")
    return rows


def _names(feature: Any) -> tuple[str, ...]:
    """The names of a feature's columns: a list, or lists by kind, as of ``motors``."""
    names = feature.get("names") if isinstance(feature, Mapping) else None
    lists: list[Any] = list(names.values()) if isinstance(names, dict) else [names]
    if not all(isinstance(some, list) for some in lists):
        return ()
    return tuple(str(name) for some in lists for name in some)


EPISODES = Container(
    "lerobot folder", "LeRobot", _read, write_folder, needed=(INFO,), ready=check_pyarrow
)
"""A data set: arrays and names of columns by the features' own keys, and ``fps``."""
