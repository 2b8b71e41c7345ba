"""Folders of files, written by what their names end in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.parquet_files import write_parquet
from kinemesh.trajectories.containers.container import DIGITS
from kinemesh.trajectories.containers.torch_writer import save_tensors


def write_folder(folder: Path, files: Mapping[str, Any]) -> None:
    """Write a folder that does not exist.

    Args:
        folder: where.
        files: name, in a folder of it or not, to what is in it: arrays by name (``.npz``), plain
            data (``.json``), a table ``(T, N)`` and the names of its columns (``.csv``), what torch
            loads (``.pt``), columns and metadata (``.parquet``), or a text.
    """
    folder.mkdir()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        match path.suffix:
            case ".npz":
                with path.open("wb") as stream:
                    np.savez_compressed(stream, **content)
            case ".json":
                path.write_text(json.dumps(content, indent=4) + "\n", encoding="utf-8")
            case ".csv":
                table, header = content
                np.savetxt(
                    path, table, delimiter=",", fmt=DIGITS, header=",".join(header), comments=""
                )
            case ".pt":
                save_tensors(path, content)
            case ".parquet":
                write_parquet(path, *content)
            case _:
                path.write_text(content, encoding="utf-8")
