"""One call from a trajectory to what a simulated robot makes of it."""

from __future__ import annotations

from collections.abc import Callable

from kinemesh.motion import Scene, Trajectory
from kinemesh.physics.controller import Controller
from kinemesh.physics.simulated import Simulated
from kinemesh.robot import RobotModel

Progress = Callable[[int, int], None]


def simulate(
    trajectory: Trajectory,
    robot: RobotModel,
    *,
    scene: Scene | None = None,
    seed: int = 0,
    controller: Controller | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Simulated:
    """Let a robot whose motors are limited follow ``trajectory`` in MuJoCo.

    The same arguments give the same bytes, whatever the number of threads.

    Args:
        trajectory: what is to be followed.
        robot: whose joints these are.
        scene: ground, terrain and props of the robot's size, on tracks of the trajectory's length;
            props that move there are free bodies of their mass, others stand still. Level ground at
            z = 0 if left out.
        seed: of the controller's random numbers.
        controller: how hard it tries; ``Controller()`` if left out.
        threads: how many at once; as many as there are processors if left out.
        progress: called with (frames done, frames in all).

    Raises:
        MissingExtra: MuJoCo is not installed.
        ClipError: the joints are not the robot's, or the tracks are not as long as the trajectory.
        RobotError: a motor without a limit of its torque.
        OptionError: a seed or a number of threads that cannot be.
    """
    raise NotImplementedError
