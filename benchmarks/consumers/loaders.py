"""Loads the files that ``check.py`` wrote, in its environment, without kinemesh.

Judges: MuJoCo's kinematics of mjlab's own G1 at the trajectory's ``qpos``, and differences of
them in time; of a simulated motion its velocities at the ``qvel`` that happened.
"""

from __future__ import annotations

import ast
import importlib
import json
import pickle
import sys
import sysconfig
import types
from pathlib import Path
from typing import Any
from unittest import mock

import joblib
import mujoco
import numpy as np
import torch


class Standin(types.ModuleType):
    """A module of a simulator, or of what leads to one: any name in it is a dummy class."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def package(name: str) -> Path:
    """Where a package lies, without importing it."""
    return Path(sysconfig.get_path("purelib")) / name


def real_module(name: str, standins: list[str]) -> Any:
    """The package's own module ``name``; its parents' ``__init__`` and ``standins`` are not run."""
    parts = name.split(".")
    top = package(parts[0])
    for depth in range(1, len(parts)):
        parent = ".".join(parts[:depth])
        module = types.ModuleType(parent)
        module.__path__ = [str(top.joinpath(*parts[1:depth]))]
        sys.modules[parent] = module
    for standin in standins:
        sys.modules[standin] = Standin(standin)
    return importlib.import_module(name)


class Robot:
    """mjlab's G1 in MuJoCo, over the whole trajectory."""

    def __init__(
        self, qpos: np.ndarray, joints: list[str], fps: float, qvel: np.ndarray | None
    ) -> None:
        xml = package("mjlab") / "asset_zoo/robots/unitree_g1/xmls/g1.xml"
        spec = mujoco.MjSpec.from_file(str(xml))
        spec.meshdir = str(xml.parent / "assets")
        self.model = model = spec.compile()
        data = mujoco.MjData(model)
        self.qpos, self.spec = qpos, spec
        self.bodies = [model.body(k).name for k in range(1, model.nbody)]
        self.parents = [int(model.body(k).parentid[0]) - 1 for k in range(1, model.nbody)]
        self.joints = [model.joint(k).name for k in range(1, model.njnt)]
        columns = [7 + joints.index(name) for name in self.joints]
        self.q = qpos[:, columns]
        rows = []
        for row in qpos:
            data.qpos[:] = np.concatenate([row[:7], row[columns]])
            mujoco.mj_kinematics(model, data)
            mujoco.mj_comPos(model, data)
            rows.append((data.xpos[1:].copy(), data.xquat[1:].copy(), data.xipos[1:].copy()))
        self.places, self.turns, self.centres = (
            np.array(column) for column in zip(*rows, strict=True)
        )
        self.velocity = np.gradient(self.places, 1.0 / fps, axis=0)
        self.centre_velocity = np.gradient(self.centres, 1.0 / fps, axis=0)
        self.joint_velocity = np.gradient(self.q, 1.0 / fps, axis=0)
        self.spin = self._spin(fps)
        if qvel is not None:
            self._happened(qpos, qvel, columns)

    def _spin(self, fps: float) -> np.ndarray:
        """World angular velocities by MuJoCo's own quaternion differences."""
        spin = np.zeros_like(self.places)
        count = len(spin)
        for t in range(count):
            a, b = max(t - 1, 0), min(t + 1, count - 1)
            for k in range(spin.shape[1]):
                local = np.zeros(3)
                mujoco.mju_subQuat(local, self.turns[b, k], self.turns[a, k])  # in frame a
                world = np.zeros(3)
                mujoco.mju_rotVecQuat(world, local, self.turns[a, k])
                spin[t, k] = world * fps / (b - a)
        return spin

    def _happened(self, qpos: np.ndarray, qvel: np.ndarray, columns: list[int]) -> None:
        """Velocities as MuJoCo has them of links whose joints move so."""
        model, data = self.model, mujoco.MjData(self.model)
        self.joint_velocity = qvel[:, [k - 1 for k in columns]]
        for t, (row, rates) in enumerate(zip(qpos, self.joint_velocity, strict=True)):
            data.qpos[:] = np.concatenate([row[:7], row[columns]])
            data.qvel[:] = np.concatenate([qvel[t, :6], rates])
            mujoco.mj_forward(model, data)
            for k in range(model.nbody - 1):
                for kind, linear in (
                    (mujoco.mjtObj.mjOBJ_XBODY, self.velocity),
                    (mujoco.mjtObj.mjOBJ_BODY, self.centre_velocity),
                ):
                    found = np.zeros(6)
                    mujoco.mj_objectVelocity(model, data, kind, k + 1, found, 0)
                    self.spin[t, k], linear[t, k] = found[:3], found[3:]

    def breadth_first(self) -> list[int]:
        """Bodies by depth, as PhysX lists them."""
        order, level = [], [0]
        while level:
            order += level
            level = [k for parent in level for k, p in enumerate(self.parents) if p == parent]
        return order


class Report:
    """Lines of what held."""

    def __init__(self) -> None:
        self.failed = 0

    def line(self, what: str, worst: float, limit: float, unit: str) -> None:
        """One figure."""
        good = worst <= limit
        self.failed += not good
        mark = "ok  " if good else "FAIL"
        print(f"  {mark} {what:62s} {worst:9.2e} {unit} (at most {limit:.0e})")

    def compare(self, what: str, found: Any, wanted: Any, limit: float, unit: str) -> None:
        """The largest difference of two arrays."""
        found, wanted = np.asarray(found, dtype=float), np.asarray(wanted, dtype=float)
        if found.shape != wanted.shape:
            self.failed += 1
            print(f"  FAIL {what}: shape {found.shape}, expected {wanted.shape}")
            return
        self.line(what, float(np.abs(found - wanted).max()), limit, unit)

    def turns(self, what: str, found: Any, wanted: Any) -> None:
        """Quaternions up to their sign."""
        found = np.asarray(found, dtype=float)
        apart = [np.linalg.norm(found - sign * wanted, axis=-1) for sign in (1.0, -1.0)]
        angle = 4.0 * np.arcsin(np.minimum(*apart) / 2.0)
        self.line(what, float(angle.max()), 1e-5, "rad")


def check_mjlab(folder: Path, robot: Robot, report: Report) -> None:
    """Mjlab's loader on its own layout, and on BeyondMimic's, whose loader is the same class."""
    module = real_module(
        "mjlab.tasks.tracking.mdp.commands",
        ["mjlab.managers", "mjlab.viewer", "mjlab.viewer.debug_visualizer"],
    )
    print("mjlab 1.6.0, mjlab.tasks.tracking.mdp.commands.MotionLoader (its own code)")
    index = torch.arange(len(robot.bodies))
    motion = module.MotionLoader(str(folder / "mjlab.npz"), index)
    report.compare("joint_pos", motion.joint_pos, robot.q, 1e-6, "rad")
    report.compare("joint_vel", motion.joint_vel, robot.joint_velocity, 1e-3, "rad/s")
    report.compare("body_pos_w against MuJoCo", motion.body_pos_w, robot.places, 2e-5, "m")
    report.turns("body_quat_w against MuJoCo", motion.body_quat_w, robot.turns)
    report.compare(
        "body_lin_vel_w: link origins", motion.body_lin_vel_w, robot.velocity, 1e-3, "m/s"
    )
    report.compare("body_ang_vel_w", motion.body_ang_vel_w, robot.spin, 1e-3, "rad/s")
    # The layout that whole_body_tracking's loader, the same class, indexes by IsaacLab's orders.
    order = robot.breadth_first()
    joints = [k - 1 for k in order[1:]]
    motion = module.MotionLoader(str(folder / "beyondmimic.npz"), torch.arange(len(order)))
    print("BeyondMimic's layout, breadth first, by the same class (Isaac Sim is not installed)")
    report.compare("joint_pos", motion.joint_pos, robot.q[:, joints], 1e-6, "rad")
    report.compare(
        "body_pos_w against MuJoCo", motion.body_pos_w, robot.places[:, order], 2e-5, "m"
    )
    report.turns("body_quat_w against MuJoCo", motion.body_quat_w, robot.turns[:, order])
    wanted = robot.centre_velocity[:, order]
    report.compare("body_lin_vel_w: centres of mass", motion.body_lin_vel_w, wanted, 1e-3, "m/s")
    report.compare("body_ang_vel_w", motion.body_ang_vel_w, robot.spin[:, order], 1e-3, "rad/s")


def holosoma_names(key: str) -> list[str]:
    """A list in the first robot of holosoma's own configuration, which is its G1 with 29 joints."""
    tree = ast.parse((package("holosoma") / "config_values/robot.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "g1_29dof":
            for keyword in ast.walk(node):
                if isinstance(keyword, ast.keyword) and keyword.arg == key:
                    return list(ast.literal_eval(keyword.value))
    raise LookupError(f"holosoma's g1_29dof has no {key}")


def check_holosoma(folder: Path, robot: Robot, props: list[str], report: Report) -> None:
    """Holosoma's loader, with the bodies and joints that its own G1 asks for."""
    module = real_module(
        "holosoma.managers.command.terms.wbt",
        [
            "holosoma.config_types",
            "holosoma.config_types.command",
            "holosoma.config_types.simulator",
            "holosoma.envs",
            "holosoma.envs.wbt",
            "holosoma.envs.wbt.wbt_manager",
            "holosoma.simulator",
            "holosoma.simulator.shared",
            "holosoma.simulator.shared.object_registry",
            "holosoma.utils.simulator_config",
            "tensordict",
            "torch.utils.tensorboard",
        ],
    )
    module.logger.remove()
    print("holosoma 0.0.3, holosoma.managers.command.terms.wbt.MotionLoader (its own code)")
    aliases = module.FAKE_BODY_NAME_ALIASES
    bodies = [aliases.get(name, name) for name in holosoma_names("body_names")]
    joints = holosoma_names("dof_names")
    with mock.patch.dict("os.environ", HOLOSOMA_CACHE_ENABLED="false"):
        motion = module.MotionLoader(str(folder / "holosoma-train.npz"), bodies, joints)
    order = [robot.bodies.index(name) for name in bodies]
    columns = [robot.joints.index(name) for name in joints]
    report.compare("joint_pos by name", motion.joint_pos, robot.q[:, columns], 1e-6, "rad")
    wanted = robot.joint_velocity[:, columns]
    report.compare("joint_vel by name", motion.joint_vel, wanted, 1e-3, "rad/s")
    report.compare(
        "body_pos_w against MuJoCo", motion.body_pos_w, robot.places[:, order], 2e-5, "m"
    )
    xyzw = robot.turns[:, order][..., [1, 2, 3, 0]]
    report.turns("body_quat_w (made w last by it)", motion.body_quat_w, xyzw)
    wanted = robot.velocity[:, order]
    report.compare("body_lin_vel_w: link origins", motion.body_lin_vel_w, wanted, 1e-3, "m/s")
    report.compare("body_ang_vel_w", motion.body_ang_vel_w, robot.spin[:, order], 1e-3, "rad/s")
    report.compare("has_object", motion.has_object, bool(props), 0.0, "")
    if props:
        qpos = np.load(folder / "expected.npz")["qpos"]
        track = qpos[:, 36:43]
        report.compare("object_pos_w", motion.object_pos_w, track[:, :3], 1e-6, "m")
        report.turns("object_quat_w", motion.object_quat_w, track[:, [4, 5, 6, 3]])


def check_containers(folder: Path, robot: Robot, names: list[str], report: Report) -> None:
    """Files whose tools are on no index: their containers, by what those tools call."""
    qpos = np.load(folder / "expected.npz")["qpos"]
    base = qpos[:, [0, 1, 2, 4, 5, 6, 3]]
    print(f"pickles, by joblib {joblib.__version__} and pickle under NumPy {np.__version__}")
    (entry,) = joblib.load(folder / "motionlib.pkl").values()
    report.compare("motionlib dof", entry["dof"], robot.q, 1e-6, "rad")
    report.compare(
        "motionlib root_trans_offset", entry["root_trans_offset"], base[:, :3], 1e-6, "m"
    )
    for name in ("gmr", "mimickit"):
        with (folder / f"{name}.pkl").open("rb") as stream:
            table = pickle.load(stream)
        if name == "gmr":
            report.compare("gmr dof_pos", table["dof_pos"], robot.q, 1e-9, "rad")
            report.compare("gmr root_pos", table["root_pos"], base[:, :3], 1e-9, "m")
        else:
            frames = np.array(table["frames"], dtype=np.float32)
            report.compare("mimickit frames[:, 6:]", frames[:, 6:], robot.q, 1e-6, "rad")
    print(f"ProtoMotions' .motion, by torch {torch.__version__}")
    for safe in (True, False):
        table = torch.load(folder / "protomotions.motion", weights_only=safe)
        what = f"dof_pos (weights_only={safe})"
        report.compare(what, table["dof_pos"], robot.q, 1e-6, "rad")
    places = table["rigid_body_pos"].numpy()
    shared = [names.index(name) for name in robot.bodies]
    report.compare("rigid_body_pos but head and hands", places[:, shared], robot.places, 2e-5, "m")


def main(folder: Path, tools: Path | None) -> int:
    """Load and compare all; 0 when every check holds."""
    facts = json.loads((folder / "expected.json").read_text())
    expected = np.load(folder / "expected.npz")
    qvel = expected["qvel"] if "qvel" in expected.files else None
    robot = Robot(expected["qpos"], facts["joints"], float(expected["fps"]), qvel)
    report = Report()
    check_mjlab(folder, robot, report)
    check_holosoma(folder, robot, facts["props"], report)
    check_containers(folder, robot, facts["protomotions"], report)
    if tools is not None:
        facts["fps"] = float(expected["fps"])
        from sources import check_sources  # imports what the environment has with --tools alone

        check_sources(tools, folder, robot, facts, report)
    print("all hold" if not report.failed else f"{report.failed} do not hold")
    return int(bool(report.failed))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))
