"""What a robot is made of: which way it faces, its legs, arms, soles, waist and neck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.newrobot.facing import Facing, bend_sense, find_forward
from kinemesh.newrobot.limbs import Limb, find_limbs
from kinemesh.newrobot.reading.source import Source
from kinemesh.newrobot.soles import Patch, alike, find_patch
from kinemesh.newrobot.symmetry import Symmetry, find_symmetry

SIDES = ("left", "right")
_NO_HEAD = 0.07
"""Less than this share of the shoulders' height above them is no head."""


@dataclass(frozen=True, eq=False)
class Body:
    """A humanoid. All points are in the root's frame at zero posture [m]."""

    source: Source
    symmetry: Symmetry
    facing: Array
    """Columns forward, left, up in the root's frame ``(3, 3)``."""
    ahead: Facing
    """What says which way is ahead."""
    knee_sense: Mapping[str, float]
    """1 where a knee bends with a growing angle, -1 where with a falling one."""
    legs: Mapping[str, Limb]
    arms: Mapping[str, Limb]
    patches: Mapping[str, Patch]
    pelvis: int
    """The link that carries both legs."""
    torso: int
    """The link that carries both arms."""
    waist: tuple[int, ...]
    """Links that joints between pelvis and torso move."""
    neck: tuple[int, ...]
    """Links that joints between torso and head move."""
    height: float
    """Standing height [m]."""
    headless: bool
    """Whether nothing stands above the shoulders, so that the height is estimated from them."""

    @property
    def kept(self) -> set[int]:
        """Moving links that stay movable; what else moves, fingers say, is fixed."""
        limbs = [*self.legs.values(), *self.arms.values()]
        found = {*self.waist, *self.neck, *(k for limb in limbs for k in limb.chain)}
        names = {self.source.joint_of(k).name for k in found}
        followed = {k: self.source.joint_of(k).follows for k in found}
        # What follows a joint that is fixed is fixed with it.
        return {k for k, follows in followed.items() if follows is None or follows.leader in names}


def find_body(source: Source, forward: str | None = None) -> Body:
    """Tell the parts of a humanoid by its kinematics and shells.

    Args:
        source: the robot.
        forward: which way it faces, where that is known: see :func:`find_forward`.

    Raises:
        RobotError: it is none, and why; or which way it faces is unsure.
    """
    symmetry = find_symmetry(source)
    legs, arms = find_limbs(source, symmetry)
    up = np.array([0.0, 0.0, 1.0])
    frames = source.frames()
    first, second = (_patch(source, leg, frames) for leg in legs)
    under = alike(first, second, symmetry.across)
    found = find_forward(source, symmetry, legs, under, forward)
    facing = np.stack([found.forward, np.cross(up, found.forward), up], axis=1)
    sided = [_sided(pair, facing) for pair in (legs, arms)]
    patches = {s: under[legs.index(leg)] for s, leg in sided[0].items()}
    pelvis = _common(source, legs)
    torso = _common(source, arms)
    below, above = source.chain(pelvis), source.chain(torso)
    waist = [k for k in set(below) ^ set(above) if source.moves(k)]
    others = set(range(len(source.links)))
    others -= {k for limb in arms for k in source.below(limb.chain[0])}
    tops = [(float(source.points(k, frames)[:, 2].max(initial=-np.inf)), k) for k in others]
    top, head = max(tops)
    neck = [k for k in source.chain(head) if source.moves(k) and k not in above + below]
    height, headless = _height(sided, patches, top)
    return Body(
        source,
        symmetry,
        facing,
        found,
        {side: bend_sense(source, leg, found.forward) for side, leg in sided[0].items()},
        legs=sided[0],
        arms=sided[1],
        patches=patches,
        pelvis=pelvis,
        torso=torso,
        waist=tuple(sorted(waist)),
        neck=tuple(neck),
        height=height,
        headless=headless,
    )


def _patch(source: Source, leg: Limb, frames: tuple[Array, Array]) -> Patch:
    foot = leg.chain[-1]
    where = f"{source.path.name}, link {source.links[foot].name!r}"
    return find_patch(source.cloud(source.below(foot), frames), np.array([0.0, 0.0, -1.0]), where)


def _sided(pair: tuple[Limb, Limb], facing: Array) -> dict[str, Limb]:
    one, other = sorted(pair, key=lambda limb: -float(limb.root @ facing[:, 1]))
    return {"left": one, "right": other}


def _common(source: Source, pair: tuple[Limb, Limb]) -> int:
    """The lowest link that carries both limbs."""
    first, second = (source.chain(limb.chain[0]) for limb in pair)
    return [k for k in first if k in second][-1]


def _height(
    sided: list[dict[str, Limb]], patches: Mapping[str, Patch], top: float
) -> tuple[float, bool]:
    """Standing height [m] with straight legs; and whether there is no head to measure to."""
    leg, arm = sided[0]["left"], sided[1]["left"]
    length = float(np.linalg.norm(leg.middle - leg.root) + np.linalg.norm(leg.end - leg.middle))
    sole = float(leg.end[2] - patches["left"].middle[2])
    shoulders = length + sole + float(arm.root[2] - leg.root[2])
    height = length + sole + top - float(leg.root[2])
    if height - shoulders < _NO_HEAD * shoulders:
        return shoulders / 0.818, True  # Winter 2009, fig. 4.1
    return height, False
