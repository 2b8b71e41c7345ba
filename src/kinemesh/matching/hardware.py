"""Robots that differ in their hardware and not in their joints, which a file does not tell apart.

Unitree's G1 comes with a waist of two kinds and the same joint names: what was made for one is
judged on the other by nobody's fault. Where feet and hands are deeper in the ground as one robot
than as another, it was made for the other. G1's two have the same legs and soles: only hands on
the ground tell them.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.motion import Trajectory
from kinemesh.robot import RobotModel, configurations, link_poses, robot_names
from kinemesh.robot.shipped import robots_folder

_CLEARLY = 2e-3
"""One robot fits clearly where every other is deeper in the ground by this much [m]."""

_FRAMES = 1000
"""So many frames are looked at, spread over the motion."""

_DEEP = 99.0
"""The depth that counts is this percentile over frames."""


@dataclass(frozen=True)
class Family:
    """Robots with the same joints, and how deep each is in the ground in one motion."""

    taken: str
    """The robot that was assumed."""
    depths: dict[str, float]
    """Robot to how deep its lowest hull is under z = 0 [m]."""

    @property
    def fits(self) -> str | None:
        """The robot that clearly fits; None where nothing tells."""
        first, second = sorted(self.depths, key=lambda name: self.depths[name])[:2]
        return first if self.depths[second] - self.depths[first] >= _CLEARLY else None

    @property
    def note(self) -> str:
        """Which was taken, and whether that is known."""
        others = ", ".join(name for name in self.depths if name != self.taken)
        told = "nothing on the ground tells them apart: unsure"
        if self.fits is not None:
            told = f"what is on the ground fits {self.fits}"
        return (
            f"hardware: {self.taken} (assumed); {others} has the same joints and other bodies, "
            f"and {told}; robot= names the one"
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """That another one fits; empty where this does, or nothing tells."""
        if self.fits in (None, self.taken):
            return ()
        return (
            f"the motion is {1e3 * self.depths[self.taken]:.1f} mm under the ground as "
            f"{self.taken}, which is assumed, and {1e3 * self.depths[str(self.fits)]:.1f} as "
            f"{self.fits}, which has the same joints: it was made for that; give "
            f"robot={self.fits!r}",
        )


def family_of(trajectory: Trajectory, taken: RobotModel) -> Family | None:
    """How a motion stands on the ground as each shipped robot of these joints.

    None where ``taken`` is the only one.
    """
    others = _others(taken)
    if not others:
        return None
    models = [taken, *map(RobotModel.load, others)]
    return Family(taken.name, {model.name: _depth(trajectory, model) for model in models})


def _others(taken: RobotModel) -> Sequence[str]:
    if taken.name not in robot_names():
        return ()
    return [
        name
        for name in robot_names()
        if name != taken.name and _joints(name) == set(taken.joint_names)
    ]


def _joints(name: str) -> set[str]:
    """The moving joints of a shipped robot, by its URDF alone: loading it takes a second."""
    (urdf,) = (robots_folder() / name).glob("*.urdf")
    joints = ElementTree.parse(urdf).getroot().findall("joint")
    return {joint.get("name", "") for joint in joints if joint.get("type") != "fixed"}


def _depth(trajectory: Trajectory, robot: RobotModel) -> float:
    """How deep the lowest hull is under z = 0 [m], at least 0."""
    q = configurations(trajectory, robot)
    links = link_poses(robot, q[:: max(1, len(q) // _FRAMES)])
    table = robot.hull_table
    lowest = np.full(len(links), np.inf)
    for joint in np.unique(table.vertex_joints):
        heights = _heights(links[:, joint - 1], table.vertices[table.vertex_joints == joint])
        lowest = np.minimum(lowest, heights.min(axis=1))
    return max(0.0, float(np.percentile(-lowest, _DEEP)))


def _heights(link: Array, points: Array) -> Array:
    """Heights ``(T, M)`` [m] of points ``(M, 3)`` of a link with poses ``(T, 7)``."""
    return np.asarray(link[:, 2:3] + poses.matrix(link)[:, 2] @ points.T)
