"""Robots' trajectories, out and in: a format is one file of ``layouts``."""

from kinemesh.trajectories.containers import Contents
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts import LAYOUTS, WRITERS
from kinemesh.trajectories.motion import Motion, Moving, motion_of
from kinemesh.trajectories.reading import LayoutFile, read_layout
from kinemesh.trajectories.recognising import holds_trajectory, read_contents
from kinemesh.trajectories.rereading import delivered
from kinemesh.trajectories.writing import check_target, write

__all__ = [
    "LAYOUTS",
    "WRITERS",
    "Contents",
    "Layout",
    "LayoutFile",
    "Motion",
    "Moving",
    "check_target",
    "delivered",
    "holds_trajectory",
    "motion_of",
    "read_contents",
    "read_layout",
    "write",
]
