"""The judge's rows of three answers: streamed, frame by frame, and with the whole clip known."""

from __future__ import annotations

from playing import frame, markdown, stream

import kinemesh
from kinemesh import RobotModel
from kinemesh.metrics import Score, Surfaces
from kinemesh.motion import Clip
from kinemesh.result import Result

ROWS = (
    *("penetration.ground.max", "penetration.terrain.max", "penetration.prop.max"),
    *(
        "penetration.self.max",
        "penetration.props.max",
        "limits.joint_excess",
        "limits.velocity_excess",
    ),
    *("stance.drift_max", "stance.slip_mean", "stance.height_p95"),
    *("contact.prop.gap_p95", "contact.prop.kept", "contact.prop.place_mean"),
    *("contact.prop.place_p95", "contact.prop.creep", "contact.terrain_hand.gap_p95"),
    *("contact.terrain_foot.gap_p95", "contact.body.gap_p95", "contact.body.kept"),
    *("contact.claimed.kept", "scene.place", "scene.rest"),
    *("limbs.mean", "limbs.worst_mean", "limbs.worst_p95"),
    *("tracking.landmark_error", "tracking.worst_landmark", "tracking.worst_half_second"),
    *("smoothness.root_jerk", "smoothness.joint_jerk", "dynamics.unsupported_share"),
)


def streamed(clip: Clip, robot: RobotModel) -> Result:
    """What a stream answers to all frames of a clip."""
    with stream(clip, robot, keep=3600.0) as following:
        for index in range(len(clip)):
            seen = frame(clip, index)
            following.push(seen.positions, seen.rotations, seen.props)
        return following.record()


def side_by_side(clip: Clip, robot: RobotModel) -> str:
    """One table of all three."""
    results = {
        "streamed": streamed(clip, robot),
        "frame by frame": kinemesh.retarget(clip, robot, refine=None),
        "whole clip": kinemesh.retarget(clip, robot),
    }
    surfaces = Surfaces()
    scores = {
        name: kinemesh.evaluate(result, robot=robot, surfaces=surfaces)
        for name, result in results.items()
    }
    rows = [["verdict", "", *(score.state for score in scores.values())]]
    given = [str(len(result.failures)) for result in results.values()]
    rows.append(["frames in which something gave way", "", *given])
    for row in ROWS:
        found = [_value(score, row) for score in scores.values()]
        if set(found) != {"-"}:
            rows.append([*_head(next(iter(scores.values())), row), *found])
    table = markdown([f"{len(clip)} frames", "limit", *scores], rows)
    why = [f"- {name}: {score.verdict}" for name, score in scores.items() if not score.passed]
    for name, result in results.items():
        if result.failures:
            found = ", ".join(f"{r.index} ({' '.join(r.relaxed)})" for r in result.failures[:12])
            why.append(f"- {name}, gave way: {found}{' ...' * (len(result.failures) > 12)}")
    return "\n".join([table, *why])


def _head(score: Score, row: str) -> tuple[str, str]:
    measure = score[row]
    sign = ">=" if measure.at_least else "<="
    limit = "" if measure.limit is None else f"{sign} {measure.limit:g}"
    return f"{row} [{measure.unit}]", limit


def _value(score: Score, row: str) -> str:
    for measure in score:
        if measure.name == row and measure.value is not None:
            return f"{measure.value:.3g}{'' if measure.passed else ' !'}"
    return "-"
