"""Root and joints by how the robot stands, where no body tells how they are to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from kinemesh.arrays import Array
from kinemesh.linting.footing import (
    Footing,
    excess,
    footing,
    pairs,
    placed,
    rooted,
    soles,
)
from kinemesh.linting.readings import (
    Joints,
    joint_findings,
    joint_readings,
    pitched,
    reflected,
    tipped,
    turned_over,
)
from kinemesh.motion import LANDMARKS
from kinemesh.motion.edits import FEET
from kinemesh.robot import RobotModel, self_distances
from kinemesh.trajectories.findings import Finding
from kinemesh.trajectories.raw import RawMotion

_DOUBT = 0.65
"""A reading that costs less stands well enough not to be doubted."""
_STANDS = 1.0
"""One that costs more is nobody's."""
_BETTER = 0.6
"""Another reading must cost less than this share of the stated one's."""
_CHANGE = 0.05
"""What each departure from the letter costs."""
_INSIDE = 0.012
"""Parts of the robot this deep [m] in each other on average are doubted."""
_DEPTH_FRAMES = 30

_Reading = Callable[[RawMotion], RawMotion]


@dataclass(frozen=True)
class _Root:
    traps: tuple[str, ...]
    said: str
    mend: str
    read: _Reading


def _same(raw: RawMotion) -> RawMotion:
    return raw


def _roots(raw: RawMotion, fitted: bool) -> Iterator[_Root]:
    """Readings of the root; as stated first."""
    yield _Root((), "as stated", "", _same)
    over = _Root(("quaternion-order",), _wrong_order(raw), _right_order(raw), turned_over)
    tip = _Root(
        ("up-axis",),
        "y is up",
        "turn the world by 90 degrees about x: (x, y, z) to (x, -z, y)",
        tipped,
    )
    yield tip
    if fitted:
        return
    if raw.facts.w_first is not None:
        yield over
        yield _Root(
            (*over.traps, *tip.traps),
            f"{over.said}; {tip.said}",
            f"{over.mend}; {tip.mend}",
            lambda h: tipped(turned_over(h)),
        )
    for axis in "xy":
        for angle in (90.0, -90.0):
            for own in (True, False):
                about = f"{'its own' if own else 'the world'} {axis}"
                yield _Root(
                    ("up-axis",),
                    f"the root is pitched by {-angle:g} deg about {about}",
                    f"turn it by {angle:g} deg about {about}",
                    partial(pitched, axis=axis, angle=angle, own=own),
                )
    yield _Root(
        ("mirrored",),
        "the root's path is mirrored against the joints",
        "mirror it back, y to -y; the joints are taken to be right",
        reflected,
    )


def _wrong_order(raw: RawMotion) -> str:
    return f"w is {'last' if raw.facts.w_first else 'first'}"


def _right_order(raw: RawMotion) -> str:
    return f"put w {'first' if raw.facts.w_first else 'last'}, as {raw.format} has it"


def stand(raw: RawMotion, robot: RobotModel, fitted: bool) -> tuple[RawMotion, tuple[Finding, ...]]:
    """Hold root and joints against how a robot stands."""
    first = pairs(len(raw))
    both = np.concatenate([first, np.minimum(first + 1, len(raw) - 1)])
    few = replace(
        raw,
        place=raw.place[both],
        turn=_unit(raw.turn[both]),
        joints=raw.joints[both],
        joint_rates=None,
        root_rates=None,
        bodies=None,
        tracks={},
        track_rates={},
    )
    stated = _measured(few, robot, Joints(), few)
    if stated.cost < _DOUBT:
        return _sides(raw, robot, fitted)
    scales = (1.0,) if fitted else (1.0, 0.01, 0.001, *((100.0,) * (raw.facts.length < 1.0)))
    best: tuple[float, Footing, Joints, _Root, float] | None = None
    for joints in [Joints()] if fitted else list(joint_readings(raw, swaps=False)):
        moved = joints.of(few)
        local = soles(robot, rooted(robot, moved.joints))
        beyond = excess(robot, moved.joints[: len(first)])
        for root in _roots(raw, fitted):
            read = root.read(moved)
            for scale in scales:
                found = _footing(local, read.place * scale, read.turn, beyond, raw.rate)
                cost = found.cost + _CHANGE * (joints.changes + len(root.traps) + (scale != 1.0))
                if best is None or cost < best[0]:
                    best = cost, found, joints, root, scale
    assert best is not None
    _, found, joints, root, scale = best
    if found.cost > _STANDS or found.cost > _BETTER * stated.cost:
        return _sides(raw, robot, fitted)
    evidence = f"as stated it {stated}; so read it {found}"
    findings = [
        Finding(
            trap,
            raw.where["turn"] if trap != "mirrored" else raw.where["place"],
            f"{root.said}: {evidence}",
            root.mend,
        )
        for trap in root.traps
    ]
    if scale != 1.0:
        unit = {0.01: "cm", 0.001: "mm", 100.0: "m"}[scale]
        findings.append(
            Finding(
                "length-unit",
                raw.where["place"],
                f"places are in {unit}: {evidence}",
                f"multiply by {scale:g}",
            )
        )
    findings += joint_findings(raw, joints, evidence)
    mended = root.read(joints.of(raw))
    return (mended if scale == 1.0 else mended.scaled(scale)), tuple(findings)


def _unit(quaternions: Array) -> Array:
    return np.asarray(quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True))


def _measured(few: RawMotion, robot: RobotModel, joints: Joints, read: RawMotion) -> Footing:
    moved = joints.of(few)
    local = soles(robot, rooted(robot, moved.joints))
    beyond = excess(robot, moved.joints[: len(few) // 2])
    return _footing(local, read.place, read.turn, beyond, few.rate)


def _footing(local: Array, places: Array, turns: Array, beyond: Array, fps: float) -> Footing:
    world, half = placed(local, places, turns), len(places) // 2
    return footing((world[:half], world[half:]), turns[:half], beyond, fps)


def _sides(
    raw: RawMotion, robot: RobotModel, fitted: bool
) -> tuple[RawMotion, tuple[Finding, ...]]:
    """Whether left and right joints are exchanged: a gait does not tell, but arms and hips do.

    The rolls of shoulders and hips have opposite signs on the two sides: exchanged, elbows go
    into the trunk and knees into each other.
    """
    if fitted or raw.facts.named_joints:
        return raw, ()
    inside = _depth(raw, robot)
    if inside < _INSIDE:
        return raw, ()
    swapped = Joints(swapped=True).of(raw)
    other = _depth(swapped, robot)
    if other > 0.5 * inside or _spread(raw, robot) > 0.0 or _spread(swapped, robot) < 0.0:
        return raw, ()
    evidence = (
        f"as stated elbows are {-_spread(raw, robot) * 1e3:.0f} mm nearer together than shoulders "
        f"and parts of the robot {inside * 1e3:.0f} mm inside each other on average; exchanged, "
        f"{other * 1e3:.0f} mm"
    )
    return swapped, tuple(joint_findings(raw, Joints(swapped=True), evidence))


def _some(raw: RawMotion) -> Array:
    rows = np.linspace(0, len(raw) - 1, min(len(raw), _DEPTH_FRAMES)).astype(int)
    return np.asarray(raw.joints[np.unique(rows)])


def _depth(raw: RawMotion, robot: RobotModel) -> float:
    """How deep [m] parts of the robot are inside others, on average over the motion."""
    depths = []
    for row in _some(raw):
        posed = robot.configuration(np.concatenate([robot.rest[:7], row]))
        near = self_distances(posed, robot.self_pairs, 0.0).distance
        depths.append(max(0.0, -float(near.min())) if len(near) else 0.0)
    return float(np.mean(depths))


def _spread(raw: RawMotion, robot: RobotModel) -> float:
    """How much wider apart [m] the elbows are than the shoulders, as a median."""
    wide = []
    index = [LANDMARKS.index(f"{side}_{part}") for part in ("shoulder", "elbow") for side in FEET]
    for row in _some(raw):
        y = robot.configuration(np.concatenate([robot.rest[:7], row])).landmarks()[index, 1]
        wide.append((y[2] - y[3]) - (y[0] - y[1]))
    return float(np.median(wide))
