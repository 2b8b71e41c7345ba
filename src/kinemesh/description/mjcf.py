"""Objects described in MuJoCo's XML: bodies at rest and their geoms, as one shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.description.include import include
from kinemesh.description.solids import box, capsule, cylinder, ellipsoid, placed, stretched
from kinemesh.description.xml_files import Element, beside, numbers, read_xml
from kinemesh.errors import ClipError, ReadError
from kinemesh.geometry import poses
from kinemesh.motion import Shape

_MOST_SOLIDS = 256
_REFUSED = ("replicate", "composite", "flexcomp", "attach")
_ZEROS, _ONES = np.zeros(3), np.ones(3)
_TURNS = ("quat", "axisangle", "euler", "xyaxes", "zaxis")


def read_mjcf(path: Path, mesh: Callable[[Path], Shape]) -> tuple[Shape, list[str]]:
    """The object that a MuJoCo model describes, in the frame of its world.

    Bodies are where they are at rest. Geoms that collide with nothing are left out, unless all
    do; planes are the ground, which every scene has.

    Args:
        path: the file.
        mesh: reader of the meshes that it names.

    Raises:
        ReadError: not MuJoCo's XML, parts that are made by rules, geoms that
            are unknown, meshes that are missing or lie elsewhere.
    """
    root = mjcf_root(path)
    model = MjcfModel(path, mesh)
    model.settle(root)
    for body in root.findall("worldbody"):
        model.body(body, poses.IDENTITY, "main")
    touching = [shape for shape, collides in model.solids if collides]
    solids = touching or [shape for shape, _ in model.solids]
    if not solids:
        raise ReadError(f"{path.name} has no geom that is a solid; expected at least one")
    notes = [f"{path.name}: {len(solids)} solids"]
    if len(touching) not in (0, len(model.solids)):
        notes.append(
            f"{path.name}: {len(model.solids) - len(touching)} geoms that collide with nothing, "
            f"left out"
        )
    if model.planes:
        notes.append(f"{path.name}: {model.planes} planes left out: the ground is z = 0")
    return Shape.union(solids), notes


def mjcf_root(path: Path) -> Element:
    """The root element of a model, what it includes from its folder in its place.

    Raises:
        ReadError: not MuJoCo's XML, unsafe, parts that are made by rules, or an include that is
            missing, outside of the folder, or of a file that is included already.
    """
    root = read_xml(path, "mujoco")
    include(path, root)
    for element in root.iter():
        if element.tag in _REFUSED:
            raise ReadError(
                f"{path.name} has <{element.tag}>, which is not followed: save the compiled model "
                f"as one file (mujoco.mj_saveLastXML)"
            )
    return root


@dataclass(eq=False)
class MjcfModel:
    """What holds for the whole file, and the solids found so far."""

    path: Path
    mesh: Callable[[Path], Shape]
    degrees: bool = True
    order: str = "xyz"
    folder: str = ""
    defaults: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    """Class to tag to attributes."""
    meshes: dict[str, Element] = field(default_factory=dict)
    solids: list[tuple[Shape, bool]] = field(default_factory=list)
    planes: int = 0

    def settle(self, root: Element) -> None:
        """Read what stands before the bodies: units, folders, defaults, meshes."""
        for compiler in root.findall("compiler"):
            angle = compiler.get("angle", "degree")
            if angle not in ("degree", "radian") or compiler.get("coordinate", "local") != "local":
                raise self.wrong("<compiler> has an angle or coordinates that are not known")
            self.degrees = angle == "degree"
            self.order = compiler.get("eulerseq", self.order)
            self.folder = compiler.get("meshdir", compiler.get("assetdir", self.folder))
        if len(self.order) != 3 or set(self.order.lower()) - set("xyz"):
            raise self.wrong(f"eulerseq={self.order[:20]!r}; expected three of xyz or XYZ")
        for entry in root.findall("default"):
            self._default(entry, {})
        self.defaults.setdefault("main", {})
        for asset in root.findall("asset"):
            for entry in asset.findall("mesh"):
                file = entry.get("file", "")
                entry = self.full(entry, "main")
                name = entry.get("name") or Path(file).stem
                self.meshes[name] = entry

    def _default(self, entry: Element, above: Mapping[str, Mapping[str, str]]) -> None:
        own = {tag: dict(values) for tag, values in above.items()}
        for child in entry:
            if child.tag != "default":
                own.setdefault(child.tag, {}).update(child.attrib)
        self.defaults[entry.get("class", "main")] = own
        for child in entry.findall("default"):
            self._default(child, own)

    def full(self, element: Element, usual: str) -> Element:
        """The element with what its class says where it says nothing."""
        name = element.get("class", usual)
        if name not in self.defaults:
            raise self.wrong(f"<{element.tag}> has the class {name!r}, which has no defaults")
        attributes = dict(self.defaults[name].get(element.tag, {}))
        # A turn that is stated replaces a default one, however either is written.
        if any(turn in element.attrib for turn in _TURNS):
            attributes = {k: v for k, v in attributes.items() if k not in _TURNS}
        return ElementTree.Element(element.tag, {**attributes, **element.attrib})

    def body(self, element: Element, frame: Array, usual: str) -> None:
        """Take in the solids of a body, or of the world, at ``frame`` ``(7,)``."""
        usual = element.get("childclass", usual)
        for child in element:
            if child.tag in ("body", "frame"):
                self.body(child, poses.compose(frame, self.pose(child)), usual)
            elif child.tag == "geom":
                self.geom(self.full(child, usual), frame)

    def geom(self, geom: Element, frame: Array) -> None:
        """Take in one solid, of a body at ``frame`` ``(7,)``."""
        name = geom.get("name", "without a name")
        where = f"{self.path.name}, geom {name!r}"
        kind = geom.get("type", "sphere")
        if kind == "plane":
            self.planes += 1
            return
        if len(self.solids) == _MOST_SOLIDS:
            raise ReadError(f"{self.path.name} has more than {_MOST_SOLIDS} geoms: simplify it")
        if geom.get("mesh") is not None and kind != "mesh":
            raise ReadError(f"{where}: a {kind} fitted to a mesh; expected its own size")
        pose = self.pose(geom)
        size = numbers(where, geom, "size", None, np.zeros(0))
        if geom.get("fromto") is not None and kind != "mesh":
            pose, length = _between(where, geom)
            size = np.array(
                [*size[:1], *([size[0]] if kind in ("box", "ellipsoid") else []), length]
            )
        wanted = {"sphere": 1, "capsule": 2, "cylinder": 2, "box": 3, "ellipsoid": 3, "mesh": 0}
        if kind not in wanted:
            raise ReadError(f"{where}: type {kind[:40]!r}; expected {', '.join(wanted)} or plane")
        if len(size) < wanted[kind]:
            raise ReadError(f"{where}: {len(size)} sizes; a {kind} needs {wanted[kind]}")
        shape = {
            "sphere": lambda: ellipsoid(where, np.full(3, size[0])),
            "ellipsoid": lambda: ellipsoid(where, size[:3]),
            "box": lambda: box(where, 2.0 * size[:3]),
            "capsule": lambda: capsule(where, size[0], 2.0 * size[1]),
            "cylinder": lambda: cylinder(where, size[0], 2.0 * size[1]),
            "mesh": lambda: self._mesh(where, geom.get("mesh", "")),
        }[kind]()
        collides = any(geom.get(key, "1").strip() != "0" for key in ("contype", "conaffinity"))
        self.solids.append((placed(shape, poses.compose(frame, pose)), collides))

    def _mesh(self, where: str, name: str) -> Shape:
        if name not in self.meshes:
            known = ", ".join(self.meshes) or "none"
            raise ReadError(f"{where}: its mesh {name!r} is no asset; there are {known}")
        asset = self.meshes[name]
        if asset.get("refpos") is not None or asset.get("refquat") is not None:
            raise ReadError(f"{where}: mesh {name!r} is moved by refpos or refquat: not followed")
        scale = numbers(where, asset, "scale", 3, _ONES)
        file = asset.get("file")
        if file is None:
            points = numbers(where, asset, "vertex", None, None)
            if len(points) % 3:
                raise ReadError(
                    f"{where}: mesh {name!r} has {len(points)} numbers; expected 3 each"
                )
            try:
                return stretched(where, Shape.convex(points.reshape(-1, 3)), scale)
            except ClipError as error:
                raise ReadError(f"{where}: mesh {name!r}: {error}") from error
        place = f"{self.folder.rstrip('/')}/{file}" if self.folder else file
        return stretched(where, self.mesh(self.file(place)), scale)

    def file(self, name: str) -> Path:
        """Where a file lies that the model names."""
        return beside(self.path, name)

    def pose(self, element: Element) -> Array:
        """The pose ``(7,)`` of a body, frame or geom."""
        where = f"{self.path.name}, <{element.tag}> {element.get('name', '')!r}"
        turn = Rotation.identity()
        unit = np.pi / 180.0 if self.degrees else 1.0
        try:
            if element.get("quat") is not None:
                w, x, y, z = numbers(where, element, "quat", 4, None)
                turn = Rotation.from_quat([x, y, z, w])
            elif element.get("axisangle") is not None:
                x, y, z, angle = numbers(where, element, "axisangle", 4, None)
                axis = np.array([x, y, z])
                turn = Rotation.from_rotvec(angle * unit * _unit(axis))
            elif element.get("euler") is not None:
                angles = numbers(where, element, "euler", 3, None) * unit
                turn = _euler(self.order, angles)
            elif element.get("xyaxes") is not None:
                axes = numbers(where, element, "xyaxes", 6, None)
                x = _unit(axes[:3])
                y = _unit(axes[3:] - x * (x @ axes[3:]))
                turn = Rotation.from_matrix(np.stack([x, y, np.cross(x, y)], axis=1))
            elif element.get("zaxis") is not None:
                turn = _to_axis(numbers(where, element, "zaxis", 3, None))
        except ValueError as error:
            if isinstance(error, ReadError):
                raise
            raise ReadError(f"{where}: its turn is zero; expected a direction") from error
        return np.concatenate([numbers(where, element, "pos", 3, _ZEROS), turn.as_quat()])

    def wrong(self, reason: str) -> ReadError:
        """The error for a file that says something unknown."""
        return ReadError(f"{self.path.name}: {reason}")


def _between(where: str, geom: Element) -> tuple[Array, float]:
    """The pose of a geom from end to end, and half its length [m]."""
    ends = numbers(where, geom, "fromto", 6, None)
    if not len(numbers(where, geom, "size", None, np.zeros(0))):
        raise ReadError(f"{where}: fromto without a size; expected a radius")
    way = ends[:3] - ends[3:]  # MuJoCo's z runs from the second end to the first
    length = float(np.linalg.norm(way))
    if length < 1e-9:
        raise ReadError(f"{where}: fromto of one point; expected two")
    return np.concatenate([(ends[:3] + ends[3:]) / 2.0, _to_axis(way).as_quat()]), length / 2.0


def _euler(order: str, angles: Array) -> Rotation:
    """Turns one after the other: small letters about the turned axes, capitals about fixed ones."""
    turn = Rotation.identity()
    for letter, angle in zip(order, angles, strict=True):
        step = Rotation.from_euler(letter.lower(), angle)
        turn = turn * step if letter.islower() else step * turn
    return turn


def _to_axis(axis: Array) -> Rotation:
    """The least turn of z to ``axis``."""
    z = _unit(axis)
    across = np.array([-z[1], z[0], 0.0])
    sine = float(np.linalg.norm(across))
    if sine < 1e-12:
        return Rotation.identity() if z[2] > 0.0 else Rotation.from_rotvec([np.pi, 0.0, 0.0])
    return Rotation.from_rotvec(across / sine * np.arctan2(sine, z[2]))


def _unit(vector: Array) -> Array:
    length = float(np.linalg.norm(vector))
    if length < 1e-9:
        raise ValueError("zero")
    return np.asarray(vector / length)
