"""What trajectories come in: read without running anything, written without other packages."""

from kinemesh.trajectories.containers.container import (
    CSV,
    FILES,
    LONGEST_LINE,
    NPZ,
    PARQUET,
    PICKLE,
    TORCH,
    Container,
    read_numbers,
)
from kinemesh.trajectories.containers.contents import Contents
from kinemesh.trajectories.containers.episodes import DATA_PATH, EPISODES, INFO, VERSION
from kinemesh.trajectories.containers.folder import write_folder

__all__ = [
    "CSV",
    "DATA_PATH",
    "EPISODES",
    "FILES",
    "INFO",
    "LONGEST_LINE",
    "NPZ",
    "PARQUET",
    "PICKLE",
    "TORCH",
    "VERSION",
    "Container",
    "Contents",
    "read_numbers",
    "write_folder",
]
