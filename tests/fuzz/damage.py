"""Ways to damage a file: of any kind, and of a kind whose parts are known."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from glb_files import packed

Rng = np.random.Generator
Damage = Callable[[bytes, Rng], bytes]

_EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_WORDS = (
    *(b"99999999999", b"-1", b"0", b"1e309", b"nan", b"-inf", b"1e300", b"1e-300", b"2147483648"),
    *(b"18446744073709551616", b"9" * 5000, b"true", b"''", b"1_0", b"0x10", b"3.5", b"[]"),
    *(b"1979-05-27", b"\xff", b"\xc3\xa9", b"{}", b"1e999999", b"4294967295", b"1000000"),
)
_LEAVES: tuple[Any, ...] = (
    *(-1, 0, 1, 2, 255, 65536, 2**31, 2**40, 2**70, 1e300, -0.5, "", "x", "../a", None, True),
    *([], {}, [[]], [0], [1e308] * 3, [-1], [2**40], {"a": 1}, [None], "nan"),
)
_SHAPES = (
    *("(99999999999,)", "(2, 99999999999)", "(-1, 22, 3)", "()", "(0,)", "(0, 22, 3)", "(1,)"),
    *("(4611686018427387904, 4)", "(0, 99999999999999)", "(18446744073709551616,)", "(4, 22, 4)"),
    *("(True,)", "(1.5,)", "('a',)", "4", "None", "(" + "1, " * 70 + ")", "(4, 0, 3)", "(4, 1)"),
    *("(" * 300, "(" * 50 + ")" * 50, "(9**9**9,)", "[4]", "(4," * 3),
)
_DTYPES = (
    *("|O", "<M8[s]", "<c16", "<U3", "|V8", ">f8", "|b1", "<f2", "<f16", "|S8", "<i8", "<u8"),
    *("<U99999999", "|V999999999999", "<f9", "", "f8,f8", "O8", "('<f8', (3,))", "|V0", "<U0"),
)


def cut(data: bytes, rng: Rng) -> bytes:
    """Cut short: at one of the first bytes, near the end, after a line, or anywhere."""
    size = len(data)
    lines = [m.end() for m in re.finditer(rb"\n|PK", data)] or [size // 2]
    places = [
        rng.integers(0, 80),
        size - rng.integers(1, 40),
        rng.choice(lines),
        rng.integers(size),
    ]
    return data[: max(0, int(rng.choice(places)))]


def flipped(data: bytes, rng: Rng) -> bytes:
    """One to eight bits turned over, often in the header."""
    out = bytearray(data)
    top = min(len(out), 200) if rng.random() < 0.5 else len(out)
    for place in rng.integers(0, max(top, 1), size=rng.integers(1, 9)):
        if out:
            out[place] ^= 1 << int(rng.integers(8))
    return bytes(out)


def inserted(data: bytes, rng: Rng) -> bytes:
    """Bytes of chance put in."""
    at = int(rng.integers(0, len(data) + 1))
    return data[:at] + rng.bytes(int(rng.integers(1, 9))) + data[at:]


def removed(data: bytes, rng: Rng) -> bytes:
    """A piece taken out."""
    at = int(rng.integers(0, len(data) + 1))
    return data[:at] + data[at + int(rng.integers(1, 33)) :]


def repeated(data: bytes, rng: Rng) -> bytes:
    """A piece put in a second time, or put in place of another."""
    at, to = (int(n) for n in rng.integers(0, len(data) + 1, size=2))
    piece = data[at : at + int(rng.integers(1, 200))]
    return data[:to] + piece + data[to + (len(piece) if rng.random() < 0.5 else 0) :]


def blanked(data: bytes, rng: Rng) -> bytes:
    """A piece of zeros, of ones, or of chance."""
    at, size = int(rng.integers(0, len(data) + 1)), int(rng.integers(1, 200))
    size = min(size, len(data) - at)
    fill = [bytes(size), b"\xff" * size, rng.bytes(size)][int(rng.integers(3))]
    return data[:at] + fill + data[at + size :]


def overwritten(data: bytes, rng: Rng) -> bytes:
    """A number of two, four or eight bytes in place of what is there: sizes, counts, NaN."""
    extreme = int(rng.choice(_EXTREMES))
    kinds = [
        *(struct.pack("<H", extreme & 0xFFFF), struct.pack("<I", extreme)),
        *(struct.pack(">I", extreme), struct.pack("<Q", extreme << int(rng.choice([0, 16, 31])))),
        *(struct.pack("<d", v) for v in (np.nan, np.inf, 1e308, -1e308, 5e-324)),
        *(struct.pack("<f", v) for v in (np.nan, -np.inf, 3e38, 1e-45)),
    ]
    new = kinds[int(rng.integers(len(kinds)))]
    top = min(len(data), 160) if rng.random() < 0.4 else len(data)
    at = int(rng.integers(0, max(top, 1)))
    at -= at % int(rng.choice([1, 2, 4]))
    return data[:at] + new + data[at + len(new) :]


def word(data: bytes, rng: Rng) -> bytes:
    """A number in a text becomes another, or what is no number."""
    found = list(re.finditer(rb"-?\d+\.?\d*(e[-+]?\d+)?", data[:20000]))
    if not found:
        return flipped(data, rng)
    one = found[int(rng.integers(len(found)))]
    new = _WORDS[int(rng.integers(len(_WORDS)))]
    return data[: one.start()] + new + data[one.end() :]


def token(data: bytes, rng: Rng) -> bytes:
    """Signs that open what is never closed, at a boundary; or a word swapped with another."""
    found = [m.span() for m in re.finditer(rb"[A-Za-z_]+|[\[\]{}()<>=\",]", data[:20000])]
    if len(found) < 2:
        return inserted(data, rng)
    (a, b), (c, d) = (found[k] for k in sorted(rng.choice(len(found), 2, replace=False)))
    if rng.random() < 0.5:
        return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]
    signs = (b"[", b"{a=", b'{"a":', b"(", b"<a>", b"\0", b'"', b"'''", b"a.", b"#", b"<!--", b"\n")
    sign = signs[int(rng.integers(len(signs)))]
    return data[:a] + sign * int(rng.choice([1, 5000])) + data[a:]


def recoded(data: bytes, rng: Rng) -> bytes:
    """Another encoding, or bytes of one in the middle of another."""
    text = data.decode("latin-1")
    at = int(rng.integers(0, len(data) + 1))
    return [
        *(text.encode("utf-16"), text.encode("utf-16-be"), text.encode("utf-32")),
        *(b"\xef\xbb\xbf" + data, data[:at] + "é".encode("latin-1") + data[at:]),
        *(data[:at] + rng.bytes(300) + data[at:], data.replace(b"\n", b"\r")),
        *(data[:at] + b"\xf0\x9f\x98\x80\xe2\x80\xae" + data[at:], text.encode("utf-7")),
    ][int(rng.integers(9))]


GENERAL: tuple[Damage, ...] = (*(cut, flipped, inserted, removed, repeated, blanked, overwritten),)
TEXT: tuple[Damage, ...] = (word, word, token, recoded, cut, flipped, removed, repeated)


def header(data: bytes, rng: Rng) -> bytes:
    """The header of a NumPy array with another shape, type or order, lengths kept right."""
    if not data.startswith(b"\x93NUMPY") or len(data) < 12:
        return flipped(data, rng)
    size = struct.unpack("<H", data[8:10])[0]
    text, rest = data[10 : 10 + size].decode("latin-1").rstrip(), data[10 + size :]
    kind = rng.integers(4)
    if kind == 0:
        shape = _SHAPES[int(rng.integers(len(_SHAPES)))]
        text = re.sub(r"'shape': \([^)]*\)", lambda _: f"'shape': {shape}", text)
    elif kind == 1:
        code = _DTYPES[int(rng.integers(len(_DTYPES)))]
        text = re.sub(r"'descr': '[^']*'", lambda _: f"'descr': {code!r}", text)
    elif kind == 2:
        text = token(text.encode("latin-1"), rng).decode("latin-1")
    else:
        text = text.replace("False", str(rng.choice(["True", "None", "1", "'a'", "False, 'x': 1"])))
    new = (text + "\n").encode("latin-1")
    if len(new) > 65535:
        return data[:6] + b"\x02\0" + struct.pack("<I", len(new)) + new + rest
    return data[:8] + struct.pack("<H", len(new)) + new + rest


def numbers(data: bytes, rng: Rng) -> bytes:
    """A NumPy array of the same shape with a few numbers, or all, that are extreme."""
    try:
        array = np.load(io.BytesIO(data), allow_pickle=False)
    except Exception:
        return flipped(data, rng)
    if array.dtype.kind != "f" or not array.size:
        return overwritten(data, rng)
    values = [np.nan, np.inf, -np.inf, 1e300, -1e300, 1e-300, 0.0, 1e9, 1e20, 5e-324, 1.7e308]
    flat = array.copy().ravel()
    share = rng.choice([0.01, 0.5, 1.0])
    flat[rng.random(flat.size) < share] = rng.choice(values)
    stream = io.BytesIO()
    np.save(stream, flat.reshape(array.shape))
    return stream.getvalue()


def entry(data: bytes, rng: Rng) -> bytes:
    """One entry of a zip archive damaged, lost, renamed or doubled; sums and sizes kept right."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    one = int(rng.integers(len(entries)))
    name, content = entries[one]
    kind = rng.random()
    if kind < 0.05:
        entries.pop(one)
    elif kind < 0.1:
        entries[one] = (str(rng.choice(["a", "../a", "a/b", "", "é", "qpos.npy"])), content)
    elif kind < 0.15:
        entries[one] = (name, entries[int(rng.integers(len(entries)))][1])
    else:
        changes = (*GENERAL, overwritten)
        if name.endswith(".npy"):
            changes = (header, header, numbers, numbers, *changes)
        entries[one] = (name, changes[int(rng.integers(len(changes)))](content, rng))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def directory(data: bytes, rng: Rng) -> bytes:
    """Sizes, places, methods and flags in the tables of a zip archive."""
    signs = [m.start() for m in re.finditer(rb"PK(\x01\x02|\x03\x04|\x05\x06)", data)]
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 3))):
        at = int(rng.choice(signs)) + 4 + 2 * int(rng.integers(0, 22))
        new = struct.pack("<I", int(rng.choice(_EXTREMES)))[: int(rng.choice([2, 4]))]
        out[at : at + len(new)] = new[: max(0, len(out) - at)]
    return bytes(out)


def leaves(tree: Any) -> list[tuple[Any, Any]]:
    """Where in a tree of JSON each value stands: its holder and its key."""
    found, waiting = [], [tree]
    while waiting:
        branch = waiting.pop()
        keys = branch.keys() if isinstance(branch, dict) else range(len(branch))
        for key in list(keys):
            found.append((branch, key))
            if isinstance(branch[key], dict | list):
                waiting.append(branch[key])
    return found


def tree(data: bytes, rng: Rng) -> bytes:
    """JSON with one or two values changed, taken out or swapped."""
    table = json.loads(data)
    for _ in range(int(rng.integers(1, 3))):
        found = leaves(table)
        holder, key = found[int(rng.integers(len(found)))]
        if rng.random() < 0.15:
            del holder[key]
        elif rng.random() < 0.15:
            other, there = found[int(rng.integers(len(found)))]
            holder[key] = json.loads(json.dumps(other[there]))
        else:
            holder[key] = _LEAVES[int(rng.integers(len(_LEAVES)))]
    return json.dumps(table).encode()


def gltf(data: bytes, rng: Rng) -> bytes:
    """Tables of a .glb changed, lengths kept right."""
    size = struct.unpack("<I", data[12:16])[0]
    rest = data[20 + size :]
    table = data[20 : 20 + size]
    table = tree(table, rng) if rng.random() < 0.9 else token(table, rng)
    return packed(table, rest[8:])


def damages(name: str, data: bytes) -> tuple[Damage, ...]:
    """What can be done to a file of this name and content."""
    if data.startswith(b"PK\x03\x04"):
        return (*GENERAL, *(entry,) * 10, *(directory,) * 4)
    if data.startswith(b"\x93NUMPY"):
        return (*GENERAL, *(header,) * 6, *(numbers,) * 4)
    if data.startswith(b"glTF"):
        return (*GENERAL, *(gltf,) * 12)
    if name.endswith(".json"):
        return (*TEXT, tree, tree, tree)
    if name.endswith((".toml", ".csv", ".obj", ".urdf", ".xml", ".txt", ".bvh")) or data.isascii():
        return TEXT
    return (*GENERAL, overwritten)
