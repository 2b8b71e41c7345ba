"""How deep the robot is in the ground, the terrain, the props and itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.encounter import Encounter
from kinemesh.metrics.geometry.selfcollision import SelfPairs
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import Scene

_SEEN = 1e-3
"""A frame counts in the share when something is deeper than this [m]."""


def penetration(
    posed: KinematicTrajectory,
    scene: Scene,
    props: tuple[Encounter, ...],
    terrain: Encounter | None,
    pairs: SelfPairs,
    limits: Limits,
) -> tuple[Measure, ...]:
    """Rows of all four kinds."""
    rows: list[Measure] = []
    if scene.ground is None:
        rows += _missing("ground", "the scene has no ground plane", limits)
    else:
        rows += _rows("ground", *ground_depth(posed, scene.ground), limits)
    for kind, things in (("terrain", (terrain,) if terrain else ()), ("prop", props)):
        if not things:
            rows += _missing(kind, f"the scene has no {kind}", limits)
            continue
        rows += _rows(kind, *_solids(posed, things), limits)
        if any(thing.solid.surface is not None for thing in things):
            rows.append(
                Measure(
                    f"penetration.{kind}.hull_max",
                    1e3 * max(thing.deepest_in_parts() for thing in things),
                    "mm",
                    note="against the convex parts that stand in for the true surface",
                )
            )
    rows += _rows("self", *pairs.deepest(posed.rotations, posed.translations), limits)
    return tuple(rows)


def ground_depth(posed: KinematicTrajectory, height: float) -> tuple[Array, list[str]]:
    """Depth ``(T,)`` [m] of the lowest hull vertex below ``z = height``, and its link."""
    lowest, names = np.full(len(posed), height), [""] * len(posed)
    for hull in posed.robot.hulls:
        middle = posed.heights(hull.joint, hull.centre[None])[:, 0]
        if np.all(middle - hull.radius > lowest):
            continue
        heights = posed.heights(hull.joint, hull.vertices).min(axis=1)
        for k in np.flatnonzero(heights < lowest).tolist():
            names[k] = hull.link
        lowest = np.minimum(lowest, heights)
    return height - lowest, names


def _solids(
    posed: KinematicTrajectory, encounters: tuple[Encounter, ...]
) -> tuple[Array, list[str]]:
    depth, names = np.zeros(len(posed)), [""] * len(posed)
    for encounter in encounters:
        found, hulls = encounter.depths()
        for k in np.flatnonzero(found > depth).tolist():
            names[k] = f"{posed.robot.hulls[hulls[k]].link} in {encounter.solid.name}"
        depth = np.maximum(depth, found)
    return depth, names


def _rows(kind: str, depth: Array, names: list[str], limits: Limits) -> tuple[Measure, ...]:
    worst = int(np.argmax(depth))
    beyond: NDArray[np.bool_] = depth > _SEEN
    allowed = np.inf if limits.penetration is None else limits.penetration
    note = f"{names[worst]} in frame {worst}" if depth[worst] > 0.0 else ""
    return (
        Measure(
            f"penetration.{kind}.max",
            1e3 * float(depth[worst]),
            "mm",
            limits.penetration,
            frames=runs(1e3 * depth > allowed),
            note=note,
            series=1e3 * depth,
        ),
        Measure(f"penetration.{kind}.p99", 1e3 * float(np.percentile(depth, 99)), "mm"),
        Measure(
            f"penetration.{kind}.share", 100.0 * float(beyond.mean()), "%", frames=runs(beyond)
        ),
    )


def _missing(kind: str, why: str, limits: Limits) -> tuple[Measure, ...]:
    del limits  # what is not in the scene cannot be touched: no row is owed
    return (none(f"penetration.{kind}.max", "mm", why),)
