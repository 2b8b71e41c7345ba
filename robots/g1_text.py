"""The words of ``build_g1.py``: the notice and ``robot.toml`` of both G1 families."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from describe import Motor, motors, pads

NOTICE = """\
Unitree G1 description (29 dof): kinematics, inertias, limits and the shapes that the hulls enclose
===================================================================================================

Source:    https://github.com/unitreerobotics/unitree_ros, robots/g1_description (BSD-3-Clause),
           as packaged in example-robot-data (https://github.com/gepetto/example-robot-data,
           BSD-3-Clause as a whole; its g1_description names the source and licence above).
Modified:  visuals removed, collision meshes replaced by small convex hulls that enclose the
           original visual meshes; landmarks, soles, palms, limits and rest posture added in
           robot.toml. In g1_base some figures are changed; its g1.urdf says which.

BSD 3-Clause License

Copyright (c) 2016-2022 HangZhou YuShu TECHNOLOGY CO.,LTD. ("Unitree Robotics")
All rights reserved.

Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:

* Redistributions of source code must retain the above copyright notice, this
  list of conditions and the following disclaimer.

* Redistributions in binary form must reproduce the above copyright notice,
  this list of conditions and the following disclaimer in the documentation
  and/or other materials provided with the distribution.

* Neither the name of the copyright holder nor the names of its
  contributors may be used to endorse or promote products derived from
  this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS"
AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""

HEADER = """\
# {title}.
# Made by robots/build_g1.py: change it there. Units: [m], [rad]; offsets are in the link's frame.

name = "{name}"
description = "{title}"
urdf = "g1.urdf"
height = 1.32  # [m] standing height, used for scaling
"""

LANDMARKS = {
    "pelvis": ("pelvis_contour_link", (0.0, 0.0, 0.0)),
    "chest": ("torso_link", (0.0, 0.0, 0.2)),
    "head": ("head_link", (0.0, 0.0, 0.42)),
    "left_hip": ("left_hip_pitch_link", (0.0, 0.0, 0.0)),
    "left_knee": ("left_knee_link", (0.0, 0.0, 0.0)),
    "left_ankle": ("left_ankle_pitch_link", (0.0, 0.0, 0.0)),
    "left_heel": ("left_ankle_roll_link", (-0.05, 0.0, -0.03)),
    "left_toe": ("left_ankle_roll_link", (0.14, 0.0, -0.03)),
    "left_shoulder": ("left_shoulder_roll_link", (0.0, 0.0, 0.0)),
    "left_elbow": ("left_elbow_link", (0.0, 0.0, 0.0)),
    "left_wrist": ("left_wrist_yaw_link", (0.0, 0.0, 0.0)),
    "left_hand": ("left_wrist_yaw_link", (0.0415, 0.003, 0.0)),
}
NOTES = {
    "chest": "sternum, between shoulders and waist",
    "head": "middle of the head, at ear height",
    "left_hand": "where the rubber hand is fixed",
}

LIMITS = """
# Narrower than the URDF's, by joint: lower and upper [rad]. Positions of landmarks say little
# about the waist's lean and nothing about the wrists' turn: without these the solver is free to
# bend them for a millimetre elsewhere. Elbows keep their full range.
[limits]
waist_roll_joint = { lower = -0.3, upper = 0.3, reason = "sideways lean beyond this upsets \
balance; hips can do it" }
waist_pitch_joint = { lower = -0.1, upper = 0.52, reason = "people hardly lean back at the \
waist" }
"""

PADS = {
    "left_knee": ("left_knee_link",),
    "left_shin": ("left_knee_link",),
    "left_elbow": ("left_elbow_link",),
    "left_forearm": ("left_elbow_link", "left_wrist_roll_link"),
    "seat": ("pelvis", "pelvis_contour_link", "left_hip_pitch_link", "left_hip_roll_link"),
    "back": ("torso_link",),
    "head": ("head_link",),
}

WRISTS = (
    ("roll", 0.5, "no landmark turns with it; keeps the palm near the forearm's own facing"),
    ("pitch", 0.4, "no orientation target; keeps the hand in line with the forearm"),
    ("yaw", 0.3, "no orientation target; keeps the hand in line with the forearm"),
)

REST = {
    "hip_pitch": (-0.15, 1),
    "hip_roll": (0.0, -1),
    "hip_yaw": (0.0, -1),
    "knee": (0.3, 1),
    "ankle_pitch": (-0.15, 1),
    "ankle_roll": (0.0, -1),
    "shoulder_pitch": (0.15, 1),
    "shoulder_roll": (0.2, -1),
    "shoulder_yaw": (0.0, -1),
    "elbow": (1.1, 1),
    "wrist_roll": (0.0, -1),
    "wrist_pitch": (0.0, 1),
    "wrist_yaw": (0.0, -1),
}
"""Rest angle of the left joint [rad] and the right joint's sign."""

COLLISION = """
[collision]
# Links whose hulls lie wholly inside those of their neighbours in every posture.
no_hull = ["waist_roll_link"]
# Self-collision: hulls within this many joints of each other, whose shells overlap by design, and
# hulls that overlap at rest are left out. None of the other pairs overlaps at rest.
neighbours = 3
"""

MOTORS = {
    "5020": Motor(("*_shoulder_*_joint", "*_elbow_joint", "*_wrist_roll_joint"), 0.003609725, 25.0),
    "5020_pair": Motor(
        ("*_ankle_*_joint", "waist_roll_joint", "waist_pitch_joint"), 2 * 0.003609725, 50.0
    ),
    "7520_14": Motor(("*_hip_pitch_joint", "*_hip_yaw_joint", "waist_yaw_joint"), 0.01017752, 88.0),
    "7520_22": Motor(("*_hip_roll_joint", "*_knee_joint"), 0.025101925, 139.0),
    "4010": Motor(("*_wrist_pitch_joint", "*_wrist_yaw_joint"), 0.00425, 5.0),
}
MOTORS_FROM = (
    "Motors as the trackers that are trained for this robot have them: BeyondMimic's",
    "whole_body_tracking (robots/g1.py), and after it mjlab (unitree_g1/g1_constants.py) and",
    "holosoma. Armatures are the rotors' inertias through two planetary stages, by Unitree's",
    "figures [kg m^2]; stiffness and damping follow from them by a natural frequency of 10 Hz and",
    "a damping ratio of 2. Ankles and the waist's roll and pitch are moved by two 5020 side by",
    "side, of 2 x 25 N m, where the URDF of rev 1.0 has 35.",
)

FORMATS = """
# What the files of others list of this robot, in their order, where it is not every link that a
# joint moves. `places` are bodies of the other's model that are fixed to a link of ours.
[formats.hdmi]
bodies = [
  "pelvis", "left_hip_pitch_link", "left_hip_roll_link", "left_hip_yaw_link", "left_knee_link",
  "left_ankle_pitch_link", "left_ankle_roll_link", "right_hip_pitch_link", "right_hip_roll_link",
  "right_hip_yaw_link", "right_knee_link", "right_ankle_pitch_link", "right_ankle_roll_link",
  "torso_link", "left_shoulder_pitch_link", "left_shoulder_roll_link", "left_shoulder_yaw_link",
  "left_elbow_link", "left_wrist_roll_link", "left_wrist_pitch_link", "left_wrist_yaw_link",
  "right_shoulder_pitch_link", "right_shoulder_roll_link", "right_shoulder_yaw_link",
  "right_elbow_link", "right_wrist_roll_link", "right_wrist_pitch_link", "right_wrist_yaw_link",
]

[formats.sonic]
bodies = [
  "pelvis", "left_hip_roll_link", "left_knee_link", "left_ankle_roll_link", "right_hip_roll_link",
  "right_knee_link", "right_ankle_roll_link", "torso_link", "left_shoulder_roll_link",
  "left_elbow_link", "left_wrist_yaw_link", "right_shoulder_roll_link", "right_elbow_link",
  "right_wrist_yaw_link",
]

[formats.protomotions]
bodies = [
  "pelvis", "head", "left_hip_pitch_link", "left_hip_roll_link", "left_hip_yaw_link",
  "left_knee_link", "left_ankle_pitch_link", "left_ankle_roll_link", "right_hip_pitch_link",
  "right_hip_roll_link", "right_hip_yaw_link", "right_knee_link", "right_ankle_pitch_link",
  "right_ankle_roll_link", "waist_yaw_link", "waist_roll_link", "torso_link",
  "left_shoulder_pitch_link", "left_shoulder_roll_link", "left_shoulder_yaw_link",
  "left_elbow_link", "left_wrist_roll_link", "left_wrist_pitch_link", "left_wrist_yaw_link",
  "left_rubber_hand", "right_shoulder_pitch_link", "right_shoulder_roll_link",
  "right_shoulder_yaw_link", "right_elbow_link", "right_wrist_roll_link", "right_wrist_pitch_link",
  "right_wrist_yaw_link", "right_rubber_hand",
]

[formats.protomotions.places]
head = { link = "pelvis", offset = [0.0, 0.0, 0.4] }
left_rubber_hand = { link = "left_wrist_yaw_link", offset = [0.12, 0.0, 0.0] }
right_rubber_hand = { link = "right_wrist_yaw_link", offset = [0.12, 0.0, 0.0] }

[formats.gmr]
bodies = [
  "pelvis", "left_hip_pitch_link", "left_hip_roll_link", "left_hip_yaw_link", "left_knee_link",
  "left_ankle_pitch_link", "left_ankle_roll_link", "left_toe_link", "pelvis_contour_link",
  "right_hip_pitch_link", "right_hip_roll_link", "right_hip_yaw_link", "right_knee_link",
  "right_ankle_pitch_link", "right_ankle_roll_link", "right_toe_link", "waist_yaw_link",
  "waist_roll_link", "torso_link", "head_link", "head_mocap", "imu_in_torso",
  "left_shoulder_pitch_link", "left_shoulder_roll_link", "left_shoulder_yaw_link",
  "left_elbow_link", "left_wrist_roll_link", "left_wrist_pitch_link", "left_wrist_yaw_link",
  "left_rubber_hand", "right_shoulder_pitch_link", "right_shoulder_roll_link",
  "right_shoulder_yaw_link", "right_elbow_link", "right_wrist_roll_link", "right_wrist_pitch_link",
  "right_wrist_yaw_link", "right_rubber_hand",
]

[formats.gmr.places]
left_toe_link = { link = "left_ankle_roll_link", offset = [0.1, 0.0, -0.035] }
right_toe_link = { link = "right_ankle_roll_link", offset = [0.1, 0.0, -0.035] }
pelvis_contour_link = { link = "pelvis", offset = [0.0, 0.0, 0.0] }
head_link = { link = "torso_link", offset = [0.0039635, 0.0, -0.044] }
head_mocap = { link = "torso_link", offset = [0.0, 0.0, 0.4] }
imu_in_torso = { link = "torso_link", offset = [-0.03959, -0.00224, 0.14792] }
left_rubber_hand = { link = "left_wrist_yaw_link", offset = [0.0415, 0.003, 0.0] }
right_rubber_hand = { link = "right_wrist_yaw_link", offset = [0.0415, -0.003, 0.0] }

[formats.isaaclab]
bodies = [
  "pelvis", "imu_in_pelvis", "left_hip_pitch_link", "pelvis_contour_link", "right_hip_pitch_link",
  "waist_yaw_link", "left_hip_roll_link", "right_hip_roll_link", "waist_roll_link",
  "left_hip_yaw_link", "right_hip_yaw_link", "torso_link", "left_knee_link", "right_knee_link",
  "d435_link", "head_link", "imu_in_torso", "left_shoulder_pitch_link", "logo_link", "mid360_link",
  "right_shoulder_pitch_link", "left_ankle_pitch_link", "right_ankle_pitch_link",
  "left_shoulder_roll_link", "right_shoulder_roll_link", "left_ankle_roll_link",
  "right_ankle_roll_link", "left_shoulder_yaw_link", "right_shoulder_yaw_link",
  "left_elbow_link", "right_elbow_link", "left_wrist_roll_link", "right_wrist_roll_link",
  "left_wrist_pitch_link", "right_wrist_pitch_link", "left_wrist_yaw_link", "right_wrist_yaw_link",
  "left_rubber_hand", "right_rubber_hand",
]

[formats.isaaclab.places]
imu_in_pelvis = { link = "pelvis", offset = [0.04525, 0.0, -0.08339] }
pelvis_contour_link = { link = "pelvis", offset = [0.0, 0.0, 0.0] }
d435_link = { link = "torso_link", offset = [0.0576235, 0.01753, 0.42987] }
head_link = { link = "torso_link", offset = [0.0039635, 0.0, -0.044] }
imu_in_torso = { link = "torso_link", offset = [-0.03959, -0.00224, 0.14792] }
logo_link = { link = "torso_link", offset = [0.0039635, 0.0, -0.044] }
mid360_link = { link = "torso_link", offset = [0.0002835, 0.00003, 0.41618] }
left_rubber_hand = { link = "left_wrist_yaw_link", offset = [0.0415, 0.003, 0.0] }
right_rubber_hand = { link = "right_wrist_yaw_link", offset = [0.0415, -0.003, 0.0] }
"""


def _vector(values: np.ndarray | tuple[float, ...]) -> str:
    """Writes numbers as a TOML array, to 1e-6 and without needless zeros."""
    return "[" + ", ".join(repr(round(float(x), 6) + 0.0) for x in values) + "]"


def _mirrored(values: tuple[float, ...] | np.ndarray) -> np.ndarray:
    """The mirror image in the plane y = 0."""
    return np.asarray(values) * np.array([1.0, -1.0, 1.0])


def robot_toml(
    name: str,
    title: str,
    sole: float,
    point: np.ndarray,
    normal: np.ndarray,
    raised: float,
    kinds: Mapping[str, Motor],
) -> str:
    """Writes ``robot.toml``.

    Args:
        name: The robot's name.
        title: The robot in one line.
        sole: Height of the flat sole in the ankle_roll frames [m].
        point: Left palm's contact point in the rubber hand's frame [m].
        normal: Left palm's outward normal in that frame.
        raised: Height of the torso frame above its place in rev 1.0 [m].
        kinds: Motors by name.

    Returns:
        The file's text.
    """
    rows = [HEADER.format(name=name, title=title), "[landmarks]"]
    for side in ("left", "right"):
        for landmark, (link, offset) in LANDMARKS.items():
            if side == "right" and not landmark.startswith("left"):
                continue
            place = _mirrored(offset) if side == "right" else np.array(offset)
            place = place - (0.0, 0.0, raised) if landmark == "chest" else place
            note = f"  # {NOTES[landmark]}" if landmark in NOTES else ""
            landmark, link = landmark.replace("left", side), link.replace("left", side)
            rows.append(f'{landmark} = {{ link = "{link}", offset = {_vector(place)} }}{note}')
    rows += ["", "# Corners of the flat part of the soles, on the true sole plane [m]."]
    corners = [(-0.058, 0.018), (-0.058, -0.018), (0.137, 0.017), (0.137, -0.017)]
    for side in ("left", "right"):
        rows += [f"[soles.{side}]", f'link = "{side}_ankle_roll_link"', "corners = ["]
        rows += [f"  {_vector((*corner, sole))}," for corner in corners] + ["]", ""]
    rows += [
        "# Palms: a point on the hull's surface [m] and the outward normal, in the link's frame.",
        "# Fingers curl towards the palm, so the hull spans from the heel of the hand to the",
        "# finger tips: its surface lies about 20 mm before the palm's skin, and leans.",
    ]
    for side, flip in (("left", 1.0), ("right", -1.0)):
        turn = np.array([1.0, flip, 1.0])
        rows += [f"[hands.{side}]", f'link = "{side}_rubber_hand"', f'hull = "{side}_rubber_hand"']
        rows += [f"point = {_vector(point * turn)}", f"normal = {_vector(normal * turn)}", ""]
    rows += pads(PADS)
    rows += [LIMITS.strip("\n")]
    for side in ("left", "right"):
        for axis, reach, reason in WRISTS:
            span = f"lower = {-reach}, upper = {reach}"
            rows.append(f'{side}_wrist_{axis}_joint = {{ {span}, reason = "{reason}" }}')
    rows += [
        "",
        "# Upright, knees bent a little, soles flat and level, arms down and slightly out [rad].",
        "# (An elbow at 0 points the forearm forward, at 1.57 straight down.)",
        "[rest]",
    ]
    legs, arms = list(REST)[:6], list(REST)[6:]
    for group in (legs, ["waist"], arms):
        for side in ("left", "right"):
            if group == ["waist"]:
                rows += [f"waist_{axis}_joint = 0.0" for axis in ("yaw", "roll", "pitch")]
                break
            for joint in group:
                angle, sign = REST[joint]
                rows.append(
                    f"{side}_{joint}_joint = {angle * (sign if side == 'right' else 1) + 0.0}"
                )
    told = "\n".join(["", *motors(kinds, MOTORS_FROM), ""])
    return "\n".join(rows) + "\n" + COLLISION + told + FORMATS
