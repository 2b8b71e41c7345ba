from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinemesh.errors import ClipError, KinemeshError, MissingExtra, ReadError
from kinemesh.motion import Shape
from kinemesh.recordings import SHAPES, read_shape
from recordings import recording


def urdf(*links: str, joints: str = "") -> str:
    body = "".join(
        f'<link name="l{k}"><collision>{link}</collision></link>' for k, link in enumerate(links)
    )
    return f'<robot name="r">{body}{joints}</robot>'


def joint(kind: str, inner: str = "", child: int = 1, parent: int = 0) -> str:
    return (
        f'<joint name="j{child}" type="{kind}"><parent link="l{parent}"/><child link="l{child}"/>'
        f"{inner}</joint>"
    )


BOX = '<geometry><box size="1 2 3"/></geometry>'


@pytest.fixture
def save(tmp_path: Path) -> object:
    def save(text: str, name: str = "a.urdf") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    return save


# URDF.


def test_solids_of_a_urdf_have_their_sizes_and_places(save: object) -> None:
    shape = read_shape(
        save(
            urdf(
                BOX,
                '<geometry><cylinder radius="0.5" length="2"/></geometry>',
                '<geometry><sphere radius="0.5"/></geometry>',
                joints=joint("fixed", '<origin xyz="5 0 0" rpy="0 1.5707963 0"/>')
                + joint("fixed", '<origin xyz="0 0 9"/>', 2, 1),
            )
        )
    )
    assert [len(shape.parts), shape.warnings, shape.split] == [3, (), False]
    box, cylinder, ball = ((p.vertices.min(0), p.vertices.max(0)) for p in shape.parts)
    np.testing.assert_allclose(box, [[-0.5, -1, -1.5], [0.5, 1, 1.5]])
    np.testing.assert_allclose(cylinder, [[4, -0.5, -0.5], [6, 0.5, 0.5]], atol=0.003)
    np.testing.assert_allclose(ball, [[13.5, -0.5, -0.5], [14.5, 0.5, 0.5]], atol=0.003)
    assert shape.parts[2].volume == pytest.approx(np.pi / 6.0, rel=0.01)
    assert shape.parts[1].volume == pytest.approx(np.pi / 2.0, rel=0.01)


def test_roll_pitch_and_yaw_turn_about_fixed_axes(save: object) -> None:
    shape = read_shape(save(urdf(f'<origin xyz="1 2 3" rpy="0.3 -0.4 0.5"/>{BOX}')))
    turn = Rotation.from_matrix(
        Rotation.from_rotvec([0, 0, 0.5]).as_matrix()
        @ Rotation.from_rotvec([0, -0.4, 0]).as_matrix()
        @ Rotation.from_rotvec([0.3, 0, 0]).as_matrix()
    )
    wanted = Shape.box((1, 2, 3)).vertices @ turn.as_matrix().T + [1, 2, 3]
    np.testing.assert_allclose(np.sort(shape.vertices, 0), np.sort(wanted, 0), atol=1e-9)


@pytest.mark.parametrize(
    ("inner", "kind", "wanted"),
    [
        ('<limit lower="-1" upper="1"/>', "revolute", (0.5, 1.0, 1.5)),
        ('<axis xyz="0 0 2"/><limit lower="1.5707963" upper="3"/>', "revolute", (1.0, 0.5, 1.5)),
        ('<axis xyz="0 1 0"/><limit lower="-3" upper="-2"/>', "prismatic", (0.5, -1.0, 1.5)),
        ("", "continuous", (0.5, 1.0, 1.5)),
    ],
)
def test_movable_joints_rest_at_zero_or_the_nearest_limit(
    save: object, inner: str, kind: str, wanted: tuple[float, ...]
) -> None:
    shape = read_shape(save(urdf(BOX, BOX, joints=joint(kind, inner))))
    np.testing.assert_allclose(shape.parts[1].vertices.max(0), wanted, atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_links_are_where_pinocchio_has_them(save: object, seed: int) -> None:
    import pinocchio

    rng = np.random.default_rng(seed)

    def origin() -> str:
        xyz, rpy = rng.uniform(-2, 2, (2, 3))
        return f'<origin xyz="{" ".join(map(str, xyz))}" rpy="{" ".join(map(str, rpy))}"/>'

    kinds = ["fixed", "revolute", "prismatic", "continuous"]
    limit = '<limit lower="-1" upper="1" effort="1" velocity="1"/>'
    joints = "".join(
        joint(kinds[rng.integers(4)], origin() + limit, k, int(rng.integers(k)))
        for k in range(1, 6)
    )
    file = save(urdf(*(origin() + BOX for _ in range(6)), joints=joints))
    model = pinocchio.buildModelFromUrdf(str(file))
    kind = pinocchio.GeometryType.COLLISION
    solids = pinocchio.buildGeomFromUrdf(model, str(file), kind, package_dirs=[])
    data, placed = model.createData(), solids.createData()
    at = pinocchio.neutral(model)
    pinocchio.updateGeometryPlacements(model, data, solids, placed, at)
    theirs = [placed.oMg[k].translation for k in range(solids.ngeoms)]
    corners = Shape.box((1, 2, 3)).vertices
    ours = read_shape(file)
    means = [part.vertices.mean(0) for part in ours.parts]
    order = [int(np.linalg.norm(np.array(means) - t, axis=1).argmin()) for t in theirs]
    assert sorted(order) == list(range(6))
    for k, which in enumerate(order):
        wanted = corners @ placed.oMg[k].rotation.T + theirs[k]
        gaps = np.linalg.norm(ours.parts[which].vertices[:, None] - wanted, axis=-1).min(axis=0)
        assert gaps.max() < 1e-9


def test_visual_geometry_stands_in_where_a_link_has_no_other(save: object) -> None:
    text = urdf(BOX).replace("collision>", "visual>")
    assert read_shape(save(text)).parts[0].volume == pytest.approx(6.0)
    both = text.replace("</link>", f"<collision>{BOX.replace('1 2 3', '1 1 1')}</collision></link>")
    assert [p.volume for p in read_shape(save(both)).parts] == [pytest.approx(1.0)]


@pytest.mark.parametrize(
    "name",
    ["crate.obj", "meshes/crate.obj", "package://thing/meshes/crate.obj", "file://crate.obj"],
)
def test_meshes_are_found_from_the_files_folder(
    tmp_path: Path, save: object, box_obj: Path, name: str
) -> None:
    for place in ("thing/urdf/crate.obj", "thing/urdf/meshes/crate.obj", "thing/meshes/crate.obj"):
        save(box_obj.read_text(), place)
    mesh = f'<geometry><mesh filename="{name}" scale="2 1 1"/></geometry>'
    shape = read_shape(save(urdf(mesh), "thing/urdf/a.urdf"))
    np.testing.assert_allclose(np.ptp(shape.vertices, axis=0), [0.8, 0.4, 0.5])


def test_a_mirrored_mesh_is_mirrored(save: object, tmp_path: Path, obj_save: object) -> None:
    obj_save(tmp_path / "w.obj", Shape.convex([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    shape = read_shape(save(urdf('<geometry><mesh filename="w.obj" scale="-1 1 1"/></geometry>')))
    assert shape.bounds[0, 0] == -1.0
    a, b, c = (shape.vertices[shape.faces[:, k]] for k in range(3))
    assert np.sum(a * np.cross(b, c)) > 0.0  # triangles still look outwards


MESH = '<geometry><mesh filename="{}"/></geometry>'
REFUSED = {
    "a missing mesh": (urdf(MESH.format("none.obj")), r"names 'none\.obj', which is not there"),
    "a mesh outside": (urdf(MESH.format("../../x.obj")), "outside its folder"),
    "a mesh at the root": (urdf(MESH.format("/etc/passwd")), "outside its folder"),
    "a package outside": (urdf(MESH.format("package://x/../../y")), "outside|not there"),
    "a mesh without a name": (urdf("<geometry><mesh/></geometry>"), "names no file"),
    "a mesh that is itself": (urdf(MESH.format("a.urdf")), r"'\.urdf'; known mesh formats"),
    "unknown geometry": (urdf("<geometry><torus/></geometry>"), "geometry <torus>"),
    "two geometries": (urdf(f"{BOX[:-11]}<sphere radius='1'/></geometry>"), "of one kind"),
    "no numbers": (urdf(BOX.replace("1 2 3", "1 2")), "expected 3 numbers"),
    "text for numbers": (urdf(BOX.replace("1 2 3", "a b c")), "expected 3 numbers"),
    "infinite numbers": (urdf(BOX.replace("1 2 3", "1 inf 3")), "expected 3 numbers"),
    "a negative size": (urdf(BOX.replace("1 2 3", "1 -2 3")), "expected positive"),
    "a lost link": (urdf(BOX, BOX), "2 links hang on none"),
    "a circle": (
        urdf(
            BOX,
            BOX,
            BOX,
            joints=joint("fixed").replace("l0", "l2")
            + joint("fixed", "", 2)[:-8].replace("l0", "l1")
            + "</joint>",
        ),
        "circle",
    ),
    "two parents": (urdf(BOX, BOX, joints=joint("fixed") * 2), "hangs on two joints"),
    "an unknown joint": (urdf(BOX, BOX, joints=joint("elastic")), "type 'elastic'"),
    "a joint to nowhere": (urdf(BOX, joints=joint("fixed")), "is no link"),
    "no geometry": ('<robot><link name="a"/></robot>', "no link with geometry"),
    "another root": ("<sdf/>", "holds <sdf>; expected <robot>"),
    "no xml": ("these are words", "is not XML"),
    "xml cut short": (urdf(BOX)[:40], "is not XML"),
    "a doctype": ('<!DOCTYPE r SYSTEM "file:///etc/passwd"><robot/>', "document type"),
    "a bomb": (
        '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
        + "".join(
            f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in zip("abcdefgh", "bcdefghi", strict=True)
        )
        + "]><robot>&i;</robot>",
        "document type",
    ),
    "a tower": ("<robot>" + "<a>" * 100_000, "nests deeper"),
    "a thing of a kilometre": (urdf(BOX.replace("1 2 3", "1000 2 3")), "across; expected metres"),
    "an unheard-of encoding": ("<?xml version='1.0' encoding='x-none'?><robot/>", "is not XML"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_wrong_urdf_is_refused_quickly_and_small(save: object, what: str) -> None:
    text, match = REFUSED[what]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    with pytest.raises((ReadError, ClipError), match=match):
        read_shape(save(text))
    assert time.perf_counter() - start < 2.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


def test_a_link_out_of_the_folder_is_not_followed(
    tmp_path: Path, save: object, box_obj: Path
) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "m.obj").symlink_to(box_obj)
    with pytest.raises(ReadError, match="outside its folder"):
        read_shape(save(urdf(MESH.format("m.obj")), "inner/a.urdf"))


# MuJoCo.


def mjcf(body: str, more: str = "") -> str:
    return f"<mujoco>{more}<worldbody>{body}</worldbody></mujoco>"


def bounds(shape: Shape, part: int = 0) -> np.ndarray:
    points = shape.parts[part].vertices
    return np.stack([points.min(0), points.max(0)])


@pytest.mark.parametrize(
    ("geom", "size"),
    [
        ('type="box" size="0.1 0.2 0.3"', (0.2, 0.4, 0.6)),
        ('size="0.2"', (0.4, 0.4, 0.4)),
        ('type="ellipsoid" size="0.1 0.2 0.3"', (0.2, 0.4, 0.6)),
        ('type="capsule" size="0.1 0.3"', (0.2, 0.2, 0.8)),
        ('type="cylinder" size="0.1 0.3"', (0.2, 0.2, 0.6)),
        ('type="capsule" size="0.1" fromto="0 0 0 1 0 0"', (1.2, 0.2, 0.2)),
        ('type="box" size="0.1" fromto="0 0 0 0 1 0"', (0.2, 1.0, 0.2)),
        ('type="cylinder" size="0.1" fromto="0 0 1 0 0 0"', (0.2, 0.2, 1.0)),
    ],
)
def test_geoms_have_their_sizes(save: object, geom: str, size: tuple[float, ...]) -> None:
    shape = read_shape(save(mjcf(f"<geom {geom}/>"), "a.xml"))
    np.testing.assert_allclose(np.ptp(bounds(shape), axis=0), size, rtol=0.006)


LONG = '<geom type="box" size="0.1 0.1 1"/>'


@pytest.mark.parametrize(
    ("turn", "size"),
    [
        ('quat="0.7071068 0.7071068 0 0"', (0.2, 2.0, 0.2)),
        ('axisangle="0 2 0 90"', (2.0, 0.2, 0.2)),
        ('euler="90 0 0"', (0.2, 2.0, 0.2)),
        ('xyaxes="1 0 0 0 0 1"', (0.2, 2.0, 0.2)),
        ('zaxis="5 0 0"', (2.0, 0.2, 0.2)),
        ('zaxis="0 0 -1"', (0.2, 0.2, 2.0)),
    ],
)
@pytest.mark.parametrize("tag", ["body", "frame"])
def test_bodies_turn_in_every_notation(
    save: object, turn: str, size: tuple[float, ...], tag: str
) -> None:
    text = mjcf(f'<{tag} pos="1 2 3" {turn}>{LONG}</{tag}>')
    shape = read_shape(save(text, "a.xml"))
    np.testing.assert_allclose(np.ptp(shape.vertices, axis=0), size, atol=1e-6)
    np.testing.assert_allclose(shape.vertices.mean(0), [1, 2, 3], atol=1e-9)


@pytest.mark.parametrize(("order", "own"), [("xyz", True), ("XYZ", False), ("zyx", True)])
def test_small_letters_turn_about_own_axes_and_capitals_about_fixed_ones(
    save: object, order: str, own: bool
) -> None:
    compiler = f'<compiler angle="radian" eulerseq="{order}"/>'
    shape = read_shape(save(mjcf(f'<body euler="0.3 0.5 0.7">{LONG}</body>', compiler), "a.xml"))
    turn = np.eye(3)
    for letter, angle in zip(order.lower(), (0.3, 0.5, 0.7), strict=True):
        step = Rotation.from_euler(letter, angle).as_matrix()
        turn = turn @ step if own else step @ turn
    wanted = Shape.box((0.2, 0.2, 2.0)).vertices @ turn.T
    np.testing.assert_allclose(np.sort(shape.vertices, 0), np.sort(wanted, 0), atol=1e-9)


def test_defaults_reach_geoms_through_their_classes(save: object) -> None:
    defaults = (
        '<default><geom type="box" size="1 1 1"/>'
        '<default class="small"><geom size="0.1 0.1 0.1"/></default></default>'
    )
    body = '<geom/><body childclass="small"><geom/><body><geom class="main"/></body></body>'
    shape = read_shape(save(mjcf(body, defaults), "a.xml"))
    assert [round(p.volume, 6) for p in shape.parts] == [8.0, 0.008, 8.0]


def test_planes_are_the_ground_and_what_collides_with_nothing_is_left_out(save: object) -> None:
    body = (
        '<geom type="plane" size="9 9 1"/><geom size="0.1"/>'
        '<geom size="5" contype="0" conaffinity="0"/>'
    )
    shape = read_shape(save(mjcf(body), "a.xml"))
    assert np.ptp(shape.vertices[:, 0]) == pytest.approx(0.2, rel=0.01)


def test_meshes_of_a_model_are_found_in_its_folder_of_meshes(save: object, box_obj: Path) -> None:
    save(box_obj.read_text(), "assets/crate.obj")
    asset = '<compiler meshdir="assets"/><asset><mesh file="crate.obj" scale="1 1 2"/></asset>'
    shape = read_shape(save(mjcf('<geom type="mesh" mesh="crate"/>', asset), "a.xml"))
    np.testing.assert_allclose(np.ptp(shape.vertices, axis=0), [0.4, 0.4, 1.0])
    asset = '<asset><mesh name="t" vertex="0 0 0 1 0 0 0 1 0 0 0 1"/></asset>'
    shape = read_shape(save(mjcf('<geom type="mesh" mesh="t"/>', asset), "b.xml"))
    assert shape.parts[0].volume == pytest.approx(1.0 / 6.0)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (mjcf('<include file="b.xml"/>'), "is not there"),
        (mjcf('<replicate count="9"><geom size="1"/></replicate>'), "has <replicate>"),
        (mjcf('<geom type="hfield" hfield="h"/>'), "type 'hfield'"),
        (mjcf('<geom type="mesh" mesh="m"/>'), "is no asset; there are none"),
        (mjcf('<geom type="box" size="1 1"/>'), "a box needs 3"),
        (mjcf("<geom/>"), "a sphere needs 1"),
        (mjcf('<geom type="box" mesh="m" size="1 1 1"/>'), "fitted to a mesh"),
        (mjcf('<geom size="1" class="none"/>'), "class 'none'"),
        (mjcf('<body quat="0 0 0 0"><geom size="1"/></body>'), "turn is zero"),
        (mjcf('<geom type="capsule" size="1" fromto="1 1 1 1 1 1"/>'), "of one point"),
        (mjcf('<geom type="capsule" fromto="0 0 0 1 1 1"/>'), "fromto without a size"),
        (mjcf('<geom size="1"/>', '<compiler eulerseq="abc"/>'), "eulerseq"),
        (mjcf('<geom type="plane" size="1 1 1"/>'), "no geom that is a solid"),
        (mjcf('<geom type="mesh" mesh="m"/>', '<asset><mesh name="m" file="../m.obj"/></asset>'),
         "outside its folder"),
        ("<sdf/>", "holds <sdf>; expected <mujoco>"),
        ("<robot/>", "links hang on none"),
        ("<!DOCTYPE a><mujoco/>", "document type"),
        (mjcf('<geom type="box" size="0.1 0.1 0.1"/>' * 257), "more than 256 geoms"),
    ],
)  # fmt: skip
def test_a_wrong_model_is_refused(save: object, text: str, match: str) -> None:
    with pytest.raises(ReadError, match=match):
        read_shape(save(text, "a.xml"))


@given(st.integers(0, 2**32 - 1))
def test_a_description_with_changed_bytes_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    folder = tmp_path_factory.getbasetemp()
    for name, text in (
        ("c.urdf", urdf(BOX, BOX, joints=joint("revolute", '<limit lower="1" upper="2"/>'))),
        ("c.xml", mjcf(f'<body pos="1 2 3" euler="1 2 3">{LONG}</body>')),
    ):
        content = bytearray(text.encode())
        for place in rng.integers(0, len(content), 2):
            content[place] = rng.integers(32, 127)
        (folder / name).write_bytes(bytes(content))
        try:
            read_shape(folder / name)
        except KinemeshError:
            pass


def test_an_unknown_suffix_names_the_known_ones(save: object) -> None:
    with pytest.raises(ReadError, match=r"known are \.obj, .*\.urdf, \.xml") as error:
        read_shape(save("x", "a.usd"))
    assert all(suffix in str(error.value) for suffix in SHAPES)


# Decomposition.


def ell(tmp_path: Path) -> Path:
    import trimesh

    # An L of two bars, whose hull spans the corner between them.
    outline = np.array([[0, 0], [1, 0], [1, 0.2], [0.2, 0.2], [0.2, 1], [0, 1]])
    n = len(outline)
    low, high = np.insert(outline, 2, 0.0, 1), np.insert(outline, 2, 0.3, 1)
    tops = [[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 5]]
    faces = [[a, c, b] for a, b, c in tops] + [[a + n, b + n, c + n] for a, b, c in tops]
    for k in range(n):
        m = (k + 1) % n
        faces += [[k, m, m + n], [k, m + n, k + n]]
    mesh = trimesh.Trimesh(np.concatenate([low, high]), faces, process=False)
    assert mesh.is_watertight and mesh.volume > 0.0
    mesh.export(tmp_path / "l.obj")
    return tmp_path / "l.obj"


def test_a_decomposed_shape_is_covered_closely_by_its_parts(tmp_path: Path) -> None:
    pytest.importorskip("coacd")
    whole = read_shape(ell(tmp_path))
    shape = read_shape(ell(tmp_path), decompose=True)
    assert shape.split and not whole.split
    assert len(whole.parts) == 1 and len(shape.parts) >= 2
    np.testing.assert_array_equal(shape.vertices, whole.vertices)  # the surface stays the true one
    volume = sum(part.volume for part in shape.parts)
    assert volume == pytest.approx(0.108, rel=0.1)
    assert whole.parts[0].volume > 1.5 * volume
    points = shape.scatter(2000, np.random.default_rng(0))
    level = [(points @ p.planes[:, :3].T + p.planes[:, 3]).max(1) for p in shape.parts]
    assert np.min(level, axis=0).max() < 0.005
    assert "cut into" in shape.warnings[0]


def test_the_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "coacd", None)
    with pytest.raises(MissingExtra, match=r"kinemesh\[decompose\]"):
        read_shape(ell(tmp_path), decompose=True)


def test_cutting_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("coacd")
    read_shape(ell(tmp_path), decompose=True)
    assert capfd.readouterr() == ("", "")


def test_a_convex_shape_is_not_cut(box_obj: Path) -> None:
    shape = read_shape(box_obj, decompose=True)
    assert not shape.split and shape.warnings == ()


def test_a_split_shape_stays_split_when_it_is_moved_scaled_or_joined(tmp_path: Path) -> None:
    from kinemesh.motion import Scene, Terrain
    from kinemesh.motion.moved import mapped_shape

    box = Shape.box((1, 1, 1))
    split = Shape(box.vertices, box.faces, box.parts, ("cut",), split=True)
    cover = Shape(box.vertices, box.faces, box.parts, ("a cover",))
    assert split.scaled(2.0).split
    assert mapped_shape(split, lambda points: points + 1.0).split
    terrain = Scene(terrain=Terrain(split)).shifted(1.0).terrain
    assert terrain is not None and terrain.shape.split
    assert Shape.union([split, box]).split
    assert not Shape.union([split, cover]).split
    assert not Shape.union([box, box]).split


def test_a_split_shape_is_met_at_its_parts() -> None:
    from kinemesh.proximity import Obstacle

    box = Shape.box((1, 1, 1))
    split = Shape(box.vertices, box.faces, box.parts, ("cut",), split=True)
    obstacle = Obstacle.from_shape("thing", split, true=True)
    assert obstacle.surface is None and obstacle.dents is None


@pytest.mark.slow
def test_scanned_furniture_is_cut_into_few_parts_within_centimetres() -> None:
    pytest.importorskip("coacd")
    import re

    shape = read_shape(recording("omomo/objects/largetable.obj"), decompose=True)
    assert 2 < len(shape.parts) <= 20
    found = re.search(r"reach (\d+) mm beyond", shape.warnings[0])
    assert found is not None and int(found[1]) <= 30
