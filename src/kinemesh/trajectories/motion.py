"""What every writer draws from: a trajectory with all links, all props, and all velocities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arguments import FARTHEST, floats
from kinemesh.arrays import Array
from kinemesh.errors import WriteError
from kinemesh.geometry import poses
from kinemesh.motion import Prop, Terrain, Trajectory
from kinemesh.motion.links import Bodies, Links
from kinemesh.result import Result
from kinemesh.robot import (
    RobotModel,
    configurations,
    link_poses,
    link_velocities,
    links_of,
)
from kinemesh.trajectories import rates

Flags = NDArray[np.bool_]

_NUMBERS = 13
"""Of a link in every frame: its pose and its velocities."""


@dataclass(frozen=True, eq=False)
class Moving:
    """Bodies over time: where they are and how they move, all in the world frame."""

    poses: Array
    """Poses of the frames ``(T, N, 7)``, ``x y z qx qy qz qw``."""
    linear: Array
    """Velocities of the frames' origins ``(T, N, 3)`` [m/s]."""
    angular: Array
    """Angular velocities ``(T, N, 3)`` [rad/s]."""

    @property
    def positions(self) -> Array:
        """Origins ``(T, N, 3)`` [m]."""
        return np.asarray(self.poses[..., :3])

    @property
    def xyzw(self) -> Array:
        """Quaternions ``(T, N, 4)``, w last."""
        return np.asarray(self.poses[..., 3:])

    @property
    def wxyz(self) -> Array:
        """Quaternions ``(T, N, 4)``, w first."""
        return np.asarray(self.poses[..., [6, 3, 4, 5]])

    @property
    def qvel(self) -> Array:
        """The first body's ``(T, 6)`` as of MuJoCo's free joint: the turning in its own axes."""
        turn = Rotation.from_quat(self.xyzw[:, 0]).inv()
        return np.hstack([self.linear[:, 0], turn.apply(self.angular[:, 0])])

    @classmethod
    def from_poses(cls, poses: Array, fps: float) -> Moving:
        """The same poses ``(T, N, 7)`` with their velocities."""
        return cls(poses, rates.velocity(poses[..., :3], fps), rates.turning(poses[..., 3:], fps))


@dataclass(frozen=True, eq=False)
class Motion:
    """A robot's trajectory at the rate that it is to be written at."""

    links: Links
    """The robot's tree."""
    fps: float
    """Frames per second [1/s]."""
    base: Array
    """Poses of the root ``(T, 7)``."""
    joints: Array
    """Joint angles ``(T, n)`` [rad], in the order of ``links.joints``."""
    joint_velocity: Array
    """Their rates ``(T, n)`` [rad/s]."""
    moving: Moving
    """All links, in the order of ``links``."""
    props: Mapping[str, Moving] = field(default_factory=dict)
    """Each prop ``(T, 1, ...)``; its origin is that of its mesh."""
    things: Mapping[str, Prop] = field(default_factory=dict)
    """Shape and mass of props, of those that are known."""
    terrain: Terrain | None = None
    """What stands still, in the world frame, where it is known."""
    stance: Mapping[str, Flags] = field(default_factory=dict)
    """When feet stood ``(T,)``, by ``left`` and ``right``; empty where that is not known."""
    soles: Mapping[str, int] = field(default_factory=dict)
    """The link of each foot."""
    touch: Mapping[tuple[str, str], Flags] = field(default_factory=dict)
    """When parts of the body touched things ``(T,)``, by part and thing; empty where nothing did,
    and where that is not known, as stance is not then."""
    pads: Mapping[str, tuple[int, Array]] = field(default_factory=dict)
    """The link of each part that can touch, and the place ``(3,)`` [m] of the part in its frame."""
    landmarks: Array | None = None
    """The person's landmarks scaled to the robot ``(T, K, 3)`` [m], where they are known."""
    cost: float | None = None
    """Cost of the last frame, where it is known."""
    name: str = "motion"
    """What it is called in formats that name motions."""
    joint_set: str | None = None
    """The part of the joints that is to be written; all if None."""
    notes: tuple[str, ...] = ()
    """What was done on the way."""
    happened: bool = False
    """Whether velocities are those that a simulated robot had; else they are differences of what is
    written."""

    def __len__(self) -> int:
        return len(self.base)

    @property
    def stated_fps(self) -> float:
        """The rate [1/s], whole numbers as integers, as the tools themselves write."""
        return int(self.fps) if float(self.fps).is_integer() else self.fps

    @property
    def qvel(self) -> Array:
        """MuJoCo's ``qvel`` ``(T, 6 + n)``."""
        return np.hstack([self.moving.qvel, self.joint_velocity])

    def bodies(self, listed: Bodies) -> Moving:
        """The bodies of ``listed`` ``(T, N, ...)``, velocities those of their own origins."""
        poses = np.array(self.moving.poses[:, listed.carriers])
        arms = self._arms(listed.carriers, listed.offsets)
        poses[..., :3] += arms
        if self.happened:
            linear, angular = self._swept(listed.carriers, arms)
            return Moving(poses, linear, angular)
        return Moving.from_poses(poses, self.fps)

    def centre_velocity(self, order: NDArray[np.int64]) -> Array:
        """Velocities ``(T, N, 3)`` [m/s] of the centres of mass of the links of ``order``."""
        arms = self._arms(order, self.links.centres[order])
        if self.happened:
            return self._swept(order, arms)[0]
        return rates.velocity(self.moving.poses[:, order, :3] + arms, self.fps)

    def _swept(self, carriers: NDArray[np.int64], arms: Array) -> tuple[Array, Array]:
        """Velocities ``(T, N, 3)``, linear and angular, ``arms`` off the links' origins."""
        angular = self.moving.angular[:, carriers]
        return self.moving.linear[:, carriers] + np.cross(angular, arms), angular

    def _arms(self, carriers: NDArray[np.int64], offsets: Array) -> Array:
        """Places ``(N, 3)`` in the links' frames turned into the world ``(T, N, 3)``."""
        turned = self.moving.poses[:, carriers, 3:]
        spread = np.tile(offsets, (len(turned), 1))  # SciPy takes no read-only view
        return Rotation.from_quat(turned.reshape(-1, 4)).apply(spread).reshape(*turned.shape[:2], 3)


def motion_of(
    source: Result | Trajectory,
    robot: RobotModel,
    fps: float | None,
    tracks: Mapping[str, Array] | None,
    name: str | None,
) -> Motion:
    """``source`` at ``fps`` [1/s], or at its own rate, with everything that a writer may ask.

    Joints stay within the robot's limits where they did so before.

    Raises:
        WriteError: fewer than two frames, or a track of another length.
        ClipError: the trajectory is not this robot's.
    """
    result = source if isinstance(source, Result) else None
    trajectory = source.trajectory if isinstance(source, Result) else source
    q = configurations(trajectory, robot)
    order = np.array([trajectory.joint_names.index(n) for n in robot.joint_names], dtype=np.int64)
    if len(q) < 2:
        raise WriteError(f"the trajectory has {len(q)} frame; velocities need at least two")
    props = dict(tracks if tracks is not None else result.tracks if result else {})
    limbs = {p.name: p.limb_of for p in result.scene.props if p.limb_of} if result else {}
    for prop, track in props.items():
        floats(
            f"tracks[{prop!r}]", track, "finite poses (T, 7)", largest=FARTHEST, error=WriteError
        )
        if np.shape(track) != (len(q), 7):
            raise WriteError(
                f"the track of prop {prop!r} has shape {np.shape(track)} for {len(q)} frames; "
                f"expected ({len(q)}, 7)"
            )
    others = sorted({limbs[prop] for prop in props if prop in limbs})
    props = {prop: np.asarray(t, np.float64) for prop, t in props.items() if prop not in limbs}
    own = trajectory.fps
    rate = own if fps is None else float(fps)
    notes: tuple[str, ...] = ()
    same = rate == own
    links = links_of(robot)
    times = rates.instants(len(q), own, rate, 1 if same else _NUMBERS * len(links.names))
    if not same:
        notes = (
            f"resampled from {own:g} to {rate:g} frames/s: {len(q)} to {len(times)} frames",
            f"what held in the frames that were solved need not hold between them: retarget the "
            f"clip at {rate:g} frames/s (clip.resample, rate={rate:g}), or judge "
            f"what was written",
        )
        lower = np.minimum(robot.lower, q[:, 7:].min(axis=0))
        upper = np.maximum(robot.upper, q[:, 7:].max(axis=0))
        base = rates.tracks(q[:, :7], own, times)
        joints = np.clip(rates.places(q[:, 7:], own, times), lower, upper)
        q = np.hstack([base, joints])
        props = {prop: rates.tracks(track, own, times) for prop, track in props.items()}
    if others:
        notes = (*notes, f"left out: {', '.join(others)}, for other people are no objects")
    links_poses = link_poses(robot, q)
    links_poses[:, 0] = poses.normalised(q[:, :7])  # its own signs, not those of a matrix
    simulation = None if result is None else result.simulation
    if simulation is None:
        moving, joint_velocity = (
            Moving.from_poses(links_poses, rate),
            rates.velocity(q[:, 7:], rate),
        )
    else:
        v = simulation.velocities[:, [*range(6), *(6 + order)]]
        v = v if same else rates.places(v, own, times)
        moving, joint_velocity = Moving(links_poses, *link_velocities(robot, q, v)), v[:, 6:]
    motion = Motion(
        links,
        rate,
        np.array(moving.poses[:, 0]),
        np.array(q[:, 7:]),
        np.array(joint_velocity),
        moving,
        {prop: Moving.from_poses(track[:, None], rate) for prop, track in props.items()},
        soles={sole.name: sole.joint - 1 for sole in robot.soles},
        pads={part: (pad.joint - 1, pad.point) for part, pad in robot.touching.items()},
        name=name or (result.clip if result else robot.name),
        notes=notes,
        happened=simulation is not None,
    )
    return motion if result is None else _with_reports(motion, result, times, own)


def _with_reports(motion: Motion, result: Result, times: Array, fps: float) -> Motion:
    """The motion with what only a result knows: stance, touch, landmarks, cost."""
    stance = {
        side: rates.nearest(result.stance[f"{side}_toe"], fps, times)
        for side in motion.soles
        if f"{side}_toe" in result.stance
    }
    return replace(
        motion,
        things={prop.name: prop for prop in result.scene.objects},
        terrain=result.scene.terrain,
        stance=stance,
        touch={key: rates.nearest(flags, fps, times) for key, flags in result.touch.items()},
        landmarks=rates.places(result.landmarks, fps, times),
        cost=result.reports[-1].total if result.reports else None,
    )
