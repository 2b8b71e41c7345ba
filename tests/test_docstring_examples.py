"""The examples in docstrings run as they stand, and every name that ``kinemesh`` shows has one.

``kinemesh`` is imported, NumPy is ``np``, and ``walk.bvh`` is a recording in the current folder.
"""

from __future__ import annotations

import doctest
import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinemesh
from bvh_files import DIALECTS, write_bvh

SOURCES = Path(kinemesh.__file__).parent
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_SLOW = (
    "kinemesh.film.frames.pictures",
    "kinemesh.film.writing.film",
    "kinemesh.report.page.report",
    "kinemesh.result.result.Result.plot",
    "kinemesh.testing.checks.check_constraint",
    "kinemesh.testing.checks.check_objective",
)
"""Those that take more than a third of a second."""


def with_examples() -> list[doctest.DocTest]:
    """Every docstring that has any, of the whole package."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    files = (f for f in sorted(SOURCES.rglob("*.py")) if ">>>" in f.read_text(encoding="utf-8"))
    paths = (file.relative_to(SOURCES.parent).with_suffix("").parts for file in files)
    names = (".".join(part for part in path if part != "__init__") for path in paths)
    found = (test for name in names for test in finder.find(import_module(name)))
    return [test for test in found if test.examples]


def example_params() -> list[Any]:
    return [
        pytest.param(test, id=test.name, marks=[pytest.mark.slow] * (test.name in _SLOW))
        for test in with_examples()
    ]


@pytest.mark.parametrize("example", example_params())
def test_an_example_shows_what_happens(
    example: doctest.DocTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bvh(tmp_path / "walk.bvh", DIALECTS["lafan1"], frames=90)
    monkeypatch.chdir(tmp_path)
    example.globs = {"kinemesh": kinemesh, "np": np}
    said: list[str] = []
    failed, tried = doctest.DocTestRunner(optionflags=_FLAGS).run(example, out=said.append)
    assert tried
    assert not failed, "".join(said)


def test_an_example_that_shows_something_else_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ">>> kinemesh.Scene().ground\n1.0\n"
    wrong = doctest.DocTestParser().get_doctest(text, {}, "wrong", None, 0)
    with pytest.raises(AssertionError, match=r"Got:\n +0\.0"):
        test_an_example_shows_what_happens(wrong, tmp_path, monkeypatch)


def test_examples_that_take_long_are_there() -> None:
    assert set(_SLOW) <= {test.name for test in with_examples()}


def lacking(name: str) -> list[str]:
    """What of a name has no example: itself, or methods; a method's may be in its class's."""
    value = getattr(kinemesh, name)
    own = (value.__doc__ or "").partition(">>>")[2]
    if not inspect.isclass(value):
        return [] if own else [name]
    methods = {k: m for k, m in inspect.getmembers(value, inspect.isroutine) if k[0] != "_"}
    ours = {
        k: m for k, m in methods.items() if str(getattr(m, "__module__", "")).startswith("kinemesh")
    }
    alone = {k for k, m in ours.items() if ">>>" not in (m.__doc__ or "")}
    silent = alone - set(re.findall(r"\.(\w+)\(", own))
    return [f"{name}.{k}" for k in silent] + ([] if own or alone != set(ours) else [name])


NAMES = [n for n in kinemesh.__all__ if not inspect.ismodule(getattr(kinemesh, n))]


@pytest.mark.parametrize("name", [n for n in NAMES if n != "__version__"])
def test_every_name_that_the_face_shows_and_its_methods_have_an_example(name: str) -> None:
    assert lacking(name) == []
