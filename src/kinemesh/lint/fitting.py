"""Bodies against the robot's kinematics: what order, unit and side a file has.

Where a file lists its bodies nothing has to be guessed: in the right reading each of them is where
root and joints put it, in every other they are centimetres to metres away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.lint.findings import Finding
from kinemesh.lint.footing import rooted
from kinemesh.lint.held import Held, Listed, Order
from kinemesh.lint.readings import (
    Joints,
    joint_readings,
    order_name,
    reflected,
    turned_over,
)
from kinemesh.motion.arrays import Array
from kinemesh.robot import RobotModel

_FRAMES = 40
_FITS = 0.02
"""Bodies this close [m] to where the robot has them are in their places,"""
_TURNS = 0.1
"""and turned by less than this [rad] from there."""
_AGREES = 0.02
"""Angles this close [rad] are the same."""
_LENGTHS = {1.0: "m", 0.01: "cm", 0.001: "mm"}


@dataclass(frozen=True)
class _Fit:
    joints: Joints
    breadth: bool = False
    over: bool = False
    scale: float = 1.0
    mirrored: bool = False
    place: float = np.inf
    turn: float = np.inf

    @property
    def cost(self) -> float:
        changes = self.joints.changes + self.breadth + self.over + self.mirrored
        return self.place + 0.1 * self.turn + 1e-4 * (changes + (self.scale != 1.0))

    @property
    def good(self) -> bool:
        return self.place < _FITS and self.turn < _TURNS

    def __str__(self) -> str:
        text = f"{self.place * 1e3:.1f} mm" if self.place < 1.0 else f"{self.place:.2f} m"
        return f"{text}, {np.rad2deg(self.turn):.1f} deg"


def fit(held: Held, robot: RobotModel) -> tuple[Held, tuple[Finding, ...], bool]:
    """Hold the bodies against the joints: the mended motion, and whether that decided it."""
    if held.said is not None:
        return _said(held)
    if held.bodies is None:
        return held, (), False
    rows = np.unique(np.linspace(0, len(held) - 1, min(len(held), _FRAMES)).astype(int))
    few = _rows(held, rows)
    stated = _measured(few, robot, Joints(), rooted(robot, few.joints))[0]
    if stated.good:
        return _with_root(held, held, ())
    fits = [
        found
        for joints in joint_readings(held, swaps=True)
        for found in _measured(few, robot, joints, rooted(robot, joints.of(few).joints))
    ]
    best = min(fits, key=lambda found: found.cost)
    if not best.good:
        worst = Finding(
            "bodies",
            held.keys["bodies"],
            f"{stated} off where root and joints put them (root mean square); {best} in the best "
            f"of {len(fits)} readings of orders, units and sides",
            "it is another robot's, or bodies and joints are of different motions: give the robot "
            "(robot=), or make the bodies again from root and joints (convert the file)",
            mendable=False,
        )
        return held, (worst,), False
    return _mended(held, stated, best)


def _rows(held: Held, rows: Order) -> Held:
    assert held.bodies is not None
    bodies = replace(
        held.bodies,
        places=held.bodies.places[rows],
        turns=None if held.bodies.turns is None else held.bodies.turns[rows],
        linear=None,
        angular=None,
    )
    return replace(
        held,
        place=held.place[rows],
        turn=held.turn[rows],
        joints=held.joints[rows],
        joint_rates=None,
        root_rates=None,
        bodies=bodies,
        tracks={},
        track_rates={},
    )


def _measured(few: Held, robot: RobotModel, joints: Joints, local: Array) -> list[_Fit]:
    """Every reading of the bodies beside one of the joints; the stated one comes first."""
    found = []
    for mirrored in (False, True):
        side = reflected(few) if mirrored else few
        for over in (False, True) if few.bodies and few.bodies.turns is not None else (False,):
            read = turned_over(side) if over else side
            if mirrored and over:  # the mirror is of what is read
                read = reflected(turned_over(few))
            assert read.bodies is not None
            places, turns = _seen(read.bodies)
            for breadth in (False, True) if read.bodies.nameless else (False,):
                carriers = _carriers(few, breadth)
                wanted = local[:, carriers, :3] + _arms(local[:, carriers, 3:], read.bodies.offsets)
                turn = 0.0
                if turns is not None:
                    same = np.abs(np.sum(turns * local[:, carriers, 3:], axis=-1))
                    turn = float(np.sqrt(np.mean((2.0 * np.arccos(np.clip(same, 0, 1))) ** 2)))
                for scale in _LENGTHS:
                    gap = places * scale - wanted
                    place = float(np.sqrt(np.mean(np.sum(gap**2, axis=-1))))
                    found.append(_Fit(joints, breadth, over, scale, mirrored, place, turn))
    return found


def _seen(bodies: Listed) -> tuple[Array, Array | None]:
    """Places and quaternions of the bodies in the root's frame."""
    if bodies.root is None or bodies.turns is None:
        return bodies.places, None
    count = bodies.places.shape[1]
    root = Rotation.from_quat(np.repeat(bodies.turns[:, bodies.root], count, axis=0)).inv()
    arms = (bodies.places - bodies.places[:, bodies.root, None]).reshape(-1, 3)
    turns = root * Rotation.from_quat(bodies.turns.reshape(-1, 4))
    return root.apply(arms).reshape(bodies.places.shape), turns.as_quat().reshape(-1, count, 4)


def _arms(turns: Array, offsets: Array) -> Array:
    if not np.any(offsets):
        return np.zeros((*turns.shape[:2], 3))
    spread = np.broadcast_to(offsets, (*turns.shape[:2], 3)).reshape(-1, 3)
    return Rotation.from_quat(turns.reshape(-1, 4)).apply(spread).reshape(*turns.shape[:2], 3)


def _carriers(held: Held, other: bool) -> Order:
    assert held.bodies is not None
    if not other:
        return held.bodies.carriers
    straight = np.arange(len(held.links))
    same = np.array_equal(held.bodies.carriers, straight)
    return held.links.breadth_first() if same else straight


def _mended(held: Held, stated: _Fit, best: _Fit) -> tuple[Held, tuple[Finding, ...], bool]:
    """The motion read as fits best, with a finding for everything that is not as stated."""
    assert held.bodies is not None
    found: list[Finding] = []
    keys, fits = held.keys, f"bodies lie {stated} off where joints put them; so read, {best}"
    mended = held
    if best.over:
        mended = turned_over(mended)
        found.append(_over(held, held.keys["turn"], fits))
    if best.mirrored:
        mended = reflected(mended)
        found.append(
            Finding(
                "mirrored",
                keys["bodies"],
                f"left is on the right: {fits}",
                "mirror root and bodies back, y to -y",
            )
        )
    if best.scale != 1.0:
        unit = _LENGTHS[best.scale]
        mended = mended.scaled(best.scale)
        found.append(
            Finding(
                "length-unit",
                keys["bodies"],
                f"neighbouring bodies are {1.0 / best.scale:g} times as far apart as the robot's "
                f"links: they are in {unit}",
                f"multiply lengths by {best.scale:g}",
            )
        )
    if best.breadth:
        assert mended.bodies is not None
        order = _carriers(held, True)
        mended = replace(mended, bodies=replace(mended.bodies, carriers=order))
        found.append(
            Finding(
                "body-order",
                keys["bodies"],
                f"bodies are {order_name(order[1:] - 1)} order: {fits}",
                f"put them into the order of {held.format}",
            )
        )
    found += joint_findings(held, best.joints, fits)
    return _with_root(held, best.joints.of(mended), tuple(found))


def joint_findings(held: Held, joints: Joints, evidence: str) -> list[Finding]:
    """What is wrong with the columns of joints, if ``joints`` is how they are to be read."""
    found, where = [], held.keys["joints"]
    if joints.order:
        found.append(
            Finding(
                "joint-order",
                where,
                f"columns are in the order {order_name(Joints(True).of(held).columns)}, where "
                f"{held.format} has {order_name(held.columns)}: {evidence}",
                f"put the columns into the order of {held.format}",
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
        largest = float(np.abs(held.joints).max())
        found.append(
            Finding(
                "degrees",
                where,
                f"angles are in {has}, where {held.format} has {wants} (read as {wants}, the "
                f"largest is {largest:.2f} rad): {evidence}",
                f"multiply by {joints.factor:.6g}",
            )
        )
    return found


def _over(held: Held, where: str, evidence: str) -> Finding:
    wanted, there = ("first", "last") if held.first else ("last", "first")
    return Finding(
        "quaternion-order",
        where,
        f"w is {there}, where {held.format} has it {wanted}: {evidence}",
        f"put w {wanted}",
    )


def _with_root(
    held: Held, mended: Held, found: tuple[Finding, ...]
) -> tuple[Held, tuple[Finding, ...], bool]:
    """The root's own columns, where there are such, held against the root among the bodies."""
    bodies = mended.bodies
    if bodies is None or bodies.root is None or bodies.turns is None:
        return mended, found, False
    place, turn = bodies.places[:, bodies.root], bodies.turns[:, bodies.root]
    off = [apart(read, turn) for read in (mended.turn, mended.other(mended.turn))]
    more: list[Finding] = []
    if off[0] > _AGREES > off[1]:
        evidence = f"{np.rad2deg(off[0]):.0f} deg off the root among the bodies, else {off[1]:.1g}"
        if not any(f.trap == "quaternion-order" for f in found):
            more.append(_over(held, held.keys["turn"], evidence))
    elif off[0] > _AGREES:
        more.append(
            Finding(
                "bodies",
                held.keys["turn"],
                f"the root is turned {np.rad2deg(off[0]):.1f} deg from the root among the bodies",
                "which of the two is right the file does not say: make it again",
                mendable=False,
            )
        )
        return mended, (*found, *more), False
    return replace(mended, place=place, turn=turn), (*found, *more), True


def apart(first: Array, second: Array) -> float:
    """The median angle [rad] between quaternions ``(T, 4)``."""
    same = np.abs(np.sum(first * second, axis=-1))
    return float(np.median(2.0 * np.arccos(np.clip(same, 0.0, 1.0))))


def _said(held: Held) -> tuple[Held, tuple[Finding, ...], bool]:
    """A motion library's ``pose_aa`` against its root and its joints."""
    assert held.said is not None
    angles = np.sum(held.said[:, 1:] * held.links.axes[1:], axis=-1)
    root = Rotation.from_rotvec(held.said[:, 0]).as_quat()
    found: list[Finding] = []
    off = [apart(read, root) for read in (held.turn, held.other(held.turn))]
    mended = held
    if off[0] > _AGREES > off[1]:
        evidence = f"{np.rad2deg(off[0]):.0f} deg off pose_aa, else {np.rad2deg(off[1]):.1g}"
        found.append(_over(held, held.keys["turn"], evidence))
        mended = turned_over(held)
    readings = {
        joints: float(np.sqrt(np.mean((joints.of(held).joints - angles) ** 2)))
        for joints in joint_readings(held, swaps=True)
    }
    stated = readings[Joints()]
    best = min(readings, key=lambda joints: readings[joints] + 1e-4 * joints.changes)
    if stated > _AGREES > readings[best]:
        evidence = f"{stated:.2f} rad off pose_aa; so read, {readings[best]:.1g} rad"
        found += joint_findings(held, best, evidence)
        mended = best.of(mended)
    elif stated > _AGREES:
        found.append(
            Finding(
                "bodies",
                held.keys["bodies"],
                f"pose_aa is {stated:.2f} rad off dof (root mean square), in any order",
                "which of the two is right the file does not say: make it again",
                mendable=False,
            )
        )
    # Both may be wrong alike: how the robot stands is still to be looked at.
    return mended, tuple(found), False
