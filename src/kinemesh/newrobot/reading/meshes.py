"""The meshes that a robot's file names: where they lie, and the corners of their triangles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kinemesh.arrays import Array
from kinemesh.description.xml_files import beside, read_xml
from kinemesh.errors import ClipError, ReadError, RobotError
from kinemesh.motion import Shape
from kinemesh.recordings.scene.meshes import MESHES, mesh_corners
from kinemesh.robot import collada_corners

_COLLADA = "{http://www.collada.org/2005/11/COLLADASchema}"
_UP = 2
"""So many ``../`` a name may begin with: meshes lie in the package's folder, beside the file's."""
_PACKAGE = "package://"
_WORKSPACE = 4
"""So many folders above the file's, packages lie beside each other."""
_FARTHEST = 10.0
"""A mesh with a corner further from its origin than this [m] is in other units."""
_THICK = 1e-4
"""A flat mesh is made this thick on both sides, in shares of its length."""
_MOST = 400
"""More meshes than this are no robot's."""


class Meshes:
    """Reads meshes once each; collects those that are missing, to name them all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.missing: dict[str, str] = {}
        self.turned: list[str] = []
        """Meshes that state y up, turned to z up."""
        self._known: dict[str, Array] = {}

    def points(self, where: str, name: str) -> Array:
        """Corners ``(N, 3)`` in the file's units; none where the mesh is missing.

        Raises:
            ReadError: a mesh that is there and cannot be read.
            RobotError: more meshes than a robot has.
        """
        if not name:
            raise ReadError(f"{where}: <mesh> names no file")
        if name not in self._known:
            if len(self._known) == _MOST:
                raise RobotError(f"{self.path.name} names more than {_MOST} meshes: no robot does")
            self._known[name] = self._read(name)
        return self._known[name]

    def look(self, name: str) -> None:
        """Note whether a mesh is missing, without reading it."""
        self._known[name] = np.zeros((0, 3))
        try:
            self.file(name)
        except FileNotFoundError:
            self.missing[name] = name

    def check(self, without_missing: bool = False) -> list[str]:
        """Complain of all meshes that are missing; or note them, where that is wanted.

        Raises:
            RobotError: which, and where they were looked for; all of them, whatever is wanted.
        """
        names = list(self.missing)
        if without_missing and names and len(names) < len(self._known):
            return [f"meshes that are missing, their shells left out: {', '.join(names)}"]
        if names:
            shown = ", ".join(names[:10]) + (f" and {len(names) - 10} more" * (len(names) > 10))
            without = ", or go on without those that are missing: without_missing_meshes=True"
            raise RobotError(
                f"{self.path.name}: {len(names)} of its {len(self._known)} meshes are not there: "
                f"{shown} (looked from {self.path.resolve().parent}; package://x/ is a folder x in "
                f"or above it, one with a package.xml beside one above it, or the folder of the "
                f"file's own package): put them there or correct the names"
                f"{without if len(names) < len(self._known) else ''}"
            )
        return []

    def _read(self, name: str) -> Array:
        try:
            return corners_of_mesh(self.file(name), self.turned)
        except FileNotFoundError:
            self.missing[name] = name
            return np.zeros((0, 3))

    def file(self, name: str) -> Path:
        """Where a mesh lies: as ``beside`` says, in the package's folder too.

        Raises:
            FileNotFoundError: not there, or outside.
        """
        path, plain = self.path.resolve(), name.removeprefix("file://")
        if plain.startswith(_PACKAGE):
            plain = _PACKAGE + plain.removeprefix(_PACKAGE).lstrip("/")
            # A copy of a package has any name, so that its own meshes are those above the file.
            return _first([*_ups(path), *_beside_packages(path, plain)], plain)
        for _ in range(_UP):
            if plain.startswith("../"):
                path, plain = path.parent, plain.removeprefix("../")
        return _first([path], plain)


def _ups(path: Path) -> list[Path]:
    """``path``, and where names that begin with ``../`` start."""
    return [path, *list(path.parents)[:_UP]]


def _beside_packages(path: Path, name: str) -> list[Path]:
    """A package's own file of another package that lies beside a folder above ``path``.

    That it is one its ``package.xml`` says: what else lies about is nobody's mesh.
    """
    package = name.removeprefix(_PACKAGE).partition("/")[0]
    found = [root / package / "package.xml" for root in list(path.parents)[1 : 1 + _WORKSPACE]]
    return [one for one in found if package not in ("", ".", "..") and one.is_file()]


def _first(starts: Sequence[Path], name: str) -> Path:
    """The file that ``name`` is from the first place where there is one.

    Raises:
        FileNotFoundError: there is none.
    """
    why = ReadError(name)
    for start in starts:
        try:
            return beside(start, name)
        except ReadError as error:
            why = error
    raise FileNotFoundError(str(why)) from why


def corners_of_mesh(file: Path, turned: list[str]) -> Array:
    """Corners ``(N, 3)`` of a mesh in its file's units; names of those turned join ``turned``.

    Raises:
        ReadError: of no known format, or damaged.
    """
    if file.suffix.lower() == ".dae":
        root = read_xml(file, f"{_COLLADA}COLLADA")
        points = collada_corners(file)  # as they are written, whichever way is up
        if root.findtext(f"{_COLLADA}asset/{_COLLADA}up_axis", "").strip() == "Y_UP":
            points = np.stack([points[:, 0], -points[:, 2], points[:, 1]], axis=1)
            turned.append(file.name)
    elif file.suffix.lower() in MESHES:
        points = mesh_corners(file)
    else:
        raise ReadError(
            f"{file.name} has the suffix {file.suffix or 'none'!r}; known mesh formats are "
            f"{', '.join((*MESHES, '.dae'))}: convert it to one of these"
        )
    if not np.all(np.isfinite(points)):
        raise ReadError(f"{file.name} has corners that are no finite numbers: it is damaged")
    return np.unique(points, axis=0)


def in_metres(where: str, points: Array) -> Array:
    """``points`` ``(N, 3)``, refused where they cannot be metres.

    Raises:
        RobotError: they reach too far.
    """
    if len(points) and float(np.abs(points).max()) > _FARTHEST:
        raise RobotError(
            f"{where}: its surface reaches {float(np.abs(points).max()):.0f} m; expected metres: "
            f"state the mesh's scale (0.001 for millimetres)"
        )
    return points


def hull_of_mesh(file: Path) -> Shape:
    """The convex hull of a mesh; of one that is flat, a sign or a decal, of the mesh made thick.

    Raises:
        ReadError: it cannot be read.
    """
    points = corners_of_mesh(file, [])
    try:
        return Shape.convex(points)
    except ClipError:
        thick = (
            _THICK * float(np.ptp(points, axis=0).max()) * np.concatenate([np.eye(3), -np.eye(3)])
        )
        try:
            return Shape.convex((points[:, None] + thick).reshape(-1, 3))
        except ClipError as error:
            raise error.within(file.name) from error
