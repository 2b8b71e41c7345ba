"""Where feet stand and what else touches, and where the robot is inside something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, readonly
from kinemesh.detection.bodies import detect_contacts
from kinemesh.detection.stance import detect_footing, stance_flags
from kinemesh.geometry import poses
from kinemesh.metrics import Score
from kinemesh.metrics.geometry.kinematics import PosedRobot, pose_robot
from kinemesh.metrics.geometry.solid import Solid, props_of, terrain_of
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.motion import Clip, Scene
from kinemesh.robot import Configuration, RobotModel, self_distances

_SEEN = 1e-3
"""What is deeper than this [m] is shown: where the ruler starts to count."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Contact:
    """A place of the robot that stands or touches, some of the time."""

    name: str
    """``left toe stands``, ``right hand on largebox``, ``left knee on ground``."""
    points: Array
    """Where it is ``(T, 3)`` [m]."""
    on: Flags
    """When it is in contact ``(T,)``."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", readonly(self.points))
        object.__setattr__(self, "on", readonly(self.on, np.bool_))


@dataclass(frozen=True)
class Penetration:
    """A link that is inside something in one frame."""

    frame: int
    """Which one, from 0."""
    link: str
    """The robot's link."""
    thing: str
    """What it is inside of: ``ground``, the name of a prop, of the terrain or of a link."""
    depth: float
    """How deep [m]."""
    point: tuple[float, float, float]
    """The deepest point in the world [m]."""


def contacts(
    robot: RobotModel,
    configurations: Sequence[Configuration],
    stance: Mapping[str, Flags],
    touch: Mapping[tuple[str, str], Flags],
) -> tuple[Contact, ...]:
    """Feet and other parts that are held, by flags ``(T,)`` as a result has them.

    A part is where its pad is: the centre of a palm, the joint of a knee. Those that the robot does
    not have are left out.
    """
    found = []
    for sole in robot.soles:
        for part, corners in (("toe", sole.corners[2:]), ("heel", sole.corners[:2])):
            flags = stance.get(f"{sole.name}_{part}")
            if flags is not None:
                points = _followed(configurations, sole.joint, corners.mean(axis=0))
                found.append(Contact(f"{sole.name} {part} stands", points, flags))
    pads = robot.touching
    for (name, thing), flags in touch.items():
        if name in pads:
            points = _followed(configurations, pads[name].joint, pads[name].point)
            found.append(Contact(f"{name.replace('_', ' ')} on {thing}", points, flags))
    return tuple(found)


def detected(clip: Clip) -> tuple[dict[str, Flags], dict[tuple[str, str], Flags]]:
    """When feet stand and what else touches: what a result says of itself, from the clip."""
    stance = stance_flags(detect_footing(clip))
    return stance, {(t.part, t.thing): t.touching for t in detect_contacts(clip)}


def penetrations(
    robot: RobotModel, configurations: Sequence[Configuration], scene: Scene, score: Score
) -> tuple[Penetration, ...]:
    """Every link that is more than 1 mm inside something, in the frames that ``score`` names."""
    found: list[Penetration] = []
    for frame in _frames(score, "ground"):
        found += _in_ground(robot, configurations[frame], frame, scene.ground or 0.0)
    surfaces = Surfaces()
    for kind, make in (("prop", props_of), ("terrain", _terrain_of)):
        frames = _frames(score, kind)
        for solid in make(scene, surfaces) if frames else ():
            posed = pose_robot(robot, np.array([configurations[k].q for k in frames]))
            for frame, placed in zip(frames, posed, strict=True):
                found += _in_solid(placed, frame, solid)
    for frame in _frames(score, "self"):
        near = self_distances(configurations[frame], robot.self_pairs, 0.0)
        for row in np.flatnonzero(near.distance < -_SEEN):
            first, second = (robot.hulls[k].link for k in near.pairs[row])
            point = near.points[row].mean(axis=0)
            for link, other in ((first, second), (second, first)):
                found.append(_penetration(frame, link, other, -near.distance[row], point))
    return tuple(sorted(found, key=lambda p: (p.frame, -p.depth)))


def _frames(score: Score, kind: str) -> list[int]:
    """Frames in which anything is more than 1 mm inside something of this kind."""
    rows = {measure.name: measure for measure in score}
    share = rows.get(f"penetration.{kind}.share")
    runs = () if share is None else share.frames
    return [k for first, last in runs for k in range(first, last + 1)]


def _followed(configurations: Sequence[Configuration], joint: int, offset: Array) -> Array:
    return np.array([c.rotations[joint] @ offset + c.translations[joint] for c in configurations])


def _in_ground(
    robot: RobotModel, configuration: Configuration, frame: int, height: float
) -> list[Penetration]:
    table = robot.hull_table
    world = configuration.positions(table.vertex_joints, table.vertices)
    found = []
    for hull, points in zip(robot.hulls, np.split(world, table.starts[1:]), strict=True):
        lowest = points[np.argmin(points[:, 2])]
        if lowest[2] < height - _SEEN:
            found.append(_penetration(frame, hull.link, "ground", height - lowest[2], lowest))
    return found


def _in_solid(robot: PosedRobot, frame: int, solid: Solid) -> list[Penetration]:
    depths, _ = solid.depths(robot, frame)
    found = []
    for hull in np.flatnonzero(depths > _SEEN):
        _, place = solid.gap(robot, frame, np.array([hull]))
        point = poses.apply(solid.pose(frame), place[None])[0]
        link = robot.robot.hulls[int(hull)].link
        found.append(_penetration(frame, link, solid.name, depths[hull], point))
    return found


def _terrain_of(scene: Scene, surfaces: Surfaces) -> tuple[Solid, ...]:
    solid = terrain_of(scene, surfaces)
    return () if solid is None else (solid,)


def _penetration(frame: int, link: str, thing: str, depth: float, point: Array) -> Penetration:
    x, y, z = (float(v) for v in point)
    return Penetration(frame, link, thing, float(depth), (x, y, z))
