"""Loads the files that ``check.py`` wrote by the code of tools that import much.

Some are packages of the environment; of those on no index each checkout lies in one folder, under
the name of its repository. Those that are there are run, by the smallest real part of each that
reads a file. Nothing of theirs is kept here.
"""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path
from typing import Any

from episodes import check_lerobot
from motions import check_asap, check_isaaclab, check_loco_mujoco, check_twist2
from things import check_hdmi, check_omnicontact, check_protomotions, check_sonic

TOOLS = {
    "ProtoMotions": check_protomotions,  # it forks, which is no good once JAX runs
    "TWIST2": check_twist2,
    "humanoid_amp": check_isaaclab,
    "ASAP": check_asap,
    "HDMI": check_hdmi,
    "OmniContact": check_omnicontact,
    "GR00T-WholeBodyControl": check_sonic,
}


PACKAGES = {
    "lerobot": check_lerobot,
    "isaaclab": check_isaaclab,
    "loco_mujoco": check_loco_mujoco,
}


def check_sources(tools: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """Every tool whose checkout is in ``tools``, and every package that is installed."""
    installed = Path(sysconfig.get_path("purelib"))
    found = {tools / name: check for name, check in TOOLS.items()}
    found |= {installed / name: check for name, check in PACKAGES.items()}
    for place, check in found.items():
        if place.is_dir():
            try:
                check(place, folder, robot, facts, report)
            except Exception:  # of one tool; the others are still to be heard
                traceback.print_exc()
                report.failed += 1
                print(f"  FAIL {place.name}: its code did not run")
