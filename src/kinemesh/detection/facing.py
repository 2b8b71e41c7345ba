"""How a person's torso, feet and hands are turned, where a recording has rotations.

A file's rotations are those of its own bones, in axes of its own making. Positions say where a
part faces in some frames, roughly; a bone's rotation says how it turns in all of them, smoothly.
The constant turn from the one to the other is found from the clip itself, part by part, so that
no format needs a table of axes. Every part then has the axes x forward (along the fingers), y
left, z up (out of the back of the hand), as a robot's parts have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array, readonly
from kinemesh.detection.stance import Footing
from kinemesh.motion.clip import Clip

Landmark = Callable[[str], Array]

LARGEST = np.deg2rad(15.0)
"""A part whose rotation and positions differ by more than this, rms [rad], is not used."""

_FEWEST = 5
"""So is a part that faces somewhere known in fewer frames than these."""

_CLOSE = np.deg2rad(1.0)
"""Two rotations this far apart [rad] count as one in the robust mean."""

_STEADY = 0.1
"""Width [s] of the Gaussian that steadies a recorded rotation: wrists and ankles tremble."""


@dataclass(frozen=True, eq=False)
class Facing:
    """How one part of a person is turned."""

    part: str
    """``torso``, ``left_foot``, ``right_foot``, ``left_hand`` or ``right_hand``."""
    joint: str
    """The joint whose rotation it follows."""
    rotations: Array
    """World rotations ``(T, 3, 3)``; columns forward, left, up of the part."""
    constant: Array
    """What takes the joint's own axes to the part's ``(3, 3)``: the same in every frame."""
    residual: float
    """How far it is from what the positions say, rms over the frames in which they do [rad]."""

    @property
    def usable(self) -> bool:
        """Whether rotation and positions tell the same story."""
        return bool(self.residual <= LARGEST)

    def __str__(self) -> str:
        text = f"orientation of the {self.part.replace('_', ' ')}: that of {self.joint}, "
        text += f"{np.rad2deg(self.residual):.1f} deg rms from the positions"
        return text if self.usable else f"{text}: not used"


def detect_facings(clip: Clip, footing: Mapping[str, Footing]) -> tuple[Facing, ...]:
    """The parts of the person whose turn is known; none where the clip has no rotations.

    Args:
        clip: the demonstration.
        footing: stance of both feet, ``left`` and ``right``.
    """
    if clip.rotations is None:
        return ()
    found = [_best(clip, "torso", clip.skeleton.joints, torso_axes(clip.landmark))]
    everywhere = np.ones(len(clip), dtype=bool)
    for side in ("left", "right"):
        flat = footing[side].toe & footing[side].heel
        found.append(_of(clip, f"{side}_foot", f"{side}_ankle", _foot_axes(clip, side), flat))
        hand = _hand_axes(clip, side)
        if hand is not None:
            found.append(_of(clip, f"{side}_hand", f"{side}_hand", hand, everywhere))
    return tuple(facing for facing in found if facing is not None)


def torso_axes(landmark: Landmark) -> Array:
    """Axes ``(..., 3, 3)`` of a trunk: up from hips to shoulders, left along the shoulders.

    Args:
        landmark: gives the places ``(..., 3)`` [m] of a landmark by its name.
    """
    left, right = landmark("left_shoulder"), landmark("right_shoulder")
    hips = (landmark("left_hip") + landmark("right_hip")) / 2.0
    up = _unit((left + right) / 2.0 - hips)
    across = _unit(_across(left - right, up))
    return np.stack([np.cross(across, up), across, up], axis=-1)


def robust_mean(rotations: Array) -> tuple[Array, float]:
    r"""The rotation ``(3, 3)`` nearest to ``(N, 3, 3)`` in the mean angle, and the rms angle.

    Weiszfeld's iteration: means with weights :math:`1 / \max(\theta_i, 1°)`, so that frames in
    which a hand was tracked badly do not pull at those in which it was not.
    """
    given = Rotation.from_matrix(rotations).as_quat()
    mean = _mean(given, np.ones(len(given)))
    for _ in range(20):
        mean = _mean(given, 1.0 / np.maximum(_angles(given, mean), _CLOSE))
    rms = float(np.sqrt(np.mean(_angles(given, mean) ** 2)))
    return Rotation.from_quat(mean).as_matrix(), rms


def _mean(quaternions: Array, weights: Array) -> Array:
    """The unit quaternion ``(4,)`` nearest to weighted ones ``(N, 4)`` (Markley et al. 2007)."""
    return np.asarray(np.linalg.eigh((quaternions.T * weights) @ quaternions)[1][:, -1])


def _angles(quaternions: Array, mean: Array) -> Array:
    """Angles ``(N,)`` [rad] between the rotations of unit quaternions ``(N, 4)`` and ``(4,)``."""
    # By the chord, exact for small angles; q and -q are one rotation.
    sides = np.linalg.norm(np.stack([quaternions - mean, quaternions + mean]), axis=2)
    return np.asarray(4.0 * np.arcsin(np.minimum(sides.min(axis=0) / 2.0, 1.0)))


def _of(
    clip: Clip, part: str, landmark: str, axes: Array, known: NDArray[np.bool_]
) -> Facing | None:
    """The part as the landmark's joint turns it, calibrated in the ``known`` frames."""
    joints = clip.skeleton.weights(landmark)
    if len(joints) != 1 or np.count_nonzero(known) < _FEWEST:
        return None
    return _follow(clip, part, next(iter(joints)), axes, known)


def _best(clip: Clip, part: str, joints: tuple[str, ...], axes: Array) -> Facing | None:
    """The part as that joint turns it that follows it best."""
    if len(clip) < _FEWEST:
        return None
    everywhere = np.ones(len(clip), dtype=bool)
    rows = slice(None, None, max(1, len(clip) // 100))  # to choose by, these are enough
    sample = axes[rows]
    # The mean of matrices is as long as they agree: its largest sum of singular values wins.
    turns = np.stack([_turns(clip, joint)[rows] for joint in joints])
    mean = np.einsum("jtba,tbc->jac", turns, sample)
    agreement = np.linalg.svd(mean, compute_uv=False).sum(axis=1)
    return _follow(clip, part, joints[int(np.argmax(agreement))], axes, everywhere)


def _follow(clip: Clip, part: str, joint: str, axes: Array, known: NDArray[np.bool_]) -> Facing:
    turns = _turns(clip, joint)
    constant, residual = robust_mean(np.swapaxes(turns[known], 1, 2) @ axes[known])
    steadied = readonly(_steadied(turns @ constant, clip.fps))
    return Facing(part, joint, steadied, readonly(constant), residual)


def _steadied(rotations: Array, fps: float) -> Array:
    """Rotations ``(T, 3, 3)`` without what is faster than :data:`_STEADY`."""
    from scipy.ndimage import gaussian_filter1d

    mean = gaussian_filter1d(rotations, _STEADY * fps, axis=0, mode="nearest")
    left, _, right = np.linalg.svd(mean)
    return np.asarray(left @ right)


def _turns(clip: Clip, joint: str) -> Array:
    """World rotations ``(T, 3, 3)`` of a joint."""
    assert clip.rotations is not None
    turns = Rotation.from_quat(clip.rotations[:, clip.skeleton.index(joint)])
    return np.asarray(turns.as_matrix())


def _foot_axes(clip: Clip, side: str) -> Array:
    """Axes ``(T, 3, 3)`` of a foot that lies flat: forward from ankle to toe, up."""
    forward = clip.landmark(f"{side}_toe") - clip.landmark(f"{side}_ankle")
    up = np.broadcast_to([0.0, 0.0, 1.0], forward.shape)
    forward = _unit(_across(forward, up))
    return np.stack([forward, np.cross(up, forward), up], axis=-1)


def _hand_axes(clip: Clip, side: str) -> Array | None:
    """Axes ``(T, 3, 3)`` of a hand: from wrist to middle knuckle, then across the knuckles.

    None for a skeleton without fingers.
    """
    joints, marks = clip.skeleton.joints, (side[0].upper() + "_", side.capitalize())
    knuckles = []
    for finger in ("Middle1", "Index1", "Pinky1"):
        named = [j for j in joints if j.startswith(marks) and j.endswith(finger)]
        if len(named) != 1:
            return None
        knuckles.append(clip.joint(named[0]))
    middle, index, pinky = knuckles
    fingers = _unit(middle - clip.landmark(f"{side}_hand"))
    across = pinky - index if side == "left" else index - pinky
    across = _unit(_across(across, fingers))
    return np.stack([fingers, across, np.cross(fingers, across)], axis=-1)


def _across(vectors: Array, axis: Array) -> Array:
    """What is left of ``vectors`` ``(..., 3)`` across the unit ``axis``."""
    return np.asarray(vectors - axis * np.sum(vectors * axis, axis=-1, keepdims=True))


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9))
