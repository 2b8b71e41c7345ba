from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, SKELETONS, Clip, Prop, Scene, Shape

Person = Callable[..., np.ndarray]
rates = st.floats(5.0, 240.0)
relaxed = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_a_clip_knows_its_length_duration_and_landmarks(clip: Clip) -> None:
    assert len(clip) == 20
    assert clip.duration == pytest.approx(19 / 30)
    assert clip.landmarks().shape == (20, len(LANDMARKS), 3)
    column = LANDMARKS.index("left_toe")
    np.testing.assert_array_equal(clip.landmarks()[:, column], clip.joint("LeftToe"))
    np.testing.assert_array_equal(clip.landmark("left_toe"), clip.joint("LeftToe"))


def test_the_height_is_estimated_from_the_legs_unless_given(person: Person) -> None:
    skeleton = SKELETONS["lafan22"]
    legs = np.hypot(0.02, 0.42) + np.hypot(0.02, 0.40)
    assert Clip(person(), skeleton, 30.0).stature == pytest.approx(legs / 0.491, abs=1e-3)
    assert Clip(person(), skeleton, 30.0, height=1.8).stature == 1.8


def test_arrays_are_read_only_and_the_callers_stay_untouched(person: Person) -> None:
    positions = person()
    before = positions.copy()
    clip = Clip(positions, SKELETONS["lafan22"], 30.0)
    positions[0] = 7.0
    np.testing.assert_array_equal(clip.positions, before)
    with pytest.raises(ValueError, match="read-only"):
        clip.positions[0, 0, 0] = 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        clip.fps = 60.0


def test_contact_labels_cannot_be_changed(clip: Clip) -> None:
    with pytest.raises(TypeError):
        clip.contacts["left_hand"] = np.ones(20, bool)
    with pytest.raises(ValueError, match="read-only"):
        clip.contacts["left_hand"][0] = True


@pytest.mark.parametrize("fps", [0.0, -30.0, np.nan, np.inf])
def test_a_frame_rate_that_is_not_positive_is_refused(person: Person, fps: float) -> None:
    with pytest.raises(ClipError, match="expected a positive"):
        Clip(person(), SKELETONS["lafan22"], fps)


@pytest.mark.parametrize("frames", [0, 1])
def test_a_motion_needs_two_frames(person: Person, frames: int) -> None:
    with pytest.raises(ClipError, match=f"{frames} frames.*at least 2"):
        Clip(person(frames=frames), SKELETONS["lafan22"], 30.0)


def test_a_wrong_number_of_joints_is_refused_with_the_expected_shape(person: Person) -> None:
    with pytest.raises(ClipError, match=r"'mocap53' expects \(T, 53, 3\)"):
        Clip(person(), SKELETONS["mocap53"], 30.0)


def test_nan_is_refused_with_frame_and_joint(person: Person) -> None:
    positions = person()
    positions[3, 2, 1] = np.nan
    with pytest.raises(ClipError, match="frame 3, joint LeftLeg"):
        Clip(positions, SKELETONS["lafan22"], 30.0)


@pytest.mark.parametrize(
    ("factor", "unit"), [(100.0, "centimetres"), (1000.0, "millimetres"), (39.37, "inches")]
)
def test_a_giant_is_refused_with_the_unit_that_would_fit(
    person: Person, factor: float, unit: str
) -> None:
    with pytest.raises(ClipError, match=f"look like {unit}; multiply"):
        Clip(person() * factor, SKELETONS["lafan22"], 30.0)
    with pytest.raises(ClipError, match=f"given height.*{unit}"):
        Clip(person(), SKELETONS["lafan22"], 30.0, height=1.8 * factor)


def test_a_dwarf_is_refused(person: Person) -> None:
    with pytest.raises(ClipError, match=r"expected 0\.5 to 2\.6 m"):
        Clip(person() * 0.1, SKELETONS["lafan22"], 30.0)


def test_a_prop_rotations_and_labels_must_have_as_many_frames(clip: Clip) -> None:
    short = Prop("box", Shape.box((1, 1, 1)), np.tile(poses.IDENTITY, (3, 1)))
    with pytest.raises(ClipError, match="3 poses for 20 frames"):
        replace(clip, scene=Scene((short,)))
    with pytest.raises(ClipError, match="rotations have shape"):
        replace(clip, rotations=np.zeros((3, 22, 4)))
    with pytest.raises(ClipError, match="rotations are NaN or infinite"):
        replace(clip, rotations=np.full((20, 22, 4), np.nan))
    with pytest.raises(ClipError, match="contact labels 'tail'"):
        replace(clip, contacts={"tail": np.zeros(20, bool)})
    with pytest.raises(ClipError, match="contact labels 'left_hand'"):
        replace(clip, contacts={"left_hand": np.zeros(3, bool)})


def test_cropping_cuts_everything_that_has_frames(clip: Clip) -> None:
    part = clip.crop(4, 10)
    assert len(part) == 6
    np.testing.assert_array_equal(part.positions, clip.positions[4:10])
    np.testing.assert_array_equal(part.scene.props[0].track, clip.scene.props[0].track[4:10])
    assert part.contacts["left_hand"].tolist() == [False, False, True, True, True, True]
    assert part.rotations is not None
    assert part.rotations.shape == (6, 22, 4)


def test_resampling_to_the_same_rate_is_the_identity(clip: Clip) -> None:
    assert clip.resample(30.0) is clip


@given(fps=rates)
@relaxed
def test_resampling_keeps_time(clip: Clip, fps: float) -> None:
    new = clip.resample(fps)
    assert new.fps == fps
    assert new.duration == pytest.approx(clip.duration, abs=1.0 / fps + 1e-9)
    if len(new) > 2:
        assert new.duration <= clip.duration + 1e-8
    np.testing.assert_allclose(new.positions[0], clip.positions[0], atol=1e-12)
    assert len(new.scene.props[0].track) == len(new.contacts["left_hand"]) == len(new)
    assert new.height == clip.height


@given(fps=rates)
@relaxed
def test_resampling_a_straight_steady_motion_is_exact(person: Person, fps: float) -> None:
    start = person(frames=1)
    steps = np.arange(12)[:, None, None] / 30.0
    positions = start + steps * np.array([0.7, -0.2, 0.1])
    new = Clip(positions, SKELETONS["lafan22"], 30.0).resample(fps)
    times = np.minimum(np.arange(len(new)) / fps, 11 / 30.0)[:, None, None]
    np.testing.assert_allclose(new.positions, start + times * np.array([0.7, -0.2, 0.1]), atol=1e-9)


def test_resampling_up_and_down_again_gives_the_same_frames(clip: Clip) -> None:
    again = clip.resample(120.0).resample(30.0)
    assert len(again) == len(clip)
    np.testing.assert_allclose(again.positions, clip.positions, atol=1e-9)
    assert again.rotations is not None
    assert clip.rotations is not None
    np.testing.assert_allclose(again.rotations, clip.rotations, atol=1e-9)


def test_a_clip_survives_pickling(clip: Clip) -> None:
    full = replace(clip, notes=("a",), warnings=("b",), name="n")
    again = pickle.loads(pickle.dumps(full))
    np.testing.assert_array_equal(again.positions, full.positions)
    np.testing.assert_array_equal(again.rotations, full.rotations)
    np.testing.assert_array_equal(again.contacts["left_hand"], full.contacts["left_hand"])
    assert (again.name, again.notes, again.warnings) == ("n", ("a",), ("b",))
    assert (again.fps, again.height, again.skeleton) == (full.fps, full.height, full.skeleton)
    assert not again.positions.flags.writeable
