"""What no person does, and a file does that was exported wrong.

Each check compares the motion with something that no pose, skeleton or scene changes: a body in
the air falls by 9.8 m/s^2, nobody starts at full speed from a rest pose, nobody's hips stay to a
hundredth of a millimetre while the feet move. Found by the clip itself, so that they hold for
every format.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion.gaps import gaps_of
from kinemesh.motion.resample import begins_at

if TYPE_CHECKING:
    from kinemesh.motion.clip import Clip

GRAVITY = 9.81
"""A body in the air falls by this [m/s^2]."""

SLOWEST = 5.0
"""No recording has fewer frames a second [1/s]."""

_OFF = 0.06
"""Both toes this far [m] above where they stood before and after: the person is in the air."""
_FRAMES = 5
"""A flight of fewer frames has no curve to speak of."""
_RISE = 0.1
"""One that rises less [m] from its ends to its top is too flat to tell."""
_CURVE = 0.06
"""The body's centre keeps to a parabola within this share of its rise,"""
_MIDDLE = 0.5
"""its top in the middle of the flight, within this share of half its time."""
_HANDS = 0.2
"""Hands keep so far [m] above the toes: those of who turns a cartwheel carry."""
_RATE = 1.25
"""Rates that differ by less than this factor are not told apart: the body's centre is not known
to better than a third of the fall."""
_USUAL = (20.0, 24.0, 25.0, 30.0, 50.0, 60.0, 90.0, 100.0, 120.0, 150.0, 200.0, 240.0)
"""Rates [1/s] to name, where one is near."""
_NEAR_RATE = 0.12

_MASSES: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.578, ("hip", "shoulder", "shoulder")),
    (0.100, ("hip", "knee")),
    (0.061, ("knee", "ankle", "ankle")),
    (0.028, ("shoulder", "elbow")),
    (0.022, ("elbow", "hand")),
)
"""Share of the body's mass, and the landmarks in whose middle it is (after Winter 2009, table
4.1): trunk with head, then one thigh, shank with foot, upper arm, forearm with hand."""

_BURST = 0.3
"""A rest pose is left within this time [s]."""
_AFTER = 1.0
"""What follows is looked at for this long [s]."""
_APART = 0.15
"""A joint goes this share of the leg's length from the rest pose to the motion,"""
_JUMP = 5.0
"""in one frame, so many times as far as in any that follows;"""
_SMEAR = 2.5
"""or in a few frames, the fastest so many times as far as any that follows, from a pose that"""
_HELD = 1e-3
"""is left by steps longer than this [m],"""
_STRAIGHT = 0.94
"""has straight arms and legs (cosine between their two bones),"""
_ALIKE = 0.2
"""both arms alike (difference of their cosines with the trunk)."""

_STILL = 1e-5
"""A root that moves less than this [m] through a whole clip was never recorded."""
_ROOT = 0.3
"""Joints within this [m] of the hips may be the root."""
_MOVES = 0.05
"""Feet that move by this [m] move the body of who stands on them."""


def implausible(clip: Clip) -> tuple[str, ...]:
    """What is odd about a clip with z up, in words that say what to do; empty if nothing is."""
    return (*_fall(clip), *_beginning(clip), *_rootless(clip))


def too_slow(fps: float) -> tuple[str, ...]:
    """A warning where a file states fewer frames a second [1/s] than any recording has."""
    if fps >= SLOWEST:
        return ()
    return (
        f"{fps:g} frame{'s' * (fps != 1.0)}/s is no recording's rate: exporters write it that know "
        "none, and the motion lasts as long as they say; give fps= what it was recorded at",
    )


def centre(clip: Clip) -> Array:
    """About where the body's centre of mass is ``(T, 3)`` [m], from limbs' usual masses."""
    total = np.zeros((len(clip), 3))
    for side in ("left", "right"):
        for k, (mass, parts) in enumerate(_MASSES):
            share = mass / (2.0 if k == 0 else 1.0) / len(parts)
            total += sum(share * clip.landmark(f"{side}_{part}") for part in parts)
    return total


def flights(clip: Clip) -> list[tuple[int, int, float]]:
    """First and last frame of each jump, and by how much [m/s^2] the body falls in it.

    A jump leaves from and comes down on the toes, and between them the body's centre follows a
    parabola: climbers and those who sit with their feet in the air do not.
    """
    toes, hands = (
        np.stack([clip.landmark(f"{s}_{part}")[:, 2] for s in ("left", "right")])
        for part in ("toe", "hand")
    )
    height = centre(clip)[:, 2]
    found = []
    ground = float(np.percentile(toes.min(axis=0), 10.0))
    free = (toes.min(axis=0) > ground + _OFF) & (hands.min(axis=0) > toes.max(axis=0) + _HANDS)
    for run in gaps_of(free[:, None]):
        if run.first == 0 or run.last == len(clip) - 1 or run.last - run.first + 1 < _FRAMES:
            continue
        rows = np.arange(run.first, run.last + 1)
        time = (rows - rows.mean()) / clip.fps
        curve = np.polyfit(time, height[rows], 2)
        off = float(np.abs(np.polyval(curve, time) - height[rows]).max())
        rise = -curve[0] * time[-1] ** 2
        top = -curve[1] / (2.0 * curve[0]) if curve[0] else np.inf
        if rise > _RISE and off < _CURVE * rise and abs(top) < _MIDDLE * time[-1]:
            found.append((int(run.first), int(run.last), float(-2.0 * curve[0])))
    return found


def _fall(clip: Clip) -> Iterator[str]:
    """A jump that falls faster or slower than bodies do."""
    found = flights(clip)
    if not found:
        return
    falls = float(np.median([fall for _, _, fall in found]))
    factor = float(np.sqrt(GRAVITY / falls))
    if 1.0 / _RATE < factor < _RATE:
        return
    first, last, _ = max(found, key=lambda jump: jump[1] - jump[0])
    yield (
        f"the frame rate {clip.fps:g}/s is in doubt: in a jump (frames {first} to {last}) the body "
        f"falls by {falls:.1f} m/s^2 where all bodies fall by 9.8; at {_rate(clip.fps, factor)} it "
        f"would: give the rate of the recording, fps=, or the right unit or height"
    )


def _rate(fps: float, factor: float) -> str:
    """The rate that makes a jump fall right, and the one near it that may be meant."""
    rate = fps * factor
    for name, multiple in (("half", 0.5), ("double", 2.0)):
        if abs(np.log(factor / multiple)) < np.log(_RATE):
            return f"about {rate:.0f}/s ({name} the rate is {fps * multiple:.4g}/s)"
    usual = min(_USUAL, key=lambda known: abs(np.log(known / rate)))
    return f"{usual:.0f}/s" if abs(usual / rate - 1.0) < _NEAR_RATE else f"about {rate:.0f}/s"


def _beginning(clip: Clip) -> Iterator[str]:
    """A rest pose that was put before the motion, whole or blended into it."""
    steps = np.linalg.norm(np.diff(clip.positions, axis=0), axis=-1).max(axis=1)
    leg = clip.stature * clip.skeleton.leg_ratio
    rest = _is_rest(clip)
    held = int(np.argmax(steps > _HELD)) if rest else 0
    for k in range(held + 1, held + 1 + max(1, round(_BURST * clip.fps))):
        after = steps[k : k + max(3, round(_AFTER * clip.fps))]
        if len(after) < 2 or (k > 1 and not rest):
            return
        far = float(np.linalg.norm(clip.positions[k] - clip.positions[0], axis=-1).max())
        sudden = (_JUMP if k == 1 else _SMEAR) * float(after.max())
        if far < _APART * leg or steps[:k].max() < sudden or steps[k - 1] < after[0]:
            continue
        how = (
            "the first frame stands apart"
            if k == 1
            else f"the clip begins in a rest pose that is left within {k} frames"
        )
        yield (
            f"{how}: a joint jumps {far / leg:.2f} of the leg's length, as where a T-pose was put "
            f"before the motion{' and blended into it' * (k > 1)}; {begins_at(k / clip.fps)}"
        )
        return


def _is_rest(clip: Clip) -> bool:
    """Whether the first frame is one: arms and legs straight, both arms alike."""
    at = {name: clip.landmark(name)[0] for name in clip.skeleton.landmarks}
    down = sum(at[f"{s}_hip"] - at[f"{s}_shoulder"] for s in ("left", "right"))
    arms = []
    for side in ("left", "right"):
        for a, b, c in (("hip", "knee", "ankle"), ("shoulder", "elbow", "hand")):
            bones = at[f"{side}_{b}"] - at[f"{side}_{a}"], at[f"{side}_{c}"] - at[f"{side}_{b}"]
            if _cosine(*bones) < _STRAIGHT:
                return False
        arms.append(_cosine(at[f"{side}_hand"] - at[f"{side}_shoulder"], np.asarray(down)))
    return abs(arms[0] - arms[1]) < _ALIKE


def _cosine(a: Array, b: Array) -> float:
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))


def _rootless(clip: Clip) -> Iterator[str]:
    """A root that never moves while both feet do."""
    moved = np.ptp(clip.positions, axis=0).max(axis=-1)
    hips = (clip.landmark("left_hip") + clip.landmark("right_hip")) / 2.0
    near = np.linalg.norm(clip.positions[0] - hips[0], axis=-1) < _ROOT
    fixed = [f"joint {clip.skeleton.joints[k]}" for k in np.flatnonzero((moved < _STILL) & near)]
    if np.ptp(hips, axis=0).max() < _STILL:  # where networks put the origin
        fixed.append("the middle of the hips")
    ways = [np.ptp(clip.landmark(f"{s}_ankle"), axis=0).max() for s in ("left", "right")]
    if not fixed or min(ways) < _MOVES:
        return
    yield (
        f"the file moves nobody: {fixed[0]} stays where it is to "
        f"{1e3 * _STILL:g} mm all through while both feet move by up to {max(ways):.2f} m. The "
        f"root's position was not exported (a .bvh has CHANNELS 6 at its root then), or the motion "
        f"is in place, as games want it: export it again with the root's motion, else feet slide, "
        f"or rise where the hips should go down"
    )
