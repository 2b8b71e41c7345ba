"""Files of things beside a motion: SONIC's library of objects, ProtoMotions' scenes."""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import kinemesh
from commands import Command
from kinemesh.errors import WriteError
from kinemesh.motion import Shape, Terrain
from kinemesh.result import Result
from kinemesh.robot import RobotModel, link_poses
from kinemesh.trajectories import read_contents


def held(lifted: Result) -> Result:
    """The right hand alone on the box, from the middle on."""
    half = np.arange(len(lifted)) >= 16
    return replace(lifted, touch={("right_hand", "box"): half})


def mesh_in(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and triangles of Wavefront's text."""
    lines = path.read_text().split("\n")
    vertices = np.array([line.split()[1:] for line in lines if line.startswith("v ")], float)
    faces = np.array([line.split()[1:] for line in lines if line.startswith("f ")], int) - 1
    return vertices, faces


def test_sonics_library_has_the_objects_under_the_motions_name(
    lifted: Result, tmp_path: Path
) -> None:
    notes = kinemesh.write(
        *(lifted, tmp_path / "a.pkl"), format="motionlib", objects=tmp_path / "objects.pkl"
    )
    assert notes == ("beside it: box, in SONIC's library of objects",)
    motions, objects = (
        pickle.loads((tmp_path / name).read_bytes()) for name in ("a.pkl", "objects.pkl")
    )
    assert objects.keys() == motions.keys()
    (entry,) = objects.values()
    assert entry["fps"] == 30 and entry["root_pos"].shape == (len(lifted), 1, 3)
    box = lifted.tracks["box"]
    np.testing.assert_allclose(entry["root_pos"][:, 0], box[:, :3], atol=1e-6)
    turns = Rotation.from_quat(entry["root_quat"][:, 0][:, [1, 2, 3, 0]])  # w first in the file
    assert (turns.inv() * Rotation.from_quat(np.array(box[:, 3:]))).magnitude().max() < 1e-5


def test_a_contact_point_is_the_hands_place_in_the_objects_frame(
    lifted: Result, robot: RobotModel, tmp_path: Path
) -> None:
    kinemesh.write(
        *(held(lifted), tmp_path / "a.pkl"), format="motionlib", objects=tmp_path / "o.pkl"
    )
    (entry,) = pickle.loads((tmp_path / "o.pkl").read_bytes()).values()
    assert entry["contact_points_left_hand"] == {}
    points = entry["contact_points_right_hand"]
    assert list(points) == list(range(16, 32))
    pad = robot.touching["right_hand"]
    poses, box = link_poses(robot, lifted.trajectory.q)[:, pad.joint - 1], lifted.tracks["box"]
    for t in (16, 24, 31):
        assert points[t].shape == (1, 3)
        world = Rotation.from_quat(np.array(box[t, 3:])).apply(points[t][0]) + box[t, :3]
        hand = Rotation.from_quat(poses[t, 3:]).apply(np.array(pad.point)) + poses[t, :3]
        np.testing.assert_allclose(world, hand, atol=1e-5)


def test_contact_points_that_are_not_known_are_not_written(lifted: Result, tmp_path: Path) -> None:
    unknown = replace(lifted, touch={}, stance={})
    kinemesh.write(unknown, tmp_path / "a.pkl", format="motionlib", objects=tmp_path / "o.pkl")
    (entry,) = pickle.loads((tmp_path / "o.pkl").read_bytes()).values()
    assert sorted(entry) == ["fps", "root_pos", "root_quat"]


def test_protomotions_scene_names_its_meshes_from_the_folder(
    lifted: Result, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch")
    kinemesh.write(
        *(lifted, tmp_path / "a.motion"), format="protomotions", objects=tmp_path / "s", fps=50.0
    )
    library = torch.load(tmp_path / "s" / "scenes" / "scenes.pt", weights_only=True)
    (scene,) = library["original_scenes"]
    (box,) = scene["objects"]
    assert library["num_objects_per_scene"] == 1 and box["fps"] == 50.0
    frames = len(read_contents(tmp_path / "a.motion").arrays["dof_pos"])
    assert np.shape(box["translation"]) == (frames, 3)
    np.testing.assert_allclose(box["translation"][0], lifted.tracks["box"][0, :3], atol=1e-9)
    np.testing.assert_allclose(box["rotation"][0], lifted.tracks["box"][0, 3:], atol=1e-9)
    assert (tmp_path / "s" / box["object_path"]).is_file()


def test_protomotions_mesh_is_the_props_own(lifted: Result, tmp_path: Path) -> None:
    kinemesh.write(lifted, tmp_path / "a.motion", format="protomotions", objects=tmp_path / "s")
    vertices, faces = mesh_in(tmp_path / "s" / "meshes" / "object_1.obj")
    (box,) = lifted.scene.props
    np.testing.assert_allclose(vertices, box.shape.vertices, atol=1e-8)
    np.testing.assert_array_equal(faces, box.shape.faces)


def scene_in(folder: Path) -> list[dict[str, Any]]:
    """The things of the only scene."""
    with zipfile.ZipFile(folder / "scenes" / "scenes.pt") as archive:  # no tensor is in it
        (name,) = (name for name in archive.namelist() if name.endswith("data.pkl"))
        table = pickle.loads(archive.read(name))
    (scene,) = table["original_scenes"]
    things: list[dict[str, Any]] = scene["objects"]
    assert table["num_objects_per_scene"] == len(things)
    return things


def test_each_convex_part_of_the_terrain_stands_in_protomotions_scene(
    walked: Result, tmp_path: Path
) -> None:
    low, high = (
        Shape.box((1.0, 1.0, 0.2), (2.0, 0.0, 0.1)),
        Shape.box((1.0, 1.0, 0.4), (3.0, 0, 0.2)),
    )
    terrain = Terrain(Shape.union([low, high]), "stairs")
    result = replace(walked, scene=replace(walked.scene, terrain=terrain))
    notes = kinemesh.write(
        result, tmp_path / "a.motion", format="protomotions", objects=tmp_path / "s"
    )
    assert notes == ("beside it: stairs, in ProtoMotions' scenes",)
    things = scene_in(tmp_path / "s")
    assert [thing["options"] for thing in things] == [{"fix_base_link": True}] * 2
    for thing, part in zip(things, (low, high), strict=True):
        assert np.shape(thing["translation"]) == (1, 3) and not np.any(thing["translation"])
        assert thing["rotation"] == [[0.0, 0.0, 0.0, 1.0]]
        vertices, faces = mesh_in(tmp_path / "s" / thing["object_path"])
        np.testing.assert_allclose(vertices.min(axis=0), part.bounds[0], atol=1e-9)
        np.testing.assert_allclose(vertices.max(axis=0), part.bounds[1], atol=1e-9)
        corners = vertices[faces]
        volume = np.linalg.det(corners).sum() / 6.0  # positive where triangles look outwards
        assert volume == pytest.approx(np.prod(part.bounds[1] - part.bounds[0]))


def test_a_terrain_that_no_convex_parts_fit_is_one_mesh_of_its_surface(
    lifted: Result, tmp_path: Path
) -> None:
    box = Shape.box((1.0, 1.0, 0.2), (3.0, 0.0, 0.1))
    rough = replace(box, warnings=("its hull is larger than it",))
    result = replace(lifted, scene=replace(lifted.scene, terrain=Terrain(rough, "rocks")))
    notes = kinemesh.write(
        result, tmp_path / "a.motion", format="protomotions", objects=tmp_path / "s"
    )
    assert notes == ("beside it: box, rocks, in ProtoMotions' scenes",)
    moving, standing = scene_in(tmp_path / "s")
    assert moving["options"]["fix_base_link"] is False
    assert np.shape(moving["translation"]) == (len(lifted), 3)
    vertices, faces = mesh_in(tmp_path / "s" / standing["object_path"])
    np.testing.assert_allclose(vertices, box.vertices, atol=1e-9)
    np.testing.assert_array_equal(faces, box.faces)


@pytest.mark.parametrize(
    ("format", "motion", "objects", "message"),
    [
        ("mjlab", "a.npz", "o.pkl", r"is for motionlib, protomotions, not mjlab"),
        ("motionlib", "a.pkl", "o.npz", r"library of objects is a \.pkl or \.joblib file"),
        ("protomotions", "a.motion", "full", r"full holds notes\.txt, which is not of"),
        ("protomotions", "a.motion", "none/s", r"the folder .*none does not exist"),
    ],
)
def test_what_has_no_file_of_objects_or_cannot_be_written_is_refused_before_the_work(
    format: str, motion: str, objects: str, message: str, lifted: Result, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(WriteError, match=message):
        kinemesh.write(lifted, tmp_path / motion, format=format, objects=tmp_path / objects)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_motion_without_props_or_without_their_shapes_is_refused(
    walked: Result, lifted: Result, tmp_path: Path
) -> None:
    with pytest.raises(WriteError, match="for a motion with props, and this has none"):
        kinemesh.write(walked, tmp_path / "a.pkl", format="motionlib", objects=tmp_path / "o.pkl")
    with pytest.raises(WriteError, match="for a motion with props or terrain, and this has none"):
        kinemesh.write(
            *(walked, tmp_path / "a.motion"), format="protomotions", objects=tmp_path / "s"
        )
    with pytest.raises(WriteError, match="the shape of box is not known"):
        kinemesh.write(
            lifted.trajectory,
            tmp_path / "a.motion",
            format="protomotions",
            objects=tmp_path / "s",
            tracks=lifted.tracks,
        )
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_both_files(
    kinemesh_command: Command, lifted: Result, tmp_path: Path
) -> None:
    saved = lifted.save(tmp_path / "lift.npz")
    out = ("--to", "motionlib", "--objects-to", tmp_path / "o.pkl")
    done = kinemesh_command("convert", saved, tmp_path / "a.pkl", *out)
    assert (done.status, done.err) == (0, "")
    assert "beside it: box, in SONIC's library of objects" in done.out
    assert (tmp_path / "o.pkl").is_file() and (tmp_path / "a.pkl").is_file()
    done = kinemesh_command("convert", saved, tmp_path / "b.npz", "--to", "mjlab", *out[2:])
    assert done.status == 2 and "not mjlab" in done.err
