"""One motion as a plain Parquet table, a column a number: for pandas, Polars, DuckDB.

This is nobody's format but ours: ``time``, the root's pose, every joint by its name, every prop's
pose. The rate is that of ``time``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.trajectories.containers import PARQUET, Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families import states
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion, Target

_ANY = 1 << 30
_TIME = "time"
_EVEN = 1e-3
"""Steps of time differ by less than this share of one."""


def encode(motion: Motion) -> dict[str, Any]:
    """Columns by name, float64."""
    names = [*states.state_names(motion), *states.prop_names(motion)]
    table = states.state_of(motion)
    if motion.props:
        table = np.hstack([table, states.props_of(motion)])
    time = np.arange(len(motion)) / motion.fps
    return {_TIME: time, **{name: table[:, k] for k, name in enumerate(names)}}


def _rate(contents: Contents, names: tuple[str, ...], table: Array) -> float | None:
    """Frames per second [1/s] of the column ``time``; None where there is none.

    Raises:
        ReadError: its steps are not of one length.
    """
    if _TIME not in names or len(table) < 2:
        return None
    time = table[:, names.index(_TIME)]
    step = (time[-1] - time[0]) / (len(time) - 1)
    if not step > 0.0 or not np.abs(np.diff(time) / step - 1.0).max() < _EVEN:
        raise ReadError(
            f"{contents.path.name}: the steps of {_TIME!r} are not of one length; expected frames "
            f"at one rate: resample it first"
        )
    return float(f"{1.0 / step:.9g}")


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """All by name."""
    names, table = contents.names["columns"], contents.array("table", None, None)
    fps, tracks = _rate(contents, names, table), states.tracks_of(contents, names, table)
    return states.decode(facts, contents, target, names, table, fps, tracks)


LAYOUT = Layout(
    name="parquet",
    container=PARQUET,
    suffixes=(".parquet",),
    keys=("table",),
    names=("columns",),
    quaternions="x y z w",
    named_joints=True,
    props=_ANY,
    encode=encode,
    decode=decode,
)
