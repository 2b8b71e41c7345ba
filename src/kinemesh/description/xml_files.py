"""XML that describes things, and the files it names: read without trusting either."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

import numpy as np

from kinemesh._files.inputs import existing_file, head, looks_like
from kinemesh.arrays import Array
from kinemesh.errors import ReadError

_LARGEST = 16 << 20
_DEEPEST = 100
_MOST_ELEMENTS = 100_000
_PACKAGE = "package://"
_ANCESTORS = 4
"""A ROS package's folder is sought this far above the file."""
_LARGE = 1e6
"""Lengths, angles and masses are below this."""

Element = ElementTree.Element


def read_xml(path: Path, *roots: str) -> Element:
    """The root element of an XML file.

    Entities could unfold to gigabytes or read other files: a file that declares a document type
    is refused, and so is one that is very large or very deep.

    Raises:
        ReadError: not XML, a document type, too large, or a root element other than ``roots``.
    """
    size = path.stat().st_size
    if size > _LARGEST:
        raise ReadError(f"{path.name} holds {size >> 20} MiB of XML; expected at most 16")
    text = path.read_bytes()
    parser = expat.ParserCreate()
    depth = count = 0

    def refuse(*_: object) -> None:
        raise _unsafe(path)

    def start(*_: object) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _DEEPEST or count > _MOST_ELEMENTS:
            raise ReadError(
                f"{path.name} nests deeper than {_DEEPEST} elements or has more than "
                f"{_MOST_ELEMENTS}: that describes no object"
            )

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(text, True)
        element = ElementTree.fromstring(text)
    except (expat.ExpatError, ElementTree.ParseError, ValueError, LookupError) as error:
        if isinstance(error, ReadError):
            raise
        raise ReadError(
            f"{path.name} is not XML ({error}); it looks like {looks_like(head(path))}: it is cut "
            f"short, damaged, or another file"
        ) from error
    if element.tag not in roots:
        raise ReadError(
            f"{path.name} holds <{element.tag[:40]}>; expected <{roots[0]}>: check that this is "
            f"the right file"
        )
    return element


def root_tag(path: Path) -> str | None:
    """The name of an XML file's root element, whatever stands in it; None where none begins.

    What a file is, its root element says: a URDF may hold a ``<mujoco>`` block, and a comment
    may hold anything.

    Raises:
        ReadError: a document type, as in :func:`read_xml`.
    """
    found: list[str] = []
    parser = expat.ParserCreate()

    def start(name: str, _: object) -> None:
        found.append(name)

    def refuse(*_: object) -> None:
        raise _unsafe(path)

    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, refuse
    try:
        with path.open("rb") as file:
            read = 0
            while not found and read < _LARGEST and (part := file.read(1 << 16)):
                read += len(part)
                parser.Parse(part, False)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, ReadError):
            raise
    return found[0] if found else None


def _unsafe(path: Path) -> ReadError:
    return ReadError(
        f"{path.name} declares a document type, whose entities may unfold without bound or "
        f"read other files: refused as unsafe; delete the <!DOCTYPE ...>"
    )


def numbers(
    where: str,
    element: Element,
    key: str,
    count: int | None,
    usual: Array | None,
    most: float = _LARGE,
) -> Array:
    """The numbers in an attribute, ``count`` of them; ``usual`` where it is left out.

    Raises:
        ReadError: left out and not ``usual``; other than ``count`` finite numbers below ``most``.
    """
    text = element.get(key)
    if text is None:
        if usual is None:
            raise ReadError(f"{where}: <{element.tag}> lacks {key}")
        return usual
    try:
        values = [float(word) for word in text.split()]
    except ValueError:
        values = []
    good = len(values) == count if count is not None else bool(values)
    if not good or not all(math.isfinite(value) and abs(value) < most for value in values):
        many = "numbers" if count is None else "one number" if count == 1 else f"{count} numbers"
        raise ReadError(
            f"{where}: {key}={text[:60]!r} of <{element.tag}>; expected {many} of less than "
            f"{most:g}"
        )
    return np.array(values)


def beside(path: Path, name: str) -> Path:
    """The file ``name`` that the file at ``path`` refers to.

    Relative names start at the folder of ``path``, and ``package://x/...`` at a folder ``x`` in
    or above it. Nothing outside is read.

    Raises:
        ReadError: no such file, or one outside.
    """
    folder = path.resolve().parent
    plain = name.removeprefix("file://")
    for root, inner in _places(folder, plain):
        place = (root / inner).resolve()
        if not place.is_relative_to(root):
            raise ReadError(
                f"{path.name} names {name!r}, which lies outside its folder {root}: not read; "
                f"copy it into that folder and name it from there"
            )
        if os.path.isfile(place):
            return existing_file(place)
    raise ReadError(
        f"{path.name} names {name!r}, which is not there (looked from {folder}): put it there, "
        f"or correct the name"
    )


def _places(folder: Path, name: str) -> Iterator[tuple[Path, str]]:
    """Folders that must hold the file, and its name from there."""
    if not name.startswith(_PACKAGE):
        yield folder, name
        return
    package, _, inner = name.removeprefix(_PACKAGE).partition("/")
    for root in (folder, *list(folder.parents)[:_ANCESTORS]):
        if root.name == package:
            yield root, inner
    yield folder, f"{package}/{inner}"
    yield folder, inner
