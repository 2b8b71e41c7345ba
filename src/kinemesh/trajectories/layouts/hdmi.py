"""HDMI's folder: ``motion.npz``, and ``meta.json`` that names its columns.

HDMI sets the simulated root's centre-of-mass velocity from ``body_lin_vel_w``. Its task with an
object (``RobotObjectTracking`` of ``command.py``) asks for ``object_contact``, a column for each of
the task's end effectors, the wrists if it names no others; its dataset does not interpolate a file
that has it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh._files.inputs import existing_file
from kinemesh._files.numpy_files import read_archive
from kinemesh.errors import ReadError
from kinemesh.motion.parts import HANDS
from kinemesh.trajectories.containers import LONGEST_LINE, Container, Contents, write_folder
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families.columns import like
from kinemesh.trajectories.layouts.families.named import (
    VELOCITIES,
    joint_columns,
    named_bodies,
    robots_bodies,
)
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion, Target

_ANY = 1 << 30
_FILES = ("motion.npz", "meta.json")


def encode(motion: Motion) -> dict[str, Any]:
    """Named bodies, every prop one more of them; velocities of the centres of mass.

    The centre of mass of a prop is not known here: its velocity is that of its origin. Where the
    readers need not interpolate, and it is known, when the left and the right hand were on a prop.
    """
    listed = motion.links.listed("hdmi")
    bodies = motion.bodies(listed)
    props = list(motion.props.values())
    linear = [motion.centre_velocity(listed.carriers), *(prop.linear for prop in props)]
    arrays = {
        "body_pos_w": [bodies.positions, *(prop.positions for prop in props)],
        "body_quat_w": [bodies.wxyz, *(prop.wxyz for prop in props)],
        "body_lin_vel_w": linear,
        "body_ang_vel_w": [bodies.angular, *(prop.angular for prop in props)],
        "joint_pos": [motion.joints],
        "joint_vel": [motion.joint_velocity],
    }
    single: dict[str, Any] = {
        key: np.concatenate(blocks, axis=1).astype(np.float32) for key, blocks in arrays.items()
    }
    if motion.props and motion.fps == LAYOUT.fps and (motion.stance or motion.touch):
        single["object_contact"] = np.stack([_holds(motion, hand) for hand in HANDS], axis=1)
    meta = {
        "fps": motion.stated_fps,
        "body_names": [*listed.names, *motion.props],
        "joint_names": list(motion.links.joints),
    }
    return dict(zip(_FILES, (single, meta), strict=True))


def _holds(motion: Motion, hand: str) -> NDArray[np.bool_]:
    """When a hand was on any prop ``(T,)``."""
    on = [f for (part, thing), f in motion.touch.items() if part == hand and thing in motion.props]
    return np.asarray(np.any([np.zeros(len(motion), dtype=bool), *on], axis=0))


def _read(path: Path, motion: str | None) -> Contents:
    archive, file = (existing_file(path / name) for name in _FILES)
    found = read_archive(archive)
    if file.stat().st_size > LONGEST_LINE:
        raise ReadError(f"{file} is far larger than a list of names")
    try:
        meta = json.loads(file.read_text(encoding="utf-8"))
        lists = {key: tuple(str(n) for n in meta[key]) for key in ("body_names", "joint_names")}
        rate = np.asarray(float(meta["fps"]))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ReadError(
            f"{file} is damaged ({type(error).__name__}: {error}); expected JSON with body_names, "
            f"joint_names and fps"
        ) from error
    arrays, names = {**found.arrays, "fps": rate}, {**found.texts, **lists}
    return Contents(path, FOLDER.name, arrays, names, skipped=found.skipped)


FOLDER = Container("hdmi folder", "HDMI", _read, write_folder, needed=_FILES)


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """Bodies that are no link of the robot are props."""
    given = contents.names.get("joint_names", ())
    columns = joint_columns(contents, given, target)
    joints = contents.array("joint_pos", None, len(given))
    bodies = named_bodies(contents, len(joints), target)
    tracks = {
        bodies.names[k]: np.hstack([bodies.places[:, k], bodies.turns[:, k]])
        for k in _props(bodies.names, target)
    }
    return RawMotion(
        facts,
        target,
        bodies.places[:, bodies.root],
        bodies.turns[:, bodies.root],
        joints[:, columns],
        np.arange(len(columns)),
        contents.number("fps"),
        facts.where,
        tracks,
    )


def _props(names: tuple[str, ...], target: Target) -> list[int]:
    if target.links is None:
        return []
    own = {*target.links.names, "world"}
    return [k for k, name in enumerate(names) if name not in own]


def inspect(contents: Contents, raw: RawMotion) -> RawMotion:
    """Bodies and all velocities."""
    given = contents.names["joint_names"]
    bodies = robots_bodies(contents, raw)
    rates, arrays = like(contents, "joint_vel", len(raw), len(given)), contents.arrays
    if rates is not None:
        rates = rates[:, joint_columns(contents, given, raw.target)]
    track_rates = {}
    if set(VELOCITIES) <= arrays.keys():
        names = contents.names["body_names"]
        track_rates = {
            names[k]: np.hstack([arrays[key][:, k] for key in VELOCITIES])
            for k in _props(names, raw.target)
        }
    return replace(raw, joint_rates=rates, bodies=bodies, track_rates=track_rates)


LAYOUT = Layout(
    name="hdmi",
    container=FOLDER,
    files=frozenset(_FILES),
    where={
        "place": "body_pos_w",
        "turn": "body_quat_w",
        "joints": "joint_pos",
        "joint_rates": "joint_vel",
        "linear": "body_lin_vel_w",
        "angular": "body_ang_vel_w",
        "bodies": "body_pos_w",
    },
    quaternions="w x y z",
    named_joints=True,
    centre_velocities=True,
    fps=50.0,
    props=_ANY,
    encode=encode,
    decode=decode,
    inspect=inspect,
)
