"""Kimodo's tables, and ARDY's: Unitree's with w first."""

from __future__ import annotations

from dataclasses import replace

from kinemesh.trajectories.containers import CSV, Contents
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families import rows
from kinemesh.trajectories.raw import RawMotion


def settle(contents: Contents, raw: RawMotion, told: bool) -> RawMotion:
    """Warn where nothing but a robot on its head told the order."""
    raw = rows.settle(contents, raw, told)
    if not told:
        return raw
    warning = (
        f"{contents.path.name}: read with w first, as Kimodo writes, because only so the robot "
        f"does not stand on its head; format='unitree-csv' if it does"
    )
    return replace(raw, warnings=(*raw.warnings, warning))


LAYOUT = Layout(
    name="kimodo",
    container=CSV,
    suffixes=(".csv",),
    keys=("table",),
    pose="p w x y z",
    quaternions="w x y z",
    states_fps=False,
    twin="unitree-csv",
    remark="w is first, as Kimodo has it; readers of unitree-csv want it last: "
    "format='unitree-csv' if it is meant to be that",
    decode=rows.decode,
    settle=settle,
    tells=lambda contents, target: (
        "columns" not in contents.names and rows.stands_with_w_first(contents.arrays["table"])
    ),
)
