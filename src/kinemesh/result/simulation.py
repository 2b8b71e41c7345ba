"""What happened when motors drove the motion: velocities, torques, forces, and how far off it was.

A result has it whose trajectory a simulated robot made; its file holds it under keys of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kinemesh.arguments import FARTHEST, flag, floats, number, several, text, whole
from kinemesh.arrays import Array, locked, readonly
from kinemesh.errors import ClipError

_MOST = 1e9
"""No velocity, torque or force is larger, in any of the units."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """A motion as it happened, beside its positions.

    All arrays have T frames at the reference's rate, up to where it ended.

    Raises:
        ClipError: arrays that do not fit together or are not finite.
    """

    followed: bool
    """Whether the robot, and all props, stayed near the reference to its end."""
    ended: float
    """When it ended [s]: the reference's last frame, or where it was lost."""
    reason: str
    """Why it ended before the reference did, in words; empty where it was followed."""
    seed: int
    """Of the controller's random numbers."""
    velocities: Array
    """``(T, 6 + n)``: the base's linear velocity in the world's axes [m/s], its angular velocity in
    the base's own axes [rad/s], then the joints' [rad/s]: MuJoCo's convention of a free joint."""
    torques: Array
    """Of the motors ``(T, n)`` [N m], the mean since the frame before; joints that follow others
    have no motor."""
    contacts: tuple[tuple[str, str], ...]
    """Who touched what in any frame: K pairs of a link's or a prop's name, and a thing's
    (``motion.GROUND``, the terrain or a prop)."""
    forces: Array
    """On the first of each pair ``(T, K, 3)`` [N] in the world's axes, the mean since the frame
    before."""
    points: Array
    """Where it acts ``(T, K, 3)`` [m] in the world: the mean of the contacts' places by their
    normal force; NaN where nothing touched."""
    body_error: Array
    """Mean distance of the landmarks from where the reference has them ``(T,)`` [m]."""
    prop_error: Array | None
    """Distance of the props' centres of mass from the reference's, the worst prop's ``(T,)`` [m];
    None where nothing moves."""
    saturated: float
    """Share of motors and time steps in which a torque was at its limit [1]."""

    def __post_init__(self) -> None:
        flag("followed", self.followed)
        text("reason", self.reason)
        number("ended", self.ended, "a time [s]", low=0.0, error=ClipError)
        number("saturated", self.saturated, "a share", low=0.0, high=1.0, error=ClipError)
        whole("seed", self.seed, "a whole number", low=0, high=2**63, error=ClipError)
        pairs = several("contacts", self.contacts, tuple, "pairs of names")
        for pair in pairs:
            if len(pair) != 2 or not all(isinstance(name, str) for name in pair):
                raise ClipError(f"contacts holds {pair!r:.80}: expected two names")
        span: dict[str, Any] = {"largest": _MOST, "error": ClipError}
        errors = floats("body_error", self.body_error, "distances (T,) [m]", shape=(None,), **span)
        torques = floats("torques", self.torques, "torques (T, n)", shape=(None, None), **span)
        frames, joints = len(errors), torques.shape[1]
        shapes: dict[str, tuple[int, ...]] = {
            "velocities": (frames, 6 + joints),
            "torques": (frames, joints),
            "forces": (frames, len(pairs), 3),
            "points": (frames, len(pairs), 3),
            "body_error": (frames,),
            "prop_error": (frames,),
        }
        for name, shape in shapes.items():
            value = getattr(self, name)
            if value is None and name == "prop_error":
                continue
            bounds = span if name != "points" else {"error": ClipError}
            found = floats(name, value, f"numbers {shape}", shape=shape, **bounds)
            object.__setattr__(self, name, readonly(found))
        if np.any(np.abs(self.points) > FARTHEST):
            raise ClipError(f"points: expected metres, at most {FARTHEST:g}")
        object.__setattr__(self, "contacts", tuple(pairs))

    __setstate__ = locked

    def first(self, count: int) -> Simulation:
        """The first ``count`` frames."""
        error = self.prop_error
        return replace(
            self,
            velocities=self.velocities[:count],
            torques=self.torques[:count],
            forces=self.forces[:count],
            points=self.points[:count],
            body_error=self.body_error[:count],
            prop_error=None if error is None else error[:count],
        )

    def summary(self) -> dict[str, Any]:
        """The figures that say how it went, ready for JSON."""
        there = self.prop_error
        return {
            "followed": self.followed,
            "ended": self.ended,
            "reason": self.reason,
            "seed": self.seed,
            "body_error_mean": float(self.body_error.mean()),
            "body_error_p95": float(np.percentile(self.body_error, 95)),
            "prop_error_mean": None if there is None else float(there.mean()),
            "prop_error_max": None if there is None else float(there.max()),
            "torques_at_limit": self.saturated,
        }


def arrays_of(simulation: Simulation | None) -> dict[str, Any]:
    """What a result's file holds of it, by key; nothing where there is none."""
    if simulation is None:
        return {}
    told = {name: getattr(simulation, name) for name in ("followed", "ended", "reason", "seed")}
    arrays = {
        "simulation": json.dumps({**told, "saturated": simulation.saturated}),
        "velocities": simulation.velocities,
        "torques": simulation.torques,
        "contact_names": np.array(simulation.contacts, dtype=np.str_).reshape(-1, 2),
        "contact_forces": simulation.forces,
        "contact_points": simulation.points,
        "body_error": simulation.body_error,
    }
    if simulation.prop_error is not None:
        arrays["prop_error"] = simulation.prop_error
    return arrays


def simulation_of(data: Mapping[str, Any]) -> Simulation | None:
    """What a result's file holds of it; None where it is no simulated motion.

    Raises:
        ClipError: it cannot be.
        TypeError: something is of another kind.
        LookupError: something is missing.
    """
    if "simulation" not in data:
        return None
    told = json.loads(str(data["simulation"]))
    return Simulation(
        followed=told["followed"],
        ended=told["ended"],
        reason=told["reason"],
        seed=told["seed"],
        velocities=data["velocities"],
        torques=data["torques"],
        contacts=tuple((str(one), str(thing)) for one, thing in data["contact_names"]),
        forces=data["contact_forces"],
        points=data["contact_points"],
        body_error=data["body_error"],
        prop_error=data.get("prop_error"),
        saturated=told["saturated"],
    )
