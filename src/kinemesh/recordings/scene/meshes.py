"""Meshes of objects and terrain, through trimesh, which is imported on the first use."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.inputs import existing_file, head, looks_like
from kinemesh.arrays import Array
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import Shape
from kinemesh.motion.scene import check_size
from kinemesh.recordings.gltf.container import check_nesting

MESHES: tuple[str, ...] = (".obj", ".stl", ".glb", ".ply")
"""Suffixes of the mesh formats that are read."""


class _Alone:
    """What trimesh asks for the files that a mesh names: there are none."""

    def get(self, name: str) -> bytes:
        raise FileNotFoundError(f"it names the file {name[:80]!r}, and nothing beside it is read")

    __getitem__ = get

    def keys(self) -> tuple[str, ...]:
        return ()

    def namespaced(self, namespace: str) -> _Alone:
        return self


def read_mesh(path: str | Path, scale: float = 1.0) -> Shape:
    """Read a mesh in metres; several geometries become one shape in the file's world frame.

    The axes stay as the file has them: the frame of an object is arbitrary, and its track
    refers to it. That holds for ``.glb`` too, whose standard is y up. Materials and textures
    are not looked at, so files that are missing beside an ``.obj`` do no harm.

    Args:
        path: an ``.obj``, ``.stl``, ``.glb`` or ``.ply`` file.
        scale: its unit [m].

    Returns:
        The surface and its convex parts; ``warnings`` says what the parts add to it.

    Raises:
        ReadError: no such file, an unknown suffix, or no triangles in it.
        ClipError: triangles that enclose nothing, or a size that cannot be metres.
    """
    path = Path(path)
    vertices, faces = read_triangles(path)
    try:
        shape = Shape.from_mesh(vertices if scale == 1.0 else vertices * scale, faces)
        check_size(shape, f"the mesh {path.name}")
    except ClipError as error:
        text = str(error)
        raise ClipError(text if path.name in text else f"the mesh {path.name}: {text}") from error
    return shape


def mesh_corners(path: str | Path) -> Array:
    """Corners ``(N, 3)`` of a mesh's triangles, as :func:`read_mesh` reads them, in its own units.

    Raises:
        ReadError: no such file, an unknown suffix, or no triangles in it.
    """
    vertices, faces = read_triangles(path)
    return np.asarray(vertices[np.unique(faces)], dtype=np.float64)


def read_triangles(path: str | Path) -> tuple[Any, Any]:
    """Vertices ``(N, 3)`` and triangles ``(M, 3)`` of everything in a mesh file, as they are.

    Raises:
        ReadError: no such file, an unknown suffix, or no triangles in it.
    """
    path = existing_file(path)
    suffix = path.suffix.lower()
    if suffix not in MESHES:
        raise ReadError(
            f"{path.name} has the suffix {suffix or 'none'!r}; known mesh formats are "
            f"{', '.join(MESHES)}: convert it to one of these"
        )
    import trimesh  # half a second that clips without meshes need not pay

    content = path.read_bytes()
    if suffix == ".glb":
        check_nesting(path.name, content)
    try:
        # From a stream without a name, and nothing beside the file itself is opened.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scene = trimesh.load_scene(
                io.BytesIO(content),
                file_type=suffix[1:],
                resolver=_Alone(),
                process=False,
                skip_materials=True,
            )
            meshes = [g for g in scene.dump() if isinstance(g, trimesh.Trimesh)]
    except Exception as error:
        reason = (str(error).splitlines() or [""])[0][:120]
        raise ReadError(
            f"{path.name} cannot be read as a {suffix} mesh ({type(error).__name__}: {reason}); "
            f"it looks like {looks_like(head(path))}: check that this is the right file"
        ) from error
    meshes = [mesh for mesh in meshes if len(mesh.faces)]
    for mesh in meshes:
        count, corners = len(mesh.vertices), np.asarray(mesh.faces)
        if corners.min() < 0 or corners.max() >= count:
            raise ReadError(
                f"{path.name} has triangles with the corners {corners.min()} to {corners.max()} of "
                f"{count} vertices: it is damaged; copy or export it again"
            )
    if not meshes:
        raise ReadError(
            f"{path.name} holds no triangles; expected a {suffix} mesh: it looks like "
            f"{looks_like(head(path))}"
        )
    offsets = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes[:-1])])
    faces = [np.asarray(mesh.faces) + k for mesh, k in zip(meshes, offsets, strict=True)]
    return np.concatenate([np.asarray(mesh.vertices) for mesh in meshes]), np.concatenate(faces)


def obj_text(shape: Shape) -> str:
    """The convex parts of a shape as a Wavefront file: one object each, metres."""
    lines, first = [], 1
    for number, part in enumerate(shape.parts, start=1):
        lines.append(f"o part_{number}")
        lines += ["v " + " ".join(f"{x:.6f}" for x in vertex) for vertex in part.vertices]
        lines += ["f " + " ".join(str(int(k) + first) for k in face) for face in part.faces]
        first += len(part.vertices)
    return "\n".join(lines) + "\n"
