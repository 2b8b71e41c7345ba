"""What is seen of feet in time, against what a whole clip shows of them."""

from __future__ import annotations

import numpy as np
import pytest

from as_stream import SIDES, flags, footsteps
from kinemesh.arrays import Array
from kinemesh.demos import walk
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.detection.stance import detect_footing
from kinemesh.motion import Clip
from kinemesh.recordings import read
from recordings import recording

FRAME = 1.0 / 30.0


@pytest.fixture(scope="module")
def strolling() -> Clip:
    """A recorded person who walks, turns and stands."""
    return read(recording("cmu/01_01.bvh")).resampled(30.0)


def changes(down: Array, fps: float) -> tuple[Array, Array]:
    """When a flag ``(T,)`` comes and goes [s]."""
    step = np.diff(down.astype(int))
    return np.flatnonzero(step > 0) / fps, np.flatnonzero(step < 0) / fps


def agree(one: Array, other: Array) -> float:
    return float(np.mean(one == other))


@pytest.mark.parametrize("name", ["walk", "lift_box", "step_up"])
@pytest.mark.parametrize("fps", [30.0, 120.0])
def test_in_demos_toes_and_heels_are_down_when_the_whole_clip_says_so(
    demos: dict[str, Clip], name: str, fps: float
) -> None:
    clip = demos[name].resampled(fps)
    whole, steps = detect_footing(clip), footsteps(clip, Calibration.of(clip))
    for side in SIDES:
        for part, other in (("toe", whole[side].toe), ("heel", whole[side].heel)):
            own = flags(steps, side, part)
            assert agree(own, other) >= 0.95
            for found, wanted in zip(changes(own, fps), changes(other, fps), strict=True):
                assert len(found) == len(wanted)
                late = found - wanted
                # A foot that still comes down stands a little later.
                assert (late >= -1e-9).all() and (late <= 2.3 * FRAME).all()


@pytest.mark.slow
def test_in_recordings_feet_keep_their_places_when_the_whole_clip_says_so(
    carrying: Clip, strolling: Clip
) -> None:
    for clip in (carrying, strolling):
        whole, steps = detect_footing(clip), footsteps(clip, Calibration.of(clip))
        for side in SIDES:
            own, other = flags(steps, side, "there"), whole[side].toe | whole[side].landing
            assert agree(own, other) >= 0.95
            for found, wanted in zip(changes(own, 30.0), changes(other, 30.0), strict=True):
                late = [np.abs(found - time).min() for time in wanted]
                assert max(late) <= 2.0 * FRAME + 1e-9
                # What else comes and goes is short: a foot that swings by, slow and low.
                assert len(found) <= len(wanted) + 1


def test_a_heel_is_down_only_with_the_toe_and_in_the_air_neither_is(
    carrying: Clip, strolling: Clip, demos: dict[str, Clip]
) -> None:
    seen = dict.fromkeys(("toe", "heel", "landing", "touchdown"), 0)
    for clip in (carrying, strolling, *demos.values()):
        before = dict.fromkeys(SIDES, False)
        for feet in footsteps(clip, Calibration.of(clip)):
            for side, foot in feet.items():
                assert foot.toe or not foot.heel
                assert not (foot.toe and foot.landing)
                assert (foot.lands == 0.0) >= foot.toe
                assert (foot.heel_lands == 0.0) >= foot.heel
                # Every stance has a beginning.
                assert foot.touchdown or not foot.there or before[side]
                assert foot.there or not foot.touchdown
                before[side] = foot.there
                for part in seen:
                    seen[part] += getattr(foot, part)
    assert min(seen.values()) > 20


@pytest.mark.parametrize("fps", [60.0, 120.0, 240.0])
def test_at_any_rate_feet_do_the_same_within_a_frame(fps: float) -> None:
    clip = walk()
    known = Calibration.of(clip)
    slow, fast = footsteps(clip, known), footsteps(clip.resampled(fps), known)
    for side in SIDES:
        for part in ("toe", "heel", "there"):
            pairs = zip(
                changes(flags(slow, side, part), 30.0),
                changes(flags(fast, side, part), fps),
                strict=True,
            )
            for one, other in pairs:
                assert len(one) == len(other) > 0
                assert np.abs(one - other).max() <= FRAME + 1e-9
