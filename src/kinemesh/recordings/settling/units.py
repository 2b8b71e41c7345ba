"""The unit of length of a file that does not state it: found from the person's legs.

Thigh and shank over the skeleton's leg ratio are the person's stature, in the file's unit. That
unit is taken in which the stature is a person's; the ranges do not overlap, so that no number
fits two. Where none fits the unit is the file's own (drawing tools scale their figures at will),
the stature cannot be known, and a usual one is taken, with a warning.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.motion.clip_fields import estimate_height
from kinemesh.motion.moved import mapped_shape
from kinemesh.recordings.recording import Recording

USUAL = 1.70
"""Stature [m] of a person whose file leaves it open."""

UNITS: tuple[tuple[str, float, float, float], ...] = (
    ("metre", 1.0, 0.9, 2.3),
    ("centimetre", 0.01, 0.9, 2.3),
    ("millimetre", 0.001, 0.9, 2.3),
    ("inch", 0.0254, 1.35, 2.25),
    ("5.64 cm, CMU's 1/0.45 inch", 0.0254 / 0.45, 1.3, 2.25),
)
"""Name, length [m], and between which statures [m] it is taken."""

_SMALL = 1.2
"""A stature [m] below this is worth a warning: a child, or a unit of the file's own."""
_FITS = 0.12
"""A given height this near (as a share) to that in a known unit confirms the unit."""


def in_metres(
    recording: Recording, unit: float | None = None, height: float | None = None
) -> Recording:
    """The recording in metres, with what was found.

    Args:
        recording: as its reader gave it.
        unit: the user's word: how long a unit of the file is [m].
        height: the person's stature [m] where the user gave it.

    Raises:
        ReadError: ``unit`` is not a positive number, or the legs have no length to go by.
    """
    if unit is not None:
        if not (np.isfinite(unit) and unit > 0.0):
            raise ReadError(
                f"unit={unit} is no length",
                given=unit,
                expected="metres per unit of the file, as 0.01 where it is in centimetres",
            )
        return _scaled(recording, unit / recording.unit, f"unit: {unit:g} m (given)")
    if recording.metres is not None:
        return recording if recording.metres == 1.0 else _scaled(recording, recording.metres)
    stature = _stature(recording)
    if not recording.sized:
        return _usual_size(recording, stature, height)
    if height is not None and np.isfinite(height) and height > 0.0:
        return _scaled(recording, *_by_height(stature, height))
    for name, length, low, high in UNITS:
        if low <= stature * length <= high:
            note = (
                f"unit: {name} (found: the legs suggest a person {stature * length:.3f} m tall; "
                f"give unit= if it differs)"
            )
            found = _scaled(recording, length, note)
            if stature * length >= _SMALL:
                return found
            warning = (
                f"the person is {stature * length:.2f} m tall if the file is in {name}s: a child, "
                f"or a unit of its own; then give height= the stature or unit= the unit [m]"
            )
            return replace(found, warnings=(*found.warnings, warning))
    length = USUAL / stature
    found = _scaled(recording, length, f"unit: {length:.4g} m (assumed, see the warning)")
    warning = (
        f"the unit of length cannot be known: the legs suggest a person {stature:.4g} units tall, "
        f"which is none in metres, centimetres, millimetres, inches or CMU's unit; a person of "
        f"{USUAL:.2f} m is assumed: give height= the stature [m] or unit= the unit [m]"
    )
    return replace(found, warnings=(*found.warnings, warning))


def in_unit_of(other: Recording, own: Recording, metric: Recording) -> Recording:
    """Another recording of a file in metres, by the unit that one was found to have.

    Args:
        other: as its reader gave it.
        own: the one, as its reader gave it.
        metric: the same in metres.
    """
    length = np.nanmax(np.abs(metric.positions)) / np.nanmax(np.abs(own.positions))
    return _scaled(other, float(length) * own.unit / other.unit)


def _usual_size(recording: Recording, stature: float, height: float | None) -> Recording:
    """A person whose file makes everybody one size."""
    if height is not None and np.isfinite(height) and height > 0.0:
        return _scaled(recording, *_by_height(stature, height))
    found = _scaled(recording, USUAL / stature, f"unit: {USUAL / stature:.4g} m (assumed)")
    warning = (
        f"the file makes every person one size and does not say the person's own: {USUAL:.2f} m "
        f"are assumed; give height= the stature [m]"
    )
    return replace(found, warnings=(*found.warnings, warning))


def _by_height(stature: float, height: float) -> tuple[float, str]:
    """The unit that makes the person as tall as given, nearest known one first."""
    known = min(UNITS, key=lambda entry: abs(np.log(stature * entry[1] / height)))
    if abs(stature * known[1] / height - 1.0) <= _FITS:
        return known[1], f"unit: {known[0]} (found: it fits the given height)"
    length = height / stature
    return length, f"unit: {length:.4g} m (found: it makes the legs those of the given height)"


def _stature(recording: Recording) -> float:
    """The person's stature in the file's unit."""
    positions = recording.positions
    whole = positions[np.all(np.isfinite(positions), axis=(1, 2))]
    stature = estimate_height(whole, recording.skeleton) if len(whole) else 0.0
    if not (np.isfinite(stature) and stature > 0.0):
        raise ReadError(
            "the legs have no length, from which the unit would be found: give unit= the unit "
            "of the file [m], or map= other joints for the legs"
        )
    return stature


def _scaled(recording: Recording, length: float, note: str | None = None) -> Recording:
    def longer(points: Array) -> Array:
        return points * length

    def moved(track: Array) -> Array:
        return np.concatenate([track[..., :3] * length, track[..., 3:]], axis=-1)

    return replace(
        recording,
        positions=longer(recording.positions),
        track=None if recording.track is None else moved(recording.track),
        props=tuple(
            replace(p, shape=mapped_shape(p.shape, longer), track=moved(p.track))
            for p in recording.props
        ),
        metres=1.0,
        notes=(*recording.notes, *([note] if note else [])),
    )
