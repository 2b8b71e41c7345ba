"""What a file of a robot's trajectory holds, before anything is made of it.

Every array is as the file has it: its own shape, order of columns and order of quaternions.
:func:`read_contents` is the first step of :func:`kinemesh.io.read_trajectory`, and the whole of it
for whoever wants to look at the arrays themselves.
"""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.io.arrays import as_floats, read_archive
from kinemesh.io.files import existing_file, head, looks_like
from kinemesh.io.pickled import is_pickle, read_pickle
from kinemesh.io.torchfile import is_torch, read_table
from kinemesh.motion.arrays import Array

HDMI_FILES = ("motion.npz", "meta.json")
SONIC_FILES = ("joint_pos.csv", "body_pos.csv", "body_quat.csv")
_WIDTHS = {"body_pos": 3, "body_quat": 4, "body_lin_vel": 3, "body_ang_vel": 3}
_LONGEST = 1 << 20
"""A table of contents is shorter than this [bytes]."""


@dataclass(frozen=True, eq=False)
class Contents:
    """The arrays and names in a file or a folder."""

    path: Path
    container: str
    """``npz``, ``csv``, ``pickle``, ``torch``, ``hdmi folder`` or ``sonic folder``."""
    arrays: Mapping[str, Array]
    """Arrays of numbers as float64, single numbers ``()`` among them, by the file's own keys. A
    table of numbers without keys is ``table`` ``(T, columns)``."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Lists of names, by the file's own keys; the header of a table is ``columns``."""
    motions: tuple[str, ...] = ()
    """Names of all motions in a library of several."""
    motion: str | None = None
    """Which of them this is."""
    skipped: Mapping[str, str] = field(default_factory=dict)
    """What else there is, and why it was left out."""

    def __post_init__(self) -> None:
        for name in ("arrays", "names", "skipped"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def array(self, key: str, *shape: int | None) -> Array:
        """The array ``key``, whose shape must be ``shape``; None stands for any number.

        Raises:
            ReadError: it is not there, or has another shape.
        """
        if key not in self.arrays:
            there = ", ".join([*self.arrays, *self.names][:10]) or "nothing"
            why = f" ({self.skipped[key]})" if key in self.skipped else ""
            raise ReadError(f"{self.path.name} has no array {key!r}{why}, only {there}")
        array = self.arrays[key]
        wanted = ", ".join("N" if n is None else str(n) for n in shape)
        if array.ndim != len(shape) or any(
            n is not None and n != there for n, there in zip(shape, array.shape, strict=True)
        ):
            raise ReadError(
                f"{self.path.name}: {key!r} has shape {array.shape}; expected ({wanted})"
            )
        return array

    def number(self, *keys: str) -> float | None:
        """The first of ``keys`` that is there, a single number in any shape.

        Raises:
            ReadError: it is more than one number.
        """
        for key in keys:
            if key in self.arrays:
                value = self.arrays[key]
                if value.size != 1:
                    raise ReadError(
                        f"{self.path.name}: {key!r} has shape {value.shape}; expected a number"
                    )
                return float(value.reshape(()))
        return None


def read_contents(path: str | Path, motion: str | None = None) -> Contents:
    """Read a file, or a folder that is one motion, as it is.

    Args:
        path: ``.npz``, comma separated numbers, a pickle (plain or by joblib), a table saved by
            ``torch.save``, HDMI's folder or SONIC's.
        motion: which motion, where the file is a library of several.

    Raises:
        ReadError: none of these, damaged, or a pickle that asks for anything but numbers.
    """
    path = Path(path)
    if os.path.isdir(path):
        contents = _folder(path)
    else:
        path = existing_file(path)
        start = head(path)
        if start.startswith(b"PK\x03\x04"):
            contents = _tensors(path) if is_torch(path) else _archive(path)
        elif is_pickle(start):
            contents = _pickle(path, motion)
        elif looks_like(start) == "text":
            contents = _text(path)
        else:
            raise ReadError(
                f"{path.name} is {looks_like(start)}; expected a robot's trajectory: .npz, .csv, "
                f"a pickle, a ProtoMotions .motion, or a folder by HDMI or SONIC"
            )
    if motion is not None and motion not in contents.motions:
        raise ReadError(f"{path.name} is no library that holds a motion {motion!r}")
    return contents


def _archive(path: Path) -> Contents:
    found = read_archive(path)
    return Contents(path, "npz", found.arrays, found.texts, skipped=found.skipped)


def _tensors(path: Path) -> Contents:
    arrays, names, skipped = _sorted(read_table(path))
    return Contents(path, "torch", arrays, names, skipped=skipped)


def _pickle(path: Path, motion: str | None) -> Contents:
    table = read_pickle(path)
    if not isinstance(table, dict):
        raise ReadError(
            f"{path.name} is a pickle of a {type(table).__name__}; expected a table of arrays"
        )
    motions = tuple(str(name) for name, value in table.items() if isinstance(value, dict))
    if not motions or len(motions) != len(table):
        arrays, names, skipped = _sorted(table)
        return Contents(path, "pickle", arrays, names, skipped=skipped)
    if motion is None and len(motions) > 1:
        shown = ", ".join(motions[:5]) + (", ..." if len(motions) > 5 else "")
        raise ReadError(
            f"{path.name} is a library of {len(motions)} motions ({shown}): name one (motion=...)"
        )
    chosen = motions[0] if motion is None else motion
    if chosen not in motions:
        raise ReadError(
            f"{path.name} holds no motion {chosen!r}; it holds {', '.join(motions[:8])}"
        )
    arrays, names, skipped = _sorted(table[next(key for key in table if str(key) == chosen)])
    return Contents(path, "pickle", arrays, names, motions, chosen, skipped)


def _sorted(
    table: Mapping[Any, Any],
) -> tuple[dict[str, Array], dict[str, tuple[str, ...]], dict[str, str]]:
    """Numbers, names, and the rest with a reason."""
    arrays: dict[str, Array] = {}
    names: dict[str, tuple[str, ...]] = {}
    skipped: dict[str, str] = {}
    for key, value in table.items():
        name = str(key)
        if isinstance(value, str):
            names[name] = (value,)
        elif isinstance(value, list) and value and all(isinstance(v, str) for v in value):
            names[name] = tuple(value)
        elif isinstance(value, np.ndarray) and value.dtype.kind == "U":
            names[name] = tuple(str(v) for v in value.ravel())
        elif value is None or isinstance(value, dict):
            skipped[name] = "it is empty" if value is None else "it is a table of its own"
        else:
            try:
                # A copy: what a pickle's bytes are seen through is read-only, which SciPy refuses.
                arrays[name] = np.array(as_floats(value))
            except (ValueError, TypeError, OverflowError):
                skipped[name] = "it is no array of numbers"
    return arrays, names, skipped


def _text(path: Path) -> Contents:
    with path.open(encoding="utf-8", errors="replace") as stream:
        first = stream.readline(_LONGEST)
    cells = [cell.strip() for cell in first.split(",")]
    header = any(re.search("[A-Za-z_]", cell) and not _is_number(cell) for cell in cells)
    table = _numbers(path, 1 if header else 0)
    if header and table.size and table.shape[1] != len(cells):
        raise ReadError(
            f"{path.name} has {len(cells)} names of columns over {table.shape[1]} columns"
        )
    return Contents(path, "csv", {"table": table}, {"columns": tuple(cells)} if header else {})


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(path: Path, skip: int) -> Array:
    try:
        with path.open(encoding="utf-8") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there are no numbers is said by the caller
            return np.loadtxt(stream, delimiter=",", ndmin=2, dtype=np.float64, skiprows=skip)
    except ValueError as error:
        raise ReadError(
            f"{path.name} is text but no table of numbers ({error}); expected comma separated "
            f"numbers, one frame a line"
        ) from error


def is_motion_folder(path: Path) -> bool:
    """Whether a folder is one motion, HDMI's or SONIC's."""
    return any(all(os.path.isfile(path / n) for n in files) for files in (HDMI_FILES, SONIC_FILES))


def _folder(path: Path) -> Contents:
    if is_motion_folder(path):
        return _hdmi(path) if os.path.isfile(path / HDMI_FILES[0]) else _sonic(path)
    raise ReadError(
        f"{path} is a folder without {' and '.join(HDMI_FILES)} (HDMI) and without "
        f"{', '.join(SONIC_FILES)} (SONIC): give one of the files in it"
    )


def _hdmi(path: Path) -> Contents:
    found = read_archive(existing_file(path / "motion.npz"))
    file = existing_file(path / "meta.json")
    if file.stat().st_size > _LONGEST:
        raise ReadError(f"{file} is far larger than a list of names")
    try:
        meta = json.loads(file.read_text(encoding="utf-8"))
        lists = {key: tuple(str(n) for n in meta[key]) for key in ("body_names", "joint_names")}
        rate = np.asarray(float(meta["fps"]))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ReadError(
            f"{file} is damaged ({type(error).__name__}: {error}); expected JSON with body_names, "
            f"joint_names and fps"
        ) from error
    return Contents(
        path,
        "hdmi folder",
        {**found.arrays, "fps": rate},
        {**found.texts, **lists},
        skipped=found.skipped,
    )


def _sonic(path: Path) -> Contents:
    arrays = {}
    for name in ("joint_pos", "joint_vel", *_WIDTHS):
        file = path / f"{name}.csv"
        if not os.path.isfile(file):
            continue
        table = _numbers(existing_file(file), 1)
        width = _WIDTHS.get(name)
        if width is not None and table.shape[1] % width:
            raise ReadError(f"{file} has {table.shape[1]} columns; expected {width} for every body")
        arrays[name] = table if width is None else table.reshape(len(table), -1, width)
    meta = path / "metadata.txt"
    if os.path.isfile(meta) and meta.stat().st_size < _LONGEST:
        text = meta.read_text(encoding="utf-8", errors="replace")
        listed = re.search(r"Body part indexes:[^\n]*\n([^\n]*)", text)
        if listed is not None:
            found = [float(n) for n in re.findall(r"\d+", listed[1])]
            arrays["body_part_indexes"] = np.array(found)
    return Contents(path, "sonic folder", arrays)
