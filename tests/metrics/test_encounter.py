"""A whole trajectory beside a solid, against every hull in every frame measured alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.metrics.geometry.broad_phase import facet_levels
from kinemesh.metrics.geometry.encounter import Encounter
from kinemesh.metrics.geometry.narrow_phase import meet
from kinemesh.metrics.geometry.polytope import Polytope
from kinemesh.metrics.geometry.solid import Solid
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.motion import ConvexPart, Shape, Trajectory
from kinemesh.robot import RobotModel
from kinemesh.testing import random_configuration

FRAMES = 24


def two_boxes(warnings: tuple[str, ...] = ()) -> Shape:
    """An L of two boxes; with ``warnings`` its parts do not stand for its surface."""
    low, high = Shape.box((0.5, 0.3, 0.1)), Shape.box((0.1, 0.3, 0.5))
    shift = np.array([0.2, 0.0, 0.3])
    vertices = np.concatenate([low.vertices, high.vertices + shift])
    faces = np.concatenate([low.faces, high.faces + len(low.vertices)])
    parts = (ConvexPart(low.vertices), ConvexPart(high.vertices + shift))
    return Shape(vertices, faces, parts, warnings)


def hollow() -> Shape:
    """The same with one hull around it."""
    shape = two_boxes()
    return Shape(shape.vertices, shape.faces, (ConvexPart(shape.vertices),), ("hollow",))


SHAPES = {
    "box": Shape.box((0.4, 0.3, 0.3)),
    "parts": two_boxes(),
    "surface beside parts": two_boxes(("rough",)),
    "surface in a hull": hollow(),
}


@pytest.fixture(params=sorted(SHAPES))
def encounter(request: pytest.FixtureRequest, robot: RobotModel) -> Encounter:
    """A robot that moves about with a solid that goes along, in and out of its limbs."""
    rng = np.random.default_rng(3)
    ends = [random_configuration(robot, rng).q for _ in range(4)]
    q = np.concatenate([np.linspace(a, b, FRAMES // 3) for a, b in pairwise(ends)])
    q[:, 3:7] = Rotation.from_quat(q[:, 3:7]).as_quat()
    posed = KinematicTrajectory(Trajectory(q, 30.0, robot.joint_names, robot.name), robot)
    near = posed.landmarks[np.arange(FRAMES), np.arange(FRAMES) // 3]
    turns = Rotation.from_rotvec(np.linspace([0.0, 0.0, 0.0], [1.0, 2.0, 0.5], FRAMES)).as_quat()
    track = np.hstack([np.add(near, [0.05, 0.0, -0.05]), turns])
    return Encounter(Solid.from_surface("thing", Surface(SHAPES[request.param]), track), posed)


@pytest.mark.slow
def test_depths_are_those_of_every_hull_in_every_frame(encounter: Encounter) -> None:
    posed = encounter.posed
    alone = [encounter.solid.depths(c, k) for k, c in enumerate(posed.configurations)]
    true, cover = (np.array(found) for found in zip(*alone, strict=True))
    assert true.max() > 0.05
    depth, hulls = encounter.depths()
    np.testing.assert_allclose(depth, true.max(axis=1), atol=1e-9)
    inside = np.flatnonzero(depth > 0.0)
    np.testing.assert_allclose(true[inside, hulls[inside]], depth[inside], atol=1e-9)
    np.testing.assert_allclose(encounter.in_parts()[0], cover.max(axis=1), atol=1e-9)
    assert encounter.deepest_in_parts() == pytest.approx(cover.max(), abs=1e-9)


@pytest.mark.parametrize("first", [True, False], ids=["after depths", "alone"])
def test_gaps_are_those_of_each_frame_alone(encounter: Encounter, first: bool) -> None:
    if first:
        encounter.depths()
    posed = encounter.posed
    frames, hulls = np.arange(0, FRAMES, 2), posed.hand_hulls("left")
    alone = [encounter.solid.gap(posed.configurations[k], k, hulls)[0] for k in frames]
    np.testing.assert_allclose(encounter.gaps(frames, hulls), alone, atol=1e-7)


def test_facets_bound_the_signed_distance_from_below() -> None:
    rng = np.random.default_rng(5)
    first, second = (Polytope.from_part(ConvexPart(rng.normal(size=(9, 3)))) for _ in range(2))
    turns = Rotation.random(60, random_state=1).as_matrix()
    shifts = rng.normal(size=(60, 3)) * 1.5
    levels = facet_levels(first, second, turns, shifts)
    assert (levels > 0.0).any() and (levels < 0.0).any()
    for level, turn, shift in zip(levels, turns, shifts, strict=True):
        met = meet(first, second.moved(turn, shift))
        assert met is not None and level <= met.distance + 1e-9
        assert level <= 0.0 or met.distance > 0.0
