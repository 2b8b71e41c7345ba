"""Triangles and the edges they share: doubles taken out, pieces that hang together, their holes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree

from kinemesh.arrays import Array, in_order, numbered, row_numbers

Faces = NDArray[np.int64]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]

_WELD = 1e-6
"""Corners at holes that are nearer than this share of the mesh's size are one."""


@dataclass(frozen=True, eq=False)
class Edges:
    """The sides of triangles, three a triangle or more in pieces, and which edge each lies on."""

    ends: Faces
    """Where every side begins and ends ``(S, 2)``."""
    face: Labels
    """Its triangle ``(S,)``."""
    edge: Labels
    """Number of its edge ``(S,)``."""
    sense: Labels
    """+1 where it runs from the lower number to the higher ``(S,)``, else -1."""

    @classmethod
    def from_faces(cls, faces: Faces) -> Edges:
        """The sides of triangles ``(M, 3)``, one triangle's after the other's."""
        ends = np.stack([faces, faces[:, [1, 2, 0]]], axis=2).reshape(-1, 2)
        return cls.between(ends, np.repeat(np.arange(len(faces)), 3))

    @classmethod
    def between(cls, ends: Faces, face: Labels) -> Edges:
        """Sides from ``ends[:, 0]`` to ``ends[:, 1]`` ``(S, 2)`` of the triangles ``face``."""
        one, other = ends.T
        low, high = np.minimum(one, other), np.maximum(one, other)
        key = low * (int(high.max(initial=0)) + 1) + high
        return cls(ends, face, numbered(key), np.where(one < other, 1, -1))

    def uses(self) -> Labels:
        """How many triangles lie on the edge of every side ``(S,)``."""
        return np.asarray(np.bincount(self.edge)[self.edge])

    def of_some(self, members: Labels, turned: Flags) -> Edges:
        """Those of the triangles ``members``, the other way round where ``turned`` ``(M,)``."""
        wanted = np.zeros(len(turned), dtype=bool)
        wanted[members] = True
        mine = np.flatnonzero(wanted[self.face])
        round_ = turned[self.face[mine]]
        ends = np.where(round_[:, None], self.ends[mine, ::-1], self.ends[mine])
        sense = np.where(round_, -1, 1) * self.sense[mine]
        return Edges(ends, self.face[mine], closed_up(self.edge[mine]), sense)


def closed_up(labels: Labels) -> Labels:
    """``labels``, 0 or more, numbered from 0 on without those that nobody has, in their order."""
    used = np.zeros(int(labels.max(initial=-1)) + 1, dtype=bool)
    used[labels] = True
    return np.asarray((np.cumsum(used) - 1)[labels])


def grouped(count: int, a: Labels, b: Labels) -> Labels:
    """Which group each of ``count`` things is in ``(count,)``, when ``a[k]`` goes with ``b[k]``."""
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _turned(count: int, a: Labels, b: Labels, differ: Flags) -> tuple[Labels, Flags, Flags]:
    """Groups ``(count,)``, who is the other way round in his, and whose group has no two sides."""
    if not differ.any():
        nobody = np.zeros(count, dtype=bool)
        return grouped(count, a, b), nobody, nobody
    one = np.concatenate([a, a + count])
    other = np.concatenate([np.where(differ, b + count, b), np.where(differ, b, b + count)])
    label = grouped(2 * count, one, other)
    here, mirrored = label[:count], label[count:]
    return np.minimum(here, mirrored), here > mirrored, here == mirrored


def welded(points: Array, faces: Faces) -> tuple[Array, Faces]:
    """Corners that are equal, or at holes as good as equal, made one; only those in use are left.

    See :func:`welded_sides`.
    """
    return welded_sides(points, faces)[:2]


def welded_sides(points: Array, faces: Faces) -> tuple[Array, Faces, Edges]:
    """Corners that are equal, or at holes as good as equal, made one; only those in use are left.

    Triangles that then have two corners in one place are left out, and of those that lie on each
    other one is kept, or none where two solids share a wall.

    Returns:
        Points ``(N, 3)``, triangles ``(M, 3)`` and their sides.
    """
    number = row_numbers(points)
    merged = np.zeros((int(number.max(initial=-1)) + 1, 3))
    merged[number[::-1]] = points[::-1]  # the first of each
    faces = number[faces]
    faces = _singles(faces[_proper(faces)])
    sides = Edges.from_faces(faces)
    border = np.unique(sides.ends[sides.uses() == 1])
    if len(border):
        reach = _WELD * float(np.ptp(merged, axis=0).max())
        near = cKDTree(merged[border]).query_pairs(reach, output_type="ndarray")
        if len(near):
            group = grouped(len(merged), border[near[:, 0]], border[near[:, 1]])
            first = np.unique(group, return_index=True)[1]
            faces = first[group][faces]
            faces = _singles(faces[_proper(faces)])
            sides = Edges.from_faces(faces)
    used = np.zeros(len(merged), dtype=bool)
    used[faces] = True
    number = np.cumsum(used) - 1
    return merged[used], number[faces], replace(sides, ends=number[sides.ends])


def _proper(faces: Faces) -> Flags:
    a, b, c = faces.T
    return np.asarray((a != b) & (b != c) & (c != a))


def _singles(faces: Faces) -> Faces:
    """Triangles ``(M, 3)`` without doubles.

    Of those that lie on each other one is left. Where they look both ways as often: none, if the
    rest of the mesh goes on all round, which is a wall that two solids share; one, if it goes on
    nowhere, which is a sheet written twice; a fold in something larger stays as it is.
    """
    a, b, c = faces.T
    low, high = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
    key = row_numbers(np.stack([low, a + b + c - low - high, high], axis=1))
    if len(key) == 0 or key.max() + 1 == len(faces):
        return faces
    even = ((a < b) & (b < c)) | ((b < c) & (c < a)) | ((c < a) & (a < b))
    net = np.bincount(key, np.where(even, 1.0, -1.0))[key]
    one = np.zeros(len(faces), dtype=bool)
    for way in (even, ~even):
        first = np.flatnonzero(way)
        one[first[np.unique(key[first], return_index=True)[1]]] = True
    faces, even, net = faces[one], even[one], net[one]
    folded = net == 0.0
    single = ~folded & (even == (net > 0.0))
    sides = Edges.from_faces(faces)
    mine = folded[sides.face]
    group = grouped(len(faces), *_neighbours(sides.edge[mine], sides.face[mine]))
    # Seams of a fold are edges where others go on that close without it; else it ends there.
    rim = mine & (np.bincount(sides.edge, mine)[sides.edge] == 2)
    others = np.bincount(sides.edge, single[sides.face])[sides.edge]
    ends = np.isin(group, group[sides.face[rim & (others % 2 == 1)]])
    ends |= np.isin(group, group[sides.face[rim & (others == 0)]])
    seams = np.isin(group, group[sides.face[rim & (others > 0)]])
    return np.asarray(faces[single | folded & ~(seams & ~ends) & (even | seams)])


def _neighbours(edge: Labels, face: Labels) -> tuple[Labels, Labels]:
    """Pairs of triangles on one edge, each with the next."""
    order = in_order(edge)
    same = np.flatnonzero(np.diff(edge[order]) == 0)
    return face[order[same]], face[order[same + 1]]


def consistent(points: Array, faces: Faces, sides: Edges) -> tuple[Labels, Flags, Flags]:
    """The pieces of a mesh, their triangles all seen from one side.

    Triangles that share an edge with no third one belong together. Where more meet, they do if
    neither lot has an end there of its own: a bubble on a box is a piece, half a box is not.

    Args:
        points: ``(N, 3)`` [m].
        faces: ``(M, 3)``.
        sides: theirs, such as ``Edges.from_faces(faces)``.

    Returns:
        Piece of each triangle ``(M,)``, from 0 on; which of them are to be turned ``(M,)``, the
        smaller area of each piece; and which are in a piece that has one side only ``(M,)``.
    """
    pairs = np.bincount(sides.edge) == 2
    side, first = np.arange(len(sides.edge)), np.zeros(len(pairs), dtype=np.int64)
    last = first.copy()
    first[sides.edge[::-1]], last[sides.edge] = side[::-1], side
    one, other = first[pairs], last[pairs]
    group, turned, single = _turned(
        len(faces), sides.face[one], sides.face[other], sides.sense[one] == sides.sense[other]
    )
    a, b, c = (points[faces[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    group = closed_up(group)
    turned = _fewest(group, turned, area)
    joined, around = _joined(sides, group, turned)
    piece = closed_up(joined[group])
    return piece, _fewest(piece, turned ^ around[group], area), single


def _fewest(group: Labels, turned: Flags, area: Array) -> Flags:
    """The same, but with the smaller part of each group turned."""
    more = np.bincount(group, area * turned) > 0.5 * np.bincount(group, area)
    return np.asarray(turned ^ more[group])


def _joined(sides: Edges, group: Labels, turned: Flags) -> tuple[Labels, Flags]:
    """Groups that close each other where more than two triangles meet, and which to turn."""
    count = int(group.max()) + 1
    crowd = sides.uses() > 2
    key = sides.edge[crowd] * count + group[sides.face[crowd]]
    sense = sides.sense[crowd] * np.where(turned[sides.face[crowd]], -1, 1)
    keys, index = np.unique(key, return_inverse=True)
    net = np.bincount(index.reshape(-1), sense, len(keys))
    keys, net = keys[net != 0], net[net != 0]
    votes: dict[tuple[int, int], int] = {}
    for start, stop in _stretches(keys // count):
        lot, way = keys[start:stop] % count, np.sign(net[start:stop])
        first = [int(lot[way == s][0]) for s in (1, -1) if np.any(way == s)]
        for k, s in zip(lot.tolist(), way.tolist(), strict=True):
            # With the first that ends here the other way; else with the first, turned.
            partner = first[0] if len(first) == 1 else first[1 if s > 0 else 0]
            if partner != k:
                pair = (min(k, partner), max(k, partner))
                votes[pair] = votes.get(pair, 0) + (1 if len(first) == 2 else -1)
    settled = {pair: vote for pair, vote in votes.items() if vote}
    if not settled:
        return np.arange(count), np.zeros(count, dtype=bool)
    rows = np.array(list(settled), dtype=np.int32)  # what older SciPy takes
    vote = np.array(list(settled.values()))
    matrix = coo_array((-np.abs(vote).astype(float), (rows[:, 0], rows[:, 1])), (count, count))
    tree = minimum_spanning_tree(matrix.tocsr()).tocoo()
    a, b = tree.row.astype(np.int64), tree.col.astype(np.int64)
    differ = np.array(
        [settled[(min(i, j), max(i, j))] < 0 for i, j in zip(a.tolist(), b.tolist(), strict=True)]
    )
    joined, around, _ = _turned(count, a, b, differ.astype(bool))
    return joined, around


def _stretches(values: Labels) -> list[tuple[int, int]]:
    """First and end of every stretch of equal ``values`` that is longer than one."""
    ends = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    return [(a, b) for a, b in pairwise(ends) if b - a > 1]
