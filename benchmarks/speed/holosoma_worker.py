"""Some frames of a recording through holosoma-retargeting; run in that package's environment.

    PYTHON holosoma_worker.py CASE START COUNT ANSWER.json [LAFAN_FOLDER]

The package's own entry point runs with its documented options on its own copy of the recording;
only the frames handed to the solver are cut to ``COUNT`` from ``START``. Time is taken from the
end of one frame's solution to the end of the next, so loading and the first frame, which has
up to fifty iterations, are left out.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from importlib import metadata, resources
from itertools import pairwise
from pathlib import Path
from typing import Any


def settings(config: Any, robot: Any, retargeter: Any, case: str, lafan: str) -> Any:
    """What the package's documentation runs for each kind of recording."""
    if case.startswith("climb"):
        return config(
            task_type="climbing",
            task_name="mocap_" + case,
            data_format="mocap",
            data_path=Path("demo_data/climb"),
            robot_config=robot(
                robot_type="g1", robot_urdf_file="models/g1/g1_29dof_spherehand.urdf"
            ),
        )
    if case.startswith("dance"):
        return config(
            task_type="robot_only",
            task_name=case,
            data_format="lafan",
            data_path=Path(lafan),
            retargeter=replace(retargeter(), foot_sticking_tolerance=0.02),
        )
    return config(
        task_type="object_interaction",
        task_name=case,
        data_format="smplh",
        data_path=Path("demo_data/OMOMO_new"),
    )


def main() -> None:
    """Run one case and write the seconds of every frame but the first."""
    case, start, count, answer = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    lafan = sys.argv[5] if len(sys.argv) > 5 else ""
    answer = str(Path(answer).resolve())
    package = Path(str(resources.files("holosoma_retargeting")))
    # It reads and writes relative to where it is run: give it a copy of what it writes to.
    home = Path(tempfile.mkdtemp())
    shutil.copytree(package / "demo_data", home / "demo_data")
    (home / "models").symlink_to(package / "models")
    os.chdir(home)
    entry = importlib.import_module("holosoma_retargeting.examples.robot_retarget")
    solver: Any = entry.InteractionMeshRetargeter
    ends: list[float] = []
    solves: list[int] = []
    whole, one, step = solver.retarget_motion, solver.iterate, solver.solve_single_iteration

    def some_frames(self: Any, **given: Any) -> Any:
        chosen = slice(start, start + count)
        joints = given["human_joint_motions"]
        # The robot stands where the person is in the first frame: move it along.
        given["q_a_init"] = given["q_a_init"].copy()
        given["q_a_init"][:3] += joints[start, 0] - joints[0, 0]
        for name in ("human_joint_motions", "object_poses", "object_poses_augmented"):
            given[name] = given[name][chosen]
        given["foot_sticking_sequences"] = given["foot_sticking_sequences"][chosen]
        return whole(self, **given)

    def timed(self: Any, *args: Any, **given: Any) -> Any:
        solves.append(0)
        result = one(self, *args, **given)
        ends.append(time.perf_counter())
        return result

    def counted(self: Any, *args: Any, **given: Any) -> Any:
        solves[-1] += 1
        return step(self, *args, **given)

    solver.retarget_motion, solver.iterate = some_frames, timed
    solver.solve_single_iteration = counted
    entry.main(
        settings(entry.RetargetingConfig, entry.RobotConfig, entry.RetargeterConfig, case, lafan)
    )
    versions = {
        k: metadata.version(k)
        for k in ("holosoma-retargeting", "mujoco", "cvxpy", "clarabel", "numpy")
    }
    seconds = [b - a for a, b in pairwise(ends)]
    mean = sum(solves[1:]) / len(solves[1:])
    Path(answer).write_text(
        json.dumps({"seconds": seconds, "solves": mean, "versions": versions}), encoding="utf-8"
    )
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
