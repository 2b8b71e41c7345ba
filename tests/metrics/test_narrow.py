"""The ruler's narrow phase against brute force, and against the solver's, which it does not use."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from brute import signed_distance
from kinemesh.kernel import HandDistances, Within, available, kernel_of
from kinemesh.metrics.geometry.kinematics import pose_robot
from kinemesh.metrics.geometry.narrow_phase import meet
from kinemesh.metrics.geometry.polytope import Polytope, body_of
from kinemesh.metrics.geometry.solid import Solid
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.motion import Shape
from kinemesh.proximity import Obstacle
from kinemesh.robot import RobotModel


def pairs(count: int, seed: int):
    """Bodies of some tens of vertices, from far apart to centred in each other; some aligned."""
    rng = np.random.default_rng(seed)
    for k in range(count):
        made = [
            Polytope.from_part(
                Shape.convex(rng.normal(size=(n, 3)) * rng.uniform(0.05, 0.4, 3)).parts[0]
            )
            for n in rng.integers(8, 40, size=2)
        ]
        if k % 3 == 0:
            made[0] = Polytope.from_part(Shape.box(rng.uniform(0.05, 0.5, 3)).parts[0])
        if k % 6 == 0:
            made[1] = Polytope.from_part(Shape.box(rng.uniform(0.05, 0.5, 3)).parts[0])
        turn = np.eye(3) if k % 12 == 0 else Rotation.random(random_state=rng).as_matrix()
        away = rng.normal(size=3)
        away *= rng.uniform(0.0, 1.0) * (made[0].radius + made[1].radius) / np.linalg.norm(away)
        yield made[0], made[1].moved(turn, away + made[0].centre - turn @ made[1].centre)


def level(body: Polytope, place: np.ndarray) -> float:
    return float((body.planes[:, :3] @ place + body.planes[:, 3]).max())


def test_signed_distances_are_those_of_the_minkowski_difference():
    overlapping = 0
    for a, b in pairs(60, 0):
        met, truth = meet(a, b), signed_distance(a.vertices, b.vertices)
        assert met.distance == pytest.approx(truth, abs=1e-6)
        back = meet(b, a)
        assert back.distance == pytest.approx(truth, abs=1e-6)
        # The two places are on the two bodies, and as far from each other as it says.
        assert np.linalg.norm(met.first - met.second) == pytest.approx(abs(truth), abs=1e-6)
        assert level(a, met.first) == pytest.approx(0.0, abs=1e-6)
        assert level(b, met.second) == pytest.approx(0.0, abs=1e-6)
        overlapping += truth < 0.0
    assert 15 < overlapping < 45


def test_only_what_is_near_enough_is_reported():
    for a, b in pairs(30, 1):
        truth = signed_distance(a.vertices, b.vertices)
        for within in (0.0, 0.05):
            met = meet(a, b, within)
            assert (met is not None) == (truth <= within)


def test_edges_that_cross_part_bodies_that_no_facet_parts():
    """Two roofs, ridge across ridge: every facet's plane cuts the other body."""
    roof = [[0.5, 0, 0], [-0.5, 0, 0], [0.5, 0.2, -0.1], [0.5, -0.2, -0.1]]
    roof = np.array([*roof, [-0.5, 0.2, -0.1], [-0.5, -0.2, -0.1]])
    below = Polytope.from_part(Shape.convex(roof).parts[0])
    turn = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    for gap in (0.03, 1e-4, -1e-4, -0.02):
        above = below.moved(turn, np.array([0.0, 0.0, gap]))
        assert meet(below, above).distance == pytest.approx(gap, abs=1e-7)
        assert (meet(below, above, 0.0) is None) == (gap > 0.0)


@pytest.mark.parametrize("compiled", [True, False])
def test_ruler_and_solver_agree_on_how_far_hulls_are_from_parts(compiled):
    """Three implementations: what one calls apart, or so deep, the others do."""
    if compiled and not available():
        pytest.skip("built without the compiled kernel")
    robot = RobotModel.load("g1", compiled=compiled)
    kernel, hulls = kernel_of(robot), tuple(np.arange(len(robot.hulls))[:, None])
    posed = next(pose_robot(robot, robot.rest[None]))
    rng = np.random.default_rng(3)
    seen = []
    for _ in range(6):
        stone = Shape.convex(rng.normal(size=(12, 3)) * 0.15 + rng.normal(size=3) * 0.3)
        shape = Shape.union([stone, Shape.box((0.2, 0.3, 0.1))])
        pose = np.concatenate([[0, 0, 0.7] + 0.2 * rng.normal(size=3), rng.normal(size=4)])
        pose[3:] /= np.linalg.norm(pose[3:])
        solid = Solid.from_surface("thing", Surface(shape), pose)
        placed = ((Obstacle.from_shape("thing", shape), pose),) * len(hulls)
        asked = kernel.compiled(Within(HandDistances(placed, hulls), 0.0, np.inf))
        theirs, _ = kernel.evaluate([asked], robot.rest).rows(0)
        for (hull,), distance in zip(hulls, theirs, strict=True):
            mine, _ = solid.gap(posed, 0, np.array([hull]))
            if min(mine, distance) < 0.49:
                assert mine == pytest.approx(distance, abs=1e-5)
                seen.append(mine)
    assert min(seen) < -0.02 and max(seen) > 0.2 and len(seen) > 50


def test_the_ruler_poses_the_robot_as_the_solver_does(robot):
    from kinemesh.metrics.geometry.kinematics import joint_jacobians
    from kinemesh.testing import random_configuration

    rng = np.random.default_rng(4)
    there = [random_configuration(robot, rng) for _ in range(4)]
    q = np.array([c.q for c in there])
    for mine, theirs in zip(pose_robot(robot, q), there, strict=True):
        np.testing.assert_allclose(mine.rotations, theirs.rotations, atol=1e-12)
        np.testing.assert_allclose(mine.landmarks(), theirs.landmarks(), atol=1e-12)
        sole = robot.soles[0]
        joints = np.full(4, sole.joint)
        points = theirs.positions(joints, sole.corners)
        np.testing.assert_allclose(mine.positions(joints, sole.corners), points, atol=1e-12)
        spatial = next(joint_jacobians(robot, theirs.q[None], [sole.joint]))[0]
        lever = points - mine.translations[sole.joint]
        found = spatial[:3] + np.cross(spatial[3:].T, lever[:, None]).transpose(0, 2, 1)
        np.testing.assert_allclose(found, theirs.jacobians(joints, points), atol=1e-12)


def test_a_hull_of_the_robot_is_a_polytope_with_as_many_edges_as_euler_says(robot):
    for hull in robot.hulls:
        body = body_of(hull)
        assert len(body.vertices) + len(body.planes) - len(body.edges) == 2
