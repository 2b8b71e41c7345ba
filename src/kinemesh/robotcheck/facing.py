"""Whether a robot's folder has front and back, left and right, as the robot's body has them."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion import LANDMARKS
from kinemesh.newrobot.facing import range_sense, reach_sense
from kinemesh.robot import Configuration, RobotModel
from kinemesh.robotcheck.report import Check

_SIDES = ("left", "right")
_PAIRED = ("hip", "knee", "ankle", "toe", "shoulder", "elbow", "hand")
_STEP = 1e-4


def facing_check(robot: RobotModel, rest: Configuration, places: dict[str, Array]) -> Check:
    """Landmarks, soles and palms on their sides, toes ahead; and the body agrees with them.

    Landmarks alone cannot tell a robot that was mapped back to front: its knees bend so that the
    foot goes back, and its soles reach farther ahead of the ankles than behind.
    """
    wrong = _misplaced(robot, rest, places)
    if wrong:
        mend = f"at rest {', '.join(wrong)}: correct the mapping or the base link"
        return Check("facing", False, "turned", mend)
    knees = _agreed([_knee(robot, side) for side in _SIDES])
    soles = _agreed([_sole(robot, rest, places, side) for side in _SIDES])
    words = {0: "either way", 1: "ahead", -1: "back"}
    heard = f"knees point {words[knees]}, soles reach {words[soles]}"
    votes = {knees, soles} - {0}
    if robot.description.facing_stated:
        return Check("facing", True, f"upright, faces x as stated; {heard}")
    if votes == {1} or (not votes and robot.fixed_base):
        return Check("facing", True, f"upright, faces x; {heard}")
    if votes == {-1}:
        mend = (
            "it was mapped back to front: turn the base link by half a turn and swap left and right"
        )
        return Check("facing", False, f"faces backwards: {heard}", mend)
    mend = (
        "make the folder anew and state which way its root faces (forward=), or state "
        'facing = "stated" in robot.toml'
    )
    return Check("facing", False, f"unsure which way it faces: {heard}", mend)


def _misplaced(robot: RobotModel, rest: Configuration, places: dict[str, Array]) -> list[str]:
    """What is not where it belongs at rest, in words."""
    wrong = [
        f"left_{part} is not to the left of right_{part}"
        for part in _PAIRED
        if places[f"left_{part}"][1] <= places[f"right_{part}"][1]
    ]
    across = places["left_shoulder"] - places["right_shoulder"]
    if across[1] <= 0.9 * np.linalg.norm(across):
        wrong.append("the shoulders are not along y")
    ahead = np.sum([places[f"{s}_toe"] - places[f"{s}_ankle"] for s in _SIDES], axis=0)
    if ahead[0] <= 0.9 * np.linalg.norm(ahead[:2]):
        wrong.append("toes do not point along +x")
    above = places["left_shoulder"] - places["left_hip"]
    if above[2] <= 0.7 * np.linalg.norm(above):
        wrong.append("shoulders are not above the hips")
    ends = [(f"soles.{s.name}", "ankle", s.name, s.joint, s.corners) for s in robot.soles]
    ends += [(f"hands.{h.name}", "hand", h.name, h.joint, h.point[None]) for h in robot.hands]
    for what, part, side, joint, points in ends:
        at = rest.positions(np.full(len(points), joint), points).mean(axis=0)
        other = {"left": "right", "right": "left"}.get(side)
        if other is None:
            continue
        near, far = (float(np.linalg.norm(at - places[f"{s}_{part}"])) for s in (side, other))
        if near >= far:
            wrong.append(f"{what} is at {other}_{part}")
    return wrong


def _sole(robot: RobotModel, rest: Configuration, places: dict[str, Array], side: str) -> int:
    """1 where the sole reaches farther ahead of the ankle, -1 where behind it, 0 where neither."""
    for sole in robot.soles:
        if sole.name == side:
            along = rest.positions(np.full(4, sole.joint), sole.corners)[:, 0]
            ankle = float(places[f"{side}_ankle"][0])
            return reach_sense(float(along.min()), float(along.max()), ankle)
    return 0


def _knee(robot: RobotModel, side: str) -> int:
    """1 where the knee bends so that the foot goes back, -1 where ahead, 0 where either way.

    The range is the URDF's: ``[limits]`` may say what was guessed.
    """
    hip, knee, ankle = (LANDMARKS.index(f"{side}_{part}") for part in ("hip", "knee", "ankle"))

    def bend(q: Array) -> tuple[float, float]:
        points = robot.configuration(q).landmarks()
        thigh, shank = points[knee] - points[hip], points[ankle] - points[knee]
        cosine = thigh @ shank / np.linalg.norm(thigh) / np.linalg.norm(shank)
        return float(np.arccos(np.clip(cosine, -1.0, 1.0))), float(points[ankle][0])

    start = np.array(robot.rest)
    legs = robot.support[robot.landmark_joints[ankle], 6:]
    best, found = 0.5, 0
    for k in np.flatnonzero(legs):
        ends = []
        for step in (-_STEP, _STEP):
            q = np.array(start)
            q[7 + k] += step
            ends.append(bend(q))
        slope = (ends[1][0] - ends[0][0]) / (2.0 * _STEP)
        if abs(slope) > best:
            best = abs(slope)
            straight = start[7 + k] - np.sign(slope) * bend(start)[0]
            lower = float(robot.pin_model.lowerPositionLimit[7 + k] - straight)
            upper = float(robot.pin_model.upperPositionLimit[7 + k] - straight)
            back = -np.sign(ends[1][1] - ends[0][1])
            found = int(back * range_sense(lower, upper))
    return found


def _agreed(votes: list[int]) -> int:
    return votes[0] if len(set(votes)) == 1 else 0
