"""What is wrong in a file of a robot's trajectory: traps by name, evidence, mended copies."""

from kinemesh.linting.findings import TRAPS, Lint
from kinemesh.linting.linting import lint
from kinemesh.trajectories.findings import Finding

__all__ = ["TRAPS", "Finding", "Lint", "lint"]
