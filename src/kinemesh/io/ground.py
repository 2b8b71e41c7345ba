"""Where the floor is: found under the resting toes, then moved to z = 0."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.motion import Clip, Prop, Scene

_REST = 0.1
"""A toe slower than this [m/s] along the ground rests or hangs still."""
_CLUSTER = 0.04
"""Resting toes this far [m] above the lowest ones stand on the same floor."""
_TERRAIN_REACH = 0.06
"""Toe joints rest no higher [m] above the ground of a terrain that fits the clip."""


@dataclass(frozen=True)
class Floor:
    """A floor found under the toes."""

    height: float
    """Height [m] in the clip's z."""
    frames: int
    """Number of resting toes it is the median of; 0 if no toe ever rests."""


def find_floor(clip: Clip) -> Floor:
    """The height at which the toes rest lowest.

    Of the toes that move slower than 0.1 m/s along the ground, those within 4 cm of the lowest
    (the 1st percentile) stand on the floor, and their median is its height. The median, not the
    minimum: one foot rolled onto its tip would else leave every other step in the air.
    """
    toes = np.stack([clip.landmark("left_toe"), clip.landmark("right_toe")], axis=1)
    speed = np.linalg.norm(np.gradient(toes[..., :2], axis=0), axis=-1) * clip.fps
    heights = toes[..., 2][speed < _REST]
    if not len(heights):
        return Floor(float(np.percentile(toes[..., 2], 1)), 0)
    low = float(np.percentile(heights, 1))
    cluster = heights[np.abs(heights - low) < _CLUSTER]
    return Floor(float(np.median(cluster)), len(cluster))


def grounded(clip: Clip, floor: float | None = None) -> Clip:
    """The clip with its floor at z = 0.

    Person and props are moved together, so that hands stay where they touched: recordings
    often put the two a few centimetres off one another in z, and which of them is right only
    the contact can tell. A terrain stays, because its own z = 0 is the ground.

    Raises:
        ReadError: ``floor`` is not finite.
    """
    if floor is not None:
        if not np.isfinite(floor):
            raise ReadError(f"floor={floor} is not a height; expected a number of metres")
        note = f"floor: {floor:.3f} m (given); the person and props moved by {-floor:+.3f} m"
        lifted = tuple(_lifted(p, -floor) for p in clip.scene.props)
        return _moved(clip, -floor, lifted, (note,))
    found = find_floor(clip)
    if clip.scene.terrain is not None and abs(found.height) >= _TERRAIN_REACH:
        return _off_terrain(clip, found)
    warnings: tuple[str, ...] = ()
    notes = [_words(found)]
    if not found.frames:
        warnings = (
            "no toe ever rests (all move faster than 0.1 m/s): the floor is a guess from the "
            "lowest toes; check the frame rate, or give floor= its height in the file [m]",
        )
    props = tuple(_lifted(prop, -found.height) for prop in clip.scene.props)
    notes += [
        f"prop {prop.name!r}: its lowest point is now at {prop.lowest().min():.3f} m; "
        f"its place relative to the person is the file's"
        for prop in props
    ]
    return _moved(clip, -found.height, props, tuple(notes), warnings)


def _off_terrain(clip: Clip, found: Floor) -> Clip:
    warning = (
        f"the toes rest at {found.height:.3f} m at the lowest, not within {_TERRAIN_REACH} m of "
        f"the terrain's ground z = 0: nothing was moved. Either the person never steps on the "
        f"ground, or clip and terrain are in different frames: then give floor= the height [m] "
        f"at which the toes rest on the ground"
    )
    return replace(clip, warnings=(*clip.warnings, warning))


def _words(found: Floor) -> str:
    how = f"median of {found.frames} resting toes" if found.frames else "lowest toes; none rests"
    return f"floor: {found.height:.3f} m ({how}); the person moved by {-found.height:+.3f} m"


def _lifted(prop: Prop, dz: float) -> Prop:
    return replace(prop, track=prop.track + np.array([0.0, 0.0, dz, 0.0, 0.0, 0.0, 0.0]))


def _moved(
    clip: Clip,
    dz: float,
    props: tuple[Prop, ...],
    notes: tuple[str, ...],
    warnings: tuple[str, ...] = (),
) -> Clip:
    return replace(
        clip,
        positions=clip.positions + np.array([0.0, 0.0, dz]),
        scene=Scene(props, clip.scene.terrain, ground=0.0),
        notes=(*clip.notes, *notes),
        warnings=(*clip.warnings, *warnings),
    )
