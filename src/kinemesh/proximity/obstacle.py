"""Solids of the world, made ready for distance queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kinemesh.arrays import Array, readonly
from kinemesh.geometry.hollow import is_hollow
from kinemesh.geometry.shape import ConvexPart, Shape
from kinemesh.proximity.hull_clearance import HullClearance
from kinemesh.proximity.sheet import Sheet
from kinemesh.proximity.surface import TrueSurface
from kinemesh.robot.convex import convex_geometry


@dataclass(frozen=True, eq=False)
class Solid:
    """A convex part of an obstacle."""

    geometry: Any
    """coal's geometry of it."""
    planes: Array
    """Its distinct facet planes ``(F, 4)``, outward."""

    @classmethod
    def from_part(cls, part: ConvexPart) -> Solid:
        """Prepare ``part``."""
        planes = readonly(np.unique(np.round(part.planes, 9), axis=0))
        return cls(convex_geometry(part.vertices), planes)


@dataclass(frozen=True, eq=False)
class Obstacle:
    """A solid of the world, made ready once for all frames."""

    name: str
    """The prop's or the terrain's."""
    parts: tuple[Solid, ...]
    """Its convex parts."""
    surface: TrueSurface | None = None
    """The true surface, where the parts only cover it and distances are to be to it."""
    dents: HullClearance | None = None
    """How far the one part may be entered, where it is the hull of a surface with dents."""

    sheet: Sheet | None = None
    """What of it bounds no solid and has two sides."""

    @classmethod
    def from_shape(
        cls,
        name: str,
        shape: Shape,
        *,
        true: bool = False,
        surface_of: Callable[[Shape], TrueSurface] = TrueSurface.from_shape,
    ) -> Obstacle:
        """Prepare ``shape`` for distance queries.

        Args:
            name: what to call it.
            shape: the solid.
            true: measure from the true surface where the convex parts leave it far inside, and
                let hulls be entered as far as the surface lies below them, 7 mm at most.
            surface_of: what makes a true surface ready: a kernel's way is faster.
        """
        parts = tuple(Solid.from_part(part) for part in shape.parts)
        if not (true and shape.warnings) or shape.split:
            return cls(name, parts)
        if shape.sheets.any():
            solid, sheet = shape.solid, Sheet.from_shape(shape)
            if solid is None:
                return cls(name, (), sheet=sheet)
            return replace(
                cls.from_shape(name, solid, true=True, surface_of=surface_of), sheet=sheet
            )
        if is_hollow(shape):
            return cls(name, parts, surface_of(shape))
        if len(parts) > 1:
            return cls(name, parts)
        return cls(name, parts, dents=HullClearance.from_shape(shape, shape.parts[0]))
