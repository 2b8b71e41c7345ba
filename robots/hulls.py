"""Small convex hulls that enclose a mesh: the geometry behind ``build_g1.py``.

The true convex hull of a visual mesh has a thousand vertices or more. What is wanted is a
hull of a few dozen vertices which contains all of it and is nowhere far outside. It is found by
thinning: start from many points on the surface at a distance ``gap`` outside the true hull, then
take away, one after another, the vertex whose loss costs least, as long as the rest still
contains the mesh. ``enclose`` looks for the smallest gap at which few enough vertices are left.
The same mesh gives the same hull.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from kinemesh.newrobot.hulls import MARGIN, beyond, write_obj

__all__ = ["MARGIN", "beyond", "distance", "enclose", "read_obj", "read_stl", "thin", "write_obj"]


def read_stl(path: Path) -> np.ndarray:
    """Reads the vertices of a binary STL file, each once, shape (n, 3) [m]."""
    return np.unique(read_triangles(path).reshape(-1, 3), axis=0)


def read_triangles(path: Path) -> np.ndarray:
    """Reads the triangles of a binary STL file, shape (n, 3, 3) [m]."""
    record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    data = path.read_bytes()
    count = int.from_bytes(data[80:84], "little")
    if len(data) < 84 + count * record.itemsize:
        raise ValueError(f"{path} is not a binary STL file")
    triangles = np.frombuffer(data, record, count, 84)["corners"]
    return triangles.astype(float)


def read_obj(path: Path) -> np.ndarray:
    """Reads the vertices of an OBJ file, shape (n, 3) [m]."""
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return np.array([[float(x) for x in row[1:4]] for row in lines if row and row[0] == "v"])


def distance(points: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Distance from points to the convex hull of other points.

    Args:
        points: Query points, shape (n, 3) [m].
        vertices: Points that span the hull, shape (m, 3) [m].

    Returns:
        Distance of each query point, 0 inside, shape (n,) [m].
    """
    hull = ConvexHull(vertices)
    corners = hull.points[hull.simplices]
    height = points @ hull.equations[:, :3].T + hull.equations[:, 3]
    foot = points[:, None] - height[:, :, None] * hull.equations[None, :, :3]
    best = np.full(height.shape, np.inf)
    over = np.ones(height.shape, dtype=bool)
    turn = np.sign(
        np.einsum(
            "ij,ij->i",
            np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]),
            hull.equations[:, :3],
        )
    )
    for i in range(3):
        start, edge = corners[:, i], corners[:, (i + 1) % 3] - corners[:, i]
        inward = np.cross(hull.equations[:, :3], edge) * turn[:, None]
        offset = foot - start
        over &= np.einsum("nfj,fj->nf", offset, inward) >= 0.0
        along = np.einsum("nfj,fj->nf", offset, edge) / np.maximum((edge**2).sum(1), 1e-30)
        gap = points[:, None] - start - np.clip(along, 0.0, 1.0)[:, :, None] * edge
        best = np.minimum(best, np.sqrt((gap**2).sum(2)))
    best[over] = np.abs(height)[over]
    return np.where(height.max(1) <= 0.0, 0.0, best.min(1))


def _directions(count: int) -> np.ndarray:
    """Evenly spread unit vectors (Fibonacci sphere), shape (count, 3)."""
    k = np.arange(count) + 0.5
    z = 1.0 - 2.0 * k / count
    angle = np.pi * (1.0 + 5.0**0.5) * k
    ring = np.sqrt(1.0 - z * z)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1)


def _candidates(mesh: ConvexHull, gap: float, floor: float | None, count: int) -> np.ndarray:
    """Points at distance ``gap`` outside a hull, none of them below ``floor`` [m]."""
    corners = mesh.points[mesh.vertices]
    spread = _directions(count)
    by_direction = corners[np.argmax(spread @ corners.T, axis=1)] + gap * spread
    normals = np.zeros_like(mesh.points)
    a, b, c = (mesh.points[mesh.simplices[:, i]] for i in range(3))
    weighted = mesh.equations[:, :3] * np.linalg.norm(np.cross(b - a, c - a), axis=1)[:, None]
    for i in range(3):
        np.add.at(normals, mesh.simplices[:, i], weighted)
    normals = normals[mesh.vertices]
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    chosen = [0]
    far = np.linalg.norm(corners - corners[0], axis=1)
    while len(chosen) < min(count, len(corners)):
        chosen.append(int(np.argmax(far)))
        far = np.minimum(far, np.linalg.norm(corners - corners[chosen[-1]], axis=1))
    points = np.vstack([by_direction, corners[chosen] + gap * normals[chosen]])
    if floor is not None:
        low = corners[corners[:, 2] < floor + 1e-4]
        angle = np.linspace(0.0, 2.0 * np.pi, count // 2, endpoint=False)
        around = np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=1)
        points = np.vstack([points, low[np.argmax(around @ low.T, axis=1)] + gap * around])
        points[:, 2] = np.maximum(points[:, 2], floor)
        points[points[:, 2] < floor + 1e-4, 2] = floor
    return np.unique(points, axis=0)


def _room(equations: np.ndarray, corners: np.ndarray) -> float:
    """Smallest room between planes and the mesh, less the margin the plane needs [m]."""
    room = -equations[:, 3] - (equations[:, :3] @ corners.T).max(axis=1)
    return float(np.min(room - np.where(equations[:, 2] < -1.0 + 1e-9, -1e-9, MARGIN)))


def _room_without(vertex: np.ndarray, ring: np.ndarray, corners: np.ndarray) -> float:
    """Room left to the mesh when ``vertex`` goes and its neighbours ``ring`` close the gap [m]."""
    try:
        equations = ConvexHull(ring).equations
    except (QhullError, ValueError):
        centre = ring.mean(axis=0)
        normal = np.linalg.svd(ring - centre)[2][2]
        normal = normal if normal @ (vertex - centre) > 0.0 else -normal
        equations = np.append(normal, -normal @ centre)[None]
    seen = equations[equations[:, :3] @ vertex + equations[:, 3] > 1e-12]
    return _room(seen, corners) if len(seen) else np.inf


def thin(
    points: np.ndarray,
    corners: np.ndarray,
    limit: int,
    start: np.ndarray | None = None,
    known: dict[tuple[int, ...], float] | None = None,
) -> np.ndarray:
    """Takes vertices away from a hull as long as it contains a mesh.

    Args:
        points: Vertices to choose from, shape (n, 3) [m].
        corners: Points of the mesh to be contained, shape (m, 3) [m].
        limit: Number of vertices at which to stop.
        start: Indices of the vertices to start from; all when None.
        known: Room measured so far by vertex and neighbours [m], shared by calls on one ``points``.

    Returns:
        Indices of the vertices left, more than ``limit`` when no other can go.
    """
    known = {} if known is None else known
    alive = np.arange(len(points)) if start is None else np.sort(start)
    alive = alive[np.sort(ConvexHull(points[alive]).vertices)]
    while len(alive) > limit:
        hull = ConvexHull(points[alive])
        rings: dict[int, set[int]] = {}
        for simplex in alive[hull.simplices].tolist():
            for i in simplex:
                rings.setdefault(i, set()).update(j for j in simplex if j != i)
        ranked = []
        for i, ring in sorted(rings.items()):
            key = (i, *sorted(ring))
            if key not in known:
                known[key] = _room_without(points[i], points[list(key[1:])], corners)
            if known[key] >= 0.0:
                ranked.append((-known[key], i))
        if not ranked:
            break
        many = min(len(rings) - limit, max(1, len(rings) // 12 if len(rings) > 2 * limit else 1))
        gone: set[int] = set()
        for _, i in sorted(ranked):
            if len(gone) < many and not rings[i] & gone:
                gone.add(i)
        alive = np.array([i for i in sorted(rings) if i not in gone])
    return alive


def _search(points: np.ndarray, corners: np.ndarray, limit: int, tries: int) -> np.ndarray:
    """``thin``, then refilled in one neighbourhood after another and thinned again."""
    known: dict[tuple[int, ...], float] = {}
    best = thin(points, corners, limit, known=known)
    generator = np.random.default_rng(1)
    for _ in range(tries):
        if len(best) <= limit:
            break
        order = np.argsort(np.linalg.norm(points - points[generator.integers(len(points))], axis=1))
        near = order[: int(len(points) * generator.uniform(0.05, 0.35))]
        extra = generator.choice(near, min(30, len(near)), replace=False)
        found = thin(points, corners, limit, np.union1d(best, extra), known)
        best = found if len(found) <= len(best) else best
    return best


def enclose(
    points: np.ndarray, limit: int, reach: float, floor: float | None = None, count: int = 400
) -> np.ndarray:
    """Finds a convex hull of few vertices that encloses a mesh closely.

    Args:
        points: Vertices of the mesh, shape (n, 3) [m].
        limit: Largest number of vertices.
        reach: Distance outside the mesh that is allowed [m]; exceeded where it must be.
        floor: Height below which no vertex may lie (a flat sole) [m], or None.
        count: Density of the points to start from.

    Returns:
        The vertices, rounded to 1e-6, shape (k, 3) [m].
    """
    mesh = ConvexHull(points)
    corners = points[mesh.vertices]
    if len(corners) <= limit:
        return np.round(corners, 6)
    low, high, best = 0.0, 0.998 * reach, None
    while best is None or high - low > 0.06 * high:
        gap = high if best is None else 0.5 * (low + high)
        cloud = _candidates(mesh, gap, floor, count)
        left = thin(cloud, corners, limit)
        if len(left) > limit and gap == 0.998 * reach:
            cloud = _candidates(mesh, gap, floor, 2 * count)
            left = _search(cloud, corners, limit, tries=8000)
        if len(left) <= limit:
            high, best = gap, cloud[left]
        elif best is None:
            low, high = high, 1.1 * high
        else:
            low = gap
    return np.round(best, 6)
