from __future__ import annotations

from pathlib import Path

import pytest

from kinemesh.errors import RobotError
from kinemesh.newrobot import read_robot
from kinemesh.newrobot.reading.meshes import Meshes


@pytest.fixture
def urdf(tmp_path: Path) -> Path:
    """A robot's file in a package whose copy has another name, in a workspace."""
    for file in (
        "ws/src/walker-main/package.xml",
        "ws/src/walker-main/urdf/v2/walker.urdf",
        "ws/src/walker-main/meshes/foot.stl",
        "ws/src/walker_meshes/package.xml",
        "ws/src/walker_meshes/meshes/hand.stl",
        "ws/src/private/key.stl",
        "key.stl",
    ):
        place = tmp_path / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("<package/>")
    return tmp_path / "ws/src/walker-main/urdf/v2/walker.urdf"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("package://walker/meshes/foot.stl", "walker-main/meshes/foot.stl"),
        ("package:///walker/meshes/foot.stl", "walker-main/meshes/foot.stl"),
        ("package://walker-main/meshes/foot.stl", "walker-main/meshes/foot.stl"),
        ("package://meshes/foot.stl", "walker-main/meshes/foot.stl"),
        ("package://walker_meshes/meshes/hand.stl", "walker_meshes/meshes/hand.stl"),
        ("../../meshes/foot.stl", "walker-main/meshes/foot.stl"),
    ],
)
def test_a_mesh_is_found_in_its_package_whatever_the_copy_is_called(
    name: str, place: str, urdf: Path
) -> None:
    assert Meshes(urdf).file(name) == urdf.parents[3] / place


@pytest.mark.parametrize(
    "name",
    [
        "package://private/key.stl",  # beside it, and no package
        "package://walker_meshes/../private/key.stl",
        "package://walker/../key.stl",
        "package://../private/key.stl",
        "package://walker/../../../../key.stl",
        "../../../../../key.stl",
        "package://",
    ],
)
def test_what_is_in_no_package_is_not_looked_at(name: str, urdf: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Meshes(urdf).file(name)


def test_to_go_on_without_is_advised_only_where_some_are_left(urdf: Path) -> None:
    link = (
        '<link name="{0}"><visual><geometry><mesh filename="{0}.stl"/></geometry></visual></link>'
    )
    urdf.write_text(f"<robot name='r'>{link.format('a')}</robot>")
    for without in (False, True):
        with pytest.raises(RobotError, match="1 of its 1 meshes are not there") as told:
            read_robot(urdf, without_missing_meshes=without)
        assert "go on without" not in str(told.value)
