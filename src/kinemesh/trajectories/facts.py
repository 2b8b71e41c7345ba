"""What is so of every file of a format, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_POSES = {
    "p x y z w": (0, 1, 2, 3, 4, 5, 6),
    "p w x y z": (0, 1, 2, 4, 5, 6, 3),
    "w x y z p": (4, 5, 6, 1, 2, 3, 0),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """The facts of one format."""

    name: str
    keys: tuple[str, ...] = ()
    """The arrays that a file is known by."""
    names: tuple[str, ...] = ()
    """The lists of names that it is known by besides."""
    where: Mapping[str, str] = field(default_factory=dict)
    """The keys of ``place``, ``turn``, ``joints``, ``joint_rates``, ``root_rates``, ``bodies``,
    ``turns`` (those of bodies, if not with the root's), ``linear`` and ``angular``, as far as
    there are such."""
    quaternions: str = "w x y z"
    """Their order, ``w x y z`` or ``x y z w``; where there are none, ``none:`` and what is."""
    pose: str = ""
    """The order of a pose in a row of numbers, ``p`` the place; empty where none is in a row."""
    named_joints: bool = False
    """Whether columns of joints are named."""
    breadth_first: bool = False
    """Whether joints (and bodies without names) are in IsaacLab's order, not in MuJoCo's."""
    named_bodies: bool = True
    """Whether more than their order tells which body a column is."""
    centre_velocities: bool = False
    """Whether linear velocities of bodies are those of centres of mass, not of link origins."""
    degrees: bool = False
    """Whether angles are in degrees."""
    length: float = 1.0
    """The unit of length [m]."""
    fps: float | None = None
    """The rate [1/s] that its readers take for granted."""
    states_fps: bool = True
    """Whether the rate is in the file."""
    fps_shape: tuple[int, ...] | None = None
    """The shape of ``fps`` in the format's own files, where it is an array's."""
    props: int = 0
    """How many props it has room for."""
    joint_sets: bool = False
    """Whether it may have a part of a robot's joints."""
    twin: str | None = None
    """The format that it is taken for where the content alone tells and may be wrong."""
    remark: str | None = None
    """What lint says where the content alone told."""

    @property
    def usual_fps(self) -> float:
        """Frames per second [1/s] of files that do not state them."""
        return 30.0 if self.fps is None else self.fps

    @property
    def w_first(self) -> bool | None:
        """Whether quaternions have w first; None where there are none."""
        return None if self.quaternions.startswith("none") else self.quaternions.startswith("w")

    @property
    def pose_columns(self) -> tuple[int, ...]:
        """The columns of ``x y z qx qy qz qw`` in a row's pose."""
        return _POSES[self.pose]
