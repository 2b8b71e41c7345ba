"""Clips: a human demonstration, validated once at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kinemesh.errors import ClipError
from kinemesh.motion import mirror, moved
from kinemesh.motion.arrays import Array, readonly
from kinemesh.motion.bounds import check_places, check_rate, check_turns
from kinemesh.motion.clean import cleaned
from kinemesh.motion.edits import Edit, check_edits
from kinemesh.motion.resample import cropped, resampled, trimmed
from kinemesh.motion.scene import Scene
from kinemesh.motion.shown import html_table
from kinemesh.motion.skeleton import LANDMARKS, Skeleton

_STATURES = (0.5, 2.6)
"""A person's stature [m] lies in between: outside, the unit or the skeleton is wrong."""


@dataclass(frozen=True, eq=False)
class Clip:
    """A human demonstration: joint positions over time and the scene they happened in.

    The world is right-handed, z up, in metres; the ground is at ``scene.ground``.

    Raises:
        ClipError: shapes that do not fit, fewer than two frames, NaN or infinite positions,
            a frame rate that is not positive, or a person of impossible size (the message
            names the unit that would fit).
    """

    positions: Array
    """Joint positions ``(T, J, 3)`` [m]."""
    skeleton: Skeleton
    fps: float
    """Frames per second [1/s]."""
    scene: Scene = field(default_factory=Scene)
    height: float | None = None
    """The person's stature [m]; None estimates it from the leg bones."""
    rotations: Array | None = None
    """World rotations of the joints ``(T, J, 4)`` ``qx qy qz qw``, where the file has them."""
    contacts: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """Contact labels of the file, landmark name to ``(T,)``: touching a prop."""
    name: str = "clip"
    notes: tuple[str, ...] = ()
    """What was found while reading: scale, floor, axes, frame rate."""
    warnings: tuple[str, ...] = ()
    """What the user should know and might want to change."""
    edits: tuple[Edit, ...] = ()
    """What the user says about stance and touch, against what is detected; later ones win."""

    def __post_init__(self) -> None:
        positions = np.asarray(self.positions, dtype=np.float64)
        self._check_positions(positions)
        check_rate(self.fps)
        frames = len(positions)
        for prop in self.scene.props:
            if len(prop.track) != frames:
                raise ClipError(
                    f"prop {prop.name!r} has {len(prop.track)} poses for {frames} frames"
                )
        if self.rotations is not None and np.shape(self.rotations) != (*positions.shape[:2], 4):
            raise ClipError(
                f"rotations have shape {np.shape(self.rotations)}; "
                f"expected {(*positions.shape[:2], 4)}"
            )
        if self.rotations is not None and not np.all(np.isfinite(self.rotations)):
            raise ClipError(
                "rotations are NaN or infinite: fill them first (kinemesh.motion.clean.mended), "
                "or leave rotations out"
            )
        if self.rotations is not None:
            check_turns(self.rotations, "the clip's rotations")
        for landmark, touching in self.contacts.items():
            if landmark not in LANDMARKS or np.shape(touching) != (frames,):
                raise ClipError(
                    f"contact labels {landmark!r} {np.shape(touching)}: "
                    f"expected a landmark name and an array ({frames},)"
                )
        object.__setattr__(self, "edits", tuple(self.edits))
        check_edits(self.edits, frames, self.scene.things)
        object.__setattr__(self, "positions", readonly(positions))
        object.__setattr__(self, "fps", float(self.fps))
        if self.rotations is not None:
            object.__setattr__(self, "rotations", readonly(self.rotations))
        labels = {k: readonly(v, np.bool_) for k, v in self.contacts.items()}
        object.__setattr__(self, "contacts", MappingProxyType(labels))
        estimate = estimate_height(positions, self.skeleton)
        self._check_stature(estimate, "the skeleton")
        if self.height is None:
            object.__setattr__(self, "height", round(estimate, 3))
        else:
            self._check_stature(float(self.height), "the given height")
            object.__setattr__(self, "height", float(self.height))

    def __reduce__(self) -> tuple[type[Clip], tuple[object, ...]]:
        return Clip, (
            *(self.positions, self.skeleton, self.fps, self.scene, self.height, self.rotations),
            *(dict(self.contacts), self.name, self.notes, self.warnings, self.edits),
        )

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def duration(self) -> float:
        """Time from the first frame to the last [s]."""
        return (len(self) - 1) / self.fps

    @property
    def stature(self) -> float:
        """The person's height [m], given or estimated."""
        assert self.height is not None  # set in __post_init__
        return self.height

    def joint(self, name: str) -> Array:
        """Positions ``(T, 3)`` [m] of one joint."""
        return np.asarray(self.positions[:, self.skeleton.index(name)])

    def landmark(self, name: str) -> Array:
        """Positions ``(T, 3)`` [m] of one landmark."""
        return self.skeleton.place(self.positions, name)

    def landmarks(self) -> Array:
        """Positions ``(T, K, 3)`` [m] in the order of :data:`LANDMARKS`."""
        return np.stack([self.landmark(name) for name in LANDMARKS], axis=1)

    def _repr_html_(self) -> str:
        scene = self.scene
        rows = {
            "frames": f"{len(self)} at {self.fps:g}/s, {self.duration:.2f} s",
            "skeleton": f"{self.skeleton.name}, {len(self.skeleton.joints)} joints",
            "stature": f"{self.stature:.3f} m",
            "props": ", ".join(prop.name for prop in scene.props) or "none",
            "terrain": "none" if scene.terrain is None else scene.terrain.name,
        }
        return html_table(f"Clip {self.name}", rows, (*self.notes, *self.warnings))

    def with_contacts(self, *edits: Edit) -> Clip:
        """The clip with the user's word on stance and touch, frame range by frame range.

        What retargets, measures and shows the clip goes by it; elsewhere detection stands.

        Raises:
            ClipError: an unknown foot, hand or thing, or frames that the clip does not have.
        """
        notes = tuple(f"contacts, given: {edit}" for edit in edits)
        return replace(self, edits=(*self.edits, *edits), notes=(*self.notes, *notes))

    def crop(self, start: int, stop: int) -> Clip:
        """Frames ``start`` to ``stop`` (exclusive) as a clip."""
        return cropped(self, start, stop)

    def trimmed(self, start: float | None = None, stop: float | None = None) -> Clip:
        """The frames from ``start`` to ``stop`` [s], both included; an end left out stays."""
        return trimmed(self, start, stop)

    def resampled(self, fps: float) -> Clip:
        """The same motion read at ``fps`` [1/s]; see :func:`kinemesh.motion.resample.resampled`."""
        return resampled(self, fps)

    def resample(self, fps: float) -> Clip:
        """The same as :meth:`resampled`."""
        return resampled(self, fps)

    def cleaned(self) -> Clip:
        """The clip with its spikes taken out; see :mod:`kinemesh.motion.clean`."""
        return cleaned(self)

    def mirrored(self) -> Clip:
        """The clip in the mirror y = 0; see :mod:`kinemesh.motion.mirror`."""
        return mirror.mirrored(self)

    def translated(self, offset: ArrayLike) -> Clip:
        """Person and scene moved by ``offset`` ``(3,)`` [m]."""
        return moved.translated(self, offset)

    def rotated(self, yaw: float) -> Clip:
        """Person and scene turned about the world's z by ``yaw`` [rad]."""
        return moved.rotated(self, yaw)

    def scaled(self, factor: float) -> Clip:
        """Person, stature and scene ``factor`` times as large."""
        return moved.scaled(self, factor)

    def _check_positions(self, positions: Array) -> None:
        joints = len(self.skeleton.joints)
        if positions.ndim != 3 or positions.shape[1:] != (joints, 3):
            raise ClipError(
                f"positions have shape {positions.shape}; skeleton {self.skeleton.name!r} "
                f"expects (T, {joints}, 3)"
            )
        if len(positions) < 2:
            raise ClipError(f"the clip has {len(positions)} frames; a motion needs at least 2")
        bad = np.argwhere(~np.isfinite(positions))
        if len(bad):
            frame, joint = (int(k) for k in bad[0, :2])
            raise ClipError(
                f"{len(bad)} coordinates are NaN or infinite, the first at frame {frame}, "
                f"joint {self.skeleton.joints[joint]}: crop these "
                f"frames or fill them first (kinemesh.motion.clean.mended)"
            )
        check_places(positions, "a joint")

    def _check_stature(self, stature: float, what: str) -> None:
        low, high = _STATURES
        if low <= stature <= high:
            return
        for unit, factor in (("centimetres", 0.01), ("millimetres", 0.001), ("inches", 0.0254)):
            if 1.2 <= stature * factor <= 2.2:
                raise ClipError(
                    f"{what} makes a person {stature:.4g} m tall: the numbers look like {unit}; "
                    f"multiply them by {factor} to get metres"
                )
        raise ClipError(
            f"{what} makes a person {stature:.3g} m tall; expected {low} to {high} m: "
            f"check the unit and the order of the joints"
        )


def estimate_height(positions: Array, skeleton: Skeleton) -> float:
    """Stature [m] from the median thigh and shank lengths and the skeleton's leg ratio."""

    def bone(a: str, b: str) -> float:
        ends = skeleton.place(positions, a) - skeleton.place(positions, b)
        return float(np.median(np.linalg.norm(ends, axis=1)))

    legs = [
        bone(f"{s}_hip", f"{s}_knee") + bone(f"{s}_knee", f"{s}_ankle") for s in ("left", "right")
    ]
    return float(np.mean(legs)) / skeleton.leg_ratio
