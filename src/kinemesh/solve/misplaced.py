"""Hands that could not be where the person's are, told with what keeps them from it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, runs
from kinemesh.motion import LANDMARKS
from kinemesh.problem import Plan
from kinemesh.problem.hands import Led
from kinemesh.robot import RobotModel

_FAR = 0.02
"""A hand that is further from its place than this [m], on the mean over a touch, is told of."""
_STRAIGHT = 0.98
"""An arm is straight at this share of its length."""
_AT_END = 0.02
"""A joint is at its limit from so near on [rad]."""
_OFTEN = 0.5
"""What is so in this share of the frames of a touch is what keeps the hand away."""
_OFF = 0.06
"""A person's palm this far from the surface [m] touches it in name only."""


def misplaced(plan: Plan, qs: Array) -> tuple[str, ...]:
    """A line for every touch that is held elsewhere than the person held it.

    Args:
        plan: what was asked.
        qs: the solutions ``(T, nq)``.
    """
    marks = np.zeros((len(qs), len(LANDMARKS), 3))
    touching = np.zeros(len(qs), dtype=bool)
    for led in plan.led_hands:
        touching |= led.touching
    for k in np.flatnonzero(touching):
        marks[k] = plan.robot.configuration(qs[k]).landmarks()
    return tuple(line for led in plan.led_hands for line in _lines(plan.robot, led, qs, marks))


def _lines(robot: RobotModel, led: Led, qs: Array, marks: Array) -> Iterator[str]:
    mark = LANDMARKS.index(f"{led.hand.name}_hand")
    for first, last in runs(led.touching):
        there = slice(first, last + 1)
        wrists = marks[there, mark]
        off = float(np.linalg.norm(wrists - led.grip.wrists[there], axis=1).mean())
        if off <= _FAR:
            continue
        frames = f"frame {first}" if first == last else f"frames {first}-{last}"
        yield (
            f"the {led.hand.name} hand is on {led.thing} {1e3 * off:.0f} mm from where the "
            f"person's is, in the mean of {frames}: "
            f"{_reason(robot, led, qs[there], marks[there], there)}"
        )


def _reason(robot: RobotModel, led: Led, qs: Array, marks: Array, there: slice) -> str:
    names = (f"{led.hand.name}_{part}" for part in ("shoulder", "elbow", "hand"))
    shoulder, elbow, hand = (marks[:, LANDMARKS.index(name)] for name in names)
    arm = np.linalg.norm(elbow - shoulder, axis=1) + np.linalg.norm(hand - elbow, axis=1)
    straight = np.linalg.norm(hand - shoulder, axis=1) > _STRAIGHT * arm
    if straight.mean() > _OFTEN:
        return "the arm is straight"
    ended = _at_limits(robot, led, qs[:, 7:])
    if ended:
        return f"{', '.join(ended)} at the limit"
    away = np.linalg.norm(led.grip.palms - led.grip.places, axis=1)[there]
    if float(np.median(away)) > _OFF:
        return f"that one is {1e3 * float(np.median(away)):.0f} mm off what it holds"
    return "the rest of the body cannot follow so far"


def _at_limits(robot: RobotModel, led: Led, joints: Array) -> list[str]:
    """The joints of the arm that are at an end of their range in most of the frames."""
    near: NDArray[np.bool_] = (joints < robot.lower + _AT_END) | (joints > robot.upper - _AT_END)
    carries = {int(k) for k in robot.pin_model.supports[led.hand.joint]}
    trunk = next(part.joint for part in robot.parts if part.name == "torso")
    above = {int(k) for k in robot.pin_model.supports[trunk]}
    often = near.mean(axis=0) > _OFTEN
    names = robot.pin_model.names
    arm = {names[k] for k in carries - above}
    return [
        name for name, held in zip(robot.joint_names, often, strict=True) if held and name in arm
    ]
