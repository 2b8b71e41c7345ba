"""What there is to draw of a result, as plain values: no drawing library is known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, readonly
from kinemesh.errors import ClipError
from kinemesh.metrics import Score, Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.person.proportions import proportioned
from kinemesh.metrics.person.scale import world_scale
from kinemesh.motion import LANDMARKS, Clip, Prop, Scene, Trajectory
from kinemesh.motion.skeleton import BONES
from kinemesh.problem import scaled_scene
from kinemesh.result import Result
from kinemesh.robot import Configuration, RobotModel, configurations, link_poses
from kinemesh.viewer.coarse import coarser
from kinemesh.viewer.marks import Contact, Penetration, contacts, detected, penetrations
from kinemesh.viewer.meshes import Mesh, link_meshes
from kinemesh.viewer.palette import ORANGE, SAND

EDGES: NDArray[np.int64] = readonly(
    [(LANDMARKS.index(a), LANDMARKS.index(b)) for a, b in BONES], np.int64
)
"""The person's bones ``(E, 2)``, as indices of landmarks."""


@dataclass(frozen=True, eq=False)
class Stage:
    """A robot's motion and all that belongs to it, ready to be drawn. T frames, L links."""

    name: str
    """What to call it: the clip."""
    robot: str
    """The robot's name."""
    fps: float
    """Frames per second [1/s]."""
    links: tuple[Mesh, ...]
    """The robot's links, each in the frame of the joint that carries it."""
    link_poses: Array
    """Where these frames are ``(T, L, 7)``: ``x y z qx qy qz qw``."""
    person: Array | None = None
    """The person's landmarks, fitted to the robot ``(T, J, 3)`` [m]; None where not known."""
    edges: NDArray[np.int64] = field(default_factory=lambda: EDGES)
    """The person's bones ``(E, 2)``, as indices into J."""
    props: tuple[Mesh, ...] = ()
    """The props, each in its own frame."""
    prop_poses: Array | None = None
    """Where they are ``(T, P, 7)``; None: there are none."""
    terrain: Mesh | None = None
    """What stands still, in the world."""
    ground: float | None = 0.0
    """Height of the ground plane [m]; None where there is none."""
    contacts: tuple[Contact, ...] = ()
    """Feet that stand, and hands, knees and what else touches."""
    penetrations: tuple[Penetration, ...] = ()
    """Links inside something, by frame, the deepest first; empty without a score."""
    figures: Mapping[str, Array] = field(default_factory=dict)
    """What is known of every frame ``(T,)``, by name and unit: ``landmark error [cm]``; NaN where
    it is not known."""
    score: Score | None = None
    """The ruler's verdict, where it was asked."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "link_poses", readonly(self.link_poses))
        object.__setattr__(self, "edges", readonly(self.edges, np.int64))
        if self.person is not None:
            object.__setattr__(self, "person", readonly(self.person))
        figures = {name: readonly(series) for name, series in self.figures.items()}
        object.__setattr__(self, "figures", figures)
        poses = np.zeros((len(self), 0, 7)) if self.prop_poses is None else self.prop_poses
        object.__setattr__(self, "prop_poses", readonly(poses))

    def __len__(self) -> int:
        return len(self.link_poses)

    @property
    def duration(self) -> float:
        """Time from the first frame to the last [s]."""
        return (len(self) - 1) / self.fps

    def inside(self, frame: int) -> tuple[Penetration, ...]:
        """Links that are inside something in ``frame``, the deepest first."""
        return tuple(p for p in self.penetrations if p.frame == frame)


def stage(
    result: Result | Trajectory,
    robot: RobotModel | None = None,
    clip: Clip | None = None,
    scene: Scene | None = None,
    *,
    score: Score | None = None,
    scale: float | None = None,
    meshes: str | Path | None = None,
    name: str | None = None,
) -> Stage:
    """Gather what there is to draw of a result, or of a trajectory that somebody else made.

    Args:
        result: a result; of a trajectory alone neither person nor contacts are known without
            ``clip``.
        robot: the robot that moves; default: loaded by the name that the trajectory has.
        clip: the demonstration, frame for frame.
        scene: the robot's scene; default: the result's own. That of an earlier version's file is
            empty: then it is the clip's, scaled, with props on the file's tracks.
        score: what :func:`kinemesh.metrics.evaluate` says; without it penetrations are not known.
        scale: how much smaller the robot's world is than the person's, where that is no result's;
            default: as the ruler finds it.
        meshes: a folder with the robot's meshes, ``"hulls"``, or None: those that are installed.
        name: what to call it; default: the clip's name.

    Raises:
        ClipError: result, robot, clip and scene do not fit together.
        RobotError: the robot is not known.
        ReadError: ``meshes`` is no folder with meshes of this robot.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> stage = kinemesh.viewer.stage(result)
        >>> len(stage)
        4
    """
    own = result if isinstance(result, Result) else None
    trajectory = result if isinstance(result, Trajectory) else result.trajectory
    robot = robot or RobotModel.load(trajectory.robot)
    if clip is not None and len(clip) != len(trajectory):
        raise ClipError(
            f"the clip has {len(clip)} frames and the trajectory {len(trajectory)}: crop or "
            f"resample the clip as it was when the trajectory was made"
        )
    if own is not None:
        scale = own.scale
    elif clip is not None and scale is None:
        scale = world_scale(KinematicTrajectory(trajectory, robot), clip, Surfaces()).value
    scene = _scene(own, clip, scale or 1.0) if scene is None else scene
    for prop in scene.props:
        if len(prop.track) != len(trajectory):
            raise ClipError(
                f"prop {prop.name!r} has {len(prop.track)} poses for {len(trajectory)} frames"
            )
    q = configurations(trajectory, robot)
    posed = [robot.configuration(row) for row in q]
    links, joints = link_meshes(robot, meshes)
    stance, touch = (own.stance, own.touch) if own is not None else ({}, {})
    if clip is not None and not stance:
        stance, touch = detected(clip)
    person = None
    if own is not None:
        person = own.landmarks
    elif clip is not None:
        person = proportioned(clip, robot, scale or 1.0, Surfaces())
    named = own.clip if own is not None else clip.name if clip is not None else trajectory.robot
    return Stage(
        name=name or named,
        robot=robot.name,
        fps=trajectory.fps,
        links=links,
        link_poses=link_poses(robot, q)[:, np.array(joints) - 1],
        person=person,
        props=prop_meshes(scene),
        prop_poses=np.stack([p.track for p in scene.props], axis=1) if scene.props else None,
        terrain=terrain_mesh(scene),
        ground=scene.ground,
        contacts=contacts(robot, posed, stance, touch),
        penetrations=() if score is None else penetrations(robot, posed, scene, score),
        figures=_figures(own, trajectory, posed, person),
        score=score,
    )


def prop_meshes(scene: Scene) -> tuple[Mesh, ...]:
    """The props of ``scene``, each in its own frame."""
    return tuple(
        Mesh(
            prop.name,
            *coarser(prop.shape.vertices, prop.shape.faces),
            ORANGE,
            prop.limb_of or "",
        )
        for prop in scene.props
    )


def terrain_mesh(scene: Scene) -> Mesh | None:
    """What stands still in ``scene``, in the world."""
    terrain = scene.terrain
    if terrain is None:
        return None
    return Mesh(terrain.name, terrain.shape.vertices, terrain.shape.faces, SAND)


def _figures(
    own: Result | None, trajectory: Trajectory, posed: list[Configuration], person: Array | None
) -> dict[str, Array]:
    """What there is to say of every frame, by name and unit."""
    found = {}
    if person is not None:
        places = np.array([configuration.landmarks() for configuration in posed])
        found["landmark error [cm]"] = 1e2 * np.linalg.norm(places - person, axis=2).mean(axis=1)
    if len(trajectory) > 1:
        fastest = np.abs(trajectory.velocity()).max(axis=1, initial=0.0)
        found["fastest joint [rad/s]"] = np.concatenate([[np.nan], fastest])
    if own is not None and len(own.reports) == len(trajectory):
        found["QPs"] = np.array([report.iterations for report in own.reports], dtype=np.float64)
        found["cost"] = np.array([report.total for report in own.reports])
        # Boxes and rows: metres, but radians for joints; small ones read alike.
        found["worst violation [mm, mrad]"] = np.array([1e3 * r.worst[1] for r in own.reports])
    return found


def _scene(own: Result | None, clip: Clip | None, scale: float) -> Scene:
    """The result's own scene; where a file lost it, the clip's with props on the file's tracks."""
    if own is not None and (own.scene.props or own.scene.terrain or clip is None):
        return own.scene
    if clip is None:
        return Scene()
    scene = scaled_scene(clip.scene, scale, clip.fps)
    tracks = {} if own is None else own.tracks
    props: tuple[Prop, ...] = tuple(
        replace(prop, track=tracks.get(prop.name, prop.track)) for prop in scene.props
    )
    return replace(scene, props=props)
