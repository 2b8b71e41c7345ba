"""Builds the folder ``robots/h1`` from the URDF and meshes in humex-converter-lafan.

    python robots/build_h1.py            # writes the folder, then checks it
    python robots/build_h1.py --check    # checks the folder as it is, 1 on failure

The package is taken as installed, else fetched. A rerun writes the same bytes.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import building
import numpy as np
from checking import check_model
from describe import Motor, Sheet
from hulls import read_triangles
from licences import UNITREE_BSD
from packages import package

FOLDER = Path(__file__).resolve().parent / "h1"
TITLE = "Unitree H1, 19 dof"
MASS = 51.601
SOLES = ("left_ankle_link", "right_ankle_link")
NECK = (0.50, 0.54)
"""Torso and head are one mesh; its narrowest part runs between these heights [m]."""

REMARKS = ("Kinematics, inertias and limits: unchanged from the source.",)

NOTICE = f"""\
Unitree H1 description (19 dof): kinematics, inertias, limits and the shapes that the hulls enclose
===================================================================================================

Source:    https://github.com/unitreerobotics/unitree_ros, robots/h1_description (BSD-3-Clause),
           as packaged in humex-converter-lafan 0.2.0 (Apache-2.0). That package does not name
           the origin of its URDF and meshes; its joints, ranges, masses and inertias are those of
           unitree_ros' h1_description/urdf/h1.urdf, whose licence is below.
Modified:  visuals removed, collision shapes replaced by small convex hulls that enclose the
           original visual meshes, the torso's in two parts, one of them the head; landmarks,
           soles, palms and rest posture added in robot.toml.

{UNITREE_BSD}"""

LEFT_JOINTS = {
    "left_hip_yaw_joint": 0.0,
    "left_hip_roll_joint": 0.0,
    "left_hip_pitch_joint": -0.2,
    "left_knee_joint": 0.4,
    "left_ankle_joint": -0.2,
    "left_shoulder_pitch_joint": 0.15,
    "left_shoulder_roll_joint": 0.2,
    "left_shoulder_yaw_joint": 0.0,
    "left_elbow_joint": 1.1,
}


MOTORS = {
    "hip": Motor(("*_hip_*_joint",), 0.1, stiffness=150.0, damping=2.0),
    "knee": Motor(("*_knee_joint",), 0.1, stiffness=200.0, damping=4.0),
    "ankle": Motor(("*_ankle_joint",), 0.1, stiffness=40.0, damping=2.0),
    "torso": Motor(("torso_joint",), 0.1, stiffness=300.0, damping=6.0),
    "shoulder": Motor(("*_shoulder_*_joint",), 0.1, stiffness=150.0, damping=2.0),
    "elbow": Motor(("*_elbow_joint",), 0.1, stiffness=100.0, damping=2.0),
}
MOTORS_FROM = (
    "Stiffness [N m/rad] and damping [N m s/rad]: Unitree's own, of unitree_rl_gym",
    "(legged_gym/envs/h1/h1_config.py). Armature [kg m^2]: that of H1 in MuJoCo Playground.",
    "Efforts are the URDF's.",
)


def bounds(link: str) -> tuple[int, float]:
    """Largest number of vertices and largest distance outside the mesh [m] for a link's hull."""
    return (128, 1e-3) if "ankle" in link else (96, 2e-3) if "elbow" in link else (64, 4e-3)


def read_source(fetch: bool = True) -> tuple[ET.Element, building.Meshes]:
    """Reads the source URDF and the vertices of each link's visual mesh [m], torso in two."""
    folder = package("humex_converter_lafan", "humex-converter-lafan==0.2.0", fetch) / "assets"
    root = ET.parse(folder / "h1.urdf").getroot()
    meshes = building.read_meshes(root, folder / "meshes")
    triangles = read_triangles(folder / "meshes" / "torso_link.STL")
    top, bottom = triangles[:, :, 2].max(axis=1), triangles[:, :, 2].min(axis=1)
    # Every triangle is whole in one of the parts, or in both.
    body, head = triangles[bottom < NECK[0]], triangles[top > NECK[1]]
    middle = triangles[(bottom >= NECK[0]) & (top <= NECK[1])]
    logo = meshes.pop("logo_link")  # fixed to the torso without an offset
    meshes["torso_link"] = np.unique(np.vstack([body.reshape(-1, 3), logo]), axis=0)
    meshes["torso_link_head"] = np.unique(np.vstack([head, middle]).reshape(-1, 3), axis=0)
    return root, meshes


def sheet(meshes: building.Meshes, hulls: building.Meshes) -> Sheet:
    """What ``robot.toml`` says."""
    low = building.sole_height(meshes, SOLES)
    corners = [(-0.094, 0.013), (-0.094, -0.013), (0.194, 0.013), (0.194, -0.013)]
    x, z = 0.288, -0.0185  # the middle of the ball
    point = np.array([x, building.surface(hulls["left_elbow_link"], x, z), z])
    links = ("hip_pitch", "knee", "ankle", "shoulder_roll", "elbow", "shoulder_pitch")
    names = [*LEFT_JOINTS, *(f"left_{link}_link" for link in links)]
    return Sheet(
        name="h1",
        title=TITLE,
        script="build_h1.py",
        urdf="h1.urdf",
        height=(1.8, "from the soles to the top of the head, of the meshes at zero pose"),
        right={name: name.replace("left_", "right_") for name in names},
        landmarks={
            "pelvis": ("pelvis", (0.0395, 0.0, -0.034), "at the waist, 0.14 m above the hip axes"),
            "left_hip": ("left_hip_pitch_link", (0.0, 0.0, 0.0), ""),
            "left_knee": ("left_knee_link", (0.0, 0.0, 0.0), ""),
            "left_ankle": ("left_ankle_link", (0.0, 0.0, 0.0), ""),
            "left_toe": ("left_ankle_link", (0.196, 0.0, -0.06), ""),
            "left_shoulder": ("left_shoulder_roll_link", (0.0, 0.0, 0.0), ""),
            "left_elbow": ("left_elbow_link", (0.0, 0.0, 0.0), ""),
            "left_hand": ("left_elbow_link", (0.26, 0.0, -0.0185), "where a wrist would be"),
        },
        sole=("left_ankle_link", np.array([(*corner, low) for corner in corners])),
        hand=("left_elbow_link", point, np.array([0.0, -1.0, 0.0])),
        palms=(
            "The hand is a ball at the end of the forearm, one link with it: its inner side is",
            "the palm, a point on the hull's surface [m] and the outward normal.",
        ),
        pads={
            "left_knee": ("left_knee_link",),
            "left_shin": ("left_knee_link",),
            "left_elbow": ("left_elbow_link",),
            "left_forearm": ("left_elbow_link",),
            "seat": ("pelvis", "left_hip_yaw_link", "left_hip_roll_link"),
            "back": ("torso_link",),
        },
        limits={},
        turned=frozenset(name for name in LEFT_JOINTS if "roll" in name or "yaw" in name),
        rest={**dict(list(LEFT_JOINTS.items())[:5]), "torso_joint": 0.0}
        | dict(list(LEFT_JOINTS.items())[5:]),
        remark="Upright, knees bent a little, soles flat and level, arms down, slightly out [rad].",
        motors=MOTORS,
        motors_from=MOTORS_FROM,
    )


def build() -> None:
    """Writes the folder."""
    root, meshes = read_source()
    hulls = building.build_hulls(meshes, bounds, SOLES)
    shapes = {link: [link] for link in hulls if link != "torso_link_head"}
    shapes["torso_link"].append("torso_link_head")
    building.write_hulls(FOLDER, hulls)
    urdf = building.bare(root, "h1", shapes)
    building.write_urdf(urdf, FOLDER / "h1.urdf", "build_h1.py", TITLE, REMARKS)
    (FOLDER / "robot.toml").write_text(sheet(meshes, hulls).text(), encoding="utf-8")
    (FOLDER / "NOTICE").write_text(NOTICE, encoding="utf-8")


def check(fetch: bool) -> list[str]:
    """Compares the folder with the package; returns what is wrong."""
    root, meshes = read_source(fetch)
    hulls = building.read_hulls(FOLDER)
    wrong = building.compare("h1", meshes, hulls, bounds)
    wrong += building.without_hull("h1", root, meshes, hulls)
    return wrong + check_model(FOLDER, MASS)


if __name__ == "__main__":
    sys.exit(building.run(build, check))
