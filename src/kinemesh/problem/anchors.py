"""Anchors: places on props, terrain and ground that join the mesh."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinemesh.arguments import amounts, whole
from kinemesh.arrays import Array, readonly
from kinemesh.errors import OptionError
from kinemesh.geometry import poses
from kinemesh.motion import Prop, Scene
from kinemesh.problem.feet import TerrainChange
from kinemesh.problem.scaling import Carrier, carried, same_prop
from kinemesh.problem.terrain_pieces import TerrainPieces

_JOGGLE = 0.003
"""Every vertex is moved by up to this [m] for the tetrahedralisation, the same in every frame.

Symmetric bodies put hips and shoulders on one circle; which diagonal rounding then picks would
change from frame to frame and from machine to machine."""


@dataclass(frozen=True)
class MeshOptions:
    """How many anchors join the mesh, and how much they weigh.

    Raises:
        OptionError: a number that cannot be.
    """

    prop_anchors: int = 100
    """Anchors on each prop, and on all limbs of another person together."""
    terrain_anchors: int = 100
    """Anchors on the terrain."""
    ground_anchors: int = 24
    """Anchors on the ground, around the body."""
    prop_weight: float = 1.0
    """Total weight of a prop's or a person's anchors, where all landmarks together weigh 1 each."""
    terrain_weight: float = 1.0
    """Total weight of the terrain's anchors, on the same scale."""
    ground_weight: float = 0.3
    """Total weight of the ground's anchors, on the same scale."""
    reach: float = 0.7
    """Radius [m] of the disc of ground anchors."""
    seed: int = 42
    """Seed of the anchors' places."""

    def __post_init__(self) -> None:
        amounts(self, OptionError)
        for name in ("prop_anchors", "terrain_anchors", "ground_anchors"):
            whole(name, getattr(self, name), "a number of anchors, 0 to 2000", low=0, high=2000)
        whole("seed", self.seed, "a whole number, 0 or more", low=0, high=1 << 64)


@dataclass(frozen=True, eq=False)
class PropAnchors:
    """Anchors of one prop in both worlds."""

    source_points: Array
    source_track: Array
    target_points: Array
    target_track: Array
    source_turns: Array
    """Rotation matrices ``(T, 3, 3)`` of the tracks."""
    target_turns: Array

    @classmethod
    def sampled(
        cls,
        prop: Prop,
        target: Prop,
        source: Prop | None,
        scale: float,
        count: int,
        rng: np.random.Generator,
    ) -> PropAnchors:
        """Sample ``prop`` and carry its anchors over to ``target``, the robot's copy of it.

        And to ``source``, that of the person in the robot's proportions, where there is one.
        """
        local = prop.shape.sample(count, rng)
        if source is not None:
            there = Carrier(prop.shape, source.shape)(local)
            return cls(
                there,
                source.track,
                Carrier(prop.shape, target.shape)(local),
                target.track,
                poses.matrix(source.track),
                poses.matrix(target.track),
            )
        track = np.array(prop.track)
        track[:, :3] *= scale
        places = Carrier(prop.shape, target.shape)(local)
        turns = poses.matrix(track), poses.matrix(target.track)
        return cls(local * scale, track, places, target.track, *turns)

    def source(self, index: int) -> Array:
        """In the person's scaled world ``(A, 3)`` [m]."""
        turned = self.source_points @ self.source_turns[index].T
        return np.asarray(turned + self.source_track[index, :3])

    def target(self, index: int) -> Array:
        """In the robot's world ``(A, 3)`` [m]."""
        turned = self.target_points @ self.target_turns[index].T
        return np.asarray(turned + self.target_track[index, :3])


class Anchors:
    """The vertices of a clip's meshes: landmarks, and anchors on props, terrain and ground.

    Args:
        home: the scene of the demonstration, settled: a prop that stands on the ground stands on
            it in the mesh too, else mesh and soles would pull two ways.
        scene: the robot's.
        source: the demonstration's as the robot would meet it, for a person in the robot's
            proportions; None: the person's world shrunk as a whole.
        shares: weights of the landmarks ``(K,)``.
        landmarks: of the person, scaled ``(T, K, 3)`` [m].
        land: where the robot's terrain is.
        scale: robot height / human height.
        options: how many anchors, and how much they weigh.

    Attributes:
        weights: of the vertices, the same in every frame ``(V,)``.
        props: the anchors of each prop.
    """

    def __init__(
        self,
        home: Scene,
        scene: Scene,
        source: Scene | None,
        shares: Array,
        landmarks: Array,
        land: TerrainChange,
        scale: float,
        options: MeshOptions,
    ) -> None:
        rng = np.random.default_rng(options.seed)
        self._landmarks, self._ground = landmarks, scene.ground
        bodies = Counter(prop.limb_of for prop in home.props)
        # All limbs of a body together are one thing among others.
        sizes = [1 if p.limb_of is None else bodies[p.limb_of] for p in home.props]
        counts = [-(-options.prop_anchors // size) for size in sizes]
        self.props = [
            PropAnchors.sampled(
                prop,
                same_prop(scene, prop),
                None if source is None else same_prop(source, prop),
                scale,
                count,
                rng,
            )
            for prop, count in zip(home.props, counts, strict=True)
        ]
        self._terrain: list[tuple[Array, Array]] = []
        if home.terrain is not None and scene.terrain is not None:
            shape = home.terrain.shape
            local = shape.sample(options.terrain_anchors, rng)
            there = (
                land.on_surface(local * scale)
                if isinstance(land, TerrainPieces)
                else carried(local, shape.bounds, scene.terrain.shape.bounds)
            )
            self._terrain.append((local * scale, there))
        self._disc = np.zeros((0, 3))
        if scene.ground is not None:
            self._disc = sunflower(options.ground_anchors, options.reach)
            self._disc[:, 2] = scene.ground
        body = landmarks.shape[1]
        groups = (
            *((n, options.prop_weight / size) for n, size in zip(counts, sizes, strict=True)),
            *((len(target), options.terrain_weight) for _, target in self._terrain),
            (len(self._disc), options.ground_weight),
        )
        weights = [np.full(count, weight * body / count) for count, weight in groups if count]
        self.weights = readonly(np.concatenate([shares, *weights]))
        self._joggle = rng.uniform(-_JOGGLE, _JOGGLE, (len(self.weights), 3))

    def on_props(self, index: int) -> list[Array]:
        """The anchors of each prop in the person's scaled world ``(A, 3)`` [m]."""
        return [prop.source(index) for prop in self.props]

    def places(self, index: int) -> tuple[Array, Array]:
        """Vertices ``(V, 3)`` in the person's scaled world, and anchors ``(V - K, 3)`` [m].

        Landmarks come first; the anchors are where the robot's scene has the same places.
        """
        there = [prop.target(index) for prop in self.props]
        return self.joined(self._landmarks[index], self.on_props(index), there)

    def joined(
        self, body: Array, on_props: Sequence[Array], there: Sequence[Array]
    ) -> tuple[Array, Array]:
        """The same of landmarks ``(K, 3)`` [m] and anchors on props, wherever they are.

        Args:
            body: the landmarks.
            on_props: the anchors of each prop in the person's scaled world ``(A, 3)`` [m].
            there: and in the robot's.
        """
        source, target = [body, *on_props], list(there)
        for before, after in self._terrain:
            source.append(before)
            target.append(after)
        if len(self._disc):
            ground = self._disc.copy()
            ground[:, :2] += body[:, :2].sum(axis=0) / len(body)
            source.append(ground)
            target.append(ground)
        return np.concatenate(source), np.concatenate(target) if target else np.zeros((0, 3))

    def joggled(self, source: Array) -> Array:
        """The vertices ``(V, 3)`` [m] as they are for the tetrahedralisation."""
        return source + self._joggle


def sunflower(count: int, radius: float) -> Array:
    """``count`` points ``(count, 3)`` spread evenly over a disc, no four on one circle.

    Vogel's spiral. A square grid would make every cell a degenerate Delaunay case.
    """
    k = np.arange(count)
    distance = radius * np.sqrt((k + 0.5) / max(count, 1))
    angle = k * np.pi * (3.0 - np.sqrt(5.0))
    return np.stack([distance * np.cos(angle), distance * np.sin(angle), 0.0 * k], axis=1)
