"""Files in: one module a format, one dict of readers."""

from kinemesh.io.contacts import read_contacts
from kinemesh.io.meshes import MESHES, read_mesh
from kinemesh.io.reading import READERS, read
from kinemesh.io.shapes import SHAPES, read_shape

__all__ = [
    "MESHES",
    "READERS",
    "SHAPES",
    "read",
    "read_contacts",
    "read_mesh",
    "read_shape",
]
