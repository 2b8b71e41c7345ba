"""What a clip shows of its shapes: a solid that the person is in the middle of is a shell.

A scanned room and a box without a bottom are the same mesh. Where the hole looks tells them apart
for terrain, and for anything where the person is. Asked once, when a clip is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.geometry.orientation import Piece, settled
from kinemesh.geometry.shape import Shape
from kinemesh.geometry.winding import clustered
from kinemesh.motion.scene import Scene

_TRUNK = ("pelvis", "left_hip", "right_hip", "left_shoulder", "right_shoulder")
_BODY = (*_TRUNK, "left_knee", "right_knee")
_HANDS = ("left_hand", "right_hand")
_FLESH = 0.05
"""A joint this deep [m] in a solid is in it: recordings are off by less, and flesh gives way."""
_OFTEN = 0.1
"""Where a joint is in what has holes for this share of the frames, that is a shell;"""
_MOSTLY = 0.5
"""where the trunk is in what has none."""
_FRAMES = 48
"""As many frames are looked at."""
_BLOCK = 0.5
"""Joints no further apart than this [m] are looked at together."""
_SMALL = 0.02
"""Holes of less than this share may look anywhere."""
_DOWN = -0.7
"""The underside that nobody scanned looks down: the z of its normal is less than this."""


def seen(scene: Scene, marks: Mapping[str, Array]) -> tuple[Scene, dict[str, str]]:
    """The scene with what can be no solid as sheets, and what it was that showed it, by thing.

    Args:
        scene: props and terrain; a prop on a track of another length stays as it is.
        marks: the person's landmarks ``(T, 3)`` [m] by name.
    """
    said: dict[str, str] = {}
    props, frames = [], {len(track) for track in marks.values()}
    for prop in scene.props:
        solid = not (prop.limb_of or prop.shape.sheets.all() or prop.shape.split)
        if solid and {len(prop.track)} == frames:
            there = poses.inverse(prop.track[_frames(len(prop.track))])
            local = {
                name: np.asarray(poses.apply(there, track[:, None])[:, 0])
                for name, track in _few(marks, (*_BODY, *_HANDS))
            }
            shape, why = _seen(prop.shape, local, world=False)
            if why:
                prop, said[prop.name] = replace(prop, shape=shape), why
        props.append(prop)
    terrain = scene.terrain
    if terrain is not None and not terrain.shape.sheets.all() and not terrain.shape.split:
        shape, why = _seen(terrain.shape, dict(_few(marks, _BODY)), world=True)
        if why:
            terrain, said[terrain.name] = replace(terrain, shape=shape), why
    return (Scene(tuple(props), terrain, scene.ground) if said else scene), said


def _frames(count: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(_FRAMES, count)).astype(np.int64))


def _few(marks: Mapping[str, Array], names: tuple[str, ...]) -> list[tuple[str, Array]]:
    """Landmarks in some of the frames."""
    return [(name, marks[name][_frames(len(marks[name]))]) for name in names]


def _seen(shape: Shape, marks: dict[str, Array], world: bool) -> tuple[Shape, str]:
    """The shape with what can be no solid as sheets, and why; the shape itself if all can."""
    low, high = shape.bounds
    within = {
        name: np.all((track > low + _FLESH) & (track < high - _FLESH), axis=1)
        for name, track in marks.items()
    }
    inside = np.all([within[name] for name in _TRUNK], axis=0).mean() > _MOSTLY
    holes = shape.kind == "open"
    if not (inside or (holes and (world or any(w.mean() > _OFTEN for w in within.values())))):
        return shape, ""
    pieces = shape.pieces or settled(shape.vertices, shape.faces).pieces
    flags, reasons = np.array(shape.sheets), []
    for piece in pieces:
        if piece.kind == "sheet" or flags[piece.members].any():
            continue
        why = _upward(piece) if world and holes else ""
        why = why or _inhabited(shape, piece, marks)
        if why:
            flags[piece.members] = True
            reasons.append(why)
    if not reasons:
        return shape, ""
    text = f"{'; '.join(dict.fromkeys(reasons))}: it is taken for a sheet with two sides"
    return shape.with_sheets(flags, text), text


def _upward(piece: Piece) -> str:
    """Why a piece of terrain is no solid: there is room where its holes are."""
    if piece.kind != "open" or piece.hole < _SMALL:
        return ""
    size = float(np.linalg.norm(piece.facing))
    if piece.facing[2] < _DOWN * size:
        return ""
    return f"the mesh has holes ({piece.hole:.0%} of its area) that do not look down"


def _inhabited(shape: Shape, piece: Piece, marks: dict[str, Array]) -> str:
    """Why a piece is no solid: somebody is in it."""
    corners = np.asarray(shape.vertices[shape.faces[piece.members]])
    low, high = corners.min(axis=(0, 1)) + _FLESH, corners.max(axis=(0, 1)) - _FLESH
    deep = {n: np.all((track > low) & (track < high), axis=1) for n, track in marks.items()}
    asked = [name for name, flags in deep.items() if flags.any()]
    if not asked:
        return ""
    points = np.concatenate([marks[name][deep[name]] for name in asked])
    from kinemesh.geometry.field import points_on  # with all that makes fields

    held = np.asarray(cKDTree(points_on(corners)[0]).query(points)[0] > _FLESH)
    held[held] = clustered(corners, points[held], _BLOCK) > 0.5
    if len(corners) < len(shape.faces):  # in a room with thick walls nobody is in what is solid
        bounding = np.asarray(shape.vertices[shape.faces[~shape.sheets]])
        held[held] = clustered(bounding, points[held], _BLOCK) > 0.5
    ends = np.cumsum([deep[name].sum() for name in asked])
    for name, part in zip(asked, np.split(held, ends[:-1]), strict=True):
        deep[name][deep[name]] = part
    if piece.kind == "closed":
        share = float(np.mean(np.all([deep[name] for name in _TRUNK], axis=0)))
        least, what = _MOSTLY, "trunk"
    else:
        what = max(deep, key=lambda name: float(deep[name].mean()))
        share, least, what = float(deep[what].mean()), _OFTEN, what.replace("_", " ")
    if share <= least:
        return ""
    return f"the person's {what} is inside of the mesh in {share:.0%} of the frames"


def notes(what: str, shape: Shape) -> tuple[str, ...]:
    """What there is to say of a mesh that is not closed, or was not all seen from outside."""
    found = []
    if shape.kind != "closed":
        sheets = float(shape.sheets.mean())
        solids = [p for p in shape.pieces if not shape.sheets[p.members].any()]
        holes = [piece for piece in solids if piece.kind == "open"]
        if holes:
            share = sum(p.hole * p.area for p in holes) / sum(p.area for p in holes)
            found.append(
                f"the mesh is open (holes {share:.1%} of its area), and its inside is what its "
                f"facets go round by more than a half"
            )
        if sheets:
            much = (
                "it is a bare sheet" if sheets == 1.0 else f"{sheets:.0%} of its facets are sheets"
            )
            found.append(f"{much}, kept from both sides")
    if shape.turned:
        found.append(f"{shape.turned:.1%} of its facets were turned")
    return (f"{what}: {'; '.join(found)}",) if found else ()
