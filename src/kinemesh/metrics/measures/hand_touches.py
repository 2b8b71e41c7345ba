"""The hands of the person on things, each beside the same thing of the robot's scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.encounter import Encounter
from kinemesh.metrics.geometry.surface import Surface, Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES
from kinemesh.metrics.person import touches
from kinemesh.metrics.person.human import Hands
from kinemesh.motion import Scene

KINDS = {"prop": "prop", "terrain_hand": "terrain"}
"""What hands touch, by the name of its rows."""


@dataclass(frozen=True, eq=False)
class HandTouch:
    """One hand on one thing."""

    kind: str
    """One of :data:`KINDS`."""
    side: str
    thing: Encounter
    """The robot beside it."""
    frames: NDArray[np.int64]
    """When the person's hand touches it."""
    here: tuple[Surface, Array]
    """Its surface in the robot's scene and its poses in those frames, or one pose ``(1, 7)``."""
    there: tuple[Surface, Array]
    """The same in the person's."""


def hand_touches(
    scene: Scene,
    props: tuple[Encounter, ...],
    terrain: Encounter | None,
    hands: Hands | None,
    surfaces: Surfaces,
) -> tuple[HandTouch, ...]:
    """What the person's hands touch that the robot's scene has too; nothing without hands."""
    if hands is None:
        return ()
    return tuple(
        touch
        for side in SIDES
        for touch in (
            *_on_props(scene, props, hands, side, surfaces),
            *_on_terrain(terrain, hands, side, surfaces),
        )
        if len(touch.frames)
    )


def _on_props(
    scene: Scene, props: tuple[Encounter, ...], hands: Hands, side: str, surfaces: Surfaces
) -> Iterator[HandTouch]:
    targets = {prop.name: prop for prop in scene.props}
    sources = {prop.name: prop for prop in hands.clip.scene.props}
    for name, touch in touches.on_props(hands, side).items():
        if name in targets:
            thing = next(s for s in props if s.solid.name == name)
            frames = np.flatnonzero(touch.flags)
            here, there = (
                (surfaces[prop.shape], prop.track[frames])
                for prop in (targets[name], sources[name])
            )
            yield HandTouch("prop", side, thing, frames, here, there)


def _on_terrain(
    terrain: Encounter | None, hands: Hands, side: str, surfaces: Surfaces
) -> Iterator[HandTouch]:
    source = hands.clip.scene.terrain
    if terrain is not None and source is not None:
        frames = np.flatnonzero(touches.on_terrain(hands, side).flags)
        here, there = (
            (surfaces[shape], poses.IDENTITY[None]) for shape in (terrain.solid.shape, source.shape)
        )
        yield HandTouch("terrain_hand", side, terrain, frames, here, there)
