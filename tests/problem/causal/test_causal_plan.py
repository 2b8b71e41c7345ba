"""What a stream asks, frame after frame, and that nothing of it is known before it is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from as_stream import instants, same
from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.kernel import obstacle_of
from kinemesh.motion import LANDMARKS, Clip, Shape
from kinemesh.problem import Plan
from kinemesh.problem.causal.clip import CausalClip
from kinemesh.problem.frame import Frame
from kinemesh.proximity import Obstacle
from kinemesh.robot import RobotModel

K = LANDMARKS.index
CUT = 60


@pytest.fixture(scope="module")
def clips(demos: dict[str, Clip], carrying: Clip) -> dict[str, Clip]:
    return {"lift_box": demos["lift_box"], "step_up": demos["step_up"], "carrying": carrying}


def frames(
    clip: Clip, robot: RobotModel, count: int, ready: Mapping[Shape, Obstacle] | None = None
) -> list[Frame]:
    """What the first frames ask, nothing being planted before them."""
    known = Calibration.of(clip.trimmed(0.0, 0.5))
    plan = CausalClip(clip, robot, known, obstacles=ready)
    return [plan.frame(k) for k in range(count)]


def ready(clip: Clip) -> dict[Shape, Obstacle]:
    return {prop.shape: obstacle_of(prop.name, prop.shape) for prop in clip.scene.props}


def other_future(clip: Clip, rng: np.random.Generator) -> Clip:
    """The clip with all that comes after ``CUT`` changed."""
    positions = np.array(clip.positions)
    positions[CUT:] += rng.normal(0.0, 0.05, positions[CUT:].shape)
    rotations = None if clip.rotations is None else np.array(clip.rotations)
    if rotations is not None:
        rotations[CUT:] = rotations[CUT - 1 : CUT]
    props = []
    for prop in clip.scene.props:
        track = np.array(prop.track)
        track[CUT:, :3] += rng.normal(0.0, 0.2, track[CUT:, :3].shape)
        props.append(replace(prop, track=track))
    scene = replace(clip.scene, props=tuple(props))
    return replace(clip, positions=positions, rotations=rotations, scene=scene, height=clip.stature)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lift_box", "step_up", "carrying"])
def test_no_frame_knows_what_comes(
    robot: RobotModel, clips: dict[str, Clip], name: str, rng: np.random.Generator
) -> None:
    clip = clips[name].crop(0, 100)  # what is cut has its quaternions of length 1 again
    solids = ready(clip)
    whole = frames(clip, robot, CUT, solids)
    for other in (clip.crop(0, CUT), other_future(clip, rng)):
        for one, two in zip(whole, frames(other, robot, CUT, solids), strict=True):
            if clip.scene.terrain is not None:  # made ready for each plan
                one, two = (replace(frame, obstacles=()) for frame in (one, two))
            same(one, two)


def turned(points: Array, yaw: float) -> Array:
    cosine, sine = np.cos(yaw), np.sin(yaw)
    turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(points @ turn.T)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lift_box", "step_up", "carrying"])
def test_a_clip_turned_and_moved_asks_the_same_turned_and_moved(
    robot: RobotModel, clips: dict[str, Clip], name: str
) -> None:
    clip, yaw, way = clips[name], 0.8, np.array([1.0, -2.0, 0.0])
    moved = clip.rotated(yaw).translated(way)
    plans = [CausalClip(one, robot, Calibration.of(one.trimmed(0.0, 0.5))) for one in (clip, moved)]
    scale = plans[0].plan.scale
    assert plans[1].plan.scale == pytest.approx(scale, rel=1e-12)

    def there(points: Array) -> Array:
        return turned(points, yaw) + scale * way

    # Where fingers point is told coordinate by coordinate, of who turns by a little else.
    fingers = 0.01 if name == "carrying" else 1e-6
    seen = dict.fromkeys(("stances", "contacts", "approaches"), 0)
    for k in range(min(len(clip), 120)):
        one, two = (plan.frame(k) for plan in plans)
        np.testing.assert_allclose(two.landmarks, there(one.landmarks), atol=1e-6)
        for (_, a), (_, b) in zip(one.obstacles, two.obstacles, strict=True):
            if not np.array_equal(a, poses.IDENTITY):
                np.testing.assert_allclose(b[:3], there(a[:3]), atol=1e-6)
        pairs = zip(one.stances, two.stances, strict=True)
        for a, b in pairs:
            assert (a.sole.name, a.whole, a.landing) == (b.sole.name, b.whole, b.landing)
            np.testing.assert_allclose(b.point, there(a.point), atol=1e-6)
            np.testing.assert_allclose(b.normal, turned(a.normal, yaw), atol=1e-6)
        for a, b in zip(one.sole_approaches, two.sole_approaches, strict=True):
            assert (a.time, a.height) == pytest.approx((b.time, b.height), abs=1e-6)
        assert one.slow_toes == two.slow_toes
        for a, b in zip(one.contacts, two.contacts, strict=True):
            assert a.time == pytest.approx(b.time, abs=1e-6)
            assert a.place is not None and b.place is not None
            np.testing.assert_allclose(b.place, there(a.place), atol=fingers)
        for a, b in zip(one.orientation_targets, two.orientation_targets, strict=True):
            np.testing.assert_allclose(b.axes, turned(a.axes.T, yaw).T, atol=1e-6)
        seen["stances"] += len(one.stances)
        seen["contacts"] += len(one.contacts)
        seen["approaches"] += len(one.sole_approaches)
    assert seen["stances"] > 50 and seen["approaches"] > 5
    assert seen["contacts"] > 20 or name == "step_up"


def test_frames_are_asked_for_in_order(robot: RobotModel, demos: dict[str, Clip]) -> None:
    clip = demos["walk"].crop(0, 20)
    plan = CausalClip(clip, robot, Calibration.of(clip))
    assert len(plan) == 20
    plan.frame(0)
    for index in (0, 2):
        with pytest.raises(ClipError, match=f"frame {index} was asked for; expected 1"):
            plan.frame(index)
    assert plan.frame(1).index == 1


def test_a_person_scaled_as_a_whole_is_where_she_is(
    robot: RobotModel, clips: dict[str, Clip]
) -> None:
    clip = clips["lift_box"]
    plan = CausalClip(clip, robot, Calibration.of(clip), proportions="person")
    assert plan.plan.scale == pytest.approx(robot.height / clip.stature)
    for k in range(60):
        frame = plan.frame(k)
        np.testing.assert_allclose(frame.landmarks, plan.plan.scale * clip.landmarks()[k])
        assert frame.figure is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lift_box", "step_up", "carrying"])
def test_what_is_asked_in_time_is_near_what_a_whole_clip_asks(
    robot: RobotModel, clips: dict[str, Clip], name: str
) -> None:
    clip = clips[name]
    plan, whole = CausalClip(clip, robot, Calibration.of(clip)), Plan(clip, robot)
    assert plan.plan.scale == pytest.approx(whole.scale)
    landmarks = np.array([plan.frame(k).landmarks for k in range(len(clip))])
    off = np.linalg.norm(landmarks - whole.landmarks, axis=2)
    hands = [K("left_hand"), K("right_hand")]
    assert np.median(off) < 0.03 and np.quantile(off, 0.95) < 0.08
    assert np.median(off[:, hands]) < 0.05


@pytest.mark.slow
def test_rotations_are_steadied_and_stay_rotations(robot: RobotModel, carrying: Clip) -> None:
    plan = CausalClip(carrying, robot, Calibration.of(carrying))
    before: dict[str, Array] = {}
    for k in range(60):
        targets = plan.frame(k).orientation_targets
        assert {one.part.name for one in targets} >= {"torso", "left_foot", "right_foot"}
        for one in targets:
            np.testing.assert_allclose(one.axes @ one.axes.T, np.eye(3), atol=1e-9)
            assert np.linalg.det(one.axes) == pytest.approx(1.0)
            if one.part.name in before:
                cosine = (np.trace(before[one.part.name].T @ one.axes) - 1.0) / 2.0
                assert np.arccos(np.clip(cosine, -1.0, 1.0)) < 0.5
            before[one.part.name] = one.axes


def test_props_are_in_the_mesh_from_when_they_are_seen(
    robot: RobotModel, clips: dict[str, Clip]
) -> None:
    clip = clips["lift_box"]
    plan = CausalClip(clip, robot, Calibration.of(clip)).plan
    costs = []
    for k, now in enumerate(instants(clip)[:6]):
        frame = plan.frame(k, now if k >= 3 else replace(now, props={}), {})
        assert [one.name for one, _ in frame.obstacles] == (["box"] if k >= 3 else [])
        assert list(plan.props) == (["box"] if k >= 3 else [])
        costs.append(frame.laplacian.factor)
        assert plan.solids()[0].name == "box"
    apart = [np.abs(after - before).max() for before, after in pairwise(costs)]
    assert apart[2] > 2.0 * max(apart[:2] + apart[3:])
    assert plan.contacts[0][1] == "ground"


@pytest.mark.slow
def test_in_another_scene_feet_go_on_standing(robot: RobotModel, clips: dict[str, Clip]) -> None:
    clip = clips["lift_box"]
    known = Calibration.of(clip)
    stays, goes, later = (CausalClip(clip, robot, known).plan for _ in range(3))
    seen = instants(clip)
    for k in range(100):
        for plan in (stays, goes):
            plan.frame(k, seen[k], {})
    later.go_on(goes)
    one, two = (plan.frame(100, seen[100], {}) for plan in (stays, later))
    assert one.figure is not None and one.stances
    for name in ("figure", "stances", "slow_toes", "orientation_targets"):
        same(getattr(one, name), getattr(two, name))
    same(stays.props, later.props)
