from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from interaction_files import (
    Z_UP,
    Made,
    check_held,
    holding,
    pickled,
    sorted_corners,
    write_grab,
    write_obj,
)
from kinemesh.errors import ReadError
from kinemesh.recordings import read


@pytest.fixture
def made() -> Made:
    return holding(Z_UP)


def published(made: Made, vertices: np.ndarray) -> np.ndarray:
    """``tools/objectmodel.py``: torch.matmul(v_template, rot_mats) + transl."""
    turns = Rotation.from_rotvec(made.angles).as_matrix()
    return np.matmul(vertices, turns) + made.places[:, None]


def test_the_object_is_in_the_hand_and_turned_as_the_published_code_turns_it(
    tmp_path: Path, made: Made
) -> None:
    mesh = write_obj(tmp_path / "mug.obj", made.shape)
    clip = read(write_grab(tmp_path / "mug_lift.npz", made), object=mesh)
    assert clip.fps == 120.0
    assert any("up axis: z" in note for note in clip.notes)
    expected = published(made, sorted_corners(made.shape.vertices))
    check_held(clip, clip.scene.props[0], made.wrist, expected)


def test_labels_of_the_objects_vertices_say_which_hand_holds_it(tmp_path: Path, made: Made) -> None:
    clip = read(write_grab(tmp_path / "mug_lift.npz", made))
    half = len(clip) // 2
    assert clip.contacts["left_hand"].tolist() == [False] * half + [True] * (len(clip) - half)
    assert clip.contacts["right_hand"].sum() == 2


def test_the_table_is_a_prop_of_a_scene_that_names_the_file_again(
    tmp_path: Path, made: Made
) -> None:
    write_grab(tmp_path / "mug_lift.npz", made)
    write_obj(tmp_path / "mug.obj", made.shape)
    (tmp_path / "scene.toml").write_text(
        """
        [clip]
        file = "mug_lift.npz"
        [[prop]]
        file = "mug.obj"
        track = "mug_lift.npz"
        [[prop]]
        name = "table"
        box = [0.6, 0.4, 0.05]
        track = { file = "mug_lift.npz", key = "table" }
        """
    )
    clip = read(tmp_path / "scene.toml")
    one = read(tmp_path / "mug_lift.npz", object=tmp_path / "mug.obj")
    np.testing.assert_allclose(clip.scene.props[0].track, one.scene.props[0].track)
    np.testing.assert_allclose(np.ptp(clip.scene.props[1].track, axis=0), 0.0)
    text = (tmp_path / "scene.toml").read_text().replace('key = "table"', 'key = "chair"')
    (tmp_path / "scene.toml").write_text(text)
    with pytest.raises(ReadError, match=r"key = 'chair'.*key = \"object\" or key = \"table\""):
        read(tmp_path / "scene.toml")


def test_a_file_without_the_full_pose_gives_the_body(tmp_path: Path, made: Made) -> None:
    flat = made.turns.reshape(len(made.turns), -1)
    params = {"transl": made.trans, "global_orient": flat[:, :3], "body_pose": flat[:, 3:66]}
    whole = read(write_grab(tmp_path / "a.npz", made))
    part = read(write_grab(tmp_path / "b.npz", made, body=pickled({"params": params})))
    np.testing.assert_allclose(part.positions, whole.positions)


class Reduced:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch executed",)


@pytest.mark.parametrize("name", ["body", "object", "contact", "gender"])
def test_nothing_in_its_pickles_is_run(
    tmp_path: Path, made: Made, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_grab(tmp_path / "a.npz", made, **{name: pickled(Reduced())})
    with pytest.raises(ReadError, match="Nothing was run"):
        read(tmp_path / "a.npz")
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"body": pickled({"vtemp": "x"})}, "'body' holds no 'params'"),
        ({"object": pickled([1, 2])}, "'object' holds no 'params'"),
        ({"object": pickled({"params": {"transl": np.zeros((2, 3))}})}, "no 'global_orient'"),
        ({"body": pickled({"params": {"transl": "here"}})}, "no 'transl'"),
    ],
)
def test_another_layout_is_refused_in_words(
    tmp_path: Path, made: Made, changed: dict[str, object], words: str
) -> None:
    with pytest.raises(ReadError, match=words):
        read(write_grab(tmp_path / "a.npz", made, **changed))
