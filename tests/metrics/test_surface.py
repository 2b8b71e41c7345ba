"""The true surface, and the distance path, against brute force."""

import numpy as np
import pytest
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from brute import closest_on_triangles, signed_distance, solid_angles
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.kinematics import pose_robot
from kinemesh.metrics.geometry.polytope import Polytope
from kinemesh.metrics.geometry.solid import Solid
from kinemesh.metrics.geometry.surface import Surface, Surfaces
from kinemesh.metrics.geometry.winding import Winding
from kinemesh.motion import Shape

HAND = 24


@pytest.fixture(scope="module")
def bowl() -> Shape:
    """A box of 0.4 m with a pit 0.2 m wide and 0.1 m deep in its top: not convex, closed."""
    import trimesh

    box = trimesh.creation.box((0.4, 0.4, 0.4))
    top = box.vertices[:, 2] > 0.0
    faces = [f for f in box.faces if not top[f].all()]
    rim = [[-0.2, -0.2, 0.2], [0.2, -0.2, 0.2], [0.2, 0.2, 0.2], [-0.2, 0.2, 0.2]]
    edge = [[-0.1, -0.1, 0.2], [0.1, -0.1, 0.2], [0.1, 0.1, 0.2], [-0.1, 0.1, 0.2]]
    floor = [[x, y, 0.1] for x, y, _ in edge]
    points = np.concatenate([box.vertices, rim, edge, floor])
    for k in range(4):
        j = (k + 1) % 4
        faces += [[8 + k, 8 + j, 12 + j], [8 + k, 12 + j, 12 + k]]
        faces += [[12 + k, 12 + j, 16 + j], [12 + k, 16 + j, 16 + k]]
    faces += [[16, 17, 18], [16, 18, 19]]
    return Shape.from_mesh(points, faces)


def body(shape: Shape) -> Polytope:
    return Polytope.from_part(shape.parts[0])


def brute_nearest(points, corners):
    found = closest_on_triangles(points[:, None], corners[None])
    return np.linalg.norm(found - points[:, None], axis=-1).min(axis=1)


def test_the_closest_point_of_a_triangle_is_no_further_than_any_of_its_points():
    rng = np.random.default_rng(0)
    triangles, points = rng.normal(size=(200, 3, 3)), 2.0 * rng.normal(size=(200, 3))
    found = np.linalg.norm(closest_on_triangles(points, triangles) - points, axis=1)
    u, v = rng.random((2, 4000))
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    weights = np.stack([1 - u - v, u, v])
    sampled = np.einsum("ks,fkx->fsx", weights, triangles) - points[:, None]
    least = np.linalg.norm(sampled, axis=-1).min(axis=1)
    assert np.all(found <= least + 1e-12)
    assert np.all(found >= least - 0.1)


def test_the_surface_is_as_near_as_brute_force_says(bowl):
    surface = Surface(bowl)
    points = np.random.default_rng(1).uniform(-0.4, 0.4, (300, 3))
    places, distance = surface.nearest(points)
    np.testing.assert_allclose(distance, brute_nearest(points, surface.corners), atol=1e-8)
    np.testing.assert_allclose(np.linalg.norm(places - points, axis=1), distance)


def test_inside_is_inside_the_walls_and_not_inside_the_pit(bowl):
    surface = Surface(bowl)
    points = np.array([[0, 0, 0.0], [0.15, 0.15, 0.19], [0, 0, 0.15], [0, 0, 0.5], [0.3, 0, 0]])
    assert surface.inside(points).tolist() == [True, True, False, False, False]
    assert surface.deepest_inside(points) == pytest.approx(0.1)  # floor of the pit to the middle
    assert surface.deepest_inside(points, 0.2) == 0.0


def test_winding_numbers_are_the_solid_angle_of_all_triangles_whatever_they_bound():
    """A soup: edges of one, two and many triangles, passed in every sense."""
    rng = np.random.default_rng(2)
    vertices = rng.normal(size=(15, 3))
    faces = np.array([rng.choice(15, 3, replace=False) for _ in range(60)])
    points = 1.5 * rng.normal(size=(80, 3))
    exact = [solid_angles(vertices[faces] - p).sum() / (4 * np.pi) for p in points]
    assert np.ptp(exact) > 1.0
    np.testing.assert_allclose(Winding(vertices, faces).numbers(points), exact, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_depths_in_a_box_and_gaps_to_it_are_those_of_brute_force(robot, seed):
    rng = np.random.default_rng(seed)
    posed = next(pose_robot(robot, robot.rest[None]))
    shape = Shape.box((0.3, 0.2, 0.25))
    hull = robot.hulls[HAND]
    at = posed.positions(np.array([hull.joint]), hull.centre[None])[0]
    pose = np.concatenate(
        [at + rng.normal(size=3) * 0.12, Rotation.random(random_state=seed).as_quat()]
    )
    solid = Solid.from_surface("box", Surface(shape), pose)
    box = poses.apply(pose, shape.parts[0].vertices)
    cover = solid.cover(posed, 0)
    for k, item in enumerate(robot.hulls):
        world = posed.positions(np.full(len(item.vertices), item.joint), item.vertices)
        truth = signed_distance(world, box)
        assert cover[k] == pytest.approx(max(0.0, -truth), abs=1e-6)
        gap, place = solid.gap(posed, 0, np.array([k]))
        assert gap == pytest.approx(truth, abs=1e-6)
        if truth > 0.0:
            assert brute_nearest(place[None], shape.vertices[shape.faces])[0] < 1e-6
            own = poses.apply(poses.inverse(pose), world)
            there = closest_on_triangles(place[None], own[ConvexHull(own).simplices])
            assert np.linalg.norm(there - place, axis=1).min() == pytest.approx(truth, abs=1e-6)


@pytest.mark.parametrize("lift", [0.03, 0.004, 0.0005])
def test_the_gap_to_a_surface_that_is_not_convex_is_the_gap_to_its_floor(bowl, lift):
    """A small hull in the pit: the convex hull of the bowl calls it 70 mm deep inside."""
    tool = Shape.box((0.05, 0.05, 0.06), (0.0, 0.0, 0.13 + lift))
    gap, place = Surface(bowl).gap(body(tool))
    assert gap == pytest.approx(lift, abs=1e-6)
    assert place[2] == pytest.approx(0.1, abs=1e-6)


@pytest.mark.parametrize("depth", [0.001, 0.02])
def test_a_hull_that_pokes_through_the_floor_of_a_pit_is_so_deep(bowl, depth):
    tool = Shape.box((0.08, 0.08, 0.06), (0.0, 0.0, 0.13 - depth))
    gap, _ = Surface(bowl).gap(body(tool))
    assert gap == pytest.approx(-depth, abs=2e-5)


def test_a_corner_that_pokes_into_a_hull_is_found_to_its_tip():
    surface = Surface(Shape.box((0.4, 0.4, 0.4)))
    normal = np.ones(3) / np.sqrt(3.0)
    turn = Rotation.align_vectors([normal], [[0.0, 0.0, 1.0]])[0].as_matrix()
    slab = Shape.box((0.3, 0.3, 0.1)).vertices @ turn.T
    slab += normal * (0.2 * np.sqrt(3.0) + 0.05 - 0.003)
    gap, place = surface.gap(body(Shape.convex(slab)))
    assert gap == pytest.approx(-0.003, abs=2e-5)
    np.testing.assert_allclose(place, 0.2, atol=1e-4)


def test_an_edge_that_pokes_into_a_hull_between_its_ends_is_found():
    """A wedge's edge of 2 m, 0.3 mm deep in a hull of 4 mm."""
    ridge = Shape.convex(
        [[0, -1, 0], [0, 1, 0], [-1, -1, -1], [-1, 1, -1], [1, -1, -1], [1, 1, -1]]
    )
    tool = Shape.box((0.004, 0.002, 0.02), (0.0, 0.0312, 0.0097))
    gap, place = Surface(ridge).gap(body(tool))
    assert gap == pytest.approx(-0.0003, abs=2e-5)
    np.testing.assert_allclose(place[[0, 2]], 0.0, atol=2e-5)


@pytest.mark.parametrize("seed", range(3))
def test_a_hull_is_as_far_from_triangles_as_the_nearest_of_them_is(seed):
    rng = np.random.default_rng(seed)
    corners = rng.normal(size=(60, 1, 3)) + 0.3 * rng.normal(size=(60, 3, 3))
    shape = Shape.from_mesh(corners.reshape(-1, 3), np.arange(180).reshape(-1, 3))
    surface, found = Surface(shape), 0
    for _ in range(12):
        made = body(Shape.convex(0.15 * rng.normal(size=(20, 3))))
        hull = made.moved(Rotation.random(random_state=rng).as_matrix(), rng.normal(size=3))
        gap, place = surface.gap(hull)
        each = np.array([signed_distance(hull.vertices, triangle) for triangle in corners])
        if each.min() <= 0.0:
            assert gap <= 1e-7
            continue
        found += 1
        assert gap == pytest.approx(each.min(), abs=1e-6)
        assert brute_nearest(place[None], corners)[0] < 1e-6
        assert (hull.planes[:, :3] @ place + hull.planes[:, 3]).max() <= gap + 1e-6
    assert found >= 3


def test_shapes_that_are_alike_share_a_surface_and_others_do_not(bowl: Shape) -> None:
    surfaces = Surfaces()
    same = Shape(bowl.vertices, bowl.faces, bowl.parts, bowl.warnings)
    assert surfaces[bowl] is surfaces[bowl] is surfaces[same]
    larger = bowl.scaled(1.0 + 1e-9)
    bare = Shape(bowl.vertices, bowl.faces, bowl.parts)
    sheet = Shape(bowl.vertices, bowl.faces, bowl.parts, bowl.warnings, kind="sheet")
    apart = {id(surfaces[shape]) for shape in (bowl, larger, bare, sheet)}
    assert len(apart) == 4
