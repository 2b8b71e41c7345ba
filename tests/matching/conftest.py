"""A box that is carried, solved, and as others would write it."""

from __future__ import annotations

from pathlib import Path

import pytest

import kinemesh
from kinemesh import Clip, Result, RobotModel, demos


@pytest.fixture(scope="session")
def carry() -> Clip:
    """Ten frames in which both hands hold a box."""
    return demos.lift_box().crop(60, 70)


@pytest.fixture(scope="session")
def carried(carry: Clip, robot: RobotModel) -> Result:
    return kinemesh.retarget(carry, robot)


@pytest.fixture
def carried_file(carried: Result, tmp_path: Path) -> Path:
    return carried.save(tmp_path / "carried.npz")


@pytest.fixture
def box(carry: Clip, tmp_path: Path) -> Path:
    """The box as a mesh."""
    shape = carry.scene.props[0].shape
    lines = [f"v {x} {y} {z}" for x, y, z in shape.vertices]
    lines += [f"f {a} {b} {c}" for a, b, c in shape.faces + 1]
    file = tmp_path / "box.obj"
    file.write_text("\n".join(lines) + "\n")
    return file
