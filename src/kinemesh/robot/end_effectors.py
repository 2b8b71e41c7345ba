"""What a robot stands on, holds and bears with: soles, hands, pads, as ``robot.toml`` has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from kinemesh.arrays import Array, readonly
from kinemesh.errors import RobotError
from kinemesh.motion.skeleton import LANDMARKS
from kinemesh.robot.description import Description
from kinemesh.robot.hulls import Hull

_UNDERSIDE = 0.005
"""A point of a foot this near to the plane of its sole [m] is on its underside."""


@dataclass(frozen=True, eq=False)
class Sole:
    """The flat patch of a foot that stands on surfaces."""

    name: str
    """``left`` or ``right``."""
    joint: int
    """Index of the joint that moves it."""
    corners: Array
    """Corner points ``(4, 3)`` [m] in the joint's frame: two at the heel, then two at the toe."""
    overhang: Array = field(default_factory=lambda: readonly(np.zeros(3)))
    """From the toe's edge to the foremost point of the foot's underside, along the sole ``(3,)``
    [m] in the joint's frame: what the foot rolls on when the heel lifts."""

    @cached_property
    def edges(self) -> tuple[Array, Array]:
        """Middles ``(3,)`` [m] of the heel's and of the toe's edge in the joint's frame."""
        return readonly(self.corners[:2].mean(axis=0)), readonly(self.corners[2:].mean(axis=0))


@dataclass(frozen=True, eq=False)
class Pad:
    """A part of the robot that touches things: a hand, a knee, the seat."""

    name: str
    """The part of the body that it stands for, one of :data:`kinemesh.motion.PARTS`."""
    joint: int
    """Index of the joint that moves :attr:`point`."""
    point: Array
    """What of it goes to the touched place ``(3,)`` [m], in the joint's frame: the centre of a
    palm; of any other pad its landmark, or the middle of its first hull."""
    hulls: NDArray[np.int64]
    """Which of ``robot.hulls`` touch."""


@dataclass(frozen=True, eq=False)
class Hand(Pad):
    """A hand that touches things."""

    normal: Array
    """Unit normal ``(3,)`` out of the palm in the joint's frame."""
    fingers: Array
    """Unit direction ``(3,)`` of the fingers in the joint's frame."""


def placed(
    model: Any, description: Description, key: str, link: str, offsets: Array
) -> tuple[int, Array]:
    """Joint index, and offsets ``(N, 3)`` moved from the link's frame to the joint's.

    Raises:
        RobotError: the model has no such link; ``key`` says where the description names it.
    """
    if not model.existFrame(link, pin.FrameType.BODY):
        links = [f.name for f in model.frames if int(f.type) == int(pin.FrameType.BODY)]
        raise RobotError(
            f"{description.path}: {key} names link {link!r}; the links are {', '.join(links)}"
        )
    frame = model.frames[model.getFrameId(link, pin.FrameType.BODY)]
    placement = frame.placement
    points = np.atleast_2d(offsets) @ placement.rotation.T + placement.translation
    return int(frame.parentJoint), readonly(points)


def soles_of(model: Any, description: Description, hulls: tuple[Hull, ...]) -> tuple[Sole, ...]:
    """The soles that ``robot.toml`` lists, each with what of ``hulls`` reaches beyond it."""
    soles = []
    for name, (link, corners) in description.soles.items():
        joint, points = placed(model, description, f"[soles.{name}]", link, corners)
        soles.append(Sole(name, joint, points, _overhang(points, joint, hulls)))
    return tuple(soles)


def _overhang(corners: Array, joint: int, hulls: tuple[Hull, ...]) -> Array:
    """How far ``(3,)`` [m] the underside of a foot reaches beyond the toe edge of its sole."""
    heel, toe = corners[:2].mean(axis=0), corners[2:].mean(axis=0)
    forward = (toe - heel) / np.linalg.norm(toe - heel)
    normal = np.cross(forward, corners[2] - corners[3])
    normal /= np.linalg.norm(normal)
    own = [hull.vertices for hull in hulls if hull.joint == joint]
    away = np.concatenate([np.zeros((1, 3)), *(vertices - toe for vertices in own)])
    ahead = (away @ forward)[np.abs(away @ normal) < _UNDERSIDE]
    return readonly(max(0.0, float(ahead.max())) * forward)


def hands_of(model: Any, description: Description, hulls: tuple[Hull, ...]) -> tuple[Hand, ...]:
    """The hands that ``robot.toml`` lists, each with those of ``hulls`` that are its link's.

    Raises:
        RobotError: a hand's link has no hull, or its fingers point nowhere.
    """
    return tuple(
        _hand(model, description, hulls, name, *entry) for name, entry in description.hands.items()
    )


def _hand(
    model: Any,
    description: Description,
    hulls: tuple[Hull, ...],
    name: str,
    link: str,
    point: Array,
    normal: Array,
    fingers: Array,
) -> Hand:
    length = np.linalg.norm(fingers)
    if length == 0.0:
        raise RobotError(f"{description.path}: hands.{name}.fingers is no direction")
    directions = np.stack([np.zeros(3), normal, fingers / length])
    joint, ends = placed(model, description, f"[hands.{name}]", link, point + directions)
    outward = ends[1] - ends[0]
    own = [k for k, hull in enumerate(hulls) if hull.link == link]
    if not own:
        raise RobotError(f"{description.path}: [hands.{name}] link {link!r} has no hull")
    return Hand(
        name,
        joint,
        readonly(ends[0]),
        readonly(own, np.int64),
        readonly(outward / np.linalg.norm(outward)),
        readonly(ends[2] - ends[0]),
    )


def pads_of(
    description: Description,
    hulls: tuple[Hull, ...],
    landmarks: Callable[..., tuple[NDArray[np.int64], Array]],
) -> dict[str, Pad]:
    """The parts of the body that ``robot.toml`` lists as pads, by name.

    A part whose links are all left out of collisions touches nothing.

    Args:
        description: of the robot.
        hulls: the robot's.
        landmarks: gives joints and places of landmarks by name.

    Raises:
        RobotError: a pad has no link, or one without a hull.
    """
    found = {}
    for part, links in description.pads.items():
        own = [k for k, hull in enumerate(hulls) if hull.link in links]
        left = [link for link in links if link not in description.no_collision]
        if links and not left:
            continue
        lacking = [link for link in left if all(hulls[k].link != link for k in own)]
        if lacking or not own:
            known = ", ".join(dict.fromkeys(hull.link for hull in hulls))
            raise RobotError(
                f"{description.path}: pads.{part} names {', '.join(lacking) or 'no link'}; "
                f"links with a hull are {known}"
            )
        mark = part.replace("shin", "knee").replace("forearm", "elbow").replace("seat", "pelvis")
        joint, point = hulls[own[0]].joint, hulls[own[0]].centre
        if mark in LANDMARKS:
            joints, places = landmarks(mark)
            joint, point = int(joints[0]), readonly(places[0])
        found[part] = Pad(part, joint, point, readonly(own, np.int64))
    return found
