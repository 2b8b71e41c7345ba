"""TOML files: what is wrong is said with the file, the line or the key, and what was expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kinemesh._files import toml
from kinemesh.errors import ReadError, RobotError


def loaded(folder: Path, content: bytes, **options: Any) -> dict[str, Any]:
    (folder / "a.toml").write_bytes(content)
    return toml.load(folder / "a.toml", "a list", **options)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = 1\nb = ]", r"a\.toml is not valid TOML \(.*line 2.*expected a list"),
        (b"a = 1\nb = +", r"not valid TOML \(.*line 2"),
        (b"a = 1\n\nb = '\xff'", r"not valid TOML \(no UTF-8 text at line 3\); expected a list"),
        (b"a." * 5000 + b"a = 1", "not valid TOML"),
        (b"#" * 200, r"holds 200 bytes, more than 100; expected a list"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_with_its_line(
    tmp_path: Path, content: bytes, said: str
) -> None:
    largest = 100 if content.startswith(b"#") else 1 << 20
    with pytest.raises(ReadError, match=said):
        loaded(tmp_path, content, largest=largest)


def test_a_file_that_is_not_there_is_named_in_the_error_that_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(RobotError, match=r"gone\.toml does not exist .*; expected a robot"):
        toml.load(tmp_path / "gone.toml", "a robot", error=RobotError)
    with pytest.raises(ReadError, match="is a folder; expected a list"):
        toml.load(tmp_path, "a list")


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    assert loaded(tmp_path, "a = 'ä'\r\n[b]\nc = [1, 2.5]".encode()) == {
        "a": "ä",
        "b": {"c": [1, 2.5]},
    }


def test_an_unknown_key_is_named_with_the_one_that_was_meant() -> None:
    known = ("height", "fps")
    toml.check_keys("here", {"fps": 1}, known, needed=("fps",))
    with pytest.raises(ReadError) as caught:
        toml.check_keys("here", {"heigth": 1}, known)
    assert str(caught.value) == (
        "here: unknown key 'heigth'; did you mean 'height'? known are height, fps"
    )
    with pytest.raises(ReadError, match=r"unknown key 'q'; known are"):
        toml.check_keys("here", {"q": 1}, known)
    with pytest.raises(ReadError, match="here lacks fps; known are height, fps"):
        toml.check_keys("here", {"height": 1}, known, needed=("fps",))


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        ("a", float, "k = 'a'; expected a number"),
        (True, float, "k = True; expected a number"),
        (float("nan"), float, "k = nan; expected a number"),
        (10**400, float, "expected a number"),
        (1.0, int, "k = 1.0; expected a whole number"),
        (True, int, "expected a whole number"),
        (1, bool, "k = 1; expected true or false"),
        (3, str, "k = 3; expected a text"),
        ("x", list, "expected a list"),
        ([1] * 999, dict, "expected a table"),
    ],
)
def test_a_value_of_another_kind_is_refused_in_words(value: Any, kind: type, said: str) -> None:
    with pytest.raises(ReadError) as caught:
        toml.checked("here", "k", value, kind)
    assert str(caught.value).startswith("here: ") and said in str(caught.value)
    assert len(str(caught.value)) < 120


def test_a_whole_number_will_do_for_a_number() -> None:
    value = toml.checked("here", "k", 3, float)
    assert type(value) is float and value == 3.0


def test_entries_come_with_the_words_that_say_where_they_are() -> None:
    table = {"clip": [{"a": 1}, {"a": 2}], "one": {"a": 1}, "numbers": [1]}
    assert toml.entries("f", table, "clip") == [
        ("f: [[clip]] 1", {"a": 1}),
        ("f: [[clip]] 2", {"a": 2}),
    ]
    assert toml.entries("f", table, "none") == []
    for key in ("one", "numbers"):
        with pytest.raises(ReadError, match=rf"under \[\[{key}\]\]"):
            toml.entries("f", table, key)
