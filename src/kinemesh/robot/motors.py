"""Motors: how stiff each joint's servo is, what its rotor weighs, and what torque it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh._files import toml
from kinemesh.arrays import Array, readonly
from kinemesh.errors import RobotError

_SPAN = 1.5
"""A servo of which nothing is known asks for all of its torque this far off [rad]."""
_PACE = 2.0 * np.pi * 10.0
"""Natural frequency [rad/s] of a servo with its rotor alone,"""
_RATIO = 2.0
"""and its damping ratio: those by which BeyondMimic's gains are made."""
_KINDS = {"joints": list, "stiffness": float, "damping": float, "armature": float, "effort": float}
_MOST = 1e6
"""No joint has a larger figure, in any of the units."""


@dataclass(frozen=True)
class MotorEntry:
    """What ``robot.toml`` says of one kind of motor; None where it does not."""

    where: str
    """File and table, for messages."""
    joints: tuple[str, ...]
    """Names of joints; ``*`` stands for any text."""
    stiffness: float | None = None
    """[N m/rad]."""
    damping: float | None = None
    """[N m s/rad]."""
    armature: float | None = None
    """Inertia of the rotor as the joint feels it [kg m^2]."""
    effort: float | None = None
    """Largest torque [N m]."""


@dataclass(frozen=True, eq=False)
class Motors:
    r"""A robot's position servos, :math:`\tau = k (u - q) - d \dot q` within the effort.

    What ``robot.toml`` leaves out follows from what it says: the effort is the URDF's; of
    stiffness k and armature a one gives the other by the natural frequency of 10 Hz,
    :math:`k = a (2 \pi 10)^2`; with neither, k is effort / 1.5 rad; and
    :math:`d = 4 a (2 \pi 10)`, a damping ratio of 2.
    """

    stiffness: Array
    """``(n,)`` [N m/rad]."""
    damping: Array
    """``(n,)`` [N m s/rad]."""
    armature: Array
    """Inertia of the rotor as the joint feels it ``(n,)`` [kg m^2]."""
    effort: Array
    """Largest torque ``(n,)`` [N m]; the URDF's where the robot states no other."""
    stated: NDArray[np.bool_]
    """Of which joints ``robot.toml`` says something ``(n,)``."""

    @classmethod
    def of(cls, joints: Sequence[str], effort: Array, entries: Sequence[MotorEntry]) -> Motors:
        """Those of ``joints``, by the URDF's efforts ``(n,)`` [N m] and ``[motors]``.

        Raises:
            RobotError: a name fits no joint, or two entries name the same one.
        """
        owners: dict[str, MotorEntry] = {}
        for entry in entries:
            for pattern in entry.joints:
                found = [name for name in joints if fnmatchcase(name, pattern)]
                if not found:
                    raise RobotError(
                        f"{entry.where}: joints names {pattern!r}; the robot's joints are "
                        f"{', '.join(joints)}"
                    )
                for name in found:
                    if owners.setdefault(name, entry) is not entry:
                        raise RobotError(
                            f"{entry.where}: joints names {name!r}, which "
                            f"{owners[name].where} names too"
                        )
        rows = [_figures(owners.get(n), float(e)) for n, e in zip(joints, effort, strict=True)]
        columns = np.array(rows, dtype=np.float64).reshape(-1, 4).T
        stiffness, damping, armature, effort = (readonly(column) for column in columns)
        stated = readonly([name in owners for name in joints], np.bool_)
        return cls(stiffness, damping, armature, effort, stated)

    def kept(self, places: NDArray[np.int64]) -> Motors:
        """Those of some joints, by their places ``(m,)``."""
        return Motors(
            readonly(self.stiffness[places]),
            readonly(self.damping[places]),
            readonly(self.armature[places]),
            readonly(self.effort[places]),
            readonly(self.stated[places], np.bool_),
        )


def motor_entries(path: Path, table: Mapping[str, Any]) -> tuple[MotorEntry, ...]:
    """``[motors]`` of the ``robot.toml`` at ``path``: one table for each kind of motor.

    Raises:
        RobotError: an unknown key, a value of another kind, or one that cannot be.
    """
    entries = []
    for name, entry in table.items():
        where = f"{path}: [motors.{name}]"
        if not isinstance(entry, Mapping):
            raise RobotError(f"{path}: motors.{name} = {str(entry)[:60]}; expected a table")
        figures = toml.values(where, entry, _KINDS, needed=("joints",), error=RobotError)
        joints = figures.pop("joints")
        if not joints or not all(isinstance(joint, str) for joint in joints):
            raise RobotError(f"{where}: joints = {str(joints)[:60]}; expected names of joints")
        for key, value in figures.items():
            if not (0.0 < value <= _MOST or (value == 0.0 and key == "damping")):
                raise RobotError(f"{where}: {key} = {value}; expected more than 0, up to {_MOST:g}")
        entries.append(MotorEntry(where, tuple(joints), **figures))
    return tuple(entries)


def _figures(entry: MotorEntry | None, effort: float) -> tuple[float, float, float, float]:
    """Stiffness, damping, armature and effort of a joint whose effort the URDF gives."""
    said = MotorEntry("", ()) if entry is None else entry
    effort = effort if said.effort is None else said.effort
    stiffness, armature = said.stiffness, said.armature
    if stiffness is None:
        stiffness = effort / _SPAN if armature is None else armature * _PACE**2
    if armature is None:
        armature = stiffness / _PACE**2
    damping = 2.0 * _RATIO * armature * _PACE if said.damping is None else said.damping
    return stiffness, damping, armature, effort
