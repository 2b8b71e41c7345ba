"""What a stream asks of hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from as_stream import instants
from kinemesh.arrays import Array
from kinemesh.detection.causal.instant import Instant
from kinemesh.detection.touch import TouchRule
from kinemesh.geometry import poses
from kinemesh.kernel import obstacle_of
from kinemesh.motion import LANDMARKS, Clip, Scene, Terrain
from kinemesh.problem import Plan
from kinemesh.problem.causal.hands import CausalHands
from kinemesh.problem.hands import TOUCH_TIME
from kinemesh.problem.scaling import sized_scene
from kinemesh.robot import RobotModel

SCALE = 0.7
LEADS = 0.15
"""A touch that was not foreseen comes, and one that is not goes, in no less than this [s]."""
NOBODY: frozenset[str] = frozenset()


def watched(robot: RobotModel, scene: Scene, turned: frozenset[str] = NOBODY) -> CausalHands:
    return CausalHands(robot, scene, sized_scene(scene, SCALE), TouchRule(), SCALE, turned)


def robots(now: Instant) -> dict[str, Array]:
    """Copies that are elsewhere than the person's, and turned as they are."""
    return {name: pose + np.array([1.0, 2.0, 0.5, 0, 0, 0, 0]) for name, pose in now.props.items()}


@pytest.fixture(scope="module")
def lifting(demos: dict[str, Clip]) -> Clip:
    return demos["lift_box"]


def things(scene: Scene, places: Mapping[str, Array]) -> dict[str, tuple[object, Array]]:
    copies = {prop.name: obstacle_of(prop.name, prop.shape) for prop in scene.props}
    return {name: (copies[name], place) for name, place in places.items()}


def test_hands_are_on_the_robots_copy_as_they_are_on_the_persons_prop(
    robot: RobotModel, lifting: Clip
) -> None:
    hands, (box,) = watched(robot, lifting.scene), lifting.scene.props
    touched, soon = 0, 0
    for now in instants(lifting):
        copies = robots(now)
        hands.see(now, copies)
        for contact in hands.contacts(things(lifting.scene, copies)):
            side = contact.pad.name
            assert contact.hold is not None and contact.place is not None
            np.testing.assert_array_equal(contact.pose, copies["box"])
            assert contact.time <= TOUCH_TIME
            local = poses.apply(poses.inverse(copies["box"]), contact.place[None])[0]
            size = np.abs(local) - np.ptp(box.shape.bounds, axis=0) / 2.0
            assert abs(size.max()) < 1e-6 or size.max() < 0.01  # on its surface
            if (f"{side}_hand", "box") not in hands.touched:
                assert contact.time > 0.0
                soon += 1
                continue
            touched += 1
            wrist = poses.apply(poses.inverse(copies["box"]), contact.hold.wrist[None])[0]
            own = poses.apply(poses.inverse(now.props["box"]), now.landmark(f"{side}_hand"))[0]
            # Steadied, and firm: a centimetre, and what a hand does in a tenth of a second.
            assert np.linalg.norm(wrist - own) < 0.05
            assert np.linalg.norm(contact.hold.normal) == pytest.approx(1.0)
    assert touched > 200 and soon > 10


def test_a_whole_clip_has_the_hands_where_a_stream_has_them(
    robot: RobotModel, lifting: Clip
) -> None:
    plan = Plan(lifting, robot)
    whole = {touch.part: touch.touching for touch in plan.touches if touch.thing == "box"}
    hands = watched(robot, lifting.scene)
    flags = {part: np.zeros(len(lifting), dtype=bool) for part in whole}
    for k, now in enumerate(instants(lifting)):
        hands.see(now, robots(now))
        for part, _ in hands.touched:
            flags[part][k] = True
    assert set(whole) == {"left_hand", "right_hand"}
    for part, wanted in whole.items():
        assert np.mean(flags[part] == wanted) >= 0.95


def test_a_touch_comes_and_goes_by_shares_without_a_jump(robot: RobotModel, lifting: Clip) -> None:
    hands = watched(robot, lifting.scene)
    shares: dict[str, list[float]] = {"left": [], "right": []}
    for now in instants(lifting):
        hands.see(now, robots(now))
        found = {grasp.side: grasp for _, grasp in hands.grasps(SCALE * now.landmarks)}
        for side, values in shares.items():
            share = float(found[side].share[0]) if side in found else 0.0
            assert 0.0 <= share <= 1.0
            values.append(share)
            if side in found:
                here = now.landmarks[LANDMARKS.index(f"{side}_hand")]
                np.testing.assert_array_equal(found[side].hand[0], SCALE * here)
    for values in shares.values():
        assert max(values) == 1.0
        assert np.abs(np.diff(values)).max() <= 1.0 / 30.0 / LEADS + 1e-9


def test_a_palm_faces_what_it_is_near_when_nothing_else_says_how_it_is_turned(
    robot: RobotModel, lifting: Clip
) -> None:
    for turned in (NOBODY, frozenset({"left_hand"})):
        hands = watched(robot, lifting.scene, turned)
        faces: dict[str, set[bool]] = {"left": set(), "right": set()}
        for now in instants(lifting):
            hands.see(now, robots(now))
            for contact in hands.contacts(things(lifting.scene, robots(now))):
                if contact.time == 0.0 and contact.hold is not None:
                    faces[contact.pad.name].add(contact.hold.faces)
        (right,) = faces["right"]
        assert faces["left"] == {right and not turned}


def test_a_prop_that_was_not_seen_is_not_touched(robot: RobotModel, lifting: Clip) -> None:
    hands = watched(robot, lifting.scene)
    touching = next(k for k, now in enumerate(instants(lifting)) if _touches(hands, now))
    now = replace(instants(lifting)[touching], props={})
    hands.see(now, {})
    assert (
        hands.touched == () and hands.contacts({}) == () and not list(hands.grasps(now.landmarks))
    )


def _touches(hands: CausalHands, now: Instant) -> bool:
    hands.see(now, robots(now))
    return bool(hands.touched)


def test_terrain_is_touched_where_it_is_scaled_to(robot: RobotModel, lifting: Clip) -> None:
    """The box, where it stands, as terrain."""
    box = lifting.scene.props[0]
    still = replace(lifting, scene=Scene(terrain=Terrain(box.shape.scaled(1.0))))
    away = -box.track[0, :3]
    still = replace(still, positions=lifting.positions + away, height=lifting.stature)
    hands, seen = watched(robot, still.scene), 0
    scene = sized_scene(still.scene, SCALE)
    assert scene.terrain is not None
    solid = obstacle_of("terrain", scene.terrain.shape)
    for now in instants(still):
        hands.see(now, {})
        for contact in hands.contacts({"terrain": (solid, poses.IDENTITY)}):
            assert contact.hold is None and contact.place is not None
            low, high = scene.terrain.shape.bounds
            assert ((contact.place > low - 1e-3) & (contact.place < high + 1e-3)).all()
            seen += 1
    assert seen > 0
