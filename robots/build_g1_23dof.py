"""Builds the folder ``robots/g1_23dof``: Unitree's G1 without waist roll and pitch, and wrists.

    python robots/build_g1_23dof.py            # writes the folder, then checks it
    python robots/build_g1_23dof.py --check    # checks the folder as it is, 1 on failure

Legs, arms and their hulls are those of ``robots/g1``, which has to be there; torso and hands come
from the meshes in holosoma-retargeting, taken as installed, else fetched. A rerun writes the same
bytes.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import build_g1
import building
import numpy as np
from checking import check_model
from describe import Sheet
from g1_text import LANDMARKS, MOTORS, MOTORS_FROM, NOTES, PADS, REST
from hulls import enclose, read_stl
from licences import UNITREE_BSD
from packages import package

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "g1_23dof"
TITLE = "Unitree G1, 23 dof, hardware family rev 1.0"
MASS = 32.107
HANDS = {side: f"{side}_wrist_roll_rubber_hand" for side in ("left", "right")}
GONE = (
    "waist_yaw_link",
    "waist_roll_link",
    *(f"{s}_{n}" for s in HANDS for n in ("wrist_roll_link", "wrist_pitch_link")),
    *(f"{s}_{n}" for s in HANDS for n in ("wrist_yaw_link", "rubber_hand")),
)
"""Links of the 29-dof robot that this one lacks, with the joints that end in them."""

ANKLES = replace(MOTORS["5020_pair"], joints=("*_ankle_*_joint",))
"""The pairs of motors that are left."""

REMARKS = (
    "Figures that differ from the 29-dof rev 1.0 (source: Unitree's g1_23dof_rev_1_0.urdf): the",
    "torso turns on the pelvis by waist_yaw alone, hands on the elbow by wrist_roll alone; each",
    "hand is one body with its own mass and inertia; links of waist and wrist are not there.",
)

NOTICE = f"""\
Unitree G1 description (23 dof): kinematics, inertias, limits and the shapes that the hulls enclose
===================================================================================================

Source:    https://github.com/unitreerobotics/unitree_ros, robots/g1_description (BSD-3-Clause):
           legs, arms and head as packaged in example-robot-data (BSD-3-Clause as a whole; its
           g1_description names the source and licence above), figures of waist and hands from
           g1_23dof_rev_1_0.urdf, meshes of torso and hands as packaged in holosoma-retargeting
           0.1.0, whose metadata states Apache-2.0 and which holds no licence file and names no
           origin of these meshes. That they are unitree_ros' was taken from their names; the
           files were not compared.
Modified:  visuals removed, collision meshes replaced by small convex hulls that enclose the
           original visual meshes; landmarks, soles, palms, limits and rest posture added in
           robot.toml.

{UNITREE_BSD}"""

HAND = (
    "0.35692864",
    "0.10794656650 {y}0.00163511945 0.00202244863",
    "0.00019613494735 {o}0.00000419816908 -0.00003950860580 "
    "0.00200280358206 {y}0.00000249774203 0.00194181412808",
)
"""Mass [kg], centre of mass [m] and inertia xx xy xz yy yz zz [kg m^2] of a hand."""


def read_urdf() -> ET.Element:
    """The 23-dof tree, made of the 29-dof one."""
    root, _ = build_g1.read_source()
    for joint in list(root.findall("joint")):
        child, parent = (joint.find(tag).attrib["link"] for tag in ("child", "parent"))
        if child not in GONE and parent not in GONE:
            continue
        name = joint.attrib["name"]
        if name == "waist_yaw_joint":
            joint.find("origin").attrib["xyz"] = "-0.0039635 0 0.044"
            joint.find("child").attrib["link"] = "torso_link"
        elif name.endswith("wrist_roll_joint"):
            joint.find("child").attrib["link"] = HANDS[name.split("_")[0]]
        else:
            root.remove(joint)
    for link in list(root.findall("link")):
        if link.attrib["name"] in GONE:
            if link.attrib["name"].endswith("_rubber_hand"):
                side = link.attrib["name"].split("_")[0]
                link.attrib["name"] = HANDS[side]
                signs = {"y": "", "o": "-"} if side == "left" else {"y": "-", "o": ""}
                build_g1.set_inertial(link, *(text.format(**signs) for text in HAND))
            else:
                root.remove(link)
    return root


def read_meshes(fetch: bool) -> building.Meshes:
    """Vertices of the meshes of torso and hands by link [m], in the links' frames."""
    folder = package("holosoma_retargeting", "holosoma-retargeting==0.1.0", fetch)
    folder = folder / "models" / "g1" / "meshes"
    torso = read_stl(folder / "torso_link_23dof_rev_1_0.STL") + np.array([0.0039635, 0.0, -0.044])
    return {
        "torso_link": torso,
        **{link: read_stl(folder / f"{link}.STL") for link in HANDS.values()},
    }


def bounds(link: str) -> tuple[int, float]:
    """Largest number of vertices and largest distance outside the mesh [m] for a link's hull."""
    return (128, 3e-3) if "hand" in link else (64, 5e-3)


def sheet(hulls: building.Meshes) -> Sheet:
    """What ``robot.toml`` says."""
    point, normal = building.palm(hulls[HANDS["left"]], (0.155, 0.225), 0.185)
    marks = {
        mark: (link, offset, NOTES.get(mark, "")) for mark, (link, offset) in LANDMARKS.items()
    }
    marks["left_wrist"] = (HANDS["left"], (0.084, 0.0, 0.0), "where the 29-dof G1 has wrist_yaw")
    marks["left_hand"] = (HANDS["left"], (0.1255, 0.003, 0.0), "as the 29-dof G1's")
    _, meshes = build_g1.read_source()
    low = building.sole_height(meshes, build_g1.SOLES)
    corners = [(-0.058, 0.018), (-0.058, -0.018), (0.137, 0.017), (0.137, -0.017)]
    rest = {
        f"left_{joint}_joint": angle
        for joint, (angle, _) in REST.items()
        if joint not in ("wrist_pitch", "wrist_yaw")
    }
    turned = {f"left_{joint}_joint" for joint, (_, sign) in REST.items() if sign < 0}
    names = [link for link, _, _ in marks.values() if link.startswith("left_")]
    names += [*rest, "left_ankle_roll_link"]
    legs = dict(list(rest.items())[:6])
    arms = dict(list(rest.items())[6:])
    return Sheet(
        name="g1_23dof",
        title=TITLE,
        script="build_g1_23dof.py",
        urdf="g1_23dof.urdf",
        height=(1.32, "standing height, used for scaling"),
        right={name: name.replace("left_", "right_") for name in names},
        landmarks=marks,
        sole=("left_ankle_roll_link", np.array([(*corner, low) for corner in corners])),
        hand=(HANDS["left"], point, normal),
        palms=(
            "Palms: a point on the hull's surface [m] and the outward normal, in the link's frame.",
            "Fingers curl towards the palm, so the hull spans from the wrist to the finger tips:",
            "its surface lies before the palm's skin.",
        ),
        pads={**PADS, "left_forearm": ("left_elbow_link",)},
        limits={
            "left_wrist_roll_joint": (
                -0.5,
                0.5,
                "no landmark turns with it; keeps the palm near the forearm's own facing",
            )
        },
        turned=frozenset(turned),
        rest={**legs, "waist_yaw_joint": 0.0, **arms},
        remark="Upright, knees bent a little, soles flat and level, arms down, slightly out [rad].",
        motors={**{k: v for k, v in MOTORS.items() if k != "4010"}, "5020_pair": ANKLES},
        motors_from=MOTORS_FROM,
    )


def build() -> None:
    """Writes the folder."""
    root, meshes = read_urdf(), read_meshes(True)
    links = {link.attrib["name"] for link in root.iter("link")}
    hulls = {k: v for k, v in building.read_hulls(HERE / "g1").items() if k in links}
    hulls["torso_link"] = enclose(meshes["torso_link"], *bounds("torso_link"))
    both = [meshes[HANDS["left"]], meshes[HANDS["right"]] * building.MIRROR]
    hulls[HANDS["left"]] = enclose(np.vstack(both), *bounds("hand"))
    hulls[HANDS["right"]] = hulls[HANDS["left"]] * building.MIRROR
    building.write_hulls(FOLDER, hulls)
    urdf = building.bare(root, "g1_23dof", {link: [link] for link in hulls})
    path = FOLDER / "g1_23dof.urdf"
    building.write_urdf(urdf, path, "build_g1_23dof.py", TITLE, REMARKS)
    (FOLDER / "robot.toml").write_text(sheet(hulls).text(), encoding="utf-8")
    (FOLDER / "NOTICE").write_text(NOTICE, encoding="utf-8")


def check(fetch: bool) -> list[str]:
    """Compares the folder with the package and with ``robots/g1``; returns what is wrong."""
    meshes, hulls = read_meshes(fetch), building.read_hulls(FOLDER)
    wrong = building.compare("g1_23dof", meshes, {k: hulls[k] for k in meshes}, bounds)
    twins = building.read_hulls(HERE / "g1")
    for link in set(hulls) - set(meshes):
        if not np.array_equal(hulls[link], twins[link]):
            wrong.append(f"g1_23dof: hull of {link} is not g1's")
    return wrong + check_model(FOLDER, MASS)


if __name__ == "__main__":
    sys.exit(building.run(build, check))
