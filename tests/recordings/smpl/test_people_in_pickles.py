"""Persons in pickles. The files are made here, by the keys that the projects' own code has."""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from commands import Command
from kinemesh.errors import ReadError
from kinemesh.recordings import read
from kinemesh.recordings.smpl.people import holds_people
from kinemesh.trajectories import holds_trajectory

FRAMES = 15


class Trap:
    def __reduce__(self) -> tuple[object, ...]:
        return exec, ("raise SystemExit('it ran')",)


def turns(joints: int, bend: float, upright: bool = True) -> np.ndarray:
    """``(T, 3 J)`` of someone who bends a knee; z up where not ``upright``."""
    result = np.zeros((FRAMES, joints, 3))
    result[:, 4, 0] = np.linspace(0.0, bend, FRAMES)
    if not upright:
        result[:, 0, 0] = np.pi / 2
    return result.reshape(FRAMES, -1)


def inter_human() -> dict[str, Any]:
    """Two people in one table, z up."""
    table: dict[str, Any] = {"mocap_framerate": 60.0, "frames": FRAMES}
    for k in (1, 2):
        pose = turns(22, 0.2 * k, upright=False)
        table[f"person{k}"] = {
            **{"root_orient": pose[:, :3], "pose_body": pose[:, 3:]},
            **{"trans": np.tile([1.5 * k, 0.0, 1.0], (FRAMES, 1)), "betas": np.zeros(10)},
            **{"gender": "female"},
        }
    return table


def saved(path: Path, table: object) -> Path:
    path.write_bytes(pickle.dumps(table))
    return path


def test_inter_humans_two_people_are_told_apart(tmp_path: Path) -> None:
    table = inter_human()
    path = saved(tmp_path / "a.pkl", table)
    for k in (1, 2):
        own = {n: v for n, v in table[f"person{k}"].items() if n != "gender"}
        np.savez(tmp_path / "b.npz", **own, mocap_framerate=60.0)
        wanted, clip = read(tmp_path / "b.npz"), read(path, person=k)
        assert clip.fps == 60.0
        np.testing.assert_allclose(clip.positions, wanted.positions, atol=1e-12)
        np.testing.assert_allclose(clip.rotations, wanted.rotations, atol=1e-12)
        assert any(f"person {k}: 'person{k}'" in note for note in clip.notes)
    assert any("2 people" in warning for warning in read(path).warnings)
    with pytest.raises(ReadError, match=r"2 people; person=3 is none"):
        read(path, person=3)


@pytest.mark.parametrize("compress", [0, 3])
@pytest.mark.parametrize("table", [dict, lambda tracks: defaultdict(dict, tracks)])
def test_whams_tracks_are_people(
    tmp_path: Path, compress: int, table: Callable[[dict[int, Any]], object]
) -> None:
    tracks = {
        k: {
            **{"pose_world": turns(24, 0.1 + k), "trans_world": np.zeros((FRAMES, 3))},
            **{
                "pose": turns(24, 0.0),
                "trans": np.ones((FRAMES, 3)),
                "betas": np.zeros((FRAMES, 10)),
            },
            "frame_ids": np.arange(FRAMES),
        }
        for k in (0, 3)
    }
    joblib.dump(table(tracks), tmp_path / "a.pkl", compress=compress)
    np.savez(tmp_path / "b.npz", **{k: tracks[3][k] for k in ("pose_world", "trans_world")})
    clip = read(tmp_path / "a.pkl", person=2)
    np.testing.assert_allclose(clip.positions, read(tmp_path / "b.npz").positions, atol=1e-12)
    assert clip.fps == 30.0


def test_aists_translation_is_in_units_of_its_own_and_its_rate_is_60(tmp_path: Path) -> None:
    way = np.outer(np.linspace(0.0, 1.0, FRAMES), [0.5, 0.0, 0.3])
    table = {
        "smpl_poses": turns(24, 0.3),
        "smpl_trans": 94.0 * way,
        "smpl_scaling": np.array([94.0]),
        "smpl_loss": 0.01,
    }
    clip = read(saved(tmp_path / "a.pkl", table), height=1.774)
    assert clip.fps == 60.0
    gone = clip.landmark("pelvis")[-1] - clip.landmark("pelvis")[0]
    np.testing.assert_allclose(np.abs(gone[:2]), [0.5, 0.3], atol=1e-9)


def test_more_than_a_scene_holds_are_motions(tmp_path: Path) -> None:
    one = inter_human()["person1"]
    table = {
        k: {**one, "pose_body": (k + 1) * one["pose_body"], "seq_name": str(k)} for k in range(20)
    }
    path = saved(tmp_path / "a.pkl", table)
    clip = read(path, up="z", take=3)
    assert any("motion 3" in note for note in clip.notes)
    assert any("20 motions" in warning for warning in read(path, up="z").warnings)
    other = read(path, up="z", take=4)
    assert np.abs(clip.positions - other.positions).max() > 0.01


def test_nothing_in_a_persons_pickle_is_run(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pkl", {**inter_human()["person1"], "more": Trap()})
    assert not holds_people(path)
    with pytest.raises(ReadError, match=r"a pickle can run any program"):
        read(path)


@pytest.mark.parametrize("table", [[], {}, 5, {"poses": 1}, {"person1": {"trans": np.zeros(3)}}])
def test_other_pickles_hold_nobody(tmp_path: Path, table: object) -> None:
    path = saved(tmp_path / "a.pkl", table)
    assert not holds_people(path)
    with pytest.raises(ReadError, match="is a pickle"):
        read(path)


def test_the_command_reads_a_persons_pickle_and_takes_it_for_no_robots(
    tmp_path: Path, kinemesh_command: Command
) -> None:
    path = saved(tmp_path / "a.pkl", inter_human())
    assert not holds_trajectory(path)
    done = kinemesh_command("info", path, "--person", "2")
    assert done.status == 0
    assert "person2" in done.out
