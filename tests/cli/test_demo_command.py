"""``kinemesh demo``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import Command
from kinemesh import Result, demos


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The demos cut to pieces of a few frames, and how many: in full they are solved elsewhere."""
    whole = demos.DEMOS
    starts = {"walk": 40, "lift_box": 90, "step_up": 60}
    assert set(starts) == set(whole)
    cut = {n: lambda n=n: whole[n]().crop(starts[n], starts[n] + 8 + len(n)) for n in whole}
    monkeypatch.setattr(demos, "DEMOS", cut)
    return {name: 8 + len(name) for name in whole}


@pytest.mark.slow
def test_the_demo_writes_three_files_and_one_table(
    kinemesh_command: Command, tmp_path: Path, pieces: dict[str, int]
) -> None:
    done = kinemesh_command("demo", "--out", tmp_path / "new" / "folder")
    assert (done.status, done.err) == (0, "")
    files = sorted((tmp_path / "new" / "folder").iterdir())
    assert [file.name for file in files] == ["lift_box.npz", "step_up.npz", "walk.npz"]
    assert Result.load(files[0]).qpos().shape == (pieces["lift_box"], 7 + 29 + 7)
    for name in ("walk", "lift_box", "step_up", "measure", "limits.joint_excess"):
        assert name in done.out


@pytest.mark.slow
def test_the_demo_reports_as_json(
    kinemesh_command: Command, tmp_path: Path, pieces: dict[str, int]
) -> None:
    done = kinemesh_command("demo", "--out", tmp_path, "--json")
    assert (done.status, done.err) == (0, "")
    report = json.loads(done.out)
    assert set(report) == set(pieces)
    for name, entry in report.items():
        assert entry["frames"] == pieces[name]
        assert entry["score"]["measures"]["limits.velocity_excess"]["passed"] is True


def test_the_demo_makes_the_clips_that_are_named(
    kinemesh_command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kneel = demos.FLOOR["kneel"]
    monkeypatch.setattr(demos, "FLOOR", {**demos.FLOOR, "kneel": lambda: kneel().crop(40, 50)})
    done = kinemesh_command("demo", "kneel", "--out", tmp_path, "--json")
    assert (done.status, done.err) == (0, "")
    assert list(json.loads(done.out)) == ["kneel"]
    assert [file.name for file in tmp_path.iterdir()] == ["kneel.npz"]


def test_a_demo_that_is_not_known_is_named_with_those_that_are(
    kinemesh_command: Command, tmp_path: Path
) -> None:
    done = kinemesh_command("demo", "walk", "craw", "--out", tmp_path / "none")
    assert (done.status, done.out) == (2, "")
    assert "unknown clip 'craw'" in done.err and "did you mean 'crawl'?" in done.err
    assert all(name in done.err for name in (*demos.DEMOS, *demos.FLOOR))
    assert not (tmp_path / "none").exists()


def test_help_names_every_demo(kinemesh_command: Command) -> None:
    shown = kinemesh_command("demo", "--help").out
    assert all(name in shown for name in (*demos.DEMOS, *demos.FLOOR))


def test_a_demo_folder_that_is_a_file_is_found_before_the_work(
    kinemesh_command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demos, "DEMOS", {"walk": lambda: pytest.fail("the work began")})
    (tmp_path / "taken").write_text("text")
    done = kinemesh_command("demo", "--out", tmp_path / "taken")
    assert (done.status, done.out) == (2, "")
    assert "cannot be made" in done.err
