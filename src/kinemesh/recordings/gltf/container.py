"""Binary glTF 2.0: the container, its numbers and its node tree, nothing of it trusted.

Own code rather than a library: those at hand (trimesh, pygltflib) read either no animation or no
numbers, and check neither sizes nor the tree. What is needed is JSON and one block of bytes.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.inputs import head, looks_like
from kinemesh._files.numpy_files import as_floats
from kinemesh.arrays import Array
from kinemesh.errors import ReadError

_LARGEST_FILE = 2 << 30
_LARGEST_JSON = 64 << 20
_DEEPEST = 1000
_MOST_NUMBERS = 1 << 26
"""All accessors that are read may hold this many numbers together: 512 MiB."""
_EMPTY_NUMBERS = 1 << 20
"""An accessor without data, which stands for zeros, may hold this many."""
_KINDS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_FAMILIAR = {"KHR_mesh_quantization", "KHR_texture_transform", "KHR_materials_unlit"}
"""Extensions that may be required: they change nothing that is read here, or it is known."""


@dataclass(eq=False)
class Gltf:
    """One file: its JSON tables, its bytes, and the tree of the nodes of its scene."""

    name: str
    tables: dict[str, Any]
    data: bytes
    budget: int = _MOST_NUMBERS
    """How many numbers may still be read."""
    _tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Gltf:
        """Open a ``.glb`` file.

        Raises:
            ReadError: not binary glTF 2, cut short, lengths that contradict one another, or JSON
                that is none.
        """
        start = head(path, 12)
        if start[:4] != b"glTF":
            raise ReadError(
                f"{path.name} is {looks_like(head(path))}",
                expected="binary glTF (.glb)",
                advice="export the scene as one .glb file",
            )
        if len(start) < 12:
            raise _damaged(path.name, f"it ends after {len(start)} bytes")
        version, length = struct.unpack("<II", start[4:])
        size = path.stat().st_size
        if version != 2:
            raise ReadError(
                f"{path.name} is glTF version {version}",
                given=version,
                expected="2",
                advice="export it again",
            )
        if length > size:
            raise _damaged(path.name, f"it declares {length} bytes and has {size}")
        if length > _LARGEST_FILE:
            raise ReadError(
                f"{path.name} holds {length >> 20} MiB", given=length >> 20, expected="at most 2048"
            )
        chunks = _chunks(path.name, path.read_bytes()[:length])
        if not chunks or chunks[0][0] != b"JSON":
            raise _damaged(path.name, "it does not begin with its table (a JSON chunk)")
        file = cls(path.name, _json(path.name, chunks[0][1]), b"")
        if len(chunks) > 1 and chunks[1][0] == b"BIN\0":
            file.data = chunks[1][1]
        for extension in file.list_of(file.tables, "extensionsRequired", str):
            if extension not in _FAMILIAR:
                raise ReadError(
                    f"{path.name} needs the extension {extension}, which is not read here: export "
                    f"it without compression and without extensions"
                )
        return file

    def damaged(self, reason: str) -> ReadError:
        """The error for a file whose tables are wrong."""
        return _damaged(self.name, reason)

    def table(self, name: str) -> list[dict[str, Any]]:
        """One of the top tables, ``nodes`` for instance; empty where there is none."""
        if name not in self._tables:
            self._tables[name] = self.list_of(self.tables, name, dict)
        return self._tables[name]

    def row(self, name: str, index: Any) -> dict[str, Any]:
        """One entry of a top table."""
        table = self.table(name)
        if type(index) is not int or not 0 <= index < len(table):
            raise self.damaged(f"{name} number {index!r} is asked for; there are {len(table)}")
        return table[index]

    def list_of(self, owner: dict[str, Any], key: str, kind: type) -> list[Any]:
        """The list ``key`` of ``owner``, whose entries are of one type; empty if left out."""
        value = owner.get(key, [])
        if not isinstance(value, list) or any(type(entry) is not kind for entry in value):
            raise self.damaged(f"{key!r} is not a list of {kind.__name__}")
        return value

    def numbers(self, owner: dict[str, Any], key: str, usual: list[float]) -> Array:
        """The list of numbers ``key`` of ``owner``, as long as the ``usual`` one."""
        value = owner.get(key, usual)
        good = isinstance(value, list) and len(value) == len(usual)
        if not good or any(type(x) not in (int, float) or abs(x) > 1e9 for x in value):
            raise self.damaged(f"{key!r} is {str(value)[:60]}; expected {len(usual)} numbers")
        return np.array(value, dtype=np.float64)

    def accessor(self, index: Any, kind: str) -> Array:
        """The numbers ``(count, width)`` of one accessor, normalised ones as fractions.

        Raises:
            ReadError: of another ``kind`` (``VEC3``), beyond the bytes of the file, or too many.
        """
        row = self.row("accessors", index)
        count, width = self._whole(row, "count"), _WIDTHS.get(kind, 0)
        if row.get("type") != kind:
            raise self.damaged(f"accessor {index} is {row.get('type')!r}; expected {kind}")
        self.budget -= count * width
        if self.budget < 0:
            raise ReadError(
                f"{self.name} asks for more than {_MOST_NUMBERS >> 20} million numbers: "
                f"expected one motion with its objects"
            )
        if "bufferView" in row:
            values = self._view(row, row["bufferView"], self._whole(row, "byteOffset"), width)
        elif count * width <= _EMPTY_NUMBERS:
            values = np.zeros((count, width), dtype=_KINDS[5126])
        else:
            raise self.damaged(f"accessor {index} holds {count} entries and no data")
        if "sparse" in row:
            values = self._patched(row["sparse"], values, row)
        step = {"i": 127.0, "u": 255.0} if values.dtype.itemsize == 1 else {"i": 32767.0}
        whole = step.get(values.dtype.kind, 65535.0)
        if row.get("normalized") is True and values.dtype.kind in "iu":
            return np.asarray(np.maximum(as_floats(values) / whole, -1.0))
        return as_floats(values)

    def _view(self, row: dict[str, Any], view: Any, offset: int, width: int) -> Any:
        """``row["count"]`` entries of ``width`` numbers in a buffer view, ``offset`` bytes on."""
        component = row.get("componentType")
        if type(component) is not int or component not in _KINDS:
            raise self.damaged(f"numbers of the unknown type {str(component)[:40]!r}")
        kind = np.dtype(_KINDS[row["componentType"]])
        count = self._whole(row, "count")
        place = self.row("bufferViews", view)
        buffer = self.row("buffers", place.get("buffer"))
        if "uri" in buffer or place["buffer"] != 0:
            raise ReadError(
                f"{self.name} keeps its numbers outside its own block of bytes (a URI); only files "
                f"that hold everything are read: export it as one .glb"
            )
        size, start = width * kind.itemsize, self._whole(place, "byteOffset")
        length = self._whole(place, "byteLength")
        stride = self._whole(place, "byteStride") or size
        if stride < size or stride > 252 or start + length > len(self.data):
            raise self.damaged(
                f"a view of {length} bytes from {start}, {stride} bytes an entry, in a block of "
                f"{len(self.data)}"
            )
        if count and offset + stride * (count - 1) + size > length:
            raise self.damaged(f"{count} entries of {stride} bytes in a view of {length} bytes")
        if not count:
            return np.zeros((0, width), dtype=kind)
        raw = np.frombuffer(self.data, np.uint8, stride * (count - 1) + size, start + offset)
        rows = np.lib.stride_tricks.as_strided(raw, (count, size), (stride, 1), writeable=False)
        return np.ascontiguousarray(rows).view(kind)

    def _patched(self, sparse: Any, values: Any, row: dict[str, Any]) -> Any:
        """``values`` with those that a sparse table replaces."""
        try:
            places, news = dict(sparse["indices"]), dict(sparse["values"])
            few = {"count": sparse["count"]}
        except (TypeError, KeyError, ValueError) as error:
            raise self.damaged("a sparse accessor without places or values") from error
        index = self._view(
            {**places, **few}, places.get("bufferView"), self._whole(places, "byteOffset"), 1
        )[:, 0]
        new = self._view(
            {**row, **few}, news.get("bufferView"), self._whole(news, "byteOffset"), values.shape[1]
        )
        if index.dtype.kind != "u" or (len(index) and index.max() >= len(values)):
            raise self.damaged("a sparse accessor replaces entries that are not there")
        values = np.array(values, dtype=new.dtype)
        values[index.astype(np.int64)] = new
        return values

    def _whole(self, row: dict[str, Any], key: str) -> int:
        value = row.get(key, 0)
        if type(value) is not int or not 0 <= value < 1 << 32:
            raise self.damaged(f"{key} = {str(value)[:40]!r}; expected a count of bytes or entries")
        return value


def check_nesting(name: str, content: bytes) -> None:
    """Refuse nodes that hang from one another deeper than anybody's do.

    For trimesh alone: where a node is takes it the square of as many steps as it is deep.

    Raises:
        ReadError: they do, or the table is damaged.
    """
    chunks = _chunks(name, content)
    if chunks and chunks[0][0] == b"JSON":
        _check_depth(name, _json(name, chunks[0][1]))


def _check_depth(name: str, tables: dict[str, Any]) -> None:
    rows = tables.get("nodes")
    below = [
        [child for child in children if type(child) is int]
        for row in (rows if isinstance(rows, list) else ())
        for given in [row.get("children") if isinstance(row, dict) else None]
        for children in [given if isinstance(given, list) else ()]
    ]
    seen = {child for children in below for child in children}
    level = [node for node in range(len(below)) if node not in seen]
    seen = set()
    for _ in range(_DEEPEST):
        found = {c for node in level for c in below[node] if 0 <= c < len(below)}
        level = list(found - seen)
        seen |= found
    if level:
        raise ReadError(
            f"{name}: its nodes hang from one another more than {_DEEPEST} deep: no scene's do"
        )


def _chunks(name: str, content: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and content of every chunk."""
    found: list[tuple[bytes, bytes]] = []
    at = 12
    while at + 8 <= len(content) and len(found) < 16:
        length = int.from_bytes(content[at : at + 4], "little")
        if at + 8 + length > len(content):
            raise _damaged(name, f"a chunk of {length} bytes where {len(content) - at - 8} follow")
        found.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 8 + length
    return found


def _json(name: str, text: bytes) -> dict[str, Any]:
    if len(text) > _LARGEST_JSON:
        raise ReadError(
            f"{name} has a table of {len(text) >> 20} MiB",
            given=len(text) >> 20,
            expected="at most 64",
        )

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no number of JSON")

    try:
        tables = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise _damaged(name, f"its table is not JSON ({str(error)[:80]})") from error
    if not isinstance(tables, dict):
        raise _damaged(name, "its table is not a JSON object")
    return tables


def _damaged(name: str, reason: str) -> ReadError:
    return ReadError(f"{name} is damaged: {reason}. Copy, download or export it again")
