"""Props that are turned against the demonstration: what turns with them, and what does not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.augment import PropPlace, TerrainSize
from kinemesh.motion import Clip, Scene
from kinemesh.problem import InteractionMesh, Plan
from kinemesh.problem.prop_map import PropMap, TerrainScale
from kinemesh.problem.scaling import scaled_scene
from kinemesh.robot import RobotModel

INDEX = 3


def turned(clip: Clip, angle: float, tau: float = np.inf) -> Scene:
    return PropPlace(turn=angle, tau_turn=tau).apply(clip.scene, clip)


def displaced(clip: Clip, scene: Scene, scale: float = 0.7) -> PropMap:
    found = PropMap.between(
        scaled_scene(clip.scene, scale, clip.fps), scaled_scene(scene, scale, clip.fps)
    )
    assert found is not None
    return found


def test_a_prop_where_it_was_displaces_nothing(demos: dict[str, Clip]) -> None:
    clip = demos["lift_box"]
    home = scaled_scene(clip.scene, 0.7, clip.fps)
    assert PropMap.between(home, scaled_scene(turned(clip, 0.0), 0.7, clip.fps)) is None
    assert PropMap.between(Scene(), Scene()) is None


def test_what_is_on_the_prop_goes_with_it_and_what_is_far_stays(demos: dict[str, Clip]) -> None:
    clip = demos["lift_box"]
    angle = 0.8
    found = displaced(clip, turned(clip, angle))
    anchors = [np.array([[1.0, 0.0, 0.5], [1.2, 0.0, 0.5]])]
    body = np.array([[1.0, 0.0, 0.45], [0.7, 0.0, 0.5], [0.3, 0.0, 0.5]])
    shares = found.shares(body, anchors)[0]
    assert shares[0] == 1.0 and 0.0 < shares[1] < 1.0 and shares[2] == 0.0
    deltas = np.tile([1.0, 0.0, 0.5], (len(body) + 2 + 1, 1))
    after = found.deltas(INDEX, deltas, found.shares(body, anchors), anchors)
    yaw = np.arctan2(after[:, 1], after[:, 0])
    np.testing.assert_allclose(yaw, [angle, shares[1] * angle, 0.0, angle, angle, 0.0], atol=1e-9)
    np.testing.assert_allclose(after[:, 2], 0.5)


def test_a_body_that_turns_with_all_that_it_touches_keeps_its_laplacian_coordinates(
    demos: dict[str, Clip], rng: np.random.Generator
) -> None:
    """The paper's mesh in the prop's own frame: where everything is near, nothing is lost."""
    clip = demos["lift_box"]
    found = displaced(clip, turned(clip, 2.0))
    body, anchors = rng.normal(0.0, 0.02, (5, 3)), rng.normal(0.0, 0.02, (30, 3))
    source = np.concatenate([body, anchors])
    mesh = InteractionMesh.from_points(source)
    wanted = found.deltas(INDEX, mesh.deltas(source), found.shares(body, [anchors]), [anchors])
    posed = Rotation.from_euler("z", 2.0).apply(source) + np.array([3.0, 1.0, 0.0])
    np.testing.assert_allclose(mesh.deltas(posed), wanted, atol=1e-9)


@pytest.mark.parametrize("angle", [np.pi, 3.5])
def test_a_turn_that_fades_through_half_a_turn_does_not_jump(
    demos: dict[str, Clip], angle: float
) -> None:
    clip = demos["lift_box"]
    found = displaced(clip, turned(clip, angle, tau=0.5))
    steps = np.linalg.norm(np.diff(found.turns[0], axis=0), axis=1)
    # The fade's own speed is the fastest: angle / tau.
    assert steps.max() <= 1.01 * angle / 0.5 / clip.fps


def test_places_follow_a_prop_that_was_moved(demos: dict[str, Clip]) -> None:
    clip = demos["lift_box"]
    scene = PropPlace(x=0.5, tau=np.inf, axes="world").apply(clip.scene, clip)
    found = displaced(clip, scene, scale=0.5)
    near, far = np.array([[1.0, 0.0, 0.5]]), np.array([[3.0, 0.0, 0.5]])
    points = np.concatenate([near, far])
    after = found.places(INDEX, points, found.shares(points, [near]))
    np.testing.assert_allclose(after, [[1.25, 0.0, 0.5], [3.0, 0.0, 0.5]], atol=1e-9)


def test_terrain_carries_a_place_by_its_position_within_the_bounds(demos: dict[str, Clip]) -> None:
    clip = demos["step_up"]
    scene = TerrainSize(height=1.5).apply(clip.scene, clip)
    found = TerrainScale.between(clip.scene, scene)
    assert found is not None
    np.testing.assert_allclose(found.foot(np.array([[0.3, 0.1, 0.2]]), "left"), [[0.3, 0.1, 0.3]])
    assert TerrainScale.between(clip.scene, clip.scene) is None


def test_hands_and_torso_turn_with_the_prop_and_feet_do_not(
    carrying: Clip, robot: RobotModel
) -> None:
    clip = carrying.crop(15, 30)
    plain, other = Plan(clip, robot), Plan(clip, robot, scene=turned(clip, 1.0))
    orientation_targets = zip(
        plain.frame(INDEX).orientation_targets, other.frame(INDEX).orientation_targets, strict=True
    )
    turns = {
        a.part.name: float(Rotation.from_matrix(b.axes @ a.axes.T).magnitude())
        for a, b in orientation_targets
    }
    assert turns["left_hand"] == pytest.approx(1.0, abs=0.05)
    assert 0.0 < turns["torso"] < 1.0
    assert turns["left_foot"] == turns["right_foot"] == pytest.approx(0.0, abs=1e-9)
