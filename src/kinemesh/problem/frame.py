"""One instant of a clip, and all that it asks of the robot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.problem.mesh import LaplacianTarget
from kinemesh.proximity import Obstacle
from kinemesh.robot import OrientedLink, Pad, Sole


@dataclass(frozen=True, eq=False)
class Touchdown:
    """Where a sole was planted."""

    toe: Array
    """Middle of the toe edge ``(3,)`` [m] in the world."""
    heading: Array | None
    """Unit direction ``(3,)`` from heel to toe in the surface; None until the heel is down."""


@dataclass(frozen=True, eq=False)
class Stance:
    """A sole, or its toe alone, that is planted now, or that lands over its place."""

    sole: Sole
    """Which one."""
    whole: bool
    """Whether heel and toe are both planted; if not, the foot may roll and turn on its toe."""
    point: Array
    """A point ``(3,)`` [m] of the surface that the sole stands on."""
    normal: Array
    """Unit normal ``(3,)`` of that surface."""
    landing: bool = False
    """Whether the foot is in the air over its place: it must not slide but may come down."""
    touchdown: Touchdown | None = None
    """None in the first frame of a stance: its place is what the solution makes it."""
    footprint: Array | None = None
    """Where the person's toe stands over the ground ``(2,)`` [m], in the robot's world."""

    @property
    def settled(self) -> bool:
        """Whether what the stance asks is known already, whatever the solution makes of it."""
        known = self.touchdown
        return known is not None and (not self.whole or known.heading is not None)

    def planted(self, corners: Array) -> Touchdown:
        """The touchdown that the sole's solved ``corners`` ``(4, 3)`` [m] make."""
        heel, toe = 0.5 * (corners[0] + corners[1]), 0.5 * (corners[2] + corners[3])
        known = self.touchdown
        place = self.on_surface(toe) if known is None else known.toe
        if not self.whole:
            return Touchdown(place, None)
        if known is not None and known.heading is not None:
            return known
        forward = toe - heel
        forward = forward - self.normal * (self.normal @ forward)
        return Touchdown(place, forward / np.linalg.norm(forward))

    def on_surface(self, point: Array) -> Array:
        """``point`` ``(3,)`` moved along the normal onto the surface."""
        return np.asarray(point - self.normal * (self.normal @ (point - self.point)))


@dataclass(frozen=True, eq=False)
class SoleApproach:
    """An edge of a sole that is about to be planted, or was a moment ago."""

    sole: Sole
    """Whose edge it is."""
    corners: slice
    """Which corners of the sole: heel or toe."""
    time: float
    """Time to or since the stance [s]."""
    point: Array
    """A point ``(3,)`` [m] of the surface that the sole stands on then."""
    normal: Array
    """Unit normal ``(3,)`` of that surface."""
    height: float = 0.0
    """How high above it the person's edge is, scaled to the robot [m]."""
    place: Array | None = None
    """Where the toe is to be over the ground ``(2,)`` [m], in the robot's world."""


@dataclass(frozen=True)
class SlowToe:
    """A foot that the person hardly moves, planted or not."""

    landmark: int
    """Index of its toe among :data:`kinemesh.motion.LANDMARKS`."""
    other: int
    """The frame that it is hardly moved from, or to: -1 before this one, 1 after it."""


@dataclass(frozen=True, eq=False)
class Hold:
    """Where a hand is that touches, as the person's: all of it, not its palm's skin alone."""

    middle: Array
    """The point of the robot's hand that is to be at ``palm``, on the hand's axis in the middle of
    the palm ``(3,)`` [m] in the joint's frame."""
    wrist: Array
    """Where the landmark of the hand belongs ``(3,)`` [m], in the world."""
    palm: Array
    """Where the middle of the palm belongs, on the hand's axis ``(3,)`` [m], in the world."""
    normal: Array
    """Unit direction ``(3,)`` from there into the surface, in the world."""
    faces: bool = False
    """Whether the palm is to face the surface: nothing else says how the hand is turned."""


@dataclass(frozen=True, eq=False)
class Contact:
    """A hand or another pad that touches a thing, is about to, or did a moment ago."""

    pad: Pad
    """What of the robot touches."""
    obstacle: Obstacle | None
    """None: the ground."""
    pose: Array
    """Pose ``(7,)`` of the obstacle now; of the ground, its height."""
    place: Array | None
    """Where the pad's point belongs ``(3,)`` [m], in the world: a palm on the surface, a landmark
    as far from it as it is when the pad touches; None where that is left to the rest."""
    time: float = 0.0
    """Time to or since the touch [s]; 0 while touching."""
    distance: float = 0.0
    """How far the person is from the surface, scaled to the robot [m]."""
    hold: Hold | None = None
    """How the hand is held there, where that is known."""


@dataclass(frozen=True, eq=False)
class OrientationTarget:
    """How a part of the robot is to be turned."""

    part: OrientedLink
    """Which one."""
    axes: Array
    """The person's axes ``(3, 3)`` in the world, as columns: forward, left, up."""


@dataclass(frozen=True, eq=False)
class Frame:
    """What instant ``index`` asks, whatever the frames before and after are."""

    index: int
    """Which one, from 0."""
    dt: float
    """Time since the previous frame [s]."""
    laplacian: LaplacianTarget
    """What the interaction mesh is to look like."""
    landmarks: Array
    """The person's landmarks ``(K, 3)`` [m], scaled to the robot, in the robot's world."""
    figure: Array | None = None
    """The person in the robot's proportions ``(K, 3)`` [m], arms as they are and not as far as
    they have to reach; None where the person is scaled as a whole."""
    ground: float | None = 0.0
    """Height of the ground plane [m]."""
    obstacles: tuple[tuple[Obstacle, Array], ...] = ()
    """Terrain and props, each with its pose ``(7,)`` now."""
    stances: tuple[Stance, ...] = ()
    """Soles that are planted, or land."""
    sole_approaches: tuple[SoleApproach, ...] = ()
    """Edges of soles that come or go."""
    slow_toes: tuple[SlowToe, ...] = ()
    """Toes that are slow, planted or not."""
    contacts: tuple[Contact, ...] = ()
    """What touches things, is about to or just did."""
    orientation_targets: tuple[OrientationTarget, ...] = ()
    """How torso, feet and hands are to be turned, where the recording has rotations."""
    pelvis_change: Array | None = None
    """By how much more the person's pelvis moves to this frame than to the one before it ``(3,)``
    [m], scaled to the robot; None where there is a pass over the whole clip to come."""
    lead: Array | None = None
    """Where joints are to be ``(nq - 7,)`` that are on a way to another posture, NaN for all
    others; None where none is."""
    nominal: Array | None = None
    """Configuration ``(nq,)`` to stay near, when a known motion is being adapted."""
