"""Where the floor is: found under the resting toes, then moved to z = 0."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from kinemesh.arguments import FARTHEST
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.motion import LANDMARKS, Clip, Prop, Scene

_REST = 0.1
"""A toe slower than this [m/s] along the ground rests or hangs still."""
_TREMBLE = 0.2
"""So does one this slow [m/s] once it is steadied, in a recording that trembles,"""
_STEADIED = 0.1
"""by a Gaussian of this width [s]."""
_FEWEST = 0.02
"""If a smaller share of toes than this rests, it is for another reason than standing."""
_STRIDE = 0.15
"""A foot falls where its toe is lower than this time [s] before and after."""
_CLUSTER = 0.04
"""Resting toes this far [m] above the lowest ones stand on the same floor."""
_HANDFUL = 0.05
"""A floor under fewer of the toes than this share, or under ..."""
_FEWEST_TOES = 5
"""... fewer than this many, is a guess."""
_LOWER = 0.02
"""Feet that fall this far [m] below a handful of resting toes know the floor better."""
_SUPPORT = 0.05
"""Where fewer of the resting toes than this share are, they are below the floor by mistake."""
_TERRAIN_REACH = 0.06
"""Toe joints rest no higher [m] above the ground of a terrain that fits the clip."""
_BELOW = 0.05
"""A place of the body this far [m] below the floor is worth a warning."""


@dataclass(frozen=True)
class Floor:
    """A floor found under the toes."""

    height: float
    """Height [m] in the clip's z."""
    frames: int
    """Number of resting toes, or of footfalls, it is the median of."""
    how: str = "rest"
    """``rest``: under toes at rest; ``steadied``: at rest once their trembling is taken out;
    ``falls``: next to no toe ever rests, and it is where the feet fall."""
    highest: float = 0.0
    """How far above it toes rest too [m]."""


def find_floor(clip: Clip) -> Floor:
    """The height at which the toes rest lowest.

    Of the toes that move slower than 0.1 m/s along the ground, those within 4 cm of the lowest
    (the 1st percentile) stand on the floor, and their median is its height. The median, not the
    minimum: one foot rolled onto its tip would else leave every other step in the air. A level
    at which less than 5 % of them rest is passed over if there is a higher one: a foot is
    below the floor there by mistake.

    Where next to no toe rests, the recording may tremble: then toes count that rest once they
    are steadied. Where none does even so, the person runs or jumps throughout, and the floor is
    where the feet fall: the lowest points of the toes' paths. So it is where a handful of toes
    rest well above that: a foot that slides under a body in place rests only where it turns.
    """
    toes = np.stack([clip.landmark("left_toe"), clip.landmark("right_toe")], axis=1)
    heights = toes[_speeds(toes, clip.fps) < _REST][:, 2]
    fewest = max(1.0, _FEWEST * toes[..., 2].size)
    steady = gaussian_filter1d(toes, _STEADIED * clip.fps, axis=0, mode="nearest")
    steadied = steady[_speeds(steady, clip.fps) < _TREMBLE][:, 2]
    if len(heights) >= fewest:
        rest = _level(heights, "rest")
    elif len(steadied) >= fewest:
        rest = _level(steadied, "steadied")
    else:
        return _falls(toes[..., 2], clip.fps)
    if _handful(rest, len(clip)):
        falls = _falls(steady[..., 2], clip.fps)  # of what trembles the lowest points lie too low
        if falls.frames > rest.frames and falls.height < rest.height - _LOWER:
            return _falls(toes[..., 2], clip.fps)
    return rest


def _handful(found: Floor, frames: int) -> bool:
    """Whether a floor is found under so few toes of a clip that it is a guess."""
    return found.frames < max(_FEWEST_TOES, _HANDFUL * 2 * frames)


def grounded(clip: Clip, floor: float | None = None, how: str = "given") -> Clip:
    """The clip with its floor at z = 0.

    Person and props are moved together, so that hands stay where they touched: recordings
    often put the two a few centimetres off one another in z, and which of them is right only
    the contact can tell. A terrain stays, because its own z = 0 is the ground.

    Args:
        clip: the recording.
        floor: height of its floor [m]; found under the toes if left out.
        how: how that is known, in words.

    Raises:
        ReadError: ``floor`` is not finite.
    """
    if floor is not None:
        if not abs(floor) <= FARTHEST:
            raise ReadError(
                f"floor={floor} is not a height", given=floor, expected="a number of metres"
            )
        note = f"floor: {floor:.3f} m ({how}); the person and props moved by {0.0 - floor:+.3f} m"
        lifted = tuple(_lifted(p, -floor) for p in clip.scene.props)
        return _moved(clip, -floor, lifted, (note,))
    found = find_floor(clip)
    if clip.scene.terrain is not None and abs(found.height) >= _TERRAIN_REACH:
        return _off_terrain(clip, found)
    warnings: tuple[str, ...] = ()
    notes = [_words(found)]
    if found.how == "falls":
        warnings = (
            "next to no toe ever rests (nearly all move faster than 0.1 m/s): the floor is a guess "
            "from where the feet fall; check the frame rate, or give floor= its height in the "
            "file [m]",
        )
    elif _handful(found, len(clip)):
        warnings = (
            f"the floor is found under {_counted(found.frames, 'resting toe')} of "
            f"{2 * len(clip)} that there are: it is a guess; give floor= its height in the file "
            f"[m] if feet are over or under it",
        )
    warnings += _sunken(clip, found.height)
    props = tuple(_lifted(prop, -found.height) for prop in clip.scene.props)
    notes += [
        f"prop {prop.name!r}: its lowest point is now at {prop.lowest().min():.3f} m; "
        f"its place relative to the person is the file's"
        for prop in props
        if prop.limb_of is None
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


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _median(count: int, what: str) -> str:
    return f"under the one {what}" if count == 1 else f"median of {_counted(count, what)}"


def _words(found: Floor) -> str:
    how = {
        "rest": _median(found.frames, "resting toe"),
        "steadied": f"{_median(found.frames, 'resting toe')}, steadied because they tremble",
        "falls": f"{_median(found.frames, 'footfall')}; next to no toe rests",
    }[found.how]
    higher = f", others rest up to {found.highest:.2f} m higher" if found.highest > 0.1 else ""
    return (
        f"floor: {found.height:.3f} m ({how}{higher}); the person moved by {-found.height:+.3f} m"
    )


def _speeds(toes: Array, fps: float) -> Array:
    """Speeds along the ground ``(T, 2)`` [m/s]."""
    return np.asarray(np.linalg.norm(np.gradient(toes[..., :2], axis=0), axis=-1) * fps)


def _level(heights: Array, how: str) -> Floor:
    """The lowest height at which enough of ``heights`` [m] gather."""
    rest = heights
    while len(rest):
        low = float(np.percentile(rest, 1))
        cluster = rest[np.abs(rest - low) < _CLUSTER]
        if len(cluster) >= _SUPPORT * len(heights):
            middle = float(np.median(cluster))
            return Floor(middle, len(cluster), how, float(heights.max()) - middle)
        rest = rest[rest >= low + _CLUSTER]
    return Floor(float(np.percentile(heights, 1)), len(heights), how)


def _falls(heights: Array, fps: float) -> Floor:
    """The level at which toes end their ways down, from their ``heights`` ``(T, 2)`` [m]."""
    width = 2 * max(1, round(_STRIDE * fps)) + 1
    low = minimum_filter1d(heights, width, axis=0, mode="nearest")
    return _level(heights[heights == low], "falls")


def _sunken(clip: Clip, floor: float) -> tuple[str, ...]:
    """A warning if any landmark is well below the floor."""
    depth = floor - clip.landmarks()[..., 2]
    if depth.max() < _BELOW:
        return ()
    worst = LANDMARKS[int(depth.max(axis=0).argmax())]
    frames = np.flatnonzero((depth >= _BELOW).any(axis=1))
    return (
        f"the {worst.replace('_', ' ')} is up to {depth.max():.2f} m below the floor that was "
        f"found, in {len(frames)} frames ({frames[0]} to {frames[-1]}): if the floor is lower "
        f"there, give floor= its height in the file [m]; else the recording is wrong there",
    )


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
