"""All that a clip shows by itself, for as many scenes and robots as it is put to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.bodies import detect_contacts
from kinemesh.detection.facing import Facing, detect_facings
from kinemesh.detection.stance import Footing, StanceRule, detect_footing
from kinemesh.detection.touch import Touch, TouchRule
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Scene


@dataclass(frozen=True, eq=False)
class Detected:
    """When the feet of a clip stand, what all else touches, how its parts are turned."""

    clip: Clip
    stance: StanceRule | None
    """The rules that it was found by; None: the default ones."""
    touch: TouchRule | None
    footing: Mapping[str, Footing]
    facings: tuple[Facing, ...]
    touches: tuple[Touch, ...]

    @classmethod
    def in_clip(
        cls, clip: Clip, stance: StanceRule | None = None, touch: TouchRule | None = None
    ) -> Detected:
        """What ``clip`` shows."""
        footing = detect_footing(clip, stance)
        facings = detect_facings(clip, footing)
        return cls(clip, stance, touch, footing, facings, detect_contacts(clip, touch))

    def check(
        self, clip: Clip, stance: StanceRule | None = None, touch: TouchRule | None = None
    ) -> None:
        """See that it is of ``clip``, whatever that is called, by these rules.

        Raises:
            ClipError: it is of another clip, or by other rules.
        """
        if not _alike(self.clip, clip):
            raise ClipError(
                f"what was detected is {self.clip.name!r}'s, and {clip.name!r} is another motion "
                f"or has another scene: detect it in the clip that is retargeted"
            )
        if (self.stance, self.touch) != (stance, touch):
            raise ClipError("stance or touch was detected by other rules: detect them by these")


def _alike(one: Clip, other: Clip) -> bool:
    """Whether two clips show the same: everything but names, notes and warnings."""
    if one is other:
        return True
    return (
        (one.skeleton, one.fps, one.height, one.edits)
        == (other.skeleton, other.fps, other.height, other.edits)
        and np.array_equal(one.positions, other.positions)
        and _equal(one.rotations, other.rotations)
        and one.contacts.keys() == other.contacts.keys()
        and all(np.array_equal(one.contacts[key], other.contacts[key]) for key in one.contacts)
        and _same_scene(one.scene, other.scene)
    )


def _equal(one: Array | None, other: Array | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)


def _same_scene(one: Scene, other: Scene) -> bool:
    """Whether the same shapes, not equal ones, are in the same places."""
    if one is other:
        return True
    counts = len(one.props), len(other.props)
    if one.ground != other.ground or one.things != other.things or counts[0] != counts[1]:
        return False
    shapes = [
        [prop.shape for prop in scene.props]
        + ([] if scene.terrain is None else [scene.terrain.shape])
        for scene in (one, other)
    ]
    return all(a is b for a, b in zip(*shapes, strict=True)) and all(
        np.array_equal(a.track, b.track) for a, b in zip(one.props, other.props, strict=True)
    )
