"""The trainers' own code loads our files: mjlab's and holosoma's, by their packages on PyPI.

    python benchmarks/consumers/check.py                 # demos, an environment of its own
    python benchmarks/consumers/check.py RESULT.npz --env DIR --tools CHECKOUTS

Makes an environment (about 0.9 GB: torch for the CPU, MuJoCo, mjlab and holosoma without their
simulators), writes every format with this checkout (extras ``parquet`` and ``physics``), and has
``loaders.py`` load the files there: by the real motion loaders where a package has one, against
MuJoCo's own kinematics of the trainer's own robot. One of the demos is simulated: its velocities
are those that happened, and MuJoCo's of the same ``qvel`` judge them. The environment has NumPy
1.26, so that pickles are read by an old NumPy. With ``--tools`` those packages are run too that
import much (IsaacLab, loco-mujoco, LeRobot), and the code of tools that are on no index
(``sources.py``): checkouts by the names of their repositories, as many as there are in the folder,
which may be empty; the environment then has what they import.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np

import kinemesh
from kinemesh import demos
from kinemesh.robot import RobotModel, links_of
from kinemesh.trajectories import WRITERS, read_layout

WITHOUT_DEPENDENCIES = ("mjlab==1.6.0", "holosoma==0.0.3")
NEEDED = ("numpy>=1.26,<2", "torch==2.13.0", "mujoco~=3.11.0", "joblib", "loguru", "scipy")
WITHOUT_DEPENDENCIES_FOR_TOOLS = (
    'isaaclab==2.3.2.post1; python_version == "3.11"',  # there is no other wheel
    "loco-mujoco==1.0.0",
    "lerobot==0.4.4",
)
NEEDED_BY_TOOLS = (
    "tensordict",
    "omegaconf",
    "lxml",
    "jax<0.5",
    "flax<0.11",
    "easydict",
    "pyyaml",
    "rich",
    "tqdm",
    "trimesh",
    "datasets>=4.1,<5",
    "pandas<3",
    "pillow",
    "pyarrow>=21,<24",  # later ones know no NumPy 1
)

OBJECTS = {"motionlib": "objects.pkl", "protomotions": "scenes"}
"""Where the things that move go; terrain too in the second."""


def environment(folder: Path, tools: bool = False) -> Path:
    """The Python of an environment in ``folder`` that has what the loaders import."""
    python = folder / "bin" / "python"
    done = folder / ("complete_for_tools" if tools else "complete")
    if not done.exists():
        venv.create(folder, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *NEEDED, *(NEEDED_BY_TOOLS if tools else ())], check=True)
        bare = (*WITHOUT_DEPENDENCIES, *(WITHOUT_DEPENDENCIES_FOR_TOOLS if tools else ()))
        subprocess.run([*pip, "--no-deps", *bare], check=True)
        done.touch()
    return python


def read_shipped(python: Path) -> int:
    """Read the training motions that holosoma ships; 0 when each is what its arrays say."""
    robot = RobotModel.load("g1")
    print("== holosoma's shipped motions, read by kinemesh")
    status = 0
    folder = python.parent.parent / "lib"
    for path in sorted(folder.glob("python3*/site-packages/holosoma/data/motions/**/*.npz")):
        with np.load(path) as file:
            qpos, names = file["joint_pos"], list(file["joint_names"])
        found = read_layout(path, robot.joint_names, robot.name, links=links_of(robot))
        columns = [7 + names.index(name) for name in robot.joint_names]
        worst = np.abs(found.trajectory.joints - qpos[:, columns]).max()
        worst = max(worst, np.abs(found.trajectory.q[:, :3] - qpos[:, :3]).max())
        good = found.format == "holosoma-train" and worst < 1e-9
        status |= not good
        print(f"  {'ok  ' if good else 'FAIL'} {path.name}: {found.notes[0]}, {worst:.1e}")
    return status


def made() -> dict[str, kinemesh.Result]:
    """Three demos, and one of them as a simulated robot follows it."""
    climbed = kinemesh.retarget(demos.step_up().crop(0, 60))
    lifted = kinemesh.retarget(demos.lift_box().crop(60, 120))
    walked = kinemesh.retarget(demos.walk().crop(0, 60))
    return {
        "lift_box": lifted,
        "walk": walked,
        "walk_simulated": kinemesh.simulate(walked),
        "step_up": climbed,
    }


def held(result: kinemesh.Result, hand: str) -> list[bool]:
    """When a hand was on the first prop."""
    first = next(iter(result.tracks), "")
    return [bool(on) for on in result.touch.get((hand, first), np.zeros(len(result)))]


def main() -> int:
    """Write, load, compare; 0 when every check holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", nargs="*", type=Path, help="results; demos if left out")
    parser.add_argument("--env", type=Path, help="folder of the environment; kept if given")
    parser.add_argument("--tools", type=Path, help="folder of checkouts of tools on no index")
    options = parser.parse_args()
    results = {path.stem: kinemesh.Result.load(path) for path in options.results} or made()
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        python = environment(options.env or work / "env", options.tools is not None)
        status = read_shipped(python)
        for name, result in results.items():
            folder = work / name
            folder.mkdir()
            own = result.trajectory.fps
            for format, writer in WRITERS.items():
                suffix = writer.suffixes[0] if writer.suffixes else ""
                around = result.tracks or (format == "protomotions" and result.scene.terrain)
                beside = OBJECTS.get(format) if around else None
                kinemesh.write(
                    result,
                    folder / f"{format}{suffix}",
                    format=format,
                    fps=own,
                    objects=None if beside is None else folder / beside,
                )
            asap = folder / "asap23.pkl"
            kinemesh.write(result, asap, format="motionlib", fps=own, joint_set="asap23")
            if result.tracks:  # HDMI's contacts are of files at the rate of its readers
                kinemesh.write(result, folder / "hdmi50", format="hdmi")
            robot = RobotModel.load(result.trajectory.robot)
            expected = {"qpos": result.qpos(), "fps": own}
            if result.simulation is not None:
                expected["qvel"] = result.simulation.velocities
            np.savez(folder / "expected.npz", **expected)
            facts = {
                "joints": list(robot.joint_names),
                "props": list(result.tracks),
                "box": [
                    [f(prop.shape.vertices[:, k].tolist()) for k in range(3)]
                    for prop in result.scene.props[:1]
                    for f in (min, max)
                ],
                "terrain": []
                if result.scene.terrain is None
                else [
                    [part.vertices.min(axis=0).tolist(), part.vertices.max(axis=0).tolist()]
                    for part in result.scene.terrain.shape.parts
                ],
                "held": {hand: held(result, hand) for hand in ("left_hand", "right_hand")},
                "protomotions": list(links_of(robot).listed("protomotions").names),
            }
            (folder / "expected.json").write_text(json.dumps(facts))
            print(f"== {name}: {len(result)} frames at {own:g}/s of {robot.name}", flush=True)
            loaders = Path(__file__).with_name("loaders.py")
            tools = [] if options.tools is None else [str(options.tools)]
            command = [str(python), str(loaders), str(folder), *tools]
            status |= subprocess.run(command).returncode
    return status


if __name__ == "__main__":
    sys.exit(main())
