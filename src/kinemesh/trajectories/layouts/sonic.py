"""The folder that SONIC's deployment plays back: tables of numbers, and a text that lists bodies.

``metadata.txt`` says which of the breadth-first links the columns are; its list of numbers must be
one line.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.inputs import existing_file
from kinemesh.errors import ReadError
from kinemesh.trajectories.containers import (
    LONGEST_LINE,
    Container,
    Contents,
    read_numbers,
    write_folder,
)
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families.columns import (
    joints_of,
    like,
    links_of,
    rates_of,
    w_last,
)
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawBodies, RawMotion, Target, into

_JOINTS = {"joint_pos": "", "joint_vel": "vel_"}
_BODIES = {
    "body_pos": ("", "xyz"),
    "body_quat": ("", "wxyz"),
    "body_lin_vel": ("vel_", "xyz"),
    "body_ang_vel": ("angvel_", "xyz"),
}
"""Table to how its columns are called: a prefix, and a letter each."""
_NEEDED = ("joint_pos.csv", "body_pos.csv", "body_quat.csv")
_META = "metadata.txt"
_INDEXES = "body_part_indexes"


def encode(motion: Motion) -> dict[str, Any]:
    """IsaacLab's order of joints, listed bodies; velocities of the links' origins."""
    listed = motion.links.listed("sonic")
    bodies = motion.bodies(listed)
    order, columns = motion.links.breadth_first().tolist(), motion.links.breadth_first_joints()
    tables = {
        "joint_pos": motion.joints[:, columns],
        "joint_vel": motion.joint_velocity[:, columns],
        "body_pos": bodies.positions,
        "body_quat": bodies.wxyz,
        "body_lin_vel": bodies.linear,
        "body_ang_vel": bodies.angular,
    }
    files: dict[str, Any] = {}
    summary = []
    for name, values in tables.items():
        if name in _JOINTS:
            header = [f"joint_{_JOINTS[name]}{k}" for k in range(len(columns))]
        else:
            prefix, letters = _BODIES[name]
            count = len(listed.names)
            header = [f"body_{k}_{prefix}{letter}" for k in range(count) for letter in letters]
        files[f"{name}.csv"] = values.reshape(len(motion), -1), header
        key = name if name in _JOINTS else f"{name}_w"
        summary.append(f"  {key}: ({', '.join(str(n) for n in values.shape)}) (float64)")
    lines = [
        f"Metadata for: {motion.name}",
        "=" * 30,
        "",
        "Body part indexes:",
        f"[{' '.join(str(order.index(int(k))) for k in listed.carriers)}]",
        "",
        f"Total timesteps: {len(motion)}",
        "",
        "Data arrays summary:",
        *summary,
    ]
    return {**files, _META: "\n".join(lines) + "\n"}


def _read(path: Path, motion: str | None) -> Contents:
    arrays = {}
    for name in (*_JOINTS, *_BODIES):
        file = path / f"{name}.csv"
        if not os.path.isfile(file):
            continue
        table = read_numbers(existing_file(file), 1)
        width = 1 if name in _JOINTS else len(_BODIES[name][1])
        if table.shape[1] % width:
            raise ReadError(f"{file} has {table.shape[1]} columns; expected {width} for every body")
        arrays[name] = table if name in _JOINTS else table.reshape(len(table), -1, width)
    meta = path / _META
    if os.path.isfile(meta) and meta.stat().st_size < LONGEST_LINE:
        text = meta.read_text(encoding="utf-8", errors="replace")
        listed = re.search(r"Body part indexes:[^\n]*\n([^\n]*)", text)
        if listed is not None:
            found = [float(n) for n in re.findall(r"\d+", listed[1])]
            arrays[_INDEXES] = np.array(found)
    return Contents(path, FOLDER.name, arrays)


FOLDER = Container("sonic folder", "SONIC", _read, write_folder, needed=_NEEDED)


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """The root is the first of the listed bodies."""
    joints = joints_of(contents, "joint_pos", target)
    places = contents.array("body_pos", len(joints), None, 3)
    turns = w_last(contents.array("body_quat", *places.shape[:2], 4))
    columns = links_of(contents, target).breadth_first_joints()
    return RawMotion(
        facts, target, places[:, 0], turns[:, 0], into(joints, columns), columns, where=facts.where
    )


def settle(contents: Contents, raw: RawMotion, told: bool) -> RawMotion:
    """Refuse a list of bodies that does not begin with the root."""
    listed = contents.arrays.get(_INDEXES, np.zeros(1))
    if listed.size and listed[0] != 0:
        raise ReadError(
            f"{contents.path.name}: metadata.txt lists body {listed[0]:g} first; expected 0, the "
            f"root"
        )
    return raw


def inspect(contents: Contents, raw: RawMotion) -> RawMotion:
    """The bodies that ``metadata.txt`` lists, else those that the robot does."""
    places = contents.arrays["body_pos"]
    indexes, order = contents.arrays.get(_INDEXES), raw.links.breadth_first()
    carriers, count = raw.links.listed("sonic").carriers, places.shape[1]
    if indexes is not None and indexes.size == count and indexes.max() < len(order):
        carriers = order[indexes.astype(np.int64)]
    bodies = None
    if len(carriers) == count and carriers[0] == 0:
        bodies = RawBodies(
            carriers,
            np.zeros((count, 3)),
            places,
            w_last(contents.arrays["body_quat"]),
            like(contents, "body_lin_vel", *places.shape),
            like(contents, "body_ang_vel", *places.shape),
        )
    rates = rates_of(contents.arrays.get("joint_vel"), raw.columns, len(raw))
    return replace(raw, bodies=bodies, joint_rates=rates)


LAYOUT = Layout(
    name="sonic",
    container=FOLDER,
    files=frozenset((*(f"{name}.csv" for name in (*_JOINTS, *_BODIES)), _META)),
    where={
        "place": "body_pos.csv, columns 0:3",
        "turn": "body_quat.csv",
        "joints": "joint_pos.csv",
        "joint_rates": "joint_vel.csv",
        "linear": "body_lin_vel.csv",
        "angular": "body_ang_vel.csv",
        "bodies": "body_pos.csv",
    },
    quaternions="w x y z",
    breadth_first=True,
    fps=50.0,
    states_fps=False,
    encode=encode,
    decode=decode,
    settle=settle,
    inspect=inspect,
)
