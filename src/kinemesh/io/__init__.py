"""Files in: one module a format, one dict of readers."""

from kinemesh.io.meshes import MESHES, read_mesh
from kinemesh.io.reading import READERS, read

__all__ = ["MESHES", "READERS", "read", "read_mesh"]
