"""A recording as a clip, still in the file's axes and on the file's floor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.motion import Clip
from kinemesh.motion.clean import mended
from kinemesh.recordings.rates import frame_rate
from kinemesh.recordings.recording import Recording

_FARTHEST = 1e9
"""No joint is farther off [m], in whatever unit."""
_FAR_HEIGHT = 0.12
"""A given stature this far (as a share) from the bones' is worth a warning."""


def made_clip(
    path: Path,
    recording: Recording,
    height: float | None,
    fps: float | None,
    up: str | None,
) -> Clip:
    """The recording as a clip, still in the file's axes and on the file's floor.

    Args:
        path: its file.
        recording: what that holds, in metres.
        height: the person's stature [m]; the recording's, else by the legs, if left out.
        fps: frames per second [1/s]; the recording's, else the skeleton's usual, if left out.
        up: the vertical axis that is given, for the rate of generated motion.

    Raises:
        ReadError: joints are beyond all measure, or the rate is not known.
        ClipError: the numbers make no clip.
    """
    skeleton = recording.skeleton
    notes = [*recording.notes]
    rate, note, doubts = frame_rate(path, recording, fps, up)
    notes.append(note)
    sizes = np.abs(recording.positions)
    if np.any(np.isfinite(sizes) & (sizes > _FARTHEST)):
        frame = int(np.argwhere(np.isfinite(sizes) & (sizes > _FARTHEST))[0, 0])
        raise ReadError(
            f"{path.name} has joints beyond {_FARTHEST:g} m, the first in frame {frame}: it is "
            f"damaged, or not in metres"
        )
    whole = mended(recording.positions, recording.rotations, skeleton.joints, rate)
    clip = Clip(
        positions=whole.positions,
        skeleton=skeleton,
        fps=rate,
        rotations=whole.rotations,
        contacts=recording.contacts,
        name=path.stem,
    )
    notes += whole.notes
    estimate = clip.stature
    stature = height if height is not None else recording.height
    warnings = (*recording.warnings, *doubts, *whole.warnings)
    if stature is None:
        notes.append(f"height: {estimate:.3f} m (estimated from the legs; give height= to set it)")
    else:
        source = "given" if height is not None else "in the file"
        notes.append(f"height: {stature:.3f} m ({source}; the legs suggest {estimate:.3f} m)")
        if abs(stature / estimate - 1.0) > _FAR_HEIGHT:
            warnings = (
                *warnings,
                f"the height {stature:.3f} m ({source}) does not fit the legs, which suggest "
                f"{estimate:.3f} m: check the unit and the person",
            )
    for landmark, touching in recording.contacts.items():
        notes.append(
            f"contact labels: {landmark} touches in {touching.sum()} of {len(clip)} frames"
        )
    return replace(clip, height=stature, notes=tuple(notes), warnings=warnings)
