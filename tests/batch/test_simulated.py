"""A batch that simulates keeps what a simulated robot follows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinemesh.physics.simulating as simulating
from commands import Command, walking
from kinemesh import Result, retarget
from kinemesh.augment import Variant
from kinemesh.batch import batch
from kinemesh.batch.card import card
from kinemesh.batch.index import write_index
from kinemesh.batch.line import parsed
from kinemesh.batch.sources import Source
from kinemesh.batch.task import Options, Task, Worker
from kinemesh.batch.tried import Tried
from kinemesh.errors import ClipError, MissingExtra, ReadError
from kinemesh.motion import Clip
from kinemesh.robot import RobotModel

pytest.importorskip("mujoco", reason="needs the package mujoco (extra physics)")


@pytest.fixture
def walk(tmp_path: Path) -> Source:
    np.save(tmp_path / "walk.npy", walking(8))
    return Source(tmp_path / "walk.npy", "walk", skeleton="lafan22", fps=30.0)


@pytest.fixture(scope="module")
def happened(robot: RobotModel, demos: dict[str, Clip]) -> Result:
    return simulating.simulate(retarget(demos["walk"].crop(0, 4), robot), threads=1)


def made(source: Source, out: Path, simulate: bool = True) -> Task:
    return Task(source, Variant(), Options("g1", simulate=simulate), out, {"source": "x"})


@pytest.mark.slow
def test_what_is_followed_is_kept_with_its_figures(walk: Source, tmp_path: Path) -> None:
    worker = Worker("g1")
    plain = worker(made(walk, tmp_path, simulate=False))
    assert plain["simulation"] is None and plain["options"]["simulated"] is None
    record = worker(made(walk, tmp_path))
    assert record["status"] == plain["status"] != "rejected"
    assert record["simulation"]["followed"] is True
    assert record["simulation"]["body_error_mean"] < 0.05
    assert record["options"]["simulated"] == "seed 0"
    assert record["key"] != plain["key"]  # it has to be made again
    assert record["timings"]["simulate"] > 10.0 * plain["timings"]["simulate"]
    assert parsed(json.dumps(record).encode(), tmp_path)["simulation"] == record["simulation"]


def test_what_is_not_followed_is_rejected_with_the_reason(
    walk: Source, tmp_path: Path, happened: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert happened.simulation is not None
    why = "base 0.52 m off at 0.1 s"
    lost = replace(happened.simulation, followed=False, reason=why)
    monkeypatch.setattr(simulating, "simulate", lambda *_, **__: replace(happened, simulation=lost))
    record = Worker("g1")(made(walk, tmp_path))
    assert record["status"] == "rejected"
    assert record["reason"].endswith(f"simulation: {why}")
    assert "simulation" in record["failed"]
    assert list(record["files"]) == ["rejected/walk/original.npz"]
    assert card([record])["rejected_for"]["simulation"] == 1
    row = rows(tmp_path, [record])[0]
    assert (row["followed"], row["status"]) == (False, "rejected")
    assert row["body_error_mean"] == record["simulation"]["body_error_mean"]


def test_what_cannot_be_simulated_is_unsure(
    walk: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def impossible(*given: object, **more: object) -> Result:
        raise ClipError("no convex parts")

    monkeypatch.setattr(simulating, "simulate", impossible)
    record = Worker("g1")(made(walk, tmp_path))
    assert record["status"] == "unsure"
    assert "simulation: no convex parts" in record["reason"]
    assert "simulation" in record["doubts"]
    assert rows(tmp_path, [record])[0]["followed"] is None


def test_what_the_verdict_rejects_is_not_simulated() -> None:
    lost = Tried({"followed": False, "reason": "base 0.52 m off"})
    assert [lost.status(s) for s in ("kept", "unsure")] == ["rejected", "rejected"]
    assert [Tried().status(s) for s in ("kept", "unsure", "rejected")] == [
        *("kept", "unsure", "rejected")
    ]
    assert Tried({"followed": True, "reason": ""}).status("unsure") == "unsure"


def test_a_line_that_no_batch_wrote_is_refused(walk: Source, tmp_path: Path) -> None:
    record = Worker("g1")(made(walk, tmp_path, simulate=False))
    for wrong in ({"followed": 1}, {"followed": True, "ended": "x"}, [], {"reason": ""}):
        line = json.dumps({**record, "simulation": wrong}).encode()
        with pytest.raises(ReadError, match="simulation"):
            parsed(line, tmp_path)


def test_without_mujoco_it_is_said_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kinemesh_command: Command
) -> None:
    monkeypatch.setattr("kinemesh.batch.running.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"kinemesh\[physics\]"):
        batch([tmp_path / "none.npy"], tmp_path / "out", simulate=True)
    done = kinemesh_command("batch", tmp_path / "none.npy", "-o", tmp_path / "out", "--simulate")
    assert done.status == 2 and "kinemesh[physics]" in done.err
    assert not (tmp_path / "out").exists()


def rows(folder: Path, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    parquet = pytest.importorskip("pyarrow.parquet")
    found: list[dict[str, Any]] = parquet.read_table(write_index(folder, records)).to_pylist()
    return found
