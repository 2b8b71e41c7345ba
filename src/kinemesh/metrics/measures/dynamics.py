"""Whether a body could do it: forces that contacts can give, and torques that motors can."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.encounter import Encounter
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.mechanics.balance import Balance, Flags, balance
from kinemesh.metrics.mechanics.filtered import lacks
from kinemesh.metrics.mechanics.flights import Flights, flights
from kinemesh.metrics.mechanics.pressure import outside
from kinemesh.metrics.score import Measure, Ranges, none, runs
from kinemesh.motion import Scene
from kinemesh.motion.inertia import Inertia
from kinemesh.robot.model import RobotModel

FORCE, MOMENT = 0.1, 0.075
"""Contacts cannot carry a frame where more than this share of the weight is left over, or of the
weight times the leg."""
UNITS = {
    "residual_force": "% m g",
    "residual_force_p95": "% m g",
    "residual_moment": "% m g l",
    "residual_moment_p95": "% m g l",
    "unsupported_share": "%",
    "flight_force": "% m g",
    "flight_momentum": "% m g l",
    "pressure_outside": "mm",
    "torque_share": "%",
    "torque_worst": "%",
}
"""The rows, without their group."""


def dynamics(
    posed: KinematicTrajectory,
    scene: Scene,
    props: Sequence[Encounter],
    terrain: Encounter | None,
) -> tuple[Measure, ...]:
    """Rows of mechanics: what contacts lack, where pressure would have to be, torques."""
    if why := lacks(len(posed), posed.fps):
        return tuple(_none(what, why) for what in UNITS)
    found = balance(posed, scene, props, terrain)
    phases = flights(found, posed.fps)
    carried = phases.judged & (found.force <= FORCE) & (found.moment <= MOMENT)
    bolted = posed.robot.fixed_base
    return (
        *_residuals(found, phases, _masses(scene), bolted),
        *_flights(found, phases, bolted),
        _pressure(posed, found, phases),
        *_torques(posed.robot, found.efforts, carried),
    )


def _residuals(found: Balance, phases: Flights, masses: str, bolted: bool) -> tuple[Measure, ...]:
    whole = ("residual_force", "residual_force_p95", "residual_moment", "residual_moment_p95")
    if bolted and found.joined.shape[1] == 1:
        why = "the base is bolted down, and nothing else is moved"
        return tuple(_none(what, why) for what in (*whole, "unsupported_share"))
    if not phases.bearing.any():
        rows = tuple(_none(what, "nothing bears in any frame") for what in whole)
    else:
        rows = (
            *_summed("residual_force", found.force, phases.bearing, masses),
            *_summed("residual_moment", found.moment, phases.bearing, ""),
        )
    lacking = phases.judged & ((found.force > FORCE) | (found.moment > MOMENT))
    count = int(phases.judged.sum())
    share = 100.0 * float(lacking.sum()) / max(count, 1)
    note = f"of the {count} frames whose accelerations are known"
    return (*rows, _row("unsupported_share", share, note, frames=runs(lacking)))


def _summed(what: str, left: Array, flags: Flags, more: str) -> tuple[Measure, ...]:
    """Mean and 95th percentile of what is left over, in frames of no flight."""
    series = np.where(flags, 100.0 * left, np.nan)
    worst = f"at most {np.nanmax(series):.3g} in frame {int(np.nanargmax(series))}"
    return (
        _row(what, float(np.nanmean(series)), "; ".join(filter(None, (worst, more))), series),
        _row(f"{what}_p95", float(np.nanpercentile(series, 95)), "", series),
    )


def _flights(found: Balance, phases: Flights, bolted: bool) -> tuple[Measure, ...]:
    names = {"flight_force": found.force, "flight_momentum": found.moment}
    if bolted or not phases.flying.any():
        why = "the base is bolted down" if bolted else "nothing flies"
        return tuple(_none(what, why) for what in names)
    rows = []
    for what, left in names.items():
        series = np.where(phases.flying, 100.0 * left, np.nan)
        note = f"over {int(phases.flying.sum())} frames"
        rows.append(_row(what, float(np.nanmean(series)), note, series, runs(phases.flying)))
    return tuple(rows)


def _pressure(posed: KinematicTrajectory, found: Balance, phases: Flights) -> Measure:
    what = "pressure_outside"
    if posed.robot.fixed_base:
        return _none(what, "the base is bolted down")
    series = np.where(phases.bearing, 1e3 * outside(posed.robot, found), np.nan)
    if not np.isfinite(series).any():
        return _none(what, "soles on level ground never bear alone")
    frame = int(np.nanargmax(series))
    note = f"at most {series[frame]:.3g} mm in frame {frame}, in {int(np.isfinite(series).sum())}"
    far = runs(np.nan_to_num(series) > 0.0)
    return _row(what, float(np.nanpercentile(series, 95)), f"{note} frames", series, far)


def _torques(robot: RobotModel, efforts: Array, carried: Flags) -> tuple[Measure, ...]:
    if not efforts.any() or not carried.any():
        why = "the robot states no effort limits" if carried.any() else "contacts carry no frame"
        return tuple(_none(what, why) for what in ("torque_share", "torque_worst"))
    ratio = np.where(carried[:, None], np.abs(efforts), 0.0)
    over = ratio.max(axis=1) > 1.0
    frame, joint = np.unravel_index(int(np.argmax(ratio)), ratio.shape)
    return (
        _row(
            "torque_share",
            100.0 * float(over[carried].mean()),
            f"of the {int(carried.sum())} frames that contacts can carry",
            frames=runs(over),
        ),
        _row(
            "torque_worst",
            100.0 * float(ratio.max()),
            f"{robot.joint_names[int(joint)]} in frame {int(frame)}",
            np.where(carried, 100.0 * ratio.max(axis=1), np.nan),
        ),
    )


def _masses(scene: Scene) -> str:
    """Which masses were not stated."""
    own = (f"{p.name} {Inertia.of(p).mass:.2g} kg by its size" for p in scene.objects if not p.mass)
    return ", ".join(own)


def _row(
    what: str, value: float, note: str, series: Array | None = None, frames: Ranges = ()
) -> Measure:
    name = f"dynamics.{what}"
    return Measure(name, value, UNITS[what], frames=frames, note=note, series=series)


def _none(what: str, why: str) -> Measure:
    return none(f"dynamics.{what}", UNITS[what], why)
