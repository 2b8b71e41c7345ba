"""A line of the manifest as it stands on disk, where anybody may have written it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kinemesh._files.disk import below
from kinemesh.errors import ReadError

KEPT = "kept"
"""Status: made and passed."""
UNSURE = "unsure"
"""Status: made, and something could not be judged."""
REJECTED = "rejected"
"""Status: made and failed."""
MADE = (KEPT, UNSURE, REJECTED)
"""What has a motion, with frames and a rate, in a folder of that name."""
FAILED = "failed"
"""Status: not made."""
SKIPPED = "skipped"
"""Status: makes no sense for the clip."""
STATUSES = (*MADE, FAILED, SKIPPED)

Record = dict[str, Any]
"""A line: docs/augmentation.md lists its keys."""

_LARGEST_NUMBER = 1e9
_SLOWEST = 1e-3
"""Frames per second at least [1/s]."""
_DEEPEST = 8
"""How deep a line nests at most."""
_LONGEST = 1 << 20
"""No line is longer [bytes]."""


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < _LARGEST_NUMBER  # false of NaN too


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < _LARGEST_NUMBER


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_measure(value: object) -> bool:
    return value is None or isinstance(value, float) or _is_number(value)


def _is_text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_simulation(value: object) -> bool:
    """Whether it is what a simulated motion's summary is."""
    if not isinstance(value, dict) or type(value.get("followed")) is not bool:
        return False
    return all(
        isinstance(one, str) if key == "reason" else type(one) is bool or _is_measure(one)
        for key, one in value.items()
    )


def _named(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


_NEEDED: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("clip", "variant"), lambda value: _is_text(value) and value != ""),
    "key": _is_text,
    "status": lambda value: isinstance(value, str) and value in STATUSES,
    "files": _named(lambda digest: isinstance(digest, str)),
    "version": _is_text,
}
_MADE: Mapping[str, Callable[[Any], bool]] = {
    "frames": lambda value: _is_count(value) and value > 0,
    "fps": lambda value: _is_number(value) and value >= _SLOWEST,
    "files": bool,
    "options": lambda value: isinstance(value, dict) and {"robot", "format"} <= value.keys(),
}
_OTHER: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("reason", "verdict"), lambda value: isinstance(value, str)),
    **dict.fromkeys(
        ("failed", "doubts"),
        lambda value: isinstance(value, list) and all(isinstance(n, str) for n in value),
    ),
    "options": _named(_is_text_or_none),
    "measures": _named(_is_measure),
    "timings": _named(_is_measure),
    "relaxed": _is_count,
    "settings": lambda value: isinstance(value, dict),
    "simulation": lambda value: value is None or _is_simulation(value),
}


def _is_shallow(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_shallow(one, levels - 1) for one in inner)


def parsed(line: bytes, folder: Path) -> Record:
    """The record that a line of the manifest in ``folder`` holds.

    Raises:
        ReadError: what is wrong with it; names of files that do not lie below the folder too.
    """
    if len(line) > _LONGEST:
        raise ReadError(f"{len(line)} bytes long; expected at most {_LONGEST}")
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ReadError("no JSON, or cut off") from error
    if not isinstance(record, dict) or not _is_shallow(record, _DEEPEST):
        raise ReadError("no JSON object as a batch writes it")
    checks = [*_NEEDED.items(), *(pair for pair in _OTHER.items() if pair[0] in record)]
    if any(record.get("status") == status for status in MADE):
        checks += _MADE.items()
    for key, check in checks:
        if key not in record or not check(record[key]):
            what = f"{key} = {ascii(record[key])[:60]}" if key in record else f"no {key}"
            raise ReadError(f"{what}, which is not what a batch writes there")
    for name in record["files"]:
        if below(folder, name).parent == folder:
            raise ReadError(f"{name[:80]!r} is not where a batch puts motions")
    return record
