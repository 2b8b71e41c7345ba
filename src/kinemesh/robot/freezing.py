"""Robots with joints locked: which joints a word means, and where each is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import mapping, number
from kinemesh.errors import RobotError
from kinemesh.motion.skeleton import LANDMARKS
from kinemesh.robot.description import Description
from kinemesh.robot.kinematic_model import KinematicModel


def locked_angles(
    robot: KinematicModel, what: Sequence[str], posture: Mapping[str, float] | None
) -> dict[str, float]:
    """Joints that ``what`` names, one by one or as a group, and the angle [rad] of each.

    Args:
        robot: the robot whose joints they are.
        what: see :meth:`RobotModel.frozen`.
        posture: angle [rad] at which a joint is locked; rest where not named.

    Raises:
        RobotError: see :meth:`RobotModel.frozen`.
    """
    posture = mapping("posture", {} if posture is None else posture, "joints to angles [rad]")
    known = groups(robot)
    names: list[str] = []
    for word in what:
        if known.get(word) or word == "base":
            names += known.get(word, ())
        elif word in robot.joint_names:
            names.append(word)
        else:
            there = ", ".join(k for k, v in known.items() if v)
            raise RobotError(
                f"robot {robot.name!r} has nothing called {word!r} to freeze; expected base, "
                f"{there}, or one of its joints {', '.join(robot.joint_names)}"
            )
    angles = {}
    for name in names:
        k = robot.joint_names.index(name)
        given = posture.get(name, robot.rest[7 + k])
        angle = number(f"posture[{name!r}]", given, "an angle [rad]", error=RobotError)
        if not robot.lower[k] - 1e-9 <= angle <= robot.upper[k] + 1e-9:
            raise RobotError(
                f"robot {robot.name!r}: {name} cannot be locked at {angle}; its limits are "
                f"{robot.lower[k]} to {robot.upper[k]} rad"
            )
        angles[name] = angle
    stray = set(posture) - set(angles)
    if stray:
        raise RobotError(
            f"a posture for joints that are not locked: {', '.join(sorted(map(str, stray)))}"
        )
    if len(angles) == len(robot.joint_names):
        raise RobotError(f"robot {robot.name!r}: no joint is left to move")
    return angles


def without(description: Description, locked: Mapping[str, float]) -> Description:
    """A description that says nothing of the locked joints but where they are."""
    if not locked:
        return description
    return replace(
        description,
        limits={k: v for k, v in description.limits.items() if k not in locked},
        rest={k: v for k, v in description.rest.items() if k not in locked},
        posture={k: v for k, v in description.posture.items() if k not in locked},
    )


def groups(robot: KinematicModel) -> dict[str, tuple[str, ...]]:
    """Joints by group, each in the order of ``robot.joint_names``.

    Legs carry a toe and arms a hand, but not both of either side; the waist is what is between
    hips and shoulders, wherever the base is; the head is what is left.
    """
    legs, arms = _carry(robot, "toe"), _carry(robot, "hand")
    hips, shoulders = legs[0] & legs[1], arms[0] & arms[1]
    waist = hips ^ shoulders
    found = {
        "legs": (legs[0] | legs[1]) & ~waist,
        "arms": (arms[0] | arms[1]) & ~waist,
        "waist": waist,
    }
    found["legs"] &= ~found["arms"]
    found["head"] = ~(found["legs"] | found["arms"] | waist)
    return {
        group: tuple(name for name, held in zip(robot.joint_names, flags, strict=True) if held)
        for group, flags in found.items()
    }


def _carry(robot: KinematicModel, mark: str) -> NDArray[np.bool_]:
    """Which joints ``(2, n)`` carry the left and the right of a landmark."""
    joints = [robot.landmark_joints[LANDMARKS.index(f"{s}_{mark}")] for s in ("left", "right")]
    return np.asarray(robot.support[joints][:, 6:] > 0.0)
