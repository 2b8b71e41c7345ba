"""Where the world can push on a robot, frame by frame, and what it carries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.detection.resting import Resting
from kinemesh.detection.touch import Touch
from kinemesh.motion import Inertia, Prop, Scene
from kinemesh.problem import Frame
from kinemesh.proximity import Obstacle, distances_over_frames, distances_to_ground
from kinemesh.robot import Configuration
from kinemesh.robot.end_effectors import Pad, Sole
from kinemesh.robot.kinematics import Joints
from kinemesh.robot.momentum import GRAVITY
from kinemesh.solve.smoothing import smoothed

_SHRUNK = 0.9
"""Soles bear on this share of their length and width: what is feasible so stays feasible."""
_PATCH, _NEAR = 0.01, 0.02
"""Of a pad all places bear that are no further from the thing than so [m] beyond its nearest, and
no further than so [m] at all."""
_STEADY = 6.0
"""What swings faster [Hz] in a prop's track is noise."""


@dataclass(frozen=True, eq=False)
class Support:
    """Places where a robot can be pushed at an instant."""

    joints: Joints
    """Joints that carry them ``(N,)``."""
    points: Array
    """``(N, 3)`` [m], in the world."""
    normals: Array
    """Unit directions ``(N, 3)`` of the push, in the world."""
    rates: Array
    """How the places move ``(N, 3, nv)`` with a tangent step."""

    @classmethod
    def of(
        cls,
        frames: Sequence[Frame],
        configurations: Sequence[Configuration],
        carried: Sequence[frozenset[str]],
    ) -> list[Support]:
        """What bears the robot in some frames.

        Args:
            frames: whose stances and contacts.
            configurations: the robot in each.
            carried: props that bear nobody, for somebody bears them, in each.
        """
        # By their place among the frame's contacts: pushes keep their order whoever else is asked.
        found = [{-1: soles} for soles in _soles(frames, configurations)]
        touching: dict[tuple[Pad, Obstacle | None], list[tuple[int, int]]] = {}
        for n, frame in enumerate(frames):
            for k, contact in enumerate(frame.contacts):
                thing = contact.obstacle
                if contact.time <= 0.0 and (thing is None or thing.name not in carried[n]):
                    touching.setdefault((contact.pad, thing), []).append((n, k))
        for (pad, thing), some in touching.items():
            poses = np.array([frames[n].contacts[k].pose for n, k in some])
            near = _pads(pad, thing, poses, [configurations[n] for n, _ in some])
            for (n, k), places in zip(some, near, strict=True):
                found[n][k] = places
        return [
            _support([one[k] for k in sorted(one)], at)
            for one, at in zip(found, configurations, strict=True)
        ]


_Places = tuple[Joints, Array, Array]
"""Joints ``(N,)``, points ``(N, 3)`` [m], normals ``(N, 3)``."""


def _support(found: Sequence[_Places], at: Configuration) -> Support:
    joints, points, normals = found[0]
    if len(found) > 1:
        joints, points, normals = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Support(joints, points, normals, at.jacobians(joints, points))


def _soles(frames: Sequence[Frame], configurations: Sequence[Configuration]) -> Iterator[_Places]:
    """Where soles stand, frame by frame."""
    standing = [(n, s) for n, frame in enumerate(frames) for s in frame.stances if not s.landing]
    kinds = {(stance.sole, stance.whole) for _, stance in standing}
    bearing = {(sole, whole): _bearing(sole, whole) for sole, whole in kinds}
    corners = [bearing[stance.sole, stance.whole] for _, stance in standing]
    counts = np.array([len(own) for own in corners], dtype=np.int64)
    there = [(configurations[n], stance.sole.joint) for n, stance in standing]
    turns = np.reshape([at.rotations[joint] for at, joint in there], (-1, 3, 3))
    shifts = np.reshape([at.translations[joint] for at, joint in there], (-1, 3))
    offsets = np.concatenate([*corners, np.zeros((0, 3))])
    points = (np.repeat(turns, counts, axis=0) @ offsets[:, :, None])[:, :, 0]
    points += np.repeat(shifts, counts, axis=0)
    normals = np.reshape([stance.normal for _, stance in standing], (-1, 3))
    normals = np.repeat(normals, counts, axis=0)
    joints = np.repeat(np.array([joint for _, joint in there], dtype=np.int64), counts)
    owners = np.repeat(np.array([n for n, _ in standing], dtype=np.int64), counts)
    for start, stop in pairwise(np.searchsorted(owners, np.arange(len(frames) + 1)).tolist()):
        yield joints[start:stop], points[start:stop], normals[start:stop]


def _bearing(sole: Sole, whole: bool) -> Array:
    """The corners ``(4, 3)`` [m] of a sole that bear, or those of its toe ``(2, 3)``."""
    corners = sole.corners if whole else sole.corners[2:]
    middle = corners.mean(axis=0)
    return np.asarray(middle + _SHRUNK * (corners - middle))


def _pads(
    pad: Pad, obstacle: Obstacle | None, track: Array, configurations: Sequence[Configuration]
) -> Iterator[_Places]:
    """Where a pad bears on a thing, or the ground, that is at poses ``(T, 7)``."""
    if obstacle is None:
        pairs = zip(configurations, track[:, 2].tolist(), strict=True)
        near = [distances_to_ground(at, height, _NEAR) for at, height in pairs]
    else:
        near = distances_over_frames(configurations, obstacle, track, _NEAR, pad.hulls)
    for one in near:
        own = np.isin(one.hulls, pad.hulls) if obstacle is None else one.distance < np.inf
        own &= one.distance <= np.min(one.distance, where=own, initial=np.inf) + _PATCH
        yield one.joints[own], one.points[own], one.normals[own]


@dataclass(frozen=True, eq=False)
class Load:
    """What a robot carries over a clip: the force and moment that it takes, as it moves."""

    force: Array
    """``(T, 3)`` [N]."""
    moment: Array
    """About the world's origin ``(T, 3)`` [N m]."""
    carried: tuple[frozenset[str], ...]
    """The props that are carried in each frame."""

    def at(self, index: NDArray[np.int64]) -> Load:
        """That of some of the frames."""
        carried = tuple(self.carried[k] for k in index.tolist())
        return Load(self.force[index], self.moment[index], carried)

    @classmethod
    def of(cls, scene: Scene, touches: Sequence[Touch], frames: int, fps: float) -> Load:
        """The props of the robot's ``scene`` that touch somebody and rest on nothing."""
        resting = Resting.in_scene(scene, fps) if scene.props else None
        force, moment = np.zeros((frames, 3)), np.zeros((frames, 3))
        names: list[set[str]] = [set() for _ in range(frames)]
        for k, prop in enumerate(scene.props):
            if prop.limb_of is not None:  # it pushes, and is not carried
                continue
            held = np.zeros(frames, dtype=bool)
            for touch in touches:
                if touch.thing == prop.name:
                    held |= touch.touching
            if resting is not None:
                held &= ~resting.rests(k)
            if not held.any():
                continue
            there = np.flatnonzero(held)
            for index in there.tolist():
                names[index].add(prop.name)
            own_force, own_moment = _carrying(prop, fps)
            force[there] += own_force[there]
            moment[there] += own_moment[there]
        return cls(force, moment, tuple(frozenset(one) for one in names))


def _carrying(prop: Prop, fps: float) -> tuple[Array, Array]:
    """Force ``(T, 3)`` [N] and moment about the origin ``(T, 3)`` [N m] that a prop's track takes.

    Newton's and Euler's equations with the track's own accelerations.
    """
    inertia, count = Inertia.of(prop), len(prop.track)
    turns = Rotation.from_quat(np.array(prop.track[:, 3:]))
    places = prop.track[:, :3] + turns.apply(np.array(inertia.centre))
    force = np.zeros((count, 3))
    force[:, 2] = GRAVITY
    moment = np.zeros((count, 3))
    if count > 3:
        path = smoothed(places, _STEADY, fps)
        force[1:-1] += (path[2:] - 2.0 * path[1:-1] + path[:-2]) * fps**2
        spins = (turns[1:] * turns[:-1].inv()).as_rotvec() * fps
        spins = smoothed(spins, _STEADY, fps)
        axes = turns.as_matrix()
        tensors = axes @ inertia.tensor @ axes.transpose(0, 2, 1)
        about = np.einsum("tij,tj->ti", 0.5 * (tensors[1:] + tensors[:-1]), spins)
        moment[1:-1] = np.diff(about, axis=0) * fps
    force *= inertia.mass
    return force, moment + np.cross(places, force)
