"""What trajectories come in: read without running anything, written without other packages."""

from kinemesh.trajectories.containers.container import (
    CSV,
    FILES,
    LONGEST_LINE,
    NPZ,
    PICKLE,
    TORCH,
    Container,
    read_numbers,
)
from kinemesh.trajectories.containers.contents import Contents
from kinemesh.trajectories.containers.folder import write_folder

__all__ = [
    "CSV",
    "FILES",
    "LONGEST_LINE",
    "NPZ",
    "PICKLE",
    "TORCH",
    "Container",
    "Contents",
    "read_numbers",
    "write_folder",
]
