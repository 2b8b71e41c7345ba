"""Loads the files that ``check.py`` wrote by the code of tools that are on no index.

Each tool's checkout lies in one folder, under the name of its repository; those that are there are
run, by the smallest real part of each that reads a file. Nothing of theirs is kept here.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import torch
from scipy.spatial.transform import Rotation

SIDES = ("left", "right")
FIXED = {
    "left_rubber_hand": ("left_wrist_yaw_link", (0.0415, 0.003, 0.0)),
    "right_rubber_hand": ("right_wrist_yaw_link", (0.0415, -0.003, 0.0)),
    "head_mocap": ("torso_link", (0.0, 0.0, 0.4)),
}
"""Bodies of the tools' models that no joint moves, by what carries them."""


def module_at(path: Path, roots: tuple[Path, ...] = ()) -> Any:
    """The tool's own module at ``path``; ``roots`` are where it imports from."""
    sys.path[:0] = [str(root) for root in roots]
    spec = importlib.util.spec_from_file_location(f"tool_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def turned(wxyz: np.ndarray, inverse: bool = False) -> Rotation:
    """Rotations by quaternions that have w first."""
    turn = Rotation.from_quat(wxyz[:, [1, 2, 3, 0]])
    return turn.inv() if inverse else turn


def place_of(robot: Any, link: str, offset: tuple[float, float, float]) -> np.ndarray:
    """Where a place of a link is in every frame."""
    k = robot.bodies.index(link)
    return np.asarray(robot.places[:, k] + turned(robot.turns[:, k]).apply(offset))


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
    sys.path.insert(0, str(tool))
    for parent in ("loco_mujoco", "loco_mujoco.core", "loco_mujoco.core.observations"):
        bare(parent, tool.joinpath(*parent.split(".")))
    sys.modules["loco_mujoco.core.observations.base"] = standin(
        "loco_mujoco.core.observations.base"
    )
    sys.modules["loco_mujoco.core.stateful_object"] = standin("loco_mujoco.core.stateful_object")
    bare("loco_mujoco.trajectory", tool / "loco_mujoco/trajectory")
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


def check_omnicontact(tool: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """OmniContact's reader of motions, into what its policy reads them from."""
    print("OmniContact, policy/omnicontact/NPZmotion_reference.py (its own code)")
    module = module_at(tool / "policy/omnicontact/NPZmotion_reference.py")
    policy = types.SimpleNamespace(npz_dir=str(folder / "omnicontact.npz"), name_str="check")
    module.load_tracking_npz_reference(policy)
    order = robot.breadth_first()
    joints = [k - 1 for k in order[1:]]
    report.compare("ref_joint_pos", policy.ref_joint_pos, robot.q[:, joints], 1e-6, "rad")
    rates = robot.joint_velocity[:, joints]
    report.compare("ref_joint_vel", policy.ref_joint_vel, rates, 1e-3, "rad/s")
    report.compare("ref_base_lin_vel", policy.ref_base_lin_vel, robot.velocity[:, 0], 1e-3, "m/s")
    report.compare("ref_base_ang_vel", policy.ref_base_ang_vel, robot.spin[:, 0], 1e-3, "rad/s")
    for name, link in (
        ("base", "pelvis"),
        ("torso_future", "torso_link"),
        ("left_ankle_future", "left_ankle_roll_link"),
        ("right_ankle_future", "right_ankle_roll_link"),
        ("left_wrist", "left_rubber_hand"),
        ("right_wrist", "right_rubber_hand"),
    ):
        carrier, offset = FIXED.get(link, (link, (0.0, 0.0, 0.0)))
        place = place_of(robot, carrier, offset)
        report.compare(f"ref_{name}_pos", getattr(policy, f"ref_{name}_pos"), place, 2e-5, "m")
        turns = robot.turns[:, robot.bodies.index(carrier)]
        report.turns(f"ref_{name}_quat", getattr(policy, f"ref_{name}_quat"), turns)
    if facts["props"]:
        track = robot.qpos[:, 36:43]
        report.compare("ref_object_pos", policy.ref_object_pos, track[:, :3], 1e-6, "m")
        report.turns("ref_object_quat", policy.ref_object_quat, track[:, 3:])
        held = np.array([facts["held"][hand] for hand in facts["held"]]).T
        report.compare("ref_contact of hands", policy.ref_contact[:, 2:, 0], held, 0.0, "")


def check_sonic(tool: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """SONIC's reading of a library of objects, as its motion library does it."""
    if not facts["props"]:
        return
    print("GR00T-WholeBodyControl, gear_sonic.utils.motion_lib.motion_lib_base (its own code)")
    sys.path.insert(0, str(tool))
    for name in ("gear_sonic", "gear_sonic.trl", "gear_sonic.trl.utils", "gear_sonic.utils"):
        bare(name, tool.joinpath(*name.split(".")))
    for name in ("gear_sonic.trl.utils.common", "gear_sonic.utils.motion_lib.skeleton"):
        sys.modules[name] = standin(name)
    bare("gear_sonic.utils.motion_lib", tool / "gear_sonic/utils/motion_lib")
    module = importlib.import_module("gear_sonic.utils.motion_lib.motion_lib_base")
    rotations = importlib.import_module("gear_sonic.isaac_utils.rotations")
    ((motion, entry),) = module.joblib.load(folder / "objects.pkl").items()
    report.compare("same key", motion in module.joblib.load(folder / "motionlib.pkl"), 1, 0.0, "")
    rate, frames, track = facts["fps"], len(robot.q), robot.qpos[:, 36:43]
    sizes = {"source_fps": entry["fps"], "target_fps": rate, "num_frames": frames}
    places = module.interpolate_translation_data(entry["root_pos"], **sizes)[:, 0]
    turns = module.interpolate_quaternion_data(entry["root_quat"], **sizes)[:, 0]
    report.compare("root_pos", places, track[:, :3], 1e-6, "m")
    report.turns("root_quat", turns, track[:, 3:])
    for hand in facts["held"]:
        held = np.array(facts["held"][hand])
        local, label = module.interpolate_contact_center(entry[f"contact_points_{hand}"], **sizes)
        # A frame's label lasts for one frame more by its own rule.
        shown = held | np.concatenate([[False], held[:-1]])
        report.compare(f"in_contact of {hand}", label, shown, 0.0, "")
        world = rotations.quat_rotate(turns, local, w_last=False) + places
        place = place_of(robot, f"{hand.split('_')[0]}_wrist_yaw_link", (0.0, 0.0, 0.0))
        off = np.linalg.norm(world.numpy() - place, axis=1)[held]
        report.line(f"contact point of {hand}, off its wrist", float(off.max()), 0.2, "m")


def check_protomotions(tool: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """ProtoMotions' library of scenes, points of the objects' surfaces too."""
    if not facts["props"]:
        return
    print("ProtoMotions, protomotions.components.scene_lib.SceneLib (its own code)")
    sys.path.insert(0, str(tool))
    for name in ("protomotions", "protomotions.components", "protomotions.simulator"):
        bare(name, tool.joinpath(*name.split(".")))
    terrain = "protomotions.components.terrains.terrain"
    for name in ("protomotions.components.terrains", terrain):
        sys.modules[name] = standin(name)
    module = importlib.import_module("protomotions.components.scene_lib")
    config = module.SceneLibConfig(
        scene_file=str(folder / "scenes/scenes/scenes.pt"), pointcloud_samples_per_object=64
    )
    library = module.SceneLib(config, num_envs=1)
    frames, track = len(robot.q), robot.qpos[:, 36:43]
    times = torch.arange(frames) / facts["fps"]
    (scene,) = library.scenes
    report.compare("objects", len(scene.objects), len(facts["props"]), 0.0, "")
    report.compare("translation", scene.objects[0].translation, track[:, :3], 1e-6, "m")
    report.turns("rotation, w last", scene.objects[0].rotation[:, [3, 0, 1, 2]], track[:, 3:])
    first = library.get_object_pose(torch.zeros(1, dtype=torch.long), times[:1])
    report.compare("get_object_pose at the start", first.root_pos[0], track[0, :3], 1e-6, "m")
    low, high = (np.array(facts["box"][k]) for k in (0, 1))
    report.compare(
        "object_dims", scene.objects[0].object_dims, np.ravel([low, high], "F"), 0.0, "m"
    )
    points = scene.objects[0].object_pointcloud.numpy()
    out = np.maximum(np.maximum(low - points, points - high), 0.0)
    report.line("points of the surface, out of its box", float(out.max()), 1e-6, "m")


def bare(name: str, folder: Path) -> None:
    """A package whose ``__init__`` is not run."""
    module = types.ModuleType(name)
    module.__path__ = [str(folder)]
    sys.modules[name] = module


def standin(name: str) -> Any:
    """A module in which any name is a dummy class."""
    import __main__

    return __main__.Standin(name)


TOOLS = {
    "ProtoMotions": check_protomotions,  # it forks, which is no good once JAX runs
    "TWIST2": check_twist2,
    "IsaacLab": check_isaaclab,
    "humanoid_amp": check_isaaclab,
    "loco-mujoco": check_loco_mujoco,
    "OmniContact": check_omnicontact,
    "GR00T-WholeBodyControl": check_sonic,
}


def check_sources(tools: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """Every tool whose checkout is in ``tools``."""
    for name, check in TOOLS.items():
        if (tools / name).is_dir():
            check(tools / name, folder, robot, facts, report)
