"""Which axis is up, and whether left is left: found from the person, never assumed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Shape
from kinemesh.motion.moved import mapped_shape

Y_TO_Z = np.array([0.0, 0.0, 0.0, np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)])
"""The turn ``[x, y, z] -> [x, -z, y]`` as a pose: y up becomes z up, and nobody is mirrored."""
Y_TO_Z.setflags(write=False)

_CLEAR = 1.5
"""The upright axis must outweigh the next one by this factor."""
_TURN = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
_CHOICES = 'give up="y" or up="z"'


def find_up(clip: Clip) -> tuple[str, float]:
    """The axis along which shoulders and hips are above the ankles, in the clip's own axes.

    Returns:
        ``"y"`` or ``"z"``, and the share of frames in which the person is upright along it.

    Raises:
        ReadError: the axis is x, points down, or no axis stands out.
    """
    upright = _upright(clip)
    mean = upright.mean(axis=0)
    order = np.argsort(-np.abs(mean))
    best = int(order[0])
    if abs(mean[best]) < _CLEAR * abs(mean[order[1]]):
        raise ReadError(
            f"no axis is clearly up: shoulders and hips lie {_list(mean)} m from the feet in x, "
            f"y, z on average; {_CHOICES}"
        )
    if mean[best] < 0.0:
        raise ReadError(
            f"the person stands head down along the {'xyz'[best]} axis ({_list(mean)} m from feet "
            f"to shoulders and hips): if she really is head down for most of the clip, "
            f"{_CHOICES}; of camera axes (y down, z ahead) save [x, z, -y] instead"
        )
    if best == 0:
        raise ReadError(
            "the x axis points up in this file",
            expected="y or z",
            advice=f"turn the positions to z up, for instance by [y, z, x], or {_CHOICES} if that "
            "is wrong",
        )
    return "xyz"[best], float(np.mean(upright[:, best] > 0.0))


def upright(
    clip: Clip, up: str | None = None, stated: str | None = None, rest: str | None = None
) -> tuple[Clip, bool]:
    """The clip with z up.

    Args:
        clip: a clip in the axes of its file.
        up: the user's word, ``"y"`` or ``"z"``.
        stated: what the file's format says.
        rest: the axis along which the file's rest pose stands, for when the motion does not say.

    Returns:
        The clip, and whether it was turned from y up to z up.

    Raises:
        ReadError: ``up`` is neither ``"y"`` nor ``"z"``, or no such axis can be found.
    """
    if up not in (None, "y", "z"):
        raise ReadError(
            f"up={up!r} is not known",
            given=up,
            expected="'y' or 'z'",
            advice="(or leave it out to find it)",
            then=" ",
        )
    if up is not None:
        axis, note = up, f"up axis: {up} (given)"
    elif stated is not None:
        axis, note = stated, f"up axis: {stated} (by the format)"
    else:
        clip, axis, note = _found_up(clip, rest)
    if axis == "z":
        return replace(clip, notes=(*clip.notes, note)), False
    rotations = clip.rotations
    if rotations is not None:
        stacked = np.concatenate([np.zeros_like(rotations[..., :3]), rotations], axis=-1)
        rotations = turned_poses(stacked)[..., 3:]
    return (
        replace(
            clip,
            positions=turned_points(clip.positions),
            rotations=rotations,
            notes=(*clip.notes, f"{note}, turned to z up by [x, -z, y]"),
        ),
        True,
    )


def _found_up(clip: Clip, rest: str | None) -> tuple[Clip, str, str]:
    """The clip, with a warning where motion and rest pose differ, the axis, and how it is known."""
    try:
        axis, share = find_up(clip)
    except ReadError:
        if rest is None:
            raise
        return clip, rest, f"up axis: {rest} (found: the rest pose stands along it)"
    if rest not in (None, axis):
        warning = (
            f"the person is upright along {axis} in the motion and along {rest} in the rest pose; "
            f'the motion is believed: if the person lies all the time, give up="{rest}"'
        )
        clip = replace(clip, warnings=(*clip.warnings, warning))
    how = f"the person is upright along it in {share:.0%} of frames"
    return clip, axis, f"up axis: {axis} (found: {how})"


def turned_points(points: Array) -> Array:
    """Points ``(..., 3)`` in a y-up world as points in the z-up world."""
    return np.asarray(points @ _TURN.T)


def turned_poses(track: Array) -> Array:
    """Poses ``(..., 7)`` in a y-up world as poses in the z-up world."""
    flat = np.reshape(track, (-1, 7))
    return np.reshape(poses.compose(np.broadcast_to(Y_TO_Z, flat.shape), flat), np.shape(track))


def turned_shape(shape: Shape) -> Shape:
    """A shape in a y-up world as a shape in the z-up world."""
    return mapped_shape(shape, turned_points)


def in_file(shape: Shape, turned: bool) -> Shape:
    """A shape in the clip's world as one in its file's, which is y up where it was ``turned``."""
    return mapped_shape(shape, lambda points: points @ _TURN) if turned else shape


def warn_if_mirrored(clip: Clip) -> Clip:
    """The clip, with a note on where it faces and a warning if left and right are exchanged.

    Up is from the ankles to hips and shoulders, so that a person who lies counts too, and the
    toes point ahead; left is then up x ahead, and the left hip and shoulder must lie there.
    """
    ahead = sum(clip.landmark(f"{s}_toe") - clip.landmark(f"{s}_ankle") for s in ("left", "right"))
    left = np.cross(_upright(clip), np.asarray(ahead))
    across = sum(
        clip.landmark(f"left_{p}") - clip.landmark(f"right_{p}") for p in ("hip", "shoulder")
    )
    side = np.sum(left * np.asarray(across), axis=1)
    share = float(np.mean(side < 0.0))
    if share <= 0.5:
        heading = np.rad2deg(np.arctan2(*np.asarray(ahead)[0, 1::-1]))
        note = (
            f"left and right: as named, in {1.0 - share:.0%} of frames by where the toes point; "
            f"they point {heading:.0f} deg from x towards y in the first"
        )
        return replace(clip, notes=(*clip.notes, note))
    warning = (
        f"the person is mirrored: in {share:.0%} of frames the left hip and shoulder lie to the "
        f"right of where the toes point. Left and right joints are exchanged, or the axes were "
        f"exchanged before ([x, z, y] mirrors, [x, -z, y] does not): correct the file"
    )
    return replace(clip, warnings=(*clip.warnings, warning))


def _upright(clip: Clip) -> Array:
    """From the ankles to hips and shoulders ``(T, 3)`` [m]."""
    ankles = _middle(clip, "ankle")
    return np.asarray(_middle(clip, "hip") + _middle(clip, "shoulder") - 2.0 * ankles)


def _middle(clip: Clip, part: str) -> Array:
    return np.asarray((clip.landmark(f"left_{part}") + clip.landmark(f"right_{part}")) / 2.0)


def _list(numbers: Array) -> str:
    return ", ".join(f"{number:.2f}" for number in numbers)
