"""Meshes are looked at before a library opens them that follows what they name."""

from __future__ import annotations

import json
import os
import shutil
import struct
from pathlib import Path

import pytest
import trimesh

from kinemesh import RobotModel
from kinemesh.errors import RobotError
from kinemesh.robot.meshfile import check_mesh
from kinemesh.robot.shipped import robots_folder

BOX = trimesh.creation.box()


def glb(uri: str | None) -> bytes:
    """A binary glTF whose numbers are elsewhere, or in it."""
    if uri is None:
        return bytes(BOX.export(file_type="glb"))
    text = json.dumps({"asset": {"version": "2.0"}, "buffers": [{"byteLength": 4, "uri": uri}]})
    table = text.encode() + b" " * (-len(text) % 4)
    size = struct.pack("<II", 2, 20 + len(table)) + struct.pack("<I", len(table))
    return b"glTF" + size + b"JSON" + table


def dae(url: str, head: str = "") -> bytes:
    scene = f'<library_visual_scenes><visual_scene><instance_geometry\n url="{url}"/>'
    return f'<?xml version="1.0"?>{head}<COLLADA>{scene}</visual_scene></COLLADA>'.encode()


OBJ = BOX.export(file_type="obj").encode()
GOOD = {
    "a.stl": BOX.export(file_type="stl"),
    "b.stl": BOX.export(file_type="stl_ascii").encode(),
    "a.ply": BOX.export(file_type="ply"),
    "a.obj": OBJ,
    "b.obj": b"mtllib a.mtl\n" + OBJ,
    "A.OBJ": OBJ,
    "a.dae": dae("#box"),
    "a.glb": glb(None),
}
GLTF = b'{"asset": {"version": "2.0"}, "buffers": [{"uri": "../a.bin"}]}'
BAD = {
    "a.gltf": (GLTF, r"suffix '\.gltf'.*convert it to"),
    "a.stl": (GLTF, "not an STL mesh"),
    "a.obj": (GLTF, "not an OBJ mesh"),
    "a.ply": (GLTF, "not a PLY mesh"),
    "a.dae": (dae("other.dae#box"), r"takes in 'other\.dae#box'"),
    "b.dae": (dae("file:///etc/passwd"), "takes in 'file:///etc/passwd'"),
    "c.dae": (dae("#box", '<!DOCTYPE a [<!ENTITY b SYSTEM "/etc/passwd">]>'), "entities"),
    "a.glb": (glb("../a.bin"), r"takes its numbers from '\.\./a\.bin'"),
    "b.glb": (glb(None)[:30], "not a binary glTF mesh"),
    "b.obj": (b"mtllib ../a.mtl\n" + OBJ, "materials outside of its folder"),
    "c.obj": (b"mtllib /etc/passwd\n" + OBJ, "materials outside of its folder"),
    "a.blend": (b"BLENDER", "convert it to"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_mesh_that_stands_alone_is_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(GOOD[name])
    check_mesh(tmp_path / name)


@pytest.mark.parametrize("name", BAD)
def test_a_mesh_that_leads_elsewhere_or_is_another_is_refused(tmp_path: Path, name: str) -> None:
    content, said = BAD[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RobotError, match=said):
        check_mesh(tmp_path / name)


def test_materials_that_are_a_pipe_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_bytes(b"mtllib a.mtl\n" + OBJ)
    os.mkfifo(tmp_path / "a.mtl")
    with pytest.raises(RobotError, match="is a pipe"):
        check_mesh(tmp_path / "a.obj")


@pytest.mark.parametrize("element", ["collision", "visual"])
def test_a_robot_is_not_built_of_meshes_that_lead_elsewhere(tmp_path: Path, element: str) -> None:
    folder = tmp_path / "g1"
    shutil.copytree(robots_folder() / "g1", folder)
    (folder / "a.gltf").write_bytes(GLTF)
    text = (folder / "g1.urdf").read_text()
    mesh = f'<{element}><geometry><mesh filename="a.gltf"/></geometry></{element}>'
    (folder / "g1.urdf").write_text(text.replace("<inertial>", f"{mesh}<inertial>", 1))
    if element == "visual":  # nobody opens it
        assert RobotModel.load(folder).nq == RobotModel.load("g1").nq
        return
    with pytest.raises(RobotError, match=r"a\.gltf has the suffix"):
        RobotModel.load(folder)
