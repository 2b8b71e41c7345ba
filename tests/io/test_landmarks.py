from __future__ import annotations

import re
import tomllib

import numpy as np
import pytest

from bvh_files import DIALECTS, Body, body_of
from kinemesh.errors import ReadError
from kinemesh.io.landmarks import landmark_table, mapped_skeleton
from kinemesh.motion import LANDMARKS, SKELETONS


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
