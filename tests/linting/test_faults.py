"""Every seeded fault is found by its name and nothing else is; what can be mended is."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import FAULTS, Fault
from spoiling import spoil

import kinemesh
from kinemesh.linting import TRAPS, Lint
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.trajectories import WRITERS


def written(result: Result, folder: Path, format: str, name: str = "motion") -> Path:
    suffixes = WRITERS[format].suffixes
    path = folder / f"{name}{suffixes[0] if suffixes else ''}"
    kinemesh.write(result, path, format=format)
    return path


def linted(path: Path, robot: RobotModel, fault: Fault, fix: Path) -> Lint:
    return kinemesh.lint(
        path, robot, format=fault.format if fault.said else None, fps=fault.fps, fix=fix
    )


TABLES = ("lerobot", "parquet")
"""Formats that a process of its own reads."""


def once_a_trap() -> list[object]:
    """Every fault; the first of each trap among the fast tests, the same in other formats not."""
    seen: set[str] = set()
    cases = []
    for fault in FAULTS:
        quick = fault.trap not in seen and fault.format not in TABLES
        marks = [] if quick else [pytest.mark.slow]
        cases.append(pytest.param(fault, id=fault.id, marks=marks))
        if quick:
            seen.add(fault.trap)
    return cases


@pytest.mark.parametrize("fault", once_a_trap())
def test_a_seeded_fault_is_found_by_its_name_and_no_other_is(
    fault: Fault, walked: Result, robot: RobotModel, tmp_path: Path
) -> None:
    path = written(walked, tmp_path, fault.format)
    spoil(path, fault.spoil)
    before = sorted(p.name for p in tmp_path.iterdir())
    copy = tmp_path / f"copy{path.suffix}"
    report = linted(path, robot, fault, copy)
    assert (report.format, report.traps) == (fault.format, (fault.trap,)), report.findings
    assert all(f.evidence and f.mend and f.where for f in report.findings)
    assert all(f.mendable is fault.mendable for f in report.findings)
    if not fault.mendable:
        assert report.written is None and sorted(p.name for p in tmp_path.iterdir()) == before
        assert "nothing that was found can be mended" in report.notes[-1]
        return
    assert report.written == copy
    mended = kinemesh.lint(copy, robot, format=fault.format if fault.said else None)
    assert (mended.format, mended.findings) == (fault.format, ())


def test_every_trap_has_a_seeded_fault() -> None:
    assert {fault.trap for fault in FAULTS} == set(TRAPS)
