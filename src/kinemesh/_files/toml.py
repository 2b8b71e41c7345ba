"""TOML files: opened and checked in one way, with errors that say what is wrong and where."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kinemesh._files.disk import existing_file
from kinemesh.errors import KinemeshError, ReadError, nearest

_LARGEST = 1 << 20
"""What people write by hand is not larger than this [bytes]."""

_WORDS: Mapping[type, str] = {
    str: "a text",
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


def load(
    path: Path,
    expected: str,
    *,
    largest: int = _LARGEST,
    error: type[KinemeshError] = ReadError,
) -> dict[str, Any]:
    """The tables of a TOML file.

    Args:
        path: the file.
        expected: what it should hold, for the message.
        largest: more bytes than this are not read.
        error: what is raised.

    Raises:
        KinemeshError: of the kind ``error``: the file cannot be opened, is larger, or is not
            TOML, with the line.
    """
    path = existing_file(path, largest=largest, empty=True, expected=expected, error=error)
    try:
        content = path.read_bytes()
    except OSError as why:
        raise error(f"{path} cannot be read ({why.strerror or why}); expected {expected}") from why
    try:
        tables = tomllib.loads(content.decode("utf-8"))
        repr(tables)  # tables that nest without end cannot be shown either
    except UnicodeDecodeError as why:
        line = content.count(b"\n", 0, why.start) + 1
        raise error(
            f"{path} is not valid TOML (no UTF-8 text at line {line}); expected {expected}"
        ) from why
    except (ValueError, RecursionError) as why:
        raise error(f"{path} is not valid TOML ({why}); expected {expected}") from why
    return tables


def check_keys(
    where: str,
    table: Mapping[str, Any],
    known: Iterable[str],
    *,
    needed: Iterable[str] = (),
    error: type[KinemeshError] = ReadError,
) -> None:
    """Refuse keys that are not ``known``, and a table that lacks one that is ``needed``.

    Raises:
        KinemeshError: of the kind ``error``, with the keys that are known and the one meant.
    """
    known = tuple(known)
    for key in table:
        if key not in known:
            near = nearest(key, known)
            meant = "" if near is None else f" did you mean {near!r}?"
            raise error(
                f"{where}: unknown key {key!r}",
                given=key,
                expected=known,
                lead=f";{meant} known are",
            )
    for key in needed:
        if key not in table:
            raise error(f"{where} lacks {key}", expected=known)


def checked(
    where: str,
    key: str,
    value: Any,
    kind: type,
    expected: str = "",
    *,
    error: type[KinemeshError] = ReadError,
) -> Any:
    """A value of a ``kind``: str, float, int, bool, list or dict; numbers are finite.

    A whole number will do for a number, but true and false will not.

    Raises:
        KinemeshError: of the kind ``error``: the value is of another kind.
    """
    small = type(value) is int and abs(value) < 1 << 1023
    if kind is float and (small or isinstance(value, float)):
        value = float(value)
    if type(value) is not kind or (isinstance(value, float) and not math.isfinite(value)):
        shown = str(value)[:60] if isinstance(value, list | dict) else repr(value)[:62]
        raise error(f"{where}: {key} = {shown}; expected {expected or _WORDS[kind]}")
    return value


def values(
    where: str,
    table: Mapping[str, Any],
    kinds: Mapping[str, type],
    *,
    needed: Iterable[str] = (),
    expected: Mapping[type, str] | None = None,
    error: type[KinemeshError] = ReadError,
) -> dict[str, Any]:
    """The values of a table whose keys are known, each of its kind.

    Args:
        where: which table it is, for the message.
        table: the table.
        kinds: the kind of every known key, as for :func:`checked`.
        needed: keys that must be there.
        expected: what is said of a kind, where it is not the usual.
        error: what is raised.

    Raises:
        KinemeshError: of the kind ``error``: a key is unknown or missing, or a value of another
            kind.
    """
    check_keys(where, table, kinds, needed=needed, error=error)
    words = expected or {}
    return {
        key: checked(where, key, value, kinds[key], words.get(kinds[key], ""), error=error)
        for key, value in table.items()
    }


def entries(
    where: str,
    table: Mapping[str, Any],
    key: str,
    *,
    error: type[KinemeshError] = ReadError,
) -> list[tuple[str, dict[str, Any]]]:
    """The tables that a file has under ``[[key]]``, each with the words that say where it is.

    Raises:
        KinemeshError: of the kind ``error``: there is something else under that name.
    """
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise error(f"{where}: write each {key} as a table of its own, under [[{key}]]")
    return [(f"{where}: [[{key}]] {number}", entry) for number, entry in enumerate(found, 1)]
