"""``evaluate``: one call from a trajectory, whoever made it, to its score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from kinemesh.arguments import function
from kinemesh.matching.matched import MotionLike, match
from kinemesh.metrics import Limits, Score, Surfaces
from kinemesh.motion import Clip, Scene
from kinemesh.robot import RobotModel


def evaluate(
    motion: MotionLike,
    recording: Clip | str | Path | None = None,
    *,
    robot: RobotModel | str | Path | None = None,
    scene: Scene | None = None,
    object: str | Path | None = None,
    terrain: str | Path | None = None,
    decompose: bool = False,
    height: float | None = None,
    mass: Mapping[str, float] | float | None = None,
    fps: float | None = None,
    recording_fps: float | None = None,
    limits: Limits | None = None,
    surfaces: Surfaces | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Score:
    """Judge a trajectory, whoever made it, as ``kinemesh evaluate`` does.

    The rows and the verdict are those of docs/metrics.md; ``notes`` and ``warnings`` of the score
    say what was found in putting motion, recording and scene together. Without a recording, given
    or carried, what is the person's to say is not judged and the verdict is unsure, or fail.

    Args:
        motion: a result; a trajectory; what :func:`read_trajectory` gives; or a path to a file, or
            a folder, of any layout in docs/formats.md.
        recording: the clip that it answers, or the path of one; what the motion carries if left
            out.
        robot: whose motion it is; the motion's own if left out, else g1.
        scene: what the robot met, at its real size; the motion's own, or the recording's scaled,
            if left out.
        object: shape of the object that the file, or the recording at a path, tracks.
        terrain: shape of what was climbed, at human scale.
        decompose: cut these shapes into convex parts where they are not convex.
        height: the person's height [m]; the recording's, or estimated, if left out.
        mass: of the robot's props by name, or of the only one [kg]; what the scene says, else by
            their size, if left out.
        fps: frames per second [1/s] of the trajectory's file, where it does not say.
        recording_fps: frames per second [1/s] of the recording's file, where it does not say.
        limits: where the verdict draws its lines; ``Limits()`` if left out.
        surfaces: what was made ready of shapes for another score; one ``metrics.Surfaces()`` may
            be handed to all scores of one scene.
        progress: called with (steps done, steps in all).

    Raises:
        ReadError: a file is no trajectory, no recording, or damaged.
        ClipError: the motion is not as long as the recording, or not this robot's.
        RobotError: the robot is not known.
        OptionError: arguments that do not go together.
        TypeError: an argument of another kind.

    Examples:
        >>> score = kinemesh.evaluate(kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)))
        >>> score["limits.joint_excess"].passed
        True
    """
    function("progress", progress)
    matched = match(
        motion,
        recording,
        robot=robot,
        scene=scene,
        object=object,
        terrain=terrain,
        decompose=decompose,
        height=height,
        mass=mass,
        fps=fps,
        recording_fps=recording_fps,
    )
    return matched.score(limits, surfaces, progress)
