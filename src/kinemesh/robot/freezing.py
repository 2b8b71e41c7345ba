"""Robots with joints locked: which joints a word means, and the model without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pinocchio as pin

from kinemesh.arguments import mapping, number
from kinemesh.errors import RobotError
from kinemesh.robot.description import Description
from kinemesh.robot.groups import groups

if TYPE_CHECKING:
    from kinemesh.robot.model import RobotModel

_APART = " (joint)"


def locked_angles(
    robot: RobotModel, what: Sequence[str], posture: Mapping[str, float] | None
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


def reduced(model: Any, locked: Mapping[str, float]) -> Any:
    """The model without the joints that are locked, each at its angle [rad]."""
    if not locked:
        return model
    q = pin.neutral(model)
    for name, angle in locked.items():
        q[model.joints[model.getJointId(name)].idx_q] = angle
    # Pinocchio looks joints up by name among all frames, and a link may bear the same name.
    links = {frame.name for frame in model.frames if int(frame.type) == int(pin.FrameType.BODY)}
    joints = [model.getJointId(name) for name in locked]
    for name in links & set(model.names):
        _rename(model, name, name + _APART)
    shorter = pin.buildReducedModel(model, joints, q)
    for name in list(shorter.names):
        if name.endswith(_APART):
            _rename(shorter, name, name.removesuffix(_APART))
    return shorter


def _rename(model: Any, old: str, new: str) -> None:
    """Give a joint and its frame another name."""
    model.names[model.getJointId(old)] = new
    for frame in model.frames:
        if frame.name == old and int(frame.type) == int(pin.FrameType.JOINT):
            frame.name = new


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
