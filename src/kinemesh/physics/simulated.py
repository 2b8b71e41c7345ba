"""What happened when a simulated robot followed a trajectory."""

from __future__ import annotations

from dataclasses import dataclass

from kinemesh.motion import Scene, Trajectory
from kinemesh.result import Simulation


@dataclass(frozen=True, eq=False)
class Simulated(Simulation):
    """A motion as it happened: positions beside all that a :class:`Simulation` holds."""

    trajectory: Trajectory
    """What the robot did; the joints in the robot's order."""
    scene: Scene
    """The scene, props on the tracks that they went along."""

    def __repr__(self) -> str:
        end = "followed" if self.followed else self.reason
        return (
            f"Simulated({self.trajectory.robot!r}, {len(self.trajectory)} frames, {end}, "
            f"body error {self.body_error.mean() * 100.0:.1f} cm)"
        )
