"""Batches of short pieces: killed, gone on with, changed; and what they leave on disk."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from commands import Command, walking
from disks import fill, mounted
from kinemesh.batch import Batch, batch, read_sources
from kinemesh.batch.digests import code_sha256, sha256
from kinemesh.batch.line import MADE
from kinemesh.errors import KinemeshError, ReadError, WriteError
from kinemesh.result import Result

FRAMES = 6

LISTING = """
[[clip]]
path = "a.npy"
skeleton = "lafan22"
fps = 30

[[clip]]
path = "b.npy"
skeleton = "lafan22"
height = 1.8
"""

SPEC = """
[[grid]]
name = "fast"
motion.speed = [1.1, 1.3]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two recordings, their listing, and a spec: six variants in all."""
    np.save(tmp_path / "a.npy", walking(FRAMES))
    np.save(tmp_path / "b.npy", walking(FRAMES + 4)[4:])
    (tmp_path / "clips.toml").write_text(LISTING)
    (tmp_path / "aug.toml").write_text(SPEC)
    return tmp_path


def made(folder: Path, out: str = "out", **options: Any) -> Batch:
    options.setdefault("spec", folder / "aug.toml")
    return batch([folder / "clips.toml"], folder / out, **options)


def results(out: Path) -> dict[str, bytes]:
    """Everything that is there but manifest, card and lock."""
    files = (p for p in out.rglob("*") if p.is_file() and p.parent != out)
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in files}


def lines(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]


@pytest.mark.slow
def test_one_and_two_workers_write_the_same_bytes_and_a_rerun_does_nothing(folder: Path) -> None:
    pytest.importorskip("pyarrow")
    one = made(folder, "one", workers=1, format="mjlab", parquet=True)
    assert one.done == 6 and not one.failed
    two = made(folder, "two", workers=2, format="mjlab", parquet=True)
    tables = [(folder / name / "index.parquet").read_bytes() for name in ("one", "two")]
    assert tables[0] == tables[1]
    files = results(folder / "one")
    assert len([name for name in files if not name.startswith("mjlab/")]) == 6
    assert files == results(folder / "two")
    assert [r["files"] for r in one.records] == [r["files"] for r in two.records]
    assert {r["options"]["code_sha256"] for r in one.records} == {code_sha256()}
    before = {p: p.stat().st_mtime_ns for p in (folder / "one").rglob("*.npz")}
    told: list[Any] = []
    again = made(folder, "one", format="mjlab", progress=lambda *now: told.append(now))
    assert again.done == 0 and again.rate is None
    assert (folder / "one" / "index.parquet").read_bytes() == tables[0]  # it still holds
    assert told == [(0, 0, None)]
    assert [r["key"] for r in again.records] == [r["key"] for r in one.records]
    assert {p: p.stat().st_mtime_ns for p in (folder / "one").rglob("*.npz")} == before
    for record in lines(folder / "one"):
        for name in record["files"]:
            if name.startswith(record["status"]):
                assert len(Result.load(folder / "one" / name)) == record["frames"]


@pytest.mark.slow
def test_only_what_changed_or_is_missing_is_done_again(folder: Path) -> None:
    made(folder)
    kept = {p: p.stat().st_mtime_ns for p in (folder / "out").rglob("*.npz")}
    (folder / "out" / "index.parquet").write_bytes(b"of what was there before")

    (folder / "aug.toml").write_text(SPEC.replace("1.3", "1.2"))
    changed = made(folder)
    assert changed.done == 2  # the new speed, of two clips
    assert not (folder / "out" / "index.parquet").exists()
    assert all(p.stat().st_mtime_ns == time for p, time in kept.items())

    np.save(folder / "b.npy", walking(FRAMES + 6)[6:])  # it and its two variants, and of a:
    gone = next((folder / "out").rglob("a/fast_motion.speed=1.1.npz"))
    gone.unlink()
    damaged = next((folder / "out").rglob("a/original.npz"))
    damaged.write_bytes(b"no longer what was written")
    whole = next((folder / "out").rglob("a/fast_motion.speed=1.2.npz"))
    before = whole.stat().st_mtime_ns
    assert made(folder).done == 3 + 2
    assert whole.stat().st_mtime_ns == before
    assert gone.exists()
    assert made(folder).done == 0


SCENE = """
[clip]
file = "a.npy"
skeleton = "lafan22"
fps = 30
[[prop]]
name = "crate"
box = [0.3, 0.3, 0.3]
track = { file = "crate.csv" }
"""


def test_a_scene_file_is_a_source_and_so_are_the_files_that_it_names(folder: Path) -> None:
    np.savetxt(
        folder / "crate.csv", np.tile([5.0, 0, 0.15, 0, 0, 0, 1], (FRAMES, 1)), delimiter=","
    )
    (folder / "scene.toml").write_text(SCENE)
    (folder / "listing.toml").write_text('[[clip]]\npath = "scene.toml"\n')
    for file in ("scene.toml", "listing.toml"):
        (source,) = read_sources([folder / file])
        assert source.name == "scene"
        assert {path.name for path in source.files.values()} == {"scene.toml", "a.npy", "crate.csv"}
    clip = source.read()
    assert [prop.name for prop in clip.scene.props] == ["crate"]
    (folder / "scene.toml").write_text("[clip")
    assert list(source.files) == ["source"]


@pytest.mark.slow
def test_a_clip_that_fails_is_counted_and_stops_nothing(folder: Path) -> None:
    (folder / "b.npy").write_bytes(b"not an array")
    with (folder / "clips.toml").open("a") as file:
        file.write('\n[[clip]]\npath = "c.npy"\n')
    first = made(folder)
    by_clip = {(r["clip"], r["variant"]): r for r in first.records}
    assert {r["status"] for (clip, _), r in by_clip.items() if clip == "a"} <= set(MADE)
    assert by_clip["b", "original"]["status"] == "failed"
    assert "b.npy" in by_clip["b", "original"]["reason"]
    assert by_clip["c", "original"]["reason"].endswith("c.npy cannot be read")
    assert len(first.failed) == 6
    assert first.card["failed"] == 6
    np.save(folder / "b.npy", walking(FRAMES))
    assert len(made(folder).failed) == 3  # tried again, and the other is still missing


@pytest.mark.slow
def test_limits_of_time_and_memory_are_failures_with_their_reason(folder: Path) -> None:
    (folder / "clips.toml").write_text("[[clip]]" + LISTING.split("[[clip]]")[1])
    np.save(folder / "a.npy", walking(20 * FRAMES))  # long enough to be looked at on the way
    slow = made(folder, spec=None, time_limit=1e-3)
    assert {r["reason"] for r in slow.failed} == {"took more than 0.001 s"}
    large = made(folder, spec=None, memory_limit=50 * 2**20)
    (record,) = large.failed
    assert "MiB of memory" in record["reason"]
    assert not results(folder / "out")


@pytest.mark.slow
def test_a_batch_that_is_killed_loses_only_what_was_in_flight(folder: Path) -> None:
    command = [sys.executable, "-m", "kinemesh.cli", "batch", str(folder / "clips.toml")]
    command += ["--out", str(folder / "out"), "--spec", str(folder / "aug.toml")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    manifest = folder / "out" / "manifest.jsonl"
    until = time.monotonic() + 120.0
    while not manifest.exists() or manifest.read_bytes().count(b"\n") < 2:
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.01)
    workers = _children(process.pid)
    assert workers
    process.send_signal(signal.SIGKILL)
    process.wait()
    until = time.monotonic() + 10.0
    while any(map(_alive, workers)):  # they end by themselves
        assert time.monotonic() < until
        time.sleep(0.01)
    done = lines(folder / "out")
    for record in done:  # what the manifest lists is whole
        assert all((folder / "out" / name).is_file() for name in record["files"])
    with manifest.open("ab") as file:
        file.write(b'{"clip": "b", "variant": "cut o')
    (folder / "out" / "kept").mkdir(exist_ok=True)
    (folder / "out" / "kept" / ".kinemesh-torn.npz").write_bytes(b"half")
    again = made(folder)
    assert again.done == 6 - len(done)
    assert not again.failed
    assert not list((folder / "out").rglob(".kinemesh-*"))
    assert len(lines(folder / "out")) == 6
    made(folder, "whole")
    assert results(folder / "out") == results(folder / "whole")


def _children(parent: int) -> list[int]:
    """Processes that another has started."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.slow
def test_rejected_motions_are_kept_out_with_their_reason(folder: Path) -> None:
    # Every other frame 2 cm ahead: feet that stand for the ruler are shaken with the body.
    shaken = walking(24)
    shaken[::2, :, 0] += 0.02
    np.save(folder / "a.npy", shaken)
    listing = LISTING.split("[[clip]]")[1]
    (folder / "clips.toml").write_text(f"[[clip]]{listing}")
    told: list[Any] = []
    done = made(folder, spec=None, format="unitree-csv", progress=lambda *now: told.append(now))
    (record,) = done.records
    assert told == [(0, 1, None), (1, 1, record)]
    assert record["status"] == "rejected"
    assert record["reason"] and record["failed"]
    assert list(results(folder / "out")) == ["rejected/a/original.npz"]
    assert done.card["kept"] == 0 and done.card["rejected"] == 1
    assert done.card["rejected_for"].keys() == set(record["failed"])


@pytest.mark.slow
def test_the_command_says_by_its_status_whether_something_failed(
    folder: Path, kinemesh_command: Command
) -> None:
    arguments = ("batch", folder / "clips.toml", "--out", folder / "out")
    good = kinemesh_command(*arguments)
    assert good.status == 0
    assert "0 failed" in good.out
    assert re.search(r"rate: [\d.]+ frames/s, \d+ variants/h; at this rate 8\.38 h", good.out)
    card = json.loads((folder / "out" / "card.json").read_text())
    assert card["clips"] == 2 and sum(card[status] for status in MADE) == 2
    assert "| clips | 2 |" in (folder / "out" / "card.md").read_text()
    (folder / "b.npy").unlink()
    bad = kinemesh_command(*arguments)
    assert bad.status == 1
    assert "1 failed" in bad.out
    assert kinemesh_command(*arguments, "--format", "nonsense").status == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte."""
    with mounted(tmp_path / "disk", "size=512k") as place:
        yield place


@pytest.mark.slow
@pytest.mark.parametrize("room", [0, 16 << 10])
def test_a_full_disk_ends_the_batch_and_with_room_it_goes_on(
    folder: Path, small_disk: Path, kinemesh_command: Command, room: int
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes((512 << 10) - room - (16 << 10)))
    arguments = ("batch", folder / "clips.toml", "--out", small_disk / "out")
    arguments += ("--spec", folder / "aug.toml")
    if not room:
        fill(small_disk)
    full = kinemesh_command(*arguments)
    assert full.status == 2
    assert "No space left" in full.err and "Traceback" not in full.err
    assert len(full.err.strip().splitlines()) == 1
    assert not list(small_disk.rglob(".kinemesh-*"))
    out = small_disk / "out"
    done = lines(out) if (out / "manifest.jsonl").exists() else []
    for record in done:  # whole lines on whole files
        assert record["status"] in MADE
        assert all(sha256(out / name) == digest for name, digest in record["files"].items())
    ballast.unlink()
    after = made(folder, str(out))
    assert after.done == 6 - len(done) and not after.failed


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_its_variant_and_nothing_else(folder: Path) -> None:
    killed: list[int] = []

    def progress(done: int, total: int, record: Any) -> None:
        if done == 2:  # the clips as they are; the same worker gets a variant next
            killed.extend(w.pid for w in multiprocessing.active_children() if w.name == "kinemesh")
            os.kill(killed[0], signal.SIGKILL)

    first = made(folder, progress=progress)
    assert len(killed) == 1
    assert [r["reason"] for r in first.failed] in ([], ["the worker died (exit status -9)"])
    assert sum(r["status"] in MADE for r in first.records) == 6 - len(first.failed)
    assert not list((folder / "out").rglob(".kinemesh-*"))
    again = made(folder)
    assert again.done == len(first.failed) and not again.failed


def test_two_batches_do_not_write_to_one_folder(folder: Path) -> None:
    import fcntl

    (folder / "out").mkdir()
    with open(folder / "out" / ".lock", "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(WriteError, match="another batch"):
            made(folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[clip]]\npath = 'a.npy'\nheigth = 1.8", "unknown key 'heigth'"),
        ("[[clip]]\nheight = 1.8", "[[clip]] 1 lacks path"),
        ("[[clip]]\npath = 'a.npy'\nheight = 'tall'", "expected a number"),
        ("[[clip]]\npath = 3", "expected a text"),
        ("[[clip]]\npath = 'a.npy'\nclean = 1", "true or false"),
        ("[[clip]]\npath = 'a.npy'\nname = '../a'", "no name for a folder"),
        ("[[clip]]\npath = 'a.npy'\n[[clip]]\npath = 'x/A.npy'", "both called"),
        ("clips = 1", "unknown key 'clips'; did you mean 'clip'?"),
        ("", "no sources"),
        ("[[clip", "not valid TOML"),
    ],
)
def test_a_listing_holds_nothing_unknown(folder: Path, text: str, said: str) -> None:
    (folder / "clips.toml").write_text(text)
    with pytest.raises(ReadError) as caught:
        read_sources([folder / "clips.toml"])
    assert said in str(caught.value)


def test_what_is_wrong_from_the_start_is_said_before_any_work(folder: Path) -> None:
    for options in ({"workers": 0}, {"time_limit": 0.0}, {"format": "x"}, {"robot": "nobody"}):
        with pytest.raises(KinemeshError):
            made(folder, **options)
    with pytest.raises(ReadError, match="does not exist"):
        batch([folder / "nothing.npy"], folder / "out")
    assert not (folder / "out").exists()


@pytest.mark.slow
def test_motions_that_were_not_judged_in_full_are_set_apart(folder: Path) -> None:
    steps = np.load(folder / "a.npy")
    steps[..., 0] += np.linspace(0.0, 1.0, len(steps))[:, None]  # the feet slide all the while
    np.save(folder / "a.npy", steps)
    (folder / "clips.toml").write_text("[[clip]]" + LISTING.split("[[clip]]")[1])
    told: list[Any] = []
    done = made(folder, spec=None, format="unitree-csv", progress=lambda *now: told.append(now))
    (record,) = done.records
    assert record["status"] == "unsure" and record["failed"] == [], record["verdict"]
    assert record["reason"] == record["verdict"] and record["reason"].startswith("unsure: ")
    assert "stance.drift_max" in record["doubts"]
    assert list(results(folder / "out")) == ["unsure/a/original.npz"]
    assert (done.card["kept"], done.card["unsure"], done.card["pass_rate"]) == (0, 1, 0.0)
    assert done.card["hours"] == 0.0
    assert done.card["unsure_for"].keys() == set(record["doubts"])
    assert "Unsure for" in (folder / "out" / "card.md").read_text()
    assert made(folder, spec=None, format="unitree-csv").done == 0
