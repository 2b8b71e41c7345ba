"""What each format says its arrays are: the file read by the letter, its numbers not yet believed.

The readers of :mod:`kinemesh.io` refuse what cannot be right; here it is to be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.io import Contents
from kinemesh.lint import claimed_bodies as bodies
from kinemesh.lint import claimed_names as names
from kinemesh.lint import claimed_rows as rows
from kinemesh.lint.columns import Claim, Claimed
from kinemesh.motion.links import Links

CLAIMS: Mapping[str, Claim] = MappingProxyType(
    {
        "beyondmimic": bodies.nameless("beyondmimic", breadth=True),
        "mjlab": bodies.nameless("mjlab", breadth=False),
        "holosoma-train": names.train,
        "holosoma": rows.table("holosoma", "qpos", (0, 1, 2, 4, 5, 6, 3), True),
        "omniretarget": rows.table("omniretarget", "qpos", (4, 5, 6, 1, 2, 3, 0), True),
        "unitree-csv": rows.table("unitree-csv", "table", (0, 1, 2, 3, 4, 5, 6), False),
        "kimodo": rows.table("kimodo", "table", (0, 1, 2, 4, 5, 6, 3), True),
        "bones-seed": rows.bones,
        "gmr": rows.gmr,
        "motionlib": rows.motionlib,
        "protomotions": bodies.protomotions,
        "hdmi": names.hdmi,
        "mimickit": rows.mimickit,
        "sonic": bodies.sonic,
    }
)
"""Format to the file read by its letter."""


def claimed(contents: Contents, format: str, links: Links) -> Claimed:
    """The file read by the letter of ``format``, and what its shapes give away.

    Raises:
        ReadError: it has not the arrays of this format, or not for this robot.
    """
    held, found = CLAIMS[format](contents, links)
    if not len(held):
        raise ReadError(f"{contents.path.name} has no frames")
    return replace(held, place=np.asarray(held.place, dtype=np.float64)), found
