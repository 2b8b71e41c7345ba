"""What a motion asks of its contacts: the wrench that each free body lacks, by Newton and Euler."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.kinematics import centres_of_mass, inverse_dynamics, pose_robot
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.mechanics.filtered import rates, turning
from kinemesh.motion import LANDMARKS, Prop
from kinemesh.motion.inertia import Inertia
from kinemesh.robot.model import RobotModel

GRAVITY = 9.81
"""[m/s^2], as Pinocchio has it."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """The wrench that contacts must give a body, gravity taken off, about its centre of mass."""

    mass: float
    """[kg]."""
    centres: Array
    """Centre of mass over time ``(T, 3)`` [m]."""
    forces: Array
    """World ``(T, 3)`` [N]."""
    moments: Array
    """World, about :attr:`centres` ``(T, 3)`` [N m]."""

    @property
    def weight(self) -> float:
        """[N]."""
        return self.mass * GRAVITY


@dataclass(frozen=True, eq=False)
class Moving:
    """A robot's velocities and accelerations in Pinocchio's tangent space."""

    velocity: Array
    """``(T, nv)`` [m/s], [rad/s], in the base's own axes."""
    acceleration: Array
    """``(T, nv)`` [m/s^2], [rad/s^2]."""


def moving(posed: KinematicTrajectory) -> Moving:
    """Filtered rates of the robot; where its base goes and turns is filtered in the world."""
    places, turns = posed.translations[:, 1], posed.rotations[:, 1]
    going, spin = rates(np.diff(places, axis=0), posed.fps), turning(turns, posed.fps)
    joints = rates(np.diff(posed.joints, axis=0), posed.fps)
    own = np.stack([going.velocity, spin.velocity, going.acceleration, spin.acceleration], axis=1)
    velocity, turning_, forward, turn = np.moveaxis(own @ turns, 1, 0)
    forward = forward - np.cross(turning_, velocity)
    return Moving(
        np.hstack([velocity, turning_, joints.velocity]),
        np.hstack([forward, turn, joints.acceleration]),
    )


def of_robot(posed: KinematicTrajectory, motion: Moving) -> tuple[Wanted, Array]:
    """What the robot's base lacks, and the torques ``(T, n)`` [N m] that its joints would need.

    Contacts must give the one; what they push has to be taken from the others.
    """
    robot, turns = posed.robot, posed.rotations[:, 1]
    asked = inverse_dynamics(robot, posed.q, motion.velocity, motion.acceleration)
    centres = centres_of_mass(robot, posed.q)
    forces, moments = np.moveaxis(asked[:, :6].reshape(-1, 2, 3) @ turns.transpose(0, 2, 1), 1, 0)
    moments = moments + np.cross(posed.translations[:, 1] - centres, forces)
    return Wanted(_mass(robot), centres, forces, moments), asked[:, 6:]


def _mass(robot: RobotModel) -> float:
    """Of the whole robot [kg], by the masses of its URDF."""
    return float(sum(inertia.mass for inertia in robot.pin_model.inertias))


def of_prop(prop: Prop, fps: float) -> Wanted:
    """What a prop lacks as it goes along its track."""
    body, turns = Inertia.of(prop), poses.matrix(prop.track)
    centres = prop.track[:, :3] + turns @ body.centre
    going, spin = rates(np.diff(centres, axis=0), fps), turning(turns, fps)
    tensors = turns @ body.tensor @ turns.transpose(0, 2, 1)
    momentum = (tensors @ spin.velocity[..., None])[..., 0]
    moments = (tensors @ spin.acceleration[..., None])[..., 0]
    forces = body.mass * (going.acceleration + np.array([0.0, 0.0, GRAVITY]))
    return Wanted(body.mass, centres, forces, moments + np.cross(spin.velocity, momentum))


def leg(robot: RobotModel) -> float:
    """Length of the robot's thigh and shank [m], the mean of both sides: a moment's lever."""
    (rest,) = pose_robot(robot, robot.rest[None])
    marks = rest.landmarks()
    chains = [
        marks[[LANDMARKS.index(f"{side}_{name}") for name in ("hip", "knee", "ankle")]]
        for side in ("left", "right")
    ]
    return float(np.linalg.norm(np.diff(chains, axis=1), axis=2).sum()) / 2.0
