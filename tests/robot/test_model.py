from __future__ import annotations

import pickle
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinemesh.errors import RobotError
from kinemesh.motion import LANDMARKS
from kinemesh.robot import RobotModel, description, robot_names
from kinemesh.robot.selfcollision import self_distances
from kinemesh.robot.shipped import robots_folder

TWO_LINKS = """<robot name="pair">
  <link name="trunk"><inertial><mass value="1"/>
    <inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial></link>
  <link name="foot"><inertial><mass value="1"/>
    <inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial>
    <collision><origin xyz="0 0 -0.05"/><geometry><box size="0.2 0.1 0.1"/></geometry></collision>
  </link>
  <joint name="hinge" type="{kind}"><parent link="trunk"/><child link="foot"/>
    <origin xyz="0 0 -0.5"/><axis xyz="0 1 0"/>
    <limit lower="-1" upper="1" effort="10" velocity="5"/></joint>
</robot>"""


def mapping() -> dict[str, Any]:
    """The least that a URDF needs besides itself."""
    return {
        "height": 1.0,
        "landmarks": {name: {"link": "trunk", "offset": [0.0, 0.0, 0.1]} for name in LANDMARKS},
        "soles": {
            "left": {
                "link": "foot",
                "corners": [
                    [0.1, 0.05, -0.1],
                    [-0.1, 0.05, -0.1],
                    [0.1, -0.05, -0.1],
                    [-0.1, -0.05, -0.1],
                ],
            }
        },
    }


@pytest.fixture
def urdf(tmp_path: Path) -> Path:
    path = tmp_path / "pair.urdf"
    path.write_text(TWO_LINKS.format(kind="revolute"))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the G1's folder to damage."""
    target = tmp_path / "mine"
    shutil.copytree(robots_folder() / "g1", target)
    return target


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "robot.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


SHIPPED = {
    "g1": (29, 1.32),
    "g1_base": (29, 1.32),
    "g1_23dof": (23, 1.32),
    "h1": (19, 1.8),
    "t1": (23, 1.17),
}


def test_the_shipped_robots_are_known() -> None:
    assert set(robot_names()) == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_robot_loads_by_its_name(name: str) -> None:
    robot, (joints, height) = RobotModel.load(name), SHIPPED[name]
    assert name in robot_names()
    assert robot.name == name
    assert len(robot.joint_names) == joints
    assert robot.nq == joints + 7
    assert robot.nv == joints + 6
    assert robot.height == height
    assert f"RobotModel('{name}', {joints} joints" in repr(robot)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_robot_rests_level_symmetric_and_touches_nothing(name: str) -> None:
    robot = RobotModel.load(name)
    rest = robot.configuration(robot.rest)
    places = dict(zip(LANDMARKS, rest.landmarks(), strict=True))
    for mark in (name for name in LANDMARKS if name.startswith("left")):
        other = places[mark.replace("left", "right")]
        np.testing.assert_allclose(places[mark] * (1.0, -1.0, 1.0), other, atol=2e-5)
        assert places[mark][1] > 0.03  # the left is on the left
    for sole in robot.soles:
        corners = rest.positions(np.full(4, sole.joint), sole.corners)
        np.testing.assert_allclose(corners[:, 2], 0.0, atol=1e-5)
        assert corners[2, 0] > corners[0, 0]
    inward = {hand.name: (rest.rotations[hand.joint] @ hand.normal)[1] for hand in robot.hands}
    assert inward["left"] < -0.5 < 0.5 < inward["right"]  # palms look at the body
    for hand in robot.hands:
        forward = rest.rotations[hand.joint] @ hand.fingers
        assert forward[0] > 0.2 and forward[2] < -0.3  # arms hang, bent forward
    near = self_distances(rest, robot.self_pairs, 0.02)
    assert np.all(near.distance > 0.0)
    tall = max(
        rest.positions(np.full(len(h.vertices), h.joint), h.vertices)[:, 2].max()
        for h in robot.hulls
    )
    assert 0.94 * robot.height < tall < 1.0 * robot.height


def test_a_robot_loads_from_its_folder(folder: Path, robot: RobotModel) -> None:
    again = RobotModel.load(folder)
    assert again.joint_names == robot.joint_names
    np.testing.assert_array_equal(again.rest, robot.rest)
    assert len(again.hulls) == len(robot.hulls)


def test_any_urdf_loads_with_a_mapping(urdf: Path) -> None:
    robot = RobotModel.load(urdf, mapping=mapping())
    assert robot.name == "pair"
    assert robot.joint_names == ("hinge",)
    np.testing.assert_allclose(robot.rest[:3], [0.0, 0.0, 0.6])
    np.testing.assert_allclose(robot.configuration(robot.rest).landmarks(), [[0.0, 0.0, 0.7]] * 15)
    assert [hull.link for hull in robot.hulls] == ["foot"]
    np.testing.assert_array_equal(robot.velocity, [5.0])
    np.testing.assert_array_equal(robot.effort, [10.0])


def test_a_mapping_may_be_a_file(urdf: Path, folder: Path) -> None:
    robot = RobotModel.load(folder / "g1.urdf", mapping=folder / "robot.toml")
    assert len(robot.joint_names) == 29


def test_sole_corners_are_sorted_heel_first(urdf: Path) -> None:
    corners = RobotModel.load(urdf, mapping=mapping()).soles[0].corners
    np.testing.assert_array_equal(corners[:, 0], [-0.1, -0.1, 0.1, 0.1])


def test_a_bare_urdf_asks_for_a_mapping(urdf: Path) -> None:
    with pytest.raises(RobotError, match=r"bare URDF: pass mapping="):
        RobotModel.load(urdf)


def test_a_mapping_without_a_urdf_is_refused(folder: Path) -> None:
    with pytest.raises(RobotError, match="mapping= goes with a URDF"):
        RobotModel.load(folder, mapping=mapping())


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(RobotError, match="unknown robot 'h9'; known robots: g1, g1_23dof, g1_base"):
        RobotModel.load("h9")


def test_a_folder_without_a_description_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RobotError, match=r"holds no robot\.toml"):
        RobotModel.load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("height = 1.32", "# none", r"robot\.toml: the key height is missing"),
        ("height = 1.32", "height = 132", r"height = 132\.0; expected metres"),
        ("height = 1.32", "height = true", r"height = True; expected a number"),
        ('urdf = "g1.urdf"', "", r"robot\.toml: the key urdf is missing"),
        ('urdf = "g1.urdf"', 'urdf = "g2.urdf"', r"urdf = 'g2\.urdf' is no file beside it"),
        ("[landmarks]", "[places]", r"robot\.toml: the key landmarks is missing"),
        ("left_knee = {", "left_knie = {", r"\[landmarks\] lacks left_knee"),
        (
            'left_knee = { link = "left_knee_link"',
            'left_knee = { joint = "left_knee_link"',
            r"the key landmarks\.left_knee\.link is missing",
        ),
        (
            'left_knee = { link = "left_knee_link", offset = [0.0, 0.0, 0.0]',
            'left_knee = { link = "left_knee_link", offset = [0.0, 0.0]',
            r"landmarks\.left_knee\.offset must be numbers \[m\] of shape \(3,\)",
        ),
        ("[soles.left]\nlink", "[soles.left]\nbody", r"the key soles\.left\.link is missing"),
        ("lower = -0.3, upper = 0.3", "lower = 0.3, upper = -0.3", "expected lower < upper"),
        ("lower = -0.3, upper = 0.3", "lower = -0.3", r"limits\.waist_roll_joint\.upper is miss"),
        ("left_knee_joint = 0.3", 'left_knee_joint = "bent"', r"rest\.left_knee_joint = 'bent'"),
        ("[rest]", "[rest", "not valid TOML"),
        ("height = 1.32", f"height = 1{400 * '0'}", "expected a number"),
    ],
)
def test_a_bad_description_names_the_file_and_the_key(
    folder: Path, old: str, new: str, message: str
) -> None:
    edit(folder, old, new)
    with pytest.raises(RobotError, match=message) as caught:
        RobotModel.load(folder)
    assert str(folder / "robot.toml") in str(caught.value)


def test_a_missing_link_lists_the_links_there_are(folder: Path) -> None:
    edit(folder, 'left_knee = { link = "left_knee_link"', 'left_knee = { link = "patella"')
    with pytest.raises(RobotError, match=r"\[landmarks\] left_knee names link 'patella'.*pelvis"):
        RobotModel.load(folder)


def test_an_unknown_joint_in_the_rest_posture_lists_the_joints(folder: Path) -> None:
    edit(folder, "left_knee_joint = 0.3", "left_knee = 0.3")
    with pytest.raises(RobotError, match=r"\[rest\] names joint 'left_knee'.*left_knee_joint"):
        RobotModel.load(folder)


def test_a_urdf_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.urdf"
    path.write_text("<robot name='x'><link")
    with pytest.raises(RobotError, match="not a URDF that can be read"):
        RobotModel.load(path, mapping=mapping())


def test_a_joint_without_one_angle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pair.urdf"
    path.write_text(TWO_LINKS.format(kind="planar"))
    with pytest.raises(RobotError, match="'hinge' is not a plain revolute"):
        RobotModel.load(path, mapping=mapping())


def test_given_limits_override_the_robots_own() -> None:
    robot = RobotModel.load("g1", limits={"waist_pitch_joint": (-0.2, 0.3)})
    k = robot.joint_names.index("waist_pitch_joint")
    assert (robot.lower[k], robot.upper[k]) == (-0.2, 0.3)


def test_given_limits_cannot_leave_a_joint_no_range() -> None:
    with pytest.raises(RobotError, match="no range is left for waist_pitch_joint"):
        RobotModel.load("g1", limits={"waist_pitch_joint": (2.0, 3.0)})


def test_limits_for_an_unknown_joint_list_the_joints() -> None:
    with pytest.raises(RobotError, match=r"\[limits\] names joint 'waist'.*waist_pitch_joint"):
        RobotModel.load("g1", limits={"waist": (0.0, 1.0)})


@pytest.mark.parametrize("name", ["g1", "g1_base"])
def test_a_rested_robot_stands_level_on_the_ground_and_faces_x(name: str) -> None:
    robot = RobotModel.load(name)
    posed = robot.configuration(robot.rest)
    for sole in robot.soles:
        corners = posed.positions(np.full(4, sole.joint), sole.corners)
        np.testing.assert_allclose(corners[:, 2], 0.0, atol=1e-6)
        forward = corners[2:].mean(axis=0) - corners[:2].mean(axis=0)
        np.testing.assert_allclose(forward / np.linalg.norm(forward), [1.0, 0.0, 0.0], atol=1e-9)
    np.testing.assert_array_equal(robot.rest[3:7], [0.0, 0.0, 0.0, 1.0])
    assert np.all((robot.rest[7:] >= robot.lower) & (robot.rest[7:] <= robot.upper))


@pytest.mark.parametrize("name", ["g1", "g1_base"])
def test_landmarks_at_rest_are_where_a_standing_person_has_them(name: str) -> None:
    robot = RobotModel.load(name)
    at = dict(zip(LANDMARKS, robot.configuration(robot.rest).landmarks(), strict=True))
    assert 0.7 < at["pelvis"][2] < 0.85
    np.testing.assert_allclose(at["pelvis"][:2], 0.0, atol=1e-9)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        order = ["shoulder", "elbow", "hip", "knee", "ankle", "toe"]
        heights = [at[f"{side}_{part}"][2] for part in order]
        assert heights == sorted(heights, reverse=True)
        assert all(sign * at[f"{side}_{part}"][1] > 0.05 for part in (*order, "hand"))
        assert at[f"{side}_toe"][0] > at[f"{side}_ankle"][0] + 0.1
        assert at[f"{side}_hand"][0] > at[f"{side}_shoulder"][0]
        assert 1.0 < at[f"{side}_shoulder"][2] < 1.2
        assert at[f"{side}_toe"][2] == pytest.approx(0.0054, abs=1e-3)


@pytest.mark.parametrize("name", ["g1", "g1_base"])
def test_left_and_right_landmarks_mirror_each_other_at_rest(name: str) -> None:
    robot = RobotModel.load(name)
    at = dict(zip(LANDMARKS, robot.configuration(robot.rest).landmarks(), strict=True))
    for name in LANDMARKS:
        if name.startswith("left_"):
            mirrored = at[name.replace("left", "right")] * [1.0, -1.0, 1.0]
            np.testing.assert_allclose(at[name], mirrored, atol=2e-5)


def test_the_two_families_differ_at_the_waist_and_not_in_the_limbs(robot: RobotModel) -> None:
    base = RobotModel.load("g1_base")
    assert base.joint_names == robot.joint_names
    rest = [r.configuration(r.rest) for r in (robot, base)]
    joint = int(robot.pin_model.getJointId("waist_pitch_joint"))
    apart = np.linalg.norm(rest[0].translations[joint] - rest[1].translations[joint])
    assert 0.005 < apart < 0.03
    np.testing.assert_allclose(rest[0].landmarks(), rest[1].landmarks(), atol=1e-3)


def test_a_model_cannot_be_changed(robot: RobotModel) -> None:
    for array in (robot.lower, robot.upper, robot.velocity, robot.rest, robot.posture):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


def test_a_model_says_why_it_cannot_be_pickled(robot: RobotModel) -> None:
    with pytest.raises(TypeError, match="load it by name in each process"):
        pickle.dumps(robot)


def test_difference_undoes_integrate(robot: RobotModel, rng: np.random.Generator) -> None:
    step = rng.normal(scale=0.3, size=robot.nv)
    moved = robot.integrate(robot.rest, step)
    np.testing.assert_allclose(robot.difference(robot.rest, moved), step, atol=1e-12)


def test_posture_weights_come_from_the_file(folder: Path) -> None:
    text = (folder / "robot.toml").read_text()
    if "posture" in tomllib.loads(text):
        edit(folder, "[posture]", "[posture]\nleft_knee_joint = 3.5")
    else:
        (folder / "robot.toml").write_text(f"{text}\n[posture]\nleft_knee_joint = 3.5\n")
    robot = RobotModel.load(folder)
    assert robot.posture[robot.joint_names.index("left_knee_joint")] == 3.5


def test_links_can_be_left_out_of_collision(folder: Path, robot: RobotModel) -> None:
    edit(folder, "no_hull = [", 'no_hull = ["head_link", ')
    links = [hull.link for hull in RobotModel.load(folder).hulls]
    assert sorted([*links, "head_link"]) == sorted(hull.link for hull in robot.hulls)


@pytest.mark.slow
def test_the_name_of_a_shipped_robot_wins_over_a_folder_called_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = folder / "robot.toml"
    own.write_text(own.read_text().replace('name = "g1"', 'name = "mine"', 1))
    folder.rename(folder.parent / "g1")
    (folder.parent / "h1").mkdir()  # it need not even be a robot's
    shutil.copytree(folder.parent / "g1", folder)
    monkeypatch.chdir(folder.parent)
    assert RobotModel.load("g1").name == "g1"
    assert RobotModel.load("h1").name == "h1"
    for path in ("./g1", "g1/", Path("g1"), str(folder.parent / "g1"), "mine"):
        assert RobotModel.load(path).name == "mine"
    with pytest.raises(RobotError, match=r"the folder h1 holds no robot\.toml"):
        RobotModel.load("./h1")


WRONG = (3, "x", [], [1], True, 10**400, [[1]], [10**400, 0, 0], {"a": 1})


@pytest.mark.slow
def test_a_value_of_any_other_type_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(description, "check_urdf", lambda urdf: None)  # looked at once is enough
    folder = robots_folder() / "g1"
    whole = tomllib.loads((folder / "robot.toml").read_text())

    def places(table: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
        for key, value in table.items():
            yield table, key
            if isinstance(value, dict):
                yield from places(value)

    refused = 0
    for table, key in list(places(whole)):
        right = table[key]
        for wrong in WRONG:
            table[key] = wrong
            try:
                description.read_description(folder / "g1.urdf", folder.parent, whole, None)
            except RobotError as error:
                assert str(error)
                refused += 1
        table[key] = right
    assert refused > 1000
