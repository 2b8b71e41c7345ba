from __future__ import annotations

import base64
import json
import logging
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh

from disks import within
from glb_files import Glb
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import Shape
from kinemesh.recordings import MESHES, read_mesh
from recordings import recording

BOX = Shape.box((1.0, 2.0, 3.0))
Obj = Callable[..., Path]


@pytest.mark.parametrize("suffix", MESHES)
def test_every_format_gives_the_same_box(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"box{suffix}"
    trimesh.Trimesh(BOX.vertices, BOX.faces, process=False).export(file)
    shape = read_mesh(str(file))
    np.testing.assert_allclose(shape.bounds, BOX.bounds, atol=1e-6)
    assert len(shape.vertices) == 8
    assert shape.parts[0].volume == pytest.approx(6.0)
    assert shape.warnings == ()


def test_several_geometries_become_one_shape_where_the_file_places_them(tmp_path: Path) -> None:
    scene = trimesh.Scene()
    for x in (0.0, 5.0):
        scene.add_geometry(
            trimesh.creation.box((1, 1, 1)),
            transform=trimesh.transformations.translation_matrix((x, 0, 0)),
        )
    scene.export(tmp_path / "two.glb")
    shape = read_mesh(tmp_path / "two.glb")
    assert len(shape.parts) == 2
    np.testing.assert_allclose(shape.bounds, [[-0.5, -0.5, -0.5], [5.5, 0.5, 0.5]])


def test_a_missing_material_file_does_no_harm_and_is_not_talked_about(
    box_obj: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert len(read_mesh(box_obj).parts) == 1
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="does not exist"):
        read_mesh(tmp_path / "none.obj")
    with pytest.raises(ReadError, match="is a folder"):
        read_mesh(tmp_path)


def test_an_unknown_suffix_lists_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "a.fbx").write_bytes(b"x")
    with pytest.raises(ReadError, match=r"'\.fbx'; known mesh formats are \.obj, \.stl"):
        read_mesh(tmp_path / "a.fbx")


@pytest.mark.parametrize("suffix", MESHES)
@pytest.mark.parametrize("content", [b"these are words\n", b"\x89PNG\r\n\x1a\n" + bytes(100)])
def test_a_file_that_is_no_mesh_is_refused_by_name(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], suffix: str, content: bytes
) -> None:
    (tmp_path / f"a{suffix}").write_bytes(content)
    with pytest.raises(ReadError, match=rf"a{suffix}"):
        read_mesh(tmp_path / f"a{suffix}")
    assert capfd.readouterr() == ("", "")


def test_an_empty_mesh_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("")
    with pytest.raises(ReadError, match="empty"):
        read_mesh(tmp_path / "a.obj")
    (tmp_path / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\n")
    with pytest.raises(ReadError, match=r"a\.obj holds no triangles"):
        read_mesh(tmp_path / "a.obj")


def test_a_flat_mesh_is_a_sheet_and_one_without_an_area_is_refused_by_name(tmp_path: Path) -> None:
    corners = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 1 1 0\nv 2 0 0\n"
    (tmp_path / "a.obj").write_text(corners + "f 1 2 3\nf 2 4 3\n")
    assert read_mesh(tmp_path / "a.obj").kind == "sheet"
    (tmp_path / "b.obj").write_text(corners + "f 1 2 5\n")
    with pytest.raises(ClipError, match=r"the mesh b\.obj: none of the 1 triangles .* an area"):
        read_mesh(tmp_path / "b.obj")


@pytest.mark.parametrize("factor", [1000.0, 1e-4])
def test_a_mesh_that_cannot_be_in_metres_is_refused_by_name(
    tmp_path: Path, obj_save: Obj, factor: float
) -> None:
    file = obj_save(tmp_path / "crate.obj", BOX, factor)
    with pytest.raises(ClipError, match=r"the mesh crate\.obj is .*metres"):
        read_mesh(file)


@pytest.mark.parametrize(("sequence", "tops"), [(0, (0.2, 0.47, 0.95)), (1, None)])
def test_the_boxes_of_a_climb_are_convex_parts(
    sequence: int, tops: tuple[float, ...] | None
) -> None:
    shape = read_mesh(recording(f"climb/seq_{sequence}/multi_boxes.obj"))
    single = recording(f"climb/seq_{sequence}/boxes").glob("*.obj")
    assert len(shape.parts) == len(list(single))
    assert shape.warnings == ()
    if tops is not None:
        heights = sorted(part.vertices[:, 2].max() for part in shape.parts)
        np.testing.assert_allclose(heights, tops, atol=0.02)


@pytest.mark.parametrize("name", ["largebox", "largetable", "woodchair"])
def test_a_scanned_object_is_covered_by_its_hull_and_says_so(name: str) -> None:
    shape = read_mesh(recording(f"omomo/objects/{name}.obj"))
    assert len(shape.warnings) == 1
    planes = shape.parts[0].planes
    assert np.max(shape.vertices @ planes[:, :3].T + planes[:, 3]) < 1e-9


@pytest.mark.parametrize("corner", [-1, 8, 2147483647])
def test_a_corner_that_is_not_there_is_refused(tmp_path: Path, corner: int) -> None:
    box = Shape.box((0.4, 0.4, 0.5))
    lines = ["ply", "format ascii 1.0", f"element vertex {len(box.vertices)}"]
    lines += [f"property float {axis}" for axis in "xyz"]
    lines += [f"element face {len(box.faces)}", "property list uchar int vertex_indices"]
    lines += ["end_header", *(f"{x} {y} {z}" for x, y, z in box.vertices)]
    faces = np.array(box.faces)
    faces[3, 1] = corner
    lines += [f"3 {a} {b} {c}" for a, b, c in faces]
    (tmp_path / "a.ply").write_text("\n".join(lines) + "\n")
    with pytest.raises(ReadError, match=r"a\.ply has triangles with the corners"):
        read_mesh(tmp_path / "a.ply")
    with pytest.raises(ClipError, match="has 8 vertices"):
        Shape.from_mesh(box.vertices, faces)


def named_buffer(folder: Path, uri: str) -> Path:
    """A box in a ``.glb`` whose numbers lie in another file, which is there and right."""
    trimesh.Trimesh(BOX.vertices, BOX.faces, process=False).export(folder / "box.glb")
    raw = (folder / "box.glb").read_bytes()
    length = struct.unpack("<I", raw[12:16])[0]
    tables = json.loads(raw[20 : 20 + length])
    tables["buffers"][0]["uri"] = uri
    (folder.parent / "outside.bin").write_bytes(raw[28 + length :])
    text = json.dumps(tables).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text), len(text), b"JSON")
    (folder / "box.glb").write_bytes(head + text)
    return folder / "box.glb"


def test_no_file_that_a_mesh_names_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    inside = base64.b64encode(b"").decode()
    for uri in ("../outside.bin", str(tmp_path / "outside.bin"), f"data:a;base64,{inside}"):
        with within(10), pytest.raises(ReadError, match=r"cannot be read|no triangles"):
            read_mesh(named_buffer(folder, uri))
    os.mkfifo(tmp_path / "pipe")
    for suffix in (".obj", ".ply"):
        file = folder / f"box{suffix}"
        trimesh.Trimesh(BOX.vertices, BOX.faces, process=False).export(file)
        whole = file.read_bytes()
        if suffix == ".ply":
            file.write_bytes(whole.replace(b"ply\n", b"ply\ncomment TextureFile ../pipe\n", 1))
        else:
            file.write_bytes(b"mtllib ../pipe\nusemtl a\n" + whole)
        with within(10):
            assert len(read_mesh(file).parts) == 1


@pytest.mark.slow
def test_nodes_that_hang_far_too_deep_are_refused_at_once(tmp_path: Path) -> None:
    file = Glb()
    last = file.node("0")
    for k in range(1, 20_000):
        last = file.node(str(k), last)
    path = file.save(tmp_path / "deep.glb")
    with within(5), pytest.raises(ReadError, match="more than 1000 deep"):
        read_mesh(path)
