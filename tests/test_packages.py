"""What is handed out, built as a release builds it: the sdist, the wheel from it, both kinds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from build import BuildException, ProjectBuilder
from build.env import DefaultIsolatedEnv

import kinemesh
from kinemesh.robot.shipped import robot_names

ROOT = Path(__file__).resolve().parents[1]
SMOKE = ROOT / "packaging" / "smoke.py"
NATIVE = re.compile(r"kinemesh/kernel/_native\.[\w.-]*\.(so|pyd)")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def builders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DefaultIsolatedEnv]:
    """A place that has what the build asks for, and nothing else."""
    requirements = ProjectBuilder(ROOT).build_system_requires
    with DefaultIsolatedEnv() as place:
        try:
            place.install(requirements)
        except (subprocess.CalledProcessError, BuildException) as error:
            pytest.skip(f"no index of packages has {', '.join(sorted(requirements))}: {error}")
        yield place


@pytest.fixture(scope="session")
def sdist(builders: DefaultIsolatedEnv, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of the tree under test."""
    out = tmp_path_factory.mktemp("sdist")
    return Path(ProjectBuilder.from_isolated_env(builders, ROOT).build("sdist", str(out)))


@pytest.fixture(scope="session")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in the source distribution."""
    out = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(out, filter="data")
    (folder,) = out.iterdir()
    return folder


def wheel_of(source: Path, builders: DefaultIsolatedEnv, out: Path) -> Path:
    """The wheel that is built from sources."""
    return Path(ProjectBuilder.from_isolated_env(builders, source).build("wheel", str(out)))


@pytest.fixture(scope="session")
def wheel(
    unpacked: Path, builders: DefaultIsolatedEnv, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The wheel from the source distribution, with its compiled loops; skipped without them."""
    made = wheel_of(unpacked, builders, tmp_path_factory.mktemp("wheel"))
    if made.name.endswith("-none-any.whl"):
        pytest.skip("no C++ compiler: the wheel has no compiled loops")
    return made


@pytest.fixture(scope="session")
def pure(
    unpacked: Path, builders: DefaultIsolatedEnv, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The wheel where PATH leads to no compiler."""
    nothing = str(tmp_path_factory.mktemp("nothing"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", nothing)
        for name in ("CC", "CXX"):
            patch.delenv(name, raising=False)
        return wheel_of(unpacked, builders, tmp_path_factory.mktemp("pure"))


def metadata(wheel: Path, name: str) -> Message:
    """A file of headers in a wheel's own folder."""
    with zipfile.ZipFile(wheel) as archive:
        (place,) = (file for file in archive.namelist() if file.endswith(f".dist-info/{name}"))
        return message_from_bytes(archive.read(place))


def names(wheel: Path) -> set[str]:
    """The files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def judged(wheel: Path, loops: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the smoke test says of an unpacked wheel that nothing but PYTHONPATH leads to."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return subprocess.run(
        [sys.executable, str(SMOKE), loops],
        env={**os.environ, "PYTHONPATH": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_a_wheel_is_for_the_python_and_the_platform_it_was_compiled_on(wheel: Path) -> None:
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    name, version, *tags = wheel.stem.split("-")
    assert (name, version) == ("kinemesh", kinemesh.__version__)
    assert tags[:2] == [python, python]
    assert tags[2] != "any"
    told = metadata(wheel, "WHEEL")
    assert told["Root-Is-Purelib"] == "false"
    assert told["Tag"] == "-".join(tags)


def test_a_wheel_has_one_compiled_module_and_works_with_it(wheel: Path, tmp_path: Path) -> None:
    assert len([name for name in names(wheel) if NATIVE.fullmatch(name)]) == 1
    done = judged(wheel, "native", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "native loops" in done.stdout


def test_without_a_compiler_the_wheel_is_for_every_platform_and_works(
    pure: Path, tmp_path: Path
) -> None:
    assert pure.name == f"kinemesh-{kinemesh.__version__}-py3-none-any.whl"
    assert metadata(pure, "WHEEL")["Root-Is-Purelib"] == "true"
    assert not [name for name in names(pure) if name.endswith((".so", ".pyd"))]
    done = judged(pure, "reference", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_smoke_test_tells_which_loops_are_missing(pure: Path, tmp_path: Path) -> None:
    done = judged(pure, "native", tmp_path)
    assert done.returncode == 1
    assert done.stderr == "the reference loops are in use; expected: the native ones\n"


def test_a_wheel_has_every_module_and_robot_of_the_tree_and_nothing_else(pure: Path) -> None:
    inside = {name for name in names(pure) if ".dist-info/" not in name}
    source = ROOT / "src"
    modules = {
        path.relative_to(source).as_posix()
        for path in (source / "kinemesh").rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".so", ".pyd"}
    }
    robots = {
        f"kinemesh/{path.relative_to(ROOT).as_posix()}"
        for name in robot_names()
        for path in (ROOT / "robots" / name).rglob("*")
        if path.is_file()
    }
    assert "kinemesh/py.typed" in modules
    assert "kinemesh/robots/g1/robot.toml" in robots
    assert inside == modules | robots


def test_a_wheel_carries_the_licence_and_every_notice(wheel: Path) -> None:
    told = metadata(wheel, "METADATA")
    files = {f"robots/{name}/NOTICE" for name in robot_names()} | {"LICENSE", "src/native/NOTICE"}
    assert set(told.get_all("License-File", [])) == files
    kept = {name.partition(".dist-info/licenses/")[2] for name in names(wheel)}
    assert files <= kept


def test_the_description_of_a_wheel_is_the_readme(wheel: Path) -> None:
    told = metadata(wheel, "METADATA")
    assert told["Description-Content-Type"] == "text/markdown"
    assert str(told.get_payload()).strip() == (ROOT / "README.md").read_text("utf-8").strip()


def test_nothing_in_a_wheel_tells_where_it_was_built(
    wheel: Path, unpacked: Path, builders: DefaultIsolatedEnv
) -> None:
    places = [str(place).encode() for place in (ROOT, unpacked, builders.path, sys.prefix)]
    places.append(b"kinemesh-build-")  # the folder that hatch_build.py compiles in
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert not [place for place in places if place in content], name


def test_a_wheel_and_an_sdist_stay_small(wheel: Path, sdist: Path) -> None:
    assert wheel.stat().st_size < 4e6
    assert sdist.stat().st_size < 8e6


def test_an_sdist_has_what_tests_it_and_no_compiled_file(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        inside = {member.name.partition("/")[2] for member in archive.getmembers()}
    for file in ("src/native/bindings.cpp", "packaging/smoke.py", "tests/conftest.py", "LICENSE"):
        assert file in inside
    assert not [name for name in inside if name.endswith((".so", ".pyd", ".pyc"))]
