"""When the person's feet stand and hands and other parts touch, and when the robot's do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import readonly
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.limb_hulls import limb_hulls
from kinemesh.metrics.geometry.solid import Solid, props_of, terrain_of
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.metrics.person import touches
from kinemesh.metrics.person.bodies import on_bodies
from kinemesh.metrics.person.human import Flags, Hands, lasting, speed, standing
from kinemesh.metrics.person.support import support_height
from kinemesh.motion import GROUND, Clip, Scene, Trajectory
from kinemesh.robot.model import RobotModel

STANDS = 0.01
"""A robot's foot stands while the middle of its toe edge is within this [m] of its surface ..."""
STILL = 0.05
"""... and slower than this [m/s], for 0.2 s."""
TOUCHES = 0.02
"""A robot's hand touches what is within this [m] of its hulls."""
RESTS = 0.01
"""Another part rests on what is within this [m] of it."""
_REACH = 0.05


@dataclass(frozen=True, eq=False)
class Touching:
    """One limb on one thing, the person's and the robot's."""

    name: str
    """``left foot stands``, ``right hand on largebox``."""
    person: Flags | None
    """When the person's does ``(T,)``; None: not known without the clip."""
    robot: Flags
    """When the robot's does ``(T,)``."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "robot", readonly(self.robot, np.bool_))
        if self.person is not None:
            object.__setattr__(self, "person", readonly(self.person, np.bool_))


def timeline(
    trajectory: Trajectory, robot: RobotModel, *, scene: Scene, clip: Clip | None = None
) -> tuple[Touching, ...]:
    """Feet, hands and other parts on things, read from person and robot by the ruler's rules.

    Of other parts than feet and hands those that the person rests on.

    Args:
        trajectory: the robot's motion.
        robot: whose it is.
        scene: the robot's scene.
        clip: the person's motion, frame for frame; None: the person's side is not known.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> touching = kinemesh.metrics.timeline(result.trajectory, robot, scene=result.scene)
        >>> [one.name for one in touching]
        ['left foot stands', 'right foot stands']
    """
    posed = KinematicTrajectory(trajectory, robot)
    surfaces = Surfaces()
    hands = None if clip is None else Hands(clip, surfaces)
    rows = []
    for sole in robot.soles:
        toe = posed.corners(sole.name)[:, 2:].mean(axis=1)
        height = np.abs(toe[:, 2] - support_height(scene, toe, surfaces, _REACH))
        stands = lasting((height < STANDS) & (speed(toe, posed.fps) < STILL), posed.fps)
        person = None if clip is None else standing(clip, sole.name, surfaces).toe
        rows.append(Touching(f"{sole.name} foot stands", person, stands))
    terrain = terrain_of(scene, surfaces)
    for solid in (*props_of(scene, surfaces), *([] if terrain is None else [terrain])):
        for side in SIDES:
            near = _touches(posed, solid, side)
            person = None if hands is None else person_touches(hands, solid.name, side)
            if near.any() or (person is not None and person.any()):
                rows.append(Touching(f"{side} hand on {solid.name}", person, near))
    if hands is not None:
        rows += _rests(posed, scene, hands, surfaces)
    return tuple(rows)


def _rests(
    posed: KinematicTrajectory, scene: Scene, hands: Hands, surfaces: Surfaces
) -> Iterator[Touching]:
    """Other parts on what the person's rest on; the robot's only where it is known which hulls."""
    solids = {
        one.name: one for one in (*props_of(scene, surfaces), terrain_of(scene, surfaces)) if one
    }
    for touch in on_bodies(hands):
        limb = limb_hulls(posed.robot, touch.part)
        near = np.zeros(len(posed), dtype=bool)
        if limb is not None and touch.thing == GROUND and scene.ground is not None:
            near = np.abs(limb.over(posed, scene.ground)) <= RESTS
        elif limb is not None and touch.thing in solids:
            near = np.abs(limb.gaps(posed, solids[touch.thing], np.arange(len(posed)))) <= RESTS
        yield Touching(f"{touch.part.replace('_', ' ')} on {touch.thing}", touch.flags, near)


def _touches(posed: KinematicTrajectory, solid: Solid, side: str) -> Flags:
    """When the robot's hand is within 20 mm of a solid ``(T,)``."""
    hulls = posed.hand_hulls(side)
    table = posed.robot.hull_table
    low, high = solid.shape.bounds
    flags = np.zeros(len(posed), dtype=bool)
    for k, configuration in enumerate(posed.configurations):
        centres = configuration.positions(table.joints[hulls], table.centres[hulls])
        local = poses.apply(poses.inverse(solid.pose(k)), centres)
        outside = np.linalg.norm(np.maximum(np.maximum(low - local, local - high), 0.0), axis=1)
        if np.any(outside - table.radii[hulls] < TOUCHES):
            flags[k] = solid.gap(configuration, k, hulls)[0] <= TOUCHES
    return flags


def person_touches(hands: Hands, name: str, side: str, *, labelled: bool = True) -> Flags:
    """When the person's hand touches a prop or the terrain ``(T,)``, as the ruler's rows say.

    If not ``labelled``, whatever the clip's labels say.
    """
    clip = hands.clip
    if clip.scene.terrain is not None and clip.scene.terrain.name == name:
        return touches.on_terrain(hands, side).flags
    known = touches.on_props(hands, side, labelled=labelled).get(name)
    return np.zeros(len(clip), dtype=bool) if known is None else known.flags
