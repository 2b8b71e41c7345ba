"""A file that a process of its own reads: its answer, and every way in which there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinemesh._files.outside import read_outside
from kinemesh.errors import ReadError

HEAD = """\
import os, time
import numpy as np

MEMORY = 4 << 30
DAMAGED = "is damaged"


class Refused(Exception):
    pass


def content(path, *told):
"""


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "a.dat"
    path.write_bytes(b"1234")
    return path


def script(folder: Path, body: str) -> Path:
    path = folder / "reader.py"
    path.write_text(HEAD + f"    {body}\n")
    return path


def test_arrays_come_by_name_and_the_script_is_told_what_it_is_told(given: Path) -> None:
    body = "return {'size': np.array([os.path.getsize(path)]), 'told': np.array(told)}"
    found = read_outside(script(given.parent, body), given, 3, "four", seconds=60.0)
    assert found["size"].tolist() == [4] and found["told"].tolist() == ["3", "four"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise Refused('holds nothing')", r"^a\.dat holds nothing$"),
        ("raise KeyError('x')", r"^a\.dat is damaged \(KeyError: 'x'\)$"),
        ("os.abort()", r"^a\.dat: its reader ended with status -6 .*export it again"),
        ("os._exit(0)", r"^a\.dat: its reader ended with status 0 \(without a word\)"),
        ("return {'a': np.array([object()])}", r"^a\.dat: its reader ended with status 0"),
        ("return {'a': np.zeros(1 << 30)}", r"^a\.dat is damaged \(.*Memory"),
    ],
)
def test_without_an_answer_it_is_an_error_and_says_why(given: Path, body: str, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        read_outside(script(given.parent, f"np.ones(1)\n    {body}"), given, seconds=60.0)


def test_a_reader_that_does_not_end_is_ended(given: Path) -> None:
    with pytest.raises(ReadError, match=r"^a\.dat: its reader did not end"):
        read_outside(script(given.parent, "time.sleep(600)"), given, seconds=0.5)


def test_modules_beside_the_file_and_the_script_are_none_of_pythons(
    given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (given.parent / "io.py").write_text("raise SystemExit('run')\n")
    (given.parent / "json.py").write_text("raise SystemExit('run')\n")
    monkeypatch.chdir(given.parent)
    body = "import json; return {'a': np.array([1.0])}"
    found = read_outside(script(given.parent, body), given, seconds=60.0)
    np.testing.assert_array_equal(found["a"], [1.0])
