"""Clips at another frame rate, and parts of clips: time is what is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import number, rate
from kinemesh.arrays import Array
from kinemesh.bounds import check_amount
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion.clip_fields import ClipT
from kinemesh.motion.edits import cropped as cropped_edits
from kinemesh.motion.edits import resampled as resampled_edits

Flags = NDArray[np.bool_]

_COPIES = 2
"""So many times are the numbers of a clip held while it is resampled."""
_ROUNDING = 1e-9
"""A frame this far [frames] behind the last instant is still in the clip."""

_WRITTEN = 6e-4
"""A time this close [s] to a frame names it: it was written with three digits."""
_BEFORE = " leaves out what is before"
"""How a warning ends that leaving out a beginning settles."""


def resampled(clip: ClipT, fps: float) -> ClipT:
    """The same motion read at ``fps`` [1/s], scene, labels and edits included.

    Frame k of the result is the instant ``k / fps``, whatever the ratio of the two rates; the
    last one is the last that the recording still covers. Positions of joints and props follow a
    cubic spline with continuous acceleration, and so do rotations, by quaternions on one
    hemisphere from frame to frame that are made unit again. A label holds
    in a frame when it does in a recorded frame that no other new one is nearer to, or else in
    the nearest; an edit holds in the frames whose nearest recorded one it names.

    Raises:
        ClipError: ``fps`` is no rate, or asks for more than 2 GiB.
    """
    fps = rate(fps, ClipError, "cannot resample to")
    if fps == clip.fps:
        return clip
    frames = max(2.0, clip.duration * fps)
    width = clip.positions[0].size + (0 if clip.rotations is None else clip.rotations[0].size)
    check_amount(
        frames * (_COPIES * width + 7 * len(clip.scene.props)),
        f"{frames:.3g} frames",
        "give fewer frames per second, or cut the clip",
    )
    times = np.arange(len(clip)) / clip.fps
    new = np.arange(max(2, int(np.floor(clip.duration * fps + _ROUNDING)) + 1)) / fps
    new = np.minimum(new, times[-1])
    nearest = np.clip(np.rint(new * clip.fps).astype(int), 0, len(clip) - 1)
    props = tuple(replace(p, track=_track(p.track, times, new)) for p in clip.scene.props)
    return replace(
        clip,
        positions=_spline(clip.positions, times, new),
        fps=fps,
        scene=replace(clip.scene, props=props),
        rotations=None if clip.rotations is None else _turns(clip.rotations, times, new),
        contacts={
            name: _labels(flags, np.rint(times * fps).astype(int), nearest)
            for name, flags in clip.contacts.items()
        },
        edits=resampled_edits(clip.edits, nearest),
        notes=(*clip.notes, f"resampled from {clip.fps:g} to {fps:g} frames/s"),
    )


def begins_at(time: float) -> str:
    """What a warning says at its end where the motion begins at ``time`` [s] of the clip."""
    return f"the motion begins at {time:.3g} s: start={time:.3g}{_BEFORE}"


def cropped(clip: ClipT, start: int, stop: int) -> ClipT:
    """Frames ``start`` to ``stop`` (exclusive) as a clip, all that has frames cut with them.

    A warning of what was before :func:`begins_at` goes with it.
    """
    window = slice(start, stop)
    props = tuple(replace(p, track=p.track[window]) for p in clip.scene.props)
    return replace(
        clip,
        positions=clip.positions[window],
        scene=replace(clip.scene, props=props),
        rotations=None if clip.rotations is None else clip.rotations[window],
        contacts={k: v[window] for k, v in clip.contacts.items()},
        edits=cropped_edits(clip.edits, *window.indices(len(clip))[:2]),
        warnings=tuple(w for w in clip.warnings if not _settled(w, start, clip.fps)),
    )


def _settled(warning: str, start: int, fps: float) -> bool:
    """Whether a warning by :func:`begins_at` is heeded by a clip that begins at frame ``start``."""
    if not (start > 0 and warning.endswith(_BEFORE)):
        return False
    begins = float(warning.removesuffix(_BEFORE).rpartition("start=")[2])
    return start > begins * fps - 0.5


def trimmed(clip: ClipT, start: float | None = None, stop: float | None = None) -> ClipT:
    """The frames from ``start`` to ``stop`` [s] of the clip, both included.

    Raises:
        ClipError: the times lie outside the clip, or leave fewer than two frames.
    """
    if start is None and stop is None:
        return clip
    what = "a time in the clip [s]"
    begin = 0.0 if start is None else number("start", start, what, error=ClipError)
    end = clip.duration if stop is None else number("stop", stop, what, error=ClipError)
    with np.errstate(over="ignore"):
        first = np.ceil(np.float64(begin - _WRITTEN) * clip.fps)
        last = np.floor(np.float64(end + _WRITTEN) * clip.fps)
    runs = f"the clip runs from 0 to {clip.duration:.3f} s ({len(clip)} frames at {clip.fps:g}/s)"
    if not (first >= 0 and last < len(clip)):
        wrong = f"stop={end:g}" if first >= 0 else f"start={begin:g}"
        raise ClipError(f"{wrong} is not in the clip: {runs}; give a time in it, or leave it out")
    if not first < last:
        raise ClipError(
            f"from start={begin:g} to stop={end:g} there are not two frames, and a motion needs "
            f"two: {runs}"
        )
    first, last = int(first), int(last)
    part = cropped(clip, first, last + 1)
    note = f"trimmed to frames {first}-{last} of {len(clip)} ({begin:g} to {end:g} s)"
    return replace(part, notes=(*part.notes, note))


def _spline(values: Array, times: Array, new: Array) -> Array:
    from scipy.interpolate import make_interp_spline  # here: a fifth of a second of start-up

    return np.asarray(make_interp_spline(times, values, k=min(3, len(times) - 1))(new))


def _track(track: Array, times: Array, new: Array) -> Array:
    """Poses ``(T, 7)``: place and quaternion alike, else what is held leaves the hand between."""
    return poses.normalised(_spline(poses.normalised(track), times, new))


def _turns(rotations: Array, times: Array, new: Array) -> Array:
    """Rotations ``(T, J, 4)``, joint by joint."""
    still = np.zeros((len(times), 3))
    joints = [
        _track(np.hstack([still, rotations[:, j]]), times, new)[:, 3:]
        for j in range(rotations.shape[1])
    ]
    return np.stack(joints, axis=1)


def _labels(flags: Flags, instants: NDArray[np.int64], nearest: NDArray[np.int64]) -> Flags:
    """Labels at the new instants: every recorded frame gives its own to the one nearest it.

    Nearest by rounding, and not by a distance from each instant: a frame half-way between two of
    them would be near neither, or both, as the last digit has it.
    """
    labels = flags[nearest]
    labels[instants[flags & (instants < len(nearest))]] = True
    return labels
