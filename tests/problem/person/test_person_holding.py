"""Props that go where they are held, and hands that reach for them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, Prop, Scene, Shape
from kinemesh.problem.person.holding import Grasp, held_offset
from kinemesh.problem.person.reaching import reaching
from kinemesh.problem.scaling import scaled_scene
from kinemesh.robot import RobotModel

FRAMES = 90
K = LANDMARKS.index


RESTS = np.arange(FRAMES) < 27
RESTS |= np.arange(FRAMES) > 71
"""When the box lies."""


def placed(prop: Prop, offsets: dict[str, np.ndarray]) -> Prop:
    """The prop in the scene of a robot of the person's size."""
    return scaled_scene(Scene((prop,)), 1.0, 30.0, offsets=offsets).props[0]


def carried_box() -> Prop:
    """A box that lies, is lifted 0.8 m while it turns, and is put down again."""
    time = np.linspace(0.0, 1.0, FRAMES)
    up = 0.8 * np.clip(np.minimum(time - 0.3, 0.8 - time) / 0.2, 0.0, 1.0)
    turns = Rotation.from_rotvec(
        np.outer(np.clip((time - 0.4) / 0.3, 0.0, 1.0), [0.0, 0.0, 1.2])
    ).as_quat()
    place = np.stack([0.5 + 0.0 * time, 0.2 * np.clip((time - 0.4) / 0.3, 0.0, 1.0), 0.15 + up], 1)
    return Prop("box", Shape.box((0.4, 0.3, 0.3)), np.hstack([place, turns]))


def grasps(prop: Prop, away: np.ndarray) -> list[Grasp]:
    """Both hands at its sides; the arms' own hands are ``away`` (3,) off, in the box's frame."""
    share = np.zeros(FRAMES)
    share[20:75] = 1.0
    made = []
    for side, sign in (("left", 1.0), ("right", -1.0)):
        place = poses.apply(prop.track, np.array([[0.0, 0.15 * sign, 0.0]] * FRAMES)[:, None])[:, 0]
        made.append(Grasp(side, place + poses.matrix(prop.track) @ away, place, share))
    return made


def test_what_is_not_held_stays() -> None:
    prop = carried_box()
    assert not held_offset(prop, (), RESTS).any()
    np.testing.assert_allclose(placed(prop, {}).track, prop.track, atol=1e-12)


def test_a_prop_goes_to_the_hands_by_one_offset_of_its_own_frame() -> None:
    prop, away = carried_box(), np.array([0.06, -0.02, 0.05])
    offset = held_offset(prop, grasps(prop, away), RESTS)
    np.testing.assert_allclose(offset, away, atol=1e-9)
    moved = placed(prop, {"box": offset})
    shift = moved.track[:, :3] - prop.track[:, :3]
    turned = poses.matrix(prop.track) @ away
    np.testing.assert_allclose(shift[:, :2], turned[:, :2], atol=1e-9)
    high = prop.lowest() > 0.6
    assert high.any()
    np.testing.assert_allclose(shift[high, 2], away[2], atol=1e-3)
    np.testing.assert_array_equal(moved.track[:, 3:], prop.track[:, 3:])


@pytest.mark.parametrize("up", [0.2, -0.2])
def test_on_the_ground_it_stays_on_the_ground_and_never_goes_below(up: float) -> None:
    prop = carried_box()
    offset = held_offset(prop, grasps(prop, np.array([0.0, 0.0, up])), RESTS)
    moved = placed(prop, {"box": offset})
    rests = prop.lowest() < 1e-9
    assert np.abs(moved.lowest()[rests]).max() < 2e-3  # as it is taken up
    rests[22:32] = rests[65:75] = False
    assert np.abs(moved.lowest()[rests]).max() < 1e-9
    assert moved.lowest().min() > -1e-9
    # It is still where it lies still.
    assert np.abs(np.diff(moved.track[rests, :3][:20], axis=0)).max() < 1e-12


def test_no_prop_is_moved_by_more_than_an_arms_difference() -> None:
    prop = carried_box()
    offset = held_offset(prop, grasps(prop, np.array([3.0, 0.0, 0.0])), RESTS)
    assert np.linalg.norm(offset) == pytest.approx(0.3)


def test_a_touching_hand_is_where_it_touches_and_another_stays(robot: RobotModel) -> None:
    still = robot.configuration(robot.rest).landmarks()
    body = np.repeat(still[None], 10, axis=0)
    share = np.array([0.0, 0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0, 0.0])
    place = body[:, K("left_hand")] + np.array([0.08, 0.02, 0.05])
    grasp = Grasp("left", body[:, K("left_hand")], place, share)
    moved = reaching(body, still, [grasp])
    np.testing.assert_allclose(moved[3:7, K("left_hand")], place[3:7], atol=1e-9)
    np.testing.assert_allclose(moved[[0, 1, 8, 9]], body[[0, 1, 8, 9]], atol=0.01)
    others = [k for k in range(len(LANDMARKS)) if LANDMARKS[k] not in ("left_hand", "left_elbow")]
    np.testing.assert_array_equal(moved[:, others], body[:, others])
    for a, b in (("left_shoulder", "left_elbow"), ("left_elbow", "left_hand")):
        np.testing.assert_allclose(
            np.linalg.norm(moved[:, K(a)] - moved[:, K(b)], axis=1),
            np.linalg.norm(still[K(a)] - still[K(b)]),
            atol=1e-9,
        )
