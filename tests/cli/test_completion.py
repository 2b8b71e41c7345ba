"""bash, with the script that the command prints, completes commands, options, choices and files."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import Command, call
from kinemesh.cli.entry import COMMANDS

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None, reason="there is no bash")

ASKED = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
registered=$(complete -p kinemesh); function=${registered##*-F }; ${function%% *}
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script, in a file."""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert call(lambda: ("", ""), "--completion", "bash").status == 0
    file = tmp_path_factory.mktemp("completion") / "kinemesh.bash"
    file.write_text(out.getvalue())
    return file


@pytest.fixture
def completed(script: Path, tmp_path: Path) -> Callable[..., set[str]]:
    """What bash offers for the last word of a command line, in a folder with one file."""
    (tmp_path / "walk.npz").touch()

    def completed(*words: str) -> set[str]:
        done = subprocess.run(
            [str(BASH), "--norc", "-c", ASKED, "bash", str(script), "kinemesh", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return set(filter(None, done.stdout.splitlines()))

    return completed


def test_all_commands_are_offered(completed: Callable[..., set[str]]) -> None:
    assert completed("") == set(COMMANDS)
    assert completed("re") == {"retarget", "report", "render"}


def test_the_options_of_a_command_are_offered(completed: Callable[..., set[str]]) -> None:
    assert completed("retarget", "walk.bvh", "--so") == {
        *("--source-fps", "--source-robot", "--solver")
    }
    assert completed("doctor", "--") == {"--json", "--debug", "--help"}
    assert completed("robot", "check", "--") == {"--picture", "--json", "--debug", "--help"}
    assert all(word.startswith("-") for word in completed("retarget", "-"))  # no word of their text


def test_the_choices_of_an_option_are_offered(completed: Callable[..., set[str]]) -> None:
    assert completed("retarget", "--proportions", "") == {"robot", "person"}


def test_commands_below_a_command_are_offered(completed: Callable[..., set[str]]) -> None:
    assert completed("robot", "") == {"new", "check"}


def test_files_are_left_to_the_shell(completed: Callable[..., set[str]], script: Path) -> None:
    assert completed("evaluate", "") == set()
    assert completed("evaluate", "wa") == set()
    assert completed("evaluate", "--clip", "wa") == set()
    last = [line for line in script.read_text().splitlines() if line.startswith("complete ")][-1]
    assert "-o default" in last


def test_zsh_has_a_script_too(kinemesh_command: Command) -> None:
    done = kinemesh_command("--completion", "zsh")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("#compdef kinemesh")


@pytest.mark.parametrize("given", [(), ("ksh",), ("bash", "zsh")])
def test_a_shell_that_is_not_known_is_an_error(
    kinemesh_command: Command, given: tuple[str, ...]
) -> None:
    done = kinemesh_command("--completion", *given)
    assert (done.status, done.out) == (2, "")
    assert "expected one of bash, zsh" in done.err and done.err.count("\n") == 1
