"""The convex parts of a mesh, and what is lost where it has none."""

from __future__ import annotations

import numpy as np

from kinemesh.errors import ClipError
from kinemesh.geometry.convex import ConvexPart
from kinemesh.geometry.edges import grouped
from kinemesh.geometry.orientation import Settled

_MAX_PARTS = 64
"""More connected pieces than this are scan debris, not parts."""
_CONVEX_ENOUGH = 0.95
"""A piece whose volume is at least this share of its hull's counts as convex."""


def convex_parts(mesh: Settled) -> tuple[ConvexPart, ...]:
    """One part for each connected lot of pieces if each is a convex solid, else nothing."""
    faces = mesh.faces
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]])
    label = grouped(len(mesh.points), ends[:, 0], ends[:, 1])
    lots = np.unique(label[faces])
    if len(lots) > _MAX_PARTS or mesh.sheets.any():
        return ()
    volume = np.zeros(len(label))
    for piece in mesh.pieces:
        if piece.volume < 0.0:
            return ()
        volume[label[faces[piece.members[0], 0]]] += piece.volume
    parts = []
    for lot in lots:
        try:
            part = ConvexPart(mesh.points[label == lot])
        except ClipError:
            return ()
        if volume[lot] < _CONVEX_ENOUGH * part.volume:
            return ()
        parts.append(part)
    return tuple(parts)


def not_convex(mesh: Settled, whole: ConvexPart) -> str:
    """What is lost when one hull stands for a mesh, in words."""
    if mesh.kind == "sheet":
        return (
            "the mesh is not watertight and bounds no solid: it is a sheet with two sides and no "
            "inside, and the robot keeps to the side that most of it is on"
        )
    share = min(sum(p.volume for p in mesh.pieces if p.kind != "sheet") / whole.volume, 1.0)
    text = (
        f"the mesh is {'not convex' if mesh.kind == 'closed' else 'not watertight'}: its convex "
        f"hull ({whole.volume:.4f} m^3, of which the mesh fills about {share:.0%}) stands for it "
        f"in collisions where it is snug; where it is not, they are with the true surface"
    )
    if mesh.kind == "closed":
        return text
    if not mesh.sheets.any():
        return f"{text}, inside which is what its triangles go round by more than a half"
    return (
        f"{text}, and with the {mesh.sheets.mean():.0%} of its triangles that bound no solid as a "
        f"sheet with two sides"
    )
