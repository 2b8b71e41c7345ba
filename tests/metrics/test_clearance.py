"""Hulls that are said to be clear of a surface are, by the distance of every triangle."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh import read, retarget
from kinemesh.metrics.geometry.clearance import Bundles
from kinemesh.metrics.geometry.encounter import encounters
from kinemesh.metrics.geometry.polytope import Polytope, body_of
from kinemesh.metrics.geometry.surface import Surface, Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.motion import ConvexPart, Shape
from kinemesh.robot import RobotModel
from recordings import recording

MARGIN = 1e-4


def distances(surface: Surface, body: Polytope, turns, moves) -> np.ndarray:
    """Of the triangles from a body in every place, by coal, zero or less where they cross."""
    return np.array(
        [
            surface._apart(body.moved(turn, move), np.inf)[0]
            for turn, move in zip(turns, moves, strict=True)
        ]
    )


@pytest.mark.parametrize("triangles", [1, 7, 300, 3000])
def test_random_bodies_are_clear_only_where_no_triangle_is_near(triangles: int) -> None:
    rng = np.random.default_rng(triangles)
    points = rng.uniform(-0.5, 0.5, (triangles, 1, 3)) + rng.normal(0.0, 0.03, (triangles, 3, 3))
    faces = np.arange(3 * triangles).reshape(-1, 3)
    part = ConvexPart(rng.normal(size=(9, 3)))
    shape = Shape(points.reshape(-1, 3), faces, (part,), ("loose",), kind="sheet")
    surface = Surface(shape)
    body = Polytope.from_part(ConvexPart(0.1 * rng.normal(size=(12, 3))))
    turns = Rotation.random(80, random_state=1).as_matrix()
    near = points.mean(axis=1)[rng.integers(0, triangles, 40)]
    moves = np.concatenate([rng.uniform(-1.0, 1.0, (40, 3)), near + rng.normal(0.0, 0.1, (40, 3))])
    clear = surface.clear(body, turns, moves)
    apart = distances(surface, body, turns, moves)
    assert clear.any() and not clear.all()
    assert apart[clear].min() > MARGIN
    assert clear[apart > 0.05].mean() > 0.9


def test_a_body_flat_on_a_floor_is_clear_from_just_over_the_margin() -> None:
    floor = np.array([[[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [0.0, 2.0, 0.0]]])
    point = np.zeros((1, 3, 3))  # a triangle without an area
    box = Polytope.from_part(Shape.box((0.2, 0.2, 0.2)).parts[0])
    heights = 0.1 + MARGIN * np.array([-0.5, 0.0, 0.5, 0.99, 1.01, 2.0])
    moves = np.column_stack([np.zeros((6, 2)), heights])
    turns = np.repeat(np.eye(3)[None], 6, axis=0)
    for corners in (floor, np.concatenate([floor, point])):
        found = Bundles(corners).clear(box, turns, moves, MARGIN)
        np.testing.assert_array_equal(found, heights > 0.1 + MARGIN)


@pytest.mark.slow
def test_of_a_recorded_lift_the_hulls_beside_the_box_are_nearly_all_clear() -> None:
    clip = read(
        recording("omomo/sub3_largebox_003.pt"), object=recording("omomo/objects/largebox.obj")
    ).crop(60, 75)
    robot = RobotModel.load("g1_base")
    result = retarget(clip, robot, refine=None)
    posed = KinematicTrajectory(result.trajectory, robot)
    (met,), _ = encounters(result.scene, posed, Surfaces())
    surface = met.solid.surface
    assert surface is not None
    said, true = [], []
    for hull in np.unique(met._pairs.hulls):
        frames, item = met._pairs.frames[met._pairs.hulls == hull], robot.hulls[hull]
        where = met.rotations[frames, item.joint], met.shifts[frames, item.joint]
        said += surface.clear(body_of(item), *where).tolist()
        true += distances(surface, body_of(item), *where).tolist()
    clear, apart = np.array(said), np.array(true)
    assert len(apart) > 20
    assert apart[clear].min() > MARGIN
    assert clear[apart > 1e-3].mean() > 0.9
