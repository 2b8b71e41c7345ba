"""What a whole clip asks of a robot, before the first frame is solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arguments import floats, instance, number, whole
from kinemesh.arrays import Array
from kinemesh.detection.detected import Detected
from kinemesh.detection.stance import Footing, StanceRule
from kinemesh.detection.touch import Touch, TouchRule
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.kernel import obstacle_of
from kinemesh.motion import LANDMARKS, Clip, Scene, Shape
from kinemesh.motion.shells import seen
from kinemesh.problem.anchors import Anchors, MeshOptions
from kinemesh.problem.feet import TOES, Feet, TerrainChange
from kinemesh.problem.frame import Frame, OrientationTarget, Touchdown
from kinemesh.problem.hands import Hands, Led
from kinemesh.problem.mesh import InteractionMesh, LaplacianTarget
from kinemesh.problem.pads import Pads
from kinemesh.problem.person.followed import Proportions, followed
from kinemesh.problem.prop_map import PropMap, TerrainScale
from kinemesh.problem.scaling import settled
from kinemesh.problem.terrain_pieces import TerrainPieces
from kinemesh.proximity import Obstacle
from kinemesh.robot import OrientedLink, RobotModel

_GOES_WITH = {"torso": ("left_shoulder", "right_shoulder")} | {
    f"{side}_hand": (f"{side}_hand",) for side in ("left", "right")
}
"""Parts that turn with a prop that is turned, and the landmarks that say how far."""


class Plan:
    """A clip scaled to a robot: landmarks, anchors, obstacles and stances of every frame.

    Attributes:
        clip: the demonstration.
        robot: who is to follow it.
        scale: of the robot's world against the person's: robot's legs / person's legs, or robot
            height / stature where the person is scaled as a whole.
        scene: the robot's scene: terrain scaled, props at their size on what bears them.
        landmarks: the person's ``(T, K, 3)`` [m], in the robot's world.
        footing: stance of each foot.
        touches: contacts of the hands.
        facings: how torso, feet and hands are turned, where the clip has rotations.

    Obstacles of shapes that are made ready already, which takes seconds where a prop is hollow,
    may be handed in; names of theirs are not looked at. So may what was detected in the clip.

    Raises:
        ClipError: clip, scene, scale, nominal and what was detected do not fit each other.
        TypeError: an argument of another kind.
    """

    def __init__(
        self,
        clip: Clip,
        robot: RobotModel,
        *,
        scene: Scene | None = None,
        scale: float | None = None,
        proportions: Proportions = "robot",
        mesh: MeshOptions | None = None,
        stance: StanceRule | None = None,
        touch: TouchRule | None = None,
        nominal: Array | None = None,
        obstacles: Mapping[Shape, Obstacle] | None = None,
        detected: Detected | None = None,
    ) -> None:
        self.clip = instance("clip", clip, Clip, "a Clip: kinemesh.read(path) makes one of a file")
        self.robot = instance("robot", robot, RobotModel, "a RobotModel")
        if scene is not None:
            instance("scene", scene, Scene, "a Scene, or None for the clip's own")
        if scale is not None:
            number("scale", scale, "a factor, 0.01 to 100", low=0.01, high=100.0, error=ClipError)
        for name, rule, kind in (
            ("mesh", mesh, MeshOptions),
            ("stance", stance, StanceRule),
            ("touch", touch, TouchRule),
        ):
            if rule is not None:
                instance(name, rule, kind, f"a {kind.__name__}, or None for the default")
        self._mesh = mesh or MeshOptions()
        if nominal is not None:
            what = "configurations (T, nq), finite"
            nominal = floats("nominal", nominal, what, largest=1e7, error=ClipError)
        if nominal is not None and np.shape(nominal) != (len(clip), robot.nq):
            raise ClipError(
                f"the nominal trajectory has (frames, numbers) {np.shape(nominal)}; "
                f"this clip and robot need {(len(clip), robot.nq)}"
            )
        self._nominal = nominal
        marks = {mark: clip.landmark(mark) for mark in LANDMARKS}
        wanted = clip.scene if scene is None else seen(scene, marks)[0]
        if detected is None:
            detected = Detected.in_clip(clip, stance, touch)
        else:
            what = "what Detected.in_clip(clip) gives, or None"
            instance("detected", detected, Detected, what).check(clip, stance, touch)
        self.footing: Mapping[str, Footing] = detected.footing
        self.facings = detected.facings
        self.touches: tuple[Touch, ...] = detected.touches
        person = followed(clip, robot, wanted, detected, proportions, scale)
        self.scale, self.scene, self.landmarks = person.scale, person.scene, person.landmarks
        self._figures, home = person.figures, person.home
        self._displaced = None if scene is None else PropMap.between(home, self.scene)
        self._land: TerrainChange = None if scene is None else self._moved_land(home)
        scaled = self.landmarks, self._land, self.scale
        slow = (stance or StanceRule()).enter_speed
        toes = {side: self.scale * clip.landmark(f"{side}_toe") for side in TOES}
        self._feet = Feet(
            robot, self.scene, self.footing, *scaled, clip.fps, toes, slow, person.rests
        )
        turned = {facing.part for facing in self.facings if facing.usable}
        self._hands = Hands(
            robot, clip.scene, self.scene, self.touches, self._land, self.scale, clip.fps, turned
        )
        self._pads = Pads(
            robot, clip, self.scene, home, self.touches, self._land, self.scale, self.landmarks
        )
        source = None if person.figures is None else home
        stood = settled(clip.scene, person.resting)
        self._anchors = Anchors(
            stood, self.scene, source, robot.reach.landmarks, *scaled, self._mesh
        )
        self._shares: list[Array] = []
        if self._displaced is not None:
            bodies = enumerate(self.landmarks)
            apart = self._displaced.shares
            self._shares = [apart(body, self._anchors.on_props(k)) for k, body in bodies]
        self._turns = self._turns_of_parts()
        known = obstacles or {}
        self._obstacles = [
            (
                replace(known[prop.shape], name=prop.name)
                if prop.shape in known
                else obstacle_of(prop.name, prop.shape),
                prop.track,
            )
            for prop in self.scene.props
        ]
        if self.scene.terrain is not None:
            terrain = self.scene.terrain
            solid = obstacle_of(terrain.name, terrain.shape)
            self._obstacles.append((solid, np.broadcast_to(poses.IDENTITY, (len(clip), 7))))

    def __len__(self) -> int:
        return len(self.clip)

    def frame(
        self,
        index: int,
        touchdowns: Mapping[str, Touchdown] | None = None,
    ) -> Frame:
        """What instant ``index`` asks, given where feet were planted before it.

        Args:
            index: which frame.
            touchdowns: where each planted sole touched down.

        Raises:
            ClipError: the clip has no such frame.
        """
        last = len(self) - 1
        whole("index", index, f"a frame, 0 to {last}", low=0, high=last, error=ClipError)
        nominal = None if self._nominal is None else self._nominal[index]
        # OmniRetarget, eq. 5: else the whole robot could start elsewhere.
        start = nominal if index == 0 else None
        stances = self._feet.stances(index, touchdowns or {}, start)
        obstacles = self.obstacles(index)
        placed = {one.name: (one, pose) for one, pose in obstacles}
        contacts = self._hands.contacts(index, placed) + self._pads.contacts(index, placed)
        return Frame(
            index=index,
            dt=1.0 / self.clip.fps,
            laplacian=self.laplacian(index),
            landmarks=self._expected(index),
            figure=self._figure(index),
            ground=self.scene.ground,
            obstacles=obstacles,
            stances=stances,
            sole_approaches=self._feet.approaches(index),
            slow_toes=self._feet.slow_toes(index, stances),
            contacts=contacts,
            orientation_targets=self._orientation_targets(index),
            nominal=nominal,
        )

    returns = False
    """Limbs that went another way are mended when all frames are known."""

    def solids(self) -> tuple[Obstacle, ...]:
        """Props and terrain."""
        return tuple(obstacle for obstacle, _ in self._obstacles)

    def obstacles(self, index: int) -> tuple[tuple[Obstacle, Array], ...]:
        """Terrain and props with their poses ``(7,)`` in frame ``index``."""
        return tuple((obstacle, track[index]) for obstacle, track in self._obstacles)

    @property
    def led_hands(self) -> tuple[Led, ...]:
        """The hands that are led to what the person's touch."""
        return self._hands.led

    def points(self, index: int) -> tuple[Array, Array, Array]:
        """Source points ``(V, 3)``, target anchors ``(V - K, 3)`` [m] and weights ``(V,)``.

        Landmarks come first. The source is the person's world shrunk as a whole; the target
        anchors are where the robot's scene has the same places.
        """
        return (*self._anchors.places(index), self._anchors.weights)

    def mesh(self, index: int) -> InteractionMesh:
        """The interaction mesh of frame ``index``, its vertices those of :meth:`points`."""
        return InteractionMesh.from_points(self._anchors.joggled(self.points(index)[0]))

    def laplacian(self, index: int) -> LaplacianTarget:
        """The reduced Laplacian cost of frame ``index``."""
        source, anchors, weights = self.points(index)
        if self._displaced is None:
            joggled = self._anchors.joggled(source)
            return LaplacianTarget.from_points(joggled, source, anchors, weights)
        mesh, props = self.mesh(index), self._anchors.on_props(index)
        deltas = mesh.deltas(source)
        deltas = self._displaced.deltas(index, deltas, self._shares[index], props)
        return LaplacianTarget.reduce(mesh, deltas, anchors, weights)

    def _expected(self, index: int) -> Array:
        """About where the robot's landmarks ``(K, 3)`` [m] are to be looked for."""
        body = np.asarray(self.landmarks[index])
        if self._displaced is not None:
            body = self._displaced.places(index, body, self._shares[index])
        if self._land is None:
            return body
        feet = [(body[toe][None], side) for side, toe in TOES.items()]
        away = [self._land.foot(place, side, index) - place for place, side in feet]
        return np.asarray(body + np.mean(away, axis=0))

    def _figure(self, index: int) -> Array | None:
        """Where the person's limbs point, arms turned with a prop that is turned."""
        if self._figures is None or self._displaced is None:
            return None if self._figures is None else np.asarray(self._figures[index])
        return self._displaced.turned_arms(index, self._figures[index], self._shares[index])

    def _orientation_targets(self, index: int) -> tuple[OrientationTarget, ...]:
        return tuple(OrientationTarget(part, turns[index]) for part, turns in self._turns)

    def _turns_of_parts(self) -> list[tuple[OrientedLink, Array]]:
        """The parts whose turn is known, and it in every frame ``(T, 3, 3)``."""
        known = {facing.part: facing.rotations for facing in self.facings if facing.usable}
        if self._displaced is not None:
            share = np.array(self._shares)
            for name in known.keys() & _GOES_WITH.keys():
                marks = [LANDMARKS.index(mark) for mark in _GOES_WITH[name]]
                turn = self._displaced.turn(share[:, :, marks].mean(axis=2).T)
                own = Rotation.from_matrix(np.array(known[name]))  # older SciPy wants to write
                known[name] = (turn * own).as_matrix()
        return [(part, known[part.name]) for part in self.robot.parts if part.name in known]

    def _moved_land(self, home: Scene) -> TerrainPieces | TerrainScale | None:
        """How the robot's terrain differs from that of the demonstration, ``home``, scaled."""
        toes = {side: self.landmarks[:, toe] for side, toe in TOES.items()}
        planted = {side: foot.toe | foot.landing for side, foot in self.footing.items()}
        shifted = TerrainPieces.between(home, self.scene, toes, planted)
        return TerrainScale.between(home, self.scene) if shifted is None else shifted
