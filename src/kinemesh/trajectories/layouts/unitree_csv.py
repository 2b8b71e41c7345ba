"""Unitree's tables, LAFAN1's among them: one frame a line, no header, no rate."""

from __future__ import annotations

from dataclasses import replace

from kinemesh.arrays import Array
from kinemesh.trajectories.containers import CSV, Contents
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families import rows
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion

_STANDS = 0.8
"""A robot this upright stands."""


def encode(motion: Motion) -> Array:
    """``x y z qx qy qz qw`` and the joints."""
    return rows.table_of(LAYOUT, motion)


def settle(contents: Contents, raw: RawMotion, told: bool) -> RawMotion:
    """Say so where Kimodo's order would do as well."""
    raw = rows.settle(contents, raw, told)
    if not told or rows.upright(raw.turn)[1] <= _STANDS:
        return raw
    note = "quaternions: w last (assumed: w first would stand too; format='kimodo')"
    return replace(raw, notes=(*raw.notes, note))


LAYOUT = Layout(
    name="unitree-csv",
    container=CSV,
    suffixes=(".csv",),
    keys=("table",),
    pose="p x y z w",
    quaternions="x y z w",
    states_fps=False,
    encode=encode,
    decode=rows.decode,
    settle=settle,
    tells=lambda contents, target: (
        "columns" not in contents.names and not rows.stands_with_w_first(contents.arrays["table"])
    ),
    resembles=lambda contents, links: (
        "columns" not in contents.names
        and len(rows.sound(contents.arrays["table"])) < len(contents.arrays["table"])
    ),
)
