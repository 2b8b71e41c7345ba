"""Triangles to draw, with normals that round off what is smooth and keep edges sharp."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from kinemesh.arrays import Array, row_numbers
from kinemesh.geometry import poses
from kinemesh.viewer import Mesh
from kinemesh.viewer.coarse import coarser

_CREASE = np.cos(np.radians(35.0))
"""Faces that meet at more than this angle have an edge between them."""
_GRAIN = 0.0055
"""Of dense meshes vertices within this [m] are merged: a pixel or two."""
_DENSE = 600
"""Meshes of no more triangles stay as they are."""
_SIDES = 10

Faces = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Surface:
    """Triangles in a frame of their own, or placed in the world."""

    vertices: Array
    """``(N, 3)`` [m]."""
    faces: Faces
    """``(M, 3)``."""
    normals: Array
    """At the corners of each triangle ``(M, 3, 3)``."""
    colours: Array
    """Of each triangle ``(M, 3)``, 0 to 1."""

    @classmethod
    def from_mesh(cls, mesh: Mesh) -> Surface:
        """The surface of a mesh."""
        vertices, faces = coarser(mesh.vertices, mesh.faces, grain=_GRAIN, dense=_DENSE)
        colours = np.tile(mesh.colour, (len(faces), 1))
        return cls(vertices, faces, corner_normals(vertices, faces), colours)

    def at(self, pose: Array) -> Surface:
        """Placed at ``pose`` ``(7,)``."""
        turn = poses.matrix(pose).T
        return Surface(
            self.vertices @ turn + pose[:3], self.faces, self.normals @ turn, self.colours
        )


def joined(surfaces: list[Surface]) -> Surface:
    """All of ``surfaces``, which are in one frame, as one."""
    starts = np.cumsum([0, *(len(s.vertices) for s in surfaces[:-1])])
    return Surface(
        np.concatenate([s.vertices for s in surfaces]),
        np.concatenate([s.faces + k for s, k in zip(surfaces, starts, strict=True)]),
        np.concatenate([s.normals for s in surfaces]),
        np.concatenate([s.colours for s in surfaces]),
    )


def corner_normals(vertices: Array, faces: Faces) -> Array:
    """Unit normals ``(M, 3, 3)`` at the corners of triangles ``(M, 3)``.

    A corner's normal is the mean of those of the faces around its vertex, by area, that are
    less than 35 degrees from its own face.
    """
    corners = row_numbers(np.round(vertices, 6))[faces].reshape(-1)
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    area = np.cross(b - a, c - a)
    unit = area / np.maximum(np.linalg.norm(area, axis=1, keepdims=True), 1e-15)
    owner = np.repeat(np.arange(len(faces)), 3)
    # which faces meet at a vertex: pairs of corners that share it
    incidence = coo_array(
        (np.ones(len(corners)), (corners, np.arange(len(corners)))),
        shape=(int(corners.max()) + 1, len(corners)),
    ).tocsr()
    pairs = (incidence.T @ incidence).tocoo()
    first, second = pairs.coords
    near = np.einsum("ij,ij->i", unit[owner[first]], unit[owner[second]]) > _CREASE
    first, other = first[near], area[owner[second[near]]]
    total = np.stack([np.bincount(first, other[:, k], len(corners)) for k in range(3)], axis=1)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    total = np.where(length > 1e-15, total / np.maximum(length, 1e-15), unit[owner])
    return np.asarray(total.reshape(-1, 3, 3))


def tubes(ends: Array, radius: float, colour: tuple[float, float, float]) -> Surface:
    """Bones from ``ends`` ``(E, 2, 3)`` [m]: prisms with a ball at each end."""
    angle = np.arange(_SIDES) * 2.0 * np.pi / _SIDES
    axis = ends[:, 1] - ends[:, 0]
    length = np.linalg.norm(axis, axis=1, keepdims=True)
    axis = np.where(length > 1e-9, axis / np.maximum(length, 1e-9), [0.0, 0.0, 1.0])
    aside = np.where(np.abs(axis[:, 2:]) < 0.9, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    first = np.cross(axis, aside)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(axis, first)
    # rings from one pole to the other: half a ball, the shaft, half a ball
    lift = np.radians([-90.0, -60.0, -30.0, 0.0, 0.0, 30.0, 60.0, 90.0])
    round_ = np.cos(angle)[:, None, None] * first + np.sin(angle)[:, None, None] * second
    rings = []
    for k, up in enumerate(lift):
        centre = ends[:, 0] if k < 4 else ends[:, 1]
        rings.append(centre + radius * (np.cos(up) * round_ + np.sin(up) * axis))
    points = np.stack(rings).transpose(2, 0, 1, 3)  # (E, rings, sides, 3)
    side = np.arange(_SIDES)
    after = (side + 1) % _SIDES
    low = np.arange(len(lift) - 1)[:, None] * _SIDES
    quads = np.stack([low + side, low + after, low + _SIDES + after, low + _SIDES + side], axis=-1)
    quads = quads.reshape(-1, 4)
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    count = len(lift) * _SIDES
    every = (faces[None] + count * np.arange(len(ends))[:, None, None]).reshape(-1, 3)
    vertices = points.reshape(-1, 3)
    inner = np.repeat(ends, [4 * _SIDES], axis=1).reshape(-1, 3)
    outward = (vertices - inner)[every] / radius
    return Surface(vertices, every, outward, np.tile(colour, (len(every), 1)))
