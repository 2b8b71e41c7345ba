"""Whether the robot does what the person does: landmarks, their relations, their range.

The person has the robot's proportions, as :mod:`kinemesh.metrics.person.proportions` gives them
to her: one who is scaled as a whole has other limbs, and is not what a robot ought to look like.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import Delaunay, QhullError

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.directions import leftward
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.measures import windows
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import LANDMARKS, Clip

_MOVES = 0.05
"""A landmark that moves less than this [m] about the pelvis says nothing about range."""


def tracking(
    posed: KinematicTrajectory,
    clip: Clip | None,
    person: Array | None,
    scale: float,
    limits: Limits,
) -> tuple[Measure, ...]:
    """Rows that compare with the person in the robot's proportions.

    ``landmark_error_scaled`` alone compares with the person scaled as a whole, as papers do.

    Args:
        posed: the robot.
        clip: what it answers.
        person: its landmarks ``(T, K, 3)`` [m], in the robot's proportions.
        scale: how much smaller the robot's world is.
        limits: where the verdict draws its lines.
    """
    if clip is None or person is None:
        why = "needs the clip"
        return (
            none("tracking.landmark_error", "cm", why, limits.landmark_error, owed=True),
            none("tracking.landmark_error_scaled", "cm", why),
            none("tracking.worst_landmark", "cm", why, limits.worst_landmark, owed=True),
            none("tracking.worst_half_second", "cm", why, limits.worst_landmark, owed=True),
            none("tracking.laplacian", "1", why),
            none("tracking.range_kept", "1", why, limits.range_kept, owed=True, at_least=True),
        )
    robot = posed.landmarks
    error = 1e2 * np.linalg.norm(person - robot, axis=-1)
    scaled = 1e2 * np.linalg.norm(scale * clip.landmarks() - robot, axis=-1)
    return (
        _mean("landmark_error", error, limits.landmark_error),
        _mean("landmark_error_scaled", scaled, None),
        *_worst(error, posed.fps, limits.worst_landmark),
        Measure("tracking.laplacian", laplacian_cost(person, robot), "1"),
        _range(person, robot, limits),
    )


def _mean(key: str, error: Array, limit: float | None) -> Measure:
    """The mean of errors ``(T, K)`` [cm] over frames and landmarks."""
    worst = int(np.argmax(error.mean(axis=0)))
    series = error.mean(axis=1)
    return Measure(
        f"tracking.{key}",
        float(error.mean()),
        "cm",
        limit,
        frames=runs(windows.over(series[:, None], limit)),
        note=f"most at {LANDMARKS[worst]}: {error[:, worst].mean():.3g} cm",
        series=series,
    )


def _worst(error: Array, fps: float, limit: float | None) -> list[Measure]:
    """Rows on the worst landmark of errors ``(T, K)`` [cm], which a mean would hide."""
    lasting = windows.sustained(error, fps)
    rows = []
    for key, figures, series in (
        ("worst_landmark", np.percentile(error, 95, axis=0), error),
        ("worst_half_second", lasting.max(axis=0), lasting),
    ):
        most = int(np.argmax(figures))
        rows.append(
            Measure(
                f"tracking.{key}",
                float(figures[most]),
                "cm",
                limit,
                frames=runs(windows.over(series, limit)),
                note=f"{LANDMARKS[most]}, most in frame {int(np.argmax(series[:, most]))}",
                series=series.max(axis=1),
                parts=dict(zip(LANDMARKS, figures.tolist(), strict=True)),
            )
        )
    return rows


def laplacian_cost(person: Array, robot: Array) -> float:
    r"""Mean over frames of :math:`\|L P_r - L P_h\|^2 / \|L P_h\|^2`, landmarks only.

    L is the uniform Laplacian of the Delaunay tetrahedra of the person's landmarks.
    """
    costs = []
    for human, machine in zip(person, robot, strict=True):
        laplacian = _laplacian(human)
        wanted = laplacian @ human
        costs.append(np.sum((laplacian @ machine - wanted) ** 2) / np.sum(wanted**2))
    return float(np.mean(costs))


def _laplacian(points: Array) -> Array:
    try:
        simplices = Delaunay(points).simplices
    except QhullError:  # all in a plane
        simplices = Delaunay(points, qhull_options="QJ Pp").simplices
    linked = np.zeros((len(points), len(points)))
    for i in range(4):
        for j in range(4):
            if i != j:
                linked[simplices[:, i], simplices[:, j]] = 1.0
    degree = np.maximum(linked.sum(axis=1, keepdims=True), 1.0)
    return np.asarray(np.eye(len(points)) - linked / degree)


def _range(person: Array, robot: Array, limits: Limits) -> Measure:
    """Mean over the moving landmarks of the robot's range over the person's, each at most 1."""
    wanted, shown = motion_range(person), motion_range(robot)
    moving = wanted > _MOVES
    if not moving.any():
        why = "the person hardly moves about the pelvis"
        return none("tracking.range_kept", "1", why, limits.range_kept, at_least=True)
    ratio = np.where(moving, shown / np.maximum(wanted, 1e-12), np.inf)
    least = int(np.argmin(ratio))
    value = float(np.minimum(ratio[moving], 1.0).mean())
    failed = limits.range_kept is not None and value < limits.range_kept
    return Measure(
        "tracking.range_kept",
        value,
        "1",
        limits.range_kept,
        at_least=True,
        frames=((0, len(person) - 1),) if failed else (),
        note=f"least at {LANDMARKS[least]}: {ratio[least]:.2g}",
    )


def motion_range(landmarks: Array) -> Array:
    """Range ``(K,)`` [m] of each landmark: length of its peak-to-peak box about the pelvis.

    The box is taken in axes that turn with the heading of hips and shoulders, so that neither
    walking nor turning as a statue counts.
    """
    left = leftward(landmarks)
    heading = np.arctan2(-left[:, 0], left[:, 1])
    cos, sin = np.cos(heading)[:, None], np.sin(heading)[:, None]
    about = landmarks - landmarks[:, [LANDMARKS.index("pelvis")]]
    x, y, z = about[..., 0], about[..., 1], about[..., 2]
    turned = np.stack([cos * x + sin * y, cos * y - sin * x, z], axis=-1)
    return np.asarray(np.linalg.norm(np.ptp(turned, axis=0), axis=-1))
