"""What a file of a robot's trajectory holds, before anything is made of it.

Every array is as the file has it: its own shape, order of columns and order of quaternions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from kinemesh.arrays import Array
from kinemesh.errors import ReadError


@dataclass(frozen=True, eq=False)
class Contents:
    """The arrays and names in a file or a folder."""

    path: Path
    """The file, or the folder."""
    container: str
    """``npz``, ``csv``, ``pickle``, ``torch``, ``parquet``, or ``hdmi``, ``sonic`` or
    ``lerobot folder``."""
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
        if array.ndim != len(shape) or any(
            n is not None and n != there for n, there in zip(shape, array.shape, strict=True)
        ):
            wanted = ", ".join("N" if n is None else str(n) for n in shape)
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
