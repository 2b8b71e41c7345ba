"""Directions along and across a body, from places on it: no length, place or scale counts."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.trajectory import SIDES
from kinemesh.motion import LANDMARKS

_SHORTEST = 1e-6
"""A bone shorter than this [m] points nowhere."""


def unit(vectors: Array) -> Array:
    """``vectors`` ``(..., 3)`` of length 1; NaN for those that have none."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(np.where(length > _SHORTEST, vectors, np.nan) / np.maximum(length, _SHORTEST))


def between(a: Array, b: Array) -> Array:
    """Angles ``(...)`` [deg] between unit vectors ``(..., 3)``."""
    return np.asarray(np.degrees(np.arccos(np.clip(np.sum(a * b, axis=-1), -1.0, 1.0))))


def bone(landmarks: Array, start: str, end: str) -> Array:
    """From one landmark to another, ``(..., 3)`` [m], of landmarks ``(..., K, 3)``."""
    index = LANDMARKS.index
    return np.asarray(landmarks[..., index(end), :] - landmarks[..., index(start), :])


def middle(landmarks: Array, part: str) -> Array:
    """The place ``(..., 3)`` [m] between the left landmark of a kind and the right."""
    return np.asarray(
        landmarks[..., [LANDMARKS.index(f"{side}_{part}") for side in SIDES], :].mean(axis=-2)
    )


def leftward(landmarks: Array) -> Array:
    """From right to left ``(..., 3)`` [m], of hips and shoulders together."""
    return bone(landmarks, "right_hip", "left_hip") + bone(
        landmarks, "right_shoulder", "left_shoulder"
    )
