"""Checks of a robot at rest: mapping, symmetry, soles, collisions, limits, reach."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos import SKELETON, squat
from kinemesh.motion import LANDMARKS
from kinemesh.robot import Configuration, RobotModel, centre_of_mass, overlaps_at_rest
from kinemesh.robotcheck.facing import facing_check
from kinemesh.robotcheck.report import Check

_SKEW = 0.01
"""Left and right differ by no more than this share of the height."""
_LEVEL = 0.001
"""Soles lie within this of one level [m]."""
_OVERLAP = 0.001
"""Hulls that overlap at rest by more than this [m] are wrong."""
_FASTEST = 200.0
"""A joint that is faster than this [rad/s] has no stated limit."""
_LENGTHS = (0.6, 1.6)
"""A limb's length, as a share of the scaled person's."""
_MOVED = 0.006
"""A landmark moves in a direction where it goes this share of the height per radian."""
_RANKS = {"knee": 2, "ankle": 2, "toe": 3, "elbow": 2, "hand": 3}
"""In so many directions the joints must move a landmark."""
_INSIDE = 1e-6


def standing_checks(robot: RobotModel) -> list[Check]:
    """Everything that can be said of the rest posture."""
    rest = robot.configuration(robot.rest)
    places = dict(zip(LANDMARKS, rest.landmarks(), strict=True))
    return [
        _mapping(robot),
        facing_check(robot, rest, places),
        _symmetry(robot, places),
        _soles(robot, rest),
        _balance(robot, rest),
        _collisions(robot),
        _limits(robot),
        _movable(robot),
        _lengths(robot, places),
    ]


def _mapping(robot: RobotModel) -> Check:
    lacking = [
        f"[{table}.{side}]"
        for table, given in (("soles", robot.soles), ("hands", robot.hands))
        for side in ("left", "right")
        if side not in [one.name for one in given]
    ]
    found = f"{len(LANDMARKS)} landmarks, {len(robot.soles)} soles, {len(robot.hands)} hands"
    return _check("mapping", not lacking, found, f"robot.toml lacks {', '.join(lacking)}: add them")


def _symmetry(robot: RobotModel, places: dict[str, Array]) -> Check:
    mirror = np.array([1.0, -1.0, 1.0])
    middle = np.array([0.0, places["left_hip"][1] + places["right_hip"][1], 0.0])
    skew = {
        part: float(
            np.linalg.norm(places[f"left_{part}"] * mirror + middle - places[f"right_{part}"])
        )
        for part in (name.removeprefix("left_") for name in LANDMARKS if name.startswith("left_"))
    }
    worst = max(skew, key=skew.__getitem__)
    good = skew[worst] <= _SKEW * robot.height
    found = f"left and right differ by at most {1e3 * skew[worst]:.1f} mm, at the {worst}"
    return _check(
        "symmetry",
        good,
        found,
        f"mend [rest] or landmarks.left_{worst} and landmarks.right_{worst}: at most "
        f"{1e3 * _SKEW * robot.height:.0f} mm",
    )


def _corners(robot: RobotModel, rest: Configuration) -> dict[str, Array]:
    return {sole.name: rest.positions(np.full(4, sole.joint), sole.corners) for sole in robot.soles}


def _soles(robot: RobotModel, rest: Configuration) -> Check:
    corners = _corners(robot, rest)
    uneven = {name: float(np.ptp(points[:, 2])) for name, points in corners.items()}
    heights = np.concatenate(list(corners.values()))[:, 2]
    spread = float(np.ptp(heights))
    worst = max(uneven, key=uneven.__getitem__)
    return _check(
        "soles",
        spread <= _LEVEL,
        f"level to {1e3 * spread:.2f} mm at rest",
        f"mend the leg's angles in [rest] or soles.{worst}.corners: at most {1e3 * _LEVEL:g} mm",
    )


def _balance(robot: RobotModel, rest: Configuration) -> Check:
    feet = np.concatenate(list(_corners(robot, rest).values()))
    low, high = feet.min(axis=0)[:2], feet.max(axis=0)[:2]
    centre = centre_of_mass(robot, robot.rest)[:2]
    good = bool(np.all((low < centre) & (centre < high)))
    at = (centre[0] - low[0]) / (high[0] - low[0])
    return _check(
        "balance",
        good,
        f"centre of mass at {100.0 * at:.0f} % from heel to toe",
        "lean the legs in [rest] so that the centre of mass is above the soles",
    )


def _collisions(robot: RobotModel) -> Check:
    deep = [(a, b, d) for a, b, d in overlaps_at_rest(robot) if d > _OVERLAP]
    words = ", ".join(f"{a} and {b} by {1e3 * d:.0f} mm" for a, b, d in deep)
    return _check(
        "collision",
        not deep,
        f"{len(robot.self_pairs)} pairs of hulls apart at rest",
        f"overlap at rest: {words}: move the arms out in [rest], or name a hull that lies in "
        f"another in collision.no_hull",
    )


def _limits(robot: RobotModel) -> Check:
    wrong = []
    for k, name in enumerate(robot.joint_names):
        low, high = robot.lower[k], robot.upper[k]
        # What robot.toml says: where the model rests was brought into the limits.
        at = robot.description.rest.get(name, robot.rest[7 + k])
        if np.isfinite(low) != np.isfinite(high):
            wrong.append(f"{name} has no range")
        elif not low - _INSIDE <= at <= high + _INSIDE:
            wrong.append(f"{name} rests at {at:.2f}, outside {low:.2f} to {high:.2f}")
        elif high - low < 0.01:
            wrong.append(f"{name} can hardly move")
        if not 0.0 < robot.velocity[k] <= _FASTEST:
            wrong.append(f"{name} has the speed limit {robot.velocity[k]:g} rad/s")
        if not robot.effort[k] > 0.0:
            wrong.append(f"{name} has the torque limit {robot.effort[k]:g} N m")
    found = f"{len(robot.joint_names)} joints, up to {robot.velocity.max():.3g} rad/s"
    return _check("limits", not wrong, found, f"{'; '.join(wrong)}: mend the URDF or [limits]")


def _movable(robot: RobotModel) -> Check:
    # A straight limb has lost a direction; what counts is what it can do near rest.
    q = np.array(robot.rest)
    q[7:] = np.clip(q[7:] + 0.1, robot.lower, robot.upper)
    near = robot.configuration(q)
    rows = near.jacobians(robot.landmark_joints, near.landmarks())[:, :, 6:]
    stuck = []
    for name, jacobian in zip(LANDMARKS, rows, strict=True):
        wanted = _RANKS.get(name.rpartition("_")[2], 0)
        rank = (
            int(np.linalg.matrix_rank(jacobian, tol=_MOVED * robot.height)) if jacobian.size else 0
        )
        if rank < wanted:
            stuck.append(f"{name} moves in {rank} directions of {wanted}")
    return _check(
        "reach",
        not stuck,
        "joints move every landmark",
        f"{'; '.join(stuck)}: it is on the wrong link, or its joints are fixed",
    )


def _lengths(robot: RobotModel, places: dict[str, Array]) -> Check:
    person = squat()
    scale = robot.height / person.stature
    body = {
        name: scale * person.positions[0, SKELETON.index(str(SKELETON.landmarks[name]))]
        for name in LANDMARKS
    }
    wrong, words = [], []
    for limb, parts in (("leg", ("hip", "knee", "ankle")), ("arm", ("shoulder", "elbow", "hand"))):
        lengths = [
            sum(
                float(np.linalg.norm(given[f"left_{a}"] - given[f"left_{b}"]))
                for a, b in pairwise(parts)
            )
            for given in (places, body)
        ]
        ratio = lengths[0] / lengths[1]
        words.append(f"{limb}s {100.0 * ratio:.0f} %")
        if not _LENGTHS[0] <= ratio <= _LENGTHS[1]:
            wrong.append(f"its {limb} is {lengths[0]:.2f} m, a person's so high {lengths[1]:.2f} m")
    return _check(
        "lengths",
        not wrong,
        f"{' and '.join(words)} of a person's so high",
        f"{'; '.join(wrong)}: mend height or the limb's [landmarks]",
    )


def _check(name: str, passed: bool, found: str, mend: str) -> Check:
    return Check(name, bool(passed), found, "" if passed else mend)
