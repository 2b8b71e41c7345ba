"""Files in: one module a format, one dict of readers."""

from kinemesh.io.contacts import read_contacts
from kinemesh.io.meshes import MESHES, read_mesh
from kinemesh.io.reading import READERS, read
from kinemesh.io.trajectories import TrajectoryFile, read_trajectory

__all__ = [
    "MESHES",
    "READERS",
    "TrajectoryFile",
    "read",
    "read_contacts",
    "read_mesh",
    "read_trajectory",
]
