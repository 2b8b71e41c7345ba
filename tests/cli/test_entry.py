"""The command as a process: its exit statuses, help, tracebacks and version."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import kinemesh
from commands import FRAMES, Command
from kinemesh import cli
from kinemesh.errors import ClipError, KinemeshError


def outside(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, warnings as errors."""
    package = str(Path(kinemesh.__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "kinemesh.cli", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": package},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_works_in_a_process_of_its_own(recorded: Path, out: Path) -> None:
    done = outside("retarget", recorded, "-o", out, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["frames"] == FRAMES


def test_the_version_is_the_packages(kinemesh_command: Command) -> None:
    assert kinemesh_command("version").out.strip() == kinemesh.__version__


def test_debug_shows_the_traceback(
    recorded: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows = sys.excepthook  # shows what nobody catches
    with pytest.raises(KinemeshError, match="frame rate"):
        cli.main(["retarget", str(recorded), "-o", str(out), "--fps", "0", "--debug"])
    assert sys.excepthook is shows
    monkeypatch.setattr(sys, "argv", ["kinemesh", "info", str(recorded), "--fps", "0", "--debug"])
    with pytest.raises(ClipError, match="frame rate"):
        runpy.run_module("kinemesh.cli", run_name="__main__")


def test_an_error_in_a_process_of_its_own_is_status_2_and_one_line(tmp_path: Path) -> None:
    done = outside("retarget", tmp_path / "none.npy", "-o", tmp_path / "out.npz")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "none.npy does not exist" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("pinocchio", "error: Pinocchio cannot be loaded"),
        ("tyro", "error: the module tyro is not installed"),
    ],
)
def test_a_package_that_every_command_needs_and_is_not_there_is_one_line(
    module: str, said: str
) -> None:
    script = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "from kinemesh.cli import main; sys.exit(main(['doctor']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(Path(kinemesh.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [[], ["retarget"], ["dance"], ["retarget", "a.npy"], ["demo", "--colour"]]
)
def test_a_command_line_that_makes_no_sense_is_status_2(
    kinemesh_command: Command, arguments: list[str]
) -> None:
    assert kinemesh_command(*arguments).status == 2


def test_help_is_status_0_and_names_every_option(kinemesh_command: Command) -> None:
    done = kinemesh_command("retarget", "--help")
    assert done.status == 0
    for option in ("--output", "--object", "--terrain", "--skeleton", "--height", "--source-fps"):
        assert option in done.out
    for option in ("--robot", "--rate", "--solver", "--json", "--debug", "--floor", "--up"):
        assert option in done.out


def test_stopping_by_hand_is_status_130(
    kinemesh_command: Command, recorded: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kinemesh.matching.recording.read", stop)
    done = kinemesh_command("retarget", recorded, "-o", out)
    assert (done.status, done.err) == (130, "stopped: nothing was written\n")
    assert not out.exists()
