from __future__ import annotations

import subprocess
import sys
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


@pytest.mark.parametrize(
    "module",
    ["constraints", "objectives", "matching", "motion", "problem", "recordings", "robot", "viewer"],
)
def test_every_room_lists_names_that_it_has(module: str) -> None:
    room = __import__(f"kinemesh.{module}", fromlist=["__all__"])
    assert all(hasattr(room, name) for name in room.__all__)


def test_every_error_raised_on_purpose_is_a_kinemesh_error() -> None:
    from kinemesh import errors

    kinds = [v for v in vars(errors).values() if getattr(v, "__module__", "") == errors.__name__]
    kinds = [kind for kind in kinds if isinstance(kind, type)]
    assert len(kinds) > 5
    assert all(issubclass(kind, kinemesh.KinemeshError) for kind in kinds)
    assert all(getattr(kinemesh, kind.__name__) is kind for kind in kinds)
