"""What a result depends on: inputs, settings and code, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import kinemesh
from kinemesh import kernel
from kinemesh.augment import Variant
from kinemesh.batch.digests import code_sha256, robot_sha256
from kinemesh.batch.sources import Source
from kinemesh.batch.task import Options, Task


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name in ("a.py", "room/b.py", "room/loops.so", "py.typed", "robots/g1/robot.toml"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


def test_another_line_of_code_or_other_compiled_loops_are_other_code(package: Path) -> None:
    found = {code_sha256(package)}
    for change in ("a.py", "room/b.py", "room/loops.so"):
        (package / change).write_text("changed")
        found.add(code_sha256(package))
    (package / "room" / "b.py").rename(package / "room" / "c.py")
    found.add(code_sha256(package))
    assert len(found) == 5


def test_what_computes_nothing_is_no_code(package: Path) -> None:
    before = code_sha256(package)
    (package / "py.typed").write_text("other")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"compiled")
    assert code_sha256(package) == before


def test_the_packages_own_code_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    own = code_sha256()
    assert own == code_sha256(Path(kinemesh.__file__).parent)
    if kernel.available():
        monkeypatch.setattr("kinemesh.batch.digests._CODE", (".py",))
        assert code_sha256() != own  # the compiled loops count


def test_the_key_depends_on_the_code_and_not_on_where_the_batch_lies(tmp_path: Path) -> None:
    options = Options("g1", None, "robot", "code")
    task = Task(Source(tmp_path / "a.npy"), Variant(), options, tmp_path / "out", {"source": "1"})
    assert task.key == replace(task, out=tmp_path / "elsewhere").key
    other = replace(task, options=replace(options, code_sha256="changed"))
    assert other.key != task.key
    assert task.record("kept")["options"]["code_sha256"] == "code"


def test_a_folder_called_like_a_shipped_robot_is_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = robot_sha256("g1")
    (tmp_path / "g1").mkdir()
    (tmp_path / "g1" / "robot.toml").write_text("mine")
    monkeypatch.chdir(tmp_path)
    assert robot_sha256("g1") == before
    assert robot_sha256("./g1") != before
