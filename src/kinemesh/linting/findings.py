"""What was found in a file: each trap by its name, with the evidence and the mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kinemesh.trajectories.findings import Finding

TRAPS: Mapping[str, str] = MappingProxyType(
    {
        "not-finite": "numbers that are NaN or infinite",
        "free-joint": "the free joint's columns before the joints: there and not wanted, or not",
        "world-body": "the world among the bodies where readers want none, or missing",
        "body-order": "bodies in another order than the format's",
        "joint-order": "joints in another order than the format's",
        "degrees": "angles in degrees where the format has radians, or the reverse",
        "length-unit": "lengths in another unit than the format's",
        "mirrored": "left and right exchanged",
        "bodies": "bodies that are not where root and joints put them, in any order",
        "quaternion-norm": "quaternions that are not unit",
        "quaternion-order": "w first where the format has it last, or the reverse",
        "quaternion-sign": "q and -q in neighbouring frames",
        "up-axis": "another axis up, or a root that is pitched by 90 degrees",
        "frame-rate": "no frame rate, an impossible one, or not that of the velocities",
        "frame-rate-shape": "the frame rate as a number where an array is wanted, or the reverse",
        "velocity-point": "velocities of centres of mass for those of link origins, or the reverse",
        "velocity-frame": "velocities in a body's own axes for the world's, or the reverse",
        "velocity-scale": "velocities too large or too small by a factor",
        "velocity-ends": "velocities of the first or last frame that were never filled in",
        "velocity": "velocities that are not those of the positions beside them",
        "joint-limits": "joints beyond the robot's limits",
        "joint-speed": "joints faster than the robot's limits from one frame to the next",
        "self-collision": "parts of the robot inside each other",
        "below-ground": "parts of the robot, soles aside, below the ground",
        "jump": "a jump of the root, of a joint or of a prop from one frame to the next",
        "feet-float": "soles that never come down to the ground",
        "feet-sunk": "soles below the ground",
    }
)
"""Trap to what it is."""


@dataclass(frozen=True)
class Lint:
    """What :func:`kinemesh.lint` found."""

    path: Path
    """The file, or the folder."""
    format: str
    """The layout that the file was held against."""
    frames: int
    """How many it has."""
    robot: str
    """Whose kinematics it was held against."""
    findings: tuple[Finding, ...] = ()
    """The traps that it is in; none for a sound file."""
    notes: tuple[str, ...] = ()
    """How it was read."""
    written: Path | None = None
    """The mended copy, where one was written."""

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def traps(self) -> tuple[str, ...]:
        """Names of the traps found, each once."""
        return tuple(dict.fromkeys(finding.trap for finding in self.findings))

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "path": str(self.path),
            "format": self.format,
            "robot": self.robot,
            "frames": self.frames,
            "clean": self.clean,
            "findings": [finding.as_dict() for finding in self.findings],
            "notes": list(self.notes),
            "written": None if self.written is None else str(self.written),
        }
