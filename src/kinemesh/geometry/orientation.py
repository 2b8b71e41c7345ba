"""What the surface of a mesh bounds, and which way its triangles look: settled once, at the door.

Each piece of a mesh is made consistent from edge to edge. A piece that closes, or whose holes
leave no doubt where they would be closed, bounds a solid and looks outwards; a piece inside of
another keeps its direction against it, so that a cavity stays one. What bounds nothing is a sheet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from kinemesh.arrays import Array, in_order
from kinemesh.errors import ClipError
from kinemesh.geometry.edges import (
    Edges,
    Faces,
    Flags,
    Labels,
    closed_up,
    consistent,
    grouped,
    welded_sides,
)
from kinemesh.geometry.seams import CRACK, sewn, without_needles
from kinemesh.geometry.winding import winding_numbers

Kind = Literal["closed", "open", "sheet"]

_HOLES = 0.42
"""Holes of more than this share of surface and holes leave no solid: a plain sheet has one half."""
_RAGGED = 0.1
"""And so do holes in no plane of more than this share: where they would be closed is a guess."""
_LEVEL = 0.1
"""A hole lies in a plane when its rim is no further off it than this share of its size."""
_ROUND = 1e-3
"""36 pi V^2 / A^3, 1 for a ball: an open piece of less is as flat as a sheet,"""
_FLAT = 1e-8
"""and a closed one of less is a sheet written twice."""
_SEEN = 1e-4
"""Holes of a smaller share are none."""
_THICK = 4.0
"""What closes at cracks alone is no thinner, on average, than so many of them."""
_BALANCED = 0.01
"""Loose triangles whose area vectors add up to less than this share of their area close."""
_SPECK = 0.02
"""A loose bit smaller than this share of the mesh counts as what the largest piece is."""
_ASKED = 64
"""So many places are asked how often loose triangles go round them,"""
_WHOLE = 0.05
"""and that is a whole number to within this, nearly everywhere."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Triangles that hang together, and what they bound."""

    members: Labels
    """Its triangles."""
    kind: Kind
    area: float
    """[m^2]."""
    volume: float
    """With its holes closed [m^3]; negative for a cavity; nothing to go by for a sheet."""
    hole: float
    """Share of the holes in surface and holes together."""
    facing: Array
    """Area vector ``(3,)`` [m^2] of what would close its holes, outwards."""


@dataclass(frozen=True, eq=False)
class Settled:
    """A mesh of which every triangle looks the way it should."""

    points: Array
    """Corners ``(N, 3)`` [m], each once."""
    faces: Faces
    """Triangles ``(M, 3)``: outwards where they bound a solid."""
    turned: Flags
    """Which had to be turned ``(M,)``."""
    pieces: tuple[Piece, ...]

    @cached_property
    def sheets(self) -> Flags:
        """Which triangles bound nothing ``(M,)``."""
        flags = np.zeros(len(self.faces), dtype=bool)
        for piece in self.pieces:
            flags[piece.members] = piece.kind == "sheet"
        return flags

    @property
    def kind(self) -> Kind:
        """That of all pieces if they agree; open otherwise."""
        kinds = {piece.kind for piece in self.pieces}
        return next(iter(kinds)) if len(kinds) == 1 else "open"


def settled(points: Array, faces: Faces) -> Settled:
    """The mesh with its triangles turned the way they should look.

    Args:
        points: ``(N, 3)`` [m].
        faces: ``(M, 3)`` vertex indices.

    Raises:
        ClipError: no triangle has an area.
    """
    count = len(faces)
    points, faces, whole = welded_sides(points, faces)
    if not len(faces) or not np.any(_areas(points[faces])):
        raise ClipError(f"none of the {count} triangles of the mesh has an area")
    faces, whole = without_needles(points, faces, whole)
    sides = sewn(points, faces, whole)
    label, turned, single = consistent(points, faces, sides)
    seen = np.where(turned[:, None], faces[:, ::-1], faces)
    label, bits = _bits(points, faces, label)
    pieces = []
    for own in np.split(in_order(label), np.cumsum(np.bincount(label))[:-1]):
        if len(own):
            core = own[~bits[own]]
            torn = bool(np.any(np.bincount(whole.edge.reshape(-1, 3)[core].reshape(-1)) == 1))
            piece = _piece(
                points, seen[core], sides.of_some(core, turned), bool(single[core].any()), torn
            )
            pieces.append(replace(piece, members=own))
    loose = np.concatenate([[-1], *(p.members for p in pieces if p.kind == "sheet")])[1:]
    loose = loose.astype(np.int64)
    soup = _soup(points, faces, loose) if len(loose) else None
    if soup is not None:
        turned[loose], seen[loose] = False, faces[loose]
        pieces = [*(piece for piece in pieces if piece.kind != "sheet"), soup]
    solids = [piece for piece in pieces if piece.kind != "sheet"]
    inside_out = _inside_out(points, seen, solids)
    pieces = [piece for piece in pieces if piece.kind == "sheet"]
    for piece, wrong in zip(solids, inside_out, strict=True):
        if wrong:
            seen[piece.members] = seen[piece.members][:, ::-1]
            turned[piece.members] ^= True
            piece = replace(piece, volume=-piece.volume, facing=-piece.facing)
        pieces.append(piece)
    return Settled(points, seen, turned, tuple(pieces))


def _bits(points: Array, faces: Faces, label: Labels) -> tuple[Labels, Flags]:
    """The piece of each triangle with small bits put to the largest piece; and which those are.

    Scans are full of them, and a solid is none the less one.
    """
    count = int(label.max()) + 1
    if count == 1:
        return label, np.zeros(len(label), dtype=bool)
    corners = points[faces]
    a, b, c = (corners[:, k] for k in range(3))
    order, starts = in_order(label), np.cumsum(np.bincount(label)) - np.bincount(label)
    low = np.minimum.reduceat(np.minimum(np.minimum(a, b), c)[order], starts)
    high = np.maximum.reduceat(np.maximum(np.maximum(a, b), c)[order], starts)
    largest = int(np.argmax(np.bincount(label, np.linalg.norm(_areas(corners), axis=1))))
    small = (high - low).max(axis=1) < _SPECK * np.linalg.norm(np.ptp(points, axis=0))
    small[largest] = False
    return np.where(small[label], largest, label), small[label]


def _piece(points: Array, own: Faces, sides: Edges, single: bool, torn: bool) -> Piece:
    """What a piece bounds, as its triangles look.

    ``single`` where it has one side only, ``torn`` where it closes at cracks only, if at all.
    """
    middle = points[own].mean(axis=(0, 1))
    corners = points[own] - middle
    area = float(np.linalg.norm(_areas(corners), axis=1).sum())
    caps, rims, bare = _caps(points - middle, sides)
    level, ragged, facing = 0.0, 0.0, np.zeros(3)
    for rim in range(int(rims.max(initial=-1)) + 1):
        cap = caps[rims == rim]
        vectors = _areas(cap)
        across = vectors.sum(axis=0)
        size = float(np.linalg.norm(across))
        off = (cap[:, :2] - cap[:, 2:]).reshape(-1, 3) @ (across / max(size, 1e-300))
        if np.sqrt(np.mean(off**2)) <= _LEVEL * np.sqrt(size):
            level += size
        else:
            ragged += float(np.linalg.norm(vectors, axis=1).sum())
        facing = facing + across
    volume = _volume(corners) + _volume(caps)
    whole = max(area + level + ragged, 1e-300)
    hole = (level + ragged) / whole
    fullness = 36.0 * np.pi * volume**2 / whole**3
    kind: Kind = "open"
    if hole <= _SEEN or not bare:
        thin = 2.0 * abs(volume) < _THICK * CRACK * area if torn else fullness < _FLAT
        kind = "sheet" if thin else "closed"
    elif hole > _HOLES or ragged > _RAGGED * whole or fullness < _ROUND:
        kind = "sheet"
    if single:
        kind = "sheet"
    return Piece(np.arange(len(own)), kind, area, volume, hole if bare else 0.0, facing)


def _caps(points: Array, sides: Edges) -> tuple[Array, Labels, bool]:
    """Triangles ``(K, 3, 3)`` that close a piece, fans over its rims; the rim of each; any holes.

    A rim without a hole is where more than two triangles meet on an edge.
    """
    net = np.bincount(sides.edge, sides.sense)[sides.edge]
    rim = np.flatnonzero((net != 0) & (np.sign(net) == sides.sense))
    rim = rim[np.unique(sides.edge[rim], return_index=True)[1]]
    if not len(rim):
        return np.zeros((0, 3, 3)), np.zeros(0, dtype=np.int64), False
    ends, times = sides.ends[rim], np.abs(net[rim]).astype(np.int64)
    label = grouped(len(points), ends[:, 0], ends[:, 1])[ends[:, 0]]
    label = closed_up(label)
    a, b = points[ends[:, 0]], points[ends[:, 1]]
    length = np.linalg.norm(b - a, axis=1) + 1e-300
    whole = np.bincount(label, length)
    middle = np.stack([np.bincount(label, length * x) / whole for x in ((a + b) / 2.0).T], axis=1)
    caps = np.stack([b, a, middle[label]], axis=1)
    return np.repeat(caps, times, axis=0), np.repeat(label, times), bool(np.any(sides.uses() == 1))


def _soup(points: Array, faces: Faces, members: Labels) -> Piece | None:
    """Loose triangles as one piece, as the file has them, if they close; else None."""
    corners = points[faces[members]]
    corners = corners - corners.mean(axis=(0, 1))
    vectors = _areas(corners)
    area = float(np.linalg.norm(vectors, axis=1).sum())
    across, volume = vectors.sum(axis=0), _volume(corners)
    gap = float(np.linalg.norm(across)) / max(area, 1e-300)
    if gap > _BALANCED or 36.0 * np.pi * volume**2 < _ROUND * area**3:
        return None
    # Two walls that face each other balance too, but between them nothing is gone round whole.
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    asked = np.random.default_rng(0).uniform(low, high, (_ASKED, 3))
    number = winding_numbers(corners, asked)
    if np.mean(np.abs(number - np.rint(number)) < _WHOLE) < 1.0 - _RAGGED:
        return None
    return Piece(members, "open", area, volume, gap, -across)


def _inside_out(points: Array, faces: Faces, solids: list[Piece]) -> list[bool]:
    """Which solids are to be turned: by their volume, or with the one they lie in."""
    if len(solids) == 1:
        return [solids[0].volume < 0.0]
    corners = [points[faces[solid.members]] for solid in solids]
    boxes = [(c.min(axis=(0, 1)), c.max(axis=(0, 1))) for c in corners]
    order = sorted(range(len(solids)), key=lambda k: -abs(solids[k].volume))
    wrong = [solid.volume < 0.0 for solid in solids]
    free = dict.fromkeys(order, True)
    for k in order:
        if not free[k]:
            continue
        low, high = boxes[k]
        inner = [
            n
            for n in order
            if n != k
            and free[n]
            and abs(solids[n].volume) < abs(solids[k].volume)
            and np.all(boxes[n][0] >= low)
            and np.all(boxes[n][1] <= high)
        ]
        if not inner:
            continue
        probes = np.concatenate([_probes(corners[n]) for n in inner])
        found = np.abs(winding_numbers(corners[k], probes)) > 0.5
        for n, held in zip(inner, found.reshape(len(inner), -1), strict=True):
            if held.sum() * 2 > len(held):
                wrong[n], free[n] = wrong[k], False
    return wrong


def _probes(corners: Array) -> Array:
    """Three points ``(3, 3)`` of a piece."""
    chosen = np.linspace(0, len(corners) - 1, 3).astype(np.int64)
    return np.asarray(corners[chosen].mean(axis=1))


def _areas(corners: Array) -> Array:
    return np.asarray(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2.0)


def _volume(corners: Array) -> float:
    """Signed volume [m^3] by the divergence theorem."""
    a, b, c = (corners[:, k] for k in range(3))
    return float(np.sum(a * np.cross(b, c)) / 6.0)
