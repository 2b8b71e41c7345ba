"""Whom the robot follows: the person in its own proportions, or scaled as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from kinemesh.arguments import choice
from kinemesh.arrays import Array
from kinemesh.detection.detected import Detected
from kinemesh.detection.joined import joined
from kinemesh.detection.resting import Resting
from kinemesh.errors import ClipError
from kinemesh.motion import LANDMARKS, Clip, Scene
from kinemesh.problem.hands import hand_grasps
from kinemesh.problem.person.bearers import bearers
from kinemesh.problem.person.holding import held_offset
from kinemesh.problem.person.planting import planted
from kinemesh.problem.person.proportions import SIDES, flat_slopes, leg_ratio, proportioned
from kinemesh.problem.person.reaching import reaching
from kinemesh.problem.scaling import scaled_scene
from kinemesh.robot import RobotModel

Proportions = Literal["robot", "person"]
"""Whose lengths the person has whom the robot follows: the robot's, or her own, scaled."""
PROPORTIONS: tuple[Proportions, ...] = get_args(Proportions)
"""Whose lengths the person may have whom the robot follows."""


@dataclass(frozen=True, eq=False)
class Followed:
    """A person in the robot's world, and the scene there."""

    scale: float
    """Of the robot's world against the person's."""
    landmarks: Array
    """``(T, K, 3)`` [m]: where the mesh has the person."""
    figures: Array | None
    """``(T, K, 3)`` [m]: the same, arms not reaching further than they do in the recording; None
    where the person is scaled as a whole."""
    home: Scene
    """The demonstration's scene as the robot meets it."""
    scene: Scene
    """The scene that the robot is to meet: the same, or another."""
    resting: Resting
    """What rests on what in the demonstration's."""
    rests: Mapping[str, tuple[float, float]]
    """By foot, heights [m] of ankle and toe while they rest."""


def followed(
    clip: Clip,
    robot: RobotModel,
    wanted: Scene,
    detected: Detected,
    proportions: Proportions,
    scale: float | None,
) -> Followed:
    """Whom the robot follows through a clip.

    Args:
        clip: the demonstration.
        robot: who follows.
        wanted: the scene to meet, at human scale.
        detected: stances and touches of the clip.
        proportions: ``"robot"``: directions and footsteps are the person's, lengths the robot's,
            and the world is scaled as the legs are; ``"person"``: the person is scaled by stature,
            as OmniRetarget does.
        scale: in the place of that.

    Raises:
        ClipError: other proportions.
    """
    choice("proportions", proportions, PROPORTIONS, ClipError)
    person = clip.landmarks()
    rest = robot.configuration(robot.rest).landmarks()
    if scale is None:
        scale = leg_ratio(person, rest) if proportions == "robot" else robot.height / clip.stature
    fps, resting = clip.fps, Resting.in_scene(clip.scene, clip.fps)
    own = None if wanted is clip.scene else Resting.in_scene(wanted, fps)
    joints = joined(clip.scene, resting)
    others = None if own is None else joined(wanted, own)

    def scenes(offsets: Mapping[str, Array]) -> tuple[Scene, Scene]:
        home = scaled_scene(clip.scene, scale, fps, offsets=offsets, resting=resting, joints=joints)
        if own is None:
            return home, home
        return home, scaled_scene(wanted, scale, fps, offsets=offsets, resting=own, joints=others)

    home, scene = scenes({})
    if proportions == "person":
        flat = {side: (foot.ankle_height * scale, 0.0) for side, foot in detected.footing.items()}
        return Followed(scale, person * scale, None, home, scene, resting, flat)
    body = proportioned(person, rest, scale, flat_slopes(person, detected.footing))
    bear = bearers(robot, clip, home, detected.touches, scale, body)
    body = planted(body, person * scale, rest, detected.footing, home, clip.fps, bear)
    grasps = hand_grasps(robot, clip, home, detected.touches, scale, body)
    offsets = {
        prop.name: held_offset(prop, grasps.get(prop.name, ()), resting.rests(k))
        for k, prop in enumerate(home.props)
        if prop.limb_of is None
    }
    home, scene = scenes(offsets)
    grasps = hand_grasps(robot, clip, home, detected.touches, scale, body)
    marks = {name: float(rest[k, 2]) for k, name in enumerate(LANDMARKS)}
    return Followed(
        scale,
        reaching(body, rest, [grasp for of_one in grasps.values() for grasp in of_one]),
        body,
        home,
        scene,
        resting,
        {side: (marks[f"{side}_ankle"], marks[f"{side}_toe"]) for side in SIDES},
    )
