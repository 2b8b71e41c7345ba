"""Help shows examples, and they are command lines that parse."""

from __future__ import annotations

import shlex

import pytest

from commands import Command
from kinemesh.cli.entry import COMMANDS, parsed
from kinemesh.cli.examples import EXAMPLES
from kinemesh.cli.names import renamed
from kinemesh.cli.statuses import MEANINGS

NAMES = [*(name for name in COMMANDS if name != "robot"), "robot new", "robot check"]


def test_every_command_has_an_example() -> None:
    assert set(EXAMPLES) == set(NAMES)
    assert all(1 <= len(lines) <= 2 for lines in EXAMPLES.values())


@pytest.mark.parametrize("command", NAMES)
def test_help_shows_the_examples_whole_above_the_options(
    kinemesh_command: Command, command: str
) -> None:
    done = kinemesh_command(*command.split(), "--help")
    assert done.status == 0
    head = done.out[: done.out.index("show this help message")]
    for line in EXAMPLES[command]:
        assert f"  {line}\n" in head


@pytest.mark.parametrize("command", NAMES)
def test_every_example_is_a_command_line_of_its_command(command: str) -> None:
    for line in EXAMPLES[command]:
        name, *words = shlex.split(line.partition(" > ")[0])
        assert name == "kinemesh"
        assert words[: len(command.split())] == command.split()
        assert len(line) <= 96
        assert renamed(words) == words  # by the names that options have now
        found = parsed(words)
        assert type(found) is COMMANDS[words[0]]
        if words[0] == "robot":
            assert type(vars(found)["do"]).__name__.lower().startswith(words[1])


def test_an_example_with_an_option_that_is_not_there_would_be_found(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        parsed(["doctor", "--colour"])
    assert stopped.value.code == 2
    assert "--colour" in capsys.readouterr().err


def test_the_list_of_commands_is_short_and_says_version_completion_and_statuses(
    kinemesh_command: Command,
) -> None:
    shown = kinemesh_command("--help").out
    assert "--version" in shown and "--completion SHELL" in shown
    assert "Example" not in shown
    assert all(f"• {name}" in shown for name in COMMANDS)
    assert all(f"{status} " in shown for status in MEANINGS if status < 141)
