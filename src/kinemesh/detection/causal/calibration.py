"""What is known of a person before the first frame is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinemesh.arguments import instance
from kinemesh.arrays import Array
from kinemesh.detection.facing import detect_facings
from kinemesh.detection.stance import RESTS, Footing, StanceRule, detect_footing, raised
from kinemesh.detection.support import Land
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.motion.skeleton import Skeleton

_STATURE, _ANKLE = 1.75, 0.09
"""Of a person of that stature [m] an ankle is usually so high [m] over a foot that stands."""
_LOW = 0.3
"""A foot rests as low as it is in this share of the frames in which it stands."""
_SIDES = ("left", "right")


@dataclass(frozen=True)
class FootCalibration:
    """How high a foot's joints are while it stands."""

    toe: float
    """Height of the toe over the surface [m]."""
    flat: float
    """Height of the ankle while the foot is flat [m]."""
    raised: float
    """How much higher than usual the toe joint rides [m]: thick shoes, other markers."""


@dataclass(frozen=True, eq=False)
class PartCalibration:
    """How a part of the person is turned against the joint that it follows."""

    part: str
    joint: str
    constant: Array
    """``(3, 3)``: what takes the joint's own axes to the part's."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """A person's stature, bones and feet, and how parts are turned, found in a short recording."""

    skeleton: Skeleton
    """Whose joints come."""
    height: float
    """Stature [m]."""
    landmarks: Array
    """Where the landmarks were ``(T, K, 3)`` [m]."""
    footing: Mapping[str, Footing]
    """When the feet stood then."""
    feet: Mapping[str, FootCalibration]
    """By side."""
    parts: tuple[PartCalibration, ...]
    """How torso, feet and hands are turned against their joints."""
    notes: tuple[str, ...] = ()
    """What was assumed, for it was not seen."""

    def __repr__(self) -> str:
        return f"Calibration({self.skeleton.name!r}, {self.height:.2f} m)"

    @classmethod
    def of(cls, clip: Clip, stance: StanceRule | None = None) -> Calibration:
        """What a recording shows of a person who stands at some time in it; half a second will do.

        Args:
            clip: the recording. Of its scene ground and terrain count.
            stance: when a foot counts as planted.

        Raises:
            TypeError: no clip.

        Examples:
            >>> kinemesh.Calibration.of(kinemesh.demos.walk().crop(0, 15)).height  # [m]
            1.75
        """
        instance("clip", clip, Clip, "a Clip, such as the first half second of one")
        footing = detect_footing(clip, stance)
        land, feet, notes = Land(clip.scene), dict[str, FootCalibration | None](), list[str]()
        for side in _SIDES:
            feet[side] = _foot(clip, side, footing[side], land)
        seen = [foot for foot in feet.values() if foot is not None]
        size = clip.stature / _STATURE
        usual = seen[0] if seen else FootCalibration(RESTS * size, _ANKLE * size, 0.0)
        for side, foot in feet.items():
            if foot is None:
                other = "the other one" if seen else "a usual one of that stature"
                notes.append(f"the {side} foot was not seen to stand: taken for {other}")
        facings = [one for one in detect_facings(clip, footing) if one.usable]
        return cls(
            clip.skeleton,
            clip.stature,
            np.stack([clip.landmark(mark) for mark in LANDMARKS], axis=1),
            footing,
            {side: foot or usual for side, foot in feet.items()},
            tuple(PartCalibration(one.part, one.joint, one.constant) for one in facings),
            tuple(notes),
        )


def _foot(clip: Clip, side: str, footing: Footing, land: Land) -> FootCalibration | None:
    """What a foot shows while it stands; None if it does not."""
    toe = clip.landmark(f"{side}_toe")
    height = toe[:, 2] - land.support(toe)[0]
    down = footing.toe & np.isfinite(height)
    if not down.any():
        return None
    return FootCalibration(
        float(np.quantile(height[down], _LOW)), footing.ankle_height, raised(toe, height, clip.fps)
    )
