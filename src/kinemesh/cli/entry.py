"""The entry: which command is meant, and what an error looks like."""

from __future__ import annotations

import inspect
import io
import os
import sys
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Annotated, Any, Protocol

import tyro
from rich.console import Console

from kinemesh._version import __version__
from kinemesh.cli.commands.augmenting import AugmentCommand
from kinemesh.cli.commands.batching import BatchCommand
from kinemesh.cli.commands.converting import ConvertCommand
from kinemesh.cli.commands.doctoring import DoctorCommand
from kinemesh.cli.commands.evaluating import EvaluateCommand
from kinemesh.cli.commands.filming import RenderCommand
from kinemesh.cli.commands.following import LiveCommand
from kinemesh.cli.commands.grounding import TerrainCommand
from kinemesh.cli.commands.info import InfoCommand
from kinemesh.cli.commands.linting import LintCommand
from kinemesh.cli.commands.reporting import ReportCommand
from kinemesh.cli.commands.robots import RobotCommand
from kinemesh.cli.commands.simulating import SimulateCommand
from kinemesh.cli.commands.solving import DemoCommand, RetargetCommand
from kinemesh.cli.commands.viewing import ViewCommand
from kinemesh.cli.completing import completion
from kinemesh.cli.examples import EXAMPLES, with_examples
from kinemesh.cli.names import renamed
from kinemesh.cli.plain import plain_where_asked
from kinemesh.cli.statuses import DONE, STOPPED, UNREAD, WRONG
from kinemesh.cli.wording import options_of, worded
from kinemesh.errors import KinemeshError, OptionError


class Command(Protocol):
    """What a command line comes to."""

    @property
    def debug(self) -> bool:
        """Whether to show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; the exit status."""


COMMANDS: Mapping[str, type[Command]] = {
    "retarget": RetargetCommand,
    "evaluate": EvaluateCommand,
    "simulate": SimulateCommand,
    "report": ReportCommand,
    "render": RenderCommand,
    "view": ViewCommand,
    "live": LiveCommand,
    "convert": ConvertCommand,
    "terrain": TerrainCommand,
    "augment": AugmentCommand,
    "batch": BatchCommand,
    "lint": LintCommand,
    "demo": DemoCommand,
    "info": InfoCommand,
    "robot": RobotCommand,
    "doctor": DoctorCommand,
}
"""Name to command, as help lists them."""

_DESCRIPTION = (
    "Human motion to humanoid robot trajectories.\n\n"
    "  --version           say which version this is\n"
    "  --completion SHELL  print what completes commands and options, in bash or zsh\n\n"
    "Exit status: 0 done; 1 done, and not as it should be; 2 something given is wrong; "
    "130 stopped by Ctrl-C."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; an error is one red line and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names of files may be no text
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Who reads us has had enough; Python would complain once more at its end.
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        return UNREAD


def _run(arguments: Sequence[str] | None) -> int:
    given = renamed(sys.argv[1:] if arguments is None else arguments)
    if given in (["--version"], ["version"]):
        Console().print(__version__, highlight=False)
        return DONE
    try:
        if given[:1] == ["--completion"]:
            sys.stdout.write(completion(given[1:], parsed))
            return DONE
        command = parsed(given)
    except OptionError as error:
        _say(f"error: {error}")
        return WRONG
    try:
        return int(command.run(Console()))
    except KinemeshError as error:
        if command.debug:
            raise
        _say(f"error: {worded(str(error), options_of(command))}")
        return WRONG
    except KeyboardInterrupt:
        _say("stopped: nothing was written")
        return STOPPED


def parsed(given: Sequence[str]) -> Command:
    """The command that a command line asks for.

    Raises:
        SystemExit: it asks for help, or makes no sense; either is said before.
    """
    with plain_where_asked():
        command: Command = tyro.cli(
            _any_of(COMMANDS, told=given[0] if given else ""),
            prog="kinemesh",
            description=_DESCRIPTION,
            args=given,
            config=(tyro.conf.FlagCreatePairsOff, tyro.conf.CascadeSubcommandArgs),
        )
    return command


def _any_of(commands: Mapping[str, type[Command]], told: str) -> Any:
    """One of several commands; all of its description is shown by its own help alone."""
    kinds: list[Any] = []
    for name, kind in commands.items():
        description = inspect.getdoc(kind) or ""
        if name != told:
            description, *_ = description.split("\n\n")
        elif name in EXAMPLES:
            description = with_examples(description, name)
        kinds.append(Annotated[kind, tyro.conf.subcommand(name, description=description)])
    return reduce(or_, kinds)


def _say(text: str) -> None:
    """One red line on standard error."""
    Console(stderr=True, soft_wrap=True).print(
        text, style="bold red", highlight=False, markup=False
    )
