"""A batch that writes a trainer's format retargets at its rate, and judges what it delivers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from commands import walking
from kinemesh import metrics
from kinemesh.augment import Variant
from kinemesh.batch import task as tasks
from kinemesh.batch.sources import Source
from kinemesh.batch.task import Options, Task, Worker
from kinemesh.problem import scaled_scene
from kinemesh.result import Result
from kinemesh.robot import RobotModel, links_of
from kinemesh.trajectories import read_layout
from recordings import fault


def made(source: Source, out: Path, format: str | None, variant: Variant | None = None) -> Task:
    return Task(source, variant or Variant(), Options("g1", format), out, {"source": "x"})


@pytest.mark.slow
def test_a_dance_is_kept_for_what_its_trainers_file_holds_at_50(
    tmp_path: Path, robot: RobotModel
) -> None:
    """Solved at 30/s and interpolated to 50 it would pass as a result and fail as a file."""
    dance = fault("convert_50hz_fails/dance.npy")
    record = Worker("g1")(made(Source(dance, "dance", fps=30.0), tmp_path, "mjlab"))
    assert record["status"] == "kept", record["reason"]
    assert record["fps"] == 50.0
    files = sorted(record["files"])
    assert files == ["kept/dance/original.npz", "mjlab/dance/original.npz"]
    own = Result.load(tmp_path / files[0])
    file = read_layout(*(tmp_path / files[1], robot.joint_names, robot.name), links=links_of(robot))
    np.testing.assert_allclose(file.trajectory.joints, own.trajectory.joints, atol=1e-6)
    clip = kinemesh.read(dance, fps=30.0).resample(50.0)
    score = metrics.evaluate(
        file.trajectory, robot, scene=scaled_scene(clip.scene, own.scale, clip.fps), clip=clip
    )
    assert score.state != "fail", score.verdict
    for name in ("penetration.self.max", "penetration.ground.max", "stance.slip_mean"):
        assert record["measures"][name] == pytest.approx(score.value(name), abs=1e-3)
    assert not list(tmp_path.glob(".kinemesh-*"))


@pytest.fixture
def walk(tmp_path: Path) -> Source:
    np.save(tmp_path / "walk.npy", walking(12))
    return Source(tmp_path / "walk.npy", "walk", skeleton="lafan22", fps=30.0)


@pytest.mark.slow
def test_the_rate_is_the_formats_or_else_the_clips_own(walk: Source, tmp_path: Path) -> None:
    worker = Worker("g1")
    slower = replace(walk, name="slower", rate=20.0)
    wanted = {
        (walk, None): 30.0,
        (walk, "unitree-csv"): 30.0,
        (walk, "mjlab"): 50.0,
        (slower, "gmr"): 20.0,
        (slower, "beyondmimic"): 50.0,
    }
    for (source, format), fps in wanted.items():
        assert worker(made(source, tmp_path, format))["fps"] == fps, (source.name, format)


def test_it_is_the_files_numbers_that_are_judged(
    walk: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that were 5 mm lower than its result would be thrown away with it."""
    worker = Worker("g1")
    good = worker(made(walk, tmp_path, "mjlab"))
    assert "penetration.ground.max" not in good["failed"]
    read = tasks.delivered

    def sunk(*arguments: object, **options: object) -> Result:
        result = read(*arguments, **options)
        q = np.array(result.trajectory.q)
        q[:, 2] -= 0.005
        return replace(result, trajectory=replace(result.trajectory, q=q))

    monkeypatch.setattr(tasks, "delivered", sunk)
    bad = worker(made(replace(walk, name="bad"), tmp_path, "mjlab"))
    assert bad["status"] == "rejected" and "penetration.ground.max" in bad["failed"]
    assert sorted(bad["files"]) == ["rejected/bad/original.npz"]
    assert not (tmp_path / "mjlab" / "bad").exists()
