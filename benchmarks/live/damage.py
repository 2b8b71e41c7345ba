"""What can be wrong with the frames of a stream, done to a recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from playing import RATE, Seen, frame
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.motion.mirror import pairs


@dataclass(frozen=True, eq=False)
class Event:
    """A frame that is pushed."""

    arrives: float
    """When [s]."""
    time: float
    """When it says it is [s]."""
    index: float
    """Which frame of the recording it is."""
    seen: Seen
    wrong: bool = False
    """Whether something is wrong with it."""


@dataclass(frozen=True, eq=False)
class Damaged:
    """A recording as it comes."""

    events: Sequence[Event]
    wrong: Array
    """Which frames of the recording ``(T,)`` are damaged or missing."""
    recovers: bool = True
    """Whether there is a time after the damage to be looked at."""


Damage = Callable[[Clip, np.random.Generator], Damaged]
_SHARE = 0.02


def clean(clip: Clip, rate: float = RATE) -> Damaged:
    """Nothing is wrong, at a rate [1/s] of its own."""
    resampled = clip if abs(rate - clip.fps) < 1e-9 else clip.resample(rate)
    events = [
        Event(k / rate, k / rate, k * clip.fps / rate, frame(resampled, k))
        for k in range(len(resampled))
    ]
    return Damaged(events, np.zeros(len(clip), dtype=bool), abs(rate - clip.fps) < 1e-9)


def lost(clip: Clip, rng: np.random.Generator) -> Damaged:
    """One frame in twenty does not come."""
    whole = clean(clip)
    gone = rng.random(len(clip)) < 0.05
    gone[0] = False
    return Damaged([e for e, no in zip(whole.events, gone, strict=True) if not no], gone)


def jittered(clip: Clip, rng: np.random.Generator) -> Damaged:
    """In the middle third frames come up to 50 ms late, in order, and say when they came."""
    return _late(clip, rng, told=False)


def late(clip: Clip, rng: np.random.Generator) -> Damaged:
    """The same, as they come, and they say when they were."""
    return _late(clip, rng, told=True)


def _late(clip: Clip, rng: np.random.Generator, told: bool) -> Damaged:
    count = len(clip)
    wrong = (np.arange(count) >= count // 3) & (np.arange(count) < 2 * count // 3)
    events, last = [], 0.0
    for event, off in zip(clean(clip).events, wrong, strict=True):
        at = event.time + float(rng.uniform(0.0, 0.05)) * off
        if not told:
            at = max(at, last)
        last = at
        events.append(replace(event, arrives=at, time=event.time if told else at, wrong=bool(off)))
    return Damaged(sorted(events, key=lambda e: e.arrives), wrong)


def swapped(clip: Clip, rng: np.random.Generator) -> Damaged:
    """One frame in fifty comes after the next one, and neither says when it was."""
    whole = list(clean(clip).events)
    wrong = np.zeros(len(clip), dtype=bool)
    for k in np.flatnonzero(rng.random(len(clip) - 2) < _SHARE) + 1:
        if not wrong[k - 1 : k + 2].any():
            a, b = whole[k], whole[k + 1]
            whole[k] = replace(a, seen=b.seen, index=b.index, wrong=True)
            whole[k + 1] = replace(b, seen=a.seen, index=a.index, wrong=True)
            wrong[k : k + 2] = True
    return Damaged(whole, wrong)


def swapped_told(clip: Clip, rng: np.random.Generator) -> Damaged:
    """The same, and they say when they were."""
    found = swapped(clip, rng)
    events = [replace(e, time=e.index / clip.fps) for e in found.events]
    return Damaged(events, found.wrong)


def mislabelled(clip: Clip, rng: np.random.Generator) -> Damaged:
    """In one frame of fifty left and right are taken for each other."""
    other = pairs(clip.skeleton, clip.positions)

    def spoil(seen: Seen) -> Seen:
        turns = None if seen.rotations is None else seen.rotations[other]
        return replace(seen, positions=seen.positions[other], rotations=turns)

    return _spoiled(clip, rng.random(len(clip)) < _SHARE, spoil)


def spiked(clip: Clip, rng: np.random.Generator) -> Damaged:
    """In one frame of fifty one joint is 0.3 to 2 m elsewhere."""
    used = _used(clip)

    def spoil(seen: Seen) -> Seen:
        places = np.array(seen.positions)
        way = rng.normal(size=3)
        places[rng.choice(used)] += rng.uniform(0.3, 2.0) * way / np.linalg.norm(way)
        return replace(seen, positions=places)

    return _spoiled(clip, rng.random(len(clip)) < _SHARE, spoil)


def unseen(clip: Clip, rng: np.random.Generator) -> Damaged:
    """Twice nobody is seen for half a second."""
    return _spoiled(clip, _twice(clip), lambda s: _without(s, slice(None)))


def one_arm(clip: Clip, rng: np.random.Generator) -> Damaged:
    """Twice the left arm is not seen for half a second."""
    marks = ("left_elbow", "left_hand")
    joints = {joint for mark in marks for joint in clip.skeleton.weights(mark)}
    which = [clip.skeleton.index(joint) for joint in joints]
    return _spoiled(clip, _twice(clip), lambda s: _without(s, which))


def elsewhere(clip: Clip, rng: np.random.Generator) -> Damaged:
    """Twice the person is 1 m aside for half a second, and the props are not."""
    return _spoiled(
        clip,
        _twice(clip),
        lambda s: replace(s, positions=s.positions + np.array([0.0, 1.0, 0.0])),
    )


def turned(clip: Clip, rng: np.random.Generator) -> Damaged:
    """Twice the person faces the other way for half a second."""

    def spoil(seen: Seen) -> Seen:
        middle = seen.positions.mean(axis=0) * np.array([1.0, 1.0, 0.0])
        half = np.array([-1.0, -1.0, 1.0])
        turns = seen.rotations
        if turns is not None:
            turns = (Rotation.from_rotvec([0.0, 0.0, np.pi]) * Rotation.from_quat(turns)).as_quat()
        return replace(seen, positions=middle + (seen.positions - middle) * half, rotations=turns)

    return _spoiled(clip, _twice(clip), spoil)


def _spoiled(clip: Clip, wrong: Array, spoil: Callable[[Seen], Seen]) -> Damaged:
    """Frames that are wrong, but not the first."""
    wrong = wrong & (np.arange(len(clip)) > 0)
    events = [
        replace(e, seen=spoil(e.seen), wrong=True) if off else e
        for e, off in zip(clean(clip).events, wrong, strict=True)
    ]
    return Damaged(events, wrong)


def _twice(clip: Clip) -> Array:
    index, lasts = np.arange(len(clip)), round(0.5 * clip.fps)
    begins = len(clip) // 3, 2 * len(clip) // 3
    return np.any([(index >= b) & (index < b + lasts) for b in begins], axis=0)


def _without(seen: Seen, which: object) -> Seen:
    places = np.array(seen.positions)
    places[which] = np.nan
    return replace(seen, positions=places)


def _used(clip: Clip) -> list[int]:
    joints = {joint for mark in LANDMARKS for joint in clip.skeleton.weights(mark)}
    return sorted(clip.skeleton.index(joint) for joint in joints)


KINDS: dict[str, Damage] = {
    "none": lambda clip, rng: clean(clip),
    "lost": lost,
    "jittered": jittered,
    "late": late,
    "swapped": swapped,
    "swapped, told": swapped_told,
    "mislabelled": mislabelled,
    "spiked": spiked,
    "unseen": unseen,
    "one arm unseen": one_arm,
    "elsewhere": elsewhere,
    "turned": turned,
    "240/s": lambda clip, rng: clean(clip, 240.0),
    "10/s": lambda clip, rng: clean(clip, 10.0),
}
