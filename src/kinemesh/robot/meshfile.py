"""A robot's meshes, looked at before a library that follows what they name opens them.

coal reads meshes by assimp, which goes by content where the name's ending does not fit, and opens
what some formats name: buffers of glTF, materials of OBJ, whole scenes of others.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from kinemesh._files.disk import below, existing_file
from kinemesh.errors import ReadError, RobotError

LARGEST_MESH = 256 << 20
"""No robot's mesh is larger [bytes]."""
_ADVICE = "convert it to .stl or .obj"

_MATERIALS = re.compile(rb"^[ \t]*mtllib[ \t]+([^\r\n]+)", re.MULTILINE)
_ELSEWHERE = re.compile(
    rb"""<\s*(?:\w+:)?instance_\w+\b[^>]*?\burl\s*=\s*["']\s*([^"'#\s][^"']*)"""
)


def check_mesh(place: Path) -> None:
    """See that a mesh is of a known format, of bounded size, and names no file elsewhere.

    Raises:
        RobotError: it is a pipe, a device, empty or too large; of another format than its name
            ends in, or of an unknown one; or it names a file outside of its folder.
    """
    existing_file(place, largest=LARGEST_MESH, expected="a mesh", error=RobotError)
    suffix = place.suffix.lower()
    look = _LOOKS.get(suffix)
    if look is None:
        raise RobotError(
            f"{place.name} has the suffix {suffix or 'none'!r}; expected one of "
            f"{', '.join(_LOOKS)}, which name no other files to read: {_ADVICE}"
        )
    look(place, place.read_bytes())


def _obj(place: Path, data: bytes) -> None:
    if b"\0" in data[:512] or not re.search(rb"^[ \t]*v[ \t]", data, re.MULTILINE):
        raise _no(place, "an OBJ mesh: text with lines of vertices")
    for name in _MATERIALS.findall(data):
        try:
            file = below(place.parent, os.fsdecode(name.strip()))
        except ReadError as error:
            raise RobotError(
                f"{place.name} names materials outside of its folder ({error}): take its line "
                f"mtllib out, which is of no use here"
            ) from error
        if os.path.exists(file):
            existing_file(file, empty=True, expected="its materials", error=RobotError)


def _stl(place: Path, data: bytes) -> None:
    count = int.from_bytes(data[80:84], "little")
    binary = len(data) >= 84 and len(data) >= 84 + 50 * count and count > 0
    text = data[:512].lstrip().lower().startswith(b"solid") and b"facet" in data.lower()
    if not binary and not text:
        raise _no(place, "an STL mesh")


def _ply(place: Path, data: bytes) -> None:
    if not data.startswith(b"ply"):
        raise _no(place, "a PLY mesh")


def _dae(place: Path, data: bytes) -> None:
    if b"<COLLADA" not in data[:65536] or b"<!ENTITY" in data:
        raise _no(place, "a COLLADA scene without entities")
    found = _ELSEWHERE.search(data)
    if found is not None:
        raise RobotError(
            f"{place.name} takes in {os.fsdecode(found[1])[:80]!r}, another file, which is not "
            f"read: {_ADVICE}"
        )


def _glb(place: Path, data: bytes) -> None:
    length = int.from_bytes(data[12:16], "little")
    try:
        if data[:4] != b"glTF" or data[16:20] != b"JSON":
            raise ValueError("no binary glTF")
        buffers = json.loads(data[20 : 20 + length])["buffers"]
        named = [str(row["uri"]) for row in buffers if "uri" in row]
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise _no(place, "a binary glTF mesh") from error
    if named:
        raise RobotError(f"{place.name} takes its numbers from {named[0][:80]!r}: {_ADVICE}")


def _no(place: Path, expected: str) -> RobotError:
    return RobotError(f"{place.name} is not {expected}, as its name ends in: {_ADVICE}")


_LOOKS: dict[str, Callable[[Path, bytes], None]] = {
    **{".obj": _obj, ".stl": _stl, ".ply": _ply, ".dae": _dae, ".glb": _glb},
}
