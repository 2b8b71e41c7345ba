"""Outputs are found to be writable before the work, and whole or not there after it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from commands import Command
from kinemesh import cli


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none/out.npz", r"the folder .*none does not exist; make it first"),
        ("out.csv", r"out\.csv: the output is an \.npz file; give it that suffix"),
        ("folder.npz", r"folder\.npz is a folder; give the name of a file"),
        ("file.txt/out.npz", r"the folder .*file\.txt does not exist"),
    ],
)
def test_an_output_that_cannot_be_written_is_found_before_the_work(
    kinemesh_command: Command,
    tmp_path: Path,
    recorded: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    message: str,
) -> None:
    def read(*_: object, **__: object) -> None:
        pytest.fail("the recording was read first")

    monkeypatch.setattr("kinemesh.matching.recording.read", read)
    (tmp_path / "folder.npz").mkdir()
    (tmp_path / "file.txt").write_text("text")
    done = kinemesh_command("retarget", recorded, "-o", tmp_path / name)
    assert (done.status, done.out) == (2, "")
    assert re.fullmatch(f"error: {message}.*\n", done.err.replace(str(tmp_path) + "/", ""))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_found_before_the_work(
    kinemesh_command: Command, tmp_path: Path, recorded: Path
) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    done = kinemesh_command("retarget", recorded, "-o", tmp_path / "locked" / "out.npz")
    assert done.status == 2
    assert "cannot be written: no permission" in done.err


def test_a_failure_while_writing_leaves_no_half_file(
    recorded: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kinemesh.result.file.np.lib.format.write_array", full)
    with pytest.raises(OSError, match="No space left"):
        cli.main(["retarget", str(recorded), "-o", str(out), "--debug"])
    assert [p.name for p in out.parent.iterdir()] == ["steps.npy"]


def test_an_older_file_survives_a_run_that_fails(
    kinemesh_command: Command, recorded: Path, out: Path
) -> None:
    out.write_bytes(b"older")
    assert kinemesh_command("retarget", recorded, "-o", out, "--fps", "0").status == 2
    assert out.read_bytes() == b"older"
