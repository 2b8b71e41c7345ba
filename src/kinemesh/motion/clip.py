"""Clips: a human demonstration, and what can be made of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from numpy.typing import ArrayLike

from kinemesh.arguments import whole
from kinemesh.errors import ClipError
from kinemesh.motion import mirror, moved
from kinemesh.motion.clean import cleaned
from kinemesh.motion.clip_fields import ClipFields
from kinemesh.motion.edits import Edit
from kinemesh.motion.notebook import html_table
from kinemesh.motion.resample import cropped, resampled, trimmed


@dataclass(frozen=True, eq=False)
class Clip(ClipFields):
    """A human demonstration: joint positions over time and the scene they happened in.

    The world is right-handed, z up, in metres; the ground is at ``scene.ground``.

    Raises:
        ClipError: shapes that do not fit, fewer than two frames, NaN, infinite, masked or complex
            positions, a rotation that is none, a frame rate that is not positive, or a person of
            impossible size (the message names the unit that would fit).
        TypeError: an argument of another kind.
    """

    def __repr__(self) -> str:
        people = f"{self.skeleton.name}, {self.stature:.2f} m"
        things = "".join(f", {name}" for name in self.scene.things)
        return f"Clip({self.name!r}, {len(self)} frames at {self.fps:g}/s, {people}{things})"

    def _repr_html_(self) -> str:
        scene = self.scene
        rows = {
            "frames": f"{len(self)} at {self.fps:g}/s, {self.duration:.2f} s",
            "skeleton": f"{self.skeleton.name}, {len(self.skeleton.joints)} joints",
            "stature": f"{self.stature:.3f} m",
            "props": ", ".join(scene.cast) or "none",
            "terrain": "none" if scene.terrain is None else scene.terrain.name,
        }
        return html_table(f"Clip {self.name}", rows, (*self.notes, *self.warnings))

    def with_contacts(self, *edits: Edit) -> Clip:
        """The clip with the user's word on stance and touch, frame range by frame range.

        What retargets, measures and shows the clip goes by it; elsewhere detection stands.

        Raises:
            ClipError: an unknown foot, hand or thing, or frames that the clip does not have.

        Examples:
            >>> from kinemesh.motion import StanceEdit
            >>> kinemesh.demos.walk().with_contacts(StanceEdit("left", 0, 10)).notes
            ('contacts, given: left foot planted in frames 0-10',)
        """
        notes = tuple(f"contacts, given: {edit}" for edit in edits)
        return replace(self, edits=(*self.edits, *edits), notes=(*self.notes, *notes))

    def with_masses(self, masses: Mapping[str, float] | float) -> Clip:
        """The clip with props of stated masses [kg], by name, or of the only one.

        A copy that the robot has in another size is heavier or lighter by its volume.

        Raises:
            ClipError: a prop that is not there, several to choose from, or a mass that cannot be.

        Examples:
            >>> clip = kinemesh.demos.lift_box().with_masses({"box": 3.0})  # [kg]
            >>> clip.scene.props[0].mass
            3.0
        """
        return replace(self, scene=self.scene.with_masses(masses))

    def crop(self, start: int, stop: int) -> Clip:
        """Frames ``start`` to ``stop`` (exclusive) as a clip; a stop beyond the end is the end.

        Raises:
            ClipError: a frame before the first, or fewer than two frames between them.

        Examples:
            >>> kinemesh.demos.walk().crop(0, 30)
            Clip('walk', 30 frames at 30/s, kinemesh23, 1.75 m)
        """
        what = f"a frame number, 0 or more; the clip has {len(self)} frames"
        for name, value in (("start", start), ("stop", stop)):
            whole(name, value, what, low=0, high=1 << 62, error=ClipError)
        if min(stop, len(self)) - start < 2:
            raise ClipError(
                f"frames start = {start} to stop = {stop} of {len(self)} leave fewer than two"
            )
        return cropped(self, start, stop)

    def trimmed(self, start: float | None = None, stop: float | None = None) -> Clip:
        """The frames from ``start`` to ``stop`` [s], both included; an end left out stays.

        Raises:
            ClipError: a time outside the clip, or fewer than two frames between them.

        Examples:
            >>> kinemesh.demos.walk().trimmed(1.0, 2.0).duration  # [s]
            1.0
        """
        return trimmed(self, start, stop)

    def resampled(self, fps: float) -> Clip:
        """The same motion read at ``fps`` [1/s]; scene and labels with it.

        Frame k is the instant ``k / fps``; places and turns follow splines with continuous
        acceleration.

        Raises:
            ClipError: ``fps`` is no rate, or asks for more than 2 GiB.

        Examples:
            >>> kinemesh.demos.walk().resampled(50.0).fps
            50.0
        """
        return resampled(self, fps)

    def resample(self, fps: float) -> Clip:
        """The same as :meth:`resampled`.

        Examples:
            >>> kinemesh.demos.walk().resample(50.0).fps
            50.0
        """
        return resampled(self, fps)

    def cleaned(self) -> Clip:
        """The clip with its spikes taken out and filled; the notes name them.

        A spike is a joint that leaves its path by 5 cm or more, suddenly, and is back within a
        tenth of a second.

        Examples:
            >>> kinemesh.demos.walk().cleaned().warnings
            ()
        """
        return cleaned(self)

    def mirrored(self) -> Clip:
        """The clip in the mirror y = 0: person, labels, edits, props and terrain.

        A joint without a partner stays as it is, in the mirror, and the notes name it.

        Examples:
            >>> clip = kinemesh.demos.lift_box()
            >>> bool(np.allclose(clip.mirrored().mirrored().positions, clip.positions))
            True
        """
        return mirror.mirrored(self)

    def translated(self, offset: ArrayLike) -> Clip:
        """Person and scene moved by ``offset`` ``(3,)`` [m].

        Raises:
            ClipError: not three finite numbers.

        Examples:
            >>> clip = kinemesh.demos.walk()
            >>> moved = clip.translated((1.0, 0.0, 0.0))
            >>> (moved.positions - clip.positions)[0, 0].round(3).tolist()
            [1.0, 0.0, 0.0]
        """
        return moved.translated(self, offset)

    def rotated(self, yaw: float) -> Clip:
        """Person and scene turned about the world's z by ``yaw`` [rad].

        Raises:
            ClipError: ``yaw`` is not finite.

        Examples:
            >>> clip = kinemesh.demos.walk().rotated(np.pi / 2)
            >>> along = clip.joint("pelvis")[-1] - clip.joint("pelvis")[0]
            >>> int(along.argmax())  # y: the walk went along x
            1
        """
        return moved.rotated(self, yaw)

    def scaled(self, factor: float) -> Clip:
        """Person, stature and scene ``factor`` [1] times as large.

        Raises:
            ClipError: ``factor`` is not positive, or makes a person of impossible size.

        Examples:
            >>> round(kinemesh.demos.walk().scaled(0.5).stature, 3)
            0.875
        """
        return moved.scaled(self, factor)
