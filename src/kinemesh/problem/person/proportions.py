"""A person in the robot's proportions: the lengths are the robot's, the directions the person's.

Scaled as a whole a person's legs are too long or too short for the robot's: it crouches, leans,
and turns its toes in, and no mesh built of that shape lets it stand as the person does.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.stance import Footing
from kinemesh.motion import LANDMARKS
from kinemesh.problem.person.limbs import directions, unit

SIDES = ("left", "right")
LIMBS = (("hip", "knee", "ankle"), ("shoulder", "elbow", "hand"))
"""Root, middle and end of the limbs, legs and arms."""

_MARKS = {name: k for k, name in enumerate(LANDMARKS)}
_UP = np.array([0.0, 0.0, 1.0])
_STEEP = -1.0
"""No foot that stands flat is steeper than this [rad]."""


@dataclass(frozen=True, eq=False)
class Body:
    """Landmarks by name: places ``(T, 3)`` [m] of a person or a robot."""

    places: Array
    """``(T, K, 3)``, which :meth:`put` writes into."""

    def at(self, name: str) -> Array:
        """The places ``(T, 3)`` of one landmark, as they are now."""
        return np.array(self.places[:, _MARKS[name]])

    def put(self, name: str, places: Array) -> None:
        """Have a landmark elsewhere."""
        self.places[:, _MARKS[name]] = places

    def middle(self, part: str) -> Array:
        """Between the left and the right of a part ``(T, 3)``."""
        return np.asarray((self.at(f"left_{part}") + self.at(f"right_{part}")) / 2.0)

    def across(self, part: str) -> Array:
        """From the right of a part to its left ``(T, 3)``."""
        return self.at(f"left_{part}") - self.at(f"right_{part}")

    def length(self, start: str, end: str) -> float:
        """Median distance of two landmarks [m]."""
        lengths = np.linalg.norm(self.at(end) - self.at(start), axis=1)
        return float(lengths[0] if len(lengths) == 1 else np.median(lengths))

    def leg(self) -> float:
        """Thigh and shank together, the mean of both sides [m]."""
        bones = (("hip", "knee"), ("knee", "ankle"))
        return sum(self.length(f"{s}_{a}", f"{s}_{b}") for s in SIDES for a, b in bones) / 2.0

    def axes(self) -> Array:
        """Forward, left and up of the pelvis ``(T, 3, 3)``, as columns: up is along the trunk."""
        trunk = self.middle("shoulder") - self.middle("hip")
        left = directions(self.across("hip"), np.broadcast_to([0.0, 1.0, 0.0], trunk.shape))
        up = directions(trunk - left * np.sum(trunk * left, axis=1, keepdims=True), _UP)
        return np.stack([np.cross(left, up), left, up], axis=-1)


def leg_ratio(person: Array, robot: Array) -> float:
    """How long the robot's legs are, the person's being 1.

    Args:
        person: landmarks ``(T, K, 3)`` [m].
        robot: landmarks ``(K, 3)`` [m] at rest.
    """
    return Body(robot[None]).leg() / Body(person).leg()


def flat_slopes(person: Array, footing: Mapping[str, Footing]) -> dict[str, float | None]:
    """How steep each of a person's feet is while it is flat [rad]; None where it is not known.

    Args:
        person: landmarks ``(T, K, 3)`` [m].
        footing: stance of both feet: says when a foot is flat.
    """
    human, slopes = Body(person), dict[str, float | None]()
    forward = human.axes()[..., 0]
    for side in SIDES:
        along = _along(human, side, forward)
        flat = footing[side].toe & footing[side].heel
        steep = np.arcsin(np.clip(along[:, 2], -1.0, 1.0))
        usual = float(np.median(steep[flat] if flat.any() else steep))
        # Of who never stands, and whose toes look up or hang, it is not known how a flat foot is.
        slopes[side] = usual if flat.any() or _STEEP < usual < 0.0 else None
    return slopes


def proportioned(
    person: Array, robot: Array, scale: float, slopes: Mapping[str, float | None]
) -> Array:
    """Landmarks ``(T, K, 3)`` [m] with the robot's lengths, the middle of the hips scaled.

    Feet are where legs of the robot's lengths have them: nothing is planted yet.

    Args:
        person: landmarks ``(T, K, 3)`` [m].
        robot: landmarks ``(K, 3)`` [m] at rest.
        scale: of the robot's world against the person's.
        slopes: how steep each of the person's feet is while it is flat, :func:`flat_slopes`.
    """
    human, rest = Body(person), Body(robot[None])
    body = Body(np.zeros_like(person))
    hips, axes = scale * human.middle("hip"), human.axes()
    offset = rest.axes()[0].T @ (rest.at("pelvis") - rest.middle("hip"))[0]
    body.put("pelvis", hips + axes @ offset)
    trunk = directions(human.middle("shoulder") - human.middle("hip"), axes[..., 2])
    length = float(np.linalg.norm((rest.middle("shoulder") - rest.middle("hip"))[0]))
    shoulders = hips + length * trunk
    for part, middle in (("hip", hips), ("shoulder", shoulders)):
        half = 0.5 * rest.length(f"left_{part}", f"right_{part}")
        aside = half * directions(human.across(part), axes[..., 1])
        body.put(f"left_{part}", middle + aside)
        body.put(f"right_{part}", middle - aside)
    down = -axes[..., 2]
    for side in SIDES:
        for bones in LIMBS:
            for a, b in itertools.pairwise(bones):
                start, end = f"{side}_{a}", f"{side}_{b}"
                along = directions(human.at(end) - human.at(start), down)
                body.put(end, body.at(start) + rest.length(start, end) * along)
        foot = _foot(human, rest, side, slopes[side], axes[..., 0])
        body.put(f"{side}_toe", body.at(f"{side}_ankle") + foot)
    return body.places


def _along(human: Body, side: str, forward: Array) -> Array:
    """Unit directions ``(T, 3)`` from ankle to toe."""
    return directions(human.at(f"{side}_toe") - human.at(f"{side}_ankle"), forward)


def _foot(human: Body, rest: Body, side: str, usual: float | None, forward: Array) -> Array:
    """From ankle to toe ``(T, 3)`` [m]: as steep as the robot's when the person's is flat.

    Ankles are higher over one foot than over another; a flat foot is to be flat, whatever.
    """
    ankle, toe = f"{side}_ankle", f"{side}_toe"
    along = _along(human, side, forward)
    robot = unit((rest.at(toe) - rest.at(ankle))[0])
    own = float(np.arcsin(np.clip(robot[2], -1.0, 1.0)))
    turn = 0.0 if usual is None else own - usual
    # About the axis that is level and across the foot; a foot that points straight down has none.
    across = np.cross(along, _UP)
    level = np.linalg.norm(across, axis=1, keepdims=True)
    across = across / np.maximum(level, 1e-9)
    turn = turn * np.minimum(level / 0.2, 1.0)
    turned = along * np.cos(turn) + np.cross(across, along) * np.sin(turn)
    return np.asarray(rest.length(ankle, toe) * turned)
