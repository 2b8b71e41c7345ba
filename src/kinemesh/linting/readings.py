"""The ways in which a file may have to be read instead of as its format says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.motion.links import Links
from kinemesh.trajectories.findings import Finding
from kinemesh.trajectories.raw import Order, RawMotion

DEGREE = np.pi / 180.0
_MUCH, _LITTLE = 1.5, 0.03
"""Joints of a robot that moves are not bent by more, or less, than this [rad] on average."""
_MIRROR = np.array([1.0, -1.0, 1.0])
_MIRROR_TURN = np.array([-1.0, 1.0, -1.0, 1.0])


@dataclass(frozen=True)
class Joints:
    """How the columns of joints are read."""

    order: bool = False
    """In the other of the two orders."""
    swapped: bool = False
    """Left for right."""
    factor: float = 1.0
    """This many of our radians is one of the file's."""

    @property
    def changes(self) -> int:
        """How many things are not as stated."""
        return self.order + self.swapped + (self.factor != 1.0)

    def of(self, raw: RawMotion) -> RawMotion:
        """``raw`` with its joints read so."""
        columns = raw.columns
        if self.order:
            columns = other_order(raw.links, columns)
        if self.swapped:
            columns = partners(raw.links)[columns]
        moved = raw if np.array_equal(columns, raw.columns) else raw.reordered(columns)
        if self.factor == 1.0:
            return moved
        rates = moved.joint_rates
        if rates is not None and _factor_too(moved, rates, self.factor):
            rates = rates * self.factor
        return replace(moved, joints=moved.joints * self.factor, joint_rates=rates)


def _factor_too(raw: RawMotion, rates: Array, factor: float) -> bool:
    """Whether rates are in the unit of the angles."""
    wanted = float(np.abs(np.gradient(raw.joints, 1.0 / raw.rate, axis=0)).mean())
    found = float(np.abs(rates).mean())
    return bool(abs(np.log(max(found, 1e-12) / max(wanted, 1e-12))) < abs(np.log(factor)) / 2.0)


def joint_readings(raw: RawMotion, *, swaps: bool) -> Iterator[Joints]:
    """As stated first, then everything else that a file may mean."""
    degrees = 1.0 / DEGREE if raw.facts.degrees else DEGREE
    mean = float(np.abs(raw.joints).mean())
    factors = (1.0, degrees) if (mean < _LITTLE if degrees > 1.0 else mean > _MUCH) else (1.0,)
    for swapped in (False, True) if swaps else (False,):
        for order in (False,) if raw.facts.named_joints else (False, True):
            for factor in factors:
                yield Joints(order, swapped, factor)


def other_order(links: Links, columns: Order) -> Order:
    """IsaacLab's order where ``columns`` are MuJoCo's, and the reverse."""
    straight = np.arange(len(columns))
    if np.array_equal(columns, straight):
        return links.breadth_first_joints()
    return straight


def partners(links: Links) -> Order:
    """The joint on the other side of each ``(n,)``; itself for those in the middle."""
    names = links.joints
    swapped = [
        n.replace("left", "\0").replace("right", "left").replace("\0", "right") for n in names
    ]
    return np.array(
        [names.index(s) if s in names else k for k, s in enumerate(swapped)], dtype=np.int64
    )


def order_name(columns: Order) -> str:
    """What a file's order of joints is called."""
    straight = np.array_equal(columns, np.arange(len(columns)))
    return "MuJoCo's (depth first)" if straight else "IsaacLab's (breadth first)"


def turned_over(raw: RawMotion) -> RawMotion:
    """All quaternions in the order that the format does not have, those of props too."""
    bodies = raw.bodies
    if bodies is not None and bodies.turns is not None:
        bodies = replace(bodies, turns=raw.other(bodies.turns))
    tracks = {
        name: np.hstack([track[:, :3], raw.other(track[:, 3:])])
        for name, track in raw.tracks.items()
    }
    return replace(raw, turn=raw.other(raw.turn), bodies=bodies, tracks=tracks)


def reflected(raw: RawMotion) -> RawMotion:
    """The world in the mirror y = 0, joints as they are."""
    bodies = raw.bodies
    if bodies is not None:
        bodies = replace(
            bodies,
            places=bodies.places * _MIRROR,
            turns=None if bodies.turns is None else bodies.turns * _MIRROR_TURN,
            linear=None if bodies.linear is None else bodies.linear * _MIRROR,
            angular=None if bodies.angular is None else bodies.angular * -_MIRROR,
        )
    pose, six = np.hstack([_MIRROR, _MIRROR_TURN]), np.hstack([_MIRROR, -_MIRROR])
    return replace(
        raw,
        place=raw.place * _MIRROR,
        turn=raw.turn * _MIRROR_TURN,
        bodies=bodies,
        root_rates=None if raw.root_rates is None else raw.root_rates * six,
        tracks={name: track * pose for name, track in raw.tracks.items()},
        track_rates={name: rates * six for name, rates in raw.track_rates.items()},
    )


def tipped(raw: RawMotion) -> RawMotion:
    """A world with y up turned to z up, ``[x, -z, y]``: everything in it."""
    quarter = Rotation.from_euler("x", 90, degrees=True)

    def vectors(values: Array) -> Array:
        return quarter.apply(values.reshape(-1, 3)).reshape(values.shape)

    def turns(values: Array) -> Array:
        turned = quarter * Rotation.from_quat(values.reshape(-1, 4))
        return np.asarray(turned.as_quat().reshape(values.shape))

    bodies = raw.bodies
    if bodies is not None and bodies.root is not None:
        bodies = replace(
            bodies,
            places=vectors(bodies.places),
            turns=None if bodies.turns is None else turns(bodies.turns),
            linear=None if bodies.linear is None else vectors(bodies.linear),
            angular=None if bodies.angular is None else vectors(bodies.angular),
        )
    rates = raw.root_rates
    if rates is not None:
        rates = np.hstack([vectors(rates[:, :3]), rates[:, 3:]])
    return replace(
        raw,
        place=vectors(raw.place),
        turn=turns(raw.turn),
        bodies=bodies,
        root_rates=rates,
        tracks={
            name: np.hstack([vectors(track[:, :3]), turns(track[:, 3:])])
            for name, track in raw.tracks.items()
        },
        track_rates={
            name: vectors(rates.reshape(-1, 2, 3)).reshape(rates.shape)
            for name, rates in raw.track_rates.items()
        },
    )


def pitched(raw: RawMotion, axis: str, angle: float, *, own: bool) -> RawMotion:
    """The root alone turned, about its own axis or the world's."""
    turn, more = Rotation.from_quat(raw.turn), Rotation.from_euler(axis, angle, degrees=True)
    return replace(raw, turn=(turn * more if own else more * turn).as_quat())


def joint_findings(raw: RawMotion, joints: Joints, evidence: str) -> list[Finding]:
    """What is wrong with the columns of joints, if ``joints`` is how they are to be read."""
    found, where = [], raw.where["joints"]
    if joints.order:
        found.append(
            Finding(
                "joint-order",
                where,
                f"columns are in the order {order_name(Joints(True).of(raw).columns)}, where "
                f"{raw.format} has {order_name(raw.columns)}: {evidence}",
                f"put the columns into the order of {raw.format}",
            )
        )
    if joints.swapped:
        found.append(
            Finding(
                "mirrored",
                where,
                f"columns of left and right joints are exchanged: {evidence}",
                "exchange them back",
            )
        )
    if joints.factor != 1.0:
        has, wants = ("degrees", "radians") if joints.factor < 1.0 else ("radians", "degrees")
        largest = float(np.abs(raw.joints).max())
        found.append(
            Finding(
                "degrees",
                where,
                f"angles are in {has}, where {raw.format} has {wants} (read as {wants}, the "
                f"largest is {largest:.2f} rad): {evidence}",
                f"multiply by {joints.factor:.6g}",
            )
        )
    return found


def order_finding(raw: RawMotion, where: str, evidence: str) -> Finding:
    """Quaternions in the order that the format does not have."""
    wanted, there = ("first", "last") if raw.facts.w_first else ("last", "first")
    return Finding(
        "quaternion-order",
        where,
        f"w is {there}, where {raw.format} has it {wanted}: {evidence}",
        f"put w {wanted}",
    )
