"""Walks carried over to slopes and steps: feet stand on them, edges are cleared, bones keep."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kinemesh import Retargeter, metrics
from kinemesh import recordings as io
from kinemesh.augment import Arc, Slope, Steps, Variant
from kinemesh.detection.stance import detect_footing
from kinemesh.detection.support import support_height
from kinemesh.errors import ClipError
from kinemesh.motion import Clip
from kinemesh.robot import RobotModel
from recordings import recording

SIDES = ("left", "right")


@pytest.fixture(scope="module")
def walked() -> Clip:
    """A recorded walk, without the rest pose that its file begins with."""
    return io.read(recording("cmu/cmu_12_01_walk.bvh")).resampled(30.0).trimmed(0.1)


@pytest.fixture(params=["demo", "recorded"])
def walk(request: pytest.FixtureRequest, demos: dict[str, Clip]) -> Clip:
    if request.param == "demo":
        return demos["walk"]
    return request.getfixturevalue("walked")


def above(clip: Clip, side: str) -> np.ndarray:
    """Height of a toe above what is under it."""
    toe = clip.landmark(f"{side}_toe")
    return toe[:, 2] - support_height(clip.scene, toe, 0.3)


@pytest.mark.parametrize("height", [0.12, -0.12])
def test_planted_feet_stand_as_high_above_their_treads_as_above_the_floor(
    walk: Clip, height: float
) -> None:
    after = Steps(height).apply(walk)
    levels = set()
    for side, foot in detect_footing(walk).items():
        np.testing.assert_allclose(
            above(after, side)[foot.toe], above(walk, side)[foot.toe], atol=1e-9
        )
        lift = (after.landmark(f"{side}_toe") - walk.landmark(f"{side}_toe"))[foot.toe, 2]
        levels |= {round(value / abs(height), 6) for value in lift}
    assert len(levels) >= 4 and levels == {float(k) for k in range(len(levels))}


@pytest.mark.parametrize("height", [0.12, -0.12])
def test_no_foot_passes_through_an_edge(walk: Clip, height: float) -> None:
    after = Steps(height).apply(walk)
    for side in SIDES:
        ankle, toe = (after.landmark(f"{side}_{part}") for part in ("ankle", "toe"))
        flat = (walk.landmark(f"{side}_{part}") for part in ("ankle", "toe"))
        for here, before in zip((ankle, toe), flat, strict=True):
            under = support_height(after.scene, here + np.array([0.0, 0.0, 1.0]), 0.0)
            assert np.all(here[:, 2] - under >= before[:, 2] - 1e-9)


@pytest.mark.parametrize("height", [0.12, -0.12])
def test_thighs_and_shanks_keep_their_lengths_on_steps(walk: Clip, height: float) -> None:
    after = Steps(height).apply(walk)
    for side in SIDES:
        for a, b in (("hip", "knee"), ("knee", "ankle")):
            bone = [
                np.linalg.norm(c.landmark(f"{side}_{a}") - c.landmark(f"{side}_{b}"), axis=1)
                for c in (walk, after)
            ]
            np.testing.assert_allclose(bone[1], bone[0], rtol=0.02)


@pytest.mark.parametrize("height", [0.12, -0.12])
def test_nothing_jumps_on_the_steps(walk: Clip, height: float) -> None:
    after = Steps(height).apply(walk)
    speed = [np.abs(np.diff(c.landmarks(), axis=0)) * walk.fps for c in (walk, after)]
    assert speed[1][:, 0, 2].max() < 0.8  # the pelvis, upwards
    assert speed[1].max() < 1.2 * speed[0].max()


def test_deeper_treads_are_fewer_and_begin_where_they_are_told(walk: Clip) -> None:
    every = Steps(0.1).apply(walk).scene.terrain
    deep = Steps(0.1, depth=1.0).apply(walk).scene.terrain
    late = Steps(0.1, start=2.0).apply(walk).scene.terrain
    assert every is not None and deep is not None and late is not None
    assert len(deep.shape.parts) < len(every.shape.parts)
    assert len(late.shape.parts) < len(every.shape.parts)
    start = walk.landmark("pelvis")[0, :2]
    nearest = np.linalg.norm(late.shape.vertices[:, :2] - start, axis=1).min()
    assert nearest >= 1.999


@pytest.mark.parametrize("angle", [0.14, -0.1])
def test_on_a_slope_every_place_is_as_high_above_the_ground_as_before(
    walk: Clip, angle: float
) -> None:
    after = Slope(angle, heading=0.4).apply(walk)
    assert after.scene.ground is None
    for mark in ("left_toe", "right_ankle", "pelvis"):
        place = after.landmark(mark)
        under = support_height(after.scene, place, 0.5)
        np.testing.assert_allclose(place[:, 2] - under, walk.landmark(mark)[:, 2], atol=1e-9)
    rise = np.linalg.norm(np.gradient(under)) / np.linalg.norm(
        np.gradient(after.landmark("pelvis")[:, :2], axis=0)
    )
    assert 0.5 * np.tan(abs(angle)) < rise <= 1.001 * np.tan(abs(angle))


def test_a_step_that_was_climbed_is_tilted_with_the_ground(demos: dict[str, Clip]) -> None:
    clip = demos["step_up"]
    after = Slope(0.1).apply(clip)
    for side, foot in detect_footing(clip).items():
        np.testing.assert_allclose(
            above(after, side)[foot.toe], above(clip, side)[foot.toe], atol=1e-9
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings", [{"terrain.steps": 0.12}, {"terrain.slope": 8.0, "terrain.slope_turn": 20.0}]
)
def test_a_robot_walks_up_what_the_person_never_saw(
    robot: RobotModel, walked: Clip, settings: dict[str, float]
) -> None:
    varied = Variant("v", {**settings, "motion.start": 0.5, "motion.stop": 3.0}).apply(walked)
    result = Retargeter(robot).retarget(varied.clip, scene=varied.scene)
    score = metrics.evaluate(
        result.trajectory, robot, scene=result.scene, clip=varied.clip, scale=result.scale
    )
    # It walks on bent knees, as it does on flat ground, and the verdict says so of both.
    assert {measure.name for measure in score.failed} <= {"posture.knee_flexion"}, score.verdict
    assert score.value("stance.drift_max") < 1.0
    tilt = score.value("stance.tilt_max")
    assert tilt == pytest.approx(settings.get("terrain.slope", 0.0), abs=0.1)
    rise = np.ptp(result.trajectory.q[:, 2])
    assert rise > 0.15


def test_a_part_of_the_motion_is_taken_by_time(walk: Clip) -> None:
    part = Arc(1.0, 2.0).apply(walk)
    first = round(walk.fps)
    np.testing.assert_array_equal(part.positions, walk.positions[first : 2 * first + 1])
    assert len(Arc(stop=1e6).apply(walk)) == len(walk)
    assert "nothing is left" in (Arc(start=1e6).unfit(walk) or "")


def test_what_has_no_room_for_steps_is_passed_over(demos: dict[str, Clip]) -> None:
    walk = demos["walk"]
    steps = Variant("a", {"terrain.steps": 0.1})
    assert "terrain" in (steps.unfit(demos["step_up"]) or "")
    assert "prop" in (steps.unfit(demos["lift_box"]) or "")
    still = Variant("b", {"terrain.steps": 0.1, "motion.stop": 0.5})
    assert "no room" in (still.unfit(walk) or "")
    assert "slide" in (Variant("c", {"terrain.slope": 5.0}).unfit(demos["lift_box"]) or "")
    with pytest.raises(ClipError, match="no room"):
        still.apply(walk)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Steps(0.0), r"0\.4 m"),
        (lambda: Steps(0.1, depth=-1.0), "depth"),
        (lambda: Steps(0.1, start=np.nan), "finite"),
        (lambda: Slope(0.5), "20 degrees"),
        (lambda: Arc(2.0, 1.0), "start to stop"),
        (lambda: Variant("a", {"terrain.steps_depth": 0.3}), "terrain.steps"),
        (lambda: Variant("a", {"terrain.slope_turn": 0.3}), "terrain.slope"),
    ],
)
def test_ground_that_cannot_be_is_refused(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ClipError, match=said):
        make()
