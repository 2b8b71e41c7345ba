"""Builds the folder ``robots/t1`` from the URDF and meshes in holosoma-retargeting.

    python robots/build_t1.py            # writes the folder, then checks it
    python robots/build_t1.py --check    # checks the folder as it is, 1 on failure

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
from hulls import beyond
from licences import APACHE
from packages import package
from scipy.spatial import ConvexHull

FOLDER = Path(__file__).resolve().parent / "t1"
TITLE = "Booster T1, 23 dof"
MASS = 31.614
SOLES = ("left_foot_link", "right_foot_link")

REMARKS = (
    "Kinematics, inertias and limits: unchanged from the source, less the marker points that it",
    "has on hands and soles, massless but for 1 g each.",
)

NOTICE = f"""\
Booster T1 description (23 dof): kinematics, inertias, limits and the shapes that the hulls enclose
===================================================================================================

Source:    URDF and meshes of models/t1 in the package holosoma-retargeting 0.1.0, whose metadata
           states Apache-2.0 and which holds no licence file and names no origin of these files.
           That they are https://github.com/BoosterRobotics/booster_gym, resources/T1 (Apache-2.0)
           was taken from the names of robot, links and joints; the files were not compared.
           MuJoCo Menagerie names that origin and licence for its booster_t1.
Modified:  visuals and marker points removed, collision meshes replaced by small convex hulls that
           enclose the original meshes; landmarks, soles, palms and rest posture added in
           robot.toml.

{APACHE}"""

LEGS = {
    "Left_Hip_Pitch": -0.2,
    "Left_Hip_Roll": 0.0,
    "Left_Hip_Yaw": 0.0,
    "Left_Knee_Pitch": 0.4,
    "Left_Ankle_Pitch": -0.2,
    "Left_Ankle_Roll": 0.0,
}
ARMS = {
    "Left_Shoulder_Pitch": 0.1,
    "Left_Shoulder_Roll": -1.3,
    "Left_Elbow_Pitch": 0.0,
    "Left_Elbow_Yaw": -0.5,
}
LINKS = {
    **{f"AL{k}": f"AR{k}" for k in (1, 2, 3)},
    **{f"{n}_Left": f"{n}_Right" for n in ("Hip_Pitch", "Hip_Roll", "Shank", "Ankle_Cross")},
    **{f"left_{n}_link": f"right_{n}_link" for n in ("foot", "hand")},
}


MOTORS = {
    "head": Motor(("*Head_*",), 0.03, stiffness=5.0, damping=0.5),
    "arm": Motor(("*_Shoulder_*", "*_Elbow_*"), 0.03, stiffness=20.0, damping=0.5),
    "hip": Motor(("*_Hip_*", "Waist"), 0.03, stiffness=200.0, damping=5.0),
    "knee": Motor(("*_Knee_Pitch",), 0.03, stiffness=200.0, damping=5.0),
    "ankle": Motor(("*_Ankle_*",), 0.03, stiffness=50.0, damping=3.0),
}
MOTORS_FROM = (
    "Stiffness [N m/rad], damping [N m s/rad] and armature [kg m^2] as holosoma trains this robot",
    "(holosoma/config_values/robot.py); hips, knees and ankles are as stiff in Booster's own",
    "booster_gym (envs/T1.yaml). Efforts are the URDF's.",
)


def bounds(link: str) -> tuple[int, float]:
    """Largest number of vertices and largest distance outside the mesh [m] for a link's hull."""
    fine = "foot" in link or "hand" in link
    return (128, 1.5e-3) if fine else (64, 4e-3)


def read_source(fetch: bool = True) -> tuple[ET.Element, building.Meshes]:
    """Reads the source URDF without its marker points, and the vertices of its meshes [m]."""
    folder = package("holosoma_retargeting", "holosoma-retargeting==0.1.0", fetch) / "models" / "t1"
    root = ET.parse(folder / "t1_23dof.urdf").getroot()
    for element in (*root.findall("link"), *root.findall("joint")):
        if "_sphere_" in element.attrib["name"]:
            root.remove(element)
    return root, building.read_meshes(root, folder / "meshes")


def palm(vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The palm of the left hand, which runs along y: the place under (0, 0.215) on its hull."""
    planes = ConvexHull(vertices).equations
    planes = planes[planes[:, 2] < -1e-9]
    heights = -(planes[:, 1] * 0.215 + planes[:, 3]) / planes[:, 2]
    point = np.array([0.0, 0.215, float(np.max(heights))])
    assert abs(beyond(point[None], vertices)) < 1e-9
    return point, np.array([0.0, 0.0, -1.0])


def sheet(meshes: building.Meshes, hulls: building.Meshes) -> Sheet:
    """What ``robot.toml`` says."""
    low = building.sole_height(meshes, SOLES)
    corners = [(-0.088, 0.034), (-0.088, -0.034), (0.103, 0.03), (0.103, -0.03)]
    point, normal = palm(hulls["left_hand_link"])
    joints = {name: name.replace("Left", "Right") for name in (*LEGS, *ARMS)}
    return Sheet(
        name="t1",
        title=TITLE,
        script="build_t1.py",
        urdf="t1.urdf",
        height=(1.17, "from the soles to the top of the head, of the meshes at zero pose"),
        right={**joints, **LINKS},
        landmarks={
            "pelvis": ("Waist", (0.0, 0.0, 0.09), "at the waist, 0.09 m above the hip axes"),
            "left_hip": ("Hip_Roll_Left", (0.0, 0.0, 0.0), ""),
            "left_knee": ("Shank_Left", (0.0, 0.0, 0.0), ""),
            "left_ankle": ("Ankle_Cross_Left", (0.0, 0.0, 0.0), ""),
            "left_toe": ("left_foot_link", (0.12, 0.0, -0.025), ""),
            "left_shoulder": ("AL2", (0.0, 0.0, 0.0), ""),
            "left_elbow": ("left_hand_link", (0.0, 0.0, 0.0), ""),
            "left_hand": ("left_hand_link", (0.0, 0.18, 0.0), "where a wrist would be"),
        },
        sole=("left_foot_link", np.array([(*corner, low) for corner in corners])),
        hand=("left_hand_link", point, normal),
        fingers=(0.0, 1.0, 0.0),
        palms=(
            "The hand is a stump at the end of the forearm, one link with it: what looks down in",
            "the zero pose, where the arms are spread, is the palm. A point on the hull's surface",
            "[m], the outward normal, and the direction in which fingers would point.",
        ),
        pads={
            "left_knee": ("Shank_Left", "Hip_Yaw_Left"),  # the thigh's end is its knee cap
            "left_shin": ("Shank_Left",),
            "left_elbow": ("left_hand_link",),
            "left_forearm": ("left_hand_link",),
            "seat": ("Waist", "Hip_Pitch_Left", "Hip_Roll_Left"),
            "back": ("Trunk",),
            "head": ("H2",),
        },
        limits={},
        turned=frozenset(name for name in (*LEGS, *ARMS) if "Roll" in name or name.endswith("Yaw")),
        rest={"AAHead_yaw": 0.0, "Head_pitch": 0.0, **ARMS, "Waist": 0.0, **LEGS},
        remark="Upright, knees bent a little, soles flat and level, arms down, slightly out [rad].",
        motors=MOTORS,
        motors_from=MOTORS_FROM,
    )


def build() -> None:
    """Writes the folder."""
    root, meshes = read_source()
    hulls = building.build_hulls(meshes, bounds, SOLES)
    building.write_hulls(FOLDER, hulls)
    urdf = building.bare(root, "t1", {link: [link] for link in hulls})
    building.write_urdf(urdf, FOLDER / "t1.urdf", "build_t1.py", TITLE, REMARKS)
    (FOLDER / "robot.toml").write_text(sheet(meshes, hulls).text(), encoding="utf-8")
    (FOLDER / "NOTICE").write_text(NOTICE, encoding="utf-8")


def check(fetch: bool) -> list[str]:
    """Compares the folder with the package; returns what is wrong."""
    root, meshes = read_source(fetch)
    hulls = building.read_hulls(FOLDER)
    wrong = building.compare("t1", meshes, hulls, bounds)
    wrong += building.without_hull("t1", root, meshes, hulls)
    return wrong + check_model(FOLDER, MASS)


if __name__ == "__main__":
    sys.exit(building.run(build, check))
