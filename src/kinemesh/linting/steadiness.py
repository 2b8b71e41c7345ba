"""What is wrong with numbers that are read right: norms, signs, limits, jumps, feet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.linting.footing import excess, hard_limits, placed, rooted, soles
from kinemesh.robot import RobotModel
from kinemesh.trajectories.findings import Finding
from kinemesh.trajectories.raw import RawMotion

UNIT = 1e-3
"""A quaternion whose norm is this far from 1 is not unit."""
_BEYOND = 0.005
"""Joints may be this far [rad] beyond their limits."""
_CLIPPED = 0.2
"""Further out than this [rad] nothing is clipped: it would be another motion."""
_JUMPS = {"place": 0.05, "turn": 0.35, "joints": 0.35}
"""Steps this much [m], [rad] longer than"""
_TIMES = 3.0
"""this many of the longest of their neighbours are jumps."""
_SPIKE = 3
"""So many frames, at most, are filled between a jump and the jump back."""
_SEEN = 3
"""So many frames below the ground are not chance."""
_FLOATS = 0.03
_SINKS = 0.01
"""Heights [m] above and below the ground at which soles float and are sunk."""


def norms(raw: RawMotion) -> tuple[RawMotion, tuple[Finding, ...]]:
    """Quaternions made unit."""
    found = []
    for where, turns in _quaternions(raw).items():
        norm = np.linalg.norm(turns, axis=-1)
        worst = np.unravel_index(int(np.argmax(np.abs(norm - 1.0))), norm.shape)
        if np.abs(norm - 1.0).max() > UNIT:
            zero = bool(norm.min() < 1e-6)
            found.append(
                Finding(
                    "quaternion-norm",
                    where,
                    f"norms {norm.min():.4g} to {norm.max():.4g}, off by more than {UNIT:g} in "
                    f"{int((np.abs(norm - 1.0) > UNIT).any(axis=tuple(range(1, norm.ndim))).sum())}"
                    f" of {len(norm)} frames, most in frame {int(worst[0])}",
                    "no rotation can be read from zeros: make the file again"
                    if zero
                    else "divide by the norm",
                    mendable=not zero,
                )
            )
    if any(not f.mendable for f in found):
        return raw, tuple(found)
    return _mapped(raw, lambda q: q / np.linalg.norm(q, axis=-1, keepdims=True)), tuple(found)


def signs(raw: RawMotion) -> tuple[RawMotion, tuple[Finding, ...]]:
    """Quaternions put on one hemisphere from frame to frame."""
    found = []
    for where, turns in _quaternions(raw).items():
        flips = np.sum(turns[1:] * turns[:-1], axis=-1) < 0.0
        if flips.any():
            frames = np.flatnonzero(flips.reshape(len(flips), -1).any(axis=1)) + 1
            found.append(
                Finding(
                    "quaternion-sign",
                    where,
                    f"the sign changes {int(flips.sum())} times, in frames {listed(frames)}",
                    "keep the sign of the frame before; the rotation is the same, but whoever "
                    "interpolates numbers turns the long way round",
                    note=True,
                )
            )
    return _mapped(raw, _one_sign), tuple(found)


def _one_sign(turns: Array) -> Array:
    result = np.array(turns)
    agree = np.sum(turns[1:] * turns[:-1], axis=-1)
    result[1:] *= np.cumprod(np.where(agree < 0.0, -1.0, 1.0), axis=0)[..., None]
    return result


def _quaternions(raw: RawMotion) -> Mapping[str, Array]:
    if raw.facts.w_first is None:
        return {}
    found = {raw.where["turn"]: raw.turn}
    bodies = raw.bodies
    if bodies is not None and bodies.turns is not None:
        found[raw.where.get("turns", raw.where["turn"])] = bodies.turns
    return found | {f"{name}, rotation": track[:, 3:] for name, track in raw.tracks.items()}


def _mapped(raw: RawMotion, change: Callable[[Array], Array]) -> RawMotion:
    bodies = raw.bodies
    if bodies is not None and bodies.turns is not None:
        bodies = replace(bodies, turns=change(bodies.turns))
    return replace(
        raw,
        turn=change(raw.turn),
        bodies=bodies,
        tracks={
            name: np.hstack([track[:, :3], change(track[:, 3:])])
            for name, track in raw.tracks.items()
        },
    )


def limits(raw: RawMotion, robot: RobotModel) -> tuple[RawMotion, tuple[Finding, ...]]:
    """Joints within their ranges."""
    beyond = excess(robot, raw.joints)
    bad = np.flatnonzero(beyond.max(axis=0) > _BEYOND)
    if not len(bad):
        return raw, ()
    found, joints = [], np.array(raw.joints)
    lower, upper = hard_limits(robot)
    for k in bad:
        most = float(beyond[:, k].max())
        frames = np.flatnonzero(beyond[:, k] > _BEYOND)
        mendable = most <= _CLIPPED
        if mendable:
            joints[:, k] = np.clip(joints[:, k], lower[k], upper[k])
        found.append(
            Finding(
                "joint-limits",
                f"{raw.where['joints']}, {robot.joint_names[k]}",
                f"up to {most:.3f} rad beyond, in {len(frames)} frames: {listed(frames)}",
                "clip it"
                if mendable
                else f"{most:.2f} rad is too far to clip: it would be another motion; retarget it",
                mendable=mendable,
            )
        )
    return replace(raw, joints=joints), tuple(found)


def jumps(raw: RawMotion, robot: RobotModel) -> tuple[RawMotion, tuple[Finding, ...]]:
    """Steps from one frame to the next that nothing around them is like."""
    if len(raw) < 4:
        return raw, ()
    found: list[Finding] = []
    joints = np.array(raw.joints)
    for k, name in enumerate(robot.joint_names):
        wraps = np.round(np.diff(joints[:, k]) / (2.0 * np.pi))
        where = f"{raw.where['joints']}, {name}"
        if wraps.any():
            frames = np.flatnonzero(wraps) + 1
            joints[1:, k] -= 2.0 * np.pi * np.cumsum(wraps)
            found.append(
                Finding("jump", where, f"a whole turn in frames {listed(frames)}", "unwrap it")
            )
        steps = np.abs(np.diff(joints[:, k]))
        joints[:, k], more = _filled(joints[:, k], steps, _JUMPS["joints"], where, "rad")
        found += more
    place, more = _filled(
        raw.place,
        np.linalg.norm(np.diff(raw.place, axis=0), axis=1),
        _JUMPS["place"],
        raw.where["place"],
        "m",
    )
    found += more
    turn = _one_sign(raw.turn)
    turn, more = _filled(turn, _angles(turn), _JUMPS["turn"], raw.where["turn"], "rad")
    found += more
    turn = turn / np.linalg.norm(turn, axis=1, keepdims=True) if more else raw.turn
    tracks = {}
    for name, track in raw.tracks.items():
        steps = np.linalg.norm(np.diff(track[:, :3], axis=0), axis=1)
        moved, more = _filled(track[:, :3], steps, _JUMPS["place"], name, "m")
        tracks[name] = np.hstack([moved, track[:, 3:]])
        found += more
    return replace(raw, joints=joints, place=place, turn=turn, tracks=tracks), tuple(found)


def _angles(turn: Array) -> Array:
    rotation = Rotation.from_quat(turn)
    return np.asarray((rotation[1:] * rotation[:-1].inv()).magnitude())


def _filled(
    values: Array, steps: Array, least: float, where: str, unit: str
) -> tuple[Array, list[Finding]]:
    """Jumps in ``values`` ``(T, ...)``; one that is soon jumped back from is filled linearly."""
    at = [k for k in range(len(steps)) if _sticks_out(steps, k, least)]
    if not at:
        return values, []
    result, found, k = np.array(values), [], 0
    while k < len(at):
        first = at[k]
        spike = k + 1 < len(at) and at[k + 1] - first <= _SPIKE
        if spike:
            last = at[k + 1]
            share = np.arange(1, last - first + 1) / (last - first + 1)
            shares = share.reshape(-1, *[1] * (values.ndim - 1))
            result[first + 1 : last + 1] = (
                values[first] * (1.0 - shares) + values[last + 1] * shares
            )
            k += 1
        found.append(
            Finding(
                "jump",
                where,
                f"{steps[first]:.2f} {unit} in one step, to frame {first + 1}, among steps of "
                f"{_neighbours(steps, first):.3f} {unit}"
                + (f"; back in frame {at[k] + 1}" if spike else ""),
                "fill the frames between linearly"
                if spike
                else "cut the motion there: which side is right the file does not say",
                mendable=spike,
            )
        )
        k += 1
    return result, found


def _neighbours(steps: Array, k: int) -> float:
    """The longest step nearby, jumps (two of them may be) left out: the third longest."""
    near = np.sort(np.concatenate([steps[max(k - 4, 0) : k], steps[k + 1 : k + 5]]))
    return float(near[-2] if len(near) > 3 else near[-1] if len(near) else 0.0)


def _sticks_out(steps: Array, k: int, least: float) -> bool:
    return bool(steps[k] > least + _TIMES * _neighbours(steps, k))


def feet(raw: RawMotion, robot: RobotModel) -> tuple[RawMotion, tuple[Finding, ...]]:
    """The lowest point of the soles over time, against the ground z = 0."""
    corners = placed(soles(robot, rooted(robot, raw.joints)), raw.place, raw.turn)
    low = corners[..., 2].reshape(len(raw), -1).min(axis=1)
    often = float(np.percentile(low, 5.0))
    deepest = float(np.sort(low)[min(_SEEN, len(low)) - 1])
    if often <= _FLOATS and deepest >= -_SINKS:
        return raw, ()
    floats = often > _FLOATS
    mendable = often - deepest <= _SINKS
    frames = np.flatnonzero(low < -_SINKS)
    evidence = (
        f"the lowest sole is at {low.min():+.3f} m at its lowest, in frame {int(np.argmin(low))}; "
        f"below {often:+.3f} m in a twentieth of the frames"
    )
    if not floats:
        evidence += f", below -{_SINKS:g} m in {len(frames)} of {len(low)}"
    finding = Finding(
        "feet-float" if floats else "feet-sunk",
        raw.where["place"],
        evidence,
        f"move root and props by {-often:+.3f} m"
        if mendable
        else f"no one height mends it, soles go {(often - deepest) * 1e3:.0f} mm deeper now and "
        f"then: retarget it (kinemesh retarget)",
        mendable=mendable,
    )
    if not mendable:
        return raw, (finding,)
    up = np.array([0.0, 0.0, -often])
    tracks = {
        name: np.hstack([track[:, :3] + up, track[:, 3:]]) for name, track in raw.tracks.items()
    }
    return replace(raw, place=raw.place + up, tracks=tracks), (finding,)


def listed(frames: NDArray[np.int64]) -> str:
    """Frames as ranges, the first few of them."""
    cuts = np.flatnonzero(np.diff(frames) > 1) + 1
    parts = [
        f"{p[0]}" if len(p) == 1 else f"{p[0]}-{p[-1]}" for p in np.split(frames, cuts) if len(p)
    ]
    return ", ".join(parts[:4]) + (", ..." if len(parts) > 4 else "")
