"""When a foot is planted: every threshold has two sides, and what is decided stays for a while."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import FootCalibration
from kinemesh.detection.causal.standing import Foot, Standing
from kinemesh.detection.stance import KNEE, SUNK, StanceRule

RULE = StanceRule()
TOE, ANKLE = 0.025, 0.09
KNOWN = FootCalibration(TOE, ANKLE, 0.0)
DT = 1.0 / 30.0
STOOD = 5


def standing(known: FootCalibration = KNOWN, rule: StanceRule = RULE) -> Standing:
    """A foot that has stood flat at the origin for a while."""
    foot = Standing(rule, known)
    for _ in range(STOOD):
        put(foot, (0.0, 0.0, known.toe))
    return foot


def put(
    foot: Standing,
    toe: Sequence[float] | Array,
    over: float = ANKLE - TOE,
    knee: float = 0.5,
    surface: float = 0.0,
    dt: float = DT,
) -> Foot:
    """The foot with its toe there, and the ankle behind it and ``over`` it."""
    at = np.asarray(toe, dtype=float)
    ankle = at + np.array([-0.12, 0.0, over])
    return foot.step(at, ankle, np.array([at[0], at[1], knee]), surface, dt)


def going(foot: Standing, speed: float, start: float = 0.0, frames: int = 3) -> list[Foot]:
    """The foot going along x at a speed, from ``start``."""
    way = start + speed * DT * np.arange(1, frames + 1)
    return [put(foot, (x, 0.0, TOE)) for x in way]


def test_a_foot_that_stands_has_toe_and_heel_down_and_lands_now() -> None:
    foot = Standing(RULE, KNOWN)
    first = put(foot, (0.0, 0.0, TOE))
    assert first == Foot(toe=True, heel=True, touchdown=True, lands=0.0, heel_lands=0.0)
    after = put(foot, (0.0, 0.0, TOE))
    assert after == first._replace(touchdown=False) and after.there


@pytest.mark.parametrize(("speed", "plants"), [(0.29, True), (0.31, False)])
def test_a_foot_is_planted_once_it_is_slow_enough(speed: float, plants: bool) -> None:
    foot = Standing(RULE, KNOWN)
    moving = going(foot, 1.0)
    assert not moving[-1].toe
    end = 3 * 1.0 * DT
    assert going(foot, speed, end)[-1].toe == plants


@pytest.mark.parametrize(("speed", "stays"), [(0.44, True), (0.46, False)])
def test_a_planted_foot_stays_so_until_it_is_fast(speed: float, stays: bool) -> None:
    assert going(standing(), speed, frames=1)[-1].toe == stays


@pytest.mark.parametrize(("height", "plants"), [(0.049, True), (0.051, False)])
def test_a_foot_is_planted_once_it_is_low_enough(height: float, plants: bool) -> None:
    foot = Standing(RULE, KNOWN)
    for _ in range(3):
        found = put(foot, (0.0, 0.0, height))
    assert found.toe == plants


@pytest.mark.parametrize(("height", "stays"), [(0.079, True), (0.081, False)])
def test_a_planted_foot_stays_so_until_it_is_high(height: float, stays: bool) -> None:
    assert put(standing(), (0.0, 0.0, height)).toe == stays


@pytest.mark.parametrize("thick", [0.0, 0.03])
def test_heights_are_told_over_where_the_toe_joint_rides(thick: float) -> None:
    known = FootCalibration(TOE + thick, ANKLE + thick, thick)
    for height, plants in ((0.049, True), (0.051, False)):
        foot = Standing(RULE, known)
        put(foot, (0.0, 0.0, height + thick))
        assert put(foot, (0.0, 0.0, height + thick)).toe == plants


@pytest.mark.parametrize(("sinks", "plants"), [(0.19, True), (0.21, False)])
def test_a_foot_that_still_comes_down_has_not_landed(sinks: float, plants: bool) -> None:
    foot = Standing(RULE, KNOWN)
    for k in range(4, -1, -1):
        found = put(foot, (0.0, 0.0, 0.04 + k * sinks * DT))
    assert found.toe == plants
    assert found.lands == pytest.approx(0.0 if plants else (0.04 - TOE) / sinks)
    assert found.there  # it keeps its place in either case


@pytest.mark.parametrize(("over", "down"), [(0.019, True), (0.021, False)])
def test_a_heel_comes_down_as_low_as_that(over: float, down: bool) -> None:
    foot = Standing(RULE, KNOWN)
    for _ in range(3):
        put(foot, (0.0, 0.0, TOE), over=0.1)
    for _ in range(2):  # the first is too fast: only what is down has a heel that comes down
        found = put(foot, (0.0, 0.0, TOE), over=ANKLE - TOE + over)
    assert found.toe and found.heel == down


@pytest.mark.parametrize(("over", "down"), [(0.034, True), (0.036, False)])
def test_a_heel_stays_down_until_it_is_as_high_as_that(over: float, down: bool) -> None:
    found = put(standing(), (0.0, 0.0, TOE), over=ANKLE - TOE + over)
    assert found.toe and found.heel == down
    if not down:
        assert found.heel_lands == np.inf  # it goes up


def test_a_heel_that_sinks_is_foretold() -> None:
    foot = standing()
    put(foot, (0.0, 0.0, TOE), over=0.105)
    put(foot, (0.0, 0.0, TOE), over=0.105)
    found = put(foot, (0.0, 0.0, TOE), over=0.095)
    assert not found.heel
    assert found.heel_lands == pytest.approx((0.095 + TOE - ANKLE) / (0.01 / DT))


def test_on_tiptoe_no_heel_is_down_whatever_is_known_of_the_ankle() -> None:
    foot = Standing(RULE, FootCalibration(TOE, 0.2, 0.0))
    for _ in range(3):
        found = put(foot, (0.0, 0.0, TOE), over=0.16)
    assert found.toe and not found.heel


@pytest.mark.parametrize(("over", "ball"), [(0.08, True), (0.06, False)])
def test_who_kneels_stands_on_a_ball_and_on_no_instep(over: float, ball: bool) -> None:
    foot = Standing(RULE, KNOWN)
    for _ in range(3):
        found = put(foot, (0.0, 0.0, TOE), over=over, knee=KNEE - 0.01)
    assert found.toe == ball and not found.heel
    higher = put(foot, (0.0, 0.0, TOE), over=over, knee=KNEE + 0.01)
    assert higher.toe


def test_a_toe_deep_in_the_ground_or_over_nothing_does_not_stand() -> None:
    for surface in (TOE + SUNK + 0.01, -np.inf):
        foot = Standing(RULE, KNOWN)
        for _ in range(3):
            found = put(foot, (0.0, 0.0, TOE), surface=surface)
        assert not found.there and found.lands == np.inf


def test_a_foot_on_a_step_stands_on_it() -> None:
    foot = Standing(RULE, KNOWN)
    for _ in range(3):
        found = put(foot, (0.0, 0.0, 0.3 + TOE), knee=0.8, surface=0.3)
    assert found.toe and found.heel


def test_a_foot_that_rises_slowly_keeps_its_place_for_a_while() -> None:
    foot, rising = standing(), []
    for k in range(10):
        rising.append(put(foot, (0.0, 0.0, 0.085 + 0.001 * k)))
    aloft = 1 + np.arange(10)
    assert not any(found.toe or found.touchdown for found in rising)
    assert [found.landing for found in rising] == (aloft * DT <= RULE.hover_time + 1e-9).tolist()


@pytest.mark.parametrize("where", [(0.016, 0.0, 0.1), (0.0, 0.0, 0.151)])
def test_a_foot_that_is_fast_or_high_does_not_keep_its_place(where: Sequence[float]) -> None:
    foot = standing()
    assert put(foot, (0.0, 0.0, 0.1)).landing
    assert not put(foot, where).there


def test_a_foot_that_comes_down_keeps_its_place_as_soon_as_it_will_be_there_in_time() -> None:
    foot, sinks = Standing(RULE, KNOWN), 0.4
    heights = TOE + sinks * DT * np.arange(9, -1, -1)
    falling = [put(foot, (0.0, 0.0, z)) for z in heights]
    fallen = [put(foot, (0.0, 0.0, TOE)) for _ in range(2)]
    left = np.arange(9, -1, -1) * DT
    np.testing.assert_allclose([f.lands for f in falling[1:]], left[1:], atol=1e-9)
    soon = (left <= RULE.hover_time + 1e-9) & (np.arange(10) > 0)
    assert [found.there for found in falling] == soon.tolist()
    # One stance begins, in the air, and is the one that it lands in.
    begins = [found.touchdown for found in (*falling, *fallen)]
    assert np.flatnonzero(begins).tolist() == [int(np.argmax(soon))]
    assert fallen[-1].toe and not fallen[-1].landing


def test_a_foot_put_down_where_it_hovered_stands_as_before_and_elsewhere_anew() -> None:
    for way, anew in ((0.0, False), (0.013, False), (0.07, True)):
        foot = standing()
        assert put(foot, (0.0, 0.0, 0.1)).landing
        put(foot, (way, 0.0, 0.03))
        for _ in range(2):
            found = put(foot, (way, 0.0, TOE))
            if found.touchdown:
                break
        assert found.toe and found.touchdown == anew


def test_a_foot_that_was_lifted_and_comes_back_to_its_place_stands_anew() -> None:
    foot = standing()
    for _ in range(8):
        assert not put(foot, (0.0, 0.0, 0.2)).there
    steps = [put(foot, (0.0, 0.0, TOE)) for _ in range(4)]
    assert [found.touchdown for found in steps].count(True) == 1 and steps[-1].toe


def test_a_foot_that_is_dragged_is_planted_anew_every_so_far() -> None:
    foot, speed = standing(), 0.2
    dragged = going(foot, speed, frames=40)
    way = speed * DT * np.arange(1, 41)
    assert all(found.toe for found in dragged)
    anew = way[[found.touchdown for found in dragged]]
    apart = np.diff([0.0, *anew])
    assert len(anew) == int(way[-1] / (np.ceil(RULE.drift / (speed * DT)) * speed * DT))
    assert (apart >= RULE.drift - 1e-9).all() and (apart < RULE.drift + speed * DT + 1e-9).all()


def test_without_a_drift_a_foot_that_is_dragged_is_planted_once() -> None:
    foot = standing(rule=StanceRule(drift=np.inf))
    assert not any(found.touchdown for found in going(foot, 0.2, frames=40))
