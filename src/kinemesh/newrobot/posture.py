"""A posture to rest in: upright, knees a little bent, soles level, arms down."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import least_squares

from kinemesh.arrays import Array
from kinemesh.newrobot.body import SIDES, Body
from kinemesh.newrobot.limbs import Limb

_KNEE = 0.3
"""Bend of a knee [rad]."""
_FOREARM = 0.45
"""Bend of an elbow [rad]."""
_MIDDLE = (0.3, 0.7)
"""The centre of mass is above this share of the sole, from heel to toe."""


def rest_posture(body: Body, aside: float = 0.2) -> Array:
    """What the joint above each link is at ``(L,)`` [rad].

    Args:
        body: the robot.
        aside: how far the upper arms lean outwards [rad].
    """
    source = body.source
    q = np.array([0.0, *(np.clip(0.0, j.lower, j.upper) for j in source.joints)])
    for k in range(1, len(q)):
        q[k] = q[k] if source.moves(k) else 0.0
    _both(body, q, _arm(body, q, aside), "arms")
    shift = 0.0
    for _ in range(4):
        _both(body, q, _leg(body, q, shift), "legs")
        share, length = _balance(body, q)
        if _MIDDLE[0] <= share <= _MIDDLE[1]:
            break
        # Feet that go ahead under the body bring its weight towards their heels.
        shift += (share - 0.5) * length
    return source.followed(q)


def _both(body: Body, q: Array, angles: Array, limbs: str) -> None:
    """Set a left limb and its mirror image, within the right one's limits."""
    for link, angle in zip(getattr(body, limbs)["left"].chain, angles, strict=True):
        q[link] = angle
        twin, sign = body.symmetry.twins[link]
        joint = body.source.joint_of(twin)
        q[twin] = np.clip(sign * angle, joint.lower, joint.upper)


def _leg(body: Body, q: Array, shift: float) -> Array:
    leg, patch = body.legs["left"], body.patches["left"]
    zero = body.source.frames()
    foot, shin, base = leg.chain[-1], leg.after[0], body.pelvis
    down = zero[0][foot].T @ patch.normal
    ahead = body.facing[:, 0] - patch.normal * (patch.normal @ body.facing[:, 0])
    ahead = zero[0][foot].T @ ahead
    ankle, hip = (zero[0][k].T @ (p - zero[1][k]) for k, p in ((shin, leg.end), (base, leg.root)))
    knee = leg.chain.index(leg.bend)
    sense = body.knee_sense["left"]

    def off(turns: Array, places: Array, angles: Array) -> Array:
        from_hip = turns[shin] @ ankle + places[shin] - turns[base] @ hip - places[base]
        return np.concatenate(
            [
                3.0 * (turns[foot] @ down + body.facing[:, 2]),
                turns[foot] @ ahead - body.facing[:, 0],
                [10.0 * (from_hip @ body.facing[:, 0] - shift)],
                [2.0 * (angles[knee] - sense * _KNEE)],
                0.01 * angles,
            ]
        )

    return _solve(body, q, leg, off)


def _arm(body: Body, q: Array, aside: float) -> Array:
    arm, zero = body.arms["left"], body.source.frames()
    upper, lower = arm.before[-1], arm.bend
    forward, left, up = body.facing.T
    hang = left * np.sin(aside) - up * np.cos(aside)
    hang = hang / np.linalg.norm(hang)
    fore = forward * np.sin(_FOREARM) + hang * np.cos(_FOREARM)
    bone = zero[0][upper].T @ (arm.middle - arm.root)
    forearm = zero[0][lower].T @ (arm.end - arm.middle)
    bone, forearm = bone / np.linalg.norm(bone), forearm / np.linalg.norm(forearm)
    weight = np.array([0.03 if k in (*arm.before, arm.bend) else 0.3 for k in arm.chain])

    def off(turns: Array, places: Array, angles: Array) -> Array:
        return np.concatenate(
            [turns[upper] @ bone - hang, turns[lower] @ forearm - fore, weight * angles]
        )

    return _solve(body, q, arm, off)


def _solve(body: Body, q: Array, limb: Limb, off: Callable[[Array, Array, Array], Array]) -> Array:
    """Joint angles of a limb that make ``off`` smallest, from several starts."""
    joints = [body.source.joint_of(k) for k in limb.chain]
    lower, upper = (np.array([getattr(j, end) for j in joints]) for end in ("lower", "upper"))
    margin = 0.02 * (upper - lower)
    margin[~np.isfinite(margin)] = 0.0
    lower, upper = lower + margin, upper - margin
    trial = np.array(q)

    def residual(angles: Array) -> Array:
        trial[list(limb.chain)] = angles
        return off(*body.source.frames(trial), angles)

    rng = np.random.default_rng(0)
    best = None
    for n in range(4):
        start = np.zeros(len(joints)) if n == 0 else rng.uniform(-0.8, 0.8, len(joints))
        found = least_squares(residual, np.clip(start, lower, upper), bounds=(lower, upper))
        if best is None or found.cost < 0.9 * best.cost:
            best = found
        if best.cost < 0.02:
            break
    assert best is not None  # there is always a start
    return np.where(np.abs(best.x) < 1e-6, 0.0, best.x)


def _balance(body: Body, q: Array) -> tuple[float, float]:
    """Where the centre of mass is, from heel 0 to toe 1 of the soles; and their length [m]."""
    zero, frames = body.source.frames(), body.source.frames(q)
    ends = []
    for side in SIDES:
        foot = body.legs[side].chain[-1]
        local = (body.patches[side].outline - zero[1][foot]) @ zero[0][foot]
        ends.append((local @ frames[0][foot].T + frames[1][foot]) @ body.facing[:, 0])
    heel, toe = max(e.min() for e in ends), min(e.max() for e in ends)
    at = body.source.centre_of_mass(frames) @ body.facing[:, 0]
    return float((at - heel) / (toe - heel)), float(toe - heel)
