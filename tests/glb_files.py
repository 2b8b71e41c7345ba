"""Small ``.glb`` files that tests write themselves, right ones and wrong ones."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

# A person of 1.75 m, y up, facing +z (so that left is +x), each joint relative to its parent.
JOINTS: dict[str, tuple[str | None, tuple[float, float, float]]] = {
    "Hips": (None, (0.0, 0.95, 0.0)),
    "Spine": ("Hips", (0.0, 0.1, 0.0)),
    "Spine1": ("Spine", (0.0, 0.1, 0.0)),
    "LeftUpLeg": ("Hips", (0.1, -0.05, 0.0)),
    "LeftLeg": ("LeftUpLeg", (0.0, -0.42, 0.0)),
    "LeftFoot": ("LeftLeg", (0.0, -0.42, 0.0)),
    "LeftToeBase": ("LeftFoot", (0.0, -0.06, 0.15)),
    "LeftArm": ("Spine1", (0.18, 0.25, 0.0)),
    "LeftForeArm": ("LeftArm", (0.28, 0.0, 0.0)),
    "LeftHand": ("LeftForeArm", (0.25, 0.0, 0.0)),
}
for _name, (_parent, (_x, _y, _z)) in list(JOINTS.items()):
    if _name.startswith("Left"):
        _up = None if _parent is None else _parent.replace("Left", "Right")
        JOINTS[_name.replace("Left", "Right")] = (_up, (-_x, _y, _z))

FLOATS, SHORTS = 5126, 5123


class Glb:
    """Tables and bytes of a file in the making."""

    def __init__(self) -> None:
        self.tables: dict[str, Any] = {"asset": {"version": "2.0"}, "scene": 0}
        for name in ("nodes", "meshes", "skins", "animations", "accessors", "bufferViews"):
            self.tables[name] = []
        self.data = b""

    def numbers(self, values: Any, kind: str, component: int = FLOATS, **more: Any) -> int:
        """An accessor; its number."""
        raw = np.asarray(values, {FLOATS: "<f4", SHORTS: "<u2", 5121: "u1", 5120: "i1"}[component])
        view = {"buffer": 0, "byteOffset": len(self.data), "byteLength": raw.nbytes}
        self.data += raw.tobytes() + bytes(-raw.nbytes % 4)
        self.tables["bufferViews"].append(view)
        row = {"bufferView": len(self.tables["bufferViews"]) - 1, "componentType": component}
        row |= {"count": len(raw), "type": kind, **more}
        self.tables["accessors"].append(row)
        return len(self.tables["accessors"]) - 1

    def node(self, name: str, parent: int | None = None, **more: Any) -> int:
        """A node; its number."""
        nodes = self.tables["nodes"]
        nodes.append({"name": name, **more})
        if parent is not None:
            nodes[parent].setdefault("children", []).append(len(nodes) - 1)
        return len(nodes) - 1

    def mesh(self, vertices: Any, faces: Any) -> int:
        """A mesh; its number."""
        attributes = {"POSITION": self.numbers(vertices, "VEC3")}
        index = self.numbers(np.ravel(faces), "SCALAR", SHORTS)
        self.tables["meshes"].append({"primitives": [{"attributes": attributes, "indices": index}]})
        return len(self.tables["meshes"]) - 1

    def animation(self, name: str = "take") -> dict[str, Any]:
        """An animation without keys."""
        self.tables["animations"].append({"name": name, "channels": [], "samplers": []})
        return self.tables["animations"][-1]

    def keys(
        self,
        animation: dict[str, Any],
        node: int,
        path: str,
        times: Sequence[float],
        values: Any,
        how: str = "LINEAR",
    ) -> None:
        """Keys of one property of one node."""
        kind = "VEC4" if path == "rotation" else "VEC3"
        sampler = {"input": self.numbers(times, "SCALAR"), "output": self.numbers(values, kind)}
        animation["samplers"].append({**sampler, "interpolation": how})
        target = {"node": node, "path": path}
        animation["channels"].append({"sampler": len(animation["samplers"]) - 1, "target": target})

    def person(self, prefix: str = "mixamorig:", parent: int | None = None) -> dict[str, int]:
        """The joints and their skin; node of every joint."""
        nodes: dict[str, int] = {}
        for name, (up, place) in JOINTS.items():
            above = parent if up is None else nodes[up]
            nodes[name] = self.node(prefix + name, above, translation=list(place))
        self.tables["skins"].append({"joints": list(nodes.values())})
        return nodes

    def bytes(self) -> bytes:
        """The file."""
        tables = {key: value for key, value in self.tables.items() if value != []}
        if "scenes" not in tables:
            children = {child for row in tables["nodes"] for child in row.get("children", [])}
            roots = [k for k in range(len(tables["nodes"])) if k not in children]
            tables["scenes"] = [{"nodes": roots}]
        tables.setdefault("buffers", [{"byteLength": len(self.data)}])
        return packed(json.dumps(tables).encode(), self.data)

    def save(self, path: Path) -> Path:
        """The file, written."""
        path.write_bytes(self.bytes())
        return path


def packed(text: bytes, data: bytes) -> bytes:
    """A container around a table and its bytes."""
    text += b" " * (-len(text) % 4)
    data += bytes(-len(data) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(data), b"BIN\0") + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def scene_with_box(prefix: str = "mixamorig:", fps: float = 24.0, frames: int = 25) -> Glb:
    """A person who walks along z (ahead) and a box 0.4 x 0.2 x 0.6 m that rises beside."""
    from kinemesh.motion import Shape

    file = Glb()
    nodes = file.person(prefix)
    times = (1 + np.arange(frames)) / fps
    animation = file.animation("person")
    way = np.zeros((frames, 3))
    way[:, 1], way[:, 2] = 0.95, np.linspace(0.0, 0.3, frames)
    file.keys(animation, nodes["Hips"], "translation", times, way)
    box = Shape.box((40.0, 20.0, 60.0))  # in centimetres, as a node with a scale may have it
    thing = file.node("box", mesh=file.mesh(box.vertices, box.faces), scale=[0.01, 0.01, 0.01])
    rise = np.stack([np.full(frames, 0.5), np.linspace(0.1, 0.6, frames), np.full(frames, 1.0)], 1)
    other = file.animation("box")  # as Blender writes it: an animation a thing
    file.keys(other, thing, "translation", times, rise)
    return file
