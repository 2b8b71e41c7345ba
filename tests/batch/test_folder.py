"""Folders of recordings: what is taken, under which name, and what is said of the rest."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from commands import Command, walking
from kinemesh import demos, retarget
from kinemesh.batch import batch, read_sources
from kinemesh.batch.folder import recordings_in
from kinemesh.batch.line import MADE
from kinemesh.errors import ReadError

FRAMES = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two recordings, one in a folder below, among other things."""
    folder = tmp_path / "mocap"
    (folder / "monday").mkdir(parents=True)
    np.save(folder / "steps.npy", walking(FRAMES))
    np.save(folder / "monday" / "steps.npy", walking(FRAMES))
    (folder / "notes.txt").write_text("x")
    return folder


def names(folder: Path) -> list[str]:
    return [name for name, _ in recordings_in(folder)[0]]


def reasons(folder: Path) -> dict[str, str]:
    left = (text.partition(": ") for text in recordings_in(folder)[1])
    return {os.path.relpath(path, folder): reason for path, _, reason in left}


def test_names_come_from_the_paths_and_are_unique(folder: Path) -> None:
    assert names(folder) == ["monday__steps", "steps"]
    (folder / "Steps.bvh").write_text("HIERARCHY")
    assert sorted(names(folder)) == ["Steps.bvh", "monday__steps", "steps.npy"]


def test_what_is_not_taken_is_said_with_its_reason(folder: Path, tmp_path: Path) -> None:
    (folder / "empty.bvh").touch()
    (folder / "clips.toml").write_text("")
    (folder / ".hidden.npy").write_bytes(b"x")
    os.mkfifo(folder / "pipe.npy")
    np.save(tmp_path / "outside.npy", walking(FRAMES))
    (tmp_path / "away").mkdir()
    np.save(tmp_path / "away" / "far.npy", walking(FRAMES))
    (folder / "link.npy").symlink_to(tmp_path / "outside.npy")
    (folder / "linked").symlink_to(tmp_path / "away")
    (folder / "zero.npy").symlink_to("/dev/zero")
    clip = demos.walk().crop(0, 3)
    retarget(clip, refine=None, first_iterations=1, iterations=1).save(folder / "robot.npz")
    long = "x" * 199
    (folder / long).mkdir()
    np.save(folder / long / "steps.npy", walking(FRAMES))
    assert names(folder) == ["monday__steps", "steps"]
    said = reasons(folder)
    assert "no recording has the suffix '.txt'" in said["notes.txt"]
    assert "is empty" in said["empty.bvh"]
    assert "given itself" in said["clips.toml"]
    assert said["pipe.npy"] == "no regular file"
    assert all("a link" in said[name] for name in ("link.npy", "linked", "zero.npy"))
    assert "a robot's trajectory" in said["robot.npz"]
    assert "no name for a folder" in said[f"{long}/steps.npy"]
    assert len(said) == 9


def test_a_folder_without_a_recording_is_refused_with_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"holds no recording \(\.pt, .*: give another folder"):
        recordings_in(tmp_path)
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(ReadError, match=r"the first of 1 others: .*a\.txt: no recording has"):
        read_sources([tmp_path])


@pytest.mark.slow
def test_a_folder_is_retargeted_and_gone_on_with_as_a_listing_is(
    folder: Path, kinemesh_command: Command
) -> None:
    out = folder / "out"  # in the folder itself: results are no recordings
    done = kinemesh_command("batch", folder, "--output", out)
    assert done.status == 0
    assert f"warning: {folder / 'notes.txt'}: no recording has the suffix" in done.err
    again = batch([folder], out)
    assert [r["clip"] for r in again.records] == ["monday__steps", "steps"]
    assert {r["status"] for r in again.records} <= set(MADE)
    assert again.done == 0 and len(again.warnings) == 1
    np.save(folder / "more.npy", walking(FRAMES)[::-1])
    assert batch([folder], out).done == 1
