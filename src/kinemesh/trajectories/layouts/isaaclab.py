"""IsaacLab's archives for its adversarial motion priors: joints and bodies by name.

``humanoid_amp/motions/motion_loader.py`` takes joints and bodies in any order; its environment sets
the simulated root's centre-of-mass velocity from ``body_linear_velocities``, and compares it with
PhysX's, which is of the same point.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kinemesh.trajectories.containers import NPZ, Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families.columns import like
from kinemesh.trajectories.layouts.families.named import (
    joint_columns,
    named_bodies,
    robots_bodies,
)
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion, Target

_POSES = ("body_positions", "body_rotations")
_VELOCITIES = ("body_linear_velocities", "body_angular_velocities")


def encode(motion: Motion) -> dict[str, Any]:
    """The bodies of the simulated robot where the robot lists them, else every link.

    Velocities are those of the centres of mass of links; what is fixed to one, whose centre is not
    known here, has that of its origin.
    """
    links, listed = motion.links, motion.links.listed("isaaclab")
    bodies = motion.bodies(listed)
    own = np.array([name in links.names for name in listed.names])
    linear = np.array(bodies.linear)
    linear[:, own] = motion.centre_velocity(listed.carriers[own])
    arrays = {
        "dof_positions": motion.joints,
        "dof_velocities": motion.joint_velocity,
        "body_positions": bodies.positions,
        "body_rotations": bodies.wxyz,
        "body_linear_velocities": linear,
        "body_angular_velocities": bodies.angular,
    }
    return {
        "fps": np.array(motion.stated_fps),
        "dof_names": np.array(links.joints),
        "body_names": np.array(listed.names),
        **{key: values.astype(np.float32) for key, values in arrays.items()},
    }


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """All by name."""
    given = contents.names.get("dof_names", ())
    columns = joint_columns(contents, given, target)
    joints = contents.array("dof_positions", None, len(given))
    bodies = named_bodies(contents, len(joints), target, _POSES)
    return RawMotion(
        facts,
        target,
        bodies.places[:, bodies.root],
        bodies.turns[:, bodies.root],
        joints[:, columns],
        np.arange(len(columns)),
        contents.number("fps"),
        facts.where,
    )


def inspect(contents: Contents, raw: RawMotion) -> RawMotion:
    """Bodies and all velocities."""
    given = contents.names["dof_names"]
    rates = like(contents, "dof_velocities", len(raw), len(given))
    if rates is not None:
        rates = rates[:, joint_columns(contents, given, raw.target)]
    bodies = robots_bodies(contents, raw, _POSES, _VELOCITIES)
    return replace(raw, joint_rates=rates, bodies=bodies)


LAYOUT = Layout(
    name="isaaclab",
    container=NPZ,
    suffixes=(".npz",),
    keys=("dof_positions", *_POSES),
    names=("dof_names", "body_names"),
    where={
        "place": "body_positions",
        "turn": "body_rotations",
        "joints": "dof_positions",
        "joint_rates": "dof_velocities",
        "linear": "body_linear_velocities",
        "angular": "body_angular_velocities",
        "bodies": "body_positions",
    },
    quaternions="w x y z",
    named_joints=True,
    centre_velocities=True,
    fps_shape=(),
    encode=encode,
    decode=decode,
    inspect=inspect,
)
