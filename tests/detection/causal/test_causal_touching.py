"""When a hand touches, and where, from what has been seen so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from kinemesh.detection.causal.touching import FAR, SOONEST, CausalGrip, Hand, Surface, Touching
from kinemesh.detection.palm import hand_points
from kinemesh.detection.touch import TouchRule, detect_touches
from kinemesh.geometry import poses
from kinemesh.geometry.shape import Shape
from kinemesh.motion import Clip

RULE = TouchRule()
HALF = 0.2
BOX = Shape.box((2 * HALF, 2 * HALF, 2 * HALF))
REACH, SOON, DT = 0.06, 0.3, 1.0 / 30.0
LEADS = 0.15
"""What was not foreseen comes in no less than this [s]."""
COARSE = 1e-3
"""Places on the box are told by points that stand for its surface: by so much a distance is off."""


@pytest.fixture(scope="module")
def surface() -> Surface:
    return Surface.of(BOX)


@pytest.fixture
def touching(surface: Surface) -> Touching:
    return Touching(RULE, surface, REACH, SOON)


def hand(away: float, y: float = 0.0, z: float = 0.0, fingers: bool = True) -> Hand:
    """A hand in front of the box, its joint so far away from it, that points at it."""
    joint = np.array([HALF + away, y, z])
    return Hand(
        joint[None], joint + np.array([0.08, 0.0, 0.0]), np.array([-1.0, 0.0, 0.0]), fingers
    )


def held(touching: Touching, away: float, fingers: bool = True, frames: int = 6) -> CausalGrip:
    """How the hand is when it has been there for some frames."""
    return [touching.step(hand(away, fingers=fingers), DT) for _ in range(frames)][-1]


@pytest.mark.parametrize("fingers", [True, False])
def test_a_hand_touches_from_where_it_is_near_until_it_is_away(
    touching: Touching, fingers: bool
) -> None:
    extra = 0.0 if fingers else RULE.palm
    nears, leaves = RULE.enter + extra, RULE.leave + extra
    ways = [(nears + COARSE, False), (nears - COARSE, True), (leaves - COARSE, True)]
    for away, touches in [*ways, (leaves + COARSE, False), (nears + COARSE, False)]:
        found = held(touching, away, fingers)
        assert found.touches == touches
        if touches:
            assert found.time == 0.0
            assert found.distance == pytest.approx(away, abs=COARSE)


def test_a_hand_that_passes_by_touches_only_once_it_is_slow(touching: Touching) -> None:
    touching.step(hand(1.0), DT)  # how fast a hand is in the first frame nobody knows
    place = -0.15
    for speed, touches in ((0.35, False), (0.25, True), (0.35, True)):
        for _ in range(3):
            place += speed * DT
            found = touching.step(hand(0.01, y=place), DT)
        assert found.touches == touches


def test_a_touch_is_foreseen_by_the_speed_of_the_hand(touching: Touching) -> None:
    speed = 0.3
    gaps = speed * DT * np.arange(15, -1, -1)
    found = [touching.step(hand(RULE.enter + COARSE + gap), DT) for gap in gaps]
    left = gaps / speed
    for grip, time in zip(found, left, strict=True):
        assert not grip.touches
        if time > SOON + DT or grip is found[0]:
            assert grip is FAR
        elif SOONEST < time < SOON - DT:
            assert grip.time == pytest.approx(time, abs=0.2 * SOON)
            assert grip.distance == pytest.approx(RULE.enter + speed * time, abs=2 * COARSE)
    # The last ones say that it is about to be, never that it is.
    assert found[-1].time == SOONEST


@pytest.mark.parametrize("fps", [30.0, 120.0])
def test_a_touch_that_was_not_foreseen_comes_steadily(surface: Surface, fps: float) -> None:
    touching, dt = Touching(RULE, surface, REACH, SOON), 1.0 / fps
    ways = [*(0.045 - 0.04 * dt * np.arange(int(fps))), *np.full(int(fps), 0.3)]
    grips = [touching.step(hand(away), dt) for away in ways]
    times = np.array([min(grip.time, SOON) for grip in grips])
    first = next(k for k, grip in enumerate(grips) if grip.touches)
    assert times[first - 1] == SOON and times[first] > 0.0
    assert np.abs(np.diff(times)).max() <= SOON / LEADS * dt + 1e-9
    led = first + round(LEADS * fps)
    assert (times[led : int(fps)] == 0.0).all() and led < fps
    assert times[-1] == SOON


def test_in_the_first_frame_a_hand_may_hold_a_thing(touching: Touching) -> None:
    found = touching.step(hand(0.01), DT)
    assert found.touches and found.time == 0.0


def test_a_hand_that_waits_near_a_thing_is_about_to_touch_nothing(touching: Touching) -> None:
    assert held(touching, 0.08, frames=20) is FAR
    for k in range(10):  # nor does one that goes away
        assert touching.step(hand(0.08 + 0.01 * k), DT) is FAR


def test_a_touch_is_remembered_for_a_while_where_it_was(touching: Touching) -> None:
    last = held(touching, 0.01)
    since = []
    for k in range(15):
        found = touching.step(hand(0.06 + 0.01 * k, y=0.05), DT)
        assert not found.touches
        if found.time < np.inf:
            np.testing.assert_array_equal(found.rows, last.rows)
            since.append(found.time)
    np.testing.assert_allclose(since, DT * np.arange(1, len(since) + 1))
    assert len(since) == round(SOON / DT) - 1


def test_a_hand_that_is_far_is_nowhere_and_touches_again_when_it_is_back(
    touching: Touching,
) -> None:
    for away in (0.01, 5.0, 0.01):
        found = held(touching, away, frames=12)
        assert found.touches == (away < 1.0) and (found is FAR) == (away > 1.0)


def test_rows_are_of_the_surface_the_wrist_and_the_palm(touching: Touching) -> None:
    place, wrist, palm, into = held(touching, 0.02, frames=60).rows
    np.testing.assert_allclose(wrist, [HALF + 0.1, 0.0, 0.0], atol=RULE.firm)
    np.testing.assert_allclose(palm, wrist - (REACH, 0.0, 0.0), atol=1e-12)
    np.testing.assert_allclose(place, [HALF, 0.0, 0.0], atol=0.01)
    assert np.linalg.norm(into) == pytest.approx(1.0) and into[0] < -0.95


def test_a_grip_that_trembles_does_not_move(touching: Touching, rng: np.random.Generator) -> None:
    held(touching, 0.0)
    rows = []
    for _ in range(90):
        y, z = rng.uniform(-0.4, 0.4, 2) * RULE.firm
        rows.append(touching.step(hand(0.0, y, z), DT).rows[1:3])
    # The wrist and the palm: places are told to the points of the surface.
    assert np.abs(np.diff(rows, axis=0)).max() == 0.0


def test_a_grip_that_slides_is_followed_smoothly(touching: Touching) -> None:
    speed, rows = 0.1, []
    way = np.clip(speed * DT * (np.arange(120) - 30), 0.0, 0.15)
    for y in way:
        rows.append(touching.step(hand(0.0, y), DT).rows[1])
    steps = np.diff(rows, axis=0)
    assert np.abs(steps).max() <= speed * DT + 1e-12
    off = way - np.array(rows)[:, 1]
    assert np.abs(off).max() <= RULE.firm + speed * 0.1 + 1e-9
    assert np.abs(off[-1]) <= RULE.firm + 1e-6


def test_a_touch_at_any_rate_is_the_same(surface: Surface) -> None:
    comes: list[float] = []
    for fps in (30, 60, 120, 240):
        touching = Touching(RULE, surface, REACH, SOON)
        times = np.arange(2 * fps) / fps
        away = np.maximum(0.2 - 0.2 * times, 0.0)
        flags = [touching.step(hand(a), 1.0 / fps).touches for a in away]
        comes.append(times[int(np.argmax(flags))])
    assert np.ptp(comes) <= 1.0 / 30.0 + 1e-9


def test_what_leads_into_the_surface_does_not_turn_round(touching: Touching) -> None:
    held(touching, 0.02)
    before = held(touching, 0.02).rows[3]
    for away in np.arange(0.02, -0.1, -0.005):
        found = touching.step(hand(float(away)), DT)
        assert found.touches and found.rows[3] @ before > 0.5
        before = found.rows[3]


def test_bounds_tell_how_far_a_thing_is_at_least(surface: Surface) -> None:
    ways: Sequence[tuple[Sequence[float], float]] = (
        ((0.0, 0.0, 0.0), 0.0),
        ((HALF, HALF, HALF), 0.0),
        ((HALF + 0.3, 0.0, 0.0), 0.3),
        ((HALF + 0.3, -HALF - 0.4, 0.0), 0.5),
    )
    for point, wanted in ways:
        assert surface.beyond(np.array(point)) == pytest.approx(wanted)


def test_a_recorded_hand_touches_when_the_whole_clip_says_so(carrying: Clip) -> None:
    clip = replace(carrying, contacts={})
    (prop,) = clip.scene.props
    surface = Surface.of(prop.shape)
    for touch in detect_touches(clip):
        if touch.thing != prop.name or not touch.part.endswith("hand"):
            continue
        points, fingers = hand_points(clip, touch.part)
        points = poses.apply(poses.inverse(prop.track), points)
        touching = Touching(RULE, surface, REACH, SOON)
        grips = [
            touching.step(Hand(p, p[0], np.array([1.0, 0.0, 0.0]), fingers), 1.0 / clip.fps)
            for p in points
        ]
        flags = np.array([grip.touches for grip in grips])
        assert np.mean(flags == touch.touching) >= 0.95
        found, wanted = (np.flatnonzero(one)[[0, -1]] for one in (flags, touch.touching))
        # It comes fast, and nobody knows yet that it will stay.
        assert 0 <= found[0] - wanted[0] <= 0.3 * clip.fps
        assert abs(found[1] - wanted[1]) <= 2
