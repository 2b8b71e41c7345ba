"""Tools that read a robot's motion: TWIST2, IsaacLab, loco-mujoco."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import joblib
import mujoco
import numpy as np
import torch
from omegaconf import OmegaConf
from tools import FIXED, SIDES, bare, module_at, place_of, standin, turned


def check_twist2(tool: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """TWIST2's motion library, and the nine bodies that its task asks for."""
    print("TWIST2, pose.utils.motion_lib_pkl.MotionLib (its own code)")
    module = module_at(tool / "pose/pose/utils/motion_lib_pkl.py", (tool / "pose",))
    library = module.MotionLib(str(folder / "gmr.pkl"), "cpu")
    links = [f"{side}_{part}_link" for part in ("ankle_roll", "knee", "elbow") for side in SIDES]
    names = [*FIXED, *links]
    columns = library.get_key_body_idx(names)
    frames, (length,) = len(robot.q), library._motion_lengths.tolist()
    times = torch.arange(frames) * length / (frames - 1)
    times[-1] -= 1e-6  # a whole length is the first frame again
    found = library.calc_motion_frame(torch.zeros(frames, dtype=torch.long), times)
    report.compare("dof_pos", found[4][:-1], robot.q[:-1], 1e-5, "rad")
    wanted = [place_of(robot, *FIXED.get(name, (name, (0.0, 0.0, 0.0)))) for name in names]
    root = turned(robot.turns[:, 0], inverse=True)
    for name, column, place in zip(names, columns, wanted, strict=True):
        local = root.apply(place - robot.places[:, 0])
        report.compare(f"key body {name}", found[6][:-1, column], local[:-1], 2e-5, "m")


def check_isaaclab(tool: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """IsaacLab's loader for adversarial motion priors, or that of its sister for G1."""
    print(f"{tool.name}, motions/motion_loader.py, MotionLoader (its own code)")
    inside = "source/isaaclab_tasks/isaaclab_tasks/direct/humanoid_amp/motions/motion_loader.py"
    path = tool / inside if (tool / inside).exists() else tool / "motions/motion_loader.py"
    loader = module_at(path).MotionLoader(str(folder / "isaaclab.npz"), "cpu")
    joints = loader.get_dof_index(robot.joints)
    bodies = loader.get_body_index(robot.bodies)
    hands = [f"{side}_rubber_hand" for side in SIDES]  # of those that the task for G1 asks for
    fixed = loader.get_body_index(hands)
    times = np.arange(loader.num_frames - 1) * loader.dt
    found = [values.numpy() for values in loader.sample(len(times), times)]
    report.compare("dof_positions", found[0][:, joints], robot.q[:-1], 1e-5, "rad")
    report.compare("dof_velocities", found[1][:, joints], robot.joint_velocity[:-1], 1e-3, "rad/s")
    report.compare("body_positions", found[2][:, bodies], robot.places[:-1], 2e-5, "m")
    for hand, column in zip(hands, fixed, strict=True):
        place = place_of(robot, *FIXED[hand])
        report.compare(hand, found[2][:, column], place[:-1], 2e-5, "m")
    turns = loader.body_rotations.numpy()[:, bodies]  # its slerp halves small steps
    report.turns("body_rotations", turns, robot.turns)
    report.compare(
        "body_linear_velocities: centres of mass",
        found[4][:, bodies],
        robot.centre_velocity[:-1],
        1e-3,
        "m/s",
    )
    report.compare("body_angular_velocities", found[5][:, bodies], robot.spin[:-1], 1e-3, "rad/s")


def check_loco_mujoco(tool: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """loco-mujoco's trajectory, and its handler on mjlab's G1."""
    print("loco-mujoco, Trajectory.load and TrajectoryHandler (their own code)")
    for parent in ("loco_mujoco", "loco_mujoco.core", "loco_mujoco.core.observations"):
        bare(parent, tool.parent.joinpath(*parent.split(".")))
    sys.modules["loco_mujoco.core.observations.base"] = standin(
        "loco_mujoco.core.observations.base"
    )
    sys.modules["loco_mujoco.core.stateful_object"] = standin("loco_mujoco.core.stateful_object")
    bare("loco_mujoco.trajectory", tool / "trajectory")
    dataclasses = importlib.import_module("loco_mujoco.trajectory.dataclasses")
    handler = importlib.import_module("loco_mujoco.trajectory.handler").TrajectoryHandler
    loaded = dataclasses.Trajectory.load(str(folder / "loco-mujoco.npz"), backend=np)
    report.compare("frequency", loaded.info.frequency, facts["fps"], 0.0, "1/s")
    at = [loaded.info.joint_name2ind_qpos[name][0] for name in robot.joints]
    rates = [loaded.info.joint_name2ind_qvel[name][0] for name in robot.joints]
    qpos, qvel = np.asarray(loaded.data.qpos), np.asarray(loaded.data.qvel)
    report.compare("qpos of the joints", qpos[:, at], robot.q, 1e-6, "rad")
    report.compare("qvel of the joints", qvel[:, rates], robot.joint_velocity, 1e-3, "rad/s")
    root = loaded.info.joint_name2ind_qvel["root"]
    own = turned(robot.turns[:, 0], inverse=True).apply(robot.spin[:, 0])
    report.compare("qvel of the root, linear", qvel[:, root[:3]], robot.velocity[:, 0], 1e-3, "m/s")
    report.compare("qvel of the root, own axes", qvel[:, root[3:]], own, 1e-3, "rad/s")
    (free,) = (j for j in robot.spec.joints if j.type == mujoco.mjtJoint.mjJNT_FREE)
    free.name = "root"  # as all of loco-mujoco's robots call it
    model = robot.spec.compile()
    data, info = handler.filter_and_extend(loaded.data, loaded.info, model)
    report.compare("handler's qpos", np.asarray(data.qpos)[:, 7:], robot.q, 1e-6, "rad")
    report.compare("handler's joints", len(info.joint_names), 1 + len(robot.joints), 0.0, "")
    for prop in facts["props"][:1]:
        place = qpos[:, loaded.info.joint_name2ind_qpos[prop][:3]]
        report.compare(f"free joint of {prop}", place, robot.qpos[:, 36:39], 1e-6, "m")


def check_asap(tool: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """ASAP's kinematics of its own G1, which its motion library runs on ``pose_aa``."""
    print("ASAP, humanoidverse.utils.motion_lib.torch_humanoid_batch.Humanoid_Batch (its own code)")
    sys.path[:0] = [str(tool), str(tool / "isaac_utils")]
    for name in ("humanoidverse", "humanoidverse.utils"):
        bare(name, tool.joinpath(*name.split(".")))
    for name in ("hydra", "stl", "open3d"):
        sys.modules[name] = standin(name)
    sys.modules["hydra"].main = lambda **options: lambda function: function
    module = importlib.import_module("humanoidverse.utils.motion_lib.torch_humanoid_batch")
    module.Humanoid_Batch.load_mesh = lambda self: None
    config = OmegaConf.load(tool / "humanoidverse/config/robot/g1/g1_29dof_anneal_23dof.yaml")
    motion = config.robot.motion
    motion.asset.assetRoot = str(tool / "humanoidverse/data/robots/g1")
    humanoid = module.Humanoid_Batch(motion)
    (entry,) = joblib.load(folder / "asap23.pkl").values()
    pose = torch.tensor(np.array(entry["pose_aa"]))[None]
    trans = torch.tensor(np.array(entry["root_trans_offset"]))[None]
    found = humanoid.fk_batch(pose, trans, return_full=True)
    kept = [k for k, name in enumerate(robot.joints) if "_wrist_" not in name]
    report.compare("dof", entry["dof"], robot.q[:, kept], 1e-6, "rad")
    report.compare(
        "dof_pos of pose_aa", found.dof_pos[0, :, : len(kept)], robot.q[:, kept], 1e-5, "rad"
    )
    for link in ("pelvis", "left_ankle_roll_link", "right_ankle_roll_link", "left_elbow_link"):
        column = humanoid.body_names.index(link)
        place = robot.places[:, robot.bodies.index(link)]
        # Its G1 is of the earlier family: what turns with the waist is some millimetres off.
        limit = 5e-3 if "elbow" in link else 2e-5
        report.compare(link, found.global_translation[0, :, column], place, limit, "m")
