"""Two-pass inverse kinematics with mink, after the scheme of GMR; run in mink's own environment.

    PYTHON mink_worker.py TASK.npz ANSWER.json

GMR (General Motion Retargeting, Ze et al., 2025) solves two sets of position and orientation
tasks one after the other, each until a step lowers the error norm by less than 0.001 or eleven
steps are done, within the joints' ranges, with DAQP and a damping of 0.5. That scheme and its
published weights for this robot are here; its way from a body model's rotations to targets is
not: orientations are those of the bones that the landmarks span. So this stands in for GMR's
speed, not for its looks.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import xml.etree.ElementTree as ElementTree
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DAMPING = 0.5
SMALL = 1e-3
FURTHER = 10
"""Most steps of a pass after its first."""

# Landmark, link, bone, then cost of position and orientation in the first and second pass.
SIDE = (
    ("hip", "hip_roll_link", "thigh", (0, 10), (10, 5)),
    ("knee", "knee_link", "shank", (0, 10), (10, 5)),
    ("toe", "ankle_roll_link", "foot", (100, 10), (100, 50)),
    ("shoulder", "shoulder_yaw_link", "upper_arm", (0, 10), (10, 5)),
    ("elbow", "elbow_link", "forearm", (0, 10), (10, 5)),
    ("hand", "wrist_yaw_link", "forearm", (0, 10), (10, 5)),
)
TASKS = (
    ("pelvis", "pelvis", "pelvis", (100, 10), (100, 5)),
    ("torso", "torso_link", "torso", (0, 10), (0, 10)),
    *(
        (f"{side}_{landmark}", f"{side}_{link}", f"{side}_{bone}", first, second)
        for side in ("left", "right")
        for landmark, link, bone, first, second in SIDE
    ),
)


def axes(along: Array, pole: Array) -> Array:
    """Rotations ``(T, 3, 3)`` with z along one direction and x towards another ``(T, 3)``."""
    z = along / np.linalg.norm(along, axis=1, keepdims=True)
    x = pole - z * np.sum(pole * z, axis=1, keepdims=True)
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    return np.stack([x, np.cross(z, x), z], axis=2)


def bones(names: list[str], landmarks: Array) -> dict[str, Array]:
    """Orientation ``(T, 3, 3)`` of every bone that the landmarks ``(T, K, 3)`` span."""
    at = {name: landmarks[:, k] for k, name in enumerate(names)}
    hips = at["left_hip"] - at["right_hip"]
    shoulders = at["left_shoulder"] - at["right_shoulder"]
    up = at["left_shoulder"] + at["right_shoulder"] - at["left_hip"] - at["right_hip"]
    ahead = np.cross(shoulders, up)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    found = {"pelvis": axes(hips, up), "torso": axes(shoulders, up)}
    for side in ("left", "right"):
        hip, knee, ankle, toe = (at[f"{side}_{k}"] for k in ("hip", "knee", "ankle", "toe"))
        shoulder, elbow, hand = (at[f"{side}_{k}"] for k in ("shoulder", "elbow", "hand"))
        found[f"{side}_thigh"] = axes(knee - hip, hips)
        found[f"{side}_shank"] = axes(ankle - knee, hips)
        found[f"{side}_foot"] = axes(toe - ankle, knee - ankle)
        # A straight arm spans no plane: a little of "ahead" keeps its frame from spinning.
        found[f"{side}_upper_arm"] = axes(elbow - shoulder, hand - elbow + 0.1 * ahead)
        found[f"{side}_forearm"] = axes(hand - elbow, shoulder - elbow - 0.1 * ahead)
    return found


def load_model(mujoco: Any, task: Any) -> tuple[Any, Array]:
    """The robot on a free base with a site a task, and the sites' rotations at rest."""
    tree = ElementTree.parse(str(task["urdf"]))
    robot = tree.getroot()
    for part in robot.findall("link"):
        # Kinematics alone are asked for: without shapes MuJoCo has less to do.
        for shape in (*part.findall("collision"), *part.findall("visual")):
            part.remove(shape)
    children = {child.get("link") for child in robot.iterfind("joint/child")}
    (root,) = {str(part.get("name")) for part in robot.findall("link")} - children
    ElementTree.SubElement(robot, "link", name="world")
    joint = ElementTree.SubElement(robot, "joint", name="base", type="floating")
    ElementTree.SubElement(joint, "parent", link="world")
    ElementTree.SubElement(joint, "child", link=root)
    settings = ElementTree.SubElement(robot, "mujoco")
    ElementTree.SubElement(settings, "compiler", fusestatic="false")
    text = ElementTree.tostring(robot, encoding="unicode")
    model = mujoco.MjModel.from_xml_string(text)
    data = mujoco.MjData(model)
    data.qpos[:] = order(mujoco, model, task, task["rest"])
    mujoco.mj_kinematics(model, data)

    def placed(link: str) -> tuple[Array, Array]:
        body = data.body(link)
        return np.array(body.xpos), np.reshape(body.xmat, (3, 3))

    rest = task["rest_landmarks"]
    for place, offset, point in zip(task["links"].tolist(), task["offsets"], rest, strict=True):
        position, rotation = placed(place)
        if np.abs(position + rotation @ offset - point).max() > 1e-4:
            raise SystemExit(f"{place} is not where kinemesh has it: the models differ")
    spec = mujoco.MjSpec.from_string(text)
    names = task["names"].tolist()
    turned = []
    for landmark, link, *_ in TASKS:
        position, rotation = placed(link)
        turned.append(rotation)
        local = np.zeros(3)
        if landmark in names:
            local = rotation.T @ (rest[names.index(landmark)] - position)
        spec.body(link).add_site(name=landmark, pos=local)
    return spec.compile(), np.array(turned)


def order(mujoco: Any, model: Any, task: Any, q: Array) -> Array:
    """``q`` with ``x y z qx qy qz qw`` and named joints in the model's own order."""
    result = np.zeros(model.nq)
    result[:7] = [*q[:3], q[6], *q[3:6]]
    for name, angle in zip(task["joint_names"], q[7:], strict=True):
        result[model.joint(str(name)).qposadr[0]] = angle
    return result


def error(tasks: list[Any], configuration: Any) -> float:
    """Norm of all tasks' errors together."""
    return float(np.linalg.norm(np.concatenate([t.compute_error(configuration) for t in tasks])))


def main() -> None:
    """Solve the landmarks of ``TASK.npz`` and write the figures to ``ANSWER.json``."""
    mink, mujoco = importlib.import_module("mink"), importlib.import_module("mujoco")
    task = np.load(sys.argv[1], allow_pickle=False)
    model, rest = load_model(mujoco, task)
    names, landmarks = task["names"].tolist(), task["landmarks"]
    theirs = bones(names, task["rest_landmarks"][None])
    turns = bones(names, landmarks)
    quaternions = np.zeros((len(landmarks), len(TASKS), 4))
    points = np.zeros((len(landmarks), len(TASKS), 3))
    flat = np.zeros(4)
    for k, (landmark, _, bone, *_) in enumerate(TASKS):
        if landmark in names:
            points[:, k] = landmarks[:, names.index(landmark)]
        for index, turn in enumerate(turns[bone] @ theirs[bone][0].T @ rest[k]):
            mujoco.mju_mat2Quat(flat, turn.ravel())
            quaternions[index, k] = flat
    passes = [
        [
            mink.FrameTask(name, "site", cost[which][0], cost[which][1], lm_damping=1.0)
            for name, _, _, *cost in TASKS
        ]
        for which in (0, 1)
    ]
    configuration = mink.Configuration(model, q=order(mujoco, model, task, task["start"]))
    limits = [mink.ConfigurationLimit(model)]
    dt = model.opt.timestep
    solves, off, each = 0, [], []
    start = time.perf_counter()
    for index in range(len(landmarks)):
        begin = time.process_time()
        for tasks in passes:
            for k, one in enumerate(tasks):
                turn = mink.SO3(quaternions[index, k])
                one.set_target(mink.SE3.from_rotation_and_translation(turn, points[index, k]))
        for tasks in passes:
            now = error(tasks, configuration)
            for _ in range(1 + FURTHER):
                velocity = mink.solve_ik(
                    configuration, tasks, dt, solver="daqp", damping=DAMPING, limits=limits
                )
                configuration.integrate_inplace(velocity, dt)
                solves += 1
                last, now = now, error(tasks, configuration)
                if last - now <= SMALL:
                    break
        each.append(time.process_time() - begin)
        middle = time.perf_counter()
        gaps = [
            np.linalg.norm(configuration.data.site(one.frame_name).xpos - points[index, k])
            for k, one in enumerate(passes[1])
            if one.frame_name in names
        ]
        off.append(float(np.mean(gaps)))
        start += time.perf_counter() - middle
    seconds = time.perf_counter() - start
    versions = {k: metadata.version(k) for k in ("mink", "mujoco", "daqp", "qpsolvers", "numpy")}
    answer = {"seconds": seconds, "frames": len(landmarks), "solves": solves / len(landmarks)}
    answer |= {"error": float(np.mean(off)), "each": each}
    Path(sys.argv[2]).write_text(json.dumps(answer | {"versions": versions}), encoding="utf-8")


if __name__ == "__main__":
    main()
