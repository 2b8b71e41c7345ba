from __future__ import annotations

import dataclasses
import pickle

import pytest

from kinemesh.errors import ClipError
from kinemesh.motion import LANDMARKS, SKELETONS, Skeleton
from kinemesh.motion.skeleton import BONES

COUNTS = {
    **{"lafan22": 22, "mocap53": 53, "optitrack26": 26},
    **{"smpl22": 22, "smpl24": 24, "smpl45": 45, "smplh52": 52, "smpl52": 52, "smplx55": 55},
    **{"soma30": 30, "soma77": 77, "kit21": 21, "h36m17": 19, "mediapipe33": 33},
}


@pytest.mark.parametrize("name", SKELETONS)
def test_every_known_skeleton_has_its_joints_and_all_landmarks(name: str) -> None:
    skeleton = SKELETONS[name]
    assert skeleton.name == name
    assert len(skeleton.joints) == COUNTS[name]
    assert set(skeleton.landmarks) == set(LANDMARKS)


@pytest.mark.parametrize("name", SKELETONS)
def test_left_landmarks_name_left_joints_and_right_ones_right_joints(name: str) -> None:
    for landmark, joint in SKELETONS[name].landmarks.items():
        if landmark != "pelvis":
            assert joint[0].lower() == landmark[0], (landmark, joint)


def test_bones_join_landmarks() -> None:
    assert {end for bone in BONES for end in bone} <= set(LANDMARKS)


def test_an_unknown_joint_is_refused_with_the_list_of_joints() -> None:
    with pytest.raises(ClipError, match=r"no joint 'Tail'.*Hips"):
        SKELETONS["lafan22"].index("Tail")


def test_a_missing_landmark_is_refused_by_name() -> None:
    known = SKELETONS["lafan22"]
    landmarks = {k: v for k, v in known.landmarks.items() if k != "left_toe"}
    with pytest.raises(ClipError, match="lacks the landmarks left_toe"):
        Skeleton("mine", known.joints, landmarks)


def test_a_landmark_on_a_joint_that_is_not_there_is_refused() -> None:
    known = SKELETONS["lafan22"]
    with pytest.raises(ClipError, match=r"does not have.*Hoof"):
        Skeleton("mine", known.joints, {**known.landmarks, "left_toe": "Hoof"})


def test_a_joint_that_stands_twice_is_refused() -> None:
    known = SKELETONS["lafan22"]
    with pytest.raises(ClipError, match="twice: Hips"):
        Skeleton("mine", (*known.joints, "Hips"), known.landmarks)


def test_a_skeleton_survives_pickling() -> None:
    known = SKELETONS["mocap53"]
    again = pickle.loads(pickle.dumps(known))
    assert again == known


def test_a_skeleton_cannot_be_changed() -> None:
    known = SKELETONS["lafan22"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        known.name = "other"
    with pytest.raises(TypeError):
        known.landmarks["pelvis"] = "Head"


def test_the_callers_table_of_landmarks_is_copied() -> None:
    known = SKELETONS["lafan22"]
    table = dict(known.landmarks)
    mine = Skeleton("mine", known.joints, table)
    table["pelvis"] = "Head"
    assert mine.landmarks["pelvis"] == known.landmarks["pelvis"]
