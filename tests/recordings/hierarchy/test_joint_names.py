from __future__ import annotations

import pytest

from kinemesh.recordings.hierarchy.joint_names import bare_names, is_end, meanings


@pytest.mark.parametrize(
    "name",
    "LeftUpLeg LThigh thigh_l l_thigh thigh.L lfemur lThighBend Bip01_L_Thigh UpperLeg_L "
    "mixamorig:LeftUpLeg actor:rig:LeftUpLeg LeftUpperLegJoint J_Bip_L_UpperLeg LEFTUPLEG "
    "L_legUpper0001_bind_JNT".split(),
)
def test_a_left_thigh_is_one_in_every_spelling(name: str) -> None:
    side, said = meanings(name)
    assert side == "left"
    assert said == {"hip": 1.0}


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("RightLeg", "knee"),
        ("rShin", "knee"),
        ("RAnkle", "ankle"),
        ("Toes_R", "toe"),
        ("ball_r", "toe"),
        ("rToe", "toe"),
        ("RUArm", "shoulder"),
        ("r_shldr", "shoulder"),
        ("rradius", "elbow"),
        ("RightLowArm", "elbow"),
        ("right_wrist", "hand"),
    ],
)
def test_the_likeliest_part_of_a_right_joint_comes_first(name: str, part: str) -> None:
    side, said = meanings(name)
    assert side == "right"
    assert max(said, key=lambda k: said[k]) == part


@pytest.mark.parametrize(
    "name",
    [
        "Spine1",
        "L5",
        "LeftShoulderTwist",
        "LeftUpLegRoll",
        "lclavicle",
        "LeftHandIndex1",
        "hand.L.001",
        "",
    ],
)
def test_what_is_no_landmark_means_none(name: str) -> None:
    assert not meanings(name)[1]


def test_what_most_names_begin_with_is_no_part_of_them() -> None:
    assert bare_names(["m:Hips", "m:LeftLeg", "m:RightLeg"]) == ("Hips", "LeftLeg", "RightLeg")
    assert bare_names(["Skeleton 001_Hips", "Skeleton 001_Head"]) == ("Hips", "Head")
    assert bare_names(["Bip01", "Bip01 L Thigh", "Bip01 Head"]) == ("Bip01", "L Thigh", "Head")
    assert bare_names(["mixamorigHips", "mixamorigHead"]) == ("Hips", "Head")


def test_sides_and_parts_are_not_taken_for_a_namespace() -> None:
    names = ("left_hip", "left_knee", "left_foot", "hand_l")
    assert bare_names(names) == names


def test_names_that_would_stand_twice_stay() -> None:
    names = ("a:Hips", "a:Leg", "Hips")
    assert bare_names(names) == names


def test_ends_of_chains_are_told_from_joints() -> None:
    assert all(
        is_end(n) for n in ("LeftFoot_End", "HeadEnd", "Head_Nub", "Bip01 HeadNub", "ToeTip")
    )
    assert not any(is_end(n) for n in ("LeftHand", "Spine2", "LeftToe"))
