"""The formats of robots' trajectories, one file each that says all about it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from kinemesh.trajectories.layout import Layout

_FORMATS = (
    "beyondmimic",
    "mjlab",
    "holosoma-train",
    "isaaclab",
    "loco-mujoco",
    "omnicontact",
    "holosoma",
    "omniretarget",
    "unitree-csv",
    "kimodo",
    "bones-seed",
    "gmr",
    "motionlib",
    "protomotions",
    "hdmi",
    "mimickit",
    "sonic",
    "lerobot",
    "parquet",
)


def _layout(format: str) -> Layout:
    layout: Layout = import_module(f"{__name__}.{format.replace('-', '_')}").LAYOUT
    return layout


LAYOUTS: Mapping[str, Layout] = MappingProxyType({name: _layout(name) for name in _FORMATS})
"""Format to layout. Of a file that several would take, the first does."""

WRITERS: Mapping[str, Layout] = MappingProxyType(
    {name: layout for name, layout in LAYOUTS.items() if layout.encode is not None}
)
"""Those that are written too."""
