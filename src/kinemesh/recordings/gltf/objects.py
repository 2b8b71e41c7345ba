"""The objects of one ``.glb``: meshes on nodes that move or stand, made into props."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import Prop, Shape
from kinemesh.recordings.gltf.container import Gltf
from kinemesh.recordings.gltf.nodes import Nodes

_FLAT = 1e-3
"""A mesh thinner than this [m] is a picture of the floor, not a thing."""
_STEADY = 0.01
"""A thing's size may vary by this share over the clip."""
_MOST_THINGS = 64
_TRIANGLES = 4


def objects(nodes: Nodes, carriers: Mapping[int, Sequence[int]]) -> tuple[list[Prop], list[str]]:
    """A prop for every carrier of :func:`carriers_of`, and notes on them.

    Raises:
        ReadError: a mesh that is damaged, or whose size cannot be metres.
    """
    props: list[Prop] = []
    notes: list[str] = []
    for carrier, meshes in carriers.items():
        prop, said = _prop(nodes, carrier, meshes, {p.name for p in props})
        notes += said
        if prop is not None:
            props.append(prop)
    return props, notes


def carriers_of(nodes: Nodes, joints: Sequence[int]) -> tuple[dict[int, list[int]], list[str]]:
    """Nodes that carry objects, each with its nodes of meshes; and meshes the person wears."""
    person = set(joints)
    carriers: dict[int, list[int]] = {}
    worn = []
    for node, row in enumerate(nodes.file.table("nodes")):
        if node not in nodes.shown or "mesh" not in row or "skin" in row:
            continue
        chain = nodes.up(node)
        if person & set(chain):
            worn.append(nodes.names[node])
            continue
        carrier = next((up for up in chain if nodes.moves(up)), node)
        carriers.setdefault(carrier, []).append(node)
    if len(carriers) > _MOST_THINGS:
        raise ReadError(
            f"{nodes.file.name} holds {len(carriers)} objects",
            given=len(carriers),
            expected=f"at most {_MOST_THINGS}",
            advice="join those that belong together, or leave out what nobody touches",
        )
    return carriers, worn


def _prop(
    nodes: Nodes, carrier: int, meshes: Sequence[int], names: set[str]
) -> tuple[Prop | None, list[str]]:
    """What hangs from a node as a prop; None, and why, where it is no solid thing."""
    name = nodes.names[carrier].replace("|", "_")
    while name in names:
        name += "_2"
    places = nodes.places(carrier)
    turns = nodes.turns(carrier)
    # The scale goes into the shape: a pose has none.
    stretch = turns.as_matrix().transpose(0, 2, 1) @ places[:, :3, :3]
    size = np.linalg.norm(stretch[0])
    notes = []
    if np.abs(stretch - stretch[0]).max() > _STEADY * size:
        notes.append(f"object {name!r} changes its size; the size of its first frame is kept")
    vertices, faces, count = [], [], 0
    for node in meshes:
        points, triangles = _triangles(nodes.file, nodes.file.row("nodes", node).get("mesh"))
        inner = np.linalg.inv(places[0]) @ nodes.places(node)[0]
        points = (points @ inner[:3, :3].T + inner[:3, 3]) @ stretch[0].T
        if np.linalg.det(inner[:3, :3]) * np.linalg.det(stretch[0]) < 0.0:
            triangles = triangles[:, ::-1]  # a mirror turns triangles inside out
        vertices.append(points)
        faces.append(triangles + count)
        count += len(points)
    points, triangles = np.concatenate(vertices), np.concatenate(faces)
    if not len(triangles) or _thin(points):
        return None, [f"object {name!r}: flat or without triangles, left out"]
    frames = len(nodes.times)
    track = np.zeros((frames, 7))
    track[:, :3] = places[:, :3, 3]
    track[:, 3:] = turns.as_quat()
    try:
        prop = Prop(name, Shape.from_mesh(points, triangles), track)
    except ClipError as error:
        raise ReadError(f"{nodes.file.name}: object {name!r}: {error}") from error
    how = "moves" if len(places) > 1 else "stands still"
    notes.insert(0, f"object: prop {name!r} from the file, {len(triangles)} triangles, {how}")
    return prop, notes


def _thin(points: Array) -> bool:
    """Whether points lie within a millimetre of one plane."""
    off = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(off.T @ off)
    return bool(np.ptp(off @ axes[:, 0]) < _FLAT)


def _triangles(file: Gltf, mesh: Any) -> tuple[Array, Any]:
    """Vertices ``(N, 3)`` and triangles ``(M, 3)`` of one mesh in its own frame."""
    vertices: list[Array] = [np.zeros((0, 3))]
    faces: list[Any] = [np.zeros((0, 3), dtype=np.int64)]
    count = 0
    for primitive in file.list_of(file.row("meshes", mesh), "primitives", dict):
        attributes = primitive.get("attributes")
        if not isinstance(attributes, dict) or "POSITION" not in attributes:
            raise file.damaged("a mesh has no positions")
        if primitive.get("mode", _TRIANGLES) != _TRIANGLES:
            continue  # points and lines enclose nothing
        points = file.accessor(attributes["POSITION"], "VEC3")
        if "indices" in primitive:
            index = file.accessor(primitive["indices"], "SCALAR")[:, 0].astype(np.int64)
        else:
            index = np.arange(len(points))
        if len(index) % 3 or (len(index) and not 0 <= index.min() <= index.max() < len(points)):
            raise file.damaged("a mesh has triangles of vertices that are not there")
        vertices.append(points)
        faces.append(index.reshape(-1, 3) + count)
        count += len(points)
    return np.concatenate(vertices), np.concatenate(faces)
