"""Files in: one module a format, one dict of readers."""

from kinemesh.recordings.contacts import read_contacts
from kinemesh.recordings.motive.table import is_motive
from kinemesh.recordings.readers import READERS
from kinemesh.recordings.reading import read
from kinemesh.recordings.scene.meshes import MESHES, read_mesh
from kinemesh.recordings.scene.shapes import SHAPES, read_shape

__all__ = [
    "MESHES",
    "READERS",
    "SHAPES",
    "is_motive",
    "read",
    "read_contacts",
    "read_mesh",
    "read_shape",
]
