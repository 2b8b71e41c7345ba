from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from glb_files import scene_with_box
from kinemesh import read
from kinemesh.errors import KinemeshError, ReadError
from kinemesh.geometry import poses
from recordings import fault

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path, person: Callable[..., np.ndarray]) -> Make:
    """A scene.toml beside a clip of 20 frames and whatever ``more`` says."""

    def make(more: str = "", clip: str = 'file = "person.npy"\nfps = 30') -> Path:
        np.save(tmp_path / "person.npy", person())
        (tmp_path / "scene.toml").write_text(f"[clip]\n{clip}\n{more}")
        return tmp_path / "scene.toml"

    return make


CRATE = '[[prop]]\nname = "crate"\nbox = [0.4, 0.4, 0.5]\n'


def poses_of(count: int) -> np.ndarray:
    table = np.zeros((count, 7))
    time = np.linspace(0.0, 1.0, count)
    table[:, 0], table[:, 2] = time, 0.25
    table[:, 3:] = Rotation.from_rotvec(np.outer(time, [0.0, 0.0, 1.0])).as_quat()
    return table


def test_what_a_scene_says_of_its_clip_holds_unless_the_call_says_otherwise(make: Make) -> None:
    file = make(clip='file = "person.npy"\nfps = 25\nheight = 1.8\nskeleton = "lafan22"\nup = "z"')
    clip = read(file)
    assert (clip.name, clip.fps, clip.height) == ("scene", 25.0, 1.8)
    assert read(file, fps=50.0, height=1.7).fps == 50.0
    assert read(file, height=1.7).height == 1.7


def test_a_prop_stands_at_its_pose(make: Make) -> None:
    (crate,) = read(make(CRATE + "pose = [1, 2, 0.25]\nscale = 2.0")).scene.props
    np.testing.assert_allclose(crate.track, np.tile([1, 2, 0.25, 0, 0, 0, 1.0], (20, 1)))
    np.testing.assert_allclose(np.ptp(crate.shape.vertices, axis=0), [0.8, 0.8, 1.0])
    (crate,) = read(make(CRATE + "pose = [1, 2, 0.25, 0, 0, 3, 4]")).scene.props
    np.testing.assert_allclose(crate.track[0, 3:], [0, 0, 0.6, 0.8])


@pytest.mark.parametrize(
    ("said", "size"), [("", 1.0), ("robot_scale = 0.8", 0.8), ('robot_scale = "person"', None)]
)
def test_the_robots_copy_of_a_prop_may_be_of_another_size(
    make: Make, said: str, size: float | None
) -> None:
    clip = read(make(f"{CRATE}pose = [1.0, 0.0, 0.2]\n{said}"))
    assert clip.scene.props[0].robot_scale == size
    # And it stays so, whatever is made of the clip.
    others = (clip.mirrored(), clip.crop(0, 2), clip.rotated(0.3), clip.translated((1, 2, 0)))
    for other in (*others, clip.resampled(2.0 * clip.fps)):
        assert other.scene.props[0].robot_scale == size


@pytest.mark.parametrize(("said", "mass"), [("", None), ("mass = 2.5", 2.5), ("mass = 3", 3.0)])
def test_a_prop_weighs_what_the_file_says(make: Make, said: str, mass: float | None) -> None:
    clip = read(make(f"{CRATE}pose = [1.0, 0.0, 0.2]\nscale = 0.5\n{said}"))
    assert clip.scene.props[0].mass == mass
    # And it stays so, whatever is made of the clip.
    others = (clip.mirrored(), clip.crop(0, 2), clip.rotated(0.3), clip.translated((1, 2, 0)))
    for other in (*others, clip.resampled(2.0 * clip.fps), clip.trimmed(0.0, 0.1)):
        assert other.scene.props[0].mass == mass
    assert clip.scene.shifted(0.3).props[0].mass == mass


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv"])
@pytest.mark.parametrize("order", ["xyzw", "wxyz"])
def test_a_track_is_read_in_its_order(make: Make, tmp_path: Path, suffix: str, order: str) -> None:
    wanted = poses_of(20)
    table = wanted if order == "xyzw" else poses.to_wxyz(wanted)
    file = tmp_path / f"track{suffix}"
    if suffix == ".npy":
        np.save(file, table)
    elif suffix == ".npz":
        np.savez(file, box=table, other=np.zeros(3))
    else:
        head = "x,y,z,a,b,c,d\n"
        file.write_text(head + "\n".join(",".join(map(repr, row)) for row in table.tolist()))
    key = ', key = "box"' if suffix == ".npz" else ""
    entry = f'track = {{ file = "track{suffix}", quaternion = "{order}"{key} }}'
    (crate,) = read(make(CRATE + entry)).scene.props
    np.testing.assert_allclose(crate.track, wanted, atol=1e-12)


def test_a_track_of_another_rate_is_read_at_the_clips_times(make: Make, tmp_path: Path) -> None:
    np.save(tmp_path / "t.npy", poses_of(77))  # 0.633 s at 120/s
    entry = 'track = { file = "t.npy", fps = 120 }'
    (crate,) = read(make(CRATE + entry)).scene.props
    times = np.arange(20) / 30.0
    np.testing.assert_allclose(crate.track[:, 0], times / (76 / 120), atol=1e-9)
    angles = Rotation.from_quat(crate.track[:, 3:]).magnitude()
    np.testing.assert_allclose(angles, times / (76 / 120), atol=1e-9)


def test_several_props_and_the_files_own_track_make_one_scene(
    make: Make, tmp_path: Path, table: Callable[..., np.ndarray], torch_save: Make, box_obj: Path
) -> None:
    torch_save(tmp_path / "omomo.pt", table())
    more = (
        '[[prop]]\nfile = "crate.obj"\ntrack = "clip"\n'
        '[[prop]]\nname = "shelf"\nfile = "crate.obj"\npose = [0, 3, 1]\n'
        '[terrain]\nfile = "crate.obj"\nname = "step"\npose = [-2, 0, 0.25]\n'
    )
    clip = read(make(more, 'file = "omomo.pt"'))
    assert [p.name for p in clip.scene.props] == ["crate", "shelf"]
    assert clip.scene.things == ("crate", "shelf", "step")
    assert clip.scene.terrain is not None
    np.testing.assert_allclose(
        clip.scene.terrain.shape.bounds, [[-2.2, -0.2, 0], [-1.8, 0.2, 0.5]], atol=1e-9
    )
    assert any("its track" not in note and "'crate'" in note for note in clip.notes)
    only = read(
        make(
            more.partition("[[prop]]\nname")[0]
            .replace('"clip"', '{ file = "x" }')
            .replace('track = { file = "x" }', "pose = [9, 9, 9]"),
            'file = "omomo.pt"',
        )
    )
    assert any("left out because its mesh was not given" in note for note in only.notes)


def test_a_scene_adds_to_what_a_glb_brings_and_is_turned_with_it(
    make: Make, tmp_path: Path
) -> None:
    scene_with_box().save(tmp_path / "a.glb")
    clip = read(make(CRATE + "pose = [0.0, 0.25, 2.0]", 'file = "a.glb"\nfloor = 0'))
    assert [p.name for p in clip.scene.props] == ["box", "crate"]
    np.testing.assert_allclose(clip.scene.props[1].track[0, :3], [0, -2, 0.25], atol=1e-9)
    world = poses.apply(clip.scene.props[1].track[0], clip.scene.props[1].shape.vertices)
    np.testing.assert_allclose(np.ptp(world, axis=0), [0.4, 0.5, 0.4], atol=1e-9)


def test_contacts_beside_the_scene_are_taken_in(make: Make, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(
        '[[touch]]\npart = "left_hand"\nthing = "crate"\nframes = [3, 9]\ntouching = true\n'
    )
    clip = read(
        make(CRATE + "pose = [1, 0, 0.25]", 'file = "person.npy"\nfps = 30\ncontacts = "c.toml"')
    )
    assert len(clip.edits) == 1


def test_the_ground_of_a_terrain_becomes_the_floor(make: Make, obj_save: Make) -> None:
    from kinemesh.motion import Shape

    scene = make('[terrain]\nfile = "block.obj"\nground = -0.3\n')
    obj_save(scene.parent / "block.obj", Shape.box((1, 1, 0.5), (3, 0, -0.05)))
    clip = read(scene)
    assert clip.scene.terrain is not None
    assert clip.scene.terrain.shape.bounds[1, 2] == pytest.approx(0.5)
    assert clip.landmark("left_toe")[0, 2] == pytest.approx(0.3)  # its file has it at 0


WRONG = [
    ("", 'file = "none.npy"', "does not exist"),
    ("", "fps = 30", "lacks file"),
    ("", 'file = "person.npy"\nspeed = 1', "unknown key 'speed'; known are file, skeleton"),
    ("", 'file = "person.npy"\nfps = "30"', "fps = '30'; expected a number"),
    ("", 'file = "person.npy"\nfps = nan', "expected a number"),
    ("", 'file = "person.npy"\nclean = 1', "expected true or false"),
    ("", 'file = "scene.toml"', "expected a recorded motion"),
    (
        "[[props]]\n",
        None,
        "unknown key 'props'; did you mean 'prop'. known are clip, prop, terrain",
    ),
    ("[prop]\n", None, r"write each prop as a table of its own, under \[\[prop\]\]"),
    ("[[prop]]\n", None, "needs a shape"),
    (CRATE + 'file = "x.obj"\npose = [0, 0, 0]', None, "needs a shape: either"),
    (CRATE, None, "needs a place"),
    (CRATE + 'pose = [0, 0, 0]\ntrack = "clip"', None, "a track and a pose"),
    (CRATE + "pose = [0, 0]", None, "expected 3 or 7 numbers"),
    (CRATE + "pose = [0, 0, 0, 0, 0, 0, 0]", None, "quaternion is zero"),
    (CRATE + "pose = [0, 0, 0]\nscale = 0", None, "positive"),
    (CRATE + "pose = [0, 0, 0]\nrobot_scale = 0", None, 'expected 0.01 to 100, or "person"'),
    (CRATE + 'pose = [0, 0, 0]\nrobot_scale = "mine"', None, "robot_scale = 'mine'"),
    (CRATE + "pose = [0, 0, 0]\nmass = 0", None, "mass = 0.0; expected kilograms"),
    (CRATE + "pose = [0, 0, 0]\nmass = -2.0", None, "mass = -2.0; expected kilograms"),
    (CRATE + "pose = [0, 0, 0]\nmass = nan", None, "mass = nan; expected a number"),
    (CRATE + 'pose = [0, 0, 0]\nmass = "2 kg"', None, "mass = '2 kg'; expected"),
    (
        CRATE + "pose = [0, 0, 0]\ncolour = 3",
        None,
        "unknown key 'colour'; known are name, file, box",
    ),
    (CRATE + 'track = "clip"', None, "tracks no object for prop 'crate'"),
    (CRATE + 'track = "file"', None, "file does not exist"),
    (CRATE + "track = 3", None, 'expected "clip", a file, or a table'),
    (CRATE + 'track = { file = "bad.npy" }', None, "poses .T, 7."),
    (CRATE + 'track = { file = "short.npy" }', None, "holds 9 poses at the clip's; the clip has"),
    (CRATE + 'track = { file = "short.npy", fps = 60 }', None, "ends after"),
    (CRATE + 'track = { file = "turned.npy" }', None, "no unit quaternions"),
    (CRATE + 'track = { file = "a.npz" }', None, "give key"),
    (CRATE + 'track = { file = "a.csv" }', None, "line 2: 3 numbers"),
    (CRATE + 'track = { file = "person.npy", order = 1 }', None, "unknown key 'order'"),
    (CRATE + 'track = { file = "person.npy", quaternion = "xyz" }', None, "expected 'xyzw'"),
    ((CRATE + "pose = [0, 0, 0]\n") * 2, None, "names of their own"),
    ("[[prop]]\nbox = [1, 1, 1]\npose = [0, 0, 0]", None, "needs a name"),
    ('[[prop]]\nname = "a"\nbox = [1, -1, 1]\npose = [0, 0, 0]', None, "three positive sizes"),
    ("[terrain]\n", None, "either file"),
    ('[terrain]\nheightfield = "person.npy"', None, "needs cell"),
    ('[terrain]\nheightfield = "person.npy"\ncell = [1, 1]', None, "expected heights"),
    ('[terrain]\nheightfield = "person.npy"\ncell = [1, 1]\nparts = 0', None, "1 to 1000 parts"),
    ('[terrain]\nheightfield = "person.npy"\ncell = [1, 1]\nscale = 2', None, "no meaning"),
    ('[terrain]\nfile = "person.npy"\ncell = [1, 1]', None, "cell has no meaning"),
    ('[terrain]\nfile = "person.npy"', None, r"'\.npy'; known are \.obj"),
    ("clip = [", None, "is not valid TOML"),
]


@pytest.mark.parametrize(("more", "clip", "match"), WRONG)
def test_a_wrong_scene_is_refused_with_what_is_known(
    make: Make, tmp_path: Path, more: str, clip: str | None, match: str
) -> None:
    np.save(tmp_path / "bad.npy", np.zeros((20, 6)))
    np.save(tmp_path / "short.npy", poses_of(9))
    np.save(tmp_path / "turned.npy", poses_of(20)[:, ::-1])
    np.savez(tmp_path / "a.npz", a=poses_of(20), b=poses_of(20))
    (tmp_path / "a.csv").write_text("1,2,3,4,5,6,7\n1,2,3\n")
    (tmp_path / "x.obj").write_text("v 0 0 0")
    with pytest.raises(KinemeshError, match=match):
        read(make(more) if clip is None else make(more, clip))


@pytest.mark.parametrize("name", ["object", "terrain"])
def test_a_scene_says_itself_what_was_touched(make: Make, box_obj: Path, name: str) -> None:
    with pytest.raises(ReadError, match=f"leave out {name}="):
        read(make(), **{name: box_obj})


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "scene.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReadError, match="is not valid TOML"):
        read(tmp_path / "scene.toml")


def test_a_track_that_leads_nowhere_is_refused(make: Make, tmp_path: Path) -> None:
    table = poses_of(20)
    table[3, 1] = 1e300
    np.save(tmp_path / "track.npy", table)
    with pytest.raises(ReadError, match=r"track\.npy holds numbers beyond"):
        read(make(CRATE + 'track = { file = "track.npy" }'))


def test_a_mesh_in_millimetres_is_read_by_its_scale(make: Make, tmp_path: Path) -> None:
    trimesh.creation.box((300.0, 200.0, 100.0)).export(tmp_path / "box.obj")
    said = '[[prop]]\nfile = "box.obj"\npose = [1, 0, 0.05]\n'
    with pytest.raises(KinemeshError, match="scale it by"):
        read(make(said))
    (prop,) = read(make(said + "scale = 0.001")).scene.props
    np.testing.assert_allclose(np.ptp(prop.shape.vertices, axis=0), [0.3, 0.2, 0.1])


@pytest.mark.parametrize("unit", ["centimetres", "inches"])
def test_an_object_in_another_unit_is_refused_with_the_scale(
    tmp_path: Path, person: Make, unit: str
) -> None:
    factor = {"centimetres": 0.01, "inches": 0.0254}[unit]
    np.save(tmp_path / "a.npy", person("smpl22"))
    trimesh.creation.box((0.3 / factor,) * 3).export(tmp_path / "box.obj")
    scene = tmp_path / "a.toml"
    text = '[clip]\nfile = "a.npy"\n[[prop]]\nname = "box"\nfile = "box.obj"\n'
    text += "pose = [0.6, 0, 0.3, 0, 0, 0, 1]\n"
    scene.write_text(text)
    with pytest.raises(ReadError, match=rf"box\.obj is .* m large.*{unit}.*scale = {factor:g}"):
        read(scene)
    scene.write_text(text + f"scale = {factor}\n")
    (prop,) = read(scene).scene.props
    assert np.ptp(prop.shape.vertices, axis=0).max() == pytest.approx(0.3, abs=1e-6)


def test_a_box_in_centimetres_is_refused_at_once() -> None:
    with pytest.raises(ReadError, match=r"cm\.obj is 30 x 40 x 30 m.*scale = 0\.01"):
        read(fault("cm_mesh_hangs/cm.toml"))
