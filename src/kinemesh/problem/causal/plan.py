"""What a stream asks of a robot, frame after frame, from what has been seen so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.detection.causal.instant import Instant
from kinemesh.detection.causal.standing import Foot, Standing
from kinemesh.detection.stance import StanceRule
from kinemesh.detection.support import Land
from kinemesh.detection.touch import TouchRule
from kinemesh.geometry import poses
from kinemesh.kernel import obstacle_of
from kinemesh.motion import LANDMARKS, Scene, Shape
from kinemesh.problem.anchors import Anchors, MeshOptions
from kinemesh.problem.causal.feet import CausalFeet
from kinemesh.problem.causal.hands import CausalHands
from kinemesh.problem.causal.pads import CausalPads
from kinemesh.problem.causal.person import CausalPerson
from kinemesh.problem.causal.props import CausalProps
from kinemesh.problem.feet import TOES
from kinemesh.problem.frame import Frame, OrientationTarget, Touchdown
from kinemesh.problem.mesh import LaplacianTarget
from kinemesh.problem.person.bearers import Bearer
from kinemesh.problem.person.followed import Proportions
from kinemesh.problem.person.holding import Grasp
from kinemesh.problem.person.proportions import SIDES, leg_ratio
from kinemesh.problem.person.reaching import reaching
from kinemesh.problem.scaling import sized_scene
from kinemesh.proximity import Obstacle
from kinemesh.robot import RobotModel

_STEADY = 0.05
"""Time constant over which a recorded rotation is smoothed [s]: wrists and ankles tremble."""


class CausalPlan:
    """A stream scaled to a robot: what each frame asks, as :class:`Plan` has it of a whole clip.

    Args:
        robot: who is to follow.
        known: what is known of the person.
        scene: the person's; tracks of its props are not looked at.
        proportions: whose lengths the person has.
        mesh: how many anchors the interaction mesh has.
        stance: when a foot counts as planted.
        touch: when a hand touches.
        obstacles: shapes of props that were made ready before.

    Attributes:
        scale: of the robot's world against the person's.
        height: the person's stature [m].
        scene: the robot's; its props' tracks say nothing.
        feet: what the feet do now, by side.
        landmarks: the person's now ``(K, 3)`` [m], in the robot's world.
        props: where the robot's copies of the props are now, poses ``(7,)`` by name.
    """

    def __init__(
        self,
        robot: RobotModel,
        known: Calibration,
        scene: Scene,
        *,
        proportions: Proportions = "robot",
        mesh: MeshOptions | None = None,
        stance: StanceRule | None = None,
        touch: TouchRule | None = None,
        obstacles: Mapping[Shape, Obstacle] | None = None,
    ) -> None:
        self._robot, self._known, rule = robot, known, stance or StanceRule()
        rest = robot.configuration(robot.rest).landmarks()
        self._rest, self._proportions = rest, proportions
        self.scale = (
            leg_ratio(known.landmarks, rest)
            if proportions == "robot"
            else robot.height / known.height
        )
        self._home, self.scene = scene, sized_scene(scene, self.scale)
        self._land, land = Land(scene), Land(self.scene)
        self._standing = {side: Standing(rule, known.feet[side]) for side in SIDES}
        ground = self.scene.ground
        self._person = CausalPerson(known, rest, self.scale, land, ground)
        self._props = CausalProps(scene.props, self.scale, scene.ground)
        turned = frozenset(one.part for one in known.parts)
        self._hands = CausalHands(
            robot, scene, self.scene, touch or TouchRule(), self.scale, turned
        )
        self._pads = CausalPads(robot, scene, self.scene, known.height, self.scale)
        marks = {name: float(rest[k, 2]) for k, name in enumerate(LANDMARKS)}
        rests = {
            side: (marks[f"{side}_ankle"], marks[f"{side}_toe"])
            if proportions == "robot"
            else (self.scale * known.feet[side].flat, 0.0)
            for side in SIDES
        }
        self._feet = CausalFeet(robot, land, self.scale, rule.enter_speed, rests)
        self._mesh = mesh or MeshOptions()
        self._anchors = self._anchored(())
        ready = obstacles or {}
        self._obstacles = {
            prop.name: replace(ready[prop.shape], name=prop.name)
            if prop.shape in ready
            else obstacle_of(prop.name, prop.shape)
            for prop in self.scene.props
        }
        self._terrain: tuple[tuple[Obstacle, Array], ...] = ()
        if self.scene.terrain is not None:
            solid = obstacle_of(self.scene.terrain.name, self.scene.terrain.shape)
            self._terrain = ((solid, poses.IDENTITY),)
        self._turns: dict[str, Array] = {}
        self._pelvis: tuple[Array, Array | None, float] | None = None
        self.height = known.height
        self.feet: Mapping[str, Foot] = {}
        self.props: dict[str, Array] = {}
        self.landmarks: Array = known.landmarks[0]

    def go_on(self, before: CausalPlan) -> None:
        """Take over what was seen in another scene: feet go on standing, parts turning."""
        self._standing, self._turns = before._standing, before._turns
        self._feet.go_on(before._feet)
        self._person.go_on(before._person)
        self._props.go_on(before._props)

    def solids(self) -> tuple[Obstacle, ...]:
        """Terrain and props, whether they have been seen or not."""
        return (*self._obstacles.values(), *(one for one, _ in self._terrain))

    @property
    def touched(self) -> tuple[tuple[str, str], ...]:
        """Hands and other parts that touch now, and what."""
        return (*self._hands.touched, *self._pads.touched)

    @property
    def contacts(self) -> tuple[tuple[str, str], ...]:
        """What touches what now: feet that stand, and hands."""
        under = "ground" if self.scene.terrain is None else "ground or terrain"
        feet = [(f"{side}_foot", under) for side, foot in self.feet.items() if foot.toe]
        return (*feet, *self.touched)

    def frame(
        self,
        index: int,
        now: Instant,
        touchdowns: Mapping[str, Touchdown],
        start: tuple[Array, float] | None = None,
    ) -> Frame:
        """What a frame asks, given where feet were planted before it.

        Args:
            index: its number.
            now: what is seen.
            touchdowns: where each planted sole touched down.
            start: of a robot that comes from elsewhere, its landmarks there ``(K, 3)`` [m] and how
                much of the way is gone, 0 to 1: it is asked to go on, and to hold nothing yet.
        """
        person, dt = now.landmarks, now.dt
        self.feet = self._stand(person, dt)
        self.props = self._props.step(now.props, dt)
        self._hands.see(now, self.props)
        self._pads.see(now, [hand for hand, _ in self._hands.touched])
        figure: Array | None = None
        if self._proportions == "robot":
            figure = self._person.step(person, self.feet, self._bearers, dt)
        body = self.scale * person if figure is None else figure
        if figure is not None:
            grasps = list(self._hands.grasps(body))
            self._hold(grasps, dt)
            body = reaching(body[None], self._rest, [grasp for _, grasp in grasps])[0]
        if start is not None:
            there, share = start
            body = there + share * (body - there)
            figure = None if figure is None else there + share * (figure - there)
        self.landmarks = body
        toes = {side: self.scale * person[toe] for side, toe in TOES.items()}
        self._feet.see(self.feet, body, toes, dt)
        stances = self._feet.stances(touchdowns)
        seen = {name: (self._obstacles[name], pose) for name, pose in self.props.items()}
        placed = seen | {one.name: (one, pose) for one, pose in self._terrain}
        asked = Frame(
            index=index,
            dt=dt,
            laplacian=self._laplacian(now, body),
            landmarks=body,
            figure=figure,
            ground=self.scene.ground,
            obstacles=(*seen.values(), *self._terrain),
            stances=stances,
            sole_approaches=self._feet.approaches(),
            slow_toes=self._feet.slow_toes(stances),
            contacts=(*self._hands.contacts(placed), *self._pads.contacts(body, placed, dt)),
            orientation_targets=self._orientations(now),
            pelvis_change=self._pelvis_change(now),
        )
        if start is None:
            return asked
        return replace(
            asked,
            stances=(),
            sole_approaches=(),
            slow_toes=(),
            contacts=(),
            orientation_targets=(),
            pelvis_change=None,
        )

    def _pelvis_change(self, now: Instant) -> Array | None:
        """By how much more the person's pelvis moves to this frame than to the one before it."""
        place = self.scale * now.landmark("pelvis")[0]
        last, self._pelvis = self._pelvis, (place, None, now.dt)
        if last is None:
            return None
        step = place - last[0]
        self._pelvis = place, step, now.dt
        return None if last[1] is None else np.asarray(step - now.dt / last[2] * last[1])

    def _bearers(self, body: Array, scaled: Array) -> tuple[Bearer, ...]:
        """Who bears besides feet."""
        return self._pads.bearers(body, scaled, self.props)

    def _hold(self, grasps: Sequence[tuple[str, Grasp]], dt: float) -> None:
        """Tell the props who holds them, for the next frame."""
        for name in self.props:
            away = [
                grasp.hand[0] - grasp.place[0]
                for thing, grasp in grasps
                if thing == name and grasp.share[0] == 1.0
            ]
            if away:
                self._props.hold(name, np.mean(away, axis=0), dt)

    def _stand(self, person: Array, dt: float) -> dict[str, Foot]:
        """What the feet do."""
        at = {
            side: [person[LANDMARKS.index(f"{side}_{m}")] for m in ("toe", "ankle", "knee")]
            for side in SIDES
        }
        under = self._land.support(np.array([at[side][0] for side in SIDES]))[0]
        feet = {}
        for side, height in zip(SIDES, under, strict=True):
            toe, ankle, knee = at[side]
            feet[side] = self._standing[side].step(toe, ankle, knee, float(height), dt)
        return feet

    def _anchored(self, names: tuple[str, ...]) -> Anchors:
        """The anchors of a mesh with the props of these names."""
        self._meshed = names
        home, scene = (
            replace(one, props=tuple(prop for name in names for prop in one.props
                                     if prop.name == name))
            for one in (self._home, self.scene)
        )  # fmt: skip
        return Anchors(
            home,
            scene,
            scene if self._proportions == "robot" else None,
            self._robot.reach.landmarks,
            self._known.landmarks[:1],
            None,
            self.scale,
            self._mesh,
        )

    def _laplacian(self, now: Instant, body: Array) -> LaplacianTarget:
        """The reduced Laplacian cost."""
        names, source, there = tuple(self.props), [], []
        if names != self._meshed:
            self._anchors = self._anchored(names)
        for name, anchors in zip(names, self._anchors.props, strict=True):
            own = target = self.props[name]
            if self._proportions != "robot":
                own = np.array(now.props[name])
                own[:3] *= self.scale
            source.append(poses.apply(own, anchors.source_points))
            there.append(poses.apply(target, anchors.target_points))
        points, anchors_there = self._anchors.joined(body, source, there)
        joggled = self._anchors.joggled(points)
        return LaplacianTarget.from_points(joggled, points, anchors_there, self._anchors.weights)

    def _orientations(self, now: Instant) -> tuple[OrientationTarget, ...]:
        """How torso, feet and hands are to be turned, where there are rotations."""
        if now.rotations is None:
            return ()
        found = []
        parts = {part.name: part for part in self._robot.parts}
        for one in self._known.parts:
            if one.part not in parts:
                continue
            turn = Rotation.from_quat(now.rotations[now.skeleton.index(one.joint)]).as_matrix()
            turn = turn @ one.constant
            before = self._turns.get(one.part)
            if before is not None:
                mixed = before + (1.0 - np.exp(-now.dt / _STEADY)) * (turn - before)
                left, _, right = np.linalg.svd(mixed)
                turn = left @ right
            self._turns[one.part] = turn
            found.append(OrientationTarget(parts[one.part], turn))
        return tuple(found)
