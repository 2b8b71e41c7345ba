"""The library names arguments, the command its options."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import kinemesh
from commands import Command
from kinemesh.cli.commands.converting import ConvertCommand
from kinemesh.cli.source import Recording
from kinemesh.cli.wording import options_of, worded

SOURCE = Path(kinemesh.__file__).parent

OPTIONS = {
    name: "--" + {"fps": "source-fps"}.get(name, name)
    for name in ("fps", "up", "clean", "robot", "map", "start")
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("give fps= in frames/s", "give --source-fps in frames/s"),
        ("(fps=)", "(--source-fps)"),
        ("was fps=30.0.", "was --source-fps 30.0."),
        ('give up="y" or up="z"', "give --up y or --up z"),
        ("left in (clean=True takes them out)", "left in (--clean takes them out)"),
        ("robot='g1_base', or robot='my robots/a'", "--robot g1_base, or --robot 'my robots/a'"),
        ("give it as map=FILE.toml:", "give it as --map FILE.toml:"),
        ("start=0.5 leaves out", "--start 0.5 leaves out"),
        ("save numpy.savez('x.npz', poses=d['poses'], trans=t[:, :3], fps=60), as", None),
        ("a/fps=30.npy is empty", None),
        ("my_fps=3, x.fps=3, height=3", None),
    ],
)
def test_arguments_become_options(text: str, said: str | None) -> None:
    assert worded(text, OPTIONS) == (said or text)


def test_an_option_that_the_command_lacks_is_not_named() -> None:
    assert worded("give fps=", {}) == "give fps="


def test_a_command_names_its_own_options() -> None:
    command = ConvertCommand(source=Path("a"), output=Path("b"), to="gmr", recording=Recording())
    options = options_of(command)
    assert options["fps"] == "--source-fps" and options["format"] == "--from"
    assert options["body_model"] == "--body-model"
    assert "source" not in options and options["recording"] == "--clip"
    assert options_of(Recording(), clip=True)["fps"] == "--clip-fps"


@pytest.mark.slow
def test_no_text_of_the_library_names_an_option_of_the_command() -> None:
    found = []
    for path in SOURCE.rglob("*.py"):
        if path.is_relative_to(SOURCE / "cli"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += [
                    f"{path.relative_to(SOURCE)}:{node.lineno} {option}"
                    for option in re.findall(r"(?<![\w<!-])--[a-z][\w-]*", node.value)
                ]
    assert found == []


def test_an_error_of_the_library_comes_out_in_options(
    kinemesh_command: Command, recorded: Path, out: Path
) -> None:
    done = kinemesh_command("retarget", recorded, "--stop", "9", "-o", out)
    assert done.status == 2
    assert done.err == (
        "error: --stop 9 is not in the clip: the clip runs from 0 to 0.767 s (24 frames at "
        "30/s); give a time in it, or leave it out\n"
    )
    done = kinemesh_command("info", recorded)
    assert "give --height to set it" in done.out and "height=" not in done.out
