from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh import demos
from kinemesh.detection.plausible import flights, implausible, too_slow
from kinemesh.motion import SKELETONS, Clip
from kinemesh.recordings import read
from made_person import standing
from recordings import fault, recording

SMPL = SKELETONS["smpl22"]


def person(positions: np.ndarray, fps: float = 30.0) -> Clip:
    return Clip(positions, SMPL, fps)


def jump(fps: float, rise: float = 0.25, gravity: float = 9.81) -> np.ndarray:
    """A person stands 1 s, jumps by ``rise`` [m], and stands again, at ``fps`` [1/s]."""
    flight = np.sqrt(8.0 * rise / gravity)
    time = np.arange(round((2.0 + flight) * fps)) / fps - 1.0 - flight / 2.0
    positions = standing("smpl22", len(time))
    positions[..., 2] += np.maximum(0.0, rise - 0.5 * gravity * time**2)[:, None]
    return positions


def spread(positions: np.ndarray, sink: float = 0.0) -> np.ndarray:
    """The first frame with arms straight out to the sides, or hanging ``sink`` [rad] lower."""
    pose = positions[0].copy()
    for side, sign in (("L", 1.0), ("R", -1.0)):
        way = np.array([0.0, sign * np.cos(sink), -np.sin(sink)])
        shoulder = pose[SMPL.index(f"{side}_Shoulder")]
        for joint, reach in (("Elbow", 0.28), ("Wrist", 0.53)):
            pose[SMPL.index(f"{side}_{joint}")] = shoulder + reach * way
    return pose


# ------------------------------------------------------------------ how bodies fall


@pytest.mark.parametrize("fps", [20.0, 30.0, 60.0, 120.0])
@pytest.mark.parametrize("wrong", [0.5, 2.0 / 3.0, 1.5, 2.0])
def test_a_jump_tells_a_wrong_rate_and_names_the_right_one(fps: float, wrong: float) -> None:
    (warning,) = implausible(person(jump(fps), fps * wrong))
    named = re.search(r"at (?:about )?([\d.]+)/s", warning)
    assert named is not None
    assert float(named[1]) == pytest.approx(fps, rel=0.1)


@pytest.mark.parametrize("rise", [0.2, 0.3, 0.5])
@pytest.mark.parametrize("fps", [20.0, 30.0, 120.0])
def test_a_jump_at_its_own_rate_is_nothing_to_speak_of(fps: float, rise: float) -> None:
    clip = person(jump(fps, rise), fps)
    assert len(flights(clip)) == 1
    assert not implausible(clip)


def test_who_climbs_or_turns_a_cartwheel_does_not_fall() -> None:
    positions = jump(30.0, gravity=2.0)
    assert implausible(person(positions))
    turned = positions.copy()
    middle = turned.mean(axis=(0, 1))
    turned[30:-30] = (turned[30:-30] - middle) @ np.diag([1.0, -1.0, -1.0]) + middle
    assert not flights(person(turned))
    stays = jump(30.0)
    stays[40:, :, 2] = stays[40, 0, 2] - 1.0 + standing("smpl22", 1)[0, :, 2]
    assert not flights(person(stays))  # up on a thing, and not down again


@pytest.mark.parametrize("step", ["0.0041667", "0.0166667"])
def test_a_recorded_jump_at_half_and_double_its_rate_is_warned_of(step: str) -> None:
    clip = read(fault(f"rate_wrong/j_{step}.bvh"))
    (warning,) = [w for w in clip.warnings if "the frame rate" in w]
    assert "the rate is 120/s" in warning


def test_ten_recorded_jumps_fall_as_bodies_do() -> None:
    falls = [fall for _, _, fall in flights(read(recording("cmu/01_01.bvh")))]
    assert len(falls) >= 8
    assert np.median(falls) == pytest.approx(9.81, rel=0.03)


def test_fewer_than_five_frames_a_second_are_no_rate() -> None:
    assert not too_slow(5.0)
    assert "1 frame/s" in too_slow(1.0)[0]
    clip = read(fault("one_frame_per_second/frame_time_1.bvh"))
    assert any("1 frame/s is no recording's rate" in w and "fps=" in w for w in clip.warnings)
    said = read(fault("one_frame_per_second/frame_time_1.bvh"), fps=60.0)
    assert not said.warnings


# ------------------------------------------------------------------ how motions begin


@pytest.mark.parametrize("fps", [25.0, 60.0])
@pytest.mark.parametrize("frames", [1, 2, 4, 6])
@pytest.mark.parametrize("sink", [0.0, 0.8])
def test_a_rest_pose_before_the_motion_is_warned_of(fps: float, frames: int, sink: float) -> None:
    positions = standing("smpl22", 90)
    pose = spread(positions, sink)
    for k in range(frames):
        positions[k] += (1.0 - k / frames) * (pose - positions[k])
    (warning,) = implausible(person(positions, fps))
    assert f"begins at {frames / fps:.3g} s" in warning
    assert "start=" in warning


def test_a_rest_pose_that_is_held_for_a_while_is_warned_of_too() -> None:
    positions = standing("smpl22", 90)
    positions[:10] = spread(positions)
    (warning,) = implausible(person(positions))
    assert f"begins at {10 / 30:.3g} s" in warning


def test_who_lowers_their_arms_from_a_rest_pose_is_not_warned_of() -> None:
    positions = standing("smpl22", 90)
    ease = 0.5 - 0.5 * np.cos(np.pi * np.minimum(np.arange(90) / 30.0, 1.0))
    for k, done in enumerate(ease):
        positions[k] = spread(positions[k : k + 1], 1.4 * done)
    assert not implausible(person(positions))


@pytest.mark.parametrize("name", ["tpose_1_frame", "tpose_over_4_frames"])
def test_a_rest_pose_in_a_file_is_warned_of(name: str) -> None:
    begins = {"tpose_1_frame": "0.04 s", "tpose_over_4_frames": "0.16 s"}[name]
    clip = read(fault(f"smeared_tpose/{name}.bvh"))
    assert any(f"begins at {begins}" in warning for warning in clip.warnings)
    assert not implausible(clip.trimmed(start=float(begins.split()[0])))


# ------------------------------------------------------------------ what moves the person


def test_a_root_that_was_not_exported_is_said() -> None:
    walk = demos.walk()
    assert not implausible(walk)
    moved = (walk.landmark("pelvis") - walk.landmark("pelvis")[0])[:, None]
    (warning,) = implausible(Clip(walk.positions - moved, walk.skeleton, walk.fps))
    assert "moves nobody" in warning


@pytest.mark.parametrize(
    "path", ["no_root_position/squat_without_root_position.bvh", "in_place_walk/treadmill.npy"]
)
def test_a_file_that_moves_nobody_is_warned_of(path: str) -> None:
    assert any("moves nobody" in warning for warning in read(fault(path)).warnings)


def test_a_turned_and_moved_clip_is_as_plausible() -> None:
    turn = Rotation.from_euler("z", 1.0).as_matrix()
    positions = jump(60.0) @ turn.T + np.array([3.0, -2.0, 0.5])
    assert not implausible(person(positions, 60.0))
    assert implausible(person(positions, 30.0))
