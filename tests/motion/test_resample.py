from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinemesh import demos
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Prop, Scene, Shape, StanceEdit

relaxed = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_the_same_rate_is_the_same_clip(clip: Clip) -> None:
    assert clip.resampled(clip.fps) is clip


@pytest.mark.parametrize("fps", [0.0, -1.0, np.nan, np.inf])
def test_a_rate_that_is_not_positive_is_refused(clip: Clip, fps: float) -> None:
    with pytest.raises(ClipError, match="expected a positive number"):
        clip.resampled(fps)


def test_a_props_path_is_as_smooth_as_the_persons(clip: Clip) -> None:
    # Along a parabola a cubic is exact and straight pieces are not.
    times = np.arange(len(clip)) / clip.fps
    track = np.zeros((len(clip), 7))
    track[:, 6] = 1.0
    track[:, 2] = 1.0 - 4.9 * times**2
    thrown = replace(clip, scene=Scene((Prop("ball", Shape.box((0.1, 0.1, 0.1)), track),)))
    new = thrown.resampled(50.0)
    instants = np.arange(len(new)) / 50.0
    found = new.scene.props[0].track
    np.testing.assert_allclose(found[:, 2], 1.0 - 4.9 * instants**2, atol=1e-9)


@given(fps=st.floats(25.0, 120.0), first=st.integers(1, 14), count=st.integers(1, 5))
@relaxed
def test_a_label_holds_at_the_same_times(clip: Clip, fps: float, first: int, count: int) -> None:
    flags = np.zeros(len(clip), bool)
    flags[first : first + count] = True
    new = replace(clip, contacts={"left_hand": flags}).resampled(fps)
    found = np.flatnonzero(new.contacts["left_hand"]) / fps
    reach = 0.5 / fps + 0.5 / clip.fps + 1e-9
    assert len(found)
    assert found.min() >= first / clip.fps - reach
    assert found.max() <= (first + count - 1) / clip.fps + reach
    assert (np.diff(found) < 1.5 / fps).all()


def test_a_label_half_way_between_two_new_frames_is_not_lost(clip: Clip) -> None:
    for frame in range(3, len(clip) - 2, 6):  # frame / 30 is (k + 1/2) / 25
        flags = np.arange(len(clip)) == frame
        new = replace(clip, contacts={"left_hand": flags}).resampled(25.0)
        assert new.contacts["left_hand"].any()


def test_a_label_of_one_frame_outlives_a_lower_rate(clip: Clip) -> None:
    for frame in range(1, len(clip) - 2):
        flags = np.arange(len(clip)) == frame
        new = replace(clip, contacts={"left_hand": flags}).resampled(10.0)
        assert new.contacts["left_hand"].any(), frame


def test_trimming_takes_the_frames_between_two_times_and_all_that_goes_with_them(
    clip: Clip,
) -> None:
    clip = clip.with_contacts(StanceEdit("left", 3, 8))
    part = clip.trimmed(0.2, 0.5)
    assert len(part) == 10
    np.testing.assert_array_equal(part.positions, clip.positions[6:16])
    np.testing.assert_array_equal(part.scene.props[0].track, clip.scene.props[0].track[6:16])
    assert part.edits == (StanceEdit("left", 0, 2),)
    assert any("trimmed to frames 6-15 of 20" in note for note in part.notes)
    assert clip.trimmed() is clip
    assert len(clip.trimmed(start=0.5)) == 5
    assert len(clip.trimmed(stop=0.1)) == 4
    # a time written with three digits still names its frame
    assert len(clip.trimmed(stop=0.333)) == 11


@pytest.mark.parametrize(("start", "stop"), [(-0.1, None), (0.5, 0.5), (0.4, 0.2), (0.0, 0.7)])
def test_times_outside_the_clip_are_refused_with_its_duration(
    clip: Clip, start: float, stop: float | None
) -> None:
    with pytest.raises(ClipError, match=r"from 0 to 0\.633 s"):
        clip.trimmed(start, stop)
    with pytest.raises(ClipError):
        clip.trimmed(np.nan)


# ------------------------------------------------------------------ a recording


def test_a_recording_read_at_50_frames_and_back_at_30_is_close(carrying: Clip) -> None:
    again = carrying.resampled(50.0).resampled(30.0)
    count = len(again)
    assert count >= len(carrying) - 1
    off = np.linalg.norm(again.positions - carrying.positions[:count], axis=2)
    assert off.max() < 0.004  # [m]; measured: 2.5 mm at the tip of a finger
    assert np.median(off) < 5e-5
    a, b = again.scene.props[0].track, carrying.scene.props[0].track[:count]
    assert np.linalg.norm(a[:, :3] - b[:, :3], axis=1).max() < 0.004
    turn = (Rotation.from_quat(a[:, 3:]).inv() * Rotation.from_quat(b[:, 3:])).magnitude()
    assert np.rad2deg(turn.max()) < 2.0


def test_a_recording_at_50_frames_keeps_the_box_in_the_hands(carrying: Clip) -> None:
    new = carrying.resampled(50.0)
    assert len(new) == 326
    times = np.arange(len(new)) / 50.0
    for hand, flags in new.contacts.items():
        nearest = np.clip(np.rint(times * 30.0).astype(int), 0, len(carrying) - 1)
        assert np.mean(flags == carrying.contacts[hand][nearest]) > 0.98


def test_a_body_that_turns_about_a_point_far_from_its_origin_stays_about_it() -> None:
    """Place and turn follow one curve: what is held stays in the hand between the frames."""
    held = np.array([0.5, 0.0, 0.0])

    def swung(times: np.ndarray) -> np.ndarray:
        angle = 1.2 * np.sin(5.0 * times)
        turns = Rotation.from_euler("zyx", np.stack([angle, 0.4 * angle, 0.2 * times], axis=1))
        grip = np.stack([0.3 * times, 0.0 * times, 1.0 + 0.0 * times], axis=1)
        return np.hstack([grip - turns.apply(held), turns.as_quat()])

    times = np.arange(61) / 30.0
    shape = Shape.box(np.array([0.2, 0.2, 0.2]))
    walk = demos.walk().crop(0, len(times))
    swinging = replace(walk, scene=Scene((Prop("box", shape, swung(times)),)))
    track = swinging.resample(50.0).scene.props[0].track
    wanted = swung(np.arange(len(track)) / 50.0)
    turns, true = (Rotation.from_quat(poses[:, 3:]) for poses in (track, wanted))
    inside = slice(5, -5)  # a spline is less sure at its ends
    assert (turns.inv() * true).magnitude()[inside].max() < 1e-4
    grip = track[:, :3] + turns.apply(held)
    error = np.linalg.norm(grip - (wanted[:, :3] + true.apply(held)), axis=1)
    assert error[inside].max() < 1e-4
