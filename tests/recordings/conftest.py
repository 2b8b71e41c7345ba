from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kinemesh.motion import SKELETONS
from made_person import standing


def omomo_table(frames: int = 20, floor: float = 0.07, track: bool = True) -> np.ndarray:
    """A table ``(T, 591)`` float32 in the OMOMO layout: a box stands at x = 1 m, z = 0.25 m."""
    table = np.zeros((frames, 591), np.float32)
    positions = standing("smplh52", frames, floor)
    table[:, 162:318] = positions.reshape(frames, -1)
    table[:, 0:3] = positions[:, 0]
    table[:, 383:591].reshape(frames, 52, 4)[..., 3] = 1.0
    table[:, 3:7] = (0.0, 0.0, 0.0, 1.0)
    if track:
        table[:, 318:325] = (1.0, 0.0, 0.25, 0.0, 0.0, 0.0, 1.0)
        table[:, 331:383] = -1.0
        table[frames // 2 :, 331 + SKELETONS["smplh52"].index("L_Wrist")] = 1.0
        table[-1, 331 + SKELETONS["smplh52"].index("R_Thumb3")] = 1.0
    return table


def text(value: str) -> bytes:
    """Opcode BINUNICODE."""
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def number(value: int) -> bytes:
    """Opcode LONG1."""
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def numbers(values: tuple[int, ...]) -> bytes:
    return b"(" + b"".join(number(value) for value in values) + b"t"


def tensor_program(
    size: tuple[int, ...],
    stride: tuple[int, ...],
    count: int,
    offset: int = 0,
    storage: bytes = b"ctorch\nFloatStorage\n",
    key: str = "0",
    hooks: bytes = b"ccollections\nOrderedDict\n)R",
) -> bytes:
    """The pickle that torch.save writes for one tensor."""
    reference = b"(" + text("storage") + storage + text(key) + text("cpu") + number(count) + b"tQ"
    arguments = reference + number(offset) + numbers(size) + numbers(stride) + b"\x89" + hooks
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + arguments + b"tR."


def save_torch(
    path: Path,
    array: np.ndarray,
    program: bytes | None = None,
    extra: dict[str, bytes] | None = None,
    order: str = "little",
) -> Path:
    """A file as ``torch.save`` writes it, or one with a ``program`` that it would not write."""
    if program is None:
        stride = tuple(step // array.itemsize for step in array.strides)
        kind = {2: b"Half", 4: b"Float", 8: b"Double"}[array.itemsize]
        storage = b"ctorch\n" + kind + b"Storage\n"
        program = tensor_program(array.shape, stride, array.size, storage=storage)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("clip/data.pkl", program)
        archive.writestr("clip/byteorder", order)
        archive.writestr("clip/data/0", array.tobytes())
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def person() -> Callable[..., np.ndarray]:
    return standing


@pytest.fixture
def table() -> Callable[..., np.ndarray]:
    return omomo_table


@pytest.fixture
def torch_save() -> Callable[..., Path]:
    return save_torch


@pytest.fixture
def program() -> Callable[..., bytes]:
    return tensor_program


@pytest.fixture
def box_obj(tmp_path: Path) -> Path:
    """A box 0.4 x 0.4 x 0.5 m as an .obj file that names a material file which is not there."""
    from kinemesh.motion import Shape

    return save_obj(tmp_path / "crate.obj", Shape.box((0.4, 0.4, 0.5)))


def save_obj(path: Path, shape: object, factor: float = 1.0) -> Path:
    lines = ["mtllib missing.mtl", "usemtl wood"]
    lines += [f"v {x} {y} {z}" for x, y, z in shape.vertices * factor]
    lines += [f"f {a} {b} {c}" for a, b, c in shape.faces + 1]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def obj_save() -> Callable[..., Path]:
    return save_obj
