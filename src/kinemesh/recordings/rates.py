"""Frames per second of a recording: given, in the file, or usual for its kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from kinemesh.detection.plausible import too_slow
from kinemesh.errors import ReadError
from kinemesh.recordings.recording import Recording

_USUAL_FPS: Mapping[str, float] = MappingProxyType(
    {
        "lafan22": 30.0,
        "mocap53": 120.0,
        "optitrack26": 30.0,
        "smpl22": 30.0,
        "smpl24": 30.0,
        "smplh52": 30.0,
        "smpl52": 30.0,
        "smplx55": 30.0,
        "amc": 120.0,
        "kit21": 12.5,
        "soma30": 30.0,
        "soma77": 30.0,
    }
)
"""Frames per second [1/s] that files of a skeleton usually have and do not state."""
_HUMANML3D = 20.0
"""Frames per second [1/s] of HumanML3D, y up: of the 52 joints that it takes out of AMASS, of
their first 22, and of all that is trained on those."""
_UPRIGHT = 1.5
"""The body stands along y if it is so many times as long as along the others."""
_FASTEST = 1e5
"""No recording has more frames a second [1/s]."""


def frame_rate(
    path: Path, recording: Recording, given: float | None, up: str | None
) -> tuple[float, str, tuple[str, ...]]:
    """Frames per second [1/s], how they are known, and what is doubtful about them.

    Args:
        path: the file, for messages.
        recording: as its reader gave it.
        given: the user's word.
        up: the user's word on the axis that is up.

    Raises:
        ReadError: the file does not say, and files like it have no usual rate; or a rate that
            nothing is recorded at.
    """
    name = recording.skeleton.name
    warnings: tuple[str, ...] = ()
    if given is not None:
        rate, note = given, f"frame rate: {given:g}/s (given)"
    elif recording.fps is not None:
        rate, note = recording.fps, f"frame rate: {recording.fps:g}/s (in the file)"
        warnings = too_slow(rate)
    elif recording.format_fps is not None:
        rate = recording.format_fps
        note = f"frame rate: {rate:g}/s (by the format; give fps= if it differs)"
    elif _is_humanml3d(recording, up):
        rate, note = _HUMANML3D, f"frame rate: {_HUMANML3D:g}/s (assumed, see the warning)"
        warnings = (
            f"the file does not say its frame rate: {_HUMANML3D:g}/s are assumed, as HumanML3D and "
            f"what is trained on it have, whose {len(recording.skeleton.joints)} joints with y up "
            f"these are; give fps= "
            f"to say so, or to say another",
        )
    elif name in _USUAL_FPS:
        rate = _USUAL_FPS[name]
        note = (
            f"frame rate: {rate:g}/s (assumed, usual for {name}: the file does not "
            f"say; give fps= if it differs)"
        )
    else:
        raise ReadError(
            f"{path.name} does not state its frame rate, and skeleton {name!r} has no "
            f"usual one: give fps= in frames/s"
        )
    if rate > _FASTEST:
        raise ReadError(
            f"{path.name}: {rate:g} frames/s", given=rate, expected=f"at most {_FASTEST:g}"
        )
    return rate, note, warnings


def _is_humanml3d(recording: Recording, up: str | None) -> bool:
    """Whether these may be HumanML3D's: bare places of 22 or 52 joints of SMPL, y up."""
    if recording.skeleton.name not in ("smpl22", "smpl52") or recording.rotations is not None:
        return False
    return (up or recording.up or _stands(recording)) == "y"


def _stands(recording: Recording) -> str | None:
    """The axis along which hips and shoulders are above the ankles, where one stands out."""
    at = recording.skeleton.place
    trunk = sum(
        at(recording.positions, f"{side}_{part}") - at(recording.positions, f"{side}_ankle")
        for side in ("left", "right")
        for part in ("hip", "shoulder")
    )
    trunk = np.asarray(trunk)
    whole = trunk[np.all(np.isfinite(trunk), axis=1)]
    mean = whole.mean(axis=0) if len(whole) else np.zeros(3)
    best = int(np.argmax(np.abs(mean)))
    clear = mean[best] > _UPRIGHT * np.sort(np.abs(mean))[1]
    return "xyz"[best] if clear else None
