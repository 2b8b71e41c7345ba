"""How heavy props are, and how they turn: as stated, else from their size at a stated density."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull

from kinemesh.arrays import Array, readonly
from kinemesh.motion.scene import Prop

DENSITY = 30.0
"""Of a prop's convex hull [kg/m^3] where no mass is stated: a carton of 40 cm then weighs 1.9 kg,
a chair whose hull is 0.15 m^3 4.5 kg."""


@dataclass(frozen=True, eq=False)
class Inertia:
    """Mass, centre of mass and inertia of a rigid body, in its own frame.

    Examples:
        >>> box = kinemesh.demos.lift_box().with_masses(2.0).scene.props[0]
        >>> kinemesh.motion.Inertia.of(box).mass
        2.0
    """

    mass: float
    """[kg]."""
    centre: Array
    """``(3,)`` [m]."""
    tensor: Array
    """About the centre ``(3, 3)`` [kg m^2]."""

    @classmethod
    def of(cls, prop: Prop) -> Inertia:
        """That of ``prop``: its mass, or the default one, spread evenly over its convex hull."""
        points = np.concatenate([part.vertices for part in prop.shape.parts])
        hull = ConvexHull(points)
        triangles, inside = points[hull.simplices], points[hull.vertices].mean(axis=0)
        edges = triangles - inside
        volumes = np.abs(np.linalg.det(edges)) / 6.0
        volume = float(volumes.sum())
        mass = DENSITY * volume if prop.mass is None else prop.mass
        # Of a tetrahedron from `inside`: second moments are V/20 (sum of x x' + s s'), s their sum.
        sums = edges.sum(axis=1)
        away = np.einsum("n,nc->c", volumes, sums) / (4.0 * volume)
        moments = np.einsum("n,nkc,nkd->cd", volumes, edges, edges)
        moments = (moments + np.einsum("n,nc,nd->cd", volumes, sums, sums)) / 20.0
        second = moments * (mass / volume) - mass * np.outer(away, away)
        tensor = np.trace(second) * np.eye(3) - second
        return cls(mass, readonly(inside + away), readonly(tensor))
