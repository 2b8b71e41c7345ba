"""What a retargeter is asked, checked at the door."""

from __future__ import annotations

from typing import Any

from kinemesh.arguments import function, given, instance
from kinemesh.detection.enclosed import check_outside
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Scene, Trajectory
from kinemesh.robot import RobotModel

A_CLIP = "a Clip; of a file, kinemesh.read(path) makes one"


def check_asked(
    robot: RobotModel, clip: Any, scene: Any, nominal: Any, progress: Any, on_frame: Any
) -> None:
    """Refuse what no robot, or not this one, can be asked.

    Raises:
        ClipError: clip, scene and nominal do not fit each other and the robot.
        TypeError: an argument of another kind.
    """
    instance("clip", clip, Clip, A_CLIP)
    given("scene", scene, Scene, "a Scene, or None for the clip's own")
    given("nominal", nominal, Trajectory, "a Trajectory, such as result.trajectory, or None")
    function("progress", progress)
    function("on_frame", on_frame)
    if nominal is not None and nominal.joint_names != robot.whole.joint_names:
        raise ClipError(
            f"the nominal trajectory has the joints of {nominal.robot!r}; "
            f"expected those of {robot.name!r}"
        )
    check_outside(clip)
    if robot.fixed_base and scene is not None:
        raise ClipError(
            f"{robot.name!r} does not move its base, and person and props are brought "
            f"to it together: put the other scene into the clip, and leave scene= out"
        )
