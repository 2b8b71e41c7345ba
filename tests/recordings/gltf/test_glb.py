from __future__ import annotations

import json
import resource
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from glb_files import Glb, packed, scene_with_box
from kinemesh import Clip, Shape, Skeleton, read
from kinemesh.errors import KinemeshError, ReadError
from kinemesh.geometry import poses
from recordings import recording

TABLE = "humoto/lifting_side_table_and_putting_down-362.glb"
SHELF = "humoto/lift_shelf_lie_to_stand-867.glb"


@pytest.fixture(scope="module")
def lifting() -> Clip:
    return read(recording(TABLE))


def by_trimesh(path: Path, name: str) -> trimesh.Trimesh:
    """A mesh of the file where trimesh, which knows no animation, puts it: y up."""
    scene = trimesh.load_scene(path, process=False)
    place, geometry = scene.graph[name]
    mesh = scene.geometry[geometry].copy()
    mesh.apply_transform(place)
    return mesh


@pytest.mark.parametrize(("file", "frames"), [(TABLE, 326), (SHELF, 220)])
def test_a_humoto_clip_has_bones_of_constant_length(file: str, frames: int) -> None:
    clip = read(recording(file))
    assert (len(clip), clip.fps, len(clip.skeleton.joints)) == (frames, 24.0, 65)
    assert clip.stature == pytest.approx(1.574, abs=0.005)  # the T-pose in the file is 1.574 m
    for a, b in (("LeftUpLeg", "LeftLeg"), ("RightForeArm", "RightHand"), ("Hips", "Spine")):
        length = np.linalg.norm(clip.joint(a) - clip.joint(b), axis=1)
        assert np.ptp(length) < 1e-5
    assert clip.warnings == tuple(w for w in clip.warnings if "not convex" in w)


@pytest.mark.slow
def test_fingers_stay_on_the_table_while_it_is_lifted(lifting: Clip) -> None:
    (table,) = lifting.scene.props
    mesh = trimesh.Trimesh(table.shape.vertices, table.shape.faces, process=False)
    fingers = [k for k, joint in enumerate(lifting.skeleton.joints) if "Hand" in joint]
    lifted = np.flatnonzero(table.lowest() > 0.05)
    assert len(lifted) > 60
    for side in ("Left", "Right"):
        mine = [k for k in fingers if lifting.skeleton.joints[k].startswith(side)]
        for frame in lifted[::10]:
            local = poses.apply(poses.inverse(table.track[frame]), lifting.positions[frame, mine])
            _, distance, _ = trimesh.proximity.closest_point_naive(mesh, local)
            assert distance.min() < 0.01


def test_the_table_stands_on_the_floor_the_person_stands_on(lifting: Clip) -> None:
    assert abs(lifting.scene.props[0].lowest().min()) < 0.01
    toes = np.minimum(lifting.landmark("left_toe")[:, 2], lifting.landmark("right_toe")[:, 2])
    assert abs(np.median(toes)) < 0.01


def test_an_object_has_the_shape_and_the_place_that_another_reader_gives_it() -> None:
    path = recording(SHELF)
    clip = read(path, up="z", floor=0.0)  # the file's own axes and floor
    (shelf,) = clip.scene.props
    theirs = by_trimesh(path, "shelf")
    tree = poses.apply(shelf.track[0], shelf.shape.vertices)
    # trimesh knows the pose that was saved with the nodes: a rigid motion away from frame 0.
    assert len(tree) == len(np.unique(theirs.vertices.round(6), axis=0))
    ours = trimesh.Trimesh(shelf.shape.vertices, shelf.shape.faces, process=False)
    assert ours.area == pytest.approx(theirs.area, rel=1e-5)
    assert ours.volume == pytest.approx(theirs.volume, rel=1e-4)  # the sign too: not mirrored


def test_rotations_carry_the_next_joint_along(lifting: Clip) -> None:
    names, rotations = lifting.skeleton.joints, lifting.rotations
    assert rotations is not None
    for a, b in (("LeftForeArm", "LeftHand"), ("RightUpLeg", "RightLeg"), ("Spine", "Spine1")):
        step = lifting.joint(b) - lifting.joint(a)
        local = Rotation.from_quat(rotations[:, names.index(a)]).inv().apply(step)
        assert np.ptp(local, axis=0).max() < 1e-5


# What a small file holds.


@pytest.mark.parametrize("prefix", ["mixamorig:", "mixamorig1:", "mixamorig", "", "scene|a:"])
def test_joints_are_mixamos_whatever_stands_before_their_names(tmp_path: Path, prefix: str) -> None:
    clip = read(scene_with_box(prefix).save(tmp_path / "a.glb"))
    assert clip.skeleton.joints[0] == "Hips"
    assert clip.fps == 24.0
    left, right = clip.landmark("left_hand")[0], clip.landmark("right_hand")[0]
    np.testing.assert_allclose(left - right, [1.42, 0.0, 0.0], atol=1e-6)  # x stays x
    np.testing.assert_allclose(clip.landmark("left_toe")[:, 2], 0.0, atol=1e-6)
    np.testing.assert_allclose(np.ptp(clip.joint("Hips")[:, 1]), 0.3, atol=1e-6)


def test_a_scaled_node_makes_a_prop_in_metres_that_moves(tmp_path: Path) -> None:
    (box,) = read(scene_with_box().save(tmp_path / "a.glb"), floor=0.0).scene.props
    assert box.name == "box"
    np.testing.assert_allclose(np.ptp(box.shape.vertices, axis=0), [0.4, 0.2, 0.6], atol=1e-6)
    assert box.shape.warnings == ()
    world = poses.apply(box.track[-1], box.shape.vertices)
    np.testing.assert_allclose(np.ptp(world, axis=0), [0.4, 0.6, 0.2], atol=1e-6)  # y up is z up
    np.testing.assert_allclose(world.mean(axis=0), [0.5, -1.0, 0.6], atol=1e-6)
    assert np.ptp(box.track[:, 2]) == pytest.approx(0.5)


def test_what_stands_still_is_a_prop_and_what_is_flat_is_none(tmp_path: Path) -> None:
    file = scene_with_box()
    box = Shape.box((1.0, 1.0, 1.0))
    room = file.node("room", translation=[0.0, 0.5, 3.0])
    file.node("cupboard", room, mesh=file.mesh(box.vertices, box.faces))
    flat = np.array([[-5, 0, -5], [5, 0, -5], [5, 0, 5], [-5, 0, 5]])
    file.node("floor", mesh=file.mesh(flat, [[0, 2, 1], [0, 3, 2]]))
    clip = read(file.save(tmp_path / "a.glb"))
    assert [prop.name for prop in clip.scene.props] == ["box", "cupboard"]
    assert np.ptp(clip.scene.props[1].track, axis=0).max() == 0.0
    assert any("'floor': flat" in note for note in clip.notes)
    assert any("'cupboard'" in note and "stands still" in note for note in clip.notes)


def test_all_that_hangs_from_a_moving_node_is_one_prop(tmp_path: Path) -> None:
    file = scene_with_box()
    handle = Shape.box((10.0, 10.0, 10.0))
    node = next(k for k, row in enumerate(file.tables["nodes"]) if row["name"] == "box")
    file.node("lid", node, mesh=file.mesh(handle.vertices, handle.faces), translation=[0, 15, 0])
    (box,) = read(file.save(tmp_path / "a.glb")).scene.props
    assert len(box.shape.parts) == 2
    np.testing.assert_allclose(np.ptp(box.shape.vertices, axis=0), [0.4, 0.3, 0.6], atol=1e-6)


def test_a_mirrored_node_mirrors_its_shape_and_keeps_it_solid(tmp_path: Path) -> None:
    file = scene_with_box()
    tetra = np.array([[0, 0, 0], [0.3, 0, 0], [0, 0.2, 0], [0, 0, 0.1]])
    faces = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]
    file.node("wedge", mesh=file.mesh(tetra, faces), scale=[-1.0, 1.0, 1.0])
    wedge = read(file.save(tmp_path / "a.glb"), floor=0.0).scene.props[1]
    world = poses.apply(wedge.track[0], wedge.shape.vertices)
    assert world[:, 0].min() == pytest.approx(-0.3)
    assert trimesh.Trimesh(wedge.shape.vertices, wedge.shape.faces).volume > 0.0


def test_what_hangs_from_the_person_is_left_out(tmp_path: Path) -> None:
    file = scene_with_box()
    hat = Shape.box((0.2, 0.2, 0.2))
    file.node("hat", 2, mesh=file.mesh(hat.vertices, hat.faces))
    file.node("body", mesh=file.mesh(hat.vertices, hat.faces), skin=0)
    clip = read(file.save(tmp_path / "a.glb"))
    assert [prop.name for prop in clip.scene.props] == ["box"]
    assert any("left out: hat" in note for note in clip.notes)


def test_of_two_takes_the_longer_one_is_read_and_the_other_named(tmp_path: Path) -> None:
    file = scene_with_box()
    still = file.animation("T-Pose")
    file.keys(still, 0, "translation", [0.0, 0.1], [[0, 0, 0], [0, 0, 0]])
    file.tables["animations"].insert(0, file.tables["animations"].pop())
    clip = read(file.save(tmp_path / "a.glb"))
    assert len(clip) == 25
    assert any("T-Pose" in note for note in clip.notes)


def test_another_take_is_read_where_it_is_asked_for(tmp_path: Path) -> None:
    file = scene_with_box()
    other = file.animation("hop")
    way = [[0.0, 0.95, 0.0], [0.0, 1.25, 0.0], [0.0, 0.95, 0.0]]
    file.keys(other, 0, "translation", [0.0, 0.5, 1.0], way)
    path = file.save(tmp_path / "a.glb")
    assert len(read(path)) == 25
    assert any("takes: 0 'person', 1 'hop'; read is 0" in note for note in read(path).notes)
    hop = read(path, take=1)
    assert any("read is 1" in note for note in hop.notes)
    assert np.ptp(hop.joint("Hips")[:, 2]) == pytest.approx(0.3, abs=1e-6)
    assert [prop.name for prop in hop.scene.props] == ["box"]
    with pytest.raises(ReadError, match=r"2 motions; take=2 is none; expected take 0 to 1"):
        read(path, take=2)


def test_an_armature_without_a_body_is_a_person(tmp_path: Path) -> None:
    file = scene_with_box()
    whole = read(file.save(tmp_path / "a.glb"))
    file.tables["skins"] = []
    bare = read(file.save(tmp_path / "b.glb"))
    assert set(bare.skeleton.joints) == set(whole.skeleton.joints)
    np.testing.assert_allclose(bare.landmarks(), whole.landmarks(), atol=1e-9)


def test_a_skeleton_of_ones_own_takes_the_joints_it_names(tmp_path: Path) -> None:
    file = scene_with_box("rig_")
    path = file.save(tmp_path / "a.glb")
    from glb_files import JOINTS

    mixamo = read(scene_with_box().save(tmp_path / "b.glb")).skeleton
    landmarks = {
        name: {f"rig_{j}": w for j, w in mixamo.weights(name).items()} for name in mixamo.landmarks
    }
    mine = Skeleton("mine", tuple(f"rig_{joint}" for joint in JOINTS), landmarks)
    assert read(path, skeleton=mine).skeleton.name == "mine"
    with pytest.raises(ReadError, match="lacks the joints"):
        read(path, skeleton="lafan22")


def test_joints_that_are_not_mixamos_are_mapped_by_name_and_place(tmp_path: Path) -> None:
    mixamo = read(scene_with_box().save(tmp_path / "a.glb"))
    file = scene_with_box("")
    names = {"UpLeg": "Thigh", "Leg": "Shin", "Arm": "UpperArm", "Hand": "Wrist"}
    for row in file.tables["nodes"]:
        for side in ("Left", "Right"):
            part = row["name"].removeprefix(side)
            if part != row["name"]:
                row["name"] = side + names.get(part, part)
    clip = read(file.save(tmp_path / "b.glb"))
    assert clip.skeleton.name == "glb17"
    assert any("confidence" in note for note in clip.notes)
    np.testing.assert_allclose(clip.landmarks()[:, 1:], mixamo.landmarks()[:, 1:], atol=1e-9)


def test_joints_that_move_beside_the_skins_are_the_persons_where_it_has_no_legs(
    tmp_path: Path,
) -> None:
    wanted = read(scene_with_box().save(tmp_path / "a.glb"))
    file = scene_with_box()
    nodes = {
        row["name"].removeprefix("mixamorig:"): k for k, row in enumerate(file.tables["nodes"])
    }
    for name, node in nodes.items():
        if name not in ("Hips", "box"):
            turns = np.tile([0.0, 0.0, 0.0, 1.0], (2, 1))
            file.keys(file.tables["animations"][0], node, "rotation", [0.1, 1.0], turns)
    file.tables["skins"][0]["joints"] = [nodes["Spine1"], nodes["LeftArm"], nodes["RightArm"]]
    clip = read(file.save(tmp_path / "b.glb"))
    assert any("14 more that move in the armature than the skin's 3" in note for note in clip.notes)
    np.testing.assert_allclose(clip.landmarks()[:, 1:], wanted.landmarks()[:, 1:], atol=1e-6)
    assert [prop.name for prop in clip.scene.props] == ["box"]


def test_feet_without_toes_get_some_that_go_with_them(tmp_path: Path) -> None:
    file = scene_with_box("")
    nodes = {row["name"]: k for k, row in enumerate(file.tables["nodes"])}
    toes = {nodes["LeftToeBase"], nodes["RightToeBase"]}
    joints = file.tables["skins"][0]["joints"]
    file.tables["skins"][0]["joints"] = [k for k in joints if k not in toes]
    bent = Rotation.from_rotvec([[0.0] * 3, [0.0] * 3, [0.6, 0.0, 0.0]]).as_quat()
    file.keys(file.tables["animations"][0], nodes["LeftFoot"], "rotation", [0.1, 0.5, 1.0], bent)
    clip = read(file.save(tmp_path / "a.glb"))
    assert any("no toes" in warning for warning in clip.warnings)
    assert clip.skeleton.joints[-2:] == ("LeftFoot_Toe", "RightFoot_Toe")
    for side in ("left", "right"):
        step = clip.landmark(f"{side}_toe") - clip.landmark(f"{side}_ankle")
        np.testing.assert_allclose(step[0], [0.0, -0.16 * 0.84, -0.08 * 0.84], atol=1e-6)
        np.testing.assert_allclose(np.linalg.norm(step, axis=1), np.linalg.norm(step[0]), rtol=1e-6)
    step = clip.landmark("left_toe")[-1] - clip.landmark("left_ankle")[-1]
    ahead, down = 0.16 * 0.84, 0.08 * 0.84
    turned = [
        0.0,
        -(ahead * np.cos(0.6) - down * np.sin(0.6)),
        -(ahead * np.sin(0.6) + down * np.cos(0.6)),
    ]
    np.testing.assert_allclose(step, turned, atol=1e-6)


def test_a_foot_alone_without_a_toe_is_asked_about(tmp_path: Path) -> None:
    file = scene_with_box("")
    nodes = {row["name"]: k for k, row in enumerate(file.tables["nodes"])}
    file.tables["skins"][0]["joints"].remove(nodes["LeftToeBase"])
    with pytest.raises(ReadError, match="no joint was found for left_toe;"):
        read(file.save(tmp_path / "a.glb"))


def test_joints_that_nobody_knows_need_a_map(tmp_path: Path) -> None:
    file = scene_with_box("")
    for row in file.tables["nodes"]:
        row["name"] = row["name"].replace("LeftUpLeg", "Pata").replace("LeftLeg", "Garra")
    path = file.save(tmp_path / "a.glb")
    with pytest.raises(ReadError, match=r"a\.glb: no joint was found for left_hip, left_knee"):
        read(path)
    clip = read(path, map={"left_hip": "Pata", "left_knee": "Garra"})
    assert clip.skeleton.landmarks["left_knee"] == "Garra"


def test_an_objects_mesh_is_refused_for_a_file_that_brings_its_own(
    tmp_path: Path, box_obj: Path
) -> None:
    with pytest.raises(ReadError, match="tracks no object"):
        read(scene_with_box().save(tmp_path / "a.glb"), object=box_obj)


# Keys.


def driven(tmp_path: Path, times: Any, values: Any, how: str, path: str = "translation") -> Clip:
    """A person whose hips are driven by these keys, read at their own rate."""
    file = Glb()
    nodes = file.person()
    animation = file.animation()
    file.keys(animation, nodes["Hips"], path, times, values, how)
    rate = np.arange(0, 11) / 10.0
    file.keys(animation, nodes["Spine"], "translation", rate, np.tile([0.0, 0.1, 0.0], (11, 1)))
    return read(file.save(tmp_path / "a.glb"), floor=0.0)


def test_stepped_keys_hold_until_the_next(tmp_path: Path) -> None:
    clip = driven(tmp_path, [0.0, 0.5, 1.0], [[0, 1, 0], [1, 1, 0], [2, 1, 0]], "STEP")
    x = clip.joint("Hips")[:, 0]
    np.testing.assert_allclose(x, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2], atol=1e-6)


def test_a_cubic_spline_is_the_cubic_with_these_tangents(tmp_path: Path) -> None:
    # x = t^3 - t on [0, 1]: tangents -1 and 2.
    zero = [0.0, 0.0, 0.0]
    keys = [zero, [0, 1, 0], [-1, 0, 0], [2, 0, 0], [0, 1, 0], zero]
    x = driven(tmp_path, [0.0, 1.0], keys, "CUBICSPLINE").joint("Hips")[:, 0]
    t = np.arange(11) / 10.0
    np.testing.assert_allclose(x, t**3 - t, atol=1e-6)


def test_turns_are_blended_along_the_shorter_way(tmp_path: Path) -> None:
    quarter = Rotation.from_euler("y", 90, degrees=True).as_quat()
    clip = driven(tmp_path, [0.0, 1.0], [[0, 0, 0, 1], -quarter], "LINEAR", "rotation")
    assert clip.rotations is not None
    turns = Rotation.from_quat(clip.rotations[:, 0])
    angles = np.degrees((turns * turns[0].inv()).magnitude())
    np.testing.assert_allclose(angles, np.linspace(0, 90, 11), atol=1e-4)


def test_keys_at_uneven_times_are_read_at_a_rate_that_is_said(tmp_path: Path) -> None:
    file = Glb()
    nodes = file.person()
    times = [0.0, 0.11, 0.37, 1.0]
    file.keys(file.animation(), nodes["Hips"], "translation", times, [[0, 1, t] for t in times])
    clip = read(file.save(tmp_path / "a.glb"))
    assert (len(clip), clip.fps) == (31, 30.0)
    assert any("uneven times" in note for note in clip.notes)
    np.testing.assert_allclose(-clip.joint("Hips")[:, 1], np.arange(31) / 30.0, atol=1e-6)


@pytest.mark.slow
@given(
    angles=st.tuples(*[st.floats(-3.0, 3.0)] * 3),
    shift=st.tuples(*[st.floats(-2.0, 2.0)] * 3),
    scale=st.floats(0.01, 3.0),
)
def test_an_armature_moves_turns_and_scales_all_it_carries(
    tmp_path_factory: pytest.TempPathFactory,
    angles: tuple[float, float, float],
    shift: tuple[float, float, float],
    scale: float,
) -> None:
    from kinemesh.recordings.gltf.reader import read_glb

    turn = Rotation.from_euler("xyz", angles)

    def positions(with_armature: bool) -> np.ndarray:
        file = Glb()
        parent = None
        if with_armature:
            more = {"translation": list(shift), "rotation": turn.as_quat().tolist()}
            parent = file.node("Armature", scale=[scale] * 3, **more)
        nodes = file.person(parent=parent)
        file.keys(file.animation(), nodes["Hips"], "translation", [0, 0.05], [[0, 1, 0], [0, 1, 1]])
        return read_glb(file.save(tmp_path_factory.mktemp("glb") / "a.glb")).positions

    alone, carried = positions(False), positions(True)
    wanted = scale * turn.apply(alone.reshape(-1, 3)) + shift
    np.testing.assert_allclose(carried.reshape(-1, 3), wanted, atol=1e-5)


def test_normalised_sparse_and_strided_numbers_are_what_they_stand_for(tmp_path: Path) -> None:
    from kinemesh.recordings.gltf.container import Gltf

    file = Glb()
    file.node("a")
    unit = file.numbers([[0], [255], [51]], "SCALAR", 5121, normalized=True)
    signed = file.numbers([[-128], [127]], "SCALAR", 5120, normalized=True)
    plain = file.numbers(np.arange(9).reshape(3, 3), "VEC3")
    index = file.numbers([[1]], "SCALAR", SHORTS := 5123)
    new = file.numbers([[7, 8, 9]], "VEC3")
    rows = file.tables["accessors"]
    patch = {
        "count": 1,
        "indices": {"bufferView": rows[index]["bufferView"], "componentType": SHORTS},
        "values": {"bufferView": rows[new]["bufferView"]},
    }
    rows[plain]["sparse"] = patch
    zeros = {"componentType": 5126, "count": 3, "type": "VEC3", "sparse": patch}
    rows.append(zeros)
    wide = file.numbers(np.arange(12).reshape(3, 4), "VEC4")
    file.tables["bufferViews"][rows[wide]["bufferView"]]["byteStride"] = 16
    rows.append({**rows[wide], "type": "VEC3", "byteOffset": 4})
    read_back = Gltf.read(file.save(tmp_path / "a.glb"))
    assert read_back.accessor(unit, "SCALAR").ravel().tolist() == [0.0, 1.0, 0.2]
    assert read_back.accessor(signed, "SCALAR").ravel().tolist() == [-1.0, 1.0]
    assert read_back.accessor(plain, "VEC3").tolist() == [[0, 1, 2], [7, 8, 9], [6, 7, 8]]
    assert read_back.accessor(5, "VEC3").tolist() == [[0, 0, 0], [7, 8, 9], [0, 0, 0]]
    assert read_back.accessor(7, "VEC3").tolist() == [[1, 2, 3], [5, 6, 7], [9, 10, 11]]


# What is refused.


def refused(path: Path, content: bytes, match: str) -> None:
    path.write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    with pytest.raises(ReadError, match=match):
        read(path)
    assert time.perf_counter() - start < 2.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # KiB


Change = Callable[[dict[str, Any]], None]


def at(*path: Any, value: Any) -> Change:
    """A change of one place in the tables."""

    def change(tables: dict[str, Any]) -> None:
        for key in path[:-1]:
            tables = tables[key]
        tables[path[-1]] = value

    return change


WRONG: dict[str, tuple[Change, str]] = {
    "a huge accessor": (at("accessors", 0, "count", value=2**31), "million numbers"),
    "an accessor beyond its view": (at("accessors", 0, "count", value=9999), "entries of"),
    "an accessor before its view": (at("accessors", 0, "byteOffset", value=-4), "byteOffset"),
    "a count that is no number": (at("accessors", 0, "count", value="many"), "count"),
    "no data and many zeros": (
        at("accessors", 0, value={"count": 2**23, "type": "SCALAR", "componentType": 5126}),
        "no data",
    ),
    "an unknown type of numbers": (at("accessors", 0, "componentType", value=7), "unknown type"),
    "a view beyond the bytes": (at("bufferViews", 0, "byteLength", value=2**30), "a view of"),
    "a tiny stride": (at("bufferViews", 0, "byteStride", value=1), "a view of"),
    "an external file": (at("buffers", 0, "uri", value="../../etc/passwd"), "outside its own"),
    "a data URI": (at("buffers", 0, "uri", value="data:;base64,AAAA"), "outside its own"),
    "a second buffer": (at("bufferViews", 0, "buffer", value=4), "buffers number 4"),
    "compression": (
        at("extensionsRequired", value=["KHR_draco_mesh_compression"]),
        "extension KHR_draco",
    ),
    "a node that hangs from itself": (at("nodes", 0, "children", value=[0]), "circle|hangs from"),
    "a circle of nodes": (
        lambda t: (
            at("nodes", 2, "children", value=[0])(t),
            at("scenes", 0, "nodes", value=[1])(t),
        )[0],
        "circle|hangs from two",
    ),
    "two parents": (
        lambda t: t["nodes"].append({"name": "x", "children": [1]}),
        "hangs from two",
    ),
    "a child that is not there": (at("nodes", 3, "children", value=[999]), "nodes number 999"),
    "a child that is no number": (at("nodes", 3, "children", value=[True]), "list of int"),
    "nodes that are no list": (at("nodes", value={"a": 1}), "'nodes' is not a list"),
    "no person": (
        lambda t: (t.pop("skins"), t["nodes"][0].update(name="rock"))[0],
        "no person",
    ),
    "no motion": (lambda t: t.pop("animations"), "no motion"),
    "a joint that is not there": (at("skins", 0, "joints", value=[777]), "nodes number 777"),
    "a time too few": (
        lambda t: t["accessors"][0].update(byteOffset=4, count=24),
        "24 times of keys and 25 values",
    ),
    "a sampler that is not there": (
        at("animations", 0, "channels", 0, "sampler", value=5),
        "sampler 5",
    ),
    "an unknown spline": (
        at("animations", 0, "samplers", 0, "interpolation", value="WAVE"),
        "'WAVE'",
    ),
    "a turn that is zero": (at("nodes", 3, "rotation", value=[0, 0, 0, 0]), "is zero"),
    "a place that is text": (at("nodes", 3, "translation", value="here"), "translation"),
    "a scale of nothing": (at("nodes", 3, "scale", value=[0, 0, 0]), "scaled to nothing"),
    "a mesh that is not there": (lambda t: t["nodes"][-1].update(mesh=9), "meshes number 9"),
    "triangles of no vertices": (
        lambda t: t["accessors"][t["meshes"][0]["primitives"][0]["indices"]].update(
            count=35, type="SCALAR"
        ),
        "not there",
    ),
    "a thing of a kilometre": (
        lambda t: t["nodes"][-1].update(scale=[100, 100, 100]),
        "across; expected metres",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_table_is_refused_quickly_and_small(tmp_path: Path, what: str) -> None:
    change, match = WRONG[what]
    file = scene_with_box()
    file.tables["scenes"] = [{"nodes": [0, len(file.tables["nodes"]) - 1]}]
    file.tables["buffers"] = [{"byteLength": len(file.data)}]
    change(file.tables)
    refused(tmp_path / "a.glb", file.bytes(), match)


def test_a_motion_of_a_million_years_is_refused(tmp_path: Path) -> None:
    file = Glb()
    nodes = file.person()
    times = [0.0, 1.0 / 30.0, 3e13]
    file.keys(file.animation(), nodes["Hips"], "translation", times, np.zeros((3, 3)))
    refused(tmp_path / "a.glb", file.bytes(), "no one motion")


def test_times_that_do_not_rise_are_refused(tmp_path: Path) -> None:
    file = Glb()
    nodes = file.person()
    file.keys(file.animation(), nodes["Hips"], "translation", [0, 0.1, 0.1], np.zeros((3, 3)))
    refused(tmp_path / "a.glb", file.bytes(), "do not rise")


@pytest.mark.slow
def test_a_long_chain_of_nodes_is_no_trouble(tmp_path: Path) -> None:
    file = scene_with_box()
    parent = None
    for _ in range(5000):
        parent = file.node("link", parent)
    box = Shape.box((1.0, 1.0, 1.0))
    file.node("end", parent, mesh=file.mesh(box.vertices, box.faces))
    start = time.perf_counter()
    assert len(read(file.save(tmp_path / "a.glb")).scene.props) == 2
    assert time.perf_counter() - start < 10.0


@pytest.mark.parametrize("share", [0.001, 0.01, 0.2, 0.5, 0.9, 0.9999])
def test_a_file_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    content = scene_with_box().bytes()
    refused(tmp_path / "a.glb", content[: max(1, int(share * len(content)))], r"a\.glb")


def test_lengths_that_contradict_are_refused(tmp_path: Path) -> None:
    content = bytearray(scene_with_box().bytes())
    wrong = content.copy()
    wrong[12:16] = struct.pack("<I", 2**31)
    refused(tmp_path / "a.glb", bytes(wrong), "a chunk of")
    wrong = content.copy()
    wrong[16:20] = b"BIN\0"
    refused(tmp_path / "a.glb", bytes(wrong), "does not begin with its table")
    wrong = content.copy()
    wrong[4:8] = struct.pack("<I", 1)
    refused(tmp_path / "a.glb", bytes(wrong), "version 1")


@pytest.mark.parametrize(
    "text",
    [b"[" * 100_000, b"{}", b"[]", b'{"nodes": NaN}', b"\xff\xfe{", b'{"a": 1' + b"0" * 9999],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, text: bytes) -> None:
    refused(tmp_path / "a.glb", packed(text, b""), r"a\.glb")


def test_words_are_not_taken_for_a_scene(tmp_path: Path) -> None:
    refused(tmp_path / "a.glb", b"these are words", "is text; expected binary glTF")


def test_a_byte_changed_anywhere_is_read_or_refused_but_never_crashes(tmp_path: Path) -> None:
    content = scene_with_box().bytes()
    rng = np.random.default_rng(0)
    table = content.index(b"BIN\0")
    for trial in range(150):
        wrong = bytearray(content)
        for place in rng.integers(0, table if trial % 2 else len(content), 3):
            wrong[place] = rng.integers(0, 256)
        (tmp_path / "a.glb").write_bytes(bytes(wrong))
        try:
            read(tmp_path / "a.glb")
        except KinemeshError:
            pass


@pytest.mark.slow
def test_numbers_changed_anywhere_in_the_tables_never_crash(tmp_path: Path) -> None:
    file = scene_with_box()
    file.bytes()
    rng = np.random.default_rng(1)
    values = [-1, 0, 1, 2, 2**31, 2**62, 1e300, -0.5, None, "x", [], {}, True, [1], {"a": 1}]
    for _ in range(150):
        tables = json.loads(json.dumps(file.tables))
        owner: Any = tables
        while True:
            keys = list(owner) if isinstance(owner, dict) else range(len(owner))
            if not len(keys):
                break
            key = keys[rng.integers(len(keys))]
            if not isinstance(owner[key], dict | list) or rng.random() < 0.2:
                owner[key] = values[rng.integers(len(values))]
                break
            owner = owner[key]
        tables.setdefault("scenes", [{"nodes": [0, len(file.tables["nodes"]) - 1]}])
        tables.setdefault("buffers", [{"byteLength": len(file.data)}])
        (tmp_path / "a.glb").write_bytes(packed(json.dumps(tables).encode(), file.data))
        try:
            read(tmp_path / "a.glb")
        except KinemeshError:
            pass
