"""The released augmentation of OmniRetarget, run in that package's environment.

    PYTHON released.py FRAMES OUT

``holosoma-retargeting`` 0.1.0 makes six motions of ``sub3_largebox_003``, its own copy of the
recording: as it is, the box 0.2 m further, to the left and to the right, and turned by 45 degrees
each way while moved aside. Its loop fails at the second of these: ``process_single_task`` in
``examples/parallel_robot_retarget.py`` gives the name ``retargeter`` of its settings to the solver
too (``AttributeError``). Here the settings are handed back to it; OUT/error.txt says what it says
without. With SciPy 1.17 the turned ones fail too: ``augment_object_poses`` in ``src/utils.py``
gives ``Rotation.from_euler`` a form of angles that it takes no longer; 1.16 is good. Only the first
FRAMES frames are handed to the solver.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

NAME = "sub3_largebox_003"


def main() -> None:
    """Run all six, once as released to see where it fails, then mended."""
    frames, out = int(sys.argv[1]), Path(sys.argv[2]).resolve()
    package = Path(str(resources.files("holosoma_retargeting")))
    # It reads and writes relative to where it is run: give it a copy of what it writes to.
    home = Path(tempfile.mkdtemp())
    shutil.copytree(package / "demo_data", home / "demo_data")
    (home / "models").symlink_to(package / "models")
    os.chdir(home)
    module: Any = importlib.import_module("holosoma_retargeting.examples.parallel_robot_retarget")
    load, build = module.load_motion_data, module.build_retargeter_kwargs_from_config

    def some_frames(*given: Any) -> Any:
        joints, poses, scale = load(*given)
        return joints[:frames], poses[:frames], scale

    module.load_motion_data = some_frames
    config = importlib.import_module("holosoma_retargeting.config_types.retargeter")
    task = importlib.import_module("holosoma_retargeting.config_types.task")
    module.TaskConfig = task.TaskConfig
    settings = config.RetargeterConfig()

    def mended(retargeter: Any, *given: Any) -> Any:
        return build(settings, *given)

    out.mkdir(parents=True, exist_ok=True)
    try:
        run(module, settings, out)
    except Exception as error:
        (out / "error.txt").write_text(f"{type(error).__name__}: {error}\n", encoding="utf-8")
    module.build_retargeter_kwargs_from_config = mended
    run(module, settings, out)
    shutil.rmtree(home)


def run(module: Any, settings: Any, out: Path) -> None:
    """What its own main hands to a worker."""
    module.process_single_task(
        (
            f"demo_data/OMOMO_new/{NAME}.pt",
            out,
            "object_interaction",
            "smplh",
            module.RobotConfig(robot_type="g1"),
            module.MotionDataConfig(data_format="smplh", robot_type="g1"),
            module.TaskConfig(object_name="largebox"),
            settings,
            True,
        )
    )


if __name__ == "__main__":
    main()
