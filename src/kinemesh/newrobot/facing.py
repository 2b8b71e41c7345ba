"""Which way a humanoid faces: by its knees and its soles, or as it is stated; never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array, readonly
from kinemesh.errors import RobotError
from kinemesh.newrobot.limbs import Limb
from kinemesh.newrobot.reading.source import Joint, Source
from kinemesh.newrobot.soles import Patch
from kinemesh.newrobot.symmetry import Symmetry

WAYS: Mapping[str, Array] = {
    "+x": readonly([1.0, 0.0, 0.0]),
    "-x": readonly([-1.0, 0.0, 0.0]),
    "+y": readonly([0.0, 1.0, 0.0]),
    "-y": readonly([0.0, -1.0, 0.0]),
}
"""What can be stated: axes of the robot's root at zero posture."""
_EITHER = 0.15
"""A knee whose range is off centre by less than this share of it bends either way."""
_BALANCED = 0.07
"""A sole whose middle is off the ankle by less than this share of its length says nothing."""


@dataclass(frozen=True, eq=False)
class Facing:
    """Which way is ahead, and what says so."""

    forward: Array
    """Unit vector ``(3,)`` in the root's frame."""
    why: str
    """What it rests on, in words."""
    stated: bool = False
    """Whether knees and soles do not tell it, and it was stated."""


def find_forward(
    source: Source,
    symmetry: Symmetry,
    legs: Sequence[Limb],
    patches: Sequence[Patch],
    stated: str | None = None,
) -> Facing:
    """The way that is ahead: knees bend so that the foot goes back, soles reach ahead of ankles.

    Args:
        source: the robot.
        symmetry: its left and right.
        legs: both legs, in any order.
        patches: the patches under their feet.
        stated: one of :data:`WAYS`, where it is known.

    Raises:
        RobotError: neither knees nor soles tell it, or they disagree, and it is not stated; a
            way that is stated and lies across the middle plane; knees of which one bends ahead.
    """
    ahead = np.cross(symmetry.across, [0.0, 0.0, 1.0])
    bends = [_knee_vote(source, leg, ahead) for leg in legs]
    if {1, -1} <= set(bends):
        first, second = (source.joint_of(leg.bend) for leg in legs)
        raise RobotError(
            f"{source.path.name}: its knees bend to opposite sides: {_turn(first)}, "
            f"{_turn(second)}; expected ranges that mirror each other: mend an axis or a range in "
            f"the file"
        )
    knees = _agreed(bends)
    feet = _agreed([_sole_vote(leg, p, ahead) for leg, p in zip(legs, patches, strict=True)])
    name, joint = source.path.name, source.joint_of(legs[0].bend)
    votes = {knees, feet} - {0}
    words = {0: "either way", 1: f"towards {_word(ahead)}", -1: f"towards {_word(-ahead)}"}
    heard = f"its knees point {words[knees]}, its soles {words[feet]}"
    if stated is not None:
        if stated not in WAYS:
            raise RobotError(f"forward = {stated!r}; expected one of {', '.join(WAYS)}")
        if abs(WAYS[stated] @ ahead) < 0.5:
            raise RobotError(
                f"{name}: forward = {stated!r} lies across its middle plane, whose left and right "
                f"mirror each other; expected {_word(ahead)} or {_word(-ahead)}"
            )
        sure = votes == {int(np.sign(WAYS[stated] @ ahead))}
        return Facing(WAYS[stated], f"stated; {heard}", stated=not sure)
    if len(votes) != 1:
        raise RobotError(
            f"{name}: which way it faces is unsure: {heard} (knee {joint.name!r} turns from "
            f"{joint.lower:.2f} to {joint.upper:.2f} rad); state which way is ahead at zero "
            f"posture, forward = {_word(ahead)} or {_word(-ahead)} of its root"
        )
    return Facing(votes.pop() * ahead + 0.0, heard)


def bend_sense(source: Source, leg: Limb, forward: Array) -> float:
    """1 where a knee bends with a growing angle, -1 where with a falling one."""
    joint = source.joint_of(leg.bend)
    sense = range_sense(joint.lower, joint.upper)
    return float(sense or -np.sign(_moved(source, leg, forward)) or 1.0)


def range_sense(lower: float, upper: float) -> int:
    """To which side a range reaches farther: 1 or -1; 0 where about equally far to both."""
    if not (np.isfinite(lower) or np.isfinite(upper)):
        return 0
    if np.isfinite(lower) and np.isfinite(upper) and abs(lower + upper) < _EITHER * (upper - lower):
        return 0
    return 1 if upper > -lower else -1


def _moved(source: Source, leg: Limb, ahead: Array) -> float:
    """How far ahead the ankle goes per angle of the knee [m/rad]."""
    axis = source.frames()[0][leg.bend] @ source.joint_of(leg.bend).axis
    return float(np.cross(axis, leg.end - leg.middle) @ ahead)


def _turn(joint: Joint) -> str:
    axis = " ".join(f"{x:.3g}" for x in joint.axis)
    return f"{joint.name!r} turns from {joint.lower:.2f} to {joint.upper:.2f} rad about {axis}"


def _knee_vote(source: Source, leg: Limb, ahead: Array) -> int:
    joint, moved = source.joint_of(leg.bend), _moved(source, leg, ahead)
    if abs(moved) < 0.3 * np.linalg.norm(leg.end - leg.middle):
        raise RobotError(
            f"{source.path.name}: its knee {joint.name!r} does not swing the shank along the "
            f"middle plane; expected a humanoid that faces along x or y at zero posture"
        )
    return int(-np.sign(moved) * range_sense(joint.lower, joint.upper))


def _sole_vote(leg: Limb, patch: Patch, ahead: Array) -> int:
    along = patch.outline @ ahead
    return reach_sense(float(along.min()), float(along.max()), float(leg.end @ ahead))


def reach_sense(heel: float, toe: float, ankle: float) -> int:
    """To which side of the ankle a sole reaches farther: 1 or -1; 0 where about equally far."""
    off = (heel + toe) / 2.0 - ankle
    return 0 if abs(off) < _BALANCED * (toe - heel) else int(np.sign(off))


def _agreed(votes: Sequence[int]) -> int:
    return votes[0] if len(set(votes)) == 1 else 0


def _word(way: Array) -> str:
    return next(word for word, axis in WAYS.items() if axis @ way > 0.5)
