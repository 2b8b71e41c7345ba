from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pinocchio as pin
import pytest
from scipy.spatial import ConvexHull

from kinemesh.errors import WriteError
from kinemesh.motion import LANDMARKS
from kinemesh.newrobot import NewRobot, new_robot, read_robot
from kinemesh.newrobot.hulls import clipped, enclosing
from kinemesh.newrobot.soles import corners_of
from kinemesh.robot import RobotModel
from made_robot import write_made
from robot_data import robot_file

G1 = "g1_description/urdf/g1_29dof_rev_1_0.urdf"
ICUB = "icub_description/robots/icub.urdf"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> NewRobot:
    folder = tmp_path_factory.mktemp("made")
    return new_robot(write_made(folder), folder / "mine")


@pytest.fixture(scope="module")
def icub(tmp_path_factory: pytest.TempPathFactory) -> NewRobot:
    return new_robot(robot_file(ICUB), tmp_path_factory.mktemp("icub") / "icub")


@pytest.fixture(scope="module")
def g1(tmp_path_factory: pytest.TempPathFactory) -> NewRobot:
    return new_robot(robot_file(G1), tmp_path_factory.mktemp("g1") / "g1")


def places(robot: RobotModel, q: np.ndarray | None = None) -> dict[str, np.ndarray]:
    posed = robot.configuration(robot.rest if q is None else q)
    return dict(zip(LANDMARKS, posed.landmarks(), strict=True))


def test_mujoco_kinematics_are_those_that_pinocchio_reads(tmp_path: Path) -> None:
    path = write_made(tmp_path)
    source = read_robot(path)
    model = pin.buildModelFromMJCF(str(path))
    data, q, angles = model.createData(), pin.neutral(model), np.zeros(len(source.links))
    rng = np.random.default_rng(0)
    for link in source.moving:
        joint = source.joint_of(link)
        angles[link] = rng.uniform(joint.lower, joint.upper)
    # Pinocchio makes one joint of several in a body: only the order tells which is which.
    q[7:] = angles[source.moving]
    uppers = [source.joint_of(link).upper for link in source.moving]
    assert model.upperPositionLimit[7:] == pytest.approx(uppers)
    pin.framesForwardKinematics(model, data, q)
    turns, origins = source.frames(angles)
    root = data.oMf[model.getFrameId("trunk", pin.FrameType.BODY)]
    for name in ("q4", "q5", "w5", "t4", "t5", "y5", "head"):
        theirs = root.actInv(data.oMf[model.getFrameId(name, pin.FrameType.BODY)])
        k = source.order[name]
        assert np.allclose(theirs.translation, origins[k], atol=1e-9), name
        assert np.allclose(theirs.rotation, turns[k], atol=1e-9), name
    assert sum(link.mass for link in source.links) == pytest.approx(
        sum(inertia.mass for inertia in model.inertias)
    )


def test_limbs_are_told_by_what_they_do_and_not_by_names(made: NewRobot) -> None:
    at = places(made.robot)
    zero = np.array(made.robot.rest)
    zero[7:] = 0.0
    straight = places(made.robot, zero)
    trunk = zero[:3]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for name, place in {
            "hip": (0.0, 0.09, -0.1),
            "knee": (0.0, 0.09, -0.48),
            "ankle": (0.0, 0.09, -0.86),
            "shoulder": (0.0, 0.19, 0.36),
            "elbow": (0.0, 0.19, 0.11),
            "hand": (0.0, 0.19, -0.11),
        }.items():
            wanted = np.array(place) * (1.0, sign, 1.0)
            assert np.allclose(straight[f"{side}_{name}"] - trunk, wanted, atol=2e-3), name
        assert at[f"{side}_toe"][0] - at[f"{side}_ankle"][0] == pytest.approx(0.15, abs=0.02)
    # From the sole at -0.93 to the top of the head at 0.62.
    assert made.robot.height == pytest.approx(0.93 + 0.62, abs=0.01)


def test_it_rests_on_level_soles_with_bent_knees_and_hanging_arms(made: NewRobot) -> None:
    robot = made.robot
    rest = robot.configuration(robot.rest)
    for sole in robot.soles:
        heights = rest.positions(np.full(4, sole.joint), sole.corners)[:, 2]
        assert np.abs(heights).max() < 1e-4
    at = places(robot)
    for side in ("left", "right"):
        thigh = at[f"{side}_knee"] - at[f"{side}_hip"]
        shank = at[f"{side}_ankle"] - at[f"{side}_knee"]
        bend = np.arccos(thigh @ shank / np.linalg.norm(thigh) / np.linalg.norm(shank))
        assert bend == pytest.approx(0.3, abs=0.05)
        assert thigh[0] > 0.0
        upper = at[f"{side}_elbow"] - at[f"{side}_shoulder"]
        assert upper[2] < -0.9 * np.linalg.norm(upper)


def test_every_guess_has_a_comment(made: NewRobot) -> None:
    lines = (made.folder / "robot.toml").read_text().splitlines()
    start = lines.index("[landmarks]")
    for line in lines[start + 1 : start + 16]:
        assert "  # " in line
    assert "No velocity limit is stated for all joints" in "\n".join(lines)


def test_what_was_written_loads_without_the_source(made: NewRobot) -> None:
    again = RobotModel.load(made.folder)
    assert again.joint_names == made.robot.joint_names
    assert len(again.joint_names) == 23
    assert sorted(p.name for p in made.folder.iterdir()) == ["hulls", "robot.toml", "robot.urdf"]


@pytest.mark.slow
def test_a_robot_that_faces_backwards_is_turned_round(icub: NewRobot) -> None:
    at = places(icub.robot)
    for side in ("left", "right"):
        assert at[f"{side}_toe"][0] > at[f"{side}_ankle"][0] + 0.05
    assert at["left_hand"][1] > 0.1 > -0.1 > at["right_hand"][1]
    assert icub.robot.height == pytest.approx(1.04, abs=0.02)  # IIT: 104 cm


def test_the_guesses_for_g1_are_those_of_its_folder_within_centimetres(g1: NewRobot) -> None:
    shipped = RobotModel.load("g1")
    angles = dict(zip(shipped.joint_names, shipped.rest[7:], strict=True))
    q = np.array(g1.robot.rest)
    q[:7] = shipped.rest[:7]
    q[7:] = [angles[name] for name in g1.robot.joint_names]
    ours, theirs = places(g1.robot, q), places(shipped)
    off = {name: float(np.linalg.norm(ours[name] - theirs[name])) for name in LANDMARKS}
    # The shipped hips sit at the first joint's motor, 52 mm inside of where the axes meet.
    near = {name: 0.06 if name.endswith("hip") else 0.045 for name in LANDMARKS}
    assert {name: d for name, d in off.items() if d > near[name]} == {}
    assert g1.robot.height == pytest.approx(shipped.height, abs=0.01)
    for sole, other in zip(g1.robot.soles, shipped.soles, strict=True):
        assert sole.name == other.name
        at = [
            robot.configuration(q).positions(np.full(4, s.joint), s.corners)
            for robot, s in ((g1.robot, sole), (shipped, other))
        ]
        assert np.abs(at[0].mean(axis=0) - at[1].mean(axis=0)).max() < 0.015
        assert np.abs(at[0][:, 2] - at[1][:, 2]).max() < 1e-3
    for hand, other in zip(g1.robot.hands, shipped.hands, strict=True):
        posed = g1.robot.configuration(q), shipped.configuration(q)
        normals = [
            p.rotations[h.joint] @ h.normal for p, h in zip(posed, (hand, other), strict=True)
        ]
        assert normals[0] @ normals[1] > np.cos(np.radians(40.0))


def test_hulls_enclose_what_they_stand_for() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(4000, 3)) * (0.1, 0.05, 0.02)
    corners = enclosing(points)
    assert corners is not None and len(corners) <= 64
    planes = ConvexHull(corners).equations
    assert (points @ planes[:, :3].T + planes[:, 3]).max() < 1e-6


def test_a_clipped_hull_ends_at_the_plane() -> None:
    cube = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)], dtype=float)
    part = clipped(cube, np.array([0.0, 0.0, 1.0]), 0.25)
    assert part.min() == 0.0
    assert part[:, 2].max() == pytest.approx(0.25)
    assert np.ptp(part[part[:, 2] > 0.2], axis=0)[:2] == pytest.approx(1.0)


def test_a_sole_is_the_largest_trapezium_within_its_outline() -> None:
    outline = np.array([[-0.1, -0.03], [-0.1, 0.03], [0.1, -0.05], [0.1, 0.05]])
    assert np.allclose(corners_of(outline)[:, 0], [-0.1, -0.1, 0.1, 0.1])
    assert np.allclose(np.abs(corners_of(outline)[:, 1]), [0.03, 0.03, 0.05, 0.05])


def test_a_folder_is_not_replaced_unless_told_to(tmp_path: Path) -> None:
    path = write_made(tmp_path)
    (tmp_path / "mine").mkdir()
    with pytest.raises(WriteError, match="is there already"):
        new_robot(path, tmp_path / "mine")
    (tmp_path / "mine" / "thesis.tex").write_text("all my work")
    with pytest.raises(WriteError, match=r"no robot\.toml"):
        new_robot(path, tmp_path / "mine", overwrite=True)
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "all my work"


def test_limits_in_the_file_are_narrower_than_the_robots(made: NewRobot) -> None:
    table = tomllib.loads((made.folder / "robot.toml").read_text())
    assert "t4" in table["limits"] or made.robot.lower[made.robot.joint_names.index("t4")] == 0.0
    assert table["limits"]["q5"]["upper"] <= 0.51
