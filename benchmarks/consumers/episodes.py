"""Tools that read episodes of data sets: LeRobot."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from tools import bare, standin


def check_lerobot(tool: Path, folder: Path, robot: Any, facts: Any, report: Any) -> None:
    """LeRobot's data set, and its own merging of two."""
    print("LeRobot, lerobot.datasets.lerobot_dataset.LeRobotDataset (its own code)")
    os.environ |= {"HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "1"}
    importlib.import_module("datasets")  # before the stand-ins, for it asks what there is
    for name in ("torchvision", "av", "accelerate"):  # of images and films, and of training
        sys.modules[name] = standin(name)
    sys.modules["av"].logging = logging
    bare("lerobot", tool)
    bare("lerobot.datasets", tool / "datasets")
    module = importlib.import_module("lerobot.datasets.lerobot_dataset")
    aggregate = importlib.import_module("lerobot.datasets.aggregate").aggregate_datasets
    root, step = folder / "lerobot", 1.0 / facts["fps"]
    found = module.LeRobotDataset("local/one", root=root, delta_timestamps={"action": [0.0, step]})
    frames = [found[k] for k in range(len(found))]
    names = found.meta.features["observation.state"]["names"]
    columns = [names.index(name) for name in robot.joints]
    state, rates = (
        np.array([frame[f"observation.{key}"].numpy() for frame in frames])
        for key in ("state", "velocity")
    )
    report.compare("frames", len(found), len(robot.q), 0.0, "")
    report.compare("fps", found.fps, facts["fps"], 0.0, "1/s")
    report.compare("observation.state, joints", state[:, columns], robot.q, 1e-6, "rad")
    report.compare("observation.state, root", state[:, :3], robot.places[:, 0], 2e-5, "m")
    report.turns("observation.state, root", state[:, [6, 3, 4, 5]], robot.turns[:, 0])
    turning = [k - 1 for k in columns]  # six numbers of the root before them, not seven
    report.compare(
        "observation.velocity, joints", rates[:, turning], robot.joint_velocity, 1e-3, "rad/s"
    )
    order = [found.meta.features["action"]["names"].index(name) for name in robot.joints]
    action = np.array([frame["action"].numpy() for frame in frames])[:, :, order]
    report.compare("action: the next frame's joints", action[:-1, 0], robot.q[1:], 1e-6, "rad")
    report.compare("the action after it", action[:-1, 1], action[1:, 0], 0.0, "rad")
    mean = np.array(found.meta.stats["action"]["mean"])[order]
    report.compare("stats of action, mean", mean, action[:, 0].mean(axis=0), 1e-6, "rad")
    for prop in facts["props"][:1]:
        key = "observation.environment_state"
        place = [found.meta.features[key]["names"].index(f"prop.{prop}.{end}") for end in "xyz"]
        track = np.array([frame[key].numpy() for frame in frames])[:, place]
        report.compare(f"environment_state, {prop}", track, robot.qpos[:, 36:39], 1e-6, "m")
    two, both = ["local/one", "local/one"], folder / "lerobot_merged"
    aggregate(two, "local/both", roots=[root, root], aggr_root=both)
    merged = module.LeRobotDataset("local/both", root=both)
    again = [merged[len(found) + k] for k in range(len(found))]
    second = np.array([frame["observation.state"].numpy() for frame in again])
    report.compare("merged with itself: the second episode", second, state, 0.0, "")
    report.compare("merged with itself: episodes", merged.num_episodes, 2, 0.0, "")
