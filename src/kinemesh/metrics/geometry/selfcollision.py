"""Pairs of the robot's own hulls that must stay apart, and how deep they overlap."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.broad_phase import facet_levels
from kinemesh.metrics.geometry.kinematics import pose_robot
from kinemesh.metrics.geometry.narrow_phase import meet
from kinemesh.metrics.geometry.polytope import body_of
from kinemesh.robot.model import RobotModel

_NEIGHBOURS = 3
"""Hulls whose joints are at most this many joints apart may overlap by design."""
_SLACK = 1e-9
"""Bounds are worked out in another order than what they bound [m]."""


class SelfPairs:
    """All pairs of hulls further than three joints apart in the tree and apart at rest.

    Broad phase: bounding spheres, then the facets of both, in all frames at once. What these
    leave is the narrow phase's, the pair that may be deepest first.
    """

    def __init__(self, robot: RobotModel) -> None:
        self.robot = robot
        far = robot.tree_distance > _NEIGHBOURS
        joints = robot.hull_table.joints
        first, second = np.triu_indices(len(joints), 1)
        kept = far[joints[first], joints[second]]
        self.first, self.second = first[kept], second[kept]
        rest = next(pose_robot(robot, robot.rest[None]))
        overlap = self.overlaps(rest.rotations[None], rest.translations[None])
        apart = np.array([overlap[0].get(pair, 0.0) == 0.0 for pair in self._pairs()], dtype=bool)
        self.first, self.second = self.first[apart], self.second[apart]
        """The two hulls of each pair ``(P,)``."""

    def deepest(self, rotations: Array, translations: Array) -> tuple[Array, list[str]]:
        """Deepest overlap of any pair ``(T,)`` [m], and the two links; "" where there is none.

        Args:
            rotations: of every joint frame in the world ``(T, njoints, 3, 3)``.
            translations: of every joint frame ``(T, njoints, 3)`` [m].
        """
        depth, names = np.zeros(len(rotations)), [""] * len(rotations)
        hulls = self.robot.hulls
        for frame, pair, most in self._candidates(rotations, translations):
            if most > depth[frame]:
                found = self._overlap(pair, rotations[frame], translations[frame])
                if found > depth[frame]:
                    depth[frame] = found
                    names[frame] = " and ".join(hulls[hull].link for hull in pair)
        return depth, names

    def overlaps(
        self, rotations: Array, translations: Array
    ) -> tuple[dict[tuple[int, int], float], ...]:
        """Depth [m] of every pair that overlaps, frame by frame."""
        found = tuple[dict[tuple[int, int], float], ...]({} for _ in rotations)
        for frame, pair, _ in self._candidates(rotations, translations):
            depth = self._overlap(pair, rotations[frame], translations[frame])
            if depth > 0.0:
                found[frame][pair] = depth
        return found

    def _pairs(self) -> list[tuple[int, int]]:
        return list(zip(self.first.tolist(), self.second.tolist(), strict=True))

    def _candidates(
        self, rotations: Array, translations: Array
    ) -> list[tuple[int, tuple[int, int], float]]:
        """Frame and pair where no facet has the two apart, and how deep [m] they are at most.

        The pairs of a frame are together, that which may be deepest first.
        """
        table, found = self.robot.hull_table, list[tuple[int, tuple[int, int], float]]()
        turned = rotations[:, table.joints] @ table.centres[:, :, None]
        centres = turned[..., 0] + translations[:, table.joints]
        for a, b in self._pairs():
            away = np.linalg.norm(centres[:, a] - centres[:, b], axis=1)
            frames = np.flatnonzero(away < table.radii[a] + table.radii[b])
            if not len(frames):
                continue
            one, other = table.joints[a], table.joints[b]
            back = rotations[frames, one].transpose(0, 2, 1)
            apart = translations[frames, other] - translations[frames, one]
            levels = facet_levels(
                body_of(self.robot.hulls[a]),
                body_of(self.robot.hulls[b]),
                back @ rotations[frames, other],
                (back @ apart[:, :, None])[..., 0],
            )
            close = levels < _SLACK
            found += [
                (frame, (a, b), _SLACK - level)
                for frame, level in zip(frames[close].tolist(), levels[close].tolist(), strict=True)
            ]
        return sorted(found, key=lambda one: (one[0], -one[2]))

    def _overlap(self, pair: tuple[int, int], rotations: Array, translations: Array) -> float:
        """Depth [m] of two hulls in each other; 0 where they are apart."""
        first, second = (
            body_of(hull).moved(rotations[hull.joint], translations[hull.joint])
            for hull in (self.robot.hulls[k] for k in pair)
        )
        met = meet(first, second, 0.0)
        return 0.0 if met is None else max(0.0, -met.distance)
