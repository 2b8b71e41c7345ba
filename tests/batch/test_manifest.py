"""A manifest may be anybody's: what is wrong in it is left out, said, and harms nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from commands import Command, walking
from kinemesh.augment import Spec, Variant
from kinemesh.batch import Source, batch
from kinemesh.batch.line import MADE
from kinemesh.batch.manifest import Manifest
from kinemesh.errors import ClipError, KinemeshError, ReadError, WriteError


def line(**more: Any) -> dict[str, Any]:
    """A line as a batch writes it."""
    return {
        "clip": "w",
        "variant": "original",
        "key": "0",
        "status": "kept",
        "files": {"kept/w/original.npz": "0"},
        "frames": 6,
        "fps": 30.0,
        "options": {"robot": "g1", "format": None},
        "version": "0",
        "reason": "",
        "measures": {"a": None, "b": 1.0},
        **more,
    }


def written(folder: Path, *lines: object) -> Path:
    (folder / "kept").mkdir(parents=True)
    (folder / "kept" / "out").symlink_to(folder.parent)
    texts = [text if isinstance(text, str) else json.dumps(text) for text in lines]
    (folder / "manifest.jsonl").write_text("\n".join(texts) + "\n")
    return folder


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in line().items() if name != key}


BAD = {
    "up, and no more than its place": {
        **{"clip": "w", "variant": "original", "key": "0", "status": "kept"},
        "files": {"../precious.txt": "0"},
    },
    "up": line(files={"../precious.txt": "0"}),
    "up later": line(files={"kept/../../precious.txt": "0"}),
    "absolute": line(files={"/etc/passwd": "0"}),
    "the folder": line(files={".": "0"}),
    "the manifest": line(files={"manifest.jsonl": "0"}),
    "a link out": line(files={"kept/out/precious.txt": "0"}),
    "a long name": line(files={"kept/" + 300 * "x": "0"}),
    "no text": line(files={"kept/\ud800": "0"}),
    "no files": line(files=None),
    "a list of files": line(files=["kept/w/original.npz"]),
    "digests of another type": line(files={"kept/w/original.npz": 3}),
    "kept without a file": line(files={}),
    "kept without frames": without("frames"),
    "kept without a rate": without("fps"),
    "kept without options": without("options"),
    "no version": without("version"),
    "a robot that is a list": line(options={"robot": ["g1"], "format": None}),
    "frames that are a text": line(frames="6"),
    "a rate of nothing": line(fps=0),
    "a rate past all floats": line(fps=10**400),
    "a clip that is a list": line(clip=["w"]),
    "no clip": line(clip=""),
    "an unknown status": line(status="good"),
    "a status that is a list": line(status=[]),
    "measures that are a list": line(measures=[1]),
    "doubts that are a text": line(status="unsure", doubts="feet"),
    "unsure without a file": line(status="unsure", files={}),
    "a reason that is none": line(reason=None),
    "too deep": '{"clip": ' + 5000 * "[" + 5000 * "]" + "}",
    "deep": line(settings=json.loads(50 * "[" + 50 * "]")),
    "no object": [1],
    "no JSON": '{"clip": "b", "variant": "cut o',
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_line_that_no_batch_has_written_is_left_out_and_said(tmp_path: Path, bad: object) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("x")
    folder = written(tmp_path / "ds", bad, line(clip="other"))
    with Manifest(folder) as manifest:
        assert [record["clip"] for record in manifest] == ["other"]
        assert len(manifest.warnings) == 1
        assert "line 1 is left out" in manifest.warnings[0]
        manifest.tidy()
    assert len((folder / "manifest.jsonl").read_text().splitlines()) == 1
    assert precious.read_text() == "x"


@pytest.mark.slow
def test_a_data_set_with_a_bad_manifest_goes_on_and_deletes_nothing_of_the_users(
    tmp_path: Path, kinemesh_command: Command
) -> None:
    np.save(tmp_path / "w.npy", walking(4))
    precious = tmp_path / "precious.txt"
    precious.write_text("x")
    folder = written(tmp_path / "ds", *BAD.values())
    done = kinemesh_command("batch", tmp_path / "w.npy", "--out", folder)
    assert done.status == 0
    assert done.err.count("left out") == len(BAD)
    assert precious.read_text() == "x"
    (record,) = map(json.loads, (folder / "manifest.jsonl").read_text().splitlines())
    assert record["clip"] == "w" and record["files"]


@pytest.mark.slow
def test_nothing_is_written_through_links_that_lead_out_of_the_folder(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", walking(4))
    other = tmp_path / "other"
    other.mkdir()
    for name in ("manifest.jsonl", ".lock"):
        folder = tmp_path / f"ds{name}"
        folder.mkdir()
        (folder / name).symlink_to(other / "profile")
        with pytest.raises(WriteError, match="is a link"):
            batch([tmp_path / "w.npy"], folder)
    folder = tmp_path / "ds"
    folder.mkdir()
    for status in MADE:
        (folder / status).symlink_to(other)
    (record,) = batch([tmp_path / "w.npy"], folder).records
    assert record["status"] == "failed"
    assert "refused as unsafe" in record["reason"]
    assert not list(other.iterdir())


@pytest.mark.parametrize("name", ["manifest.jsonl", ".lock"])
def test_a_pipe_in_the_place_of_the_folders_files_is_refused(tmp_path: Path, name: str) -> None:
    np.save(tmp_path / "w.npy", walking(4))
    (tmp_path / "ds").mkdir()
    os.mkfifo(tmp_path / "ds" / name)
    with pytest.raises(ReadError, match="is a pipe"):
        batch([tmp_path / "w.npy"], tmp_path / "ds")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".x", 300 * "x", "a\nb", "\udcff", "a:b"])
def test_names_of_variants_and_recordings_are_names_of_files(name: str) -> None:
    with pytest.raises(ClipError, match="a variant is called"):
        Spec((Variant(name),))
    with pytest.raises(KinemeshError, match="no name for a folder"):
        Source(Path("w.npy"), name=name) if name else Source(Path(".npy"))
