from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinemesh import demos
from kinemesh.detection.drifting import drift
from kinemesh.motion import Clip, Prop, Scene, Shape
from kinemesh.recordings import read
from kinemesh.recordings.settling.levelling import levelled
from recordings import fault, recording

Heights = Callable[[np.ndarray], np.ndarray]


def lifted(clip: Clip, heights: Heights) -> Clip:
    """The clip on a floor of these heights."""
    rise = np.zeros((len(clip), 3))
    rise[:, 2] = heights(np.arange(len(clip)) / clip.fps)
    return replace(clip, positions=clip.positions + rise[:, None])


def walk() -> Clip:
    return read(recording("optitrack/walk.npz")).crop(0, 300)


@pytest.mark.parametrize(("name", "most"), [("rise", 0.3), ("rise1m", 1.0)])
def test_a_walk_that_rises_is_put_level_and_its_feet_stand(name: str, most: float) -> None:
    clip = read(fault(f"rise_in_air/{name}.npz"))
    (warning,) = clip.warnings
    (risen,) = re.findall(r"the floor rises by ([\d.]+) m", warning)
    assert float(risen) == pytest.approx(most, abs=0.03)
    assert "floor=" in warning
    toes = np.stack([clip.landmark(f"{side}_toe")[:, 2] for side in ("left", "right")])
    low = toes.min(axis=0)
    assert np.abs(low[:100].mean() - low[-100:].mean()) < 0.01


def test_a_floor_that_is_given_is_left_as_it_is_without_a_word() -> None:
    clip = read(fault("rise_in_air/rise.npz"), floor=0.0)
    assert not clip.warnings
    assert clip.positions[-1, :, 2].mean() - clip.positions[0, :, 2].mean() > 0.25


@pytest.mark.parametrize(
    ("heights", "off"),
    [
        (lambda t: 0.03 * t, 0.01),
        (lambda t: -0.03 * t, 0.01),
        (lambda t: 0.4 * (t / t[-1]) ** 2, 0.03),
    ],
    ids=["up", "down", "faster and faster"],
)
def test_what_drifts_is_found_to_centimetres(heights: Heights, off: float) -> None:
    clip = walk()
    found = drift(lifted(clip, heights))
    assert found is not None
    error = found.heights - heights(np.arange(len(clip)) / clip.fps)
    assert np.ptp(error) < 2.0 * off
    assert found.heights[0] == 0.0


@pytest.mark.parametrize(
    "path",
    [
        "climb/seq_0/mocap_climb_seq_0_joint_positions_f900-3700.npy",
        "climb/seq_4/mocap_climb_seq_4_joint_positions_f0-2303.npy",
        "lafan1/dance1_subject1.npy",
        "animated_drawings/jumping.bvh",
        "optitrack/squat.npz",
        "terrain/smpl_keypoints.npy",
    ],
)
def test_who_climbs_jumps_squats_or_dances_is_on_a_floor_that_stays(path: str) -> None:
    clip = read(recording(path), fps=30.0 if "terrain" in path else None)
    assert drift(clip) is None
    assert levelled(clip) is clip


def test_a_squat_whose_root_was_never_recorded_is_no_drift() -> None:
    assert drift(read(fault("no_root_position/squat_without_root_position.bvh"))) is None


def test_props_are_put_level_with_the_person() -> None:
    clip = lifted(walk(), lambda t: 0.03 * t)
    track = np.zeros((len(clip), 7))
    track[:, 6] = 1.0
    track[:, 2] = 0.5 + 0.03 * np.arange(len(clip)) / clip.fps
    box = Prop("box", Shape.box((0.4, 0.3, 0.2)), track)
    clip = replace(clip, scene=Scene((box,), ground=0.0))
    level = levelled(clip)
    (moved,) = level.scene.props
    np.testing.assert_allclose(
        moved.track[:, None, :3] - level.positions, track[:, None, :3] - clip.positions, atol=1e-12
    )
    assert np.ptp(moved.track[:, 2]) < 0.04
    np.testing.assert_array_equal(moved.track[:, 3:], track[:, 3:])


def test_demos_are_level() -> None:
    for make in (demos.walk, demos.step_up):
        assert drift(make()) is None


def test_a_clip_of_a_few_frames_says_nothing(tmp_path: Path) -> None:
    assert drift(walk().crop(0, 4)) is None
