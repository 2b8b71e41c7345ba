"""What a result is made of, validated once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import (
    FARTHEST,
    flags,
    floats,
    instance,
    mapping,
    number,
    several,
    text,
    texts,
)
from kinemesh.arrays import Array, readonly
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, Clip, Scene, Trajectory
from kinemesh.result.report import FrameReport
from kinemesh.result.simulation import Simulation

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ResultFields:
    """The fields of a :class:`~kinemesh.Result`, checked; what its file is written from."""

    trajectory: Trajectory
    scene: Scene
    """The robot's scene: props at real size on scaled tracks, terrain scaled."""
    landmarks: Array
    """The person's landmarks scaled to the robot ``(T, K, 3)`` [m]."""
    reports: tuple[FrameReport, ...]
    clip: str = "clip"
    """Name of the clip."""
    scale: float = 1.0
    """Robot height / human height."""
    version: str = ""
    """Version of kinemesh that made it."""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    tracks: Mapping[str, Array] = field(default_factory=dict)
    """Prop name to poses ``(T, 7)`` in the robot's scene; all that older files have of it."""
    stance: Mapping[str, Flags] = field(default_factory=dict)
    """When feet were held ``(T,)``, by ``left_toe``, ``left_heel``, ``left_landing``, ...; empty
    where a file does not say."""
    touch: Mapping[tuple[str, str], Flags] = field(default_factory=dict)
    """When parts of the body (:data:`kinemesh.motion.PARTS`) were held to things ``(T,)``, by part
    and thing."""
    demonstration: Clip | None = None
    """The clip that was followed, frame for frame, in its own scene at human scale; of one that was
    read from a file, without rotations of joints. None where a file does not have it."""
    target: Scene | None = None
    """The scene, at human scale, that the motion was adapted to; None: the demonstration's own."""
    simulation: Simulation | None = None
    """What happened besides, where a simulated robot made the trajectory."""

    def __post_init__(self) -> None:
        instance("trajectory", self.trajectory, Trajectory, "a Trajectory")
        instance("scene", self.scene, Scene, "the robot's Scene")
        frames = len(self.trajectory)
        span: dict[str, Any] = {"largest": FARTHEST, "error": ClipError}
        places = floats(
            "landmarks",
            self.landmarks,
            f"places ({frames}, {len(LANDMARKS)}, 3) [m]",
            shape=(frames, len(LANDMARKS), 3),
            **span,
        )
        object.__setattr__(self, "landmarks", readonly(places))
        reports = several("reports", self.reports, FrameReport, "FrameReports")
        object.__setattr__(self, "reports", reports)
        number("scale", self.scale, "a factor, more than 0", over=0.0, error=ClipError)
        for name in ("clip", "version"):
            text(name, getattr(self, name))
        for name in ("notes", "warnings"):
            said = texts(name, getattr(self, name), "a tuple of texts")
            object.__setattr__(self, name, said)
        for name, track in mapping("tracks", self.tracks, "props to poses (T, 7)").items():
            what = f"poses ({frames}, 7)"
            found = floats(f"tracks[{name!r}]", track, what, shape=(frames, 7), **span)
            if not np.all(np.linalg.norm(found[:, 3:], axis=1) > 1e-6):
                raise ClipError(f"tracks[{name!r}] holds a quaternion of zeros: expected length 1")
        if not self.tracks and self.scene.props:
            object.__setattr__(self, "tracks", {p.name: p.track for p in self.scene.props})
        self._check_carried()
        self._check_simulation()
        for name, what in (("stance", "parts of feet"), ("touch", "(part, thing)")):
            held = mapping(name, getattr(self, name), f"{what} to flags (T,)")
            known = {
                key: readonly(
                    flags(f"{name}[{key!r}]", each, (frames,), f"flags ({frames},)", ClipError),
                    np.bool_,
                )
                for key, each in held.items()
            }
            object.__setattr__(self, name, known)

    def _check_carried(self) -> None:
        clip, own = self.demonstration, self.trajectory
        if clip is not None:
            instance("demonstration", clip, Clip, "the Clip that was followed, or None")
            if len(clip) != len(own) or abs(clip.fps - own.fps) > 1e-6 * own.fps:
                raise ClipError(
                    f"the demonstration has {len(clip)} frames at {clip.fps:g}/s and the "
                    f"trajectory {len(own)} at {own.fps:g}/s: expected the same"
                )
        if self.target is not None:
            instance("target", self.target, Scene, "a Scene, or None for the demonstration's own")
            for prop in self.target.props:
                if len(prop.track) != len(own):
                    raise ClipError(
                        f"prop {prop.name!r} of the target has {len(prop.track)} poses for "
                        f"{len(own)} frames"
                    )

    def _check_simulation(self) -> None:
        if self.simulation is None:
            return
        instance("simulation", self.simulation, Simulation, "a Simulation, or None")
        frames, joints = self.simulation.torques.shape
        wanted = len(self.trajectory), len(self.trajectory.joint_names)
        if (frames, joints) != wanted:
            raise ClipError(
                f"the simulation has {frames} frames of {joints} joints and the trajectory "
                f"{wanted[0]} of {wanted[1]}: expected the same"
            )

    def __len__(self) -> int:
        return len(self.trajectory)

    def qpos(self) -> Array:
        """MuJoCo's order ``(T, 7 + n + 7 P)``: base, joints, then ``xyz wxyz`` of each prop.

        Examples:
            >>> kinemesh.retarget(kinemesh.demos.lift_box().crop(0, 4)).qpos().shape  # 7 + 29 + 7
            (4, 43)
        """
        tracks = [poses.to_wxyz(track) for track in self.tracks.values()]
        return np.hstack([self.trajectory.qpos(), *tracks])
