"""Trajectories out: one writer a format, one dict of writers."""

from kinemesh.export.motion import Motion, Moving, motion_of
from kinemesh.export.rereading import delivered
from kinemesh.export.writing import WRITERS, Writer, check_target, write

__all__ = [
    "WRITERS",
    "Motion",
    "Moving",
    "Writer",
    "check_target",
    "delivered",
    "motion_of",
    "write",
]
