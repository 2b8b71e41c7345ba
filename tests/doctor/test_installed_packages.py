"""Versions, bounds, extras, kernel and data: ok, odd or broken, with what to do."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import kinemesh.kernel
from kinemesh.doctor import kernels, machine, packages
from kinemesh.doctor.report import Finding

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
ASKED = ["numpy>=2.0", "pin<5,>=4.0", 'viser<2,>=1.1; extra == "viewer"']


def found(
    monkeypatch: pytest.MonkeyPatch, installed: dict[str, str], asked: list[str] = ASKED
) -> dict[str, Finding]:
    """What is said of packages that are installed so."""

    def version(name: str) -> str:
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(metadata, "requires", lambda name: asked)
    monkeypatch.setattr(metadata, "version", version)
    return {one.name: one for one in packages.packages()}


def test_every_extra_for_users_says_what_it_gives() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = set(project["optional-dependencies"])
    assert extras - {"test", "dev", "docs"} == set(packages.EXTRAS)


def test_versions_within_their_bounds_are_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    told = found(monkeypatch, {"numpy": "2.1.0", "pin": "4.0.1", "viser": "1.2"})
    assert [one.state for one in told.values()] == ["ok", "ok", "ok"]
    assert told["numpy"].found == "2.1.0 (>=2.0)"
    assert told["viewer"].facts["installed"] == {"viser": "1.2"}


def test_a_dependency_that_is_missing_or_out_of_bounds_is_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = found(monkeypatch, {"pin": "5.1"})
    assert (told["numpy"].state, told["pin"].state) == ("broken", "broken")
    assert told["numpy"].mend == 'pip install "numpy>=2.0"'
    assert "5.1" in told["pin"].found and "<5" in told["pin"].found


def test_an_extra_may_be_missing_and_has_to_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    core = {"numpy": "2.1.0", "pin": "4.0.1"}
    missing = found(monkeypatch, core)["viewer"]
    assert missing.state == "ok" and 'pip install "kinemesh[viewer]"' in missing.mend
    strange = found(monkeypatch, {**core, "viser": "0.2"})["viewer"]
    assert strange.state == "odd" and "0.2" in strange.found and strange.mend


def test_a_package_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", none)
    (one,) = packages.packages()
    assert one.state == "odd" and one.mend


def test_an_extra_of_several_packages_names_those_that_are_missing() -> None:
    wanted = [Requirement("numpy>=2"), Requirement("no-such-package-anywhere")]
    one = packages.extra_finding("both", "something", wanted)
    assert one.found == "not installed (no-such-package-anywhere): something"


def test_the_kernel_in_use_is_told_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinemesh.kernel, "available", lambda: True)
    assert kernels.kernel_in_use().state == "ok"
    monkeypatch.setattr(kinemesh.kernel, "available", lambda: False)
    assert kernels.kernel_in_use().facts["kernel"] == "reference"
    none = kernels._reference(["native.py", "_native.pyi"])
    assert none.state == "odd" and "was built" in none.found and "compiler" in none.mend
    other = kernels._reference(["_native.cpython-39-x86_64-linux-gnu.so", "_native.pyi"])
    assert "another Python" in other.found


def test_more_threads_than_cores_are_odd(monkeypatch: pytest.MonkeyPatch) -> None:
    library = {"user_api": "blas", "internal_api": "openblas", "num_threads": 64}
    monkeypatch.setattr(machine, "threadpool_info", lambda: [library])
    monkeypatch.setattr(machine, "usable_cores", lambda: 2)
    threads = {one.name: one for one in machine.machine()}["threads"]
    assert threads.state == "odd" and "64" in threads.found and "2 or less" in threads.mend


def test_a_folder_of_recordings_is_told_by_what_is_in_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "one.bvh").touch()
    states = {}
    for value in ("", str(tmp_path), str(tmp_path / "none")):
        monkeypatch.setenv("KINEMESH_DATA", value)
        told = {one.name: one for one in machine.data()}["recordings"]
        assert str(tmp_path) not in told.found
        states[value] = (told.state, told.facts.get("found"))
    assert list(states.values()) == [("ok", None), ("ok", True), ("odd", False)]


def test_robots_that_are_missing_are_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {one.name: one for one in machine.data()}["robots"]
    assert told.state == "ok" and "g1" in told.facts["robots"]
    monkeypatch.setattr(machine, "robot_names", lambda: ())
    assert {one.name: one for one in machine.data()}["robots"].state == "broken"
