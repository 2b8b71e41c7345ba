"""A simulation that nobody ran."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinemesh.result import Simulation

JOINTS = 29


def happened(frames: int = 6, **more: Any) -> Simulation:
    """A made-up simulation of G1 that touches two things."""
    rng = np.random.default_rng(1)
    points = rng.normal(size=(frames, 2, 3))
    points[1, 0] = np.nan
    fields = {
        "followed": True,
        "ended": (frames - 1) / 30.0,
        "reason": "",
        "seed": 3,
        "velocities": rng.normal(size=(frames, 6 + JOINTS)),
        "torques": rng.normal(size=(frames, JOINTS)),
        "contacts": (("left_ankle_roll_link", "ground"), ("box", "ground")),
        "forces": rng.normal(size=(frames, 2, 3)),
        "points": points,
        "body_error": np.linspace(0.0, 0.05, frames),
        "prop_error": np.linspace(0.0, 0.1, frames),
        "saturated": 0.25,
    }
    return Simulation(**{**fields, **more})
