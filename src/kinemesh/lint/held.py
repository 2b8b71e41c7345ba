"""What a file says, read as its format has it: the state that checks look at and mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kinemesh.motion.arrays import Array
from kinemesh.motion.links import Links

Order = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Listed:
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
    centre: bool = False
    """Whether the format means velocities of centres of mass."""
    nameless: bool = False
    """Whether only the order tells which body a column is."""


@dataclass(frozen=True, eq=False)
class Held:
    """A motion as its file states it, in our orders; checks hand on a mended one."""

    format: str
    links: Links
    place: Array
    """Origin of the root ``(T, 3)`` [m]."""
    turn: Array
    """Quaternion of the root ``(T, 4)``, ``x y z w``, as long as in the file."""
    joints: Array
    """Joint angles ``(T, n)`` [rad] in the robot's order."""
    columns: Order
    """Which of the robot's joints each column of the file is ``(n,)``."""
    fps: float | None
    """Frames per second [1/s], where they are stated."""
    first: bool | None
    """Whether quaternions have w first; None where there are none."""
    keys: Mapping[str, str]
    """Where ``place``, ``turn``, ``joints`` ... are in the file."""
    usual: float = 30.0
    """Frames per second [1/s] that such files have and do not state."""
    named: bool = False
    """Whether the file names its joints."""
    joint_rates: Array | None = None
    """Rates of the joints ``(T, n)`` [rad/s] in the robot's order."""
    root_rates: Array | None = None
    """Linear and angular velocity ``(T, 6)`` of the root: MuJoCo's ``qvel``."""
    bodies: Listed | None = None
    said: Array | None = None
    """Rotation vectors of root and joints ``(T, 1 + n, 3)`` that the file has besides."""
    tracks: Mapping[str, Array] = field(default_factory=dict)
    """Prop to poses ``(T, 7)``."""
    track_rates: Mapping[str, Array] = field(default_factory=dict)
    """Prop to linear and angular velocity ``(T, 6)``."""

    def __len__(self) -> int:
        return len(self.place)

    @property
    def rate(self) -> float:
        """Frames per second [1/s], stated or usual."""
        fps = self.fps
        return fps if fps is not None and np.isfinite(fps) and fps > 0.0 else self.usual

    def other(self, turns: Array) -> Array:
        """Quaternions ``(..., 4)`` read in the order that the format does not have."""
        return np.asarray(turns[..., [3, 0, 1, 2] if self.first else [1, 2, 3, 0]])

    def scaled(self, factor: float) -> Held:
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

    def reordered(self, order: Order) -> Held:
        """Column k of the file is joint ``order[k]`` of the robot after all."""

        def moved(values: Array) -> Array:
            result = np.zeros_like(values)
            result[:, order] = values[:, self.columns]
            return result

        rates = None if self.joint_rates is None else moved(self.joint_rates)
        return replace(self, joints=moved(self.joints), joint_rates=rates, columns=order)
