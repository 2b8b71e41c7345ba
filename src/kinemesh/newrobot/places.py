"""Where a robot's landmarks, soles and palms are, in the frames of its links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count

import numpy as np
from scipy.spatial import ConvexHull

from kinemesh.arrays import Array
from kinemesh.newrobot.body import SIDES, Body
from kinemesh.newrobot.hulls import clipped, enclosing
from kinemesh.newrobot.reading.source import Source
from kinemesh.newrobot.soles import corners_of

_PELVIS = 0.074
"""The pelvis landmark is this share of the height above the hips: 0.13 m of a person of 1.75 m."""
_PALM = 0.054
"""The middle of a person's palm is this share of the height beyond the wrist: half of the hand."""
_OVER_SOLE = 0.005
"""The toe landmark above the sole [m]."""
_OVERLAP = 0.01
"""A hand that is one piece with the forearm begins this [m] before the wrist."""
_HOUSING = 0.02
"""What is further than this [m] behind the wrist's joint is no hand, though it moves with it."""


@dataclass(frozen=True, eq=False)
class Place:
    """A landmark."""

    link: int
    offset: Array
    """``(3,)`` [m] in the link's frame."""
    why: str
    """What the guess rests on, and how sure it is."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A link that is added, fixed to another one: a sole or a palm."""

    name: str
    link: int
    """What it is fixed to."""
    rotation: Array
    """Its axes in the link's frame ``(3, 3)``."""
    origin: Array
    """``(3,)`` [m] in the link's frame."""
    points: Array
    """A sole's corners ``(4, 3)``, or the corners of a hand's hull ``(N, 3)`` [m], in its frame."""


@dataclass(frozen=True, eq=False)
class Hand:
    """A hand: its own link with its hull, and the palm."""

    frame: Frame
    point: Array
    """``(3,)`` [m] on the hull, in the hand's frame."""
    taken: frozenset[int]
    """Links whose shells are wholly in the hand's hull."""
    cut: frozenset[int]
    """Links whose shells begin before the wrist, forearm and hand in one: cut there."""


def file_of(link: str) -> str:
    """The name of the file that holds a link's hull."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", link) + ".obj"


def free_name(source: Source, wanted: str) -> str:
    """A name for a link that is added: ``wanted``, or what neither link nor joint is called."""
    # Hulls are files by the names of links, and some disks know no case.
    taken = {file_of(name).lower() for name in source.order}
    taken |= {file_of(joint.name.removesuffix("_joint")).lower() for joint in source.joints}
    names = (f"{wanted}_{n}" if n else wanted for n in count())
    return next(name for name in names if file_of(name).lower() not in taken)


def landmarks(body: Body) -> dict[str, Place]:
    """The fifteen landmarks."""
    source, zero = body.source, body.source.frames()

    def at(link: int, point: Array, why: str) -> Place:
        return Place(link, zero[0][link].T @ (point - zero[1][link]), why)

    up = body.facing[:, 2]
    hips = (body.legs["left"].root + body.legs["right"].root) / 2.0
    rise, why = _PELVIS * body.height, "over the middle of the hips: sure of x and y, z by rule"
    if body.waist:
        waist = float((zero[1][body.waist[0]] - hips) @ up)
        if 0.5 * rise < waist < rise:
            rise, why = waist, f"at the waist joint {source.joint_of(body.waist[0]).name}"
    found = {"pelvis": at(body.pelvis, hips + rise * up, why)}
    for side in SIDES:
        leg, arm, patch = body.legs[side], body.arms[side], body.patches[side]
        knee, elbow = (source.joint_of(limb.bend).name for limb in (leg, arm))
        foot = leg.chain[-1]
        ahead = patch.outline @ body.facing[:, 0]
        toe = patch.middle + (ahead.max() - patch.middle @ body.facing[:, 0]) * body.facing[:, 0]
        hand = "joint of the wrist" if arm.after else "by a person's forearm: no wrist joint"
        found |= {
            f"{side}_hip": at(leg.chain[0], leg.root, "where the hip's axes meet"),
            f"{side}_knee": at(leg.bend, leg.middle, f"on the axis of {knee}"),
            f"{side}_ankle": at(leg.after[0], leg.end, "where the ankle's axes meet"),
            f"{side}_toe": at(foot, toe - _OVER_SOLE * patch.normal, "front edge of the sole"),
            f"{side}_shoulder": at(
                arm.before[min(1, len(arm.before) - 1)], arm.root, "where the shoulder's axes meet"
            ),
            f"{side}_elbow": at(arm.bend, arm.middle, f"on the axis of {elbow}"),
            f"{side}_hand": at(arm.chain[-1], arm.end, hand),
        }
    order = ["pelvis"]
    order += [f"{s}_{p}" for s in SIDES for p in ("hip", "knee", "ankle", "toe")]
    order += [f"{s}_{p}" for s in SIDES for p in ("shoulder", "elbow", "hand")]
    return {name: found[name] for name in order}


def soles(body: Body) -> dict[str, Frame]:
    """The soles, heel first, in frames that face ahead."""
    source, found = body.source, {}
    zero = source.frames()
    for side in SIDES:
        patch, foot = body.patches[side], body.legs[side].chain[-1]
        up = -patch.normal
        ahead = body.facing[:, 0] - up * (up @ body.facing[:, 0])
        ahead = ahead / np.linalg.norm(ahead)
        axes = np.stack([ahead, np.cross(up, ahead), up], axis=1)
        flat = corners_of((patch.outline - patch.middle) @ axes[:, :2])
        found[side] = Frame(
            free_name(source, f"{side}_sole"),
            foot,
            zero[0][foot].T @ axes,
            zero[0][foot].T @ (patch.middle - zero[1][foot]),
            np.column_stack([flat, np.zeros(4)]),
        )
    return found


def hands(body: Body, rest: Array) -> dict[str, Hand]:
    """The hands: one hull around each, the palm where it faces the thigh at rest."""
    source, zero, posed = body.source, body.source.frames(), body.source.frames(rest)
    found = {}
    for side, inward in zip(SIDES, (-1.0, 1.0), strict=True):
        arm = body.arms[side]
        last = arm.chain[-1]
        links = source.below(last)
        cloud = (source.cloud(links, zero) - zero[1][last]) @ zero[0][last]
        wrist, tip = (zero[0][last].T @ (p - zero[1][last]) for p in (arm.end, arm.tip))
        fingers = (tip - wrist) / np.linalg.norm(tip - wrist)
        # The palm of a hanging arm faces the thigh.
        palm = posed[0][last].T @ body.facing[:, 1] * inward
        palm = palm - fingers * (palm @ fingers)
        palm = palm / np.linalg.norm(palm)
        axes = np.stack([fingers, np.cross(-palm, fingers), -palm], axis=1)
        local = (cloud - wrist) @ axes
        cut: frozenset[int] = frozenset()
        if not arm.after:
            way, start = zero[0][last] @ fingers, arm.end
            heights = {k: (source.points(k, zero) - start) @ way for k in links}
            cut = frozenset(k for k, h in heights.items() if len(h) and h.min() < -_OVERLAP)
            local = clipped(local, np.array([-1.0, 0.0, 0.0]), _OVERLAP)
        corners = enclosing(local, 96)
        if corners is None:
            continue
        frame = Frame(free_name(source, f"{side}_palm"), last, axes, wrist, corners)
        taken = frozenset(links) - cut
        found[side] = Hand(frame, _palm(corners, _PALM * body.height), taken, cut)
    return found


def _palm(corners: Array, furthest: float) -> Array:
    """The point ``(3,)`` of a hand's hull below (-z) the middle of the hand.

    Args:
        corners: of the hull ``(N, 3)`` [m], from the wrist, x along the fingers.
        furthest: no further beyond the wrist than this [m]: the fingers are not the palm.
    """
    low, high = corners.min(axis=0), corners.max(axis=0)
    middle = (low + high) / 2.0
    if high[0] > 0.0:  # the hull of a forearm that turns begins at the elbow
        middle[0] = min((max(low[0], -_HOUSING) + high[0]) / 2.0, furthest)
    planes = ConvexHull(corners).equations
    down = planes[planes[:, 2] < -1e-9]
    height = -(down[:, :2] @ middle[:2] + down[:, 3]) / down[:, 2]
    return np.array([middle[0], middle[1], float(height.max())])
