"""Batches on a real Ray of this machine: the same outcomes, also when its workers are killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pool_work
import pytest

from commands import walking
from kinemesh.batch import batch, cluster
from kinemesh.batch.process import Limits, Outcome
from kinemesh.errors import KinemeshError

ray = pytest.importorskip("ray", reason="needs ray: pip install 'kinemesh[ray]'")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def running() -> Iterator[None]:
    """A Ray with two CPUs; its workers find the tests' modules."""
    with pytest.MonkeyPatch.context() as patch:
        paths = (str(Path(__file__).parent), os.environ.get("PYTHONPATH", ""))
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
        with cluster._connected(ray, None, 2):
            yield
    assert not ray.is_initialized()


def outcomes(tasks: list[Any], make: Any = pool_work.made, **limits: Any) -> dict[Any, Outcome]:
    found: dict[Any, Outcome] = {}

    def done(task: Any, outcome: Outcome) -> list[Any]:
        assert task not in found
        found[task] = outcome
        return []

    cluster.run(tasks, make, done, workers=2, limits=Limits(**limits))
    return found


def test_a_bad_task_is_lost_and_nothing_else() -> None:
    bad = [("raise", "bad"), ("exit", "bad"), ("hang", "bad"), ("spin", "bad")]
    tasks = [("say", 1), *bad, ("say", 2)]
    found = outcomes(tasks, time=3.0)
    assert set(found) == set(tasks)
    said = [str(found[task].error) for task in bad]
    assert said[0] == "ValueError: bad"
    assert said[1] == "the worker died (exit status 3)"
    assert said[2] == said[3] == "took more than 3 s"
    assert [found["say", k].value[0] for k in (1, 2)] == [1, 2]


def test_a_task_that_eats_memory_is_lost_for_that() -> None:
    found = outcomes([("eat", "bad")], memory=400 * 2**20)
    assert "MiB of memory; the limit is 400 MiB" in str(found["eat", "bad"].error)


def test_what_a_killed_worker_had_is_done_again(tmp_path: Path) -> None:
    tasks = [("once", str(tmp_path / "begun")), *(("say", k) for k in range(4))]
    found = outcomes(tasks)
    assert found[tasks[0]].value == 2  # the second try: the first killed its worker of Ray
    assert [found["say", k].value[0] for k in range(4)] == list(range(4))


def test_a_task_that_kills_its_worker_again_and_again_fails(tmp_path: Path) -> None:
    task = ("always", str(tmp_path / "begun"))
    found = outcomes([task, ("say", 1)])
    assert "lost 3 times" in str(found[task].error)
    assert (tmp_path / "begun").read_text() == "xxx"
    assert found["say", 1].value[0] == 1


def test_a_worker_that_cannot_start_ends_the_batch() -> None:
    with pytest.raises(KinemeshError, match="no robot here"):
        outcomes([("say", 1)], pool_work.broken)


def test_a_batch_is_the_same_on_ray_with_a_worker_killed_on_the_way(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", walking(6))
    listing = tmp_path / "clips.toml"
    listing.write_text('[[clip]]\npath = "a.npy"\nskeleton = "lafan22"\nfps = 30\n')
    spec = tmp_path / "aug.toml"
    spec.write_text("[[grid]]\nmotion.speed = [0.9, 1.1, 1.3]\n")
    local = batch([listing], tmp_path / "local", spec=spec, format="mjlab")
    killed: list[int] = []

    def progress(done: int, total: int, record: Any) -> None:
        if done == 1:  # the original is there, two variants are about to be made
            threading.Thread(target=kill_a_worker, args=(killed,)).start()

    spread = batch(
        [listing],
        tmp_path / "ray",
        spec=spec,
        workers=2,
        engine="ray",
        format="mjlab",
        progress=progress,
    )
    assert killed
    assert not spread.failed and spread.done == 4
    assert ray.is_initialized()  # it was not the batch's to shut down
    for key in ("files", "key", "measures"):
        assert [r[key] for r in local.records] == [r[key] for r in spread.records]
    assert files(tmp_path / "ray") == files(tmp_path / "local")
    assert not list((tmp_path / "ray").rglob(".kinemesh-*"))


@pytest.fixture
def head() -> Iterator[tuple[str, int]]:
    """A Ray of its own, started as one is on a cluster: its address and its process."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="r") as folder:  # sockets have short names
        command = [str(Path(sys.executable).parent / "ray"), "start", "--head", "--block"]
        command += [f"--port={port}", "--num-cpus=1", "--object-store-memory=100000000"]
        command += ["--include-dashboard=false", "--include-log-monitor=false"]
        command += ["--disable-usage-stats", f"--temp-dir={folder}"]
        said = Path(folder) / "said"
        with said.open("wb") as file:
            process = subprocess.Popen(
                command,
                env=os.environ | {"RAY_AUTH_MODE": "disabled"},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            until = time.monotonic() + 120.0
            while b"Ray runtime started" not in said.read_bytes():
                assert process.poll() is None and time.monotonic() < until, said.read_text()
                time.sleep(0.1)
            yield f"127.0.0.1:{port}", process.pid
            assert process.poll() is None  # it is not the batch's to end
        finally:
            process.terminate()
            process.wait(60.0)


def test_the_command_works_on_a_ray_that_was_started_before(
    tmp_path: Path, head: tuple[str, int]
) -> None:
    address, pid = head
    np.save(tmp_path / "a.npy", walking(6))
    (tmp_path / "clips.toml").write_text(
        '[[clip]]\npath = "a.npy"\nskeleton = "lafan22"\nfps = 30\n'
    )
    command = [sys.executable, "-m", "kinemesh.cli", "batch", "clips.toml", "--out", "ray"]
    process = subprocess.Popen(
        [*command, "--engine", "ray", "--address", address],
        cwd=tmp_path,
        env=os.environ | {"RAY_AUTH_MODE": "disabled"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    there = False
    while process.poll() is None:
        there = there or any(b"ray::_do" in name for name in under(pid))
        time.sleep(0.02)
    said = process.communicate()[0]
    assert process.returncode == 0, said
    assert there  # the work was done by a worker of that Ray
    assert "0 failed" in said and "1 done now" in said
    batch([tmp_path / "clips.toml"], tmp_path / "local")
    assert files(tmp_path / "ray") == files(tmp_path / "local")


def under(ancestor: int) -> list[bytes]:
    """The command lines of processes that another has started, or they in turn."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if name.startswith(b"ray::") and ours(int(folder.name), ancestor):
            found.append(name)
    return found


def files(out: Path) -> dict[str, bytes]:
    found = (p for p in out.rglob("*") if p.is_file() and p.parent != out)
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in found}


def kill_a_worker(killed: list[int]) -> None:
    """Kill a worker of Ray that is at work on a task of ours, with what it has started."""
    until = time.monotonic() + 60.0
    while time.monotonic() < until:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                name = (folder / "cmdline").read_bytes()
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if name.startswith(b"ray::_do") and ours(parent):
                killed.append(int(folder.name))
                os.kill(killed[0], signal.SIGKILL)
                return
        time.sleep(0.002)


def ours(pid: int, ancestor: int | None = None) -> bool:
    """Whether a process comes from ``ancestor``, or from this one, through all between."""
    while pid > 1:
        if pid == (ancestor or os.getpid()):
            return True
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            return False
    return False
