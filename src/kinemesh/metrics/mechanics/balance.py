"""Whether contacts can give what a motion asks: of the robot, and of the props that it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.encounter import Encounter
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.mechanics.contacts import WORLD, Contacts, contacts
from kinemesh.metrics.mechanics.filtered import known
from kinemesh.metrics.mechanics.problem import Problem
from kinemesh.metrics.mechanics.wrenches import Wanted, moving, of_prop, of_robot
from kinemesh.motion import Scene

Flags = NDArray[np.bool_]
Index = NDArray[np.int64]

_LEFT = 0.01, np.radians(3.0)
"""A prop has left a place when it is further from it than this [m], or turned by this."""


@dataclass(frozen=True, eq=False)
class Balance:
    """What contacts lack in every frame, and what joints do with what they give."""

    force: Array
    """What is left over of forces ``(T,)``, shares of :attr:`weight`."""
    moment: Array
    """And of moments ``(T,)``, shares of the weight times the leg."""
    efforts: Array
    """Torques of joints, with the forces at contacts, as shares of their limits ``(T, n)``; zero
    where no limit is known."""
    weight: float
    """Of the robot [N]."""
    leg: float
    """Thigh and shank [m]."""
    known: Flags
    """Frames whose accelerations are known ``(T,)``; the others are zero above."""
    joined: Flags
    """Whether the robot, and each prop, hangs on the robot ``(T, 1 + P)``: touches it, or what
    touches it, and so on, but for what stands still."""
    airborne: Flags
    """Frames in which nothing that stands still touches the robot or what hangs on it ``(T,)``."""
    touching: Contacts
    bodies: Index
    """Row of :attr:`wanted` by the number of a link or a prop, as :attr:`touching` has them."""
    wanted: tuple[Wanted, ...]
    """Of the robot, then of each prop."""


def balance(
    posed: KinematicTrajectory,
    scene: Scene,
    props: Sequence[Encounter],
    terrain: Encounter | None,
) -> Balance:
    """Forces at all contacts that come nearest to the six equations of each free body.

    Forces, as shares of the robot's weight, come first; what moments then lack is a share of weight
    times leg. Each body's moments are about its own centre of mass; what the robot and its props
    lack is added up. Of the forces that come as near those are taken that ask least of the motors.
    A prop counts from when it first leaves its place until it reaches its last one, and while it
    hangs on the robot or on a prop that counts.
    """
    robot, frames = posed.robot, len(posed)
    limbs = [one for p, one in zip(scene.props, props, strict=True) if p.limb_of is not None]
    props = [one for p, one in zip(scene.props, props, strict=True) if p.limb_of is None]
    touching = contacts(posed, scene.ground, props, terrain, limbs)
    own, torques = of_robot(posed, moving(posed))
    wanted = (own, *(of_prop(prop, posed.fps) for prop in scene.objects))
    links = robot.pin_model.njoints
    bodies = np.concatenate([np.zeros(links, np.int64), np.arange(len(props)) + 1])
    seeds = np.zeros((frames, 1 + len(props)), dtype=bool)
    seeds[:, 0] = True
    joined = _joined(touching, bodies, seeds)
    for k, prop in enumerate(scene.objects):
        seeds[:, 1 + k] = _underway(prop.track)
    counts, flags = _joined(touching, bodies, seeds), known(frames, posed.fps)
    counts[~flags] = False
    problem = Problem(touching, bodies, counts, wanted, torques, posed)
    left, efforts = problem.solve()
    force, moment = (
        np.linalg.norm(part, axis=2).sum(axis=1) for part in (left[..., :3], left[..., 3:])
    )
    bears = (touching.pushing == WORLD) & joined[touching.frames, bodies[touching.pushed]]
    airborne = np.ones(frames, dtype=bool)
    airborne[touching.frames[bears]] = False
    seen = (flags, joined, airborne, touching, bodies, wanted)
    return Balance(force, moment, efforts, own.weight, problem.lever, *seen)


def _joined(touching: Contacts, bodies: Index, seeds: Flags) -> Flags:
    """What hangs together with any of ``seeds`` ``(T, B)``, but for the world."""
    free = touching.pushing != WORLD
    frames = touching.frames[free]
    one, other = bodies[touching.pushed[free]], bodies[touching.pushing[free]]
    result = np.array(seeds)
    for _ in range(seeds.shape[1] - 1):
        reached = result[frames, one] | result[frames, other]
        result[frames[reached], one[reached]] = True
        result[frames[reached], other[reached]] = True
    return result


def _underway(track: Array) -> Flags:
    """From when a prop first leaves its place until it reaches its last one ``(T,)``."""
    turns = poses.matrix(track)
    flags = np.ones(len(track), dtype=bool)
    for end, step in ((0, 1), (-1, -1)):
        away = np.linalg.norm(track[:, :3] - track[end, :3], axis=1)
        trace = np.einsum("tij,ij->t", turns, turns[end])
        turned = np.arccos(np.clip((trace - 1.0) / 2.0, -1.0, 1.0))
        left = ((away > _LEFT[0]) | (turned > _LEFT[1]))[::step]
        flags &= np.logical_or.accumulate(left)[::step]
    return flags
