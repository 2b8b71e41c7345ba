"""Pairs of the robot's own hulls that must stay apart, and how deep they overlap."""

from __future__ import annotations

import numpy as np

from kinemesh.motion import Shape, poses
from kinemesh.motion.arrays import Array
from kinemesh.robot import Configuration, Obstacle, RobotModel, near_obstacle

_NEIGHBOURS = 3
"""Hulls whose joints are at most this many joints apart may overlap by design."""


class SelfPairs:
    """All pairs of hulls further than three joints apart in the tree and apart at rest.

    Broad phase: bounding spheres, then separating planes (the facets of either hull; the plane
    that parted a pair in the last frame is tried first). Only pairs that no facet parts reach
    the narrow phase.
    """

    def __init__(self, robot: RobotModel) -> None:
        self.robot = robot
        shapes = [Shape.convex(hull.vertices) for hull in robot.hulls]
        self._planes = [np.unique(np.round(shape.parts[0].planes, 9), axis=0) for shape in shapes]
        self._obstacles = [
            Obstacle.of(hull.link, shape) for hull, shape in zip(robot.hulls, shapes, strict=True)
        ]
        far = _tree_distance(robot.support) > _NEIGHBOURS
        joints = robot.hull_table.joints
        first, second = np.triu_indices(len(joints), 1)
        kept = far[joints[first], joints[second]]
        self._last: dict[tuple[int, int], tuple[int, int]] = {}
        self.first, self.second = first[kept], second[kept]
        overlap = self._overlaps(robot.configuration(robot.rest))
        apart = np.array(
            [(int(a), int(b)) not in overlap for a, b in zip(self.first, self.second, strict=True)],
            dtype=bool,
        )
        self.first, self.second = self.first[apart], self.second[apart]
        """The two hulls of each pair ``(P,)``."""

    def deepest(self, configuration: Configuration) -> tuple[float, str]:
        """Deepest overlap [m] of any pair, and the two links; ``(0, "")`` where there is none."""
        overlap = self._overlaps(configuration)
        if not overlap:
            return 0.0, ""
        (a, b), depth = max(overlap.items(), key=lambda item: item[1])
        return depth, f"{self.robot.hulls[a].link} and {self.robot.hulls[b].link}"

    def _overlaps(self, configuration: Configuration) -> dict[tuple[int, int], float]:
        """Depth [m] of every pair that overlaps."""
        table = self.robot.hull_table
        centres = configuration.positions(table.joints, table.centres)
        distance = np.linalg.norm(centres[self.first] - centres[self.second], axis=1)
        near = distance < table.radii[self.first] + table.radii[self.second]
        found: dict[int, list[int]] = {}
        for a, b in zip(self.first[near], self.second[near], strict=True):
            if not self._parted(configuration, int(a), int(b)):
                found.setdefault(int(a), []).append(int(b))
        result: dict[tuple[int, int], float] = {}
        for a, others in found.items():
            joint = self.robot.hulls[a].joint
            pose = poses.from_matrix(
                configuration.rotations[joint], configuration.translations[joint]
            )
            hits = near_obstacle(configuration, self._obstacles[a], pose, 0.0)
            for hull, gap in zip(hits.hulls, hits.distance, strict=True):
                if int(hull) in others and gap < 0.0:
                    result[a, int(hull)] = max(-float(gap), result.get((a, int(hull)), 0.0))
        return result

    def _parted(self, configuration: Configuration, a: int, b: int) -> bool:
        """Whether a facet plane of one hull has the whole other hull on its far side."""
        known = self._last.get((a, b))
        if known is not None:
            side, row = known
            owner, other = ((a, b), (b, a))[side]
            if self._levels(configuration, owner, other, slice(row, row + 1)).max() > 0.0:
                return True
        for side, (owner, other) in enumerate(((a, b), (b, a))):
            level = self._levels(configuration, owner, other, slice(None))
            row = int(np.argmax(level))
            if level[row] > 0.0:
                self._last[a, b] = (side, row)
                return True
        return False

    def _levels(self, configuration: Configuration, owner: int, other: int, rows: slice) -> Array:
        """Distance ``(F,)`` [m] of the nearest vertex of ``other`` from each plane of ``owner``."""
        planes = self._planes[owner][rows]
        mine, theirs = self.robot.hulls[owner], self.robot.hulls[other]
        rotation = configuration.rotations[mine.joint].T
        shift = configuration.translations[theirs.joint] - configuration.translations[mine.joint]
        turn = rotation @ configuration.rotations[theirs.joint]
        vertices = theirs.vertices @ turn.T + rotation @ shift
        return np.asarray((planes[:, :3] @ vertices.T).min(axis=1) + planes[:, 3])


def _tree_distance(support: Array) -> Array:
    """Joints between any two joints ``(njoints, njoints)``, from who moves whom.

    Joint i is moved by the velocities of all its ancestors: the path between two joints has
    as many joints as their chains do not share.
    """
    # The free-flyer's six velocities are one joint.
    chain = np.hstack([support[:, :1], support[:, 6:]])
    shared = chain @ chain.T
    depth = chain.sum(axis=1)
    return np.asarray(depth[:, None] + depth[None, :] - 2.0 * shared)
