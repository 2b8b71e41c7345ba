"""Tools that read things beside a robot's motion: HDMI, OmniContact, SONIC, ProtoMotions."""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tools import FIXED, bare, module_at, place_of, standin


def check_hdmi(tool: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """HDMI's data set, at the file's own rate, and at 50/s what its task with objects reads."""
    print("HDMI, active_adaptation.utils.motion.MotionDataset (its own code)")
    for name in ("active_adaptation", "isaaclab", "isaaclab.utils", "isaaclab.utils.string"):
        sys.modules[name] = standin(name)
    sys.modules.pop("tensordict", None)  # a stand-in for holosoma's loader
    sys.modules["active_adaptation"].__file__ = str(tool / "active_adaptation/__init__.py")
    module = module_at(tool / "active_adaptation/utils/motion.py")
    load = module.MotionDataset.create_from_path
    motion = load(str(folder / "hdmi"), target_fps=int(facts["fps"]))
    columns = [motion.joint_names.index(name) for name in robot.joints]
    shared = [k for k, name in enumerate(robot.bodies) if name in motion.body_names]
    bodies = [motion.body_names.index(robot.bodies[k]) for k in shared]
    data = motion.data
    report.compare("joint_pos", data.joint_pos[:, columns], robot.q, 1e-6, "rad")
    report.compare("joint_vel", data.joint_vel[:, columns], robot.joint_velocity, 1e-3, "rad/s")
    report.compare("body_pos_w", data.body_pos_w[:, bodies], robot.places[:, shared], 2e-5, "m")
    report.turns("body_quat_w", data.body_quat_w[:, bodies].numpy(), robot.turns[:, shared])
    linear, wanted = data.body_lin_vel_w[:, bodies], robot.centre_velocity[:, shared]
    report.compare("body_lin_vel_w: centres of mass", linear, wanted, 1e-3, "m/s")
    for prop in facts["props"][:1]:
        place = data.body_pos_w[:, motion.body_names.index(prop)]
        report.compare(f"body {prop}", place, robot.qpos[:, 36:39], 1e-6, "m")
        motion = load(str(folder / "hdmi50"), target_fps=50)
        with np.load(folder / "hdmi50" / "motion.npz") as file:
            contact = torch.tensor(file["object_contact"], dtype=torch.bool)  # as command.py does
        held = np.array([facts["held"][hand] for hand in facts["held"]]).T
        nearest = np.rint(np.arange(len(contact)) / 50.0 * facts["fps"]).astype(int)
        report.compare("object_contact of wrists, at 50/s", contact, held[nearest], 0.0, "")
        report.compare("frames at 50/s", motion.num_steps, len(contact), 0.0, "")


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
    props, under = facts["props"], facts["terrain"]
    if not props and not under:
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
    (scene,) = library.scenes
    report.compare("objects", len(scene.objects), len(props) + len(under), 0.0, "")
    stand = [found.options.fix_base_link for found in scene.objects]
    report.compare("objects that stand", stand, [False] * len(props) + [True] * len(under), 0.0, "")
    report.compare("the same by their motion", library._is_static_object[0], stand, 0.0, "")
    start = library.get_object_pose(torch.zeros(1, dtype=torch.long), torch.zeros(1))
    first = start.root_pos.reshape(-1, 3)
    boxes = [*([facts["box"]] if props else []), *under]
    shown = [*scene.objects[: len(props)][:1], *scene.objects[len(props) :]]
    for k, (found, box) in enumerate(zip(shown, boxes, strict=True)):
        low, high = np.array(box)
        dims = np.ravel([low, high], "F")
        report.compare(f"object_dims of object {k}", found.object_dims, dims, 1e-12, "m")
        points = found.object_pointcloud.numpy()
        out = np.maximum(np.maximum(low - points, points - high), 0.0)
        report.line(f"points of object {k}, out of its box", float(out.max()), 1e-6, "m")
    if under:
        report.compare(
            "terrain is where it is", first[len(props) :], np.zeros((len(under), 3)), 0.0, "m"
        )
    if props:
        track, moving = robot.qpos[:, 36:43], scene.objects[0]
        report.compare("translation", moving.translation, track[:, :3], 1e-6, "m")
        report.turns("rotation, w last", moving.rotation[:, [3, 0, 1, 2]], track[:, 3:])
        report.compare("get_object_pose at the start", first[0], track[0, :3], 1e-6, "m")
