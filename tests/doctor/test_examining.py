"""An examination says all that a report of a fault needs, and nothing private."""

from __future__ import annotations

import getpass
import json
import platform
from pathlib import Path

import pytest

from kinemesh import doctor
from kinemesh.doctor import Examination, Finding, examining
from kinemesh.doctor.report import without_paths


def test_a_self_test_that_falls_is_broken_and_the_rest_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def falls(progress: object) -> None:
        raise OSError("/home/jane/secret project/robots/g1/robot.urdf: no such file")

    monkeypatch.setattr(examining, "self_test", falls)
    examined = doctor.examine()
    assert not examined.sound
    (broken,) = examined.having("broken")
    assert (broken.part, broken.name) == ("self test", "run")
    assert "OSError" in broken.found and broken.mend
    assert "jane" not in broken.found and "robot.urdf" in broken.found
    assert {"machine", "packages", "kernel", "data"} <= {one.part for one in examined.findings}


def test_nothing_private_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KINEMESH_DATA", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "/home/jane")
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    monkeypatch.setattr(examining, "self_test", lambda progress: [])
    said = json.dumps(doctor.examine().as_dict())
    private = [str(Path.home()), str(tmp_path), "hunter2", "/home/jane", platform.node()]
    private += [f"/{getpass.getuser()}/", str(Path(doctor.__file__).parent)]
    assert [text for text in private if text and text in said] == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/home/jane/a/b.npz is damaged", "b.npz is damaged"),
        ("see '~/mocap/clip.bvh'", "see 'clip.bvh'"),
        (r"C:\Users\jane\clip.bvh", "clip.bvh"),
        ("12 frames/s at 3 m/s", "12 frames/s at 3 m/s"),
        ("no path at all", "no path at all"),
    ],
)
def test_paths_leave_their_last_part(text: str, left: str) -> None:
    assert without_paths(text) == left


def test_what_is_odd_is_sound() -> None:
    odd = Finding("a", "b", "odd", "c", "d")
    assert Examination((odd,)).sound
    assert not Examination((odd, Finding("a", "b", "broken", "c"))).sound
