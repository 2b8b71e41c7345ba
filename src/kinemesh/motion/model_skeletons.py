"""The skeletons of body models and networks: SOMA, KIT's, Human3.6M's, MediaPipe's."""

from __future__ import annotations

from kinemesh.motion.joint_lists import both_sides
from kinemesh.motion.skeleton import Landmarks, Skeleton

_SOMA = {
    "hip": "LeftLeg",
    "knee": "LeftShin",
    "ankle": "LeftFoot",
    "toe": "LeftToeBase",
    "shoulder": "LeftArm",
    "elbow": "LeftForeArm",
    "hand": "LeftHand",
}
_SOMA_LEG_RATIO = 0.481
"""(Thigh + shank) / stature of SOMA's uniform person: 0.855 m of 1.777 m at rest."""
_PLAIN = {
    "hip": "L_Hip",
    "knee": "L_Knee",
    "ankle": "L_Ankle",
    "toe": "L_Toe",
    "shoulder": "L_Shoulder",
    "elbow": "L_Elbow",
    "hand": "L_Wrist",
}


def _soma(
    name: str, eyes: tuple[str, ...], hand: tuple[str, ...], toe: tuple[str, ...]
) -> Skeleton:
    """SOMA as Kimodo writes it: the trunk, arms, then legs, left first."""
    arm = ("Shoulder", "Arm", "ForeArm", "Hand", *(f"Hand{finger}" for finger in hand))
    leg = ("Leg", "Shin", "Foot", "ToeBase", *toe)
    joints = (
        *("Hips", "Spine1", "Spine2", "Chest", "Neck1", "Neck2", "Head", *eyes),
        *(f"{side}{part}" for side in ("Left", "Right") for part in arm),
        *(f"{side}{part}" for side in ("Left", "Right") for part in leg),
    )
    landmarks: Landmarks = {
        "pelvis": {"Hips": 0.1, "Spine1": 0.9},
        **both_sides(_SOMA, ("Left", "Right")),
    }
    return Skeleton(name, joints, landmarks, _SOMA_LEG_RATIO)


def kit21() -> Skeleton:
    """KIT's joints, of the Master Motor Map: trunk, right arm, left arm, right leg, left leg."""
    arm, leg = ("Shoulder", "Elbow", "Wrist"), ("Hip", "Knee", "Ankle", "Heel", "Toe")
    joints = (
        *("Root", "Belly", "Thorax", "Neck", "Head"),
        *(f"{side}_{part}" for side in "RL" for part in arm),
        *(f"{side}_{part}" for side in "RL" for part in leg),
    )
    landmarks: Landmarks = {
        "pelvis": {"Root": 0.1, "Belly": 0.9},
        **both_sides(_PLAIN, ("L_", "R_")),
    }
    return Skeleton("kit21", joints, landmarks)


def h36m17() -> Skeleton:
    """Human3.6M's 17 joints as lifting networks have them, and the toes that it lacks."""
    joints = (
        *("Pelvis", "R_Hip", "R_Knee", "R_Ankle", "L_Hip", "L_Knee", "L_Ankle"),
        *("Spine", "Thorax", "Nose", "Head"),
        *("L_Shoulder", "L_Elbow", "L_Wrist", "R_Shoulder", "R_Elbow", "R_Wrist"),
        *("L_Toe", "R_Toe"),
    )
    landmarks: Landmarks = {
        "pelvis": {"Pelvis": 0.4, "Spine": 0.6},
        **both_sides(_PLAIN, ("L_", "R_")),
    }
    return Skeleton("h36m17", joints, landmarks)


def mediapipe33() -> Skeleton:
    """MediaPipe's landmarks of a pose, in its order."""
    face = ("EyeInner", "Eye", "EyeOuter")
    pairs = (
        *("Ear", "Mouth", "Shoulder", "Elbow", "Wrist", "Pinky", "Index", "Thumb"),
        *("Hip", "Knee", "Ankle", "Heel", "Toe"),
    )
    joints = (
        "Nose",
        *(f"{side}_{part}" for side in "LR" for part in face),
        *(f"{side}_{part}" for part in pairs for side in "LR"),
    )
    waist = {"L_Hip": 0.37, "R_Hip": 0.37, "L_Shoulder": 0.13, "R_Shoulder": 0.13}
    return Skeleton("mediapipe33", joints, {"pelvis": waist, **both_sides(_PLAIN, ("L_", "R_"))})


def soma30() -> Skeleton:
    """The joints that Kimodo's network moves."""
    return _soma("soma30", ("Jaw", "LeftEye", "RightEye"), ("ThumbEnd", "MiddleEnd"), ())


def soma77() -> Skeleton:
    """All joints, as Kimodo exports them."""
    thumb = tuple(f"Thumb{k}" for k in ("1", "2", "3", "End"))
    others = tuple(
        f"{finger}{k}"
        for finger in ("Index", "Middle", "Ring", "Pinky")
        for k in ("1", "2", "3", "4", "End")
    )
    eyes = ("HeadEnd", "Jaw", "LeftEye", "RightEye")
    return _soma("soma77", eyes, (*thumb, *others), ("ToeEnd",))
