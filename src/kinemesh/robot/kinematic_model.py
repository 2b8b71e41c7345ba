"""A robot's kinematics and extents, as its folder says them; what poses and distances stand on."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pinocchio as pin
from numpy.typing import ArrayLike, NDArray

from kinemesh.arguments import unknown
from kinemesh.arrays import Array, readonly
from kinemesh.errors import RobotError
from kinemesh.motion.skeleton import LANDMARKS
from kinemesh.robot.description import Description
from kinemesh.robot.end_effectors import Pad, hands_of, pads_of, placed, soles_of
from kinemesh.robot.following import agree, coupling, driven, kept
from kinemesh.robot.hulls import HullTable, load_hulls
from kinemesh.robot.urdf import load_urdf, reduced

_UNBOUNDED = 1e3
"""A joint range wider than this [rad] is treated as no limit."""


class KinematicModel:
    """The part of a :class:`~kinemesh.RobotModel` that is there before the robot is posed."""

    self_pairs: NDArray[np.int64]
    """Pairs of hulls ``(P, 2)`` that must stay apart: at rest they do, which is found by posing."""

    def __init__(
        self, description: Description, locked: Mapping[str, float], fixed_base: bool
    ) -> None:
        self.description = description
        self.fixed_base = fixed_base or description.fixed is not None
        self.name = description.name
        self.height = description.height
        self.listed = description.listed
        self.neighbours = description.neighbours
        loaded, followers = load_urdf(description.urdf)
        self.pin_model = reduced(loaded, locked)
        model = self.pin_model
        self.joint_names: tuple[str, ...] = tuple(model.names)[2:]
        for name in self.joint_names:
            if model.joints[model.getJointId(name)].nq != 1:
                raise RobotError(
                    f"robot {self.name!r}: joint {name!r} is not a plain revolute or sliding joint"
                )
        self.followers = kept(followers, locked)
        self.lower, self.upper, self.velocity = self._limits(description)
        self.coupling = coupling(6, self.joint_names, self.followers)
        self.effort = readonly(model.effortLimit[6:])
        self.support = self._support()
        # Two joints share the velocities that carry both; each joint here has one, the base six.
        chain = self.support[:, 5:]
        depth = chain.sum(axis=1)
        between = depth[:, None] + depth[None, :] - 2.0 * (chain @ chain.T)
        self.tree_distance: NDArray[np.int64] = readonly(between, np.int64)
        points = [
            placed(model, description, f"[landmarks] {k}", *description.landmarks[k])
            for k in LANDMARKS
        ]
        self.landmark_joints: NDArray[np.int64] = readonly([p[0] for p in points], np.int64)
        self.landmark_offsets = readonly(np.concatenate([p[1] for p in points]))
        self.hulls = load_hulls(model, description)
        self.soles = soles_of(model, description, self.hulls)
        self.hull_table = HullTable.from_hulls(self.hulls)
        self.hands = hands_of(model, description, self.hulls)
        self.pads = pads_of(description, self.hulls, self.landmark_points)
        self._local = threading.local()
        self.posture = self._by_joint(description.posture, "posture", 1.0)
        self.rest = self._rest(description)

    @property
    def touching(self) -> dict[str, Pad]:
        """All that touches, hands among it, by the part of the body."""
        return {**{f"{hand.name}_hand": hand for hand in self.hands}, **self.pads}

    @cached_property
    def nq(self) -> int:
        """Length of a configuration."""
        return int(self.pin_model.nq)

    @cached_property
    def nv(self) -> int:
        """Length of a tangent step."""
        return int(self.pin_model.nv)

    def difference(self, origin: Array, target: Array) -> Array:
        """Tangent ``(nv,)`` that leads from ``origin`` to ``target``, both ``(nq,)``.

        Examples:
            >>> robot = kinemesh.RobotModel.load("g1")
            >>> robot.difference(robot.rest, robot.rest).shape  # (nv,)
            (35,)
        """
        return np.asarray(pin.difference(self.pin_model, origin, target))

    def integrate(self, q: Array, step: Array) -> Array:
        """``q (+) step`` for a tangent step ``(nv,)``.

        Examples:
            >>> robot = kinemesh.RobotModel.load("g1")
            >>> step = np.eye(robot.nv)[2] * 0.1  # the base's z, 0.1 m up
            >>> round(float((robot.integrate(robot.rest, step) - robot.rest)[2]), 6)
            0.1
        """
        return np.asarray(pin.integrate(self.pin_model, q, step))

    def landmark_points(self, *names: str) -> tuple[NDArray[np.int64], Array]:
        """Landmarks by name: joints ``(N,)``, and places in the joints' frames ``(N, 3)`` [m].

        Raises:
            RobotError: no landmark has that name.

        Examples:
            >>> robot = kinemesh.RobotModel.load("g1")
            >>> joints, places = robot.landmark_points("left_hand", "right_hand")
            >>> joints.shape, places.shape
            ((2,), (2, 3))
        """
        strange = [name for name in names if name not in LANDMARKS]
        if strange:
            known = ", ".join(LANDMARKS)
            raise RobotError(
                f"unknown landmark {strange[0]!r}; known are {known}; of other points give link "
                f"and place, link_points(link, place)"
            )
        places = [LANDMARKS.index(name) for name in names]
        return self.landmark_joints[places], self.landmark_offsets[places]

    def link_points(self, link: str, *points: ArrayLike) -> tuple[NDArray[np.int64], Array]:
        """Points of a link, of its origin if none are given, as :meth:`landmark_points` has them.

        Args:
            link: a link of the robot's URDF.
            points: places in the link's frame, ``(3,)`` each [m].

        Returns:
            Joints ``(N,)``, and places in the joints' frames ``(N, 3)`` [m].

        Raises:
            RobotError: no link has that name; the message has those there are.

        Examples:
            >>> robot = kinemesh.RobotModel.load("g1")
            >>> joints, places = robot.link_points("head_link", (0.0, 0.0, 0.45))
            >>> joints.shape, places.shape
            ((1,), (1, 3))
        """
        if not self.pin_model.existFrame(link, pin.FrameType.BODY):
            body = int(pin.FrameType.BODY)
            links = [f.name for f in self.pin_model.frames if int(f.type) == body]
            unknown("link", link, links, RobotError)
        given = np.array(points or [np.zeros(3)], dtype=float).reshape(-1, 3)
        joint, places = placed(self.pin_model, self.description, "link_points", link, given)
        return np.full(len(places), joint), places

    def scratch(self) -> Any:
        """Pinocchio's working memory, one per thread; whoever uses it copies what it needs.

        Examples:
            >>> robot = kinemesh.RobotModel.load("g1")
            >>> robot.scratch() is robot.scratch()
            True
        """
        data = getattr(self._local, "data", None)
        if data is None:
            data = self._local.data = self.pin_model.createData()
        return data

    def _limits(self, description: Description) -> tuple[Array, Array, Array]:
        lower = np.array(self.pin_model.lowerPositionLimit[7:])
        upper = np.array(self.pin_model.upperPositionLimit[7:])
        lower[lower < -_UNBOUNDED], upper[upper > _UNBOUNDED] = -np.inf, np.inf
        for name, (low, high) in description.limits.items():
            k = self._joint_index(name, "limits")
            lower[k], upper[k] = max(lower[k], low), min(upper[k], high)
        velocity = np.array(self.pin_model.velocityLimit[6:])
        agree(self.joint_names, self.followers, lower, upper, velocity)
        if np.any(lower >= upper):
            bad = [n for n, a, b in zip(self.joint_names, lower, upper, strict=True) if a >= b]
            raise RobotError(f"robot {self.name!r}: no range is left for {', '.join(bad)}")
        return readonly(lower), readonly(upper), readonly(velocity)

    def followed(self, joints: Array) -> Array:
        """Angles ``(..., n)`` [rad], joints that follow others where they then are.

        Examples:
            >>> robot = kinemesh.RobotModel.load("g1")
            >>> robot.followed(robot.rest[7:]).shape  # as they are: none of g1's follows another
            (29,)
        """
        return driven(self.joint_names, self.followers, joints)

    def _joint_index(self, name: str, table: str) -> int:
        if name not in self.joint_names:
            raise RobotError(
                f"robot {self.name!r}: [{table}] names joint {name!r}; "
                f"its joints are {', '.join(self.joint_names)}"
            )
        return self.joint_names.index(name)

    def _by_joint(self, values: Mapping[str, float], table: str, default: float) -> Array:
        result = np.full(len(self.joint_names), default)
        for name, value in values.items():
            result[self._joint_index(name, table)] = value
        return readonly(result)

    def _support(self) -> Array:
        model = self.pin_model
        result = np.zeros((model.njoints, model.nv))
        for joint in range(1, model.njoints):
            for k in model.supports[joint]:
                if k:
                    start = model.idx_vs[int(k)]
                    result[joint, start : start + model.nvs[int(k)]] = 1.0
        return readonly(result)

    def _rest(self, description: Description) -> Array:
        """Rest posture with the lowest sole corner on z = 0."""
        q = pin.neutral(self.pin_model)
        q[7:] = self._by_joint(description.rest, "rest", 0.0)
        q[7:] = self.followed(np.clip(q[7:], self.lower, self.upper))
        if description.fixed is not None:
            q[2] = description.fixed
            return readonly(q)
        data = self.scratch()
        pin.forwardKinematics(self.pin_model, data, q)
        q[2] -= min(data.oMi[s.joint].act(p)[2] for s in self.soles for p in s.corners)
        return readonly(q)
