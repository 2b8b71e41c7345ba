from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from commands import Command
from kinemesh import RobotModel, demos


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, robot: RobotModel) -> Path:
    """A few steps, as Unitree's table."""
    path = tmp_path_factory.mktemp("good") / "walk.csv"
    result = kinemesh.retarget(demos.walk().crop(30, 60), robot)
    kinemesh.write(result, path, format="unitree-csv")
    return path


@pytest.fixture
def bad(good: Path, tmp_path: Path) -> Path:
    """The same, its joints in degrees and its feet in the air."""
    table = np.loadtxt(good, delimiter=",")
    table[:, 7:] = np.rad2deg(table[:, 7:])
    table[:, 2] += 0.08
    np.savetxt(tmp_path / "bad.csv", table, delimiter=",")
    return tmp_path / "bad.csv"


@pytest.mark.slow
def test_a_clean_file_is_status_0(kinemesh_command: Command, good: Path) -> None:
    done = kinemesh_command("lint", good)
    assert (done.status, done.err) == (0, "")
    assert "walk.csv: unitree-csv, 30 frames: clean" in done.out


def test_findings_are_status_1_with_name_evidence_and_mend(
    kinemesh_command: Command, bad: Path
) -> None:
    done = kinemesh_command("lint", bad)
    assert (done.status, done.err) == (1, "")
    assert "2 findings" in done.out
    assert "  degrees: table, columns 7:36" in done.out
    assert "mend: multiply by 0.0174533" in done.out
    assert "  feet-float: table, columns 0:3" in done.out
    assert "mend: move root and props by -0.080 m" in done.out


def test_the_copy_is_mended_and_the_file_is_left_alone(
    kinemesh_command: Command, bad: Path, good: Path, tmp_path: Path
) -> None:
    before = bad.read_bytes()
    done = kinemesh_command("lint", bad, "--fix", tmp_path / "copy.csv")
    assert (done.status, done.err) == (1, "")
    assert f"written: {tmp_path / 'copy.csv'}" in done.out
    assert bad.read_bytes() == before
    assert kinemesh_command("lint", tmp_path / "copy.csv").status == 0
    first, second = (np.loadtxt(p, delimiter=",") for p in (good, tmp_path / "copy.csv"))
    np.testing.assert_allclose(second, first, atol=2e-3)


def test_nothing_is_written_where_nothing_is_wrong(
    kinemesh_command: Command, good: Path, tmp_path: Path
) -> None:
    done = kinemesh_command("lint", good, "--fix", tmp_path / "copy.csv")
    assert done.status == 0 and "no copy was written: nothing is wrong" in done.out
    assert not (tmp_path / "copy.csv").exists()


def test_json_is_a_list_of_reports_and_nothing_else(
    kinemesh_command: Command, good: Path, bad: Path
) -> None:
    done = kinemesh_command("lint", good, bad, "--json")
    assert done.status == 1
    clean, found = json.loads(done.out)
    assert (clean["clean"], clean["findings"], clean["format"]) == (True, [], "unitree-csv")
    assert [f["trap"] for f in found["findings"]] == ["degrees", "feet-float"]
    assert set(found["findings"][0]) == {"trap", "where", "evidence", "mend", "mendable", "note"}


def test_what_cannot_be_read_is_status_2_and_the_others_are_still_looked_at(
    kinemesh_command: Command, good: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.csv").write_text("nothing,of,this\n")
    alone = kinemesh_command("lint", tmp_path / "text.csv")
    assert (alone.status, alone.out, alone.err.count("\n")) == (2, "", 1)
    done = kinemesh_command("lint", tmp_path / "none.npz", good, tmp_path / "text.csv")
    assert done.status == 2
    assert done.err.count("error: ") == 2 and "walk.csv: unitree-csv" in done.out


def test_a_copy_is_of_one_file_and_is_not_the_file(
    kinemesh_command: Command, good: Path, bad: Path, tmp_path: Path
) -> None:
    done = kinemesh_command("lint", good, bad, "--fix", tmp_path / "copy.csv")
    assert done.status == 2 and "--fix writes one copy and 2 files are given" in done.err
    done = kinemesh_command("lint", bad, "--fix", bad)
    assert done.status == 2 and "is the file itself" in done.err
    assert kinemesh_command("lint").status == 2


def test_the_format_and_the_rate_may_be_said(
    kinemesh_command: Command, good: Path, tmp_path: Path
) -> None:
    table = np.loadtxt(good, delimiter=",")[:, [0, 1, 2, 6, 3, 4, 5, *range(7, 36)]]
    np.savetxt(tmp_path / "first.csv", table, delimiter=",")
    assert kinemesh_command("lint", tmp_path / "first.csv").status == 0
    done = kinemesh_command("lint", tmp_path / "first.csv", "--from", "unitree-csv", "--fps", "30")
    assert done.status == 1 and "quaternion-order" in done.out
