"""A robot from MuJoCo's XML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.description.mjcf import MjcfModel, mjcf_root
from kinemesh.description.xml_files import Element, numbers
from kinemesh.errors import RobotError
from kinemesh.geometry import poses
from kinemesh.newrobot.reading.base import GROUND, floating
from kinemesh.newrobot.reading.equalities import Tie, check_ties, following, ties
from kinemesh.newrobot.reading.meshes import Meshes, hull_of_mesh, in_metres
from kinemesh.newrobot.reading.source import FIXED, SLIDING, TURNING, Joint, Link, Source, arranged
from kinemesh.newrobot.reading.strengths import strengths

_DENSITY = 1000.0
"""[kg/m^3], MuJoCo's default."""
_X = np.array([1.0, 0.0, 0.0])


def read_mjcf_robot(path: Path, without_missing: bool = False) -> Source:
    """The links, joints and surfaces of a robot in MuJoCo's XML.

    Of several bodies in the world the one with most joints is the robot. A body with several
    joints becomes as many links. A link's surface is what is only seen, or where nothing is, what
    collides. Pinocchio's own reader is not used: it opens what a file names, and gives no URDF.
    Joints that equalities tie to others follow them; a body that is welded to the robot is part of
    it; a base that slides and turns by six joints of its own floats.

    Args:
        path: the file.
        without_missing: go on without the meshes that are missing, and note which.

    Raises:
        ReadError: not MuJoCo's XML, or unsafe.
        RobotError: joints that a robot here cannot have, closed loops, meshes that are missing.
    """
    root = mjcf_root(path)
    tied, notes = ties(root)
    bodies = [body for world in root.findall("worldbody") for body in world.findall("body")]
    if not bodies:
        raise RobotError(f"{path.name} has no body in its world: it describes no robot")
    robot = max(bodies, key=lambda body: sum(1 for _ in body.iter("joint")))
    others = {body.get("name", ""): body for body in bodies if body is not robot}
    reader = _Reader(path, hull_of_mesh)
    reader.settle(root)
    reader.find(root, without_missing)
    reader.strengths = strengths(reader, root)
    usual = next((w.get("childclass", "main") for w in root.findall("worldbody")), "main")
    reader.take(robot, usual)
    for tie in tied:
        notes += _welded(reader, tie, robot, others, usual)
    if others:
        notes.append(f"bodies that are not the robot, left out: {', '.join(others)}")
    joints, said = following(path, root, reader.joints, reader.references)
    source = floating(arranged(path, reader.links, joints, (*notes, *said, *reader.notes)))
    return replace(source, notes=(*source.notes, *check_ties(source, tied)))


def _welded(
    reader: _Reader, tie: Tie, robot: Element, others: dict[str, Element], usual: str
) -> list[str]:
    """Take in a body of its own that is welded to the robot; it leaves ``others``."""
    names = [link.name for link in reader.links]
    loose = [name for name in tie.ends if name in others]
    held = [name for name in tie.ends if name in names]
    if tie.kind != "weld" or len(loose) != 1 or len(held) != 1:
        return []
    body = others[loose[0]]
    free = [e for e in body if e.tag == "freejoint" or e.get("type") == "free"]
    if body.get("mocap") == "true" or sum(1 for _ in body.iter("joint")) > len(free):
        return []
    for element in free:
        body.remove(element)
    where = f"{reader.path.name}, <weld> of {loose[0]!r}"
    usually = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    x, y, z, *turn = numbers(where, tie.element, "relpose", 7, usually)
    if not np.any(turn):  # as the bodies lie at first
        source = arranged(reader.path, reader.links, reader.joints)
        turns, places = source.frames()
        k = source.order[held[0]]
        at = poses.compose(reader.pose(robot), poses.from_matrix(turns[k], places[k]))
        pose = poses.compose(poses.inverse(at), reader.pose(body))
    else:
        pose = np.array([x, y, z, *turn[1:], turn[0]])
        pose = pose if tie.ends[1] == loose[0] else poses.inverse(pose)
    reader.join(body, pose, usual, held[0])
    del others[loose[0]]
    return [f"body {loose[0]} is welded to {held[0]}: fixed to it"]


@dataclass(eq=False)
class _Reader(MjcfModel):
    """Collects links and joints."""

    links: list[Link] = field(default_factory=list)
    joints: list[Joint] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stated: list[dict[str, float]] = field(default_factory=list)
    """Mass [kg] and density [kg/m^3] of each of the body's solids, where stated."""
    missing: set[str] = field(default_factory=set)
    """Meshes that are not there."""
    references: dict[str, float] = field(default_factory=dict)
    """What each joint is at as the model is drawn [rad], [m]."""
    strengths: Mapping[str, float] = field(default_factory=dict)
    """Torque [N m] by joint."""

    def file(self, name: str) -> Path:
        return Meshes(self.path).file(name)

    def geom(self, geom: Element, frame: Array) -> None:
        """Take in one solid, and what it says of its weight."""
        if geom.get("mesh") in self.missing:
            return
        count = len(self.solids)
        super().geom(geom, frame)
        if len(self.solids) > count:
            where = f"{self.path.name}, geom {geom.get('name', 'without a name')!r}"
            keys = [key for key in ("mass", "density") if geom.get(key) is not None]
            self.stated.append({k: float(numbers(where, geom, k, 1, None)[0]) for k in keys})

    def find(self, root: Element, without_missing: bool) -> None:
        """Look for all meshes before the work, to name all that are missing."""
        meshes = Meshes(self.path)
        for name, asset in self.meshes.items():
            file = asset.get("file")
            if file:
                place = f"{self.folder.rstrip('/')}/{file}" if self.folder else file
                meshes.look(place)
                if place in meshes.missing:
                    self.missing.add(name)
        self.notes += meshes.check(without_missing)

    def take(self, body: Element, usual: str, parent: str | None = None) -> None:
        """A body, its joints and all that hangs on it."""
        self._body(body, self.pose(body), usual, parent)

    def join(self, body: Element, pose: Array, usual: str, parent: str) -> None:
        """A body at ``pose`` ``(7,)`` in its parent."""
        self._body(body, pose, usual, parent)

    def _body(self, body: Element, pose: Array, usual: str, parent: str | None) -> None:
        usual = body.get("childclass", usual)
        name = body.get("name", "") or f"body{len(self.links)}"
        self.solids, self.stated = [], []
        joints: list[Element] = []
        below: list[tuple[Element, Array, str]] = []
        inertial = None
        for child, frame, within in self._contents(body, poses.IDENTITY, usual):
            if child.tag == "geom":
                self.geom(self.full(child, within), frame)
            elif child.tag in ("joint", "freejoint"):
                joints.append(self.full(child, within) if child.tag == "joint" else child)
            elif child.tag == "inertial":
                inertial = child
            elif child.tag == "body":
                below.append((child, frame, within))
        seen = [shape for shape, collides in self.solids if not collides]
        shells = seen or [shape for shape, _ in self.solids]
        where = f"{self.path.name}, body {name!r}"
        link = self._inertia(name, where, inertial)
        solids = tuple(in_metres(where, np.asarray(shape.vertices)) for shape in shells)
        at = self._joints(name, pose, joints, parent)
        self.links.append(
            replace(link, centre=link.centre - at, solids=tuple(points - at for points in solids))
        )
        shift = np.concatenate([-at, [0.0, 0.0, 0.0, 1.0]])
        for child, frame, within in below:
            frame = poses.compose(shift, poses.compose(frame, self.pose(child)))
            self._body(child, frame, within, name)

    def _contents(
        self, body: Element, frame: Array, usual: str
    ) -> Iterator[tuple[Element, Array, str]]:
        """What is in a body, the contents of its ``<frame>`` elements too, with their frames."""
        for child in body:
            if child.tag == "frame":
                inner = poses.compose(frame, self.pose(child))
                yield from self._contents(child, inner, child.get("childclass", usual))
            else:
                yield child, frame, usual

    def _joints(self, body: str, pose: Array, elements: list[Element], parent: str | None) -> Array:
        """The joints of a body, and links between them; the last one's place in the body [m]."""
        free = [e for e in elements if e.tag == "freejoint" or e.get("type") == "free"]
        hinges = [e for e in elements if e not in free]
        if parent is None:
            if not hinges:
                return np.zeros(3)
            parent = GROUND
            self.links.append(Link(GROUND, 0.0, np.zeros(3), np.zeros((3, 3))))
        if free:
            raise RobotError(
                f"{self.path.name}: body {body!r} floats free of {parent!r}; expected one robot: "
                f"delete what does not belong to it"
            )
        if not hinges:
            self.joints.append(Joint(f"{body}_fixed", FIXED, parent, body, pose, _X))
            return np.zeros(3)
        at = np.zeros(3)
        for n, element in enumerate(hinges):
            name = element.get("name", "") or f"{body}_joint{n}"
            where = f"{self.path.name}, joint {name!r}"
            child = body if n == len(hinges) - 1 else f"{body}_part{n + 1}"
            place = numbers(where, element, "pos", 3, np.zeros(3))
            origin = poses.compose(pose, np.array([*(place - at), 0.0, 0.0, 0.0, 1.0]))
            joint = self._joint(where, name, element, parent, child, origin)
            self.joints.append(joint)
            if child != body:
                self.links.append(Link(child, 0.0, np.zeros(3), np.zeros((3, 3))))
            parent, pose, at = child, poses.IDENTITY, place
        return at

    def _joint(
        self, where: str, name: str, element: Element, parent: str, child: str, origin: Array
    ) -> Joint:
        kind = element.get("type", "hinge")
        if kind not in ("hinge", "slide"):
            raise RobotError(
                f"{where}: type {kind!r}; expected hinge or slide: write a ball joint that is "
                f"driven as three hinges; one of a rod beside an ankle closes a loop: give the "
                f"model without rods, as its makers' URDF often is"
            )
        axis = numbers(where, element, "axis", 3, np.array([0.0, 0.0, 1.0]))
        if np.linalg.norm(axis) < 1e-9:
            raise RobotError(f"{where}: its axis is zero; expected a direction")
        axis = axis / np.linalg.norm(axis)
        unit = np.pi / 180.0 if self.degrees and kind == "hinge" else 1.0
        reference = float(numbers(where, element, "ref", 1, np.zeros(1))[0]) * unit
        self.references[name] = reference
        if reference != 0.0:
            turn = np.zeros(3) if kind == "slide" else -reference * axis
            way = -reference * axis if kind == "slide" else np.zeros(3)
            step = np.concatenate([way, Rotation.from_rotvec(turn).as_quat()])
            origin = poses.compose(origin, step)
        if element.get("range") is not None and element.get("limited", "auto") != "false":
            lower, upper = (numbers(where, element, "range", 2, None) * unit).tolist()
        else:
            lower, upper = (-np.inf, np.inf) if kind == "hinge" else (-1.0, 1.0)
            said = "it turns without end" if kind == "hinge" else "taken as -1 to 1 m"
            self.notes.append(f"joint {name} has no range: {said}")
        if lower >= upper:
            raise RobotError(f"{where}: ranges from {lower:g} to {upper:g}; expected lower < upper")
        force = self.strengths.get(name)
        if element.get("actuatorfrcrange") is not None:
            force = float(np.abs(numbers(where, element, "actuatorfrcrange", 2, None)).max())
        kind = TURNING if kind == "hinge" else SLIDING
        return Joint(name, kind, parent, child, origin, axis, lower, upper, None, force or None)

    def _inertia(self, name: str, where: str, inertial: Element | None) -> Link:
        if inertial is None:
            return self._by_density(name)
        pose = self.pose(inertial)
        mass = float(numbers(where, inertial, "mass", 1, None)[0])
        if inertial.get("fullinertia") is not None:
            xx, yy, zz, xy, xz, yz = numbers(where, inertial, "fullinertia", 6, None)
            tensor = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        else:
            tensor = np.diag(numbers(where, inertial, "diaginertia", 3, np.zeros(3)))
        turn = poses.matrix(pose)
        return Link(name, mass, pose[:3], turn @ tensor @ turn.T)

    def _by_density(self, name: str) -> Link:
        """Mass, centre and inertia of a body that states none: its geoms', as MuJoCo does."""
        import trimesh  # half a second that other robots need not pay

        parts, density = [], []
        for (shape, _), stated in zip(self.solids, self.stated, strict=True):
            volume = sum(part.volume for part in shape.parts)
            mass = stated.get("mass")
            given = float(stated.get("density", _DENSITY))
            dense = given if mass is None else float(mass) / volume
            if dense > 0.0:
                parts += list(shape.parts)
                density += [dense] * len(shape.parts)
        if not parts:
            return Link(name, 0.0, np.zeros(3), np.zeros((3, 3)))
        meshes = [trimesh.Trimesh(p.vertices, p.faces, process=False) for p in parts]
        masses = np.array([d * part.volume for d, part in zip(density, parts, strict=True)])
        centres = np.array([mesh.center_mass for mesh in meshes])
        centre = masses @ centres / masses.sum()
        tensor = np.zeros((3, 3))
        for mesh, dense, mass, place in zip(meshes, density, masses, centres, strict=True):
            gap = place - centre
            tensor += dense * mesh.moment_inertia
            tensor += mass * (gap @ gap * np.eye(3) - np.outer(gap, gap))
        return Link(name, float(masses.sum()), centre, tensor)
