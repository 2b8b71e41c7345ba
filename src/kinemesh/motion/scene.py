"""Scenes: what is touched. The ground, terrain that stands still, props that move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kinemesh.arguments import FARTHEST, floats, instance, number, several, text, unknown
from kinemesh.arrays import Array, locked, readonly
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.geometry.shape import Shape

GROUND = "ground"
"""What the ground plane is called where a thing is asked for; no prop's or terrain's name."""
MOST_PROPS = 64
"""Props of a scene: each is meshed with all others in every frame."""
LIGHTEST, HEAVIEST = 1e-6, 1e6
"""Masses of props [kg]: what is made smaller or larger is between them too."""
_LARGEST = 50.0
"""A prop larger than this [m] is not in metres."""


@dataclass(frozen=True, eq=False)
class Prop:
    """A movable object: a shape and where it is in every frame.

    Raises:
        ClipError: the track is not ``(T, 7)``, not finite, or holds a zero quaternion;
            or the shape is so large or small that its unit cannot be metres.
    """

    name: str
    """What it is called; no two of a scene alike."""
    shape: Shape
    """In the prop's own frame [m]."""
    track: Array
    """Poses ``(T, 7)``, ``x y z qx qy qz qw`` in the world."""
    robot_scale: float | None = 1.0
    """Size of the robot's copy against this one; None: as the person is scaled to the robot."""
    mass: float | None = None
    """[kg]; None: from its size, see :class:`kinemesh.motion.Inertia`."""
    limb_of: str | None = None
    """Whose limb it is, where it is another person's; None: it is a thing.

    A limb goes its own way: nothing bears it, it bears nothing, and nobody carries it."""

    def __post_init__(self) -> None:
        text("name", self.name, "the prop's name, a text")
        if self.robot_scale is not None:
            what = "a factor, 0.01 to 100, or None for that of the person"
            size = number(
                "robot_scale", self.robot_scale, what, low=0.01, high=100.0, error=ClipError
            )
            object.__setattr__(self, "robot_scale", size)
        if self.mass is not None:
            what = f"a mass [kg], {LIGHTEST:g} to {HEAVIEST:g}, or None for that of its size"
            low, high = LIGHTEST, HEAVIEST
            mass = number("mass", self.mass, what, low=low, high=high, error=ClipError)
            object.__setattr__(self, "mass", mass)
        if self.limb_of is not None:
            text("limb_of", self.limb_of, "whose limb it is, a text, or None for a thing")
        instance("shape", self.shape, Shape, "a Shape, such as Shape.box((0.4, 0.3, 0.3))")
        track = floats("track", self.track, "poses (T, 7), x y z qx qy qz qw", error=ClipError)
        if track.ndim != 2 or track.shape[1] != 7:
            raise ClipError(f"prop {self.name!r} needs a track of poses (T, 7); got {track.shape}")
        if not np.all(np.isfinite(track)):
            frame = int(np.argwhere(~np.isfinite(track))[0, 0])
            raise ClipError(f"the track of prop {self.name!r} is NaN or infinite at frame {frame}")
        farthest = float(np.abs(track).max(initial=0.0))
        if farthest > FARTHEST:
            raise ClipError(
                f"the track of prop {self.name!r} holds {farthest:g}; expected metres, at most "
                f"{FARTHEST:g}, and quaternions of length 1"
            )
        try:
            track = poses.normalised(track)
        except ValueError as error:
            raise ClipError(f"the track of prop {self.name!r}: {error}") from error
        object.__setattr__(self, "track", readonly(track))
        check_size(self.shape, f"prop {self.name!r}")

    __setstate__ = locked

    def __repr__(self) -> str:
        return f"Prop({self.name!r}, {self.shape!r}, {len(self.track)} frames)"

    def resized(self, factors: ArrayLike, track: Array | None = None) -> Prop:
        """The same thing ``factors`` times as large, one or one for each of its own axes ``(3,)``.

        A mass that is stated grows as the volume does.

        Args:
            factors: positive [1].
            track: where it then is ``(T, 7)``; its own if left out.

        Raises:
            ClipError: not one or three positive numbers, or another number of poses.

        Examples:
            >>> box = kinemesh.demos.lift_box().with_masses(1.0).scene.props[0]
            >>> box.resized((1.0, 1.0, 2.0)).mass
            2.0
        """
        what = "one positive number, or one for each axis (3,)"
        sizes = floats("factors", factors, what, largest=FARTHEST, error=ClipError)
        if sizes.shape not in ((), (3,)):
            raise ClipError(f"factors has the shape {sizes.shape}: expected {what}")
        volume = float(np.prod(np.broadcast_to(sizes, 3)))
        return replace(
            self,
            shape=self.shape.scaled(sizes),
            track=self.track if track is None else track,
            mass=None if self.mass is None else self.mass * volume,
        )

    def lowest(self) -> Array:
        """Height of the lowest point in every frame ``(T,)`` [m].

        Examples:
            >>> kinemesh.demos.lift_box().scene.props[0].lowest().shape
            (253,)
        """
        # The lowest point of a solid is a vertex of its hull.
        corners = np.concatenate([part.vertices for part in self.shape.parts])
        rotation = poses.matrix(self.track)
        return np.asarray((rotation[:, 2] @ corners.T).min(axis=1) + self.track[:, 2])


@dataclass(frozen=True, eq=False)
class Terrain:
    """Solid ground shapes that stand still, in the world frame.

    Raises:
        ClipError: it is so large or small that its unit cannot be metres.
        TypeError: an argument of another kind.

    Examples:
        >>> platform = kinemesh.Shape.box((1.0, 0.8, 0.2), centre=(1.0, 0.0, 0.1))
        >>> scene = kinemesh.Scene(terrain=kinemesh.Terrain(platform, name="platform"))
        >>> scene.things
        ('platform',)
    """

    shape: Shape
    """In the world [m]."""
    name: str = "terrain"
    """What it is called where things are."""

    def __post_init__(self) -> None:
        instance("shape", self.shape, Shape, "a Shape, such as Shape.box((1.0, 1.0, 0.2))")
        text("name", self.name, "the terrain's name, a text")
        check_size(self.shape, self.name)


@dataclass(frozen=True, eq=False)
class Scene:
    """The ground plane ``z = ground``, an optional terrain, and any number of props.

    Raises:
        ClipError: two props of one name, more than 64, or a ground that is not in metres.
        TypeError: an argument of another kind.
    """

    props: tuple[Prop, ...] = ()
    """What moves, or can be moved."""
    terrain: Terrain | None = None
    """What else stands still; None: there is nothing but the plane."""
    ground: float | None = 0.0
    """Height of the ground plane [m]; None when there is none."""

    def __post_init__(self) -> None:
        props = several("props", self.props, Prop, "a tuple of Props")
        object.__setattr__(self, "props", props)
        if self.terrain is not None:
            instance("terrain", self.terrain, Terrain, "a Terrain, or None")
        if self.ground is not None:
            what = f"a height [m] within {FARTHEST:g}, or None where there is no ground"
            low, high = -FARTHEST, FARTHEST
            ground = number("ground", self.ground, what, low=low, high=high, error=ClipError)
            object.__setattr__(self, "ground", ground)
        names = [prop.name for prop in self.props]
        if len(set(names)) != len(names):
            raise ClipError(f"props need names of their own; got {', '.join(names)}")
        if len(names) > MOST_PROPS:
            raise ClipError(f"the scene has {len(names)} props; expected at most {MOST_PROPS}")

    def __repr__(self) -> str:
        things = "".join(f"{name}, " for name in self.things)
        return f"Scene({things}ground={self.ground})"

    @property
    def objects(self) -> tuple[Prop, ...]:
        """The props that are things, and nobody's limbs."""
        return tuple(prop for prop in self.props if prop.limb_of is None)

    @property
    def cast(self) -> tuple[str, ...]:
        """Names of the objects, then of the people whose limbs are here."""
        people = dict.fromkeys(p.limb_of for p in self.props if p.limb_of is not None)
        return (*(prop.name for prop in self.objects), *people)

    @property
    def things(self) -> tuple[str, ...]:
        """Names of what hands can touch: props, then terrain."""
        terrain = () if self.terrain is None else (self.terrain.name,)
        return (*(prop.name for prop in self.props), *terrain)

    def with_masses(self, masses: Mapping[str, float] | float) -> Scene:
        """The same scene with props of stated masses.

        Args:
            masses: prop to mass [kg]; or the mass of the only prop.

        Raises:
            ClipError: a prop that is not there, several to choose from, or a mass that cannot be.

        Examples:
            >>> kinemesh.demos.lift_box().scene.with_masses(3.0).props[0].mass
            3.0
        """
        names = [prop.name for prop in self.objects]
        if not names:
            raise ClipError("masses are given and the scene has no prop: leave them out")
        span: dict[str, Any] = {"low": LIGHTEST, "high": HEAVIEST, "error": ClipError}
        if not isinstance(masses, Mapping):
            what = "a mass [kg] of the only prop, or props to masses"
            mass = number("masses", masses, what, **span)
            if len(names) != 1:
                raise ClipError(
                    f"a mass of {mass:g} kg without the name of a prop: name one of "
                    f"{', '.join(names)}"
                )
            masses = {names[0]: mass}
        for name, mass in masses.items():
            if name not in names:
                unknown("prop in masses:", name, names, ClipError)
            number(f"masses[{name!r}]", mass, "a mass [kg]", **span)
        props = [replace(p, mass=masses[p.name]) if p.name in masses else p for p in self.props]
        return replace(self, props=tuple(props))

    def shifted(self, dz: float) -> Scene:
        """The same scene lifted by ``dz`` [m], ground plane included.

        Raises:
            ClipError: ``dz`` is not finite.

        Examples:
            >>> kinemesh.Scene().shifted(0.1).ground
            0.1
        """
        number("dz", dz, "a height [m]", error=ClipError)
        lift = np.array([0.0, 0.0, dz])
        props = tuple(
            replace(p, track=p.track + np.array([0, 0, dz, 0, 0, 0, 0.0])) for p in self.props
        )
        terrain = self.terrain
        if terrain is not None:
            shape = terrain.shape
            parts = tuple(type(part)(part.vertices + lift) for part in shape.parts)
            terrain = replace(
                terrain, shape=replace(shape, vertices=shape.vertices + lift, parts=parts)
            )
        return Scene(props, terrain, None if self.ground is None else self.ground + dz)


def check_size(shape: Shape, what: str) -> None:
    """Reject a shape whose size shows that its unit is not metres.

    Raises:
        ClipError: larger than 50 m or smaller than 1 mm.
    """
    low, high = shape.bounds
    extent = float((high - low).max())
    if extent > _LARGEST:
        raise ClipError(
            f"{what} is {extent:.0f} m across; expected metres and less than {_LARGEST:.0f} m: "
            f"if the file is in millimetres or centimetres, scale it by 0.001 or 0.01"
        )
    if extent < 1e-3:
        raise ClipError(f"{what} is {extent * 1e3:.3g} mm across; expected a shape in metres")
