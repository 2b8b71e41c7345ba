"""Shapes of objects and terrain from any file that describes one."""

from __future__ import annotations

from pathlib import Path

from kinemesh._files.inputs import existing_file
from kinemesh.description.mjcf import read_mjcf
from kinemesh.description.urdf import read_urdf
from kinemesh.description.xml_files import root_tag
from kinemesh.errors import ReadError
from kinemesh.motion import Shape
from kinemesh.motion.scene import check_size
from kinemesh.recordings.scene.decompose import decomposed
from kinemesh.recordings.scene.meshes import MESHES, read_mesh

_DESCRIPTIONS = (".urdf", ".xml")
_READERS = {"robot": read_urdf, "mujoco": read_mjcf}
"""By the root element: either may have either suffix."""

SHAPES: tuple[str, ...] = (*MESHES, *_DESCRIPTIONS)
"""Suffixes of the files that a shape is read from."""


def read_shape(path: str | Path, *, decompose: bool = False) -> Shape:
    """Read the shape of an object: a mesh, a URDF, or a MuJoCo model, in metres.

    Args:
        path: the file; meshes that it names lie in its folder or below.
        decompose: cut what is not convex into convex parts, which makes collisions faster and
            less exact; needs the extra ``decompose``.

    Raises:
        ReadError: no such file, an unknown suffix, damaged, or a mesh it names is missing.
        ClipError: it encloses nothing, or its size cannot be metres.
        MissingExtra: CoACD is needed and not installed.
    """
    shape, _ = described_shape(path, decompose=decompose)
    return shape


def described_shape(
    path: str | Path, *, decompose: bool = False, scale: float = 1.0
) -> tuple[Shape, list[str]]:
    """As :func:`read_shape`, of a file in units of ``scale`` [m], with notes on what was found."""
    path = existing_file(path)
    suffix = path.suffix.lower()
    if suffix in MESHES:
        shape = read_mesh(path, scale)
        return (decomposed(shape, path.name) if decompose else shape), []
    if suffix not in _DESCRIPTIONS:
        raise ReadError(
            f"{path.name} has the suffix {suffix or 'none'!r}; known are {', '.join(SHAPES)}: "
            f"convert it to one of these"
        )

    def mesh(file: Path) -> Shape:
        shape = read_mesh(file)
        return decomposed(shape, file.name) if decompose else shape

    usual = read_urdf if suffix == ".urdf" else read_mjcf
    shape, notes = _READERS.get(root_tag(path) or "", usual)(path, mesh)
    shape = shape if scale == 1.0 else shape.scaled(scale)
    check_size(shape, f"the object in {path.name}")
    return shape, notes
