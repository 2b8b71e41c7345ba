"""Legs and arms, from how joints lie and what they do; names are not looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import RobotError
from kinemesh.newrobot.reading.source import TURNING, Source
from kinemesh.newrobot.symmetry import Symmetry, moving_children

_GROUND = 0.12
"""A limb that reaches this share of the robot's size near to its lowest point stands on it."""
_ONE_PLACE = 0.04
"""Axes that pass within this of one point [m] are one shoulder or hip."""
_FOREARM = 0.146 / (0.146 + 0.108)
"""Share of the forearm in the way from elbow to finger tips (Winter 2009, fig. 4.1)."""
_MOST_AFTER = 3
"""A wrist has no more joints than this; what follows are fingers."""
_FEWEST = 3
"""A limb has no fewer joints than this."""


@dataclass(frozen=True, eq=False)
class Limb:
    """A leg or an arm; points are in the root's frame at zero posture [m]."""

    chain: tuple[int, ...]
    """Its moving links, from hip or shoulder to foot or hand."""
    bend: int
    """Which of them the knee or elbow moves."""
    root: Array
    """Middle of hip or shoulder ``(3,)``."""
    middle: Array
    """Knee or elbow ``(3,)``."""
    end: Array
    """Ankle or wrist ``(3,)``."""
    tip: Array
    """Middle of the sole's bottom, or finger tips ``(3,)``."""

    @property
    def before(self) -> tuple[int, ...]:
        """Links that hip or shoulder moves."""
        return self.chain[: self.chain.index(self.bend)]

    @property
    def after(self) -> tuple[int, ...]:
        """Links that ankle or wrist moves."""
        return self.chain[self.chain.index(self.bend) + 1 :]


def find_limbs(source: Source, symmetry: Symmetry) -> tuple[tuple[Limb, Limb], tuple[Limb, Limb]]:
    """The two legs and the two arms; which one is left is not known yet.

    Raises:
        RobotError: a quadruped, a robot without legs or arms, no robot that stands upright.
    """
    pairs = _pairs(source, symmetry)
    frames = source.frames()
    cloud = source.cloud(range(len(source.links)), frames)
    name, moving = source.path.name, len(source.moving)
    if len(cloud) < 4:
        raise RobotError(f"{name} has no geometry: expected shells, to find soles and hands by")
    if not pairs:
        raise RobotError(
            f"{name} has {moving} joints and no left-right pair of limbs of {_FEWEST} joints at "
            f"zero posture, as an arm on a fixed base has none; expected a humanoid with two legs "
            f"and two arms, its root facing along x or y"
        )
    low = float(cloud[:, 2].min())
    size = float(np.ptp(cloud, axis=0).max())
    shells = [source.cloud(source.below(a), frames)[:, 2] for a, _ in pairs]
    lowest = [float(heights.min(initial=np.inf)) for heights in shells]
    standing = [k for k, z in enumerate(lowest) if z - low < _GROUND * size]
    if len(standing) > 1:
        raise RobotError(
            f"{name} stands on {2 * len(standing)} limbs "
            f"({', '.join(source.links[pairs[k][0]].name for k in standing)} and their mirror "
            f"images): a quadruped or more; expected a humanoid with two legs and two arms"
        )
    if not standing:
        raise RobotError(
            f"{name} has {len(pairs)} pairs of limbs, none of which reaches its lowest point: no "
            f"legs; expected a humanoid with two legs and two arms"
        )
    legs = pairs[standing[0]]
    hip = float(frames[1][legs[0], 2])
    if hip - low < 0.25 * float(np.ptp(cloud[:, 2])):
        raise RobotError(
            f"{name}: its lowest pair of limbs begins {hip - low:.2f} m above its lowest point: "
            f"wheels or stubs, no legs; expected a humanoid"
        )
    others = [pair for pair in pairs if pair is not legs and frames[1][pair[0], 2] > hip]
    if not others:
        raise RobotError(
            f"{name} has two legs and no arms of {_FEWEST} joints above them; expected two arms: "
            f"without shoulders, elbows and hands a person's motion cannot be answered"
        )
    others = [p for p in others if any(len(source.cloud(source.below(k), frames)) for k in p)]
    if not others:
        raise RobotError(f"{name}: its arms have no geometry; expected shells, to find hands by")
    arms = max(others, key=lambda pair: max(_reach(source, k) for k in pair))
    soles, fingers = (
        _mirrored([find(source, k) for k in pair], symmetry.across)
        for pair, find in ((legs, _sole), (arms, _fingers))
    )
    return (
        (_leg(source, legs[0], soles[0]), _leg(source, legs[1], soles[1])),
        (_arm(source, arms[0], fingers[0]), _arm(source, arms[1], fingers[1])),
    )


def _mirrored(tips: Sequence[Array | None], across: Array) -> tuple[Array, Array]:
    """The ends of a left and a right limb, each half of its own and half of the other's.

    Shells of two hands are seldom quite alike, and one of the two may be missing.
    """
    mirror = np.eye(3) - 2.0 * np.outer(across, across)
    one, other = tips
    known = [p for p in (one, None if other is None else mirror @ other) if p is not None]
    mean = np.mean(known, axis=0)
    return mean, mirror @ mean


def centre(points: Sequence[Array], axes: Sequence[Array]) -> tuple[Array, float]:
    """The point nearest to lines through ``points`` along unit ``axes``, and the farthest's way."""
    across = [np.eye(3) - np.outer(axis, axis) for axis in axes]
    near = np.sum([a @ p for a, p in zip(across, points, strict=True)], axis=0)
    # Along axes that are all parallel, the mean of the points decides.
    weak = 1e-6 * len(points)
    place = np.linalg.solve(
        np.sum(across, axis=0) + weak * np.eye(3), near + weak * np.mean(points, axis=0)
    )
    ways = [np.linalg.norm(a @ (place - p)) for a, p in zip(across, points, strict=True)]
    return place, float(max(ways))


def _pairs(source: Source, symmetry: Symmetry) -> list[tuple[int, int]]:
    """First links of limbs that mirror each other and hang on the middle of the body."""
    middle = {0} | {k for k, (twin, _) in symmetry.twins.items() if twin == k}
    pairs = []
    for link, (twin, _) in symmetry.twins.items():
        above = [k for k in source.chain(link)[:-1] if source.moves(k) or k == 0]
        central = all(k in middle for k in above)
        if link < twin and central and len(_chain(source, link)) >= _FEWEST:
            pairs.append((link, twin))
    return pairs


def _chain(source: Source, first: int) -> list[int]:
    """The longest way of moving links down from ``first``, up to where it forks."""
    way = [first]
    while len(children := moving_children(source, way[-1])) == 1:
        way += children
    return way


def _reach(source: Source, first: int) -> float:
    """How far a limb's surface comes from its first joint [m]."""
    frames = source.frames()
    cloud = source.cloud(source.below(first), frames)
    return float(np.linalg.norm(cloud - frames[1][first], axis=1).max(initial=0.0))


def _sole(source: Source, first: int) -> Array | None:
    """The middle of a leg's lowest points ``(3,)``; None where it has no shells."""
    cloud = source.cloud(source.below(first), source.frames())
    if not len(cloud):
        return None
    return np.asarray(cloud[cloud[:, 2] < cloud[:, 2].min() + 0.005].mean(axis=0))


def _fingers(source: Source, first: int) -> Array | None:
    """The middle of an arm's farthest points ``(3,)``; None where it has no shells."""
    frames = source.frames()
    cloud = source.cloud(source.below(first), frames)
    if not len(cloud):
        return None
    far = np.linalg.norm(cloud - frames[1][first], axis=1)
    return np.asarray(cloud[far > 0.97 * far.max()].mean(axis=0))


def _leg(source: Source, first: int, tip: Array) -> Limb:
    frames = source.frames()
    chain = _chain(source, first)
    bend, root = _bend(source, chain, tip)
    after = _after(source, chain, bend)
    if not after:
        raise RobotError(
            f"{source.path.name}: the leg of {source.links[first].name} has no ankle joint below "
            f"its knee {source.links[bend].name}: it cannot lay a sole flat; expected one"
        )
    chain = [*chain[: chain.index(bend) + 1], *after]
    end, _ = centre(*_axes(source, after, frames))
    end = _nearest(source, after[0], frames, (end + tip) / 2.0, end)
    middle = _nearest(source, bend, frames, root, end)
    return Limb(tuple(chain), bend, root, middle, end, tip)


def _arm(source: Source, first: int, tip: Array) -> Limb:
    frames = source.frames()
    chain = _chain(source, first)
    bend, root = _bend(source, chain, tip)
    after = _after(source, chain, bend)
    chain = [*chain[: chain.index(bend) + 1], *after]
    middle = _nearest(source, bend, frames, root, tip)
    end = middle + _FOREARM * (tip - middle)
    if after:
        last = frames[1][after[-1]]
        if np.linalg.norm(last - middle) > 0.4 * np.linalg.norm(tip - middle):
            end = last
    return Limb(tuple(chain), bend, root, middle, end, tip)


def _axes(
    source: Source, links: Sequence[int], frames: tuple[Array, Array]
) -> tuple[list[Array], list[Array]]:
    """Origins and unit axes of the joints of ``links`` in the root's frame."""
    turns, places = frames
    return [places[k] for k in links], [turns[k] @ source.joint_of(k).axis for k in links]


def _nearest(
    source: Source, link: int, frames: tuple[Array, Array], start: Array, end: Array
) -> Array:
    """The point of a joint's axis that is nearest to the line from ``start`` to ``end``."""
    (point,), (axis,) = _axes(source, [link], frames)
    way = end - start
    length = float(np.linalg.norm(way))
    if length < 1e-6 or abs(way @ axis) > 0.9 * length:
        return point
    way = way / length
    slope = float(way @ axis)
    gap = start - point
    along = (gap @ axis - slope * (gap @ way)) / (1.0 - slope * slope)
    return np.asarray(point + axis * along)


def _bend(source: Source, chain: Sequence[int], tip: Array) -> tuple[int, Array]:
    """The knee or elbow, which changes the way from root to tip most; and the root's middle."""
    frames = source.frames()
    points, axes = _axes(source, chain, frames)
    start = min(3, len(chain) - 1)
    for _ in range(3):
        root, off = centre(points[:start], axes[:start])
        if off > _ONE_PLACE and start > 2:
            root, _ = centre(points[1:start], axes[1:start])
        change = []
        for k, link in enumerate(chain):
            joint = source.joint_of(link)
            if k < 1 or joint.kind != TURNING:
                change.append(0.0)
                continue
            angles = np.linspace(max(joint.lower, -np.pi), min(joint.upper, np.pi), 25)
            spoke = tip - points[k]
            along = axes[k] * (axes[k] @ spoke)
            across, aside = spoke - along, np.cross(axes[k], spoke)
            ends = points[k] + along + np.outer(np.cos(angles), across)
            ends = ends + np.outer(np.sin(angles), aside)
            change.append(float(np.ptp(np.linalg.norm(ends - root, axis=1))))
        bend = int(np.argmax(change))
        if bend == start or bend < 1:
            break
        start = bend
    return chain[bend], root


def _after(source: Source, chain: Sequence[int], bend: int) -> list[int]:
    """Links of ankle or wrist: what follows the knee or elbow and turns."""
    rest = list(chain[chain.index(bend) + 1 :])[:_MOST_AFTER]
    return [k for k in rest if source.joint_of(k).kind == TURNING]
