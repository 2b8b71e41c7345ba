"""The moving links of a robot as plain data: what the layout of a file is stated in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, locked, readonly


@dataclass(frozen=True, eq=False)
class Bodies:
    """Named places of links that a format lists, in the format's order."""

    names: tuple[str, ...]
    """What the format calls them, ``N`` names."""
    carriers: NDArray[np.int64]
    """Which link carries each ``(N,)``."""
    offsets: Array
    """Where it is in that link's frame ``(N, 3)`` [m]; it turns as the link does."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "carriers", readonly(self.carriers, np.int64))
        object.__setattr__(self, "offsets", readonly(self.offsets))

    __setstate__ = locked


@dataclass(frozen=True, eq=False)
class Links:
    """The links that joints move, depth first with the root at the head: MuJoCo's order.

    A link's frame is its joint's frame. What is fixed to a link belongs to it.
    """

    robot: str
    """The robot's name."""
    names: tuple[str, ...]
    """Names of the ``B`` links; the first is the root."""
    parents: NDArray[np.int64]
    """The link that each hangs on ``(B,)``; -1 for the root."""
    joints: tuple[str, ...]
    """The joint that moves each link but the root: joint k moves link k + 1."""
    offsets: Array
    """Origin of each link in its parent's frame ``(B, 3)`` [m]."""
    turns: Array
    """Rotation of each link in its parent's frame at joint angle 0 ``(B, 3, 3)``."""
    axes: Array
    """Axis of each link's joint in the link's frame ``(B, 3)``; zero for the root."""
    centres: Array
    """Centre of mass of each link, with all that is fixed to it, in its frame ``(B, 3)`` [m]."""
    bodies: Mapping[str, Bodies] = field(default_factory=dict)
    """What formats list that do not list every link, by the format's name."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parents", readonly(self.parents, np.int64))
        for name in ("offsets", "turns", "axes", "centres"):
            object.__setattr__(self, name, readonly(getattr(self, name)))
        object.__setattr__(self, "bodies", MappingProxyType(dict(self.bodies)))

    def __len__(self) -> int:
        return len(self.names)

    def breadth_first(self) -> NDArray[np.int64]:
        """The links by depth, each level in the order of its parents: PhysX's order ``(B,)``."""
        level = [0]
        order: list[int] = []
        while level:
            order += level
            level = [int(k) for parent in level for k in np.flatnonzero(self.parents == parent)]
        return np.array(order, dtype=np.int64)

    def breadth_first_joints(self) -> NDArray[np.int64]:
        """The joints of :meth:`breadth_first`'s links ``(B - 1,)``: IsaacLab's order of joints."""
        return self.breadth_first()[1:] - 1

    def listed(self, format: str) -> Bodies:
        """What ``format`` lists; every link where the robot does not say."""
        if format in self.bodies:
            return self.bodies[format]
        return self.whole(range(len(self)))

    def whole(self, order: Sequence[int] | NDArray[np.int64]) -> Bodies:
        """The links of ``order`` themselves."""
        index = np.asarray(order, dtype=np.int64)
        return Bodies(tuple(self.names[k] for k in index), index, np.zeros((len(index), 3)))
