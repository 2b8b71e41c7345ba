"""Skeletons: which joint of a recording is which landmark.

N readers and M robots meet in one vocabulary, :data:`LANDMARKS`, so that a new format or a new
robot adds one table, never N x M.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import mapping, number, text, texts
from kinemesh.errors import ClipError

_SIDES = ("left", "right")

LANDMARKS: tuple[str, ...] = (
    "pelvis",
    *(f"{side}_{part}" for side in _SIDES for part in ("hip", "knee", "ankle", "toe")),
    *(f"{side}_{part}" for side in _SIDES for part in ("shoulder", "elbow", "hand")),
)
"""The named places that every human skeleton and every robot here has."""

BONES: tuple[tuple[str, str], ...] = (
    *(
        (f"{side}_{a}", f"{side}_{b}")
        for side in _SIDES
        for a, b in (
            ("hip", "knee"),
            ("knee", "ankle"),
            ("ankle", "toe"),
            ("shoulder", "elbow"),
            ("elbow", "hand"),
        )
    ),
    *(("pelvis", f"{side}_{part}") for side in _SIDES for part in ("hip", "shoulder")),
    ("left_hip", "right_hip"),
    ("left_shoulder", "right_shoulder"),
)
"""Pairs of landmarks to draw a stick figure with."""


Landmarks = Mapping[str, str | Mapping[str, float]]
"""Landmark name to joint name, or to weights of several joints that sum to one."""


@dataclass(frozen=True)
class Skeleton:
    """Joint names in the order of a clip's array, and the joint of every landmark.

    Raises:
        ClipError: a name stands twice, a landmark is missing, or it names no joint.
    """

    name: str
    joints: tuple[str, ...]
    """Joint names, in the order of the second axis of ``Clip.positions``."""
    landmarks: Landmarks = field(default_factory=dict)
    """The joint, or joints, of every name of :data:`LANDMARKS`."""
    leg_ratio: float = 0.491
    """(Thigh + shank length) / stature, between this skeleton's joint centres. The default is
    Drillis and Contini's (0.245 + 0.246; in Winter 2009, fig. 4.1)."""

    def __post_init__(self) -> None:
        text("name", self.name, "the skeleton's name, a text")
        joints = texts("joints", self.joints, "a tuple of joint names")
        object.__setattr__(self, "joints", joints)
        what = "a part of the stature, 0.2 to 0.8"
        number("leg_ratio", self.leg_ratio, what, low=0.2, high=0.8, error=ClipError)
        landmarks = {
            k: v if isinstance(v, str) else MappingProxyType(_shares(k, v))
            for k, v in mapping("landmarks", self.landmarks, "landmarks to joints").items()
        }
        object.__setattr__(self, "landmarks", MappingProxyType(landmarks))
        if len(set(self.joints)) != len(self.joints):
            twice = sorted({j for j in self.joints if self.joints.count(j) > 1})
            raise ClipError(f"skeleton {self.name!r} names these joints twice: {', '.join(twice)}")
        missing = [name for name in LANDMARKS if name not in self.landmarks]
        if missing:
            raise ClipError(
                f"skeleton {self.name!r} lacks the landmarks {', '.join(missing)}; "
                f"it has {', '.join(self.landmarks) or 'none'}: map each to a joint"
            )
        unknown = {
            k: joint
            for k in self.landmarks
            for joint in self.weights(k)
            if joint not in self.joints
        }
        if unknown:
            raise ClipError(
                f"skeleton {self.name!r} maps landmarks to joints that it does not have: "
                f"{unknown}; its joints are {', '.join(self.joints)}"
            )

    def __reduce__(self) -> tuple[type[Skeleton], tuple[object, ...]]:
        landmarks = {k: v if isinstance(v, str) else dict(v) for k, v in self.landmarks.items()}
        return Skeleton, (self.name, self.joints, landmarks, self.leg_ratio)

    def index(self, joint: str) -> int:
        """Position of ``joint`` in the array.

        Raises:
            ClipError: no such joint; the message lists those there are.
        """
        try:
            return self.joints.index(joint)
        except ValueError:
            raise ClipError(
                f"skeleton {self.name!r} has no joint {joint!r}; it has {', '.join(self.joints)}"
            ) from None

    def weights(self, landmark: str) -> Mapping[str, float]:
        """The joints that make up ``landmark``, with their weights.

        Raises:
            ClipError: no such landmark; the message lists those there are.
        """
        if text("landmark", landmark) not in self.landmarks:
            raise ClipError(
                f"skeleton {self.name!r} has no landmark {landmark!r}; "
                f"it has {', '.join(self.landmarks)}"
            )
        joints = self.landmarks[landmark]
        return {joints: 1.0} if isinstance(joints, str) else joints

    def place(self, positions: NDArray[np.float64], landmark: str) -> NDArray[np.float64]:
        """Place ``(..., 3)`` of ``landmark`` from joint ``positions`` ``(..., J, 3)``."""
        weights = self.weights(landmark)
        columns = [self.index(joint) for joint in weights]
        share = np.array(list(weights.values()))
        return np.asarray(np.einsum("...jk,j->...k", positions[..., columns, :], share))


def _shares(landmark: object, value: object) -> dict[str, float]:
    """The joints of a landmark and their weights."""
    name = f"landmarks[{landmark!r}]"
    shares = mapping(name, value, "a joint's name, or joints to weights that sum to 1")
    return {
        text(name, joint, "names of joints"): number(name, share, "weights", error=ClipError)
        for joint, share in shares.items()
    }


def _both(left: Mapping[str, str], swap: tuple[str, str]) -> dict[str, str]:
    """Landmarks of both sides from those of the left one."""
    result = {f"left_{part}": joint for part, joint in left.items()}
    old, new = swap
    result |= {f"right_{part}": joint.replace(old, new, 1) for part, joint in left.items()}
    return result


def _waist(share: float) -> dict[str, float]:
    """The place between Hips and Spine1 that lies about 0.13 m above the hip joints.

    Hips lies level with the hip joints; SMPL's Pelvis, and a robot's, lies at the waist.
    """
    return {"Hips": 1.0 - share, "Spine1": share}


def _fingers(prefix: str, names: str) -> list[str]:
    return [f"{prefix}{finger}{k}" for finger in names.split() for k in (1, 2, 3)]


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
    landmarks: Landmarks = {"pelvis": _waist(0.65), **_both(left, ("Left", "Right"))}
    return Skeleton("lafan22", joints, landmarks)


def _mocap53() -> Skeleton:
    names = "Thumb Index Middle Ring Pinky"
    arms = [
        joint
        for side in ("Left", "Right")
        for joint in (
            *(f"{side}{part}" for part in ("Shoulder", "Arm", "ForeArm", "Hand")),
            *_fingers(f"{side}Hand", names),
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
    landmarks: Landmarks = {"pelvis": _waist(0.4), **_both(_MOTIONBUILDER, ("Left", "Right"))}
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
    landmarks: Landmarks = {"pelvis": _waist(0.42), **_both(_MOTIONBUILDER, ("Left", "Right"))}
    return Skeleton("optitrack26", joints, landmarks)


_SMPL_BODY = tuple(
    "Pelvis L_Hip R_Hip Torso L_Knee R_Knee Spine L_Ankle R_Ankle Chest L_Toe R_Toe Neck "
    "L_Thorax R_Thorax Head L_Shoulder R_Shoulder L_Elbow R_Elbow L_Wrist R_Wrist".split()
)
"""The 22 joints that every body of the SMPL family begins with."""
_SMPL_HANDS = ("L_Hand", "R_Hand")
_SMPL_FINGERS = "Index Middle Pinky Ring Thumb"


def _smpl(name: str, joints: tuple[str, ...]) -> Skeleton:
    landmarks = {"pelvis": "Pelvis", **_both(_SMPL, ("L_", "R_"))}
    return Skeleton(name, joints, landmarks, _SMPL_LEG_RATIO)


def _smplx55() -> Skeleton:
    fingers = (*_fingers("L_", _SMPL_FINGERS), *_fingers("R_", _SMPL_FINGERS))
    return _smpl("smplx55", (*_SMPL_BODY, "Jaw", "L_Eye", "R_Eye", *fingers))


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
        *_fingers("L_", _SMPL_FINGERS),
        *"R_Thorax R_Shoulder R_Elbow R_Wrist".split(),
        *_fingers("R_", _SMPL_FINGERS),
    )
    return _smpl("smplh52", joints)


SKELETONS: Mapping[str, Skeleton] = MappingProxyType(
    {
        s.name: s
        for s in (
            *(_lafan22(), _mocap53(), _optitrack26(), _smplh52(), _smplx55(), _smpl45()),
            _smpl("smpl22", _SMPL_BODY),
            _smpl("smpl24", (*_SMPL_BODY, *_SMPL_HANDS)),
        )
    }
)
"""The skeletons that bare arrays of positions come in, by name."""
