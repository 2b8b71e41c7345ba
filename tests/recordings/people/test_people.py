"""Two people in one file, of each format that can hold them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bvh_files import DIALECTS, write_bvh
from commands import Command
from glb_files import scene_with_box
from kinemesh.errors import ReadError
from kinemesh.recordings import read

Person = Callable[..., np.ndarray]

APART = np.array([0.0, 1.5, 0.0])


def two(person: Person, name: str = "smpl24") -> np.ndarray:
    """``(2, T, J, 3)``: the second stands aside and is a little larger."""
    one = person(name, 30)
    return np.stack([one, 1.05 * one + APART])


def bvh_of_two(path: Path, second: str = "") -> tuple[Path, Path]:
    """A file with the same person twice, the second a metre aside, and one with her alone."""
    alone = write_bvh(path.with_name("one.bvh"), DIALECTS["mixamo"])
    head, _, tail = alone.read_text().partition("MOTION")
    tree = head.removeprefix("HIERARCHY\n")
    frames, time, *rows = tail.strip().split("\n")
    moved = []
    for row in rows:
        numbers = row.split()
        numbers[0] = str(float(numbers[0]) + 100.0)
        moved.append(f"{row} {' '.join(numbers)}")
    other = tree.replace("mixamorig:", second) if second else tree
    path.write_text("\n".join(["HIERARCHY", tree + other + "MOTION", frames, time, *moved]))
    return path, alone


@pytest.mark.parametrize("second", ["", "B_"])
def test_each_root_of_a_bvh_with_a_body_below_is_a_person(tmp_path: Path, second: str) -> None:
    path, alone = bvh_of_two(tmp_path / "a.bvh", second)
    wanted, first, other = read(alone), read(path), read(path, person=2)
    (warning,) = set(first.warnings) - set(wanted.warnings)
    assert "2 people" in warning
    assert "person=2" in warning
    assert read(path, person=1).warnings == wanted.warnings == other.warnings
    np.testing.assert_allclose(first.positions, wanted.positions, atol=1e-9)
    aside = other.landmarks() - wanted.landmarks()
    np.testing.assert_allclose(np.linalg.norm(aside, axis=-1), 1.0, atol=1e-6)


def test_a_person_who_is_not_there_is_refused(tmp_path: Path) -> None:
    path, alone = bvh_of_two(tmp_path / "a.bvh")
    with pytest.raises(ReadError, match=r"holds 2 people; person=3 is none; expected person 1 to"):
        read(path, person=3)
    with pytest.raises(ReadError, match=r"holds 1 person; person=2 is none; expected person 1"):
        read(alone, person=2)


@pytest.mark.parametrize("people_first", [True, False])
@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_people_in_an_array_are_told_from_frames(
    tmp_path: Path, person: Person, people_first: bool, suffix: str
) -> None:
    both = two(person)
    joints = both if people_first else both.transpose(1, 0, 2, 3)
    path = tmp_path / f"a.{suffix}"
    if suffix == "npy":
        np.save(path, joints)
    else:
        np.savez(path, global_joint_positions=joints, fps=30)
    for k in (1, 2):
        clip = read(path, person=k, floor=0.0)
        np.testing.assert_allclose(clip.positions, both[k - 1], atol=1e-9)
        assert not clip.warnings
    assert any("2 people" in warning for warning in read(path).warnings)


def test_people_in_poses_of_smpl_are_told_by_their_translations(tmp_path: Path) -> None:
    frames = 12
    turns = np.zeros((2, frames, 72))
    turns[1, :, 5] = np.linspace(0.0, 0.4, frames)
    trans = np.zeros((2, frames, 3))
    trans[1, :, 0] = 1.0
    np.savez(tmp_path / "a.npz", poses=turns, trans=trans, betas=np.zeros((2, 10)), fps=30.0)
    for k in (0, 1):
        np.savez(tmp_path / "b.npz", poses=turns[k], trans=trans[k], fps=30.0)
        wanted = read(tmp_path / "b.npz", up="y")
        clip = read(tmp_path / "a.npz", up="y", person=k + 1)
        np.testing.assert_allclose(clip.positions, wanted.positions, atol=1e-12)
    assert any("2 people" in w for w in read(tmp_path / "a.npz", up="y").warnings)


def glb_of_two(path: Path) -> Path:
    """Two armatures with a skin each, the second 2 m aside with the same keys, and a box."""
    file = scene_with_box()
    aside = file.node("second", translation=[2.0, 0.0, 0.0])
    other = file.person("mixamorig1:", parent=aside)
    hips = file.tables["animations"][0]["channels"][0]["target"]["node"]
    assert file.tables["nodes"][hips]["name"] == "mixamorig:Hips"
    for animation in file.tables["animations"]:
        animation["channels"] += [
            {**channel, "target": {**channel["target"], "node": other["Hips"]}}
            for channel in animation["channels"]
            if channel["target"]["node"] == hips
        ]
    path.write_bytes(file.bytes())
    return path


def test_each_skin_of_a_glb_with_joints_of_its_own_is_a_person(tmp_path: Path) -> None:
    path = glb_of_two(tmp_path / "a.glb")
    alone = tmp_path / "b.glb"
    alone.write_bytes(scene_with_box().bytes())
    wanted, first, other = read(alone), read(path), read(path, person=2)
    assert any("2 people" in warning for warning in first.warnings)
    assert not other.warnings
    np.testing.assert_allclose(first.positions, wanted.positions, atol=1e-6)
    aside = other.positions - wanted.positions
    np.testing.assert_allclose(aside, np.broadcast_to([2.0, 0.0, 0.0], aside.shape), atol=1e-6)
    assert [prop.name for prop in other.scene.props] == [prop.name for prop in wanted.scene.props]


def test_the_command_and_a_scene_file_choose_too(
    tmp_path: Path, person: Person, kinemesh_command: Command
) -> None:
    np.save(tmp_path / "a.npy", two(person))
    said = kinemesh_command("info", tmp_path / "a.npy")
    assert said.status == 0
    assert "--person 2" in said.out.replace("\n", " ")
    assert "people" not in kinemesh_command("info", tmp_path / "a.npy", "--person", "2").out
    wrong = kinemesh_command("info", tmp_path / "a.npy", "--person", "3")
    assert wrong.status == 2
    assert "person 1 to 2" in wrong.err.replace("\n", " ")
    (tmp_path / "scene.toml").write_text('[clip]\nfile = "a.npy"\nperson = 2\n')
    clip = read(tmp_path / "scene.toml")
    np.testing.assert_array_equal(clip.positions, read(tmp_path / "a.npy", person=2).positions)


@pytest.mark.parametrize("given", [0, -1, 10**9])
def test_a_number_that_no_person_has_is_refused(tmp_path: Path, person: Person, given: int) -> None:
    np.save(tmp_path / "a.npy", two(person))
    with pytest.raises(ReadError, match=r"person"):
        read(tmp_path / "a.npy", person=given)
