"""One pose of a stream as what there is to draw: a stage of one frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, Scene
from kinemesh.robot import RobotModel, link_poses
from kinemesh.viewer.marks import Contact
from kinemesh.viewer.meshes import link_meshes
from kinemesh.viewer.stage import Stage, prop_meshes, terrain_mesh


class StreamPose(Protocol):
    """A pose of a robot that follows a person as she moves, and what is known of it."""

    @property
    def time(self) -> float:
        """When the person was so [s]."""
        ...

    @property
    def q(self) -> Array:
        """The robot ``(nq,)``: base ``x y z qx qy qz qw``, joints [m, rad]."""
        ...

    @property
    def landmarks(self) -> Array:
        """The person in the robot's world ``(15, 3)`` [m]."""
        ...

    @property
    def contacts(self) -> Sequence[tuple[str, str]]:
        """What touches what: ``("left_foot", "ground")``, ``("right_hand", "box")``."""
        ...

    @property
    def props(self) -> Mapping[str, Array]:
        """Poses ``(7,)`` in the robot's world, by name; those left out stay where they are."""
        ...

    @property
    def latency(self) -> float:
        """How long the robot's pose took [s]."""
        ...

    @property
    def state(self) -> str:
        """``calibrating``, ``starting``, ``following`` or ``holding``."""
        ...

    @property
    def said(self) -> Sequence[str]:
        """What was done about bad input."""
        ...


class LiveStage:
    """A robot in its scene, and each pose of a stream as a stage of one frame.

    Args:
        robot: who is moved.
        scene: the robot's; props stand where their tracks begin until a pose says otherwise.
        meshes: the robot's meshes, as :func:`kinemesh.viewer.stage` takes them.

    Attributes:
        stage: what is to be seen now; at first the robot at rest, with a person just so.
        person_seen: whether a pose had a person in it.

    Raises:
        ReadError: ``meshes`` is no folder with meshes of this robot.
    """

    def __init__(
        self, robot: RobotModel, scene: Scene | None = None, meshes: str | Path | None = None
    ) -> None:
        self._robot = robot
        scene = Scene() if scene is None else scene
        links, joints = link_meshes(robot, meshes)
        self._links = np.array(joints) - 1
        self._places = _places(robot)
        self.person_seen = False
        posed = link_poses(robot, robot.rest[None])[0]
        self.stage = Stage(
            name=robot.name,
            robot=robot.name,
            fps=30.0,
            links=links,
            link_poses=posed[None, self._links],
            person=robot.configuration(robot.rest).landmarks()[None],
            props=prop_meshes(scene),
            prop_poses=np.stack([p.track[:1] for p in scene.props], axis=1)
            if scene.props
            else None,
            terrain=terrain_mesh(scene),
            ground=scene.ground,
            contacts=self._contacts(posed, ()),
        )

    def check(self, pose: StreamPose) -> None:
        """See whether ``pose`` can be this robot's.

        Raises:
            ClipError: it has another number of joints or landmarks, or a prop no pose.
        """
        if np.shape(pose.q) != (self._robot.nq,):
            raise ClipError(
                f"the pose's q has the shape {np.shape(pose.q)}: expected ({self._robot.nq},), a "
                f"configuration of {self._robot.name!r}; open the view with the stream's own robot"
            )
        person = (len(LANDMARKS), 3)
        if np.shape(pose.landmarks) != person:
            raise ClipError(
                f"the pose's landmarks have the shape {np.shape(pose.landmarks)}: expected "
                f"{person}, the person in the robot's world [m]"
            )
        for name, place in pose.props.items():
            if np.shape(place) != (7,):
                raise ClipError(
                    f"the pose of prop {name!r} has the shape {np.shape(place)}: expected (7,), "
                    f"x y z qx qy qz qw"
                )

    def show(self, pose: StreamPose) -> Stage:
        """What is to be seen once ``pose`` has come; what of it is not finite stays as it was."""
        before = self.stage
        links, person, contacts = before.link_poses, before.person, before.contacts
        if np.isfinite(pose.q).all():
            posed = link_poses(self._robot, np.asarray(pose.q)[None])[0]
            links, contacts = posed[None, self._links], self._contacts(posed, pose.contacts)
        if np.isfinite(pose.landmarks).all():
            person, self.person_seen = np.asarray(pose.landmarks)[None], True
        places = np.array(before.prop_poses)
        for k, prop in enumerate(before.props):
            given = pose.props.get(prop.name)
            if given is not None and np.isfinite(given).all():
                places[0, k] = given
        self.stage = replace(
            before, link_poses=links, person=person, contacts=contacts, prop_poses=places
        )
        return self.stage

    def _contacts(self, posed: Array, touching: Sequence[tuple[str, str]]) -> tuple[Contact, ...]:
        """Each part of the robot that could touch, and whether it does; links at ``(B, 7)``."""
        on = {part for part, _ in touching}
        return tuple(
            Contact(part, poses.apply(posed[link], point[None]), np.array([part in on]))
            for part, (link, point) in self._places.items()
        )


def _places(robot: RobotModel) -> dict[str, tuple[int, Array]]:
    """The link and the place in it ``(3,)`` [m] of each part that stands or touches."""
    found = {}
    for sole in robot.soles:
        heel, toe = sole.edges
        for part, point in (("foot", (heel + toe) / 2.0), ("heel", heel), ("toe", toe)):
            found[f"{sole.name}_{part}"] = (sole.joint - 1, point)
    for name, pad in robot.touching.items():
        found[name] = (pad.joint - 1, pad.point)
    return found
