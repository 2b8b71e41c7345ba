"""Everybody else in a file as obstacles, of each format that can hold several people."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinemesh
from bvh_files import DIALECTS, write_bvh
from commands import Command
from glb_files import scene_with_box
from kinemesh import Result
from kinemesh.errors import ReadError
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Scene, limbs
from kinemesh.recordings import read

Person = Callable[..., np.ndarray]

ASIDE = np.array([0.0, 1.5, 0.0])
FRAMES = 15


def of_arrays(folder: Path, person: Person, suffix: str = "npy") -> Path:
    one = person("smpl24", FRAMES)
    both = np.stack([one, 1.05 * one + ASIDE])
    path = folder / f"pair.{suffix}"
    if suffix == "npy":
        np.save(path, both)
    else:
        np.savez(path, global_joint_positions=both.transpose(1, 0, 2, 3), fps=30)
    return path


def of_bvh(folder: Path, person: Person, size: float = 1.0) -> Path:
    """In centimetres, y up; the second as large as ``size`` times the first."""
    alone = write_bvh(folder / "one.bvh", DIALECTS["mixamo"])
    head, _, tail = alone.read_text().partition("MOTION")
    tree = head.removeprefix("HIERARCHY\n")
    small = re.sub(
        r"OFFSET (\S+) (\S+) (\S+)",
        lambda found: " ".join(["OFFSET", *(f"{size * float(x):.6f}" for x in found.groups())]),
        tree,
    )
    frames, time, *rows = tail.strip().split("\n")
    moved = []
    for row in rows:
        numbers = [float(x) for x in row.split()]
        numbers[:3] = [size * numbers[0] + 150.0, size * numbers[1], size * numbers[2]]
        moved.append(f"{row} {' '.join(f'{x:.6f}' for x in numbers)}")
    path = folder / "pair.bvh"
    path.write_text("\n".join(["HIERARCHY", tree + small + "MOTION", frames, time, *moved]))
    return path


def of_glb(folder: Path, person: Person) -> Path:
    file = scene_with_box()
    aside = file.node("second", translation=[2.0, 0.0, 0.0])
    other = file.person("mixamorig1:", parent=aside)
    hips = file.tables["animations"][0]["channels"][0]["target"]["node"]
    for animation in file.tables["animations"]:
        animation["channels"] += [
            {**channel, "target": {**channel["target"], "node": other["Hips"]}}
            for channel in animation["channels"]
            if channel["target"]["node"] == hips
        ]
    path = folder / "pair.glb"
    path.write_bytes(file.bytes())
    return path


def of_pickle(folder: Path, person: Person, frames: tuple[int, int] = (FRAMES, FRAMES)) -> Path:
    """As InterHuman has it, z up."""
    table: dict[str, Any] = {"mocap_framerate": 60.0, "frames": FRAMES}
    for k, count in enumerate(frames, start=1):
        pose = np.zeros((count, 22, 3))
        pose[:, 0, 0] = np.pi / 2
        pose[:, 4, 0] = np.linspace(0.0, 0.2 * k, count)
        pose = pose.reshape(count, -1)
        table[f"person{k}"] = {
            **{"root_orient": pose[:, :3], "pose_body": pose[:, 3:]},
            **{"trans": np.tile([1.5 * k, 0.0, 1.0], (count, 1)), "betas": np.zeros(10)},
            "gender": "female",
        }
    path = folder / "pair.pkl"
    path.write_bytes(pickle.dumps(table))
    return path


FILES = {"npy": of_arrays, "bvh": of_bvh, "glb": of_glb, "pickle": of_pickle}


def drawn(clip: Clip, name: str) -> dict[str, np.ndarray]:
    """Corners ``(T, V, 3)`` [m] of somebody's limbs, by the limb."""
    return {
        prop.name: poses.apply(
            prop.track,
            np.broadcast_to(prop.shape.vertices, (len(clip), *prop.shape.vertices.shape)),
        )
        for prop in clip.scene.props
        if prop.limb_of == name
    }


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("own", [1, 2])
def test_who_is_not_read_is_where_she_is_when_she_is_read(
    tmp_path: Path, person: Person, kind: str, own: int
) -> None:
    path, other = FILES[kind](tmp_path, person), 3 - own
    clip = read(path, person=own, others="obstacles")
    alone, she = read(path, person=own), read(path, person=other)
    np.testing.assert_array_equal(clip.positions, alone.positions)
    assert clip.warnings == alone.warnings
    assert [p.name for p in clip.scene.objects] == [p.name for p in alone.scene.objects]
    found = drawn(clip, f"person{other}")
    assert len(found) == 13
    assert f"person{other}/left_forearm" in found
    assert any(f"person{other}: 13 limbs" in note for note in clip.notes)
    # The two were put on floors of their own when each was read for herself.
    wanted = limbs(she, f"person{other}")
    up = np.array([0.0, 0.0, 1.0])
    there = drawn(replace(she, scene=Scene(wanted)), f"person{other}")
    lift = next(found[name] - corners for name, corners in there.items())[0, 0]
    assert abs(lift[:2]).max() < 1e-6
    for name, corners in there.items():
        np.testing.assert_allclose(found[name], corners + lift[2] * up, atol=1e-6)


def test_the_other_is_in_the_unit_that_was_found_for_the_person(
    tmp_path: Path, person: Person
) -> None:
    """A child beside a grown-up, in centimetres, is no grown-up in a unit of its own."""
    path = of_bvh(tmp_path, person, 0.45)
    clip = read(path, person=1, others="obstacles")
    tall = next(found for n in clip.notes if (found := re.search(r"limbs .*, ([\d.]+) m tall", n)))
    assert float(tall[1]) == pytest.approx(0.45 * clip.stature, abs=0.01)
    assert read(path, person=2).stature > 1.6  # alone her unit is not known


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_arrays_of_either_order_have_others(tmp_path: Path, person: Person, suffix: str) -> None:
    clip = read(of_arrays(tmp_path, person, suffix), person=1, others="obstacles")
    assert len(drawn(clip, "person2")) == 13


def test_three_people_are_two_others(tmp_path: Path, person: Person) -> None:
    one = person("smpl24", FRAMES)
    np.save(tmp_path / "a.npy", np.stack([one, one + ASIDE, one - ASIDE]))
    clip = read(tmp_path / "a.npy", person=2, others="obstacles")
    assert {p.limb_of for p in clip.scene.props} == {"person1", "person3"}


def test_more_people_than_a_scene_holds_are_refused(tmp_path: Path, person: Person) -> None:
    one = person("smpl24", FRAMES)
    np.save(tmp_path / "a.npy", np.stack([one + k * ASIDE for k in range(6)]))
    with pytest.raises(ReadError, match=r"5 other people have 65 limbs.*at most 64"):
        read(tmp_path / "a.npy", person=1, others="obstacles")


def test_without_the_word_nobody_else_is_there(tmp_path: Path, person: Person) -> None:
    assert read(of_arrays(tmp_path, person), person=1).scene.props == ()


def test_a_file_of_one_person_has_no_others(tmp_path: Path, person: Person) -> None:
    np.save(tmp_path / "a.npy", person("smpl24", FRAMES))
    with pytest.raises(ReadError, match=r"a\.npy holds one person.*leave out others="):
        read(tmp_path / "a.npy", others="obstacles")


def test_people_of_other_times_are_refused(tmp_path: Path, person: Person) -> None:
    path = of_pickle(tmp_path, person, (FRAMES, FRAMES - 3))
    with pytest.raises(ReadError, match=r"person2 has 12 frames, and the person who is read 15"):
        read(path, person=1, others="obstacles")


def test_an_other_who_was_not_seen_for_long_is_refused_by_name(
    tmp_path: Path, person: Person
) -> None:
    both = np.stack([person("smpl24", FRAMES), person("smpl24", FRAMES) + ASIDE])
    both[1, 3:12] = np.nan
    np.save(tmp_path / "a.npy", both)
    assert len(read(tmp_path / "a.npy", person=1)) == FRAMES
    with pytest.raises(kinemesh.errors.KinemeshError, match="person2"):
        read(tmp_path / "a.npy", person=1, others="obstacles")
    both[1, 3:12] = both[0, 3:12] + ASIDE
    both[1, 5, 4] = np.nan
    np.save(tmp_path / "a.npy", both)
    clip = read(tmp_path / "a.npy", person=1, others="obstacles")
    assert any(note.startswith("person2: ") and "gap" in note for note in clip.notes)


@pytest.mark.parametrize("given", ["props", "", 1, True])
def test_what_others_cannot_become_is_refused(
    tmp_path: Path, person: Person, given: object
) -> None:
    path = of_arrays(tmp_path, person)
    with pytest.raises((ReadError, TypeError), match="others"):
        read(path, person=1, others=given)  # type: ignore[arg-type]


def test_a_scene_file_says_it_too(tmp_path: Path, person: Person) -> None:
    of_arrays(tmp_path, person)
    scene = tmp_path / "scene.toml"
    scene.write_text('[clip]\nfile = "pair.npy"\nperson = 2\nothers = "obstacles"\n')
    assert len(drawn(read(scene), "person1")) == 13
    scene.write_text('[clip]\nfile = "pair.npy"\nothers = "limbs"\n')
    with pytest.raises(ReadError, match=r"others.*obstacles"):
        read(scene)


@pytest.mark.slow
def test_the_commands_take_it_and_the_result_carries_it(
    tmp_path: Path, person: Person, kinemesh_command: Command
) -> None:
    path, out = of_arrays(tmp_path, person), tmp_path / "out.npz"
    said = ("--person", "1", "--others", "obstacles")
    shown = kinemesh_command("info", path, *said)
    assert shown.status == 0
    assert "person2: 13 limbs" in shown.out.replace("\n", " ")
    assert kinemesh_command("retarget", path, *said, "-o", out).status == 0
    result = Result.load(out)
    assert [p.limb_of for p in result.scene.props] == ["person2"] * 13
    judged = kinemesh_command("evaluate", out, "--json")
    assert judged.status == 0
    assert '"penetration.prop.max"' in judged.out
    wrong = kinemesh_command("info", path, "--others", "walls")
    assert wrong.status == 2
    assert "obstacles" in wrong.err + wrong.out
