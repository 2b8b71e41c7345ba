"""Terrain that a motion shows by itself: steps, ramps, blocks and seats of few convex parts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinemesh.detection.holds import Hold
from kinemesh.detection.surfaces import Surface, Surfaces, surfaces
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.geometry.closest import Closest
from kinemesh.motion import Clip, Shape, Terrain
from kinemesh.recordings.scene.patches import Part, Patches

AUTO = "auto"
"""What is said in place of a file of terrain to have it found from the motion."""
ON_PROP = 0.1
"""What bears no further than this [m] from a prop bears on that."""
_STEP = 0.3
"""What is higher than this [m] is called a block."""


@dataclass(frozen=True, eq=False)
class FoundTerrain:
    """What a motion shows of what it was made on."""

    terrain: Terrain
    """Its ground at :attr:`floor`."""
    floor: float
    """Height of the ground [m]."""
    notes: tuple[str, ...]
    """What was found, with sizes."""


def found_terrain(clip: Clip, floor: float | None = None) -> FoundTerrain | None:
    """The terrain that explains the contacts of ``clip``; None if level ground does.

    Args:
        clip: the recording; its props explain what bears on them.
        floor: the height of the ground, where it is known [m]; else the lowest level on which
            feet stand is the ground.

    Raises:
        ClipError: it has a terrain.
    """
    if clip.scene.terrain is not None:
        raise ClipError("the clip has a terrain: leave it out to have one found from the motion")
    shown = surfaces(clip, floor)
    shown = None if shown is None else without_props(shown, clip)
    if shown is None or not shown.raised:
        return None
    work = Patches(clip, shown)
    patches = [patch for surface in shown.raised for patch in work.of(surface)]
    if not patches:
        return None
    made = [work.part(patch, patches) for patch in patches]
    count = f"{len(made)} convex part{'s' * (len(made) != 1)}"
    note = f"terrain: {count}, found from what bears in the motion"
    terrain = Terrain(Shape.union([part.shape for part in made]))
    return FoundTerrain(terrain, work.floor, (note, *map(_words, made)))


def _words(part: Part) -> str:
    """What a part is, with sizes."""
    sides = np.array(part.area.high) - np.array(part.area.low)
    size = " x ".join(f"{side:.2f}" for side in sides)
    bearing: dict[str, int] = {}
    for hold in part.patch.holds:
        what = {"foot": "footfall"}.get(kind := hold.part.rpartition("_")[2], kind)
        bearing[what] = bearing.get(what, 0) + 1
    by = ", ".join(f"{n} {what}{'s' * (n != 1)}" for what, n in bearing.items())
    kind = "step" if part.height < _STEP else "block"
    if "seat" in bearing:
        kind = "seat"
    if not part.patch.surface.level:
        slope = np.rad2deg(np.arctan(np.linalg.norm(part.patch.surface.plane[1:])))
        kind = f"ramp of {slope:.1f} deg"
    slab = "; a slab, for limbs are below it" if part.slab else ""
    x, y = part.middle
    return f"{kind}: {part.height:.3f} m high, {size} m at {x:.2f}, {y:.2f} m, by {by}{slab}"


def without_props(shown: Surfaces, clip: Clip) -> Surfaces:
    """What is shown, but for what bears on a prop."""
    if not clip.scene.props:
        return shown
    closest = [(Closest(prop.shape), poses.inverse(prop.track)) for prop in clip.scene.props]

    def free(hold: Hold, surface: Surface) -> bool:
        place = np.append(hold.places.mean(axis=0), surface.height(hold.places).mean())
        middle = (hold.first + hold.last) // 2
        here = (poses.apply(track[middle][None], place[None, None]) for _, track in closest)
        near = (one.nearest(there[0])[0] for (one, _), there in zip(closest, here, strict=True))
        return all(float(distance[0]) > ON_PROP for distance in near)

    raised = []
    for surface in shown.raised:
        holds = tuple(hold for hold in surface.holds if free(hold, surface))
        if holds:
            raised.append(replace(surface, holds=holds))
    return replace(shown, raised=tuple(raised))
