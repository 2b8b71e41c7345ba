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
    """What it is called."""
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

        Examples:
            >>> kinemesh.motion.SKELETONS["lafan22"].index("Hips")
            0
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

        Examples:
            >>> dict(kinemesh.motion.SKELETONS["lafan22"].weights("pelvis"))
            {'Hips': 0.35, 'Spine1': 0.65}
        """
        if text("landmark", landmark) not in self.landmarks:
            raise ClipError(
                f"skeleton {self.name!r} has no landmark {landmark!r}; "
                f"it has {', '.join(self.landmarks)}"
            )
        joints = self.landmarks[landmark]
        return {joints: 1.0} if isinstance(joints, str) else joints

    def place(self, positions: NDArray[np.float64], landmark: str) -> NDArray[np.float64]:
        """Place ``(..., 3)`` of ``landmark`` from joint ``positions`` ``(..., J, 3)``.

        Examples:
            >>> clip = kinemesh.demos.walk()
            >>> clip.skeleton.place(clip.positions[0], "left_hand").shape
            (3,)
        """
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
