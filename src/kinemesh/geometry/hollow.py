"""Whether the convex parts of a shape stand for its surface."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from kinemesh.geometry.orientation import settled
from kinemesh.geometry.shape import Shape

_SNUG = 0.03
"""A hull this near [m] to the surface stands for it."""
_CAVITY = 0.01
"""A cavity of more than this share of the hull is room for somebody."""
_HULL_SAMPLES = 2000
_SURFACE_SAMPLES = 20000


def is_hollow(shape: Shape) -> bool:
    """Whether the parts of ``shape`` leave its surface far inside: a chair, not a dented box.

    A hull that lies within 30 mm of the surface everywhere stands for it: hands are then some
    millimetres off in the dents, and every distance is exact and cheap. Sheets, and solids with
    a cavity, are hollow.
    """
    if not shape.warnings or shape.split:
        return False
    if shape.sheets.any():
        return True
    rng = np.random.default_rng(0)
    surface = cKDTree(
        shape.scatter(_SURFACE_SAMPLES, rng), balanced_tree=False, compact_nodes=False
    )
    hull = Shape.union([Shape.convex(part.vertices) for part in shape.parts])
    away, _ = surface.query(hull.scatter(_HULL_SAMPLES, rng))
    if np.max(away) > _SNUG:
        return True
    least = -_CAVITY * sum(part.volume for part in shape.parts)
    pieces = shape.pieces or settled(shape.vertices, shape.faces).pieces
    return any(piece.volume < least for piece in pieces if piece.kind != "sheet")
