from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

import pytest

import kinemesh

HEAVY = (*("cvxpy", "trimesh", "torch", "viser", "osqp", "matplotlib", "plotly", "embreex", "PIL"),)


def fresh(code: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in an interpreter of its own, warnings as errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )


def test_the_face_lists_its_names_in_order_and_once() -> None:
    assert list(kinemesh.__all__) == sorted(set(kinemesh.__all__))


def test_every_public_name_is_listed_and_every_listed_name_is_there() -> None:
    listed = set(kinemesh.__all__)
    assert all(hasattr(kinemesh, name) for name in listed)
    present = {
        name
        for name, value in vars(kinemesh).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert present == {n for n in listed if not isinstance(getattr(kinemesh, n), ModuleType)} - {
        "__version__"
    }


def test_every_listed_name_says_what_it_is() -> None:
    for name in set(kinemesh.__all__) - {"__version__"}:
        assert getattr(kinemesh, name).__doc__, name


def test_importing_kinemesh_and_showing_a_clip_imports_nothing_heavy_and_prints_nothing() -> None:
    done = fresh(
        "import kinemesh, kinemesh.recordings, sys; kinemesh.demos.walk()._repr_html_(); "
        f"print([n for n in {HEAVY} if n in sys.modules])"
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_importing_kinemesh_imports_what_it_is_made_of_when_it_is_asked_for() -> None:
    """A robot needs neither viewer nor ruler, and a name alone needs nothing."""
    of_all = ("numpy", "scipy", "pinocchio", "coal", "daqp", *HEAVY)
    done = fresh(f"import kinemesh, sys; print([n for n in {of_all} if n in sys.modules])")
    assert done.stdout == "[]\n"
    upper = ("solve", "kernel", "metrics", "viewer", "linting", "augment")
    unasked = (*(f"kinemesh.{n}" for n in upper), "daqp", "scipy.fft", "scipy.ndimage", *HEAVY)
    code = "import kinemesh, sys; kinemesh.RobotModel.load('g1'); "
    done = fresh(f"{code} print([n for n in {unasked} if n in sys.modules])")
    assert done.stdout == "[]\n"


def test_a_name_that_is_not_there_is_no_attribute_and_a_room_is_one() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = kinemesh.nonsense
    assert kinemesh.metrics is import_module("kinemesh.metrics")
    assert set(kinemesh.__all__) <= set(dir(kinemesh))


def test_every_room_lists_names_that_it_has() -> None:
    rooms = [m.name for m in walk_packages(kinemesh.__path__, "kinemesh.") if m.ispkg]
    listing = [room for room in map(import_module, rooms) if hasattr(room, "__all__")]
    assert len(listing) > 10
    for room in listing:
        assert [name for name in room.__all__ if not hasattr(room, name)] == [], room.__name__


def test_every_error_raised_on_purpose_is_a_kinemesh_error() -> None:
    from kinemesh import errors

    kinds = [v for v in vars(errors).values() if getattr(v, "__module__", "") == errors.__name__]
    kinds = [kind for kind in kinds if isinstance(kind, type)]
    assert len(kinds) > 5
    assert all(issubclass(kind, kinemesh.KinemeshError) for kind in kinds)
    assert all(getattr(kinemesh, kind.__name__) is kind for kind in kinds)
