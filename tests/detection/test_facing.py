from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.detection.facing import Facing, detect_facings, robust_mean
from kinemesh.detection.stance import detect_footing
from kinemesh.motion import SKELETONS, Clip

SMPLH = SKELETONS["smplh52"]
PARTS = ("torso", "left_foot", "left_hand", "right_foot", "right_hand")
MIRROR = np.diag([1.0, -1.0, 1.0])
"""The mirror in the plane y = 0."""


def standing() -> np.ndarray:
    """Places ``(52, 3)`` [m] of a person who faces +x, arms ahead and palms down."""
    places = np.zeros((52, 3))
    for side, y in (("L_", 1.0), ("R_", -1.0)):
        for joint, place in {
            "Hip": (0.0, 0.1, 0.9),
            "Knee": (0.02, 0.1, 0.5),
            "Ankle": (0.0, 0.1, 0.08),
            "Toe": (0.13, 0.1, 0.01),
            "Shoulder": (0.0, 0.2, 1.4),
            "Elbow": (0.25, 0.2, 1.4),
            "Wrist": (0.5, 0.2, 1.4),
            "Middle1": (0.6, 0.2, 1.4),
            "Index1": (0.59, 0.17, 1.4),
            "Pinky1": (0.58, 0.24, 1.4),
        }.items():
            places[SMPLH.index(side + joint)] = place * np.array([1.0, y, 1.0])
    places[SMPLH.index("Pelvis")] = (0.0, 0.0, 1.0)
    places[SMPLH.index("Chest")] = (0.0, 0.0, 1.3)
    return places


def turning(frames: int = 30) -> tuple[Clip, dict[str, np.ndarray]]:
    """A person who turns on the spot, bones with axes of their own: the clip, and those axes."""
    yaw = Rotation.from_rotvec(np.linspace(0.0, 0.05, frames)[:, None] * [0.0, 0.0, 1.0])
    bones = Rotation.random(52, 4)
    turned = np.stack([yaw.apply(np.tile(place, (frames, 1))) for place in standing()], axis=1)
    rotations = np.stack([(yaw * bone).as_quat() for bone in bones], axis=1)
    clip = Clip(turned, SMPLH, 30.0, rotations=rotations)
    return clip, {name: yaw.as_matrix() for name in PARTS}


def facings(clip: Clip) -> dict[str, Facing]:
    return {facing.part: facing for facing in detect_facings(clip, detect_footing(clip))}


def test_calibration_finds_the_turn_of_every_part_whatever_the_bones_axes_are() -> None:
    clip, expected = turning()
    found = facings(clip)
    assert tuple(found) == PARTS
    for part, facing in found.items():
        assert facing.residual < 1e-6
        assert facing.usable
        # Steadying bends the ends of a turn by less than a tenth of a degree.
        np.testing.assert_allclose(facing.rotations[10:-10], expected[part][10:-10], atol=1e-3)


def test_a_constant_turn_is_found_exactly() -> None:
    clip, _ = turning()
    still = replace(
        clip,
        positions=np.repeat(clip.positions[:1], len(clip), axis=0),
        rotations=np.repeat(clip.rotations[:1], len(clip), axis=0),
    )
    for facing in facings(still).values():
        np.testing.assert_allclose(facing.rotations, np.tile(np.eye(3), (30, 1, 1)), atol=1e-9)


def test_a_clip_without_rotations_faces_nowhere() -> None:
    clip, _ = turning()
    assert facings(replace(clip, rotations=None)) == {}


def test_a_foot_that_never_lies_flat_is_left_out() -> None:
    clip, _ = turning()
    lifted = np.array(clip.positions)
    lifted[:, SMPLH.index("L_Toe"), 2] += 0.3
    assert "left_foot" not in facings(replace(clip, positions=lifted))


def test_a_hand_whose_rotation_belies_its_positions_is_not_used_and_says_so() -> None:
    clip, _ = turning()
    wrong = np.array(clip.rotations)
    wrong[:, SMPLH.index("R_Wrist")] = Rotation.random(30, 1).as_quat()
    hand = facings(replace(clip, rotations=wrong))["right_hand"]
    assert not hand.usable
    assert str(hand).endswith("not used")
    assert facings(clip)["right_hand"].usable


def test_frames_that_were_tracked_badly_do_not_pull_at_the_mean() -> None:
    given = np.tile(np.eye(3), (20, 1, 1))
    given[:6] = Rotation.from_euler("x", 60.0, degrees=True).as_matrix()
    mean, rms = robust_mean(given)
    assert np.rad2deg(Rotation.from_matrix(mean).magnitude()) < 1.0
    assert np.rad2deg(rms) == pytest.approx(60.0 * np.sqrt(0.3), abs=1.0)


def test_a_real_clip_calibrates_every_part_and_both_sides_alike(carrying: Clip) -> None:
    found = facings(carrying)
    assert tuple(found) == PARTS
    assert all(np.rad2deg(facing.residual) < 20.0 for facing in found.values())
    assert [found[part].joint for part in PARTS] == [
        *("Chest", "L_Ankle", "L_Wrist", "R_Ankle", "R_Wrist")
    ]
    for part in ("foot", "hand"):
        left, right = (_offset(carrying, found[f"{side}_{part}"]) for side in ("left", "right"))
        between = Rotation.from_matrix(left.T @ MIRROR @ right @ MIRROR)
        assert np.rad2deg(between.magnitude()) < 15.0


def _offset(clip: Clip, facing: Facing) -> np.ndarray:
    """The constant from the joint's axes to the part's."""
    assert clip.rotations is not None
    turns = Rotation.from_quat(clip.rotations[:, clip.skeleton.index(facing.joint)])
    return (turns.inv() * Rotation.from_matrix(np.array(facing.rotations))).mean().as_matrix()
