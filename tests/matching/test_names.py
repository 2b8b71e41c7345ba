from __future__ import annotations

from pathlib import Path

import pytest

from kinemesh.matching.names import distinct_names


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["x/a.npz", "y/b.npz"], ["a", "b"]),
        (["x/a.npz", "y/a.npz"], ["x/a", "y/a"]),
        (["x/a.npz", "x/a.csv"], ["x/a.npz", "x/a.csv"]),
        (["u/x/a.npz", "v/x/a.npz"], ["u/x/a.npz", "v/x/a.npz"]),
    ],
)
def test_names_are_as_short_as_tells_the_files_apart(paths: list[str], names: list[str]) -> None:
    assert distinct_names([Path(path) for path in paths]) == names


def test_what_has_no_file_has_no_name_of_a_file() -> None:
    assert distinct_names([Path("x/a.npz"), None, None]) == ["a", None, None]
