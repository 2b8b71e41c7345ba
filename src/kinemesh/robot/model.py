"""Robot models: a folder with a URDF, collision hulls and ``robot.toml``, loaded once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import flag, path, several
from kinemesh.arrays import Array, readonly
from kinemesh.errors import RobotError
from kinemesh.robot.description import Description, read_description
from kinemesh.robot.following import locked_together
from kinemesh.robot.freezing import locked_angles, without
from kinemesh.robot.kinematic_model import KinematicModel
from kinemesh.robot.kinematics import Kinematics
from kinemesh.robot.motors import Motors
from kinemesh.robot.oriented_links import find_oriented_links
from kinemesh.robot.reach import find_reach
from kinemesh.robot.selfcollision import self_pairs
from kinemesh.robot.shipped import robots_folder


class RobotModel(KinematicModel):
    """A robot, ready to be posed: kinematics, landmarks, soles, hulls, limits, rest posture.

    Built by :meth:`load`. Read-only after construction; one model may serve many clips and
    threads.

    Attributes:
        name: the robot's name.
        height: standing height [m], to which people are scaled.
        joint_names: actuated joints in the order of ``q[7:]``.
        lower, upper: joint limits ``(n,)`` [rad], tightened by ``robot.toml``.
        velocity: joint velocity limits ``(n,)`` [rad/s].
        effort: joint effort limits ``(n,)`` [N m], the URDF's.
        motors: gains, rotors and torques of the joints' servos.
        followers: joints that follow others, as ``<mimic>`` says; every step keeps them.
        coupling: ``(nv, nu)``, orthonormal columns: the steps that followers leave; None for all.
        rest: rest configuration ``(nq,)``, soles on z = 0, facing +x.
        posture: weight ``(n,)`` of each joint's pull to rest.
        landmark_joints, landmark_offsets: joint index ``(K,)`` and place ``(K, 3)`` [m].
        soles: the feet's soles.
        hands: the hands, where ``robot.toml`` names them.
        pads: what else touches and bears, by the part of the body (:data:`kinemesh.motion.PARTS`).
        hulls: the collision hulls; ``hull_table`` holds the same in flat arrays.
        parts: torso, feet and hands, which can be turned as a person's are.
        neighbours: hulls within this many joints of each other may overlap.
        self_pairs: pairs of hulls ``(P, 2)`` that must stay apart.
        listed: what formats list of this robot that do not list every link, by format:
            body to link and place ``(3,)`` [m].
        support: ``(njoints, nv)`` of 0 and 1: which velocities move which joint.
        tree_distance: ``(njoints, njoints)``, how many joints lie between two.
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
        super().__init__(without(description, locked), locked, fixed_base)
        self.whole: RobotModel = self if whole is None else whole
        self.compiled = compiled
        self.motors: Motors = (
            Motors.of(self.joint_names, self.effort, description.motors)
            if whole is None
            else whole.motors.kept(readonly(self._places(whole), np.int64))
        )
        self._kept: NDArray[np.int64] = np.arange(self.nq)
        self._frozen: Array = np.zeros(self.nq)
        self.parts = find_oriented_links(self)
        self.reach = find_reach(self, self.parts)
        if self.fixed_base:  # feet that nothing moves are not to be planted
            self.soles = tuple(s for s in self.soles if self.support[s.joint, 6:].any())
        pairs = self_pairs(self, self.neighbours) if whole is None else whole.self_pairs
        pairs = pairs.astype(np.int64)  # none at all are no integers yet
        joints = self.hull_table.joints
        self.self_pairs = readonly(pairs[joints[pairs[:, 0]] != joints[pairs[:, 1]]], np.int64)

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

        Examples:
            >>> kinemesh.RobotModel.load("g1")
            RobotModel('g1', 29 joints, 1.32 m)
            >>> robot = kinemesh.RobotModel.load("g1", limits={"left_knee_joint": (0.0, 1.0)})
            >>> float(robot.upper[robot.joint_names.index("left_knee_joint")])  # [rad]
            1.0
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

    def configuration(self, q: Array) -> Configuration:
        """The robot at ``q`` ``(nq,)``, kinematics done.

        Examples:
            >>> robot = kinemesh.RobotModel.load("g1")
            >>> robot.configuration(robot.rest).landmarks().shape  # (K, 3) [m]
            (15, 3)
        """
        return Configuration(self, q)

    def expanded(self, q: Array) -> Array:
        """Configurations ``(T, nq)`` with the locked joints in their places ``(T, whole.nq)``.

        Examples:
            >>> robot = kinemesh.RobotModel.load("g1").frozen(["waist"])
            >>> robot.expanded(robot.rest[None]).shape, robot.rest.shape
            ((1, 36), (33,))
        """
        if self.whole is self:
            return q
        rows = np.tile(self._frozen, (len(q), 1))
        rows[:, self._kept] = q
        return rows

    def shortened(self, q: Array) -> Array:
        """Configurations ``(T, whole.nq)`` without the locked joints ``(T, nq)``.

        Examples:
            >>> robot = kinemesh.RobotModel.load("g1").frozen(["waist"])
            >>> robot.shortened(robot.whole.rest[None]).shape
            (1, 33)
        """
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

        Examples:
            >>> robot = kinemesh.RobotModel.load("g1").frozen(["legs", "waist"])
            >>> robot, robot.fixed_base
            (RobotModel('g1', 14 joints, 1.32 m), True)
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
        model._kept = np.array([*range(7), *(7 + k for k in model._places(self.whole))])
        frozen = np.array(self.expanded(self.rest[None])[0])
        for name, angle in angles.items():
            frozen[7 + self.whole.joint_names.index(name)] = angle
        model._frozen = readonly(frozen)
        return model

    def _places(self, whole: RobotModel) -> list[int]:
        """Where the joints are among those of the ``whole`` robot."""
        return [whole.joint_names.index(name) for name in self.joint_names]


class Configuration(Kinematics):
    """The robot at ``q``, kinematics done: a value, which is never changed."""

    __slots__ = ()

    robot: RobotModel
    """Whose it is."""
