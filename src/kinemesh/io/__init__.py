"""Files in: one module a format, one dict of readers."""

from kinemesh.io.contacts import read_contacts
from kinemesh.io.contents import Contents, read_contents
from kinemesh.io.layouts import LAYOUTS
from kinemesh.io.meshes import MESHES, read_mesh
from kinemesh.io.reading import READERS, read
from kinemesh.io.trajectories import TrajectoryFile, holds_trajectory, read_trajectory

__all__ = [
    "LAYOUTS",
    "MESHES",
    "READERS",
    "Contents",
    "TrajectoryFile",
    "holds_trajectory",
    "read",
    "read_contacts",
    "read_contents",
    "read_mesh",
    "read_trajectory",
]
