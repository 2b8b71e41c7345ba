"""Builds the folders ``robots/g1`` and ``robots/g1_base`` from the example-robot-data package.

Run it where ``example-robot-data``, ``pin``, ``numpy`` and ``scipy`` are installed::

    python robots/build_g1.py            # writes both folders, then checks them
    python robots/build_g1.py --check    # checks the folders as they are, 1 on failure

The folders need neither the package nor its meshes afterwards. A rerun writes the same bytes.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field, replace
from pathlib import Path

import building
import numpy as np
from checking import check_agreement, check_model
from describe import Motor
from g1_text import MOTORS, NOTICE, robot_toml
from packages import example_robot

HERE = Path(__file__).resolve().parent
SOLES = ("left_ankle_roll_link", "right_ankle_roll_link")


@dataclass(frozen=True)
class Family:
    """One of the two hardware families of the 29-dof G1.

    Attributes:
        folder: Name of the data folder.
        title: One line for the files' headers.
        remarks: What is known of the figures and from where.
        mass: Total mass [kg].
        joints: Corrected numbers by joint, as ``{"origin.xyz": "0 0 1"}`` [m, N m, rad/s].
        inertials: Mass [kg], centre of mass [m] and inertia xx xy xz yy yz zz [kg m^2] by link.
        raised: Height by which a link frame sits above its place in rev 1.0 at zero pose [m].
        motors: Motors by name.
    """

    folder: str
    title: str
    remarks: tuple[str, ...]
    mass: float
    joints: dict[str, dict[str, str]] = field(default_factory=dict)
    inertials: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    raised: dict[str, float] = field(default_factory=dict)
    motors: dict[str, Motor] = field(default_factory=lambda: MOTORS)


def _base_joints() -> dict[str, dict[str, str]]:
    """What the base family's joints have otherwise than rev 1.0."""
    ankle = {"limit.effort": "50", "limit.velocity": "37"}
    joints = {
        "waist_roll_joint": {"origin.xyz": "-0.0039635 0 0.035", **ankle},
        "waist_pitch_joint": {"origin.xyz": "0 0 0.019", **ankle},
        "left_shoulder_pitch_joint": {"origin.xyz": "0.0039563 0.10022 0.23778"},
        "right_shoulder_pitch_joint": {"origin.xyz": "0.0039563 -0.10021 0.23778"},
        "logo_joint": {"origin.xyz": "0.0039635 0 -0.054"},
        "head_joint": {"origin.xyz": "0.0039635 0 -0.054"},
        "imu_in_torso_joint": {"origin.xyz": "-0.03959 -0.00224 0.13792"},
        "d435_joint": {"origin.xyz": "0.0576235 0.01753 0.41987"},
        "mid360_joint": {"origin.xyz": "0.0002835 0.00003 0.40618"},
    }
    for side in ("left", "right"):
        joints[f"{side}_hip_roll_joint"] = {"limit.effort": "88", "limit.velocity": "32"}
        joints[f"{side}_ankle_pitch_joint"] = dict(ankle)
        joints[f"{side}_ankle_roll_joint"] = dict(ankle)
    return joints


def _base_motors() -> dict[str, Motor]:
    """The base family's: by its 88 N m the hip rolls by the smaller 7520."""
    small, large = MOTORS["7520_14"], MOTORS["7520_22"]
    return {
        **MOTORS,
        "7520_14": replace(small, joints=("*_hip_*_joint", "waist_yaw_joint")),
        "7520_22": replace(large, joints=("*_knee_joint",)),
    }


FAMILIES = (
    Family(
        folder="g1",
        title="Unitree G1, 29 dof, hardware family rev 1.0",
        remarks=("Kinematics, inertias and limits: unchanged from the source.",),
        mass=33.341,
    ),
    Family(
        folder="g1_base",
        title="Unitree G1, 29 dof, base hardware family",
        remarks=(
            "Figures that differ from rev 1.0 (source: Unitree G1 29dof base-family description):",
            "origins of waist_roll, waist_pitch, shoulder_pitch and of the frames fixed to the",
            "torso; effort and velocity of hip_roll, ankle_pitch, ankle_roll, waist_roll and",
            "waist_pitch; mass, centre of mass and inertia of waist_yaw, waist_roll and torso.",
            "Total 35.114 kg; the 35.149 kg often given count 0.035 kg of bodiless marker points.",
            "Its own shells of waist and torso are not shipped. The hulls are those of rev 1.0, at",
            "the same place in the world at zero pose: the rev 1.0 torso encloses the base one to",
            "1 mm and is up to 16 mm larger at the neck, where the head is; waist_yaw differs by",
            "up to 10 mm, and waist_roll by 11 mm, which is hidden inside its neighbours.",
        ),
        mass=35.114,
        joints=_base_joints(),
        inertials={
            "waist_yaw_link": (
                "0.244",
                "0.003964 0 0.018769",
                "9.9587E-05 -1.833E-06 -1.2617E-05 0.00012411 -1.18E-07 0.00015586",
            ),
            "waist_roll_link": (
                "0.047",
                "0 -0.000236 0.010111",
                "7.515E-06 0 0 6.398E-06 9.9E-08 3.988E-06",
            ),
            "torso_link": (
                "8.562",
                "0.002601 0.000257 0.153719",
                "0.065674966 -8.597E-05 -0.001737252 0.053535188 8.6899E-05 0.030808125",
            ),
        },
        raised={"waist_roll_link": -0.009, "torso_link": 0.010},
        motors=_base_motors(),
    ),
)


def read_source() -> tuple[ET.Element, building.Meshes]:
    """Reads the source URDF and the vertices of each link's visual mesh [m]."""
    path = example_robot("g1_description/urdf/g1_29dof_rev_1_0.urdf")
    root = ET.parse(path).getroot()
    return root, building.read_meshes(root, path.parents[1] / "meshes")


def bounds(link: str) -> tuple[int, float]:
    """Largest number of vertices and largest distance outside the mesh [m] for a link's hull."""
    fine = "ankle_roll" in link or "hand" in link
    return (128, 1e-3) if fine else (64, 3e-3)


def family_urdf(root: ET.Element, family: Family, links: set[str]) -> ET.Element:
    """A family's URDF.

    Args:
        root: The source URDF; not changed.
        family: What differs.
        links: Links that have a hull.
    """
    robot = building.bare(root, family.folder, {link: [link] for link in links})
    for link in robot.iter("link"):
        if link.attrib["name"] in family.inertials:
            set_inertial(link, *family.inertials[link.attrib["name"]])
    for joint in robot.iter("joint"):
        for key, value in family.joints.get(joint.attrib["name"], {}).items():
            tag, attribute = key.split(".")
            joint.find(tag).attrib[attribute] = value
    return robot


def set_inertial(link: ET.Element, mass: str, centre: str, inertia: str) -> None:
    """Sets mass [kg], centre of mass [m] and inertia xx xy xz yy yz zz [kg m^2] of a link."""
    link.find("inertial/mass").attrib["value"] = mass
    link.find("inertial/origin").attrib["xyz"] = centre
    keys = ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")
    link.find("inertial/inertia").attrib.update(zip(keys, inertia.split(), strict=True))


def build() -> None:
    """Writes both folders."""
    root, meshes = read_source()
    hulls = building.build_hulls(meshes, bounds, SOLES)
    dropped = building.inside_another(root, meshes, hulls)
    for link, other in sorted(dropped.items()):
        print(f"hull of {link} dropped: inside that of {other}")
    point, normal = building.palm(hulls["left_rubber_hand"], (0.03, 0.10), 0.06)
    kept = {link: hulls[link] for link in set(hulls) - set(dropped)}
    sole = building.sole_height(meshes, SOLES)
    for family in FAMILIES:
        folder = HERE / family.folder
        raised = {link: np.array([0.0, 0.0, up]) for link, up in family.raised.items()}
        building.write_hulls(folder, {k: v - raised.get(k, 0.0) for k, v in kept.items()})
        urdf = family_urdf(root, family, set(kept))
        building.write_urdf(urdf, folder / "g1.urdf", "build_g1.py", family.title, family.remarks)
        torso = family.raised.get("torso_link", 0.0)
        text = robot_toml(family.folder, family.title, sole, point, normal, torso, family.motors)
        (folder / "robot.toml").write_text(text, encoding="utf-8")
        (folder / "NOTICE").write_text(NOTICE, encoding="utf-8")


def check() -> list[str]:
    """Compares the folders with the package; returns what is wrong."""
    root, meshes = read_source()
    wrong = []
    for family in FAMILIES:
        hulls = {
            link: hull + np.array([0.0, 0.0, family.raised.get(link, 0.0)])
            for link, hull in building.read_hulls(HERE / family.folder).items()
        }
        wrong += building.compare(family.folder, meshes, hulls, bounds)
        wrong += building.without_hull(family.folder, root, meshes, hulls)
        wrong += check_model(HERE / family.folder, family.mass)
    return wrong + check_agreement(*(HERE / family.folder for family in FAMILIES))


def main() -> int:
    """Builds unless told to check only, then checks."""
    if "--check" not in sys.argv[1:]:
        build()
    wrong = check()
    for line in wrong:
        print(f"wrong: {line}")
    print("wrong" if wrong else "all right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
