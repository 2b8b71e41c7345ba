"""Where a person's limbs are in the whole of a clip: what no solid can be in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.detection.holds import SIDES
from kinemesh.motion.clip import Clip

STATURE = 1.75
"""Sizes are those of a person so tall [m]."""
RADII = {"foot": 0.01, "knee": 0.02, "thigh": 0.02, "hand": 0.0, "arm": 0.0, "trunk": 0.06}
"""Balls of such radii [m] are well inside of a limb, and of what flesh gives way to."""
TIP, HEEL = 0.08, 0.04
"""A foot reaches so far beyond its toe joint and its ankle [m]."""
_BALLS = 6
"""As many along each limb."""


@dataclass(frozen=True, eq=False)
class Swept:
    """Balls in the limbs of all frames."""

    points: Array
    """Their middles ``(N, 3)`` [m]."""
    radii: Array
    """``(N,)`` [m]."""
    frames: NDArray[np.int64]
    """``(N,)``."""
    limbs: NDArray[np.int64]
    """Whose they are ``(N,)``: numbers of :attr:`names`."""
    names: tuple[str, ...]
    """As a :class:`~kinemesh.detection.holds.Hold` names its part, the limb above it included;
    ``trunk``, ``left_thigh``, ``left_arm``, ..., too."""


def swept(clip: Clip) -> Swept:
    """All limbs of all frames of ``clip``."""
    size = clip.stature / STATURE
    at = clip.landmark
    limbs: list[tuple[str, Array, Array]] = []
    for side in SIDES:
        ankle, toe = at(f"{side}_ankle"), at(f"{side}_toe")
        way = toe[:, :2] - ankle[:, :2]
        way = way / np.maximum(np.linalg.norm(way, axis=1), 1e-6)[:, None]
        heel, tip = np.array(ankle), np.array(toe)
        heel[:, :2] -= HEEL * size * way
        tip[:, :2] += TIP * size * way
        hip, knee, elbow = (at(f"{side}_{part}") for part in ("hip", "knee", "elbow"))
        limbs += [
            (f"{side}_foot", heel, tip),
            (f"{side}_knee", knee, ankle),
            (f"{side}_thigh", hip, knee),
            (f"{side}_hand", elbow, at(f"{side}_hand")),
            (f"{side}_arm", at(f"{side}_shoulder"), elbow),
        ]
    top = np.asarray((at("left_shoulder") + at("right_shoulder")) / 2.0)
    limbs.append(("trunk", at("pelvis"), top))
    shares = np.linspace(0.0, 1.0, _BALLS)[:, None, None]
    count = _BALLS * len(clip)
    radii = [RADII[name.rpartition("_")[2]] * size for name, _, _ in limbs]
    return Swept(
        np.concatenate([(a + shares * (b - a)).reshape(-1, 3) for _, a, b in limbs]),
        np.repeat(radii, count),
        np.tile(np.arange(len(clip)), _BALLS * len(limbs)),
        np.repeat(np.arange(len(limbs)), count),
        tuple(name for name, _, _ in limbs),
    )
