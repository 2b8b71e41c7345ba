"""What a clip is made of, validated once at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import (
    FARTHEST,
    flags,
    floats,
    instance,
    mapping,
    number,
    rate,
    several,
    text,
    texts,
    wrong,
)
from kinemesh.arrays import Array, readonly
from kinemesh.errors import ClipError
from kinemesh.motion.edits import Edit, StanceEdit, TouchEdit, check_edits
from kinemesh.motion.scene import GROUND, Scene
from kinemesh.motion.shells import notes, seen
from kinemesh.motion.skeleton import LANDMARKS, Skeleton
from kinemesh.motion.skeletons import SKELETONS

_STATURES = (0.5, 2.6)
"""A person's stature [m] lies in between: outside, the unit or the skeleton is wrong."""


@dataclass(frozen=True, eq=False)
class ClipFields:
    """The fields of a :class:`~kinemesh.motion.Clip`, checked, and what is read off them alone.

    What makes a clip of a clip is a function of these fields; the class of both is the same.
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
        self._check_kinds()
        what = "joint positions (T, J, 3) [m], real numbers without a mask"
        positions = floats("positions", self.positions, what, error=ClipError)
        self._check_positions(positions)
        object.__setattr__(self, "fps", rate(self.fps, ClipError))
        frames = len(positions)
        for prop in self.scene.props:
            if len(prop.track) != frames:
                raise ClipError(
                    f"prop {prop.name!r} has {len(prop.track)} poses for {frames} frames"
                )
        if self.rotations is not None:
            turns = self._checked_rotations((*positions.shape[:2], 4))
            object.__setattr__(self, "rotations", readonly(turns))
        labels = {}
        for landmark, touching in self.contacts.items():
            name, what = f"contact labels {landmark!r}", f"true or false ({frames},)"
            if landmark not in LANDMARKS:
                wrong(name, touching, f"one of the landmarks {', '.join(LANDMARKS)}", ClipError)
            labels[landmark] = readonly(flags(name, touching, (frames,), what, ClipError), np.bool_)
        object.__setattr__(self, "contacts", MappingProxyType(labels))
        ground = () if self.scene.ground is None else (GROUND,)
        check_edits(self.edits, frames, (*self.scene.things, *ground))
        object.__setattr__(self, "positions", readonly(positions))
        estimate = estimate_height(positions, self.skeleton)
        self._check_stature(estimate, "the skeleton")
        if self.height is None:
            object.__setattr__(self, "height", round(estimate, 3))
        else:
            height = number("height", self.height, "the stature [m]", error=ClipError)
            self._check_stature(height, "the given height")
            object.__setattr__(self, "height", height)

        self._look_at_meshes()

    def _look_at_meshes(self) -> None:
        """Take what the person shows to be no solid for a sheet, and say what meshes are like."""
        before = self.scene
        scene, shells = seen(before, {name: self.landmark(name) for name in LANDMARKS})
        object.__setattr__(self, "scene", scene)
        found = [text for prop in scene.props for text in notes(f"prop {prop.name}", prop.shape)]
        if scene.terrain is not None:
            found += notes(f"terrain {scene.terrain.name}", scene.terrain.shape)
        fresh = [text for text in found if text not in self.notes]
        if fresh:
            object.__setattr__(self, "notes", (*self.notes, *fresh))
        if shells:
            # What was said of the solids that they were taken for is no longer so.
            shapes = {prop.name: prop.shape for prop in before.props}
            if before.terrain is not None:
                shapes[before.terrain.name] = before.terrain.shape
            stale = tuple(text for name in shells for text in shapes[name].warnings)
            kept = [text for text in self.warnings if not (stale and text.endswith(stale))]
            warnings = (*kept, *(f"{name}: {why}" for name, why in shells.items()))
            object.__setattr__(self, "warnings", warnings)

    def __reduce__(self) -> tuple[type[ClipFields], tuple[object, ...]]:
        return type(self), (
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

    def _check_kinds(self) -> None:
        known = ", ".join(SKELETONS)
        what = f"a Skeleton: one of your own, or kinemesh.motion.SKELETONS[name] with {known}"
        instance("skeleton", self.skeleton, Skeleton, what)
        what = "a Scene; leave it out where there is nothing but level ground"
        instance("scene", self.scene, Scene, what)
        mapping("contacts", self.contacts, "landmark names to labels (T,)")
        text("name", self.name)
        for name in ("notes", "warnings"):
            said = texts(name, getattr(self, name), "a tuple of texts")
            object.__setattr__(self, name, said)
        edits = several("edits", self.edits, (StanceEdit, TouchEdit), "stance and touch edits")
        object.__setattr__(self, "edits", edits)

    def _checked_rotations(self, shape: tuple[int, ...]) -> Array:
        """The rotations, if they are quaternions ``shape``."""
        what = f"quaternions x y z w {shape}"
        turns = floats("rotations", self.rotations, what, error=ClipError)
        if turns.shape != shape:
            raise ClipError(f"rotations have shape {turns.shape}; expected {shape}")
        if not np.all(np.isfinite(turns)):
            raise ClipError(
                "rotations are NaN or infinite: fill them first (kinemesh.motion.clean.mended), "
                "or leave rotations out"
            )
        sizes = np.abs(turns).max(axis=-1)
        if not np.all((sizes > 1e-6) & (sizes < 1e6)):
            frame, joint = (int(k) for k in np.argwhere(~((sizes > 1e-6) & (sizes < 1e6)))[0])
            raise ClipError(
                f"rotations hold {turns[frame, joint]} in frame {frame}, joint "
                f"{self.skeleton.joints[joint]}: expected {what} of length 1; or leave them out"
            )
        return turns

    def joint(self, name: str) -> Array:
        """Positions ``(T, 3)`` [m] of one joint.

        Raises:
            ClipError: no such joint; the message lists those there are.

        Examples:
            >>> kinemesh.demos.walk().joint("pelvis").shape
            (181, 3)
        """
        text("name", name, "a joint's name")
        return np.asarray(self.positions[:, self.skeleton.index(name)])

    def landmark(self, name: str) -> Array:
        """Positions ``(T, 3)`` [m] of one landmark.

        Raises:
            ClipError: no such landmark; the message lists those there are.

        Examples:
            >>> kinemesh.demos.walk().landmark("left_hand").shape
            (181, 3)
        """
        text("name", name, "a landmark's name")
        return self.skeleton.place(self.positions, name)

    def landmarks(self) -> Array:
        """Positions ``(T, K, 3)`` [m] in the order of :data:`LANDMARKS`.

        Examples:
            >>> kinemesh.demos.walk().landmarks().shape[1:]
            (15, 3)
        """
        return np.stack([self.landmark(name) for name in LANDMARKS], axis=1)

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
        if np.abs(positions).max(initial=0.0) > FARTHEST:
            raise ClipError(
                f"positions reach {np.abs(positions).max():g} m; expected at most {FARTHEST:g} m "
                f"from the origin: check the unit"
            )

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


ClipT = TypeVar("ClipT", bound=ClipFields)
"""The class of a clip, which what is made of it has too."""
