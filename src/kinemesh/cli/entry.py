"""The entry: which command is meant, and what an error looks like."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import tyro
from rich.console import Console

from kinemesh._version import __version__
from kinemesh.cli.commands.augmenting import AugmentCommand
from kinemesh.cli.commands.batching import BatchCommand
from kinemesh.cli.commands.converting import ConvertCommand
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
from kinemesh.cli.names import renamed
from kinemesh.cli.wording import options_of, worded
from kinemesh.errors import KinemeshError

_FAILED = 2
"""Exit status when something given was wrong."""
_UNREAD = 141
"""And when nobody reads what is printed, as a shell has it."""


Command = (
    Annotated[RetargetCommand, tyro.conf.subcommand("retarget")]
    | Annotated[EvaluateCommand, tyro.conf.subcommand("evaluate")]
    | Annotated[SimulateCommand, tyro.conf.subcommand("simulate")]
    | Annotated[ReportCommand, tyro.conf.subcommand("report")]
    | Annotated[RenderCommand, tyro.conf.subcommand("render")]
    | Annotated[ViewCommand, tyro.conf.subcommand("view")]
    | Annotated[LiveCommand, tyro.conf.subcommand("live")]
    | Annotated[ConvertCommand, tyro.conf.subcommand("convert")]
    | Annotated[TerrainCommand, tyro.conf.subcommand("terrain")]
    | Annotated[AugmentCommand, tyro.conf.subcommand("augment")]
    | Annotated[BatchCommand, tyro.conf.subcommand("batch")]
    | Annotated[LintCommand, tyro.conf.subcommand("lint")]
    | Annotated[DemoCommand, tyro.conf.subcommand("demo")]
    | Annotated[InfoCommand, tyro.conf.subcommand("info")]
    | Annotated[RobotCommand, tyro.conf.subcommand("robot")]
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
        return _UNREAD


def _run(arguments: Sequence[str] | None) -> int:
    given = renamed(sys.argv[1:] if arguments is None else arguments)
    if given in (["--version"], ["version"]):
        Console().print(__version__, highlight=False)
        return 0
    command = tyro.cli(
        Command,
        prog="kinemesh",
        description="Human motion to humanoid robot trajectories; --version says which version.",
        args=given,
        config=(tyro.conf.FlagCreatePairsOff, tyro.conf.CascadeSubcommandArgs),
    )
    try:
        return int(command.run(Console()))
    except KinemeshError as error:
        if command.debug:
            raise
        text = f"error: {worded(str(error), options_of(command))}"
        Console(stderr=True, soft_wrap=True).print(
            text, style="bold red", highlight=False, markup=False
        )
        return _FAILED
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped: nothing was written", style="bold red")
        return 130
