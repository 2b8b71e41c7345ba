"""FBX files that tests write, as text of version 7.4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.motion import Shape
from moving_bodies import Moves

SECOND = 46186158000
ORDERS = ("xyz", "xzy", "yzx", "yxz", "zxy", "zyx")
"""FBX's orders of rotation by their number: about fixed axes, the first one first."""


@dataclass
class Fbx:
    """Objects, their connections, and what moves them."""

    objects: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    _last: int = 1000

    def add(self, text: str, above: int | None = None, prop: str = "") -> int:
        """An object, its number in place of ``ID``, hung from another or from its property."""
        self._last += 1
        self.objects.append(text.replace("ID", str(self._last), 1))
        if above is not None:
            kind = f'"OP",{self._last},{above}, "{prop}"' if prop else f'"OO",{self._last},{above}'
            self.links.append(f"\tC: {kind}")
        return self._last

    def model(self, name: str, kind: str, above: int, props: Sequence[str]) -> int:
        lines = "\n".join(f"\t\tP: {prop}" for prop in props)
        return self.add(
            f'Model: ID, "Model::{name}", "{kind}" {{\n\tVersion: 232\n'
            f"\tProperties70: {{\n{lines}\n\t}}\n}}",
            above,
        )

    def take(self, name: str) -> int:
        """A take's layer."""
        stack = self.add(f'AnimationStack: ID, "AnimStack::{name}", "" {{\n}}')
        return self.add('AnimationLayer: ID, "AnimLayer::Base", "" {\n}', stack)

    def move(
        self, layer: int, model: int, prop: str, times: np.ndarray, values: np.ndarray
    ) -> None:
        """Keys ``(T, 3)`` of one property of a model."""
        node = self.add('AnimationCurveNode: ID, "AnimCurveNode::T", "" {\n}', layer)
        self.links.append(f'\tC: "OP",{node},{model}, "{prop}"')
        when = array("KeyTime", [round(t * SECOND) for t in times])
        for axis, column in zip("XYZ", values.T, strict=True):
            self.add(
                f'AnimationCurve: ID, "AnimCurve::", "" {{\n\tDefault: 0\n\tKeyVer: 4009\n{when}\n'
                f"{array('KeyValueFloat', [f'{v:.9f}' for v in column])}\n"
                f"{array('KeyAttrFlags', [4])}\n{array('KeyAttrDataFloat', [0, 0, 0, 0])}\n"
                f"{array('KeyAttrRefCount', [len(times)])}\n}}",
                node,
                f"d|{axis}",
            )

    def mesh(self, name: str, above: int, shape: Shape, props: Sequence[str] = ()) -> int:
        model = self.model(name, "Mesh", above, props)
        corners = shape.faces.copy()
        corners[:, 2] = -corners[:, 2] - 1  # the last corner of a polygon
        self.add(
            f'Geometry: ID, "Geometry::{name}", "Mesh" {{\n'
            f"{array('Vertices', [f'{v:.9f}' for v in shape.vertices.ravel()])}\n"
            f"{array('PolygonVertexIndex', corners.ravel().tolist())}\n\tGeometryVersion: 124\n}}",
            model,
        )
        return model

    def write(
        self, path: Path, *, unit: float = 1.0, up: str = "y", mode: int = 6, rate: float = -1.0
    ) -> Path:
        """The file; ``unit`` is in centimetres, ``mode`` a number of FBX's for frames/s (6: 30)."""
        axes = {"y": (1, 1, 2, 1, 0, 1), "z": (2, 1, 1, -1, 0, 1)}[up]
        named = ("UpAxis", "UpAxisSign", "FrontAxis", "FrontAxisSign", "CoordAxis", "CoordAxisSign")
        settings = [f'"{k}", "int", "Integer", "",{v}' for k, v in zip(named, axes, strict=True)]
        settings += [f'"UnitScaleFactor", "double", "Number", "",{unit:.9g}']
        settings += [f'"TimeMode", "enum", "", "",{mode}']
        settings += [f'"CustomFrameRate", "double", "Number", "",{rate}']
        lines = ["; FBX 7.4.0 project file", "FBXHeaderExtension:  {", "\tFBXHeaderVersion: 1003"]
        lines += ["\tFBXVersion: 7400", '\tCreator: "a test"', "}", "GlobalSettings:  {"]
        lines += [
            "\tVersion: 1000",
            "\tProperties70:  {",
            *(f"\t\tP: {s}" for s in settings),
            "\t}",
            "}",
        ]
        lines += ["Objects:  {", *self.objects, "}", "Connections:  {", *self.links, "}"]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


def array(name: str, values: Sequence[object]) -> str:
    return f"\t{name}: *{len(values)} {{\n\t\ta: {','.join(map(str, values))}\n\t}}"


def vector(name: str, kind: str, values: Sequence[float]) -> str:
    return f'"{name}", "{kind}", "", "A",' + ",".join(f"{v:.9f}" for v in values)


def person(
    file: Fbx,
    moves: Moves,
    layers: Sequence[int],
    *,
    seed: int = 0,
    prefix: str = "",
    kind: str = "LimbNode",
    parts: Sequence[slice] = (slice(None),),
) -> dict[str, int]:
    """A motion's joints as bones, each with turns before and after its own and another order.

    Args:
        file: what is written.
        moves: the motion.
        layers: of the takes, each of which has a part of the frames.
        seed: of the turns and orders.
        prefix: before all names.
        kind: what the joints are.
        parts: of the frames, for each take.
    """
    rng = np.random.default_rng(seed)
    root = file.model(f"{prefix}Reference", "Null", 0, [])
    models: dict[str, int] = {}
    for k, name in enumerate(moves.names):
        before = rng.uniform(-90.0, 90.0, 3)
        after = rng.uniform(-90.0, 90.0, 3)
        number = int(rng.integers(6))
        above = root if moves.parents[k] < 0 else models[moves.names[moves.parents[k]]]
        props = [vector("Lcl Translation", "Lcl Translation", moves.offsets[k])]
        props += [f'"RotationOrder", "enum", "", "",{number}', '"RotationActive", "bool", "", "",1']
        props += [
            vector("PreRotation", "Vector3D", before),
            vector("PostRotation", "Vector3D", after),
        ]
        models[name] = file.model(prefix + name, kind, above, props)
        pre = Rotation.from_euler("xyz", before, degrees=True)
        post = Rotation.from_euler("xyz", after, degrees=True)
        own = (pre.inv() * moves.local(k) * post).as_euler(ORDERS[number], degrees=True)
        own = np.unwrap(own, axis=0, period=360.0)
        places = np.zeros_like(own)
        for axis in range(3):
            places[:, "xyz".index(ORDERS[number][axis])] = own[:, axis]
        for layer, part in zip(layers, parts, strict=True):
            times = np.arange(len(places[part])) / moves.fps
            file.move(layer, models[name], "Lcl Rotation", times, places[part])
            if moves.parents[k] < 0 or np.abs(moves.shifts(k) - moves.offsets[k]).max() > 1e-6:
                file.move(layer, models[name], "Lcl Translation", times, moves.shifts(k)[part])
    return models


def write_fbx(path: Path, moves: Moves, *, unit: float = 1.0, up: str = "y", seed: int = 0) -> Path:
    """One person in one take."""
    file = Fbx()
    person(file, moves, [file.take("Take 001")], seed=seed)
    return file.write(path, unit=unit, up=up)
