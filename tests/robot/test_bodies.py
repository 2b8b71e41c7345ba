"""Links and their poses, judged by the URDF's own text."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.errors import RobotError
from kinemesh.robot import RobotModel, link_poses, links_of
from kinemesh.robot.shipped import robots_folder
from kinemesh.testing import random_configuration


@pytest.fixture(scope="module", params=["g1", "g1_base"])
def model(request: pytest.FixtureRequest) -> RobotModel:
    return RobotModel.load(request.param)


def vector(element: ET.Element | None, key: str) -> np.ndarray:
    text = element.get(key) if element is not None else None
    return np.array([float(x) for x in text.split()]) if text else np.zeros(3)


def by_text(name: str, q: np.ndarray, joints: tuple[str, ...]) -> dict[str, np.ndarray]:
    """World transforms ``(4, 4)`` of all links, by the URDF's text alone."""
    root = ET.parse(robots_folder() / name / "g1.urdf").getroot()
    base = np.eye(4)
    base[:3, :3], base[:3, 3] = Rotation.from_quat(q[3:7]).as_matrix(), q[:3]
    placed = {"pelvis": base}
    pending = root.findall("joint")
    while pending:
        rest = []
        for joint in pending:
            parent = joint.find("parent").get("link")
            if parent not in placed:
                rest.append(joint)
                continue
            origin, axis = joint.find("origin"), joint.find("axis")
            step = np.eye(4)
            step[:3, :3] = Rotation.from_euler("xyz", vector(origin, "rpy")).as_matrix()
            step[:3, 3] = vector(origin, "xyz")
            if joint.get("type") == "revolute":
                angle = q[7 + joints.index(joint.get("name"))]
                step[:3, :3] = (
                    step[:3, :3] @ Rotation.from_rotvec(angle * vector(axis, "xyz")).as_matrix()
                )
            placed[joint.find("child").get("link")] = placed[parent] @ step
        pending = rest
    return placed


def test_links_are_where_the_urdf_puts_them(model: RobotModel) -> None:
    links = links_of(model)
    rng = np.random.default_rng(4)
    q = np.array([random_configuration(model, rng).q for _ in range(4)])
    found = link_poses(model, q)
    assert found.shape == (4, 30, 7)
    for row, poses in zip(q, found, strict=True):
        wanted = by_text(model.name, row, model.joint_names)
        for name, pose in zip(links.names, poses, strict=True):
            np.testing.assert_allclose(pose[:3], wanted[name][:3, 3], atol=1e-9)
            turn = Rotation.from_quat(pose[3:]).as_matrix()
            np.testing.assert_allclose(turn, wanted[name][:3, :3], atol=1e-9)


def test_parents_offsets_turns_and_axes_are_the_urdfs(model: RobotModel) -> None:
    links = links_of(model)
    root = ET.parse(robots_folder() / model.name / "g1.urdf").getroot()
    assert links.names[0] == "pelvis" and links.parents[0] == -1
    joints = {joint.get("name"): joint for joint in root.findall("joint")}
    for k, name in enumerate(links.joints, start=1):
        joint = joints[name]
        assert joint.find("child").get("link") == links.names[k]
        assert joint.find("parent").get("link") == links.names[links.parents[k]]
        origin = joint.find("origin")
        np.testing.assert_allclose(links.offsets[k], vector(origin, "xyz"), atol=1e-12)
        turn = Rotation.from_euler("xyz", vector(origin, "rpy")).as_matrix()
        np.testing.assert_allclose(links.turns[k], turn, atol=1e-9)
        np.testing.assert_allclose(links.axes[k], vector(joint.find("axis"), "xyz"), atol=1e-12)


def test_a_links_centre_of_mass_includes_what_is_fixed_to_it(model: RobotModel) -> None:
    links = links_of(model)
    root = ET.parse(robots_folder() / model.name / "g1.urdf").getroot()
    fixed = {
        joint.find("child").get("link"): (joint.find("parent").get("link"), joint.find("origin"))
        for joint in root.findall("joint")
        if joint.get("type") == "fixed"
    }
    masses, moments = np.zeros(30), np.zeros((30, 3))
    for link in root.findall("link"):
        inertial = link.find("inertial")
        if inertial is None:
            continue
        place, name = vector(inertial.find("origin"), "xyz"), link.get("name")
        while name in fixed:
            name, origin = fixed[name]
            turn = Rotation.from_euler("xyz", vector(origin, "rpy"))
            place = turn.apply(place) + vector(origin, "xyz")
        mass = float(inertial.find("mass").get("value"))
        masses[links.names.index(name)] += mass
        moments[links.names.index(name)] += mass * place
    np.testing.assert_allclose(links.centres, moments / masses[:, None], atol=1e-9)


def test_quaternions_of_a_link_do_not_jump_to_the_other_hemisphere(robot: RobotModel) -> None:
    q = np.tile(robot.rest, (60, 1))
    q[:, 3:7] = Rotation.from_euler("z", np.linspace(0.0, 4.0 * np.pi, 60)[:, None]).as_quat()
    quaternions = link_poses(robot, q)[..., 3:]
    assert np.sum(quaternions[1:] * quaternions[:-1], axis=-1).min() > 0.9


def test_what_formats_list_of_a_robot_is_checked_when_it_is_read(robot: RobotModel) -> None:
    listed = links_of(robot).listed("sonic")
    assert listed.names[7] == "torso_link"
    assert links_of(robot).listed("unheard of").names == links_of(robot).names
    other = RobotModel.load("g1")
    other.listed = {"sonic": {"tail": ("tail_link", np.zeros(3))}}
    with pytest.raises(RobotError, match=r"\[formats\.sonic\] places 'tail' in link 'tail_link'"):
        links_of(other)
