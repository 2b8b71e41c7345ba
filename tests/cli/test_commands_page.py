"""docs/commands.md says what the parser, the examples and the statuses say."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import kinemesh
from kinemesh.cli.commands.robots import CheckCommand, NewCommand
from kinemesh.cli.entry import COMMANDS
from kinemesh.cli.examples import EXAMPLES
from kinemesh.cli.statuses import MEANINGS, ONE

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
KINDS = {**COMMANDS, "robot new": NewCommand, "robot check": CheckCommand}
COMMAND_FILES = Path(kinemesh.__file__).parent / "cli" / "commands"


def section(title: str) -> str:
    """The text below a title, up to the next one of any depth."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", TEXT, re.M | re.S)
    assert found is not None, f"docs/commands.md has no section {title}"
    return found[1]


def rows(text: str) -> dict[str, str]:
    """First to second column of the tables in a text."""
    found = re.findall(r"^\| (.*?) \| (.*?) \|$", text, re.M)
    return {first.strip("`"): second for first, second in found}


@pytest.mark.parametrize("command", EXAMPLES)
def test_every_command_has_its_description_and_examples_on_the_page(command: str) -> None:
    said = (inspect.getdoc(KINDS[command]) or "").split("\n\n")[0].replace("\n", " ")
    examples = "\n".join(EXAMPLES[command])
    assert section(command) == f"\n{said}\n\n```sh\n{examples}\n```\n{chr(10) * ends(command)}"


def ends(command: str) -> int:
    """Empty lines below a section: none at the end of the page."""
    return int(command != list(EXAMPLES)[-1])


def test_the_page_has_no_command_that_is_not_there() -> None:
    assert re.findall(r"^### (.*)$", TEXT, re.M) == list(EXAMPLES)


def test_the_page_has_every_exit_status() -> None:
    found = rows(section("Exit statuses"))
    assert {k: v for k, v in found.items() if k.isdecimal()} == {
        str(status): meaning for status, meaning in MEANINGS.items()
    }
    named = found.keys() - map(str, MEANINGS) - {"status", "command"}
    assert {name: found[name] for name in named} == ONE


def test_the_commands_that_end_with_1_are_those_of_the_table() -> None:
    found = {path.stem for path in COMMAND_FILES.glob("*.py") if "FOUND" in path.read_text()}
    assert found == {KINDS[command].__module__.rpartition(".")[2] for command in ONE}


def test_every_variable_of_the_environment_on_the_page_is_one_that_something_reads() -> None:
    named = re.findall(r"`([A-Z_]{5,})`", section("Environment variables"))
    assert {"NO_COLOR", "KINEMESH_DATA", "KINEMESH_PURE_PYTHON", "OMP_NUM_THREADS"} <= set(named)
    sources = [*(ROOT / "src").rglob("*.py"), ROOT / "hatch_build.py"]
    read = {n for path in sources for n in re.findall(r"KINEMESH_[A-Z_]+", path.read_text())}
    assert read == {name for name in named if name.startswith("KINEMESH_")}
