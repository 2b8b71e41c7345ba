"""Pairs of the robot's own hulls that must stay apart, and how deep they overlap."""

from __future__ import annotations

import numpy as np

from kinemesh.metrics.geometry.kinematics import PosedRobot, pose_robot
from kinemesh.metrics.geometry.narrow_phase import meet
from kinemesh.metrics.geometry.polytope import Polytope, body_of
from kinemesh.robot.model import RobotModel

_NEIGHBOURS = 3
"""Hulls whose joints are at most this many joints apart may overlap by design."""


class SelfPairs:
    """All pairs of hulls further than three joints apart in the tree and apart at rest.

    Broad phase: bounding spheres, then the plane that parted a pair in the last frame. What these
    leave is the narrow phase's.
    """

    def __init__(self, robot: RobotModel) -> None:
        self.robot = robot
        self._bodies = [body_of(hull) for hull in robot.hulls]
        far = robot.tree_distance > _NEIGHBOURS
        joints = robot.hull_table.joints
        first, second = np.triu_indices(len(joints), 1)
        kept = far[joints[first], joints[second]]
        self._last: dict[tuple[int, int], tuple[bool, int]] = {}
        self.first, self.second = first[kept], second[kept]
        overlap = self._overlaps(next(pose_robot(robot, robot.rest[None])))
        apart = np.array(
            [(int(a), int(b)) not in overlap for a, b in zip(self.first, self.second, strict=True)],
            dtype=bool,
        )
        self.first, self.second = self.first[apart], self.second[apart]
        """The two hulls of each pair ``(P,)``."""

    def deepest(self, posed: PosedRobot) -> tuple[float, str]:
        """Deepest overlap [m] of any pair, and the two links; ``(0, "")`` where there is none."""
        overlap = self._overlaps(posed)
        if not overlap:
            return 0.0, ""
        (a, b), depth = max(overlap.items(), key=lambda item: item[1])
        return depth, f"{self.robot.hulls[a].link} and {self.robot.hulls[b].link}"

    def _overlaps(self, posed: PosedRobot) -> dict[tuple[int, int], float]:
        """Depth [m] of every pair that overlaps."""
        table = self.robot.hull_table
        centres = posed.positions(table.joints, table.centres)
        distance = np.linalg.norm(centres[self.first] - centres[self.second], axis=1)
        near = distance < table.radii[self.first] + table.radii[self.second]
        moved: dict[int, Polytope] = {}
        result: dict[tuple[int, int], float] = {}
        for a, b in zip(self.first[near].tolist(), self.second[near].tolist(), strict=True):
            first, second = (self._placed(posed, hull, moved) for hull in (a, b))
            if self._parted(first, second, (a, b)):
                continue
            met = meet(first, second, 0.0)
            if met is not None and met.distance < 0.0:
                result[a, b] = -met.distance
        return result

    def _placed(self, posed: PosedRobot, hull: int, moved: dict[int, Polytope]) -> Polytope:
        """A hull in the world; ``moved`` keeps what was worked out in this frame."""
        if hull not in moved:
            joint = self.robot.hulls[hull].joint
            moved[hull] = self._bodies[hull].moved(
                posed.rotations[joint], posed.translations[joint]
            )
        return moved[hull]

    def _parted(self, first: Polytope, second: Polytope, pair: tuple[int, int]) -> bool:
        """Whether a facet has the whole other hull on its far side; the last one comes first."""
        known = self._last.get(pair)
        if known is not None:
            owner, other = (second, first) if known[0] else (first, second)
            plane = owner.planes[known[1]]
            if (other.vertices @ plane[:3]).min() + plane[3] > 0.0:
                return True
        for back, (owner, other) in enumerate(((first, second), (second, first))):
            levels = (owner.planes[:, :3] @ other.vertices.T).min(axis=1) + owner.planes[:, 3]
            row = int(np.argmax(levels))
            if levels[row] > 0.0:
                self._last[pair] = bool(back), row
                return True
        return False
