"""Meshes as scanners and modellers leave them: open, turned inside out, in many pieces."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

_SIDES = {
    "bottom": ((0, 0, 0), (0, 1, 0), (1, 0, 0)),
    "top": ((0, 0, 1), (1, 0, 0), (0, 1, 0)),
    "back": ((0, 0, 0), (0, 0, 1), (0, 1, 0)),
    "front": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "right": ((0, 0, 0), (1, 0, 0), (0, 0, 1)),
    "left": ((0, 1, 0), (0, 0, 1), (1, 0, 0)),
}
"""Corner and two edges of each side of the unit cube, which looks outwards; x is to the front."""


class Mesh:
    """Triangles by corners ``(M, 3, 3)`` [m]."""

    def __init__(self, corners: np.ndarray) -> None:
        self.corners = np.asarray(corners, dtype=np.float64)

    def __add__(self, other: Mesh) -> Mesh:
        return Mesh(np.concatenate([self.corners, other.corners]))

    def turned(self, which: np.ndarray | slice = slice(None)) -> Mesh:
        """With the triangles ``which`` the other way round."""
        corners = self.corners.copy()
        corners[which] = corners[which][:, ::-1]
        return Mesh(corners)

    def without(self, which: np.ndarray | list[int]) -> Mesh:
        """Without the triangles ``which``."""
        return Mesh(np.delete(self.corners, which, axis=0))

    def moved(self, offset: tuple[float, float, float]) -> Mesh:
        """Moved by ``offset`` [m]."""
        return Mesh(self.corners + offset)

    def split(self, seed: int, share: float = 0.5, off: float = 0.0) -> Mesh:
        """With an edge of some triangles split, and not that of the triangle beside: T-junctions.

        The new corner is ``off`` [m] beside the edge, either way along each axis at most.
        """
        rng = np.random.default_rng(seed)
        lots = []
        for triangle in self.corners:
            if rng.random() >= share:
                lots.append(triangle)
                continue
            a, b, c = np.roll(triangle, -rng.integers(3), axis=0)
            middle = a + rng.uniform(0.2, 0.8) * (b - a) + rng.uniform(-off, off, 3)
            lots += [np.array([a, middle, c]), np.array([middle, b, c])]
        return Mesh(np.array(lots))

    def torn(self, seed: int, off: float) -> Mesh:
        """With every corner of every triangle moved by up to ``off`` [m] along each axis."""
        rng = np.random.default_rng(seed)
        return Mesh(self.corners + rng.uniform(-off, off, self.corners.shape))

    def mixed(self, seed: int) -> Mesh:
        """With four in ten triangles, by chance, the other way round."""
        return self.turned(np.random.default_rng(seed).random(len(self.corners)) < 0.4)

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Corners, once for each triangle, and triangles: what ``Shape.from_mesh`` takes."""
        return self.corners.reshape(-1, 3), np.arange(3 * len(self.corners)).reshape(-1, 3)


def sides(size: tuple[float, float, float], *names: str, cells: int = 3) -> Mesh:
    """Sides of a box that stands on z = 0 around the z axis, all looking out of it."""
    lots = []
    for name in names:
        start, u, v = (np.array(part, dtype=np.float64) for part in _SIDES[name])
        for i in range(cells):
            for j in range(cells):
                a = start + (i * u + j * v) / cells
                b, c, d = a + u / cells, a + (u + v) / cells, a + v / cells
                lots += [(a, b, c), (a, c, d)]
    return Mesh((np.array(lots) - (0.5, 0.5, 0.0)) * np.array(size))


def box(size: tuple[float, float, float], cells: int = 3) -> Mesh:
    """A closed box that stands on z = 0."""
    return sides(size, *_SIDES, cells=cells)


def bottomless(size: tuple[float, float, float] = (0.6, 0.4, 0.5), cells: int = 3) -> Mesh:
    """A box without its bottom."""
    return sides(size, *(name for name in _SIDES if name != "bottom"), cells=cells)


def room(size: tuple[float, float, float] = (4.0, 4.0, 2.5), cells: int = 5) -> Mesh:
    """Three walls and a floor, looking inwards, every third triangle the wrong way round."""
    mesh = sides(size, "bottom", "back", "left", "right", cells=cells).turned()
    return mesh.turned(np.arange(0, len(mesh.corners), 3))


def sofa() -> Mesh:
    """A seat 0.45 m high with a back rest behind it, without an underside, looking outwards.

    The seat is 1.6 x 0.9 m; x is to the front.
    """
    outline = np.array(
        [(-0.45, 0.0), (-0.45, 0.9), (-0.25, 0.9), (-0.25, 0.45), (0.45, 0.45), (0.45, 0.0)]
    )
    lots = []
    for (x0, z0), (x1, z1) in pairwise(outline):
        for y0, y1 in ((-0.8, 0.0), (0.0, 0.8)):
            a, b, c, d = (x0, y0, z0), (x0, y1, z0), (x1, y1, z1), (x1, y0, z1)
            lots += [(a, d, c), (a, c, b)]
    for y, caps in ((-0.8, 1), (0.8, -1)):
        flat = [(x, y, z) for x, z in outline]
        flat.append((-0.25, y, 0.0))
        for k in ((0, 6, 3), (0, 3, 1), (1, 3, 2), (6, 5, 4), (6, 4, 3)):
            lots.append(tuple(flat[n] for n in k)[::caps])
    return Mesh(np.array(lots))


def sheet(size: tuple[float, float] = (1.0, 1.0), cells: int = 4) -> Mesh:
    """A bare level sheet at z = 0."""
    return sides((*size, 1.0), "top", cells=cells).moved((0.0, 0.0, -1.0))


def goes_round(corners: np.ndarray, point: np.ndarray) -> float:
    """How often triangles go round a point, one after the other (L'Huilier's theorem)."""
    total = 0.0
    for triangle in corners - point:
        unit = triangle / np.linalg.norm(triangle, axis=1)[:, None]
        a, b, c = (
            2.0 * np.arcsin(min(1.0, 0.5 * float(np.linalg.norm(unit[i] - unit[j]))))
            for i, j in ((1, 2), (2, 0), (0, 1))
        )
        s = (a + b + c) / 2.0
        product = np.tan(s / 2) * np.tan((s - a) / 2) * np.tan((s - b) / 2) * np.tan((s - c) / 2)
        angle = 4.0 * np.arctan(np.sqrt(max(float(product), 0.0)))
        total += angle * np.sign(np.linalg.det(unit))
    return total / (4.0 * np.pi)
