"""Joints that networks find in pictures: Human3.6M's 17 and MediaPipe's 33, made a person's.

Both may stand in a camera's axes, y down, which is told by the person. Human3.6M's have no toes;
they are made where a foot at rest would have them, and said to be.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion import SKELETONS, Skeleton
from kinemesh.recordings.recording import Recording

KEYPOINTS = ("h36m17", "mediapipe33")
"""Skeletons that are given by name alone: other joints come in as many."""
MADE = ("L_Toe", "R_Toe")
"""Joints that are made where a skeleton has them and its files have not, the last of it."""

_FOOT = 0.19
"""From ankle to toe, as a share of the leg's length,"""
_SLOPE = np.deg2rad(18.0)
"""and so far below the level through the ankle, where the shank is upright [rad]; both of the
stand-in's body (:mod:`kinemesh.recordings.smpl.bones`)."""
_LOWEST = 1.0
"""The ankles' height in this percentile of frames [%] is that of who stands."""
_CLEAR = 1.5
"""The body stands along an axis if it is so many times as long as along the others."""


def of_keypoints(recording: Recording) -> Recording:
    """The recording with the joints that its skeleton has, in axes that ``read`` knows."""
    skeleton, positions = recording.skeleton, recording.positions
    if not any(skeleton is SKELETONS[name] for name in KEYPOINTS):
        return recording
    notes, warnings = [*recording.notes], [*recording.warnings]
    up = _up(positions, skeleton)
    if up is not None and up[1] < -0.5:
        positions = np.stack([positions[..., 0], positions[..., 2], -positions[..., 1]], axis=-1)
        up = np.array([0.0, 0.0, 1.0])
        notes.append("axes: a camera's (the person stands along -y), turned to z up by [x, z, -y]")
    if positions.shape[1] == len(skeleton.joints) - len(MADE):
        positions = _with_toes(positions, skeleton, up)
        warnings.append(
            "the file has no toes: each is put ahead of its ankle, square to the shank and not "
            "below the floor, so that what feet do is a guess"
        )
    return replace(recording, positions=positions, notes=tuple(notes), warnings=tuple(warnings))


def _up(positions: Array, skeleton: Skeleton) -> Array | None:
    """The axis ``(3,)`` along which hips and shoulders are above the ankles; None if unclear."""
    at = skeleton.index
    above = [at(f"{side}_{part}") for side in "LR" for part in ("Hip", "Shoulder")]
    ankles = [at("L_Ankle"), at("R_Ankle")]
    body = positions[:, above].mean(axis=1) - positions[:, ankles].mean(axis=1)
    body = body[np.all(np.isfinite(body), axis=1)]
    if not len(body):
        return None
    mean = body.mean(axis=0)
    best = int(np.argmax(np.abs(mean)))
    if np.abs(mean[best]) < _CLEAR * np.sort(np.abs(mean))[1]:
        return None
    axis = np.zeros(3)
    axis[best] = np.sign(mean[best])
    return axis


def _with_toes(positions: Array, skeleton: Skeleton, up: Array | None) -> Array:
    """Positions ``(T, J + 2, 3)`` with a toe on each foot, bones of one length.

    A toe lies ahead of its ankle in the plane square to the line of the hips, the foot square to
    the shank but for its slope; where that is below the floor of who stands, on the floor.
    """
    hips, knees, ankles = (
        np.stack([positions[:, skeleton.index(f"{side}_{part}")] for side in "LR"], axis=1)
        for part in ("Hip", "Knee", "Ankle")
    )
    with np.errstate(all="ignore"):
        thigh, shank = _length(hips - knees), _length(knees - ankles)
        length = _FOOT * float(np.nanmedian(thigh) + np.nanmedian(shank))
        left = _unit(hips[:, :1] - hips[:, 1:])
        down = _unit(ankles - knees)
        ahead = _unit(np.cross(left, -down))
        way = np.cos(_SLOPE) * ahead + np.sin(_SLOPE) * down
        if up is not None:
            height = ankles @ up
            floor = float(np.nanpercentile(height, _LOWEST)) - length * np.sin(_SLOPE)
            drop = np.clip((floor - height) / length, -1.0, 1.0)[..., None]
            level = _unit(np.cross(np.broadcast_to(left, ankles.shape), up))
            lying = np.sqrt(1.0 - drop**2) * level + drop * up
            way = np.where((way @ up)[..., None] < drop, lying, way)
    return np.concatenate([positions, ankles + length * way], axis=1)


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(_length(vectors), 1e-9)[..., None])


def _length(vectors: Array) -> Array:
    return np.asarray(np.linalg.norm(vectors, axis=-1))
