"""A robot as its file describes it: links, joints and points of their surfaces, no meaning yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array, readonly
from kinemesh.description.tree import named_once, ordered
from kinemesh.errors import RobotError
from kinemesh.geometry import poses
from kinemesh.robot.following import Follower, agree, settled

TURNING = "revolute"
SLIDING = "prismatic"
FIXED = "fixed"


@dataclass(frozen=True, eq=False)
class Link:
    """A rigid body."""

    name: str
    mass: float
    """[kg]."""
    centre: Array
    """Centre of mass ``(3,)`` [m] in the link's frame."""
    inertia: Array
    """About the centre of mass, in the link's axes ``(3, 3)`` [kg m^2]."""
    solids: tuple[Array, ...] = ()
    """Points ``(N, 3)`` [m] of each piece of its surface, in the link's frame."""


@dataclass(frozen=True, eq=False)
class Joint:
    """What a link hangs on."""

    name: str
    kind: str
    """``revolute``, ``prismatic`` or ``fixed``."""
    parent: str
    child: str
    origin: Array
    """Pose ``(7,)`` of the child at zero, in the parent's frame."""
    axis: Array
    """Unit axis ``(3,)`` in the child's frame."""
    lower: float = -np.pi
    """[rad], [m]."""
    upper: float = np.pi
    """[rad], [m]."""
    velocity: float | None = None
    """Largest speed [rad/s]; None where the file does not say."""
    effort: float | None = None
    """Largest torque [N m]; None where the file does not say."""
    follows: Follower | None = None
    """What it follows, where it does not move by itself."""


@dataclass(frozen=True, eq=False)
class Source:
    """A tree of links, parents before children.

    Raises:
        RobotError: names that stand twice, links that do not form one tree.
    """

    path: Path
    """The file, for messages."""
    links: tuple[Link, ...]
    joints: tuple[Joint, ...]
    """Joint k carries link k + 1."""
    notes: tuple[str, ...] = ()
    """What was left out or assumed in reading."""
    order: Mapping[str, int] = field(init=False)
    """Link to its place in :attr:`links`."""
    parents: NDArray[np.int64] = field(init=False)
    """The link that each hangs on ``(L,)``; -1 for the root."""
    _carried: Mapping[str, int] = field(init=False)
    """Joint to the link that it carries."""

    def __post_init__(self) -> None:
        order = {link.name: k for k, link in enumerate(self.links)}
        object.__setattr__(self, "order", order)
        parents = [-1, *(order[joint.parent] for joint in self.joints)]
        object.__setattr__(self, "parents", readonly(parents, np.int64))
        carried = {joint.name: k for k, joint in enumerate(self.joints, start=1)}
        object.__setattr__(self, "_carried", carried)

    def followed(self, q: Array) -> Array:
        """``q`` ``(L,)``, joints that follow others where they then are."""
        result = np.array(q)
        for k, joint in enumerate(self.joints, start=1):
            if joint.follows is not None:
                lead = result[self._carried[joint.follows.leader]]
                result[k] = joint.follows.factor * lead + joint.follows.offset
        return result

    def joint_of(self, link: int) -> Joint:
        """The joint that carries a link other than the root."""
        return self.joints[link - 1]

    def moves(self, link: int) -> bool:
        """Whether a joint that can move carries ``link``."""
        return link > 0 and self.joint_of(link).kind != FIXED

    @property
    def moving(self) -> list[int]:
        """Links that a joint can move."""
        return [k for k in range(1, len(self.links)) if self.moves(k)]

    def children(self, link: int) -> list[int]:
        """Links that hang on ``link``."""
        return [int(k) for k in np.flatnonzero(self.parents == link)]

    def below(self, link: int) -> list[int]:
        """``link`` and all that hangs on it."""
        found = [link]
        for k in found:
            found += self.children(k)
        return found

    def rigid(self, link: int) -> list[int]:
        """``link`` and all that is fixed to it, downwards."""
        found = [link]
        for k in found:
            found += [c for c in self.children(k) if not self.moves(c)]
        return found

    def chain(self, link: int) -> list[int]:
        """From the root to ``link``."""
        way = [link]
        while self.parents[way[-1]] >= 0:
            way.append(int(self.parents[way[-1]]))
        return way[::-1]

    def frames(self, q: Array | None = None) -> tuple[Array, Array]:
        """Rotations ``(L, 3, 3)`` and origins ``(L, 3)`` [m] of all links in the root's frame.

        Args:
            q: what the joint above each link is at ``(L,)`` [rad], [m]; zero if left out.
                What follows another joint is where that has it.
        """
        q = self.followed(np.zeros(len(self.links)) if q is None else q)
        turns, places = np.zeros((len(self.links), 3, 3)), np.zeros((len(self.links), 3))
        turns[0] = np.eye(3)
        for k, joint in enumerate(self.joints, start=1):
            up = int(self.parents[k])
            turn = poses.matrix(joint.origin)
            shift = joint.origin[:3]
            if joint.kind == TURNING and q[k] != 0.0:
                turn = turn @ Rotation.from_rotvec(q[k] * joint.axis).as_matrix()
            elif joint.kind == SLIDING:
                shift = shift + turn @ joint.axis * q[k]
            turns[k] = turns[up] @ turn
            places[k] = places[up] + turns[up] @ shift
        return turns, places

    def points(self, link: int, frames: tuple[Array, Array]) -> Array:
        """Points ``(N, 3)`` [m] of a link's surface in the root's frame."""
        solids = self.links[link].solids
        if not solids:
            return np.zeros((0, 3))
        turns, places = frames
        return np.asarray(np.concatenate(solids) @ turns[link].T + places[link])

    def cloud(self, links: Sequence[int], frames: tuple[Array, Array]) -> Array:
        """Points ``(N, 3)`` [m] of several links in the root's frame."""
        return np.concatenate([np.zeros((0, 3)), *(self.points(k, frames) for k in links)])

    def centre_of_mass(self, frames: tuple[Array, Array]) -> Array:
        """``(3,)`` [m] in the root's frame."""
        turns, places = frames
        masses = np.array([link.mass for link in self.links])
        centres = np.array(
            [turns[k] @ link.centre + places[k] for k, link in enumerate(self.links)]
        )
        if masses.sum() <= 0.0:
            return np.asarray(centres.mean(axis=0))
        return np.asarray(masses @ centres / masses.sum())


def arranged(
    path: Path, links: Sequence[Link], joints: Sequence[Joint], notes: Sequence[str] = ()
) -> Source:
    """Links and joints in any order as a tree, parents first.

    Raises:
        RobotError: two of one name, a link that hangs on two joints (a closed loop) or on
            itself, an unknown link, several roots.
    """
    named_once(path.name, "joint", [joint.name for joint in joints], RobotError)
    root, order = ordered(path.name, [link.name for link in links], joints, RobotError)
    known = {link.name: link for link in links}
    tree = (known[root], *(known[joint.child] for joint in order))
    return Source(path, tree, _following(path, order), tuple(notes))


def _following(path: Path, joints: Sequence[Joint]) -> tuple[Joint, ...]:
    """Joints with followers of what moves by itself, and ranges that agree.

    Raises:
        RobotError: one follows a joint that is not there, or itself in the end.
    """
    known = {joint.name: joint for joint in joints}
    followers = {j.name: j.follows for j in joints if j.follows is not None and j.kind != FIXED}
    for name, follower in followers.items():
        if follower.leader not in known or known[follower.leader].kind == FIXED:
            raise RobotError(
                f"{path.name}: joint {name!r} follows {follower.leader!r}, which is no joint that "
                f"moves; expected one, or joint {name!r} fixed"
            )
    followers = settled(followers, path.name)
    lower, upper = (np.array([getattr(j, end) for j in joints]) for end in ("lower", "upper"))
    speed = np.array([np.inf if j.velocity is None else j.velocity for j in joints])
    agree([j.name for j in joints], followers, lower, upper, speed)
    return tuple(
        replace(
            joint,
            lower=float(low),
            upper=float(high),
            velocity=float(fast) if np.isfinite(fast) else None,
            follows=followers.get(joint.name),
        )
        for joint, low, high, fast in zip(joints, lower, upper, speed, strict=True)
    )
