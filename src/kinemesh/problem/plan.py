"""What a whole clip asks of a robot, before the first frame is solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arguments import floats, instance, number, whole
from kinemesh.arrays import Array, readonly
from kinemesh.detection.facing import detect_facings
from kinemesh.detection.stance import Footing, StanceRule, detect_footing
from kinemesh.detection.support import Land
from kinemesh.detection.touch import Touch, TouchRule, detect_touches
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, Clip, Scene, Shape
from kinemesh.motion.shells import seen
from kinemesh.problem.anchors import MeshOptions, PropAnchors, sunflower
from kinemesh.problem.frame import (
    Contact,
    Frame,
    OrientationTarget,
    SlowToe,
    SoleApproach,
    Stance,
    Touchdown,
)
from kinemesh.problem.mesh import InteractionMesh, LaplacianTarget
from kinemesh.problem.prop_map import PropMap, TerrainScale
from kinemesh.problem.scaling import Carrier, carried, same_prop, scaled_scene
from kinemesh.problem.terrain_pieces import TerrainPieces
from kinemesh.proximity import Obstacle
from kinemesh.robot import RobotModel

TOUCH_TIME = 0.3
"""A hand is led to a touch, and away from it, over this time [s]."""

EASE_TIME = 0.1
"""A foot is eased into and out of a stance over this time [s]."""

_JOGGLE = 0.003
"""Every vertex is moved by up to this [m] for the tetrahedralisation, the same in every frame.

Symmetric bodies put hips and shoulders on one circle; which diagonal rounding then picks would
change from frame to frame and from machine to machine."""

_TOES = {side: LANDMARKS.index(f"{side}_toe") for side in ("left", "right")}

_GOES_WITH = {"torso": ("left_shoulder", "right_shoulder")} | {
    f"{side}_hand": (f"{side}_hand",) for side in ("left", "right")
}
"""Parts that turn with a prop that is turned, and the landmarks that say how far."""


class Plan:
    """A clip scaled to a robot: landmarks, anchors, obstacles and stances of every frame.

    Attributes:
        clip: the demonstration.
        robot: who is to follow it.
        scale: robot height / human height.
        scene: the robot's scene: props at their real size on scaled tracks, terrain scaled.
        landmarks: scaled landmarks ``(T, K, 3)`` [m].
        footing: stance of each foot.
        touches: contacts of the hands.
        facings: how torso, feet and hands are turned, where the clip has rotations.

    Obstacles of shapes that are made ready already, which takes seconds where a prop is hollow,
    may be handed in; names of theirs are not looked at.
    """

    def __init__(
        self,
        clip: Clip,
        robot: RobotModel,
        *,
        scene: Scene | None = None,
        scale: float | None = None,
        mesh: MeshOptions | None = None,
        stance: StanceRule | None = None,
        touch: TouchRule | None = None,
        nominal: Array | None = None,
        obstacles: Mapping[Shape, Obstacle] | None = None,
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
        self.scale = robot.height / clip.stature if scale is None else float(scale)
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
        self.scene = scaled_scene(wanted, self.scale)
        home = self.scene if scene is None else scaled_scene(clip.scene, self.scale)
        self._displaced = None if scene is None else PropMap.between(home, self.scene)
        self.landmarks = clip.landmarks() * self.scale
        self.footing: Mapping[str, Footing] = detect_footing(clip, stance)
        self._land = None if scene is None else self._moved_land(home)
        self._slow_speed = (stance or StanceRule()).enter_speed
        self.facings = detect_facings(clip, self.footing)
        self._nearest = {
            side: {"toe": _nearest(foot.toe), "heel": _nearest(foot.heel)}
            for side, foot in self.footing.items()
        }
        self.touches: tuple[Touch, ...] = detect_touches(clip, touch)
        self._touch_times = [_nearest(t.touching) for t in self.touches]
        rng = np.random.default_rng(self._mesh.seed)
        ground = clip.scene.ground or 0.0
        self._anchors = [
            PropAnchors.sampled(
                prop, same_prop(self.scene, prop), ground, self.scale, self._mesh, rng
            )
            for prop in clip.scene.props
        ]
        terrain = clip.scene.terrain
        self._terrain_source, self._terrain_target = np.zeros((0, 3)), np.zeros((0, 3))
        if terrain is not None and self.scene.terrain is not None:
            local = terrain.shape.sample(self._mesh.terrain_anchors, rng)
            self._terrain_source = local * self.scale
            self._terrain_target = (
                self._land.on_surface(self._terrain_source)
                if isinstance(self._land, TerrainPieces)
                else carried(local, terrain.shape.bounds, self.scene.terrain.shape.bounds)
            )
        self._carriers = {
            prop.name: Carrier(prop.shape, same_prop(self.scene, prop).shape)
            for prop in clip.scene.props
        }
        if terrain is not None and self.scene.terrain is not None:
            self._carriers[terrain.name] = Carrier(terrain.shape, self.scene.terrain.shape)
        self._touched = [self._places(touch) for touch in self.touches]
        land = Land(self.scene)
        self._under = {sole.name: self._surface(sole.name, land) for sole in robot.soles}
        self._disc = sunflower(self._mesh.ground_anchors, self._mesh.reach)
        self._weights = self._vertex_weights()
        self._joggle = rng.uniform(-_JOGGLE, _JOGGLE, (len(self.points(0)[0]), 3))
        known = obstacles or {}
        self._fixed = [
            replace(known[prop.shape], name=prop.name)
            if prop.shape in known
            else Obstacle.from_shape(prop.name, prop.shape, true=True)
            for prop in self.scene.props
        ]
        self._solid = (
            None
            if self.scene.terrain is None
            else Obstacle.from_shape(self.scene.terrain.name, self.scene.terrain.shape, true=True)
        )

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
        stances = self._stances(index, touchdowns or {})
        return Frame(
            index=index,
            dt=1.0 / self.clip.fps,
            laplacian=self.laplacian(index),
            landmarks=self._expected(index),
            ground=self.scene.ground,
            obstacles=self.obstacles(index),
            stances=stances,
            sole_approaches=self._sole_approaches(index),
            slow_toes=self._slow_toes(index, stances),
            contacts=self._contacts(index),
            orientation_targets=self._orientation_targets(index),
            nominal=None if self._nominal is None else self._nominal[index],
        )

    def obstacles(self, index: int) -> tuple[tuple[Obstacle, Array], ...]:
        """Terrain and props with their poses ``(7,)`` in frame ``index``."""
        placed = [
            (obstacle, prop.track[index])
            for obstacle, prop in zip(self._fixed, self.scene.props, strict=True)
        ]
        if self._solid is not None:
            placed.append((self._solid, poses.IDENTITY))
        return tuple(placed)

    def points(self, index: int) -> tuple[Array, Array, Array]:
        """Source points ``(V, 3)``, target anchors ``(V - K, 3)`` [m] and weights ``(V,)``.

        Landmarks come first. The source is the person's world shrunk as a whole; the target
        anchors are where the robot's scene has the same places.
        """
        body = self.landmarks[index]
        source, target = [body], []
        for anchors in self._anchors:
            source.append(anchors.source(index))
            target.append(anchors.target(index))
        if len(self._terrain_target):
            source.append(self._terrain_source)
            target.append(self._terrain_target)
        if self.scene.ground is not None and len(self._disc):
            ground = self._disc + np.array([*body[:, :2].mean(axis=0), self.scene.ground])
            source.append(ground)
            target.append(ground)
        anchors_now = np.concatenate(target) if target else np.zeros((0, 3))
        return np.concatenate(source), anchors_now, self._weights

    def _vertex_weights(self) -> Array:
        """Weights ``(V,)`` of the mesh's vertices, the same in every frame."""
        options, body = self._mesh, self.landmarks.shape[1]
        groups = [(len(anchors.target_points), options.prop_weight) for anchors in self._anchors]
        groups.append((len(self._terrain_target), options.terrain_weight))
        if self.scene.ground is not None:
            groups.append((len(self._disc), options.ground_weight))
        weights = [np.full(count, weight * body / count) for count, weight in groups if count]
        return readonly(np.concatenate([self.robot.reach.landmarks, *weights]))

    def mesh(self, index: int) -> InteractionMesh:
        """The interaction mesh of frame ``index``, its vertices those of :meth:`points`."""
        source = self.points(index)[0]
        return InteractionMesh.from_points(source + self._joggle[: len(source)])

    def laplacian(self, index: int) -> LaplacianTarget:
        """The reduced Laplacian cost of frame ``index``."""
        source, anchors, weights = self.points(index)
        mesh = InteractionMesh.from_points(source + self._joggle[: len(source)])
        deltas = mesh.deltas(source)
        if self._displaced is not None:
            props = [prop.source(index) for prop in self._anchors]
            deltas = self._displaced.deltas(index, deltas, self.landmarks[index], props)
        return LaplacianTarget.reduce(mesh, deltas, anchors, weights)

    def _expected(self, index: int) -> Array:
        """About where the robot's landmarks ``(K, 3)`` [m] are to be looked for."""
        body = np.asarray(self.landmarks[index])
        if self._displaced is not None:
            props = [prop.source(index) for prop in self._anchors]
            body = self._displaced.places(index, body, props)
        if self._land is None:
            return body
        feet = [(body[toe][None], side) for side, toe in _TOES.items()]
        away = [self._land.foot(place, side, index) - place for place, side in feet]
        return np.asarray(body + np.mean(away, axis=0))

    def _stances(self, index: int, touchdowns: Mapping[str, Touchdown]) -> tuple[Stance, ...]:
        stances = []
        for sole in self.robot.soles:
            foot = self.footing.get(sole.name)
            if foot is None or not (foot.toe[index] or foot.landing[index]):
                continue
            surface, normal = (each[index] for each in self._under[sole.name])
            if not np.isfinite(surface[2]):
                continue
            known = None if foot.touchdown[index] else touchdowns.get(sole.name)
            point = surface if known is None else known.toe
            heel, landing = bool(foot.heel[index]), bool(foot.landing[index])
            stance = Stance(sole, heel, point, normal, landing, known)
            if index == 0 and self._nominal is not None:
                # OmniRetarget, eq. 5: else the whole robot could start elsewhere.
                nominal = self.robot.configuration(self._nominal[0])
                corners = nominal.positions(np.full(4, sole.joint), sole.corners)
                stance = replace(stance, touchdown=stance.planted(corners))
            stances.append(stance)
        return tuple(stances)

    def _sole_approaches(self, index: int) -> tuple[SoleApproach, ...]:
        sole_approaches = []
        for sole in self.robot.soles:
            for part, corners in (("heel", slice(0, 2)), ("toe", slice(2, 4))):
                if sole.name not in self._nearest:
                    continue
                stance = int(self._nearest[sole.name][part][index])
                time = abs(stance - index) / self.clip.fps
                if stance < 0 or not 0.0 < time <= EASE_TIME:
                    continue
                surface, normal = (each[stance] for each in self._under[sole.name])
                if np.isfinite(surface[2]):
                    height = self._edge_height(sole.name, part, index) - surface[2]
                    sole_approaches.append(
                        SoleApproach(sole, corners, time, surface, normal, height)
                    )
        return tuple(sole_approaches)

    def _slow_toes(self, index: int, stances: tuple[Stance, ...]) -> tuple[SlowToe, ...]:
        held = {stance.sole.name for stance in stances if stance.touchdown is not None}
        reach = self._slow_speed / self.clip.fps
        slow = []
        for sole in self.robot.soles:
            toe = LANDMARKS.index(f"{sole.name}_toe")
            for other in (-1, 1):
                if sole.name in held or not 0 <= index + other < len(self):
                    continue
                step = self.landmarks[index + other, toe, :2] - self.landmarks[index, toe, :2]
                if step @ step <= reach**2:
                    slow.append(SlowToe(toe, other))
        return tuple(slow)

    def _contacts(self, index: int) -> tuple[Contact, ...]:
        contacts = []
        placed = {obstacle.name: (obstacle, pose) for obstacle, pose in self.obstacles(index)}
        hands = {f"{hand.name}_hand": hand for hand in self.robot.hands}
        known = zip(self.touches, self._touch_times, self._touched, strict=True)
        for touch, nearest, places in known:
            time = abs(int(nearest[index]) - index) / self.clip.fps
            if time > TOUCH_TIME or touch.hand not in hands or touch.thing not in placed:
                continue
            obstacle, pose = placed[touch.thing]
            distance = float(touch.distance[index]) * self.scale
            contacts.append(
                Contact(hands[touch.hand], obstacle, pose, places[index], time, distance)
            )
        return tuple(contacts)

    def _orientation_targets(self, index: int) -> tuple[OrientationTarget, ...]:
        known = {f.part: f.rotations[index] for f in self.facings if f.usable}
        if self._displaced is not None:
            props = [prop.source(index) for prop in self._anchors]
            share = self._displaced.shares(self.landmarks[index], props)
            for part in known.keys() & _GOES_WITH.keys():
                marks = [LANDMARKS.index(mark) for mark in _GOES_WITH[part]]
                turn = self._displaced.turn(index, share[:, marks].mean(axis=1, keepdims=True))
                own = Rotation.from_matrix(np.array(known[part]))  # older SciPy wants to write
                known[part] = (turn * own).as_matrix()[0]
        return tuple(
            OrientationTarget(p, known[p.name]) for p in self.robot.parts if p.name in known
        )

    def _places(self, touch: Touch) -> Array:
        """The touched places ``(T, 3)`` [m] on the robot's copy of the thing, in the world."""
        tracks = {prop.name: prop.track for prop in self.scene.props}
        if touch.thing not in tracks and isinstance(self._land, TerrainPieces):
            return self._land.on_surface(touch.places * self.scale)
        places = self._carriers[touch.thing](touch.places)
        if touch.thing not in tracks:
            return places
        return np.asarray(poses.apply(tracks[touch.thing], places[:, None])[:, 0])

    def _edge_height(self, side: str, part: str, index: int) -> float:
        """Height [m] of the person's toe, or of the heel as its ankle tells it, scaled."""
        mark = "toe" if part == "toe" else "ankle"
        place = np.array(self.landmarks[index, LANDMARKS.index(f"{side}_{mark}")])
        if part != "toe":
            place[2] -= self.footing[side].ankle_height * self.scale
        return float(self._trodden(place[None], side, index)[0, 2])

    def _moved_land(self, home: Scene) -> TerrainPieces | TerrainScale | None:
        """How the robot's terrain differs from that of the demonstration, ``home``, scaled."""
        toes = {side: self.landmarks[:, toe] for side, toe in _TOES.items()}
        planted = {side: foot.toe | foot.landing for side, foot in self.footing.items()}
        shifted = TerrainPieces.between(home, self.scene, toes, planted)
        return TerrainScale.between(home, self.scene) if shifted is None else shifted

    def _trodden(self, places: Array, side: str, index: int | slice = slice(None)) -> Array:
        """Places ``(N, 3)`` [m] of a foot of the person in frames ``index``, for the robot's."""
        return places if self._land is None else self._land.foot(places, side, index)

    def _surface(self, side: str, land: Land) -> tuple[Array, Array]:
        """The places ``(T, 3)`` [m] under a toe of the person, and the unit normals there.

        -inf high where there is nothing.
        """
        places = np.array(self._trodden(self.landmarks[:, _TOES[side]], side))
        places[:, 2], normals = land.support(places, 0.12 * self.scale)
        return readonly(places), readonly(normals)


def _nearest(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Index of the nearest True of ``flags`` ``(T,)`` for every entry; -1 if there is none."""
    true = np.flatnonzero(flags)
    if not len(true):
        return np.full(len(flags), -1)
    at = np.arange(len(flags))
    after = true[np.minimum(np.searchsorted(true, at), len(true) - 1)]
    before = true[np.maximum(np.searchsorted(true, at, side="right") - 1, 0)]
    return np.where(np.abs(after - at) <= np.abs(at - before), after, before)
