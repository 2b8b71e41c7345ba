"""What happened when a simulated robot followed a trajectory."""

from __future__ import annotations

from dataclasses import dataclass

from kinemesh.arrays import Array, locked, readonly
from kinemesh.motion import Scene, Trajectory


@dataclass(frozen=True, eq=False)
class Simulated:
    """A motion as it happened: positions, velocities, torques, forces; and how far off it was.

    All arrays have T frames at the reference's rate, up to where it ended.
    """

    followed: bool
    """Whether the robot, and all props, stayed near the reference to its end."""
    ended: float
    """When it ended [s]: the reference's last frame, or where it was lost."""
    reason: str
    """Why it ended before the reference did, in words; empty where it was followed."""
    seed: int
    """Of the controller's random numbers."""
    trajectory: Trajectory
    """What the robot did; the joints in the robot's order."""
    scene: Scene
    """The scene, props on the tracks that they went along."""
    velocities: Array
    """``(T, 6 + n)``: the base's linear velocity in the world's axes [m/s], its angular velocity in
    the base's own axes [rad/s], then the joints' [rad/s]: MuJoCo's convention of a free joint."""
    torques: Array
    """Of the motors ``(T, n)`` [N m], the mean since the frame before; joints that follow others
    have no motor."""
    contacts: tuple[tuple[str, str], ...]
    """Who touched what in any frame: K pairs of a link's or a prop's name, and a thing's
    (``motion.GROUND``, the terrain or a prop)."""
    forces: Array
    """On the first of each pair ``(T, K, 3)`` [N] in the world's axes, the mean since the frame
    before."""
    points: Array
    """Where it acts ``(T, K, 3)`` [m] in the world: the mean of the contacts' places by their
    normal force; NaN where nothing touched."""
    body_error: Array
    """Mean distance of the landmarks from where the reference has them ``(T,)`` [m]."""
    prop_error: Array | None
    """Distance of the props' centres of mass from the reference's, the worst prop's ``(T,)`` [m];
    None where nothing moves."""
    saturated: float
    """Share of motors and time steps in which a torque was at its limit [1]."""

    def __post_init__(self) -> None:
        for name in ("velocities", "torques", "forces", "points", "body_error"):
            object.__setattr__(self, name, readonly(getattr(self, name)))
        if self.prop_error is not None:
            object.__setattr__(self, "prop_error", readonly(self.prop_error))

    __setstate__ = locked

    def __repr__(self) -> str:
        end = "followed" if self.followed else self.reason
        return (
            f"Simulated({self.trajectory.robot!r}, {len(self.trajectory)} frames, {end}, "
            f"body error {self.body_error.mean() * 100.0:.1f} cm)"
        )
