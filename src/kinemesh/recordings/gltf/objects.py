"""The objects of one ``.glb``: meshes on nodes that move or stand, made into props."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion import Prop
from kinemesh.recordings.gltf.container import Gltf
from kinemesh.recordings.gltf.nodes import Nodes
from kinemesh.recordings.things import check_count, solid_thing

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
    check_count(nodes.file.name, len(carriers))
    return carriers, worn


def _prop(
    nodes: Nodes, carrier: int, meshes: Sequence[int], names: set[str]
) -> tuple[Prop | None, list[str]]:
    """What hangs from a node as a prop; None, and why, where it is no solid thing."""
    name = nodes.names[carrier].replace("|", "_")
    while name in names:
        name += "_2"
    pieces = []
    for node in meshes:
        points, triangles = _triangles(nodes.file, nodes.file.row("nodes", node).get("mesh"))
        pieces.append((points, triangles, nodes.places(node)[0]))
    return solid_thing(
        nodes.file.name, name, nodes.places(carrier), nodes.turns(carrier), pieces, len(nodes.times)
    )


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
