"""Bodies against the robot's kinematics: what order, unit and side a file has.

Where a file lists its bodies nothing has to be guessed: in the right reading each of them is where
root and joints put it, in every other they are centimetres to metres away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.linting.footing import rooted
from kinemesh.linting.readings import (
    Joints,
    joint_findings,
    joint_readings,
    order_finding,
    order_name,
    reflected,
    turned_over,
)
from kinemesh.linting.rotvecs import AGREES, apart, fit_rotvecs
from kinemesh.robot import RobotModel
from kinemesh.trajectories.findings import Finding
from kinemesh.trajectories.raw import Order, RawBodies, RawMotion

_FRAMES = 40
_FITS = 0.02
"""Bodies this close [m] to where the robot has them are in their places,"""
_TURNS = 0.1
"""and turned by less than this [rad] from there."""
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


def fit(raw: RawMotion, robot: RobotModel) -> tuple[RawMotion, tuple[Finding, ...], bool]:
    """Hold the bodies against the joints: the mended motion, and whether that decided it."""
    if raw.rotvecs is not None:
        return fit_rotvecs(raw)
    if raw.bodies is None:
        return raw, (), False
    rows = np.unique(np.linspace(0, len(raw) - 1, min(len(raw), _FRAMES)).astype(int))
    few = _rows(raw, rows)
    stated = _measured(few, robot, Joints(), rooted(robot, few.joints))[0]
    if stated.good:
        return _with_root(raw, raw, ())
    fits = [
        found
        for joints in joint_readings(raw, swaps=True)
        for found in _measured(few, robot, joints, rooted(robot, joints.of(few).joints))
    ]
    best = min(fits, key=lambda found: found.cost)
    if not best.good:
        worst = Finding(
            "bodies",
            raw.where["bodies"],
            f"{stated} off where root and joints put them (root mean square); {best} in the best "
            f"of {len(fits)} readings of orders, units and sides",
            "it is another robot's, or bodies and joints are of different motions: give the robot "
            "(robot=), or make the bodies again from root and joints (convert the file)",
            mendable=False,
        )
        return raw, (worst,), False
    return _mended(raw, stated, best)


def _rows(raw: RawMotion, rows: Order) -> RawMotion:
    assert raw.bodies is not None
    bodies = replace(
        raw.bodies,
        places=raw.bodies.places[rows],
        turns=None if raw.bodies.turns is None else raw.bodies.turns[rows],
        linear=None,
        angular=None,
    )
    return replace(
        raw,
        place=raw.place[rows],
        turn=raw.turn[rows],
        joints=raw.joints[rows],
        joint_rates=None,
        root_rates=None,
        bodies=bodies,
        tracks={},
        track_rates={},
    )


def _measured(few: RawMotion, robot: RobotModel, joints: Joints, local: Array) -> list[_Fit]:
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
            for breadth in (False, True) if not read.facts.named_bodies else (False,):
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


def _seen(bodies: RawBodies) -> tuple[Array, Array | None]:
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


def _carriers(raw: RawMotion, other: bool) -> Order:
    assert raw.bodies is not None
    if not other:
        return raw.bodies.carriers
    straight = np.arange(len(raw.links))
    same = np.array_equal(raw.bodies.carriers, straight)
    return raw.links.breadth_first() if same else straight


def _mended(
    raw: RawMotion, stated: _Fit, best: _Fit
) -> tuple[RawMotion, tuple[Finding, ...], bool]:
    """The motion read as fits best, with a finding for everything that is not as stated."""
    assert raw.bodies is not None
    found: list[Finding] = []
    keys, fits = raw.where, f"bodies lie {stated} off where joints put them; so read, {best}"
    mended = raw
    if best.over:
        mended = turned_over(mended)
        found.append(order_finding(raw, raw.where["turn"], fits))
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
        order = _carriers(raw, True)
        mended = replace(mended, bodies=replace(mended.bodies, carriers=order))
        found.append(
            Finding(
                "body-order",
                keys["bodies"],
                f"bodies are {order_name(order[1:] - 1)} order: {fits}",
                f"put them into the order of {raw.format}",
            )
        )
    found += joint_findings(raw, best.joints, fits)
    return _with_root(raw, best.joints.of(mended), tuple(found))


def _with_root(
    raw: RawMotion, mended: RawMotion, found: tuple[Finding, ...]
) -> tuple[RawMotion, tuple[Finding, ...], bool]:
    """The root's own columns, where there are such, held against the root among the bodies."""
    bodies = mended.bodies
    if bodies is None or bodies.root is None or bodies.turns is None:
        return mended, found, False
    place, turn = bodies.places[:, bodies.root], bodies.turns[:, bodies.root]
    off = [apart(read, turn) for read in (mended.turn, mended.other(mended.turn))]
    more: list[Finding] = []
    if off[0] > AGREES > off[1]:
        evidence = f"{np.rad2deg(off[0]):.0f} deg off the root among the bodies, else {off[1]:.1g}"
        if not any(f.trap == "quaternion-order" for f in found):
            more.append(order_finding(raw, raw.where["turn"], evidence))
    elif off[0] > AGREES:
        more.append(
            Finding(
                "bodies",
                raw.where["turn"],
                f"the root is turned {np.rad2deg(off[0]):.1f} deg from the root among the bodies",
                "which of the two is right the file does not say: make it again",
                mendable=False,
            )
        )
        return mended, (*found, *more), False
    return replace(mended, place=place, turn=turn), (*found, *more), True
