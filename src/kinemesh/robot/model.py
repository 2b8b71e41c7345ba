"""Robot models: a folder with a URDF, collision hulls and ``robot.toml``, loaded once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from kinemesh.arguments import flag, path, several
from kinemesh.arrays import Array, readonly
from kinemesh.errors import RobotError
from kinemesh.motion.skeleton import LANDMARKS
from kinemesh.robot.configuration import Configuration
from kinemesh.robot.description import Description, read_description
from kinemesh.robot.end_effectors import hands_of, placed, soles_of
from kinemesh.robot.following import (
    agree,
    coupling,
    driven,
    kept,
    load_urdf,
    locked_together,
)
from kinemesh.robot.freezing import locked_angles, reduced, without
from kinemesh.robot.hulls import HullTable, load_hulls
from kinemesh.robot.oriented_links import find_oriented_links
from kinemesh.robot.reach import find_reach
from kinemesh.robot.selfcollision import self_pairs
from kinemesh.robot.shipped import robots_folder

_UNBOUNDED = 1e3
"""A joint range wider than this [rad] is treated as no limit."""


class RobotModel:
    """A robot, ready to be posed: kinematics, landmarks, soles, hulls, limits, rest posture.

    Built by :meth:`load`. Read-only after construction; one model may serve many clips and
    threads.

    Attributes:
        name: the robot's name.
        height: standing height [m], to which people are scaled.
        joint_names: actuated joints in the order of ``q[7:]``.
        lower, upper: joint limits ``(n,)`` [rad], tightened by ``robot.toml``.
        velocity: joint velocity limits ``(n,)`` [rad/s].
        effort: joint effort limits ``(n,)`` [N m].
        followers: joints that follow others, as ``<mimic>`` says; every step keeps them.
        coupling: ``(nv, nu)``, orthonormal columns: the steps that followers leave; None for all.
        rest: rest configuration ``(nq,)``, soles on z = 0, facing +x.
        posture: weight ``(n,)`` of each joint's pull to rest.
        landmark_joints, landmark_offsets: joint index ``(K,)`` and place ``(K, 3)`` [m].
        soles: the feet's soles.
        hands: the hands, where ``robot.toml`` names them.
        hulls: the collision hulls; ``hull_table`` holds the same in flat arrays.
        parts: torso, feet and hands, which can be turned as a person's are.
        neighbours: hulls within this many joints of each other may overlap.
        self_pairs: pairs of hulls ``(P, 2)`` that must stay apart.
        listed: what formats list of this robot that do not list every link, by format:
            body to link and place ``(3,)`` [m].
        support: ``(njoints, nv)`` of 0 and 1: which velocities move which joint.
        reach: what the joints can do for landmarks and parts.
        fixed_base: whether the base does not move.
        whole: the robot with all its joints; itself where none is locked.
        compiled: whether the compiled kernel is wanted; None: where it was built.
    """

    def __init__(
        self,
        description: Description,
        compiled: bool | None = None,
        *,
        whole: RobotModel | None = None,
        locked: Mapping[str, float] | None = None,
        fixed_base: bool = False,
    ) -> None:
        self._locked = locked = dict(locked or {})
        self.description = without(description, locked)
        description = self.description
        self.whole: RobotModel = self if whole is None else whole
        self.fixed_base = fixed_base or description.fixed is not None
        self.name = description.name
        self.compiled = compiled
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
        self._local = threading.local()
        self._kept: NDArray[np.int64] = np.arange(self.nq)
        self._frozen: Array = np.zeros(self.nq)
        self.posture = self._by_joint(description.posture, "posture", 1.0)
        self.rest = self._rest(description)
        self.parts = find_oriented_links(self)
        self.reach = find_reach(self)
        if self.fixed_base:  # feet that nothing moves are not to be planted
            self.soles = tuple(s for s in self.soles if self.support[s.joint, 6:].any())
        pairs = self_pairs(self, description.neighbours) if whole is None else whole.self_pairs
        pairs = pairs.astype(np.int64)  # none at all are no integers yet
        joints = self.hull_table.joints
        self.self_pairs: NDArray[np.int64] = readonly(
            pairs[joints[pairs[:, 0]] != joints[pairs[:, 1]]], np.int64
        )

    @classmethod
    def load(
        cls,
        source: str | Path,
        *,
        mapping: str | Path | Mapping[str, Any] | None = None,
        limits: Mapping[str, tuple[float, float]] | None = None,
        compiled: bool | None = None,
    ) -> RobotModel:
        """Load a robot by name, by folder, or from any URDF with a mapping.

        Args:
            source: a name of :func:`robot_names`, a folder with a ``robot.toml``, or a URDF. The
                name of a shipped robot means that robot even where a folder has the same; the
                folder ``g1`` is ``./g1`` or a ``Path``.
            mapping: for a URDF, the contents of a ``robot.toml`` as a path or a dict.
            limits: joint name to (lower, upper) [rad], in place of the robot's own.
            compiled: whether the compiled kernel solves for it; left out: where it was built.

        Raises:
            RobotError: unknown name (lists the known ones), missing link, bad ``robot.toml``.
        """
        what = "a robot's name, a folder with a robot.toml, or a URDF"
        path("source", source, what, RobotError)
        if mapping is not None and not isinstance(mapping, Mapping):
            path("mapping", mapping, "a robot.toml, or its contents", RobotError)
        if compiled is not None:
            flag("compiled", compiled)
        return cls(read_description(source, robots_folder(), mapping, limits), compiled)

    def __repr__(self) -> str:
        return f"RobotModel({self.name!r}, {len(self.joint_names)} joints, {self.height} m)"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a RobotModel cannot be pickled; load it by name in each process")

    @cached_property
    def nq(self) -> int:
        """Length of a configuration."""
        return int(self.pin_model.nq)

    @cached_property
    def nv(self) -> int:
        """Length of a tangent step."""
        return int(self.pin_model.nv)

    def configuration(self, q: Array) -> Configuration:
        """The robot at ``q`` ``(nq,)``, kinematics done."""
        return Configuration(self, q)

    def difference(self, origin: Array, target: Array) -> Array:
        """Tangent ``(nv,)`` that leads from ``origin`` to ``target``, both ``(nq,)``."""
        return np.asarray(pin.difference(self.pin_model, origin, target))

    def integrate(self, q: Array, step: Array) -> Array:
        """``q (+) step`` for a tangent step ``(nv,)``."""
        return np.asarray(pin.integrate(self.pin_model, q, step))

    def landmark_points(self, *names: str) -> tuple[NDArray[np.int64], Array]:
        """Landmarks by name: joints ``(N,)``, and places in the joints' frames ``(N, 3)`` [m].

        Raises:
            RobotError: no landmark has that name.
        """
        unknown = [name for name in names if name not in LANDMARKS]
        if unknown:
            known = ", ".join(LANDMARKS)
            raise RobotError(f"unknown landmark {unknown[0]!r}; known are {known}")
        places = [LANDMARKS.index(name) for name in names]
        return self.landmark_joints[places], self.landmark_offsets[places]

    def scratch(self) -> Any:
        """Pinocchio's working memory, one per thread; whoever uses it copies what it needs."""
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
        """Angles ``(..., n)`` [rad], joints that follow others where they then are."""
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
        posed = Configuration(self, q)
        feet = [(np.full(4, sole.joint), sole.corners) for sole in self.soles]
        corners = [posed.positions(*foot)[:, 2].min() for foot in feet]
        if description.fixed is not None:
            q[2] = description.fixed
        else:
            q[2] -= min(corners)
        return readonly(q)

    def expanded(self, q: Array) -> Array:
        """Configurations ``(T, nq)`` with the locked joints in their places ``(T, whole.nq)``."""
        if self.whole is self:
            return q
        rows = np.tile(self._frozen, (len(q), 1))
        rows[:, self._kept] = q
        return rows

    def shortened(self, q: Array) -> Array:
        """Configurations ``(T, whole.nq)`` without the locked joints ``(T, nq)``."""
        return q if self.whole is self else np.asarray(q[:, self._kept])

    def frozen(self, what: Sequence[str], posture: Mapping[str, float] | None = None) -> RobotModel:
        """The robot with joints locked: its model has lost them.

        Args:
            what: joints by name, or ``legs`` (the base with them), ``arms``, ``waist``, ``head``,
                ``base``.
            posture: angle [rad] at which a joint is locked; rest where not named.

        Raises:
            RobotError: a name that is neither, an angle outside a joint's limits or of a joint
                that is not locked, or no joint is left.
        """
        words = several("what", (what,) if isinstance(what, str) else what, str, "joints or parts")
        angles = locked_together(self.followers, locked_angles(self, words, posture), self.name)
        base = self.fixed_base or "base" in words or "legs" in words
        if not angles and base == self.fixed_base:
            return self
        model = RobotModel(
            self.whole.description,
            self.compiled,
            whole=self.whole,
            locked={**self._locked, **angles},
            fixed_base=base,
        )
        model._kept = np.array(
            [*range(7), *(7 + self.whole.joint_names.index(n) for n in model.joint_names)]
        )
        frozen = np.array(self.expanded(self.rest[None])[0])
        for name, angle in angles.items():
            frozen[7 + self.whole.joint_names.index(name)] = angle
        model._frozen = readonly(frozen)
        return model
