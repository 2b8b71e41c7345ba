from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from interaction_files import (
    Y_UP,
    Z_UP,
    check_held,
    holding,
    sorted_corners,
    write_interact,
    write_obj,
)
from kinemesh.errors import ReadError
from kinemesh.recordings import read


@pytest.mark.parametrize(
    ("kind", "width"), [("smplh", 156), ("smplx", 156), ("smplx", 114), ("smplx", 165)]
)
def test_the_object_is_in_the_hand_whichever_body_the_person_is_of(
    tmp_path: Path, kind: str, width: int
) -> None:
    made = holding(Y_UP, kind)
    # Soles on the floor at first, as InterAct puts them.
    low = -0.97 + {"smplh": -0.223, "smplx": -0.372}[kind] + made.trans[0, 1]
    made.trans[:, 1] -= low
    made.places[:, 1] -= low
    made.wrist[:, 1] -= low
    mesh = write_obj(tmp_path / "box.obj", made.shape)
    clip = read(write_interact(tmp_path, made, width), object=mesh)
    assert clip.fps == 30.0
    turns = Rotation.from_rotvec(made.angles).as_matrix()
    there = np.matmul(sorted_corners(made.shape.vertices), turns.transpose(0, 2, 1))
    there += made.places[:, None]
    expected = there @ Z_UP.as_matrix().T
    check_held(clip, clip.scene.props[0], Z_UP.apply(made.wrist), expected)


def test_several_objects_are_props_of_a_scene(tmp_path: Path) -> None:
    made = holding(Y_UP)
    for name in ("object_cup", "object_drawer_base", "object_drawer_part1"):
        file = write_interact(tmp_path, made, name=name)
    mesh = write_obj(tmp_path / "cup.obj", made.shape)
    clip = read(file)
    assert clip.scene.props == ()
    assert any("object_cup.npz, object_drawer_base.npz" in note for note in clip.notes)
    with pytest.raises(ReadError, match=r"object_cup.npz.*scene.toml"):
        read(file, object=mesh)
    (tmp_path / "scene.toml").write_text(
        'clip = { file = "human.npz" }\n'
        'prop = [{ file = "cup.obj", track = "object_cup.npz" },\n'
        '        { name = "drawer", box = [0.4, 0.4, 0.1], track = "object_drawer_part1.npz" }]\n'
    )
    assert [prop.name for prop in read(tmp_path / "scene.toml").scene.props] == ["cup", "drawer"]


def test_a_file_of_that_name_without_objects_is_a_person_as_before(tmp_path: Path) -> None:
    file = write_interact(tmp_path, holding(Y_UP))
    (tmp_path / "object.npz").unlink()
    assert not any("InterAct" in note for note in read(file).notes)


@pytest.mark.parametrize(
    ("angles", "places", "words"),
    [
        (np.zeros((5, 3)), np.zeros((4, 3)), r"turns \(5, 3\) and places \(4, 3\)"),
        (np.full((24, 3), 1e9), np.zeros((24, 3)), "beyond 100"),
        (np.zeros((24, 3)), np.full((24, 3), 1e300), "beyond 1e"),
    ],
)
def test_a_damaged_track_is_refused(
    tmp_path: Path, angles: np.ndarray, places: np.ndarray, words: str
) -> None:
    file = write_interact(tmp_path, holding(Y_UP))
    np.savez(tmp_path / "object.npz", angles=angles, trans=places, name="box")
    with pytest.raises(ReadError, match=words):
        read(file)
