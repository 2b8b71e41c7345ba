"""Frames as suits send them, made from numbers: Noitom's BVH and Xsens MVN's datagrams."""

from __future__ import annotations

import struct

import numpy as np


def bvh_text(numbers, avatar: int = 0, name: str = "Char00") -> bytes:
    return f"{avatar} {name} {' '.join(f'{n:.4f}' for n in numbers)} ||".encode()


def bvh_binary(numbers, avatar: int = 0, version: tuple[int, int] = (1, 1)) -> bytes:
    """A frame after NeuronDataReader's headers, version 1.1, or 1.0 with its wide counts."""
    major, minor = version
    lead = struct.pack("<H4B", 0xDDFF, 0, 0, minor, major)
    if version >= (1, 1):
        head = struct.pack(
            "<HBBI32sIIIIH", len(numbers), 1, 0, avatar, b"Char00", 7, 0, 0, 0, 0xEEFF
        )
    else:
        head = struct.pack("<IIII32sIIH", len(numbers), 1, 0, avatar, b"Char00", 0, 0, 0xEEFF)
    assert len(lead + head) == 64
    return lead + head + np.asarray(numbers, "<f4").tobytes()


def mvn_datagram(
    places,
    turns,
    *,
    kind: bytes = b"MXTP02",
    sample: int = 1,
    counter: int = 0x80,
    clock: int = 0,
    character: int = 0,
    first: int = 1,
) -> bytes:
    """Segments with places ``(N, 3)`` and turns ``(N, 4)`` wxyz, from ID ``first`` on."""
    body = b"".join(
        struct.pack(">i7f", first + k, *place, *turn)
        for k, (place, turn) in enumerate(zip(places, turns, strict=True))
    )
    head = struct.pack(
        ">6sIBBIBBBBHH",
        *(kind, sample, counter, len(places), clock, character, 23, 0, 0, 0, len(body)),
    )
    return head + body
