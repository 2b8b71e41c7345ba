"""A URDF and the meshes that it names, looked at before Pinocchio opens them."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path
from xml.etree import ElementTree

from kinemesh._files.disk import existing_file
from kinemesh.errors import RobotError
from kinemesh.robot.meshfile import LARGEST_MESH, check_mesh

_LARGEST = 16 << 20
"""No robot's URDF is larger [bytes]."""

_MESH = re.compile(r"""<\s*mesh\b[^>]*?\bfilename\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def check_urdf(urdf: Path) -> None:
    """See that a URDF and its meshes are regular files of bounded size, which lead nowhere else.

    A mesh that is not there is Pinocchio's to complain of.

    Raises:
        RobotError: one of them is a pipe, a device, empty or too large, or a mesh that is collided
            with is of no known format or names a file elsewhere.
    """
    existing_file(urdf, largest=_LARGEST, expected="a robot's URDF", error=RobotError)
    text = urdf.read_bytes().decode("utf-8", errors="replace")
    collisions = _collisions(text)
    for name in {html.unescape(first or second) for first, second in _MESH.findall(text)}:
        plain = re.sub(r"^(file|package|model)://", "", name)
        for place in (Path(plain), urdf.parent / plain):  # where Pinocchio looks
            if not os.path.exists(place):
                continue
            if collisions is None or name in collisions:
                check_mesh(place)
            else:  # to be seen alone, which Pinocchio does not open
                existing_file(place, largest=LARGEST_MESH, expected="a mesh", error=RobotError)


def _collisions(text: str) -> set[str] | None:
    """Names of the meshes of collision elements; None where they cannot be told from others."""
    if "<!DOCTYPE" in text:
        return None
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return None
    found = (mesh for element in root.iter("collision") for mesh in element.iter("mesh"))
    return {mesh.get("filename", "") for mesh in found}
