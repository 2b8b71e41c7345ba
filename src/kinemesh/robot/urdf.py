"""A URDF and the meshes that it names, looked at before Pinocchio opens them."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path

from kinemesh._files import existing_file
from kinemesh.errors import RobotError

_LARGEST = 16 << 20
_LARGEST_MESH = 256 << 20
"""No robot's file is larger [bytes]."""

_MESH = re.compile(r"""<\s*mesh\b[^>]*?\bfilename\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_MATERIALS = re.compile(rb"^[ \t]*mtllib[ \t]+([^\r\n]+)", re.MULTILINE)


def check_urdf(urdf: Path) -> None:
    """See that a URDF and the meshes that it names are regular files of bounded size.

    A mesh that is not there is Pinocchio's to complain of.

    Raises:
        RobotError: one of them, or the materials that an ``.obj`` names, is a pipe, a device,
            empty or too large.
    """
    existing_file(urdf, largest=_LARGEST, expected="a robot's URDF", error=RobotError)
    text = urdf.read_bytes().decode("utf-8", errors="replace")
    for name in {html.unescape(first or second) for first, second in _MESH.findall(text)}:
        plain = re.sub(r"^(file|package|model)://", "", name)
        for place in (Path(plain), urdf.parent / plain):  # where Pinocchio looks
            if os.path.exists(place):
                _check_mesh(place)


def _check_mesh(place: Path) -> None:
    existing_file(place, largest=_LARGEST_MESH, expected="a mesh", error=RobotError)
    if place.suffix.lower() != ".obj":
        return
    for name in _MATERIALS.findall(place.read_bytes()):
        file = place.parent / os.fsdecode(name.strip())
        if os.path.exists(file):
            existing_file(file, empty=True, expected="its materials", error=RobotError)
