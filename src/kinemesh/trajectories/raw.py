"""A motion as its file states it, in our orders: nothing in it is believed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.motion.links import Links
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.findings import Oddity

Order = NDArray[np.int64]


@dataclass(frozen=True)
class Target:
    """The robot whose trajectory a file is to be."""

    joint_names: tuple[str, ...]
    """Its joints, in MuJoCo's order."""
    robot: str
    links: Links | None = None
    """Its links, which tell orders apart that files do not name."""


@dataclass(frozen=True, eq=False)
class RawBodies:
    """Bodies of a file, over time, in the file's own order."""

    carriers: Order
    """The link that each column is fixed to ``(B,)``."""
    offsets: Array
    """Where it is in that link's frame ``(B, 3)`` [m]."""
    places: Array
    """Origins ``(T, B, 3)`` [m]."""
    turns: Array | None = None
    """Quaternions ``(T, B, 4)``, ``x y z w``."""
    linear: Array | None = None
    """Linear velocities ``(T, B, 3)`` [m/s]."""
    angular: Array | None = None
    """Angular velocities ``(T, B, 3)`` [rad/s]."""
    root: int | None = 0
    """The column of the root; None where the root itself is the frame of the places."""


@dataclass(frozen=True, eq=False)
class RawMotion:
    """A motion as its file states it, in our orders; checks hand on a mended one."""

    facts: Facts
    """What is so of every file of the format."""
    target: Target
    place: Array
    """Origin of the root ``(T, 3)`` [m]."""
    turn: Array
    """Quaternion of the root ``(T, 4)``, ``x y z w``, as long as in the file."""
    joints: Array
    """Joint angles ``(T, n)`` [rad] in the robot's order."""
    columns: Order
    """Which of the robot's joints each column of the file is ``(n,)``; fewer where the file has a
    part of them."""
    fps: float | None = None
    """Frames per second [1/s], where they are stated."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Where ``place``, ``turn``, ``joints`` ... are in the file."""
    tracks: Mapping[str, Array] = field(default_factory=dict)
    """Prop to poses ``(T, 7)``."""
    sources: Mapping[str, Array] = field(default_factory=dict)
    """The file's numbers that root or joints were worked out from: they have to be finite too."""
    oddities: tuple[Oddity, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    # What follows is looked at by lint alone.
    joint_rates: Array | None = None
    """Rates of the joints ``(T, n)`` [rad/s] in the robot's order."""
    root_rates: Array | None = None
    """Linear and angular velocity ``(T, 6)`` of the root: MuJoCo's ``qvel``."""
    bodies: RawBodies | None = None
    rotvecs: Array | None = None
    """Rotation vectors of root and joints ``(T, 1 + n, 3)`` that the file has besides."""
    track_rates: Mapping[str, Array] = field(default_factory=dict)
    """Prop to linear and angular velocity ``(T, 6)``."""

    def __len__(self) -> int:
        return len(self.place)

    @property
    def format(self) -> str:
        """The format's name."""
        return self.facts.name

    @property
    def links(self) -> Links:
        """The robot's links, where they are known."""
        assert self.target.links is not None
        return self.target.links

    @property
    def rate(self) -> float:
        """Frames per second [1/s], stated or usual."""
        fps = self.fps
        return fps if fps is not None and np.isfinite(fps) and fps > 0.0 else self.facts.usual_fps

    def other(self, turns: Array) -> Array:
        """Quaternions ``(..., 4)`` read in the order that the format does not have."""
        return np.asarray(turns[..., [3, 0, 1, 2] if self.facts.w_first else [1, 2, 3, 0]])

    def scaled(self, factor: float) -> RawMotion:
        """All lengths ``factor`` times as large."""
        bodies = self.bodies
        if bodies is not None:
            linear = None if bodies.linear is None else bodies.linear * factor
            bodies = replace(bodies, places=bodies.places * factor, linear=linear)
        six = np.repeat([factor, 1.0], 3)
        pose = np.array([factor] * 3 + [1.0] * 4)
        return replace(
            self,
            place=self.place * factor,
            bodies=bodies,
            root_rates=None if self.root_rates is None else self.root_rates * six,
            tracks={name: track * pose for name, track in self.tracks.items()},
            track_rates={name: rates * six for name, rates in self.track_rates.items()},
        )

    def reordered(self, order: Order) -> RawMotion:
        """Column k of the file is joint ``order[k]`` of the robot after all."""

        def moved(values: Array) -> Array:
            return into(values[:, self.columns], order)

        rates = None if self.joint_rates is None else moved(self.joint_rates)
        return replace(self, joints=moved(self.joints), joint_rates=rates, columns=order)


def into(values: Array, columns: Order) -> Array:
    """Columns that stand in the order ``columns`` put in the robot's own."""
    result = np.zeros_like(values)
    result[:, columns] = values
    return result
