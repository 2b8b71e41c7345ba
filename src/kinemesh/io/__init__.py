"""Files in: one module a format, one dict of readers."""

from kinemesh.io.contacts import read_contacts
from kinemesh.io.contents import Contents, read_contents
from kinemesh.io.layouts import LAYOUTS
from kinemesh.io.meshes import MESHES, read_mesh
from kinemesh.io.reading import READERS, read
from kinemesh.io.shapes import SHAPES, read_shape
from kinemesh.io.trajectories import TrajectoryFile, holds_trajectory, read_trajectory

__all__ = [
    "LAYOUTS",
    "MESHES",
    "READERS",
    "SHAPES",
    "Contents",
    "TrajectoryFile",
    "holds_trajectory",
    "read",
    "read_contacts",
    "read_contents",
    "read_mesh",
    "read_shape",
    "read_trajectory",
]
