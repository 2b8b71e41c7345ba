from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from interaction_files import (
    FRAMES,
    Z_UP,
    Made,
    check_held,
    corners,
    holding,
    pickled,
    sorted_corners,
    write_arctic,
    write_obj,
)
from kinemesh.errors import ReadError
from kinemesh.recordings import read

HINGE = np.linspace(0.0, 1.4, FRAMES)
SCENE = """
[clip]
file = "box_use_01.smplx.npy"

[[prop]]
file = "top.obj"
scale = 0.001
track = { file = "box_use_01.object.npy", key = "top" }

[[prop]]
file = "bottom.obj"
scale = 0.001
track = { file = "box_use_01.object.npy", key = "bottom" }
"""


@pytest.fixture
def made() -> Made:
    return holding(Z_UP)


@pytest.fixture
def scene(tmp_path: Path, made: Made) -> Path:
    write_arctic(tmp_path, made, HINGE)
    for name in ("top", "bottom"):
        write_obj(tmp_path / f"{name}.obj", made.shape, scale=1000.0)
    (tmp_path / "scene.toml").write_text(SCENE)
    return tmp_path / "scene.toml"


def published(made: Made, vertices: np.ndarray, top: bool) -> np.ndarray:
    """``common/object_tensors.py``: the top about (0, 0, -1) first, then both."""
    own = np.broadcast_to(vertices, (FRAMES, *vertices.shape))
    if top:
        arti = Rotation.from_rotvec(np.outer(HINGE, [0.0, 0.0, -1.0])).as_matrix()
        own = np.einsum("tij,tnj->tni", arti, own)
    turns = Rotation.from_rotvec(made.angles).as_matrix()
    return np.einsum("tij,tnj->tni", turns, own) + made.places[:, None]


def test_both_parts_are_where_the_published_code_puts_them(scene: Path, made: Made) -> None:
    clip = read(scene)
    assert clip.fps == 30.0
    top, bottom = clip.scene.props
    vertices = sorted_corners(made.shape.vertices)
    check_held(clip, bottom, made.wrist, published(made, vertices, top=False))
    both = corners(top) - bottom.track[:, None, :3]
    order = np.lexsort(np.round(top.shape.vertices, 6).T)
    expected = published(made, vertices, top=True) - made.places[:, None]
    np.testing.assert_allclose(both[:, order], expected, atol=2e-6)


def test_one_mesh_for_two_parts_is_refused_with_the_way_out(scene: Path) -> None:
    file = scene.with_name("box_use_01.smplx.npy")
    assert any("two parts" in note and "scene.toml" in note for note in read(file).notes)
    with pytest.raises(ReadError, match=r'two parts \(key = "top" and key = "bottom"\)'):
        read(file, object=scene.with_name("top.obj"))


def test_a_part_must_be_named(scene: Path) -> None:
    scene.write_text(SCENE.replace(', key = "top"', ""))
    with pytest.raises(ReadError, match=r"two parts of an object; key = None"):
        read(scene)


def test_the_parts_in_interacts_files_turn_alike(scene: Path, made: Made) -> None:
    own = read(scene).scene.props
    np.savez(
        scene.with_name("object.npz"),
        angles=made.angles,
        trans=made.places,
        arti=HINGE[:, None],
        name="box",
    )
    scene.write_text(SCENE.replace("box_use_01.object.npy", "object.npz"))
    for one, other in zip(read(scene).scene.props, own, strict=True):
        np.testing.assert_allclose(one.track, other.track, atol=1e-9)


class Reduced:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch executed",)


def test_nothing_in_a_pickled_person_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("a.smplx.npy", pickled({"transl": Reduced()}), allow_pickle=True)
    with pytest.raises(ReadError, match="Nothing was run"):
        read("a.smplx.npy")
    assert not (tmp_path / "executed").exists()
