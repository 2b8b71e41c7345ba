from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from bvh_files import DIALECTS, Body, body_of
from kinemesh.errors import ReadError
from kinemesh.motion import LANDMARKS, SKELETONS, Skeleton
from kinemesh.recordings import read
from kinemesh.recordings.hierarchy.landmarks import landmark_table, mapped_skeleton
from kinemesh.recordings.smpl.bones import PARENTS, standin
from recordings import fault


def renamed(body: Body, **names: str) -> list[str]:
    return [names.get(name, name) for name in body.names]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_mapped_right(dialect: str) -> None:
    body = body_of(DIALECTS[dialect])
    skeleton, notes = mapped_skeleton(body.names, body.parents, body.places)
    assert len(skeleton.joints) == len(body.names)
    for landmark, joint in body.landmarks.items():
        found = skeleton.landmarks[landmark]
        assert isinstance(found, str)
        assert joint.endswith(found)
        # The name may have lost its prefix, but it is the same joint.
        assert body.names[skeleton.index(found)].endswith(joint)
    assert sum("confidence" in note or "known layout" in note for note in notes) == 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_pelvis_is_at_the_waist(dialect: str) -> None:
    body = body_of(DIALECTS[dialect])
    skeleton, _ = mapped_skeleton(body.names, body.parents, body.places)
    up = {"y": 1, "z": 2}[DIALECTS[dialect].up]
    metres = body.places * DIALECTS[dialect].unit
    above = skeleton.place(metres, "pelvis") - skeleton.place(metres, "left_hip")
    assert 0.1 < above[up] < 0.17


NAMES = {
    "smpl": "Pelvis L_Hip R_Hip Torso L_Knee R_Knee Spine L_Ankle R_Ankle Chest L_Toe R_Toe Neck "
    "L_Thorax R_Thorax Head L_Shoulder R_Shoulder L_Elbow R_Elbow L_Wrist R_Wrist",
    "smpl, plain": "pelvis left_hip right_hip spine1 left_knee right_knee spine2 left_ankle "
    "right_ankle spine3 left_foot right_foot neck left_collar right_collar head left_shoulder "
    "right_shoulder left_elbow right_elbow left_wrist right_wrist",
    "lafan1": "Hips LeftUpLeg RightUpLeg Spine LeftLeg RightLeg Spine1 LeftFoot RightFoot Spine2 "
    "LeftToe RightToe Neck LeftShoulder RightShoulder Head LeftArm RightArm LeftForeArm "
    "RightForeArm LeftHand RightHand",
    "motionbuilder": "Hips LeftUpLeg RightUpLeg Spine LeftLeg RightLeg Spine1 LeftFoot RightFoot "
    "Spine2 LeftToeBase RightToeBase Neck LeftShoulder RightShoulder Head LeftArm RightArm "
    "LeftForeArm RightForeArm LeftHand RightHand",
}


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("size", [0.9, 1.1])
def test_a_body_of_smpls_proportions_is_the_same_under_all_names(names: str, size: float) -> None:
    places = size * standin().joints[:22]
    joints = NAMES[names].split()
    skeleton, notes = mapped_skeleton(joints, PARENTS[22], places)
    assert skeleton.leg_ratio == 0.447
    smpl = SKELETONS["smpl22"]
    for landmark in LANDMARKS:
        (joint,) = skeleton.weights(landmark)
        assert joints.index(joint) == smpl.index(next(iter(smpl.weights(landmark))))
    assert any("SMPL" in note or "smpl22" in note for note in notes)


def test_names_of_a_layout_on_another_body_are_not_believed() -> None:
    lafan = SKELETONS["lafan22"]
    body = body_of(DIALECTS["lafan1"])
    places = body.places.copy()
    hips = [body.names.index(f"{side}UpLeg") for side in ("Left", "Right")]
    places[body.names.index("Hips"), 1] = places[hips[0], 1] + 12.0  # at the waist
    for joint, height in (("Spine", 112.0), ("Spine1", 121.0)):
        places[body.names.index(joint), 1] = height
    skeleton, notes = mapped_skeleton(body.names, body.parents, places)
    assert skeleton.landmarks["pelvis"] == "Hips"
    assert dict(skeleton.landmarks)["left_toe"] == lafan.landmarks["left_toe"]
    assert skeleton.leg_ratio == Skeleton.leg_ratio
    assert any("not those of lafan22" in note for note in notes)


def test_smpls_names_on_another_body_do_not_make_it_smpls() -> None:
    body = body_of(DIALECTS["mixamo"])
    skeleton, _ = mapped_skeleton(body.names, body.parents, body.places)
    assert skeleton.leg_ratio == Skeleton.leg_ratio
    smpl = body_of(DIALECTS["smpl"])
    skeleton, _ = mapped_skeleton(smpl.names, smpl.parents, smpl.places)
    assert skeleton.leg_ratio == Skeleton.leg_ratio


@pytest.mark.parametrize(
    "path",
    [
        *("smpl_named_bvh/smpl_named.bvh", "smpl_named_bvh/same_joints.npy"),
        *("lafan_named_smpl/lafan_named.bvh", "lafan_named_smpl/same_but_toebase.bvh"),
    ],
)
def test_one_stature_and_one_pelvis_whatever_the_names(path: str) -> None:
    clip = read(fault(path))
    assert clip.stature == pytest.approx(1.752, abs=0.002)
    hips = (clip.landmark("left_hip") + clip.landmark("right_hip")) / 2.0
    height = np.linalg.norm(clip.landmark("pelvis") - hips, axis=1)
    np.testing.assert_allclose(height, 0.09, atol=0.005)


def test_lafan1s_order_on_smpls_proportions_is_smpls_in_a_bare_array(tmp_path: Path) -> None:
    lafan = SKELETONS["lafan22"]
    places = standin().joints[:22][[NAMES["lafan1"].split().index(j) for j in lafan.joints]]
    np.save(tmp_path / "a.npy", np.repeat(places[None, :, [2, 0, 1]], 20, axis=0))
    clip = read(tmp_path / "a.npy")
    assert clip.skeleton.landmarks["pelvis"] == "Hips"
    assert clip.skeleton.leg_ratio == 0.447


def test_scale_place_and_turn_of_the_body_do_not_matter() -> None:
    body = body_of(DIALECTS["soma"])
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    first = mapped_skeleton(body.names, body.parents, body.places)
    assert first == mapped_skeleton(body.names, body.parents, 31.0 * body.places @ turn.T + 7.0)


def test_known_layouts_are_taken_as_they_are() -> None:
    body = body_of(DIALECTS["lafan1"])
    skeleton, notes = mapped_skeleton(body.names, body.parents, body.places)
    assert skeleton.name == "lafan22"
    assert dict(skeleton.landmarks) == dict(SKELETONS["lafan22"].landmarks)
    assert any("known layout lafan22" in note for note in notes)


def test_a_joint_more_makes_it_another_layout() -> None:
    body = body_of(DIALECTS["lafan1"])
    names, parents = [*body.names, "Sword"], [*body.parents, 0]
    places = np.vstack([body.places, body.places[:1]])
    assert mapped_skeleton(names, parents, places, name="mine")[0].name == "mine"


def test_a_joint_without_a_name_is_found_by_its_place_and_less_certain() -> None:
    body = body_of(DIALECTS["mixamo"])
    names = renamed(body, **{"mixamorig:LeftLeg": "mixamorig:xyz"})
    skeleton, notes = mapped_skeleton(names, body.parents, body.places)
    assert skeleton.landmarks["left_knee"] == "xyz"
    assert any("confidence 60%" in note for note in notes)
    assert any("left_knee xyz (60%, the joint between hip and ankle)" in note for note in notes)


def test_the_end_of_a_foot_without_a_toe_is_the_toe() -> None:
    body = body_of(DIALECTS["noitom"])
    skeleton, notes = mapped_skeleton(body.names, body.parents, body.places)
    assert skeleton.landmarks["left_toe"] == "LeftFoot_End"
    assert any("left_toe LeftFoot_End (70%, the end of the foot)" in note for note in notes)


def test_what_cannot_be_mapped_prints_the_table_to_fill_in() -> None:
    body = body_of(DIALECTS["mixamo"])
    arm = re.compile("Shoulder|Arm")
    names = [f"bone{k}" if arm.search(name) else name for k, name in enumerate(body.names)]
    with pytest.raises(ReadError, match=r"no joint was found for left_shoulder") as caught:
        mapped_skeleton(names, body.parents, body.places)
    table = str(caught.value).partition("\n")[2]
    assert all(re.sub(r"^mixamorig:", "", name) in table for name in names)
    filled = tomllib.loads(table)
    assert set(filled) == set(LANDMARKS)
    assert filled["left_shoulder"] == ""
    assert filled["left_hip"] == "LeftUpLeg"


def test_the_table_filled_in_maps_it() -> None:
    body = body_of(DIALECTS["mixamo"])
    names = [f"bone{k}" for k in range(len(body.names))]
    given = {
        landmark: names[body.names.index(f"mixamorig:{joint}")]
        for landmark, joint in body.landmarks.items()
    } | {"pelvis": {names[0]: 0.4, names[0 + 1]: 0.6}}
    skeleton, notes = mapped_skeleton(names, body.parents, body.places, overrides=given)
    assert {k: v for k, v in skeleton.landmarks.items() if k != "pelvis"} == {
        k: v for k, v in given.items() if k != "pelvis"
    }
    assert dict(skeleton.weights("pelvis")) == {names[0]: 0.4, names[1]: 0.6}
    assert any("given" in note for note in notes)
    again = tomllib.loads(landmark_table(skeleton.joints, skeleton.landmarks))
    assert again == given


def test_an_override_wins_over_the_name() -> None:
    body = body_of(DIALECTS["mixamo"])
    skeleton, _ = mapped_skeleton(
        body.names, body.parents, body.places, overrides={"left_toe": "LeftToeBase_End"}
    )
    assert skeleton.landmarks["left_toe"] == "LeftToeBase_End"
    assert skeleton.landmarks["right_toe"] == "RightToeBase"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"left_foot": "LeftFoot"}, "left_foot.*known are pelvis"),
        ({"left_toe": "Paw"}, "'Paw'.*no joint.*LeftToeBase"),
        ({"pelvis": {"Hips": 0.4, "Spine": 0.4}}, "sum to 0.8"),
    ],
)
def test_an_override_that_fits_nothing_is_an_error(given: dict[str, str], message: str) -> None:
    body = body_of(DIALECTS["mixamo"])
    with pytest.raises(ReadError, match=message):
        mapped_skeleton(body.names, body.parents, body.places, overrides=given)


def test_names_that_contradict_the_bones_are_doubted() -> None:
    body = body_of(DIALECTS["mixamo"])
    places = body.places.copy()
    places[body.names.index("mixamorig:LeftForeArm")] *= 1.6
    _, notes = mapped_skeleton(body.names, body.parents, places)
    assert any("in doubt" in note and "left upper arm" in note for note in notes)
    assert any("confidence 60%" in note for note in notes)


def test_unsure_names_with_odd_bones_are_refused() -> None:
    body = body_of(DIALECTS["noitom"])
    places = body.places.copy()
    for side in ("Left", "Right"):
        end = body.names.index(f"Robot_{side}Foot_End")
        places[end] = places[end] + 300.0
    with pytest.raises(ReadError, match=r"make no person: the left foot is .*in doubt: .*_toe"):
        mapped_skeleton(body.names, body.parents, places)


def test_without_a_hierarchy_names_alone_decide() -> None:
    body = body_of(DIALECTS["unreal"])
    skeleton, _ = mapped_skeleton(body.names, None, body.places)
    assert skeleton.landmarks["pelvis"] == "pelvis"
    assert skeleton.landmarks["left_knee"] == "calf_l"


def test_thousands_of_joints_of_one_name_are_searched_in_no_time() -> None:
    body = body_of(DIALECTS["mixamo"])
    many = 900
    names = [*body.names, *(f"a{k}:LeftLeg" for k in range(many))]
    parents = [*body.parents, *([0] * many)]
    places = np.vstack([body.places, np.zeros((many, 3))])
    skeleton, _ = mapped_skeleton(names, parents, places)
    assert skeleton.landmarks["left_knee"] == "LeftLeg"
