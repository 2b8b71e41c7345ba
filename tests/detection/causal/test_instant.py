"""What is seen at one time is what a clip has in that frame."""

from __future__ import annotations

import numpy as np
import pytest

from as_stream import instants
from kinemesh.detection.causal.instant import Instant
from kinemesh.detection.palm import along_hand, hand_points
from kinemesh.motion import LANDMARKS, SKELETONS, Clip
from made_person import standing


def test_an_instant_has_the_landmarks_and_joints_of_the_frame(demos: dict[str, Clip]) -> None:
    clip = demos["lift_box"].crop(0, 5)
    for k, now in enumerate(instants(clip)):
        np.testing.assert_array_equal(now.landmarks, clip.landmarks()[k])
        for name in LANDMARKS:
            np.testing.assert_array_equal(now.landmark(name), clip.landmark(name)[k : k + 1])
        for name in clip.skeleton.joints:
            np.testing.assert_array_equal(now.joint(name), clip.joint(name)[k : k + 1])


@pytest.mark.parametrize("name", list(SKELETONS))
def test_of_any_skeleton_the_landmarks_are_in_their_order(name: str) -> None:
    skeleton, positions = SKELETONS[name], standing(name, frames=2)
    now = Instant(skeleton, positions[0], 0.01)
    clip = Clip(positions, skeleton, 100.0, height=1.75)
    np.testing.assert_array_equal(now.landmarks, clip.landmarks()[0])


def test_hands_are_where_they_are_in_the_clip(carrying: Clip) -> None:
    clip = carrying.crop(0, 3)
    for hand in ("left_hand", "right_hand"):
        points, fingers = hand_points(clip, hand)
        for k, now in enumerate(instants(clip)):
            own, has = hand_points(now, hand)
            assert has == fingers
            np.testing.assert_array_equal(own[0], points[k])
            np.testing.assert_array_equal(along_hand(now, hand)[0], along_hand(clip, hand)[k])
