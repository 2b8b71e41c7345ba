from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from scipy.spatial import ConvexHull

from kinemesh.errors import ClipError, ReadError, RobotError
from kinemesh.newrobot import new_robot, read_robot
from kinemesh.newrobot.body import find_body
from kinemesh.newrobot.reading.meshes import hull_of_mesh
from kinemesh.newrobot.reading.source import Source
from made_robot import ROBOT, limbs, write_made, write_made_urdf

FREE = "<freejoint/>"
SLIDES = "".join(
    f'<joint name="s{a}" type="slide" axis="{a}"/>' for a in ("1 0 0", "0 1 0", "0 0 1")
)
TURNS = "".join(f'<joint name="t{a}" axis="{a}"/>' for a in ("1 0 0", "0 1 0", "0 0 1"))
HAND = (
    '<body name="{0}" pos="0 0.19 0.7"><freejoint/><geom type="box" size="0.02 0.02 0.02"/></body>'
)


def changed(folder: Path, *changes: tuple[str, str], more: str = "") -> Source:
    """The made robot with some of its text replaced, read."""
    path = write_made(folder, more)
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return read_robot(path)


def test_what_a_model_includes_from_its_folder_is_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    head, tail = ROBOT.format(limbs="<include file='parts/limbs.xml'/>", more="").split(
        "<worldbody>"
    )
    main = tmp_path / "made.xml"
    main.write_text(head + "<include file='parts/more.xml'/><worldbody>" + tail)
    (tmp_path / "parts" / "limbs.xml").write_text(f"<mujocoinclude>{limbs()}</mujocoinclude>")
    # A name in an included file starts at that file's folder too.
    (tmp_path / "parts" / "more.xml").write_text("<mujoco><include file='deep.xml'/></mujoco>")
    (tmp_path / "parts" / "deep.xml").write_text("<mujoco><option timestep='0.01'/></mujoco>")
    assert len(read_robot(main).moving) == 23
    # So does the name of a mesh.
    (tmp_path / "cube.stl").write_bytes(
        trimesh.creation.box((0.1, 0.1, 0.1)).export(file_type="stl")
    )
    asset = "<mujoco><asset><mesh name='cube' file='../cube.stl'/></asset></mujoco>"
    (tmp_path / "parts" / "deep.xml").write_text(asset)
    text = main.read_text().replace(FREE, FREE + "<geom name='c' type='mesh' mesh='cube'/>")
    main.write_text(text)
    trunk = read_robot(main).links[0]
    assert any(np.abs(points).max() == pytest.approx(0.05) for points in trunk.solids)


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("../out.xml", "", "outside its folder"),
        ("/etc/passwd", "", "outside its folder"),
        ("gone.xml", "", "not there"),
        ("made.xml", "", "twice"),
        ("a.xml", "<mujoco><include file='a.xml'/></mujoco>", "twice"),
        ("a.xml", "<!DOCTYPE a><mujoco/>", "document type"),
        ("a.xml", "<robot/>", "expected <mujoco>"),
    ],
)
def test_nothing_else_is_included(file: str, text: str, why: str, tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "out.xml").write_text("<mujoco/>")
    if text:
        (folder / file).write_text(text)
    with pytest.raises(ReadError, match=why):
        read_robot(write_made(folder, f'<include file="{file}"/>'))


def test_a_base_of_three_slides_and_three_hinges_floats(tmp_path: Path) -> None:
    source = changed(tmp_path, (FREE, SLIDES + TURNS))
    assert source.links[0].name == "trunk"
    assert len(source.moving) == 23
    assert any("the base floats by" in note for note in source.notes)
    assert find_body(source).height == pytest.approx(0.93 + 0.62, abs=0.01)


@pytest.mark.parametrize("joints", [SLIDES, TURNS, SLIDES + '<joint name="t" axis="0 1 0"/>'])
def test_a_base_that_moves_in_fewer_ways_is_refused(joints: str, tmp_path: Path) -> None:
    with pytest.raises(RobotError, match="its base moves in the world by"):
        changed(tmp_path, (FREE, joints))


@pytest.mark.slow
def test_a_weld_of_what_is_rigid_is_no_loop_and_one_of_a_body_of_its_own_joins_it(
    tmp_path: Path,
) -> None:
    equality = "<equality>{0}</equality>"
    rigid = '<weld body1="trunk" body2="badge"/><weld body1="q1" body2="t1" active="false"/>'
    badge = (FREE, FREE + '<body name="badge"><geom type="sphere" size="0.01"/></body>')
    source = changed(tmp_path, badge, more=equality.format(rigid))
    assert any("rigid already" in note for note in source.notes)
    assert any("not active" in note for note in source.notes)
    body = HAND.format("glove")
    apart = ("<worldbody>", "<worldbody>" + body)
    for tie, place in (
        ('<weld body1="q5" body2="glove" relpose="0 0 -0.1 0 0 0 0"/>', (0.0, 0.19, -0.25)),
        ('<weld body1="q5" body2="glove" relpose="0 0 -0.1 1 0 0 0"/>', (0.0, 0.19, -0.21)),
        ('<weld body1="glove" body2="q5" relpose="0 0 0.1 1 0 0 0"/>', (0.0, 0.19, -0.21)),
    ):
        source = changed(tmp_path, apart, more=equality.format(tie))
        k = source.order["glove"]
        assert not source.moves(k)
        assert np.allclose(source.frames()[1][k], place), tie
    with pytest.raises(RobotError, match="closed loop"):
        changed(tmp_path, more=equality.format('<weld body1="q5" body2="w5"/>'))


@pytest.mark.slow
def test_one_missing_mesh_of_many_is_left_out_where_that_is_wanted(tmp_path: Path) -> None:
    path = write_made_urdf(tmp_path)
    (path.parent / "hulls" / "head.obj").unlink()
    with pytest.raises(
        RobotError, match=r"1 of its \d+ meshes are not there: hulls/head.obj"
    ) as told:
        read_robot(path)
    assert str(told.value).endswith("without those that are missing: without_missing_meshes=True")
    source = read_robot(path, without_missing_meshes=True)
    assert any("missing" in note and "hulls/head.obj" in note for note in source.notes)
    assert not source.links[source.order["head"]].solids
    for file in (path.parent / "hulls").iterdir():
        file.unlink()
    with pytest.raises(RobotError, match="meshes are not there"):
        read_robot(path, without_missing_meshes=True)


def test_a_missing_mesh_of_a_mujoco_model_is_left_out_too(tmp_path: Path) -> None:
    asset = '<asset><mesh name="m" file="gone.stl"/></asset>'
    geom = (FREE, FREE + '<geom type="mesh" mesh="m"/>')
    with pytest.raises(RobotError, match=r"gone\.stl"):
        changed(tmp_path, geom, more=asset)


@pytest.mark.slow
def test_joints_that_follow_others_do_and_those_without_limits_have_none(tmp_path: Path) -> None:
    follow = '<equality><joint joint1="w5" joint2="q5" polycoef="0.1 -1 0 0 0"/></equality>'
    bare = ('<joint name="neck" axis="0 0 1" range="-60 60"/>', '<joint name="neck" axis="0 0 1"/>')
    made = new_robot(_saved(changed(tmp_path, bare, more=follow)), tmp_path / "mine")
    robot = made.robot
    index = robot.joint_names.index
    assert robot.rest[7 + index("w5")] == pytest.approx(0.1 - robot.rest[7 + index("q5")])
    assert robot.followers["w5"].leader == "q5"
    assert np.isinf(robot.upper[index("neck")])
    assert any("w5 follows q5" in note for note in made.notes)
    assert any("without end" in note for note in made.notes)


def _saved(source: Source) -> Path:
    return source.path


@pytest.mark.slow
def test_a_forearm_of_several_pieces_without_a_wrist_is_in_hulls_whole(tmp_path: Path) -> None:
    piece = (
        '<body name="{0}cover" pos="0 0.01 0.1"><geom type="box" size="0.045 0.04 0.08"/></body>'
    )
    changes = [(f'<joint name="{s}5" axis="0 1 0" range="-60 60"/>', piece.format(s)) for s in "qw"]
    path = changed(tmp_path, *changes).path
    made = new_robot(path, tmp_path / "mine")
    robot = made.robot
    zero = np.array(robot.rest)
    zero[7:] = 0.0
    posed = robot.configuration(zero)
    source = read_robot(path)
    frames = source.frames()
    for side in "qw":
        shell = source.cloud(source.below(source.order[f"{side}4"]), frames) + zero[:3]
        covered = np.zeros(len(shell), dtype=bool)
        for hull in robot.hulls:
            corners = posed.positions(np.full(len(hull.vertices), hull.joint), hull.vertices)
            planes = _planes(corners)
            covered |= (shell @ planes[:, :3].T + planes[:, 3]).max(axis=1) < 1e-4
        assert covered.all(), f"{(~covered).sum()} of {len(shell)} points are in no hull"


def _planes(corners: np.ndarray) -> np.ndarray:
    return np.asarray(ConvexHull(corners).equations)


@pytest.mark.slow
def test_where_a_visual_mesh_is_missing_what_collides_is_the_shell(tmp_path: Path) -> None:
    path = write_made_urdf(tmp_path)
    text, link = path.read_text(), '<link name="head">'
    assert link in text
    seen = '<visual><geometry><mesh filename="gone.stl"/></geometry></visual>'
    path.write_text(text.replace(link, link + seen))
    source = read_robot(path, without_missing_meshes=True)
    assert len(np.concatenate(source.links[source.order["head"]].solids)) > 8


def test_a_flat_mesh_has_a_hull_and_a_point_is_named(tmp_path: Path) -> None:
    logo = tmp_path / "logo.obj"
    logo.write_text("v 0 0 0\nv 0.1 0 0\nv 0 0.2 0\nv 0.1 0.2 0\nf 1 2 3\nf 2 4 3\n")
    (hull,) = hull_of_mesh(logo).parts
    size = np.ptp(hull.vertices, axis=0)
    assert size == pytest.approx([0.1, 0.2, 0.0], abs=1e-4) and size[2] > 1e-5
    logo.write_text("v 1 0 0\nv 1 0 0\nv 1 0 0\nf 1 2 3\n")
    with pytest.raises(ClipError, match=r"logo.obj: \d+ points span no volume"):
        hull_of_mesh(logo)
