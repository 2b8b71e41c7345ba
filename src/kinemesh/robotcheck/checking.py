"""The check of a robot: at rest, then at work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kinemesh import demos
from kinemesh.matching import evaluate
from kinemesh.metrics import Limits
from kinemesh.motion import Clip
from kinemesh.robot import RobotModel
from kinemesh.robotcheck.report import Check, CheckReport
from kinemesh.robotcheck.sided import sided_walk, sides_check
from kinemesh.robotcheck.standing import standing_checks
from kinemesh.solve.retargeter import Retargeter

MOTIONS: dict[str, Callable[[], Clip]] = {
    "squat": demos.squat,
    "arm_raise": demos.arm_raise,
    "step": lambda: replace(demos.walk().crop(25, 75), name="step"),
    "box_lift": lambda: replace(demos.lift_box().crop(25, 100), name="box_lift"),
}
"""What a robot is made to do, by name: two to three seconds each."""

_SHORTEST = 0.51
"""No person is shorter [m]."""
_BUILD = {
    **dict.fromkeys(("tracking.worst_landmark", "tracking.worst_half_second"), 50.0),
    **{"limbs.worst_mean": 45.0, "limbs.worst_p95": 90.0, "limbs.worst_half_second": 90.0},
    **dict.fromkeys(("posture.trunk", "posture.knee_flexion"), 45.0),
    **dict.fromkeys(("posture.lean_forward", "posture.lean_aside"), 30.0),
    "posture.toe_heading": 60.0,
}
"""Up to here [cm], [deg] a robot's own build may be why it is not like the person: its folder is
not wrong for that. It is told, and beyond that something faces another way."""

_LIMITS = Limits(place_mean=25.0)
"""Hands are built in more ways than arms are, and a palm's place is one of the guesses: it may be
twice as far from the person's as a shipped robot's."""

_LOOK = "compare landmarks, soles and palms with the picture of the check"
"""What to do about a motion that fails."""
_HANDS = (
    "; for where hands are on the box that is point and normal of [hands.left] and [hands.right] "
    "in robot.toml: if they are on the palms, its arms may not reach, and motions without a box "
    "are as good as the rows above say"
)
"""The same, where rows on hands are among what fails."""


def check_robot(robot: RobotModel, progress: Callable[[str], None] | None = None) -> CheckReport:
    """Look at a robot at rest, then make it move and measure that.

    Args:
        robot: the robot.
        progress: called with the name of a motion before it is retargeted.
    """
    checks = standing_checks(robot)
    retargeter = Retargeter(robot)
    if progress is not None:
        progress("sides")
    clip = sided_walk()
    checks.append(sides_check(retargeter.retarget(clip), robot, clip))
    for name, make in MOTIONS.items():
        if progress is not None:
            progress(name)
        checks.append(_moving(retargeter, name, _of_height(make(), robot.height)))
    return CheckReport(robot.name, tuple(checks))


def _of_height(clip: Clip, height: float) -> Clip:
    """The clip of a person of a robot's ``height`` [m], who holds what is of her size.

    On a robot props keep their size: what a person of 1.75 m lifts, none of 0.5 m can, and that
    is no fault of its folder. Without props a robot follows any person.
    """
    return clip.scaled(max(height, _SHORTEST) / clip.stature) if clip.scene.props else clip


def _moving(retargeter: Retargeter, name: str, clip: Clip) -> Check:
    robot = retargeter.robot
    result = retargeter.retarget(clip)
    score = evaluate(result, robot=robot, limits=_LIMITS)
    error = score.value("tracking.landmark_error")
    found = f"{len(result)} frames, landmarks {error:.1f} cm off in the mean"
    built = [m for m in score.failed if (m.value or 0.0) <= _BUILD.get(m.name, 0.0)]
    if built:
        rows = (f"{m.name} {m.value:.3g} over {m.limit:g} {m.unit}" for m in built)
        found += f"; not like the person: {', '.join(rows)}"
    passed = score.state != "unsure" and len(built) == len(score.failed)
    hands = any(m.name.startswith("contact.prop.") for m in score.failed)
    mend = "" if passed else f"{score.verdict}: {_LOOK}{_HANDS * hands}"
    return Check(name, passed, found, mend)
