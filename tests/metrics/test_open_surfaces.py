"""Scans with holes, rooms, sheets: what is inside, how deep and how far, against brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from brute import closest_on_triangles, solid_angles
from kinemesh.metrics.geometry.polytope import Polytope
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.motion import ConvexPart, Shape

STEP = 0.0015
"""Distance [m] of the points by which brute force looks at a surface."""


def made(quads: list[list[list[float]]], kind: str = "open") -> Shape:
    """A shape of rectangles, each by three corners: it looks to where they go round."""
    points, faces = [], []
    for a, b, c in np.array(quads, dtype=float):
        k = len(points)
        points += [a, b, c, a + c - b]
        faces += [[k, k + 1, k + 2], [k, k + 2, k + 3]]
    merged, index = np.unique(np.round(points, 9), axis=0, return_inverse=True)
    return Shape(
        merged, index.reshape(-1)[np.array(faces)], (ConvexPart(merged),), ("open",), kind=kind
    )


def sides(low: list[float], high: list[float], left_out: str = "") -> list[list[list[float]]]:
    """The faces of a box that looks outwards, but for those ``left_out``, of ``xXyYzZ``."""
    (x, y, z), (X, Y, Z) = low, high
    every = {
        "x": [[x, y, z], [x, y, Z], [x, Y, Z]],
        "X": [[X, y, z], [X, Y, z], [X, Y, Z]],
        "y": [[x, y, z], [X, y, z], [X, y, Z]],
        "Y": [[x, Y, z], [x, Y, Z], [X, Y, Z]],
        "z": [[x, y, z], [x, Y, z], [X, Y, z]],
        "Z": [[x, y, Z], [X, y, Z], [X, Y, Z]],
    }
    return [quad for key, quad in every.items() if key not in left_out]


def turned(quads: list[list[list[float]]]) -> list[list[list[float]]]:
    return [quad[::-1] for quad in quads]


def sofa() -> list[list[list[float]]]:
    """A seat, a back that stands on its rear half, and no underside."""
    seat = sides([0, 0, 0], [0.3, 0.4, 0.2], "zX")
    back = sides([0.3, 0, 0], [0.4, 0.4, 0.45], "zx")
    return [*seat, *back, [[0.3, 0, 0.2], [0.3, 0, 0.45], [0.3, 0.4, 0.45]]]


def flipped() -> Shape:
    """A closed box, of which one of twelve triangles looks inwards."""
    shape = made(sides([-0.15, -0.1, -0.1], [0.15, 0.1, 0.1]), "closed")
    faces = np.array(shape.faces)
    faces[3] = faces[3][::-1]
    return replace(shape, faces=faces)


SHAPES = {
    "box without a bottom": made(sides([-0.2, -0.15, 0.0], [0.2, 0.15, 0.25], "z")),
    "sofa without an underside": made(sofa()),
    # Three walls and a floor that look into the room.
    "room": made(turned(sides([-0.3, -0.3, 0.0], [0.3, 0.3, 0.4], "ZX"))),
    "box with a triangle turned": flipped(),
    "sheet": made(
        [
            [[-0.2, -0.2, 0], [0.1, -0.2, 0], [0.1, 0.2, 0]],
            [[0.1, -0.2, 0], [0.2, -0.2, 0.2], [0.2, 0.2, 0.2]],
        ],
        "sheet",
    ),
}


def covered(corners: np.ndarray, step: float) -> np.ndarray:
    """Points on triangles ``(F, 3, 3)``, at most about ``step`` apart."""
    found = []
    for a, b, c in corners:
        count = int(np.ceil(max(np.linalg.norm(b - a), np.linalg.norm(c - a)) / step))
        i, j = (k.reshape(-1) for k in np.meshgrid(np.arange(count + 1), np.arange(count + 1)))
        i, j = i[i + j <= count] / count, j[i + j <= count] / count
        found.append(a + i[:, None] * (b - a) + j[:, None] * (c - a))
    return np.concatenate(found)


class Brute:
    """Points on the surface, and the triangles one by one."""

    def __init__(self, shape: Shape) -> None:
        self.corners = np.asarray(shape.vertices[shape.faces])
        self.sheet = shape.kind == "sheet"
        self.points = covered(self.corners, STEP)
        self.tree = cKDTree(self.points)

    def signed_distance(self, hull: Polytope) -> float:
        """By the definition in docs/metrics.md, from clouds of points."""
        close = self.points[self.tree.query_ball_point(hull.centre, hull.radius)]
        levels = (close @ hull.planes[:, :3].T + hull.planes[:, 3]).max(axis=1)
        depth = max(0.0, -levels.min(initial=0.0))
        for vertex in hull.vertices:
            number = solid_angles(self.corners - vertex).sum() / (4.0 * np.pi)
            if number > 0.5 and not self.sheet:
                depth = max(depth, self.nearest(vertex[None])[0])
        if depth > 0.0:
            return -depth
        facets = ConvexPart(hull.vertices)
        return self.nearest(covered(facets.vertices[facets.faces], 2 * STEP)).min()

    def nearest(self, points: np.ndarray) -> np.ndarray:
        found = [closest_on_triangles(points, triangle) - points for triangle in self.corners]
        return np.linalg.norm(found, axis=2).min(axis=0)


def hulls(shape: Shape, count: int, seed: int) -> list[Polytope]:
    """Small hulls beside, through and behind the surface."""
    rng = np.random.default_rng(seed)
    centres = shape.scatter(count, rng) + rng.normal(size=(count, 3)) * 0.035
    return [
        Polytope.from_part(ConvexPart(centre + rng.normal(size=(14, 3)) * 0.012))
        for centre in centres
    ]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["as it is", "every triangle turned"])
@pytest.mark.parametrize("name", SHAPES)
def test_a_hull_is_as_far_from_or_deep_in_a_surface_as_brute_force_says(name, way):
    shape = SHAPES[name]
    if way != "as it is":
        shape = replace(shape, faces=shape.faces[:, ::-1])
    surface, brute, found = Surface(shape), Brute(shape), []
    for hull in hulls(shape, 12, 5):
        gap, place = surface.gap(hull)
        found.append(gap)
        assert gap == pytest.approx(brute.signed_distance(hull), abs=1e-3)
        assert surface.depth(hull) == max(0.0, -gap)
        assert brute.nearest(place[None])[0] < 1e-6
    assert min(found) < -0.002 and max(found) > 0.002


def test_the_free_air_of_a_room_is_no_rock_whichever_way_it_looks_and_the_wall_is_one():
    """Where a winding number is below minus a half nothing is inside."""
    air = np.array([[0, 0, 0.1], [0.1, 0.2, 0.05], [-0.25, 0, 0.2], [0, -0.28, 0.05]])
    room = SHAPES["room"]
    other = Surface(replace(room, faces=room.faces[:, ::-1]))
    surface = Surface(room)
    assert (surface.winding(air) < -0.4).all() and (other.winding(air) > 0.4).all()
    assert not surface.inside(air).any()
    tool = Polytope.from_part(Shape.box((0.06, 0.06, 0.06), (0.0, 0.0, 0.1)).parts[0])
    gap, place = surface.gap(tool)
    assert gap == pytest.approx(0.07, abs=1e-6)
    assert place[2] == pytest.approx(0.0, abs=1e-6)
    into = tool.moved(np.eye(3), np.array([0.0, 0.0, -0.075]))
    assert surface.depth(into) == pytest.approx(0.005, abs=2e-5)


@pytest.mark.parametrize("way", [1, -1])
def test_a_sheet_is_left_by_the_nearer_way_on_either_side(way):
    sheet = SHAPES["sheet"]
    surface = Surface(replace(sheet, faces=sheet.faces[:, ::way]))
    tool = Polytope.from_part(Shape.box((0.06, 0.06, 0.06)).parts[0])
    for height, depth in ((0.026, 0.004), (-0.026, 0.004), (0.01, 0.02), (0.0, 0.03), (0.04, 0.0)):
        moved = tool.moved(np.eye(3), np.array([-0.05, 0.0, height]))
        assert surface.depth(moved) == pytest.approx(depth, abs=2e-5)
    assert surface.gap(moved)[0] == pytest.approx(0.01, abs=1e-6)


def test_only_triangles_that_bound_something_have_an_inside():
    """A closed box on a sheet that hangs over it: the sheet does not make the air rock."""
    box = made(sides([-0.1, -0.1, 0.0], [0.1, 0.1, 0.2]), "closed")
    hood = made(sides([-0.3, -0.3, 0.0], [0.3, 0.3, 0.5], "z"))
    faces = np.concatenate([box.faces, hood.faces + len(box.vertices)])
    points = np.concatenate([box.vertices, hood.vertices])
    asked = np.array([[0, 0, 0.1], [0, 0, 0.3]])
    flags = np.arange(len(faces)) >= len(box.faces)
    for sheets, inside in ((flags, [True, False]), (np.zeros_like(flags), [True, True])):
        shape = Shape(points, faces, (ConvexPart(points),), ("two",), kind="open", sheets=sheets)
        assert Surface(shape).inside(asked).tolist() == inside
