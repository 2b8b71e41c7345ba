"""Configurations and frames to check terms at: one of everything that a term may look at."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array, readonly
from kinemesh.geometry import poses
from kinemesh.kernel import TangentMixture
from kinemesh.motion import LANDMARKS, Shape
from kinemesh.problem import (
    Contact,
    Frame,
    Hold,
    InteractionMesh,
    LaplacianTarget,
    Neighbours,
    OrientationTarget,
    SlowToe,
    SoleApproach,
    Stance,
    Touchdown,
)
from kinemesh.proximity import Obstacle, distances_to_obstacle
from kinemesh.robot import Configuration, RobotModel


def random_configuration(
    robot: RobotModel, rng: np.random.Generator, *, turn: float = 2.0
) -> Configuration:
    """The robot with joints anywhere within their limits and its base moved and turned.

    Args:
        robot: the model.
        rng: where chance comes from.
        turn: largest rotation of the base from its rest [rad]; below pi, where a difference
            of two rotations has no derivative.

    Examples:
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> kinemesh.testing.random_configuration(robot, np.random.default_rng(0)).q.shape
        (36,)
    """
    low, high = np.maximum(robot.lower, -np.pi), np.minimum(robot.upper, np.pi)
    axis = rng.normal(size=3)
    step = np.zeros(robot.nv)
    step[:3] = rng.uniform(-0.3, 0.3, 3)
    step[3:6] = axis / np.linalg.norm(axis) * rng.uniform(0.0, turn)
    q = robot.integrate(robot.rest, step)
    q[7:] = rng.uniform(low, high)
    return robot.configuration(q)


def sample_frame(robot: RobotModel, *, seed: int = 0) -> Frame:
    """A frame in which every term of the package is active.

    The robot stands near its rest posture on the ground, its first sole planted whole, its
    second on the toe alone, both a little off their touchdown and both still easing; a tilted
    box is two centimetres from the robot, before its left hand, to be touched by both hands.
    All parts are to be turned a little. :func:`sample_neighbours` of the same seed are the frames
    before and after. Arrays are read-only: a term that writes to one is found out.

    Args:
        robot: the model.
        seed: seed of all that is random in it.

    Examples:
        >>> kinemesh.testing.sample_frame(kinemesh.RobotModel.load("g1")).landmarks.shape
        (15, 3)
    """
    rng = np.random.default_rng(seed)
    _, previous = _led_up(robot, rng)
    posed = robot.configuration(previous)
    landmarks = posed.landmarks()
    count = len(landmarks)
    anchors = landmarks.mean(axis=0) + rng.uniform(-0.6, 0.6, (30, 3))
    source = np.concatenate([landmarks + rng.normal(scale=0.03, size=(count, 3)), anchors])
    mesh = InteractionMesh.from_points(source)
    obstacle, pose = _box_at_hand(posed)
    return Frame(
        index=2,
        dt=1.0 / 30.0,
        laplacian=_readonly(
            LaplacianTarget.reduce(
                mesh,
                mesh.deltas(source),
                anchors + np.array([0.0, 0.0, 0.02]),
                rng.uniform(0.2, 1.0, len(source)),
            )
        ),
        landmarks=readonly(source[:count]),
        figure=readonly(source[:count]),
        ground=0.0,
        obstacles=((obstacle, pose),),
        stances=_planted(posed, rng),
        sole_approaches=_eased(posed),
        slow_toes=tuple(
            SlowToe(LANDMARKS.index(f"{side}_toe"), other)
            for side in ("left", "right")
            for other in (-1, 1)
        ),
        contacts=_touching(posed, obstacle, pose),
        orientation_targets=_orientation_targets(posed, rng),
        lead=_led(robot, previous),
        pelvis_change=readonly([0.01, -0.02, 0.005]),
        nominal=readonly(robot.integrate(previous, rng.normal(scale=0.05, size=robot.nv))),
    )


def _led(robot: RobotModel, previous: Array) -> Array:
    """One joint that is led, not far from where it is."""
    lead = np.full(len(robot.lower), np.nan)
    middle = 0.5 * (robot.lower[0] + robot.upper[0])
    lead[0] = previous[7] + 0.01 * np.sign(middle - previous[7])
    return readonly(lead)


def sample_neighbours(robot: RobotModel, *, seed: int = 0) -> Neighbours:
    """Three frames before :func:`sample_frame` and three after, a small step from each to the next.

    What forces leave of the equations of motion is known among them.

    Args:
        robot: the model.
        seed: seed of all that is random in them.
    """
    rng = np.random.default_rng(seed)
    before, previous = _led_up(robot, rng)
    first = robot.integrate(before, rng.normal(scale=0.01, size=robot.nv))
    known = {-3: readonly(first), -2: readonly(before), -1: readonly(previous)}
    last = previous
    for k in (1, 2, 3):
        last = robot.integrate(last, rng.normal(scale=0.01, size=robot.nv))
        known[k] = readonly(last)
    factor, offset = rng.normal(size=(6, robot.nv)), rng.normal(size=6)
    left = TangentMixture(readonly(previous), readonly(factor), readonly(offset))
    return Neighbours(known, left)


def _led_up(robot: RobotModel, rng: np.random.Generator) -> tuple[Array, Array]:
    """Two configurations ``(nq,)`` near the rest posture, one after the other."""
    before = robot.integrate(robot.rest, rng.normal(scale=0.02, size=robot.nv))
    previous = robot.integrate(before, rng.normal(scale=0.01, size=robot.nv))
    for q in (before, previous):
        q[7:] = np.clip(q[7:], robot.lower, robot.upper)
    return before, previous


def _planted(posed: Configuration, rng: np.random.Generator) -> tuple[Stance, ...]:
    """All soles planted, whole and by the toe in turn, a little off their touchdown."""
    stances = []
    for k, sole in enumerate(posed.robot.soles):
        corners = posed.positions(np.full(4, sole.joint), sole.corners)
        whole = k % 2 == 0
        normal = np.array([*rng.normal(scale=0.05, size=2), 1.0])
        normal /= np.linalg.norm(normal)
        point = corners[2:].mean(axis=0) + rng.normal(scale=0.003, size=3)
        down = Stance(sole, whole, point, normal).planted(corners)
        heading = None if down.heading is None else readonly(down.heading)
        touchdown = Touchdown(readonly(down.toe), heading)
        stances.append(Stance(sole, whole, readonly(point), readonly(normal), touchdown=touchdown))
    return tuple(stances)


def _eased(posed: Configuration) -> tuple[SoleApproach, ...]:
    """All edges of all soles a tenth of a second from the surface under them."""
    sole_approaches = []
    for sole in posed.robot.soles:
        middle = posed.positions(np.full(4, sole.joint), sole.corners).mean(axis=0)
        point, normal = readonly(middle * [1.0, 1.0, 0.0]), readonly([0.0, 0.0, 1.0])
        sole_approaches += [
            SoleApproach(sole, edge, 0.08, point, normal, place=readonly(point[:2]))
            for edge in (slice(0, 2), slice(2, 4))
        ]
    return tuple(sole_approaches)


def _touching(posed: Configuration, obstacle: Obstacle, pose: Array) -> tuple[Contact, ...]:
    """The first hand touches the obstacle, the second is about to; a pad touches the ground."""
    contacts = []
    for k, hand in enumerate(posed.robot.hands):
        palm = posed.positions(np.array([hand.joint]), hand.point[None])[0]
        middle = readonly(hand.point - 0.03 * hand.normal)
        normal = readonly([0.6, 0.0, -0.8])
        hold = Hold(middle, readonly(palm - 0.05), readonly(palm + 0.02), normal, k == 0)
        place, time = readonly(palm + 0.03), 0.05 * k
        contacts.append(Contact(hand, obstacle, pose, place, time, 0.02, hold))
    for pad in list(posed.robot.pads.values())[:1]:
        contacts.append(Contact(pad, None, readonly(poses.IDENTITY), None))
    return tuple(contacts)


def _orientation_targets(
    posed: Configuration, rng: np.random.Generator
) -> tuple[OrientationTarget, ...]:
    """All parts are to be turned by some ten degrees."""
    turned = (Rotation.from_rotvec(rng.normal(scale=0.1, size=3)) for _ in posed.robot.parts)
    return tuple(
        OrientationTarget(
            part, readonly(turn.as_matrix() @ posed.rotations[part.joint] @ part.axes)
        )
        for part, turn in zip(posed.robot.parts, turned, strict=True)
    )


def _box_at_hand(posed: Configuration) -> tuple[Obstacle, Array]:
    """A tilted box that is two centimetres from the robot, before its left hand."""
    obstacle = Obstacle.from_shape("box", Shape.box((0.3, 0.25, 0.2)))
    hand = posed.landmarks()[LANDMARKS.index("left_hand")]
    turned = np.array([0.13, 0.09, 0.2, 1.0])
    pose = np.array([*hand, *(turned / np.linalg.norm(turned))])
    forward = poses.matrix(posed.q[:7])[:, 0]
    for reach in np.arange(0.0, 1.0, 0.005):
        pose[:3] = hand + reach * forward
        near = distances_to_obstacle(posed, obstacle, pose, 0.05)
        if near.distance.min(initial=np.inf) > 0.02:
            break
    return obstacle, readonly(pose)


def _readonly(target: LaplacianTarget) -> LaplacianTarget:
    return LaplacianTarget(readonly(target.factor), readonly(target.offset), target.constant)
