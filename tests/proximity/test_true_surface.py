from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import kinemesh
from brute import signed_distance
from kinemesh import metrics
from kinemesh.geometry import poses
from kinemesh.geometry.field import DistanceField
from kinemesh.kernel import obstacle_of
from kinemesh.motion import Shape
from kinemesh.proximity import Obstacle, distances_to_obstacle
from kinemesh.robot import Configuration, RobotModel
from kinemesh.testing import random_configuration
from recordings import recording

ARM = 0.15


def l_shape() -> Shape:
    """An upright L: an arm along x, an arm along y, 15 cm wide."""
    outline = ARM * np.array([(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)])
    vertices = [(x, y, z) for z in (0.0, ARM) for x, y in outline]
    caps = [(0, 1, 2), (0, 2, 3), (0, 3, 5), (3, 4, 5)]
    faces = [(a, c, b) for a, b, c in caps] + [(a + 6, b + 6, c + 6) for a, b, c in caps]
    for k in range(6):
        m = (k + 1) % 6
        faces += [(k, m, m + 6), (k, m + 6, k + 6)]
    return Shape.from_mesh(vertices, faces)


def arms() -> list[np.ndarray]:
    """The same L as two convex boxes that overlap in its corner."""
    both = [
        Shape.box((2 * ARM, ARM, ARM), (ARM, ARM / 2, ARM / 2)),
        Shape.box((ARM, 2 * ARM, ARM), (ARM / 2, ARM, ARM / 2)),
    ]
    return [shape.vertices for shape in both]


def far_off(hull: np.ndarray, pose: np.ndarray) -> bool:
    """Whether the ball around a hull is more than 2 cm off the box around the L."""
    ball = np.linalg.norm(hull - hull.mean(axis=0), axis=1).max() + 0.02
    centre = poses.apply(poses.inverse(pose), hull.mean(axis=0)[None])[0]
    beyond = centre - np.clip(centre, 0.0, (2 * ARM, 2 * ARM, ARM))
    return bool(np.linalg.norm(beyond) > ball)


@pytest.fixture(scope="module")
def obstacle() -> Obstacle:
    return Obstacle.from_shape("l", l_shape(), true=True)


def hull_of(configuration: Configuration, k: int) -> np.ndarray:
    hull = configuration.robot.hulls[k]
    return configuration.positions(np.full(len(hull.vertices), hull.joint), hull.vertices)


@pytest.mark.slow
def test_distances_to_an_l_are_those_to_its_two_arms(robot: RobotModel, obstacle: Obstacle) -> None:
    rng = np.random.default_rng(5)
    apart = inside = 0
    for _ in range(12):
        posed = random_configuration(robot, rng)
        turn = rng.normal(size=4)
        centre = posed.landmarks()[rng.integers(15)] + rng.uniform(-0.15, 0.15, 3)
        pose = np.array([*centre, *(turn / np.linalg.norm(turn))])
        placed = [poses.apply(pose, arm) for arm in arms()]
        near = distances_to_obstacle(posed, obstacle, pose, 0.05)
        np.testing.assert_allclose(np.linalg.norm(near.normals, axis=1), 1.0, atol=1e-9)
        for k in range(len(robot.hulls)):
            mine = near.distance[near.hulls == k]
            hull = hull_of(posed, k)
            centres = np.linalg.norm(hull.mean(axis=0) - placed[0].mean(axis=0))
            if centres > 0.6:
                assert not len(mine)
                continue
            if far_off(hull, pose):
                continue  # nothing is asked of it, and the truth takes its time
            truth = min(signed_distance(hull, arm) for arm in placed)
            if truth < -0.001:
                # Never deeper than the way out, and never taken for free.
                assert mine.min() < 0.0
                inside += 1
            elif 0.0 < truth < 0.02:
                assert len(mine)
                assert truth * 0.55 - 0.0015 < mine.min() < truth + 0.02
                apart += 1
    assert apart > 5
    assert inside > 10


def test_a_hand_that_fits_into_the_notch_is_apart_though_inside_the_hull(
    robot: RobotModel, obstacle: Obstacle
) -> None:
    posed = robot.configuration(robot.rest)
    hand = robot.hands[0]
    vertices = hull_of(posed, int(hand.hulls[0]))
    pose = poses.IDENTITY.copy()
    pose[:3] = vertices.min(axis=0) - [ARM + 0.01, ARM + 0.01, 0.03]
    near = distances_to_obstacle(posed, obstacle, pose, 0.05, hand.hulls)
    cover = distances_to_obstacle(
        posed, Obstacle.from_shape("hull", l_shape()), pose, 0.05, hand.hulls
    )
    assert near.distance.min() == pytest.approx(0.01, abs=2e-3)
    assert cover.distance.min() < -0.02


def test_an_edge_that_pokes_into_a_flat_facet_is_seen(robot: RobotModel) -> None:
    posed = robot.configuration(robot.rest)
    torso = next(k for k, h in enumerate(robot.hulls) if h.link == "torso_link")
    hull = hull_of(posed, torso)
    sheet = [(0, -0.3, -0.3), (0, 0.3, -0.3), (0, 0.3, 0.3), (0, -0.3, 0.3), (-0.05, -0.3, -0.3)]
    shape = Shape.from_mesh(sheet, [(0, 1, 2), (0, 2, 3), (0, 4, 1)])
    pose = poses.IDENTITY.copy()
    pose[:3] = (hull.min(axis=0) + hull.max(axis=0)) / 2.0
    near = distances_to_obstacle(posed, Obstacle.from_shape("sheet", shape, true=True), pose, 0.05)
    assert near.distance[near.hulls == torso].min() < -0.03


def test_rates_are_how_the_distances_change(robot: RobotModel, obstacle: Obstacle) -> None:
    rng = np.random.default_rng(2)
    posed = robot.configuration(robot.rest)
    hand = robot.hands[0].hulls
    pose = poses.IDENTITY.copy()
    pose[:3] = hull_of(posed, int(hand[0])).min(axis=0) - [ARM + 0.012, 0.05, 0.03]
    near = distances_to_obstacle(posed, obstacle, pose, 0.05, hand)
    lowest = int(np.argmin(near.distance))
    rate = near.jacobian(posed)[lowest]
    for _ in range(6):
        step = 1e-5 * rng.normal(size=robot.nv)
        moved = distances_to_obstacle(posed.integrate(step), obstacle, pose, 0.05, hand)
        change = moved.distance.min() - near.distance[lowest]
        assert change == pytest.approx(rate @ step, abs=0.1 * np.linalg.norm(step))


@pytest.mark.slow
def test_hands_hold_a_recorded_table_at_its_true_surface_and_nothing_is_inside_it() -> None:
    clip = kinemesh.read(
        recording("omomo/sub2_largetable_000.pt"),
        object=recording("omomo/objects/largetable.obj"),
        height=1.844,
    ).crop(60, 90)
    robot = RobotModel.load("g1")
    result = kinemesh.retarget(clip, robot)
    score = metrics.evaluate(
        result.trajectory, robot, scene=result.scene, clip=clip, scale=result.scale
    )
    depth, gap = score["penetration.prop.max"].value, score["contact.prop.gap_p95"].value
    assert depth is not None
    assert gap is not None
    assert depth < 1.5
    assert gap < 3.0
    assert (score["contact.prop.kept"].value or 0.0) >= 99.0


@pytest.mark.slow
def test_one_field_serves_a_retargeting_and_its_score_and_none_is_built_where_it_is_handed_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clip, built = kinemesh.demos.lift_box().crop(50, 53), []
    thing = replace(clip.scene.props[0], shape=l_shape())
    clip = replace(clip, scene=replace(clip.scene, props=(thing,)))
    make = DistanceField.__post_init__

    def counted(field: DistanceField) -> None:
        built.append(field)
        make(field)

    monkeypatch.setattr(DistanceField, "__post_init__", counted)
    retargeter = kinemesh.Retargeter("g1", refine=None)
    first = retargeter.retarget(clip)
    metrics.evaluate(
        first.trajectory, retargeter.robot, scene=first.scene, clip=clip, scale=first.scale
    )
    assert len(built) == 1
    ready = {thing.shape: obstacle_of("of any name", thing.shape)}
    again = retargeter.retarget(clip, obstacles=ready)
    assert len(built) == 2
    np.testing.assert_array_equal(first.trajectory.q, again.trajectory.q)
