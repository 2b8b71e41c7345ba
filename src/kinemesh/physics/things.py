"""What the robot meets, for MuJoCo: ground, terrain, props."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.geometry.hollow import is_hollow
from kinemesh.motion import Inertia, Prop, Scene
from kinemesh.physics.solids import GRIP, PROPS, ROBOT, add_solid

THING = "thing: "
"""What stands before a thing's name, which may be that of a link or a joint."""
_STILL = 0.01
"""A prop none of whose corners goes further than this [m] stands still."""


def add_things(spec: Any, scene: Scene, friction: float) -> tuple[int, ...]:
    """Ground, terrain and props that are things; which of these are free."""
    import mujoco

    grip = [friction, *GRIP]
    still = {"contype": 0, "conaffinity": ROBOT | PROPS, "friction": grip}
    moved = {"contype": PROPS, "conaffinity": ROBOT | PROPS, "friction": grip, "condim": 4}
    world = spec.worldbody
    if scene.ground is not None:
        plane = mujoco.mjtGeom.mjGEOM_PLANE
        world.add_geom(type=plane, size=[0, 0, 1.0], pos=[0, 0, scene.ground], **still)
    if scene.terrain is not None:
        shape = scene.terrain.shape
        _refuse_hollow(scene.terrain.name, shape)
        body = world.add_body(name=f"{THING}{scene.terrain.name}")
        for part in shape.parts:
            add_solid(spec, body, part.vertices, **still)
    free = []
    for k, prop in enumerate(scene.props):
        if prop.limb_of is not None:
            continue
        _refuse_hollow(prop.name, prop.shape)
        start = poses.to_wxyz(prop.track[0])
        body = world.add_body(name=f"{THING}{prop.name}", pos=start[:3], quat=start[3:])
        for part in prop.shape.parts:
            add_solid(spec, body, part.vertices, **(moved if moves(prop) else still))
        if not moves(prop):
            continue
        free.append(k)
        inertia = Inertia.of(prop)
        body.add_freejoint(name=f"{THING}{prop.name}")
        body.explicitinertial = True
        body.mass, body.ipos = inertia.mass, np.array(inertia.centre)
        full = inertia.tensor
        body.fullinertia = [*np.diag(full), full[0, 1], full[0, 2], full[1, 2]]
    return tuple(free)


def moves(prop: Prop) -> bool:
    """Whether a prop moves along its track."""
    corners = np.concatenate([part.vertices for part in prop.shape.parts])
    low, high = corners.min(axis=0), corners.max(axis=0)
    ends = poses.apply(prop.track, np.stack([low, high]))
    return bool(np.abs(ends - ends[0]).max() > _STILL)


def _refuse_hollow(name: str, shape: Any) -> None:
    if is_hollow(shape):
        raise ClipError(
            f"{name!r} is hollow, and a simulation needs convex parts",
            advice="read it with decompose=True",
        )
