"""The skeletons that bare arrays of positions come in: a table, one entry a format."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kinemesh.motion.joint_lists import both_sides, fingers
from kinemesh.motion.model_skeletons import h36m17, kit21, mediapipe33, soma30, soma77
from kinemesh.motion.skeleton import Landmarks, Skeleton


def _waist(share: float) -> dict[str, float]:
    """The place between Hips and Spine1 that lies about 0.13 m above the hip joints.

    Hips lies level with the hip joints; SMPL's Pelvis, and a robot's, lies at the waist.
    """
    return {"Hips": 1.0 - share, "Spine1": share}


_MOTIONBUILDER = {
    "hip": "LeftUpLeg",
    "knee": "LeftLeg",
    "ankle": "LeftFoot",
    "toe": "LeftToeBase",
    "shoulder": "LeftArm",
    "elbow": "LeftForeArm",
    "hand": "LeftHand",
}
_SMPL = {
    "hip": "L_Hip",
    "knee": "L_Knee",
    "ankle": "L_Ankle",
    "toe": "L_Toe",
    "shoulder": "L_Shoulder",
    "elbow": "L_Elbow",
    "hand": "L_Wrist",
}

# SMPL's hip joints lie lower than the anatomical centres of the default ratio.
_SMPL_LEG_RATIO = 0.447


def _lafan22() -> Skeleton:
    arm = ("Shoulder", "Arm", "ForeArm", "Hand")
    joints = (
        "Hips",
        *(
            f"{side}{part}"
            for side in ("Left", "Right")
            for part in ("UpLeg", "Leg", "Foot", "Toe")
        ),
        *("Spine", "Spine1", "Spine2", "Neck", "Head"),
        *(f"{side}{part}" for side in ("Left", "Right") for part in arm),
    )
    left = {**_MOTIONBUILDER, "toe": "LeftToe"}
    landmarks: Landmarks = {"pelvis": _waist(0.65), **both_sides(left, ("Left", "Right"))}
    return Skeleton("lafan22", joints, landmarks)


def _mocap53() -> Skeleton:
    names = "Thumb Index Middle Ring Pinky"
    arms = [
        joint
        for side in ("Left", "Right")
        for joint in (
            *(f"{side}{part}" for part in ("Shoulder", "Arm", "ForeArm", "Hand")),
            *fingers(f"{side}Hand", names),
        )
    ]
    legs = [
        f"{side}{part}"
        for side in ("Left", "Right")
        for part in ("UpLeg", "Leg", "Foot", "ToeBase")
    ]
    joints = (
        "Hips",
        "Spine",
        "Spine1",
        "Neck",
        "Head",
        *arms,
        *legs,
        "LeftFootMod",
        "RightFootMod",
    )
    landmarks: Landmarks = {"pelvis": _waist(0.4), **both_sides(_MOTIONBUILDER, ("Left", "Right"))}
    return Skeleton("mocap53", joints, landmarks, leg_ratio=0.464)


def _optitrack26() -> Skeleton:
    arm = ("Shoulder", "Arm", "ForeArm", "Hand")
    leg = ("UpLeg", "Leg", "Foot", "ToeBase")
    joints = (
        *("Hips", "Spine", "Spine1", "Neck", "Head", "HeadEnd"),
        *(f"Left{part}" for part in arm),
        "LHandEnd",
        *(f"Right{part}" for part in arm),
        "RHandEnd",
        *(f"Left{part}" for part in leg),
        "LToeEnd",
        *(f"Right{part}" for part in leg),
        "RToeEnd",
    )
    landmarks: Landmarks = {"pelvis": _waist(0.42), **both_sides(_MOTIONBUILDER, ("Left", "Right"))}
    return Skeleton("optitrack26", joints, landmarks)


_SMPL_BODY = tuple(
    "Pelvis L_Hip R_Hip Torso L_Knee R_Knee Spine L_Ankle R_Ankle Chest L_Toe R_Toe Neck "
    "L_Thorax R_Thorax Head L_Shoulder R_Shoulder L_Elbow R_Elbow L_Wrist R_Wrist".split()
)
"""The 22 joints that every body of the SMPL family begins with."""
_SMPL_HANDS = ("L_Hand", "R_Hand")
_SMPL_FINGERS = "Index Middle Pinky Ring Thumb"


def _smpl(name: str, joints: tuple[str, ...]) -> Skeleton:
    landmarks = {"pelvis": "Pelvis", **both_sides(_SMPL, ("L_", "R_"))}
    return Skeleton(name, joints, landmarks, _SMPL_LEG_RATIO)


def _smplx55() -> Skeleton:
    hands = (*fingers("L_", _SMPL_FINGERS), *fingers("R_", _SMPL_FINGERS))
    return _smpl("smplx55", (*_SMPL_BODY, "Jaw", "L_Eye", "R_Eye", *hands))


def _smpl45() -> Skeleton:
    """SMPL's joints and the places of its skin that the smplx package adds, in its order."""
    face = "Nose R_Eye L_Eye R_Ear L_Ear".split()
    feet = [f"{side}_{part}" for side in "LR" for part in ("BigToe", "SmallToe", "Heel")]
    tips = [f"{s}_{f}Tip" for s in "LR" for f in ("Thumb", "Index", "Middle", "Ring", "Pinky")]
    return _smpl("smpl45", (*_SMPL_BODY, *_SMPL_HANDS, *face, *feet, *tips))


def _smplh52() -> Skeleton:
    joints = (
        *"Pelvis L_Hip L_Knee L_Ankle L_Toe R_Hip R_Knee R_Ankle R_Toe".split(),
        *"Torso Spine Chest Neck Head L_Thorax L_Shoulder L_Elbow L_Wrist".split(),
        *fingers("L_", _SMPL_FINGERS),
        *"R_Thorax R_Shoulder R_Elbow R_Wrist".split(),
        *fingers("R_", _SMPL_FINGERS),
    )
    return _smpl("smplh52", joints)


def _smpl52() -> Skeleton:
    """SMPL-H's joints in its own order, as HumanML3D takes them out of AMASS."""
    return _smpl(
        "smpl52", (*_SMPL_BODY, *(f for s in "LR" for f in fingers(f"{s}_", _SMPL_FINGERS)))
    )


SKELETONS: Mapping[str, Skeleton] = MappingProxyType(
    {
        s.name: s
        for s in (
            *(_lafan22(), _mocap53(), _optitrack26(), _smplh52(), _smpl52()),
            *(_smplx55(), _smpl45()),
            *(soma30(), soma77(), kit21(), h36m17(), mediapipe33()),
            _smpl("smpl22", _SMPL_BODY),
            _smpl("smpl24", (*_SMPL_BODY, *_SMPL_HANDS)),
        )
    }
)
"""The skeletons that bare arrays of positions come in, by name."""
