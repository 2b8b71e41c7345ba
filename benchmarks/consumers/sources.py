"""Loads the files that ``check.py`` wrote by the code of tools that are on no index.

Each tool's checkout lies in one folder, under the name of its repository; those that are there are
run, by the smallest real part of each that reads a file. Nothing of theirs is kept here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from motions import check_asap, check_isaaclab, check_loco_mujoco, check_twist2
from things import check_hdmi, check_omnicontact, check_protomotions, check_sonic

TOOLS = {
    "ProtoMotions": check_protomotions,  # it forks, which is no good once JAX runs
    "TWIST2": check_twist2,
    "IsaacLab": check_isaaclab,
    "humanoid_amp": check_isaaclab,
    "loco-mujoco": check_loco_mujoco,
    "ASAP": check_asap,
    "HDMI": check_hdmi,
    "OmniContact": check_omnicontact,
    "GR00T-WholeBodyControl": check_sonic,
}


def check_sources(tools: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """Every tool whose checkout is in ``tools``."""
    for name, check in TOOLS.items():
        if (tools / name).is_dir():
            check(tools / name, folder, robot, facts, report)
