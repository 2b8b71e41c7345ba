"""What holds for every demonstration: one body, still feet, human joints."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.demos import DEMOS, SEGMENTS, SKELETON, arm_raise, squat
from kinemesh.demos.curves import SUBSTEPS
from kinemesh.demos.gait import FootTrack
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.motion.clip_fields import estimate_height
from winter import LIMBS, SIDES

Plan = Callable[[str], list[FootTrack]]
Flexion = Callable[[Clip, str, str, str], Array]


def surface(clip: Clip, points: Array) -> Array:
    """Height of ground or platform under ``points`` ``(T, 3)`` [m]."""
    if clip.scene.terrain is None:
        return np.zeros(len(points))
    low, high = clip.scene.terrain.shape.bounds
    over = np.all((points[:, :2] > low[:2]) & (points[:, :2] < high[:2]), axis=1)
    return np.where(over, high[2], 0.0)


def centre_of_mass(clip: Clip) -> Array:
    """``(T, 3)`` [m]."""
    total = 0.081 * clip.joint("head")
    for side in SIDES:
        total = total + 0.497 / 4.0 * (clip.joint(f"{side}_hip") + clip.joint(f"{side}_shoulder"))
        for near, far, mass, share in LIMBS:
            ends = clip.joint(f"{side}_{near}"), clip.joint(f"{side}_{far}")
            total = total + mass * ((1.0 - share) * ends[0] + share * ends[1])
    return total


def test_the_registry_names_each_clip_as_the_clip_names_itself(clips: dict[str, Clip]) -> None:
    assert {name: clip.name for name, clip in clips.items()} == {name: name for name in DEMOS}


def test_clips_are_of_a_person_of_175_cm_at_30_frames_a_second(clip: Clip) -> None:
    assert clip.fps == 30.0
    assert clip.stature == 1.75
    assert estimate_height(clip.positions, clip.skeleton) == pytest.approx(1.75, abs=0.01)
    assert 5.0 < clip.duration < 9.0
    assert clip.scene.ground == 0.0


def test_the_skeleton_has_every_landmark_under_its_own_name() -> None:
    assert all(SKELETON.landmarks[name] == name for name in LANDMARKS)
    assert {joint for pair in SEGMENTS for joint in pair} == set(SKELETON.joints)


def test_every_segment_keeps_its_length(clip: Clip) -> None:
    for a, b in SEGMENTS:
        length = np.linalg.norm(clip.joint(a) - clip.joint(b), axis=1)
        assert np.ptp(length) < 1e-9, (a, b)


def test_a_clip_made_twice_is_the_same_to_the_bit(clip: Clip) -> None:
    again = DEMOS[clip.name]()
    assert np.array_equal(again.positions, clip.positions)
    assert all(
        np.array_equal(a.track, b.track)
        for a, b in zip(again.scene.props, clip.scene.props, strict=True)
    )


def test_planted_heels_and_toes_stand_exactly_still(clip: Clip, feet: Plan) -> None:
    for side, track in zip(SIDES, feet(clip.name), strict=True):
        for part, planted in (("heel", track.heel_down), ("toe", track.toe_down)):
            down = planted[::SUBSTEPS]
            assert 0.4 < down.mean() < 1.0
            moved = np.linalg.norm(np.diff(clip.joint(f"{side}_{part}"), axis=0), axis=1)
            # A frame's neighbours share its plant only if no swing lies between them.
            apart = np.array(
                [
                    np.all(planted[k * SUBSTEPS : (k + 1) * SUBSTEPS + 1])
                    for k in range(len(down) - 1)
                ]
            )
            assert moved[apart].max() < 1e-9, (side, part)


def test_planted_soles_lie_on_the_surface_under_them(clip: Clip, feet: Plan) -> None:
    for side, track in zip(SIDES, feet(clip.name), strict=True):
        for part, planted, rise in (
            ("heel", track.heel_down, 0.0),
            ("toe", track.toe_down, 0.025),
        ):
            point = clip.joint(f"{side}_{part}")
            height = point[:, 2] - surface(clip, point) - rise
            assert np.abs(height[planted[::SUBSTEPS]]).max() < 1e-9, (side, part)


def test_no_part_of_a_foot_is_ever_below_the_surface(clip: Clip) -> None:
    for side in SIDES:
        for part in ("heel", "toe", "tiptoe", "ankle"):
            point = clip.joint(f"{side}_{part}")
            assert np.min(point[:, 2] - surface(clip, point)) > -1e-9, (side, part)


def test_one_foot_at_least_is_always_on_the_ground(clip: Clip, feet: Plan) -> None:
    left, right = feet(clip.name)
    assert not np.any(left.swing & right.swing)


def test_clips_begin_and_end_at_rest(clip: Clip) -> None:
    for window in (clip.positions[:4], clip.positions[-4:]):
        assert np.abs(np.diff(window, axis=0)).max() < 1e-3


def test_knees_bend_forwards_and_never_straighten_out(clip: Clip, flexion: Flexion) -> None:
    for side in SIDES:
        hip, knee, ankle = (clip.joint(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
        share = (knee[:, 2] - hip[:, 2]) / (ankle[:, 2] - hip[:, 2])
        between = hip + share[:, None] * (ankle - hip)
        assert np.all(knee[:, 0] > between[:, 0])
        angle = flexion(clip, f"{side}_hip", f"{side}_knee", f"{side}_ankle")
        assert 5.0 < angle.min() and angle.max() < 140.0


def test_elbows_bend_backwards_within_human_range(clip: Clip, flexion: Flexion) -> None:
    for side in SIDES:
        shoulder, elbow, hand = (clip.joint(f"{side}_{p}") for p in ("shoulder", "elbow", "hand"))
        assert np.all(elbow[:, 0] < (0.56 * hand + 0.44 * shoulder)[:, 0])
        angle = flexion(clip, f"{side}_shoulder", f"{side}_elbow", f"{side}_hand")
        assert 5.0 < angle.min() and angle.max() < 140.0


def test_ankles_stay_within_human_range(clip: Clip) -> None:
    for side in SIDES:
        shank = clip.joint(f"{side}_knee") - clip.joint(f"{side}_ankle")
        sole = clip.joint(f"{side}_tiptoe") - clip.joint(f"{side}_heel")
        foot = clip.joint(f"{side}_toe") - clip.joint(f"{side}_ankle")
        # The foot's own level, not the toes': the ankle-toe line slopes by a constant angle.
        slope = np.degrees(np.arcsin(-foot[0, 2] / np.linalg.norm(foot[0])))
        cosine = np.sum(shank * foot, axis=1)
        cosine /= np.linalg.norm(shank, axis=1) * np.linalg.norm(foot, axis=1)
        plantar = np.degrees(np.arccos(cosine)) - 90.0 - slope
        assert -45.0 < plantar.min() and plantar.max() < 40.0, (side, plantar.min(), plantar.max())
        assert np.all(sole[:, 0] > 0.0)


def test_left_is_on_the_left_and_the_person_faces_x(clip: Clip) -> None:
    for part in ("hip", "shoulder", "elbow", "hand", "ankle"):
        across = clip.joint(f"left_{part}") - clip.joint(f"right_{part}")
        assert across[:, 1].min() > 0.05, part
    assert clip.joint("pelvis")[-1, 0] - clip.joint("pelvis")[0, 0] > 0.8


def test_the_pelvis_landmark_is_10_cm_above_the_hips(clip: Clip) -> None:
    hips = (clip.joint("left_hip") + clip.joint("right_hip")) / 2.0
    rise = clip.joint("pelvis") - hips
    assert np.linalg.norm(rise, axis=1) == pytest.approx(0.10, abs=1e-9)
    assert rise[0, 2] > 0.099


def test_speeds_and_accelerations_are_those_of_a_calm_person(clip: Clip, flexion: Flexion) -> None:
    speed = np.linalg.norm(np.diff(clip.positions, axis=0), axis=2) * clip.fps
    acceleration = np.linalg.norm(np.diff(clip.positions, 2, axis=0), axis=2) * clip.fps**2
    assert speed.max() < 6.0  # m/s, the tip of a swinging foot
    assert acceleration.max() < 45.0  # m/s^2
    trunk = [clip.skeleton.index(name) for name in ("pelvis", "neck", "left_shoulder")]
    assert speed[:, trunk].max() < 1.6
    assert acceleration[:, trunk].max() < 7.0
    for side in SIDES:
        knee = flexion(clip, f"{side}_hip", f"{side}_knee", f"{side}_ankle")
        assert np.abs(np.diff(knee)).max() * clip.fps < 480.0  # deg/s


def test_a_person_who_stands_on_both_feet_is_in_balance(clip: Clip, feet: Plan) -> None:
    centre = centre_of_mass(clip)
    flat = np.all([t.heel_down & t.toe_down for t in feet(clip.name)], axis=0)[::SUBSTEPS]
    slow = np.linalg.norm(np.gradient(centre, 1.0 / clip.fps, axis=0), axis=1) < 0.1
    resting = flat & slow
    assert resting.sum() > 15
    heel = np.max([clip.joint(f"{s}_heel")[:, 0] for s in SIDES], axis=0)
    ball = np.min([clip.joint(f"{s}_toe")[:, 0] for s in SIDES], axis=0)
    assert np.all((centre[:, 0] > heel + 0.03)[resting])
    assert np.all((centre[:, 0] < ball)[resting])


@pytest.mark.parametrize(("make", "lowered", "raised"), [(squat, 0.30, 0.0), (arm_raise, 0.0, 0.9)])
def test_exercises_are_done_on_the_spot(
    make: Callable[[], Clip], lowered: float, raised: float
) -> None:
    exercise = make()
    assert 2.0 < exercise.duration < 3.0
    for a, b in SEGMENTS:
        length = np.linalg.norm(exercise.joint(a) - exercise.joint(b), axis=1)
        assert np.ptp(length) < 1e-9, (a, b)
    for side in SIDES:
        assert np.ptp(exercise.joint(f"{side}_toe"), axis=0).max() < 1e-9
        hip, hand = exercise.joint(f"{side}_hip")[:, 2], exercise.joint(f"{side}_hand")[:, 2]
        assert hip[0] - hip.min() == pytest.approx(lowered, abs=0.03)
        assert hand.max() - hand[0] > raised
    assert np.allclose(exercise.positions[0], exercise.positions[-1], atol=1e-3)
    assert np.abs(np.diff(exercise.positions, axis=0)).max() * exercise.fps < 4.0
