from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kinemesh import recordings as io
from kinemesh.demos import DEMOS
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, clean
from kinemesh.motion.clean import mended, spikes, warn_of_spikes
from kinemesh.motion.gaps import filled_track, frozen, missing
from recordings import recording

OMOMO = ("sub3_largebox_003", "sub8_largebox_000", "sub2_largetable_000", "sub2_woodchair_000")
RECORDED: dict[str, Callable[[], Clip]] = {
    **{name: lambda name=name: io.read(recording(f"omomo/{name}.pt")) for name in OMOMO},
    "dance": lambda: io.read(recording("lafan1/dance1_subject1.npy")),
    "climb 0": lambda: io.read(
        recording("climb/seq_0/mocap_climb_seq_0_joint_positions_f900-3700.npy")
    ),
    "climb 1": lambda: io.read(
        recording("climb/seq_1/mocap_climb_seq_1_joint_positions_f0-2422.npy")
    ),
    "optitrack walk": lambda: io.read(recording("optitrack/walk.npz")),
    "optitrack squat": lambda: io.read(recording("optitrack/squat.npz")),
    **DEMOS,
}


@pytest.fixture(scope="module", params=list(RECORDED))
def whole(request: pytest.FixtureRequest) -> Clip:
    """Every recording that can be read, and the clips that the package makes itself."""
    return RECORDED[request.param]()


@pytest.fixture(scope="module")
def dance() -> Clip:
    return RECORDED["dance"]().crop(0, 600)


def fill(clip: Clip, positions: np.ndarray) -> np.ndarray:
    return mended(positions, None, clip.skeleton.joints, clip.fps).positions


# ------------------------------------------------------------------ nothing is wrong


def test_a_recording_that_is_in_order_is_left_as_it_is(whole: Clip) -> None:
    done = mended(whole.positions, whole.rotations, whole.skeleton.joints, whole.fps)
    assert done.positions is whole.positions
    assert done.rotations is whole.rotations
    assert (done.notes, done.warnings) == ((), ())
    assert not missing(whole.positions).any()
    assert not frozen(whole.positions).any()
    assert whole.cleaned() is whole
    assert warn_of_spikes(whole) is whole


def test_real_motion_is_not_a_third_as_sudden_as_a_spike(
    whole: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clean, "_SUDDEN", clean._SUDDEN / 3.0)
    assert not spikes(whole.positions, whole.fps).any()


# ------------------------------------------------------------------ gaps


@pytest.mark.parametrize(("duration", "worst", "usual"), [(0.1, 0.06, 0.004), (0.2, 0.12, 0.02)])
def test_a_gap_is_filled_close_to_what_was_there(
    whole: Clip, rng: np.random.Generator, duration: float, worst: float, usual: float
) -> None:
    frames, joints = whole.positions.shape[:2]
    count = int(duration * whole.fps + 1e-6)
    gappy, gaps = np.array(whole.positions), []
    for joint in rng.permutation(joints)[:12]:
        first = int(rng.integers(5, frames - count - 5))
        gappy[first : first + count, joint] = np.nan
        gaps.append((slice(first, first + count), joint))
    found = fill(whole, gappy)
    off = [np.linalg.norm(found[gap] - whole.positions[gap], axis=-1).max() for gap in gaps]
    assert max(off) < worst  # [m]
    assert np.median(off) < usual
    kept = np.isfinite(gappy)
    np.testing.assert_array_equal(found[kept], whole.positions[kept])


def test_gaps_are_noted_with_joints_frames_and_numbers(dance: Clip) -> None:
    gappy = np.array(dance.positions)
    gappy[40:43, dance.skeleton.index("LeftHand")] = np.nan
    gappy[100, dance.skeleton.index("Head")] = np.inf
    done = mended(gappy, None, dance.skeleton.joints, dance.fps)
    assert done.notes == (
        "gaps: 4 places of 2 joints missing, filled, in frames: Head 100, LeftHand 40-42",
    )


def test_joints_that_are_infinite_together_are_filled_without_a_word(
    dance: Clip,
) -> None:
    gappy = np.array(dance.positions)
    gappy[40:42, dance.skeleton.index("LeftHand")] = np.inf
    gappy[100:102] = np.inf
    with np.errstate(all="raise"):
        assert np.all(np.isfinite(fill(dance, gappy)))


@pytest.mark.parametrize("value", [0.0, np.nan, -np.inf])
def test_a_joint_that_is_written_as_zero_or_not_finite_is_a_gap(dance: Clip, value: float) -> None:
    hand = dance.skeleton.index("RightHand")
    gappy = dance.positions + np.array([2.0, 0.0, 0.0])
    truth = gappy[60:63, hand].copy()
    gappy[60:63, hand] = value
    assert np.linalg.norm(fill(dance, gappy)[60:63, hand] - truth, axis=1).max() < 0.02


def test_a_root_that_stays_at_the_origin_is_none(dance: Clip) -> None:
    centred = dance.positions - dance.positions[:, :1]
    assert fill(dance, centred) is centred


@pytest.mark.parametrize("count", [1, 3, 5])
def test_a_joint_that_freezes_while_it_moves_and_jumps_back_is_filled(
    dance: Clip, count: int
) -> None:
    hand = dance.skeleton.index("LeftHand")
    speed = np.linalg.norm(np.diff(dance.positions[:, hand], axis=0), axis=1)
    first = int(np.argmax(np.convolve(speed, np.ones(9), "valid"))) + 3
    stuck = np.array(dance.positions)
    stuck[first : first + count, hand] = stuck[first - 1, hand]
    was = np.linalg.norm(stuck - dance.positions, axis=2).max()
    assert frozen(stuck)[:, hand].sum() == count
    found = fill(dance, stuck)
    assert np.linalg.norm(found - dance.positions, axis=2).max() < max(0.25 * was, 0.01)


def test_a_joint_that_rests_on_one_number_and_starts_slowly_is_none(dance: Clip) -> None:
    positions = np.repeat(dance.positions[:1], 60, axis=0)
    times = np.clip(np.arange(60) - 30, 0, None) / 30.0
    positions = positions + (0.5 * times**2)[:, None, None]
    assert not frozen(positions).any()


def test_a_joint_that_freezes_for_long_is_left_and_warned_of(dance: Clip) -> None:
    ramp = np.array(dance.positions[:60]) + np.linspace(0.0, 3.0, 60)[:, None, None]
    hand = dance.skeleton.index("LeftHand")
    ramp[20:35, hand] = ramp[19, hand]
    done = mended(ramp, None, dance.skeleton.joints, 30.0)
    assert done.positions is ramp
    assert "LeftHand 20-34" in done.warnings[0]


def test_a_gap_longer_than_a_fifth_of_a_second_is_an_error_with_its_place(dance: Clip) -> None:
    gappy = np.array(dance.positions)
    gappy[40:46, 3] = np.nan
    fill(dance, gappy)
    gappy[40:47, 3] = np.nan
    with pytest.raises(ClipError, match=r"longer than 0\.2 s.*LeftFoot 40-46"):
        fill(dance, gappy)


def test_a_joint_lost_at_an_end_of_the_clip_keeps_beside_its_neighbour(dance: Clip) -> None:
    gappy, hand = np.array(dance.positions), dance.skeleton.index("LeftHand")
    gappy[:4, hand] = np.nan
    gappy[-3:, hand] = np.nan
    found = fill(dance, gappy)
    off = np.linalg.norm(found - dance.positions, axis=2)
    assert off.max() < 0.1
    forearm = dance.skeleton.index("LeftForeArm")
    length = np.linalg.norm(found[:, hand] - found[:, forearm], axis=1)
    np.testing.assert_allclose(length, length[100], rtol=1e-6)


def test_frames_without_any_joint_are_filled_inside_and_refused_at_an_end(dance: Clip) -> None:
    gappy = np.array(dance.positions)
    gappy[50:53] = np.nan
    assert np.linalg.norm(fill(dance, gappy) - dance.positions, axis=2).max() < 0.05
    gappy[-1] = np.nan
    with pytest.raises(ClipError, match="no joint is known in the frames at the end"):
        fill(dance, gappy)


def test_rotations_are_filled_with_their_joints(carrying: Clip) -> None:
    gappy, turns = np.array(carrying.positions), np.array(carrying.rotations)
    gappy[70:73, 5] = np.nan
    turns[70:73, 5] = np.nan
    turns[90, 8] = 0.0
    done = mended(gappy, turns, carrying.skeleton.joints, 30.0)
    assert done.rotations is not None
    assert carrying.rotations is not None
    dot = np.abs(np.sum(done.rotations * carrying.rotations, axis=-1))
    assert np.rad2deg(2.0 * np.arccos(np.clip(dot, -1, 1)).max()) < 5.0
    assert len(done.notes) == 2


def test_doubled_frames_are_warned_of(dance: Clip) -> None:
    twice = np.repeat(dance.positions[:50], 2, axis=0)
    done = mended(twice, None, dance.skeleton.joints, 60.0)
    assert "frames were doubled" in done.warnings[0]
    np.testing.assert_array_equal(done.positions, twice)


def test_a_props_track_is_filled_too(carrying: Clip) -> None:
    track = np.array(carrying.scene.props[0].track)
    gappy = track.copy()
    gappy[80:85] = np.nan
    found, notes = filled_track(gappy, 30.0, "box")
    assert np.linalg.norm(found[:, :3] - track[:, :3], axis=1).max() < 0.02
    assert notes == ("gaps: 5 frames of prop 'box' filled: box 80-84",)
    gappy[80:88] = np.nan
    with pytest.raises(ClipError, match="box 80-87"):
        filled_track(gappy, 30.0, "box")
    assert filled_track(track, 30.0, "box")[1] == ()


# ------------------------------------------------------------------ spikes


def test_a_spike_is_found_and_taken_out(whole: Clip, rng: np.random.Generator) -> None:
    longest = round(0.1 * whole.fps)
    frames, joints = whole.positions.shape[:2]
    off, found = [], 0
    for _ in range(10):
        joint, count = int(rng.integers(joints)), int(rng.integers(1, longest + 1))
        first = int(rng.integers(6, frames - 2 * longest - 6))
        away = rng.normal(size=3)
        positions = np.array(whole.positions)
        positions[first : first + count, joint] += 0.4 * away / np.linalg.norm(away)
        flags = spikes(positions, whole.fps)
        exact = np.zeros_like(flags)
        exact[first : first + count, joint] = True
        assert not (flags & ~exact).any()  # never anything else
        if flags.any():
            found += 1
            done = replace(whole, positions=positions).cleaned()
            off.append(np.linalg.norm(done.positions - whole.positions, axis=2).max())
            assert done.notes[-1].startswith("spikes: 1 taken out")
    assert found >= 8  # in a throw one of 0.4 m may hide
    assert max(off) < 0.03  # [m]
    assert np.median(off) < 0.01


def test_a_spike_is_warned_of_and_left_unless_asked_for(dance: Clip) -> None:
    positions = np.array(dance.positions)
    positions[100:102, dance.skeleton.index("LeftHand"), 2] += 0.8
    clip = replace(dance, positions=positions)
    said = warn_of_spikes(clip)
    np.testing.assert_array_equal(said.positions, positions)
    assert "1 spike:" in said.warnings[-1] and "LeftHand 100-101" in said.warnings[-1]
    assert warn_of_spikes(clip.cleaned()).warnings == dance.warnings


def test_a_quick_step_and_a_jump_that_stays_are_no_spikes(dance: Clip) -> None:
    still = np.repeat(dance.positions[:1], 40, axis=0)
    step = still.copy()
    step[20:] += 0.5
    assert not spikes(step, 30.0).any()
    step = still.copy()
    step[20:, 3] += np.array([0.4, 0.0, 0.0])
    step[19, 3] += np.array([0.2, 0.0, 0.01])
    assert not spikes(step, 30.0).any()
