"""Progress and colours are for terminals: tried with a pseudo terminal, and with a pipe."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import kinemesh

pty = pytest.importorskip("pty", reason="there are no pseudo terminals")

COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|9[0-7])(?:;\d+)*m")
"""A colour of the foreground."""


@dataclass(frozen=True)
class Shown:
    status: int
    out: bytes
    err: bytes


def run(*arguments: str | Path, terminal: str, script: str = "", **environment: str) -> Shown:
    """The command in a process of its own.

    Args:
        arguments: of the command.
        script: what is run in its place.
        terminal: which of its outputs are one: ``both``, ``out``, ``err`` or ``none``.
        environment: variables.
    """
    left_out = ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
    known = {key: value for key, value in os.environ.items() if key not in left_out}
    known |= {"TERM": "xterm-256color", "COLUMNS": "100"}
    known |= {"PYTHONPATH": str(Path(kinemesh.__file__).parents[1]), **environment}
    screens = {name: pty.openpty() for name in ("out", "err") if terminal in (name, "both")}
    ends = {name: screen[1] for name, screen in screens.items()}
    with subprocess.Popen(
        [sys.executable, *(["-c", script] if script else ["-m", "kinemesh.cli"])]
        + [str(argument) for argument in arguments],
        stdout=ends.get("out", subprocess.PIPE),
        stderr=ends.get("err", subprocess.PIPE),
        env=known,
    ) as process:
        for end in ends.values():
            os.close(end)
        seen = {name: drained(screen[0]) for name, screen in screens.items()}
        out, err = process.communicate(timeout=120)
    return Shown(process.returncode, seen.get("out", out), seen.get("err", err))


def drained(screen: int) -> bytes:
    """Everything that is written to a pseudo terminal until nobody has it open."""
    parts = []
    while True:
        try:
            part = os.read(screen, 65536)
        except OSError:  # Linux says so that the other end is closed
            break
        if not part:
            break
        parts.append(part)
    os.close(screen)
    return b"".join(parts)


def test_progress_is_on_a_terminal_with_counts_and_time_left(recorded: Path, out: Path) -> None:
    done = run("retarget", recorded, "-o", out, terminal="err")
    assert done.status == 0
    # The last of each bar: how much of what is before it is seen is a matter of time.
    assert b"steps: whole clip, 4 of 4" in done.err and b"24/24" in done.err
    assert b"steps: judging" in done.err and b"0:00 left" in done.err
    assert b"\x1b" not in done.out and b"verdict" in done.out  # a pipe has the report alone


@pytest.mark.slow
def test_there_is_no_progress_where_errors_go_to_no_terminal(recorded: Path, out: Path) -> None:
    done = run("retarget", recorded, "-o", out, terminal="out", FORCE_COLOR="1")
    assert (done.status, done.err) == (0, b"")
    assert COLOUR.search(done.out)
    assert b"judging" not in done.out


@pytest.mark.slow
def test_json_is_not_coloured_on_a_terminal(recorded: Path) -> None:
    done = run("info", recorded, "--json", terminal="out")
    assert (done.status, done.err) == (0, b"")
    assert b"\x1b" not in done.out and json.loads(done.out)["frames"]


SEVERAL = """
import sys
from kinemesh.cli import main
for words in (["--help"], ["dance"], ["evaluate", "there-is-none.npz"]):
    try:
        status = main(words)
    except SystemExit as stopped:
        status = stopped.code
    for stream in (sys.stdout, sys.stderr):
        print("ended:", status or 0, file=stream, flush=True)
"""


def several(terminal: str, **environment: str) -> list[bytes]:
    """What help, a usage error and an error look like, each on both outputs."""
    done = run(script=SEVERAL, terminal=terminal, **environment)
    outputs = [re.split(rb"ended: (\d)\r?\n", text) for text in (done.out, done.err)]
    assert [part[1::2] for part in outputs] == [[b"0", b"2", b"2"]] * 2
    return [out + err for out, err in zip(outputs[0][:6:2], outputs[1][:6:2], strict=True)]


@pytest.mark.slow
def test_help_and_errors_are_coloured_on_terminals() -> None:
    assert all(COLOUR.search(text) for text in several("both"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("terminal", "environment"),
    [("both", {"NO_COLOR": "1"}), ("both", {"TERM": "dumb"}), ("none", {})],
)
def test_help_and_errors_are_not_coloured_where_nobody_wants_or_sees_it(
    terminal: str, environment: dict[str, str]
) -> None:
    plain = several(terminal, **environment)
    assert all(plain) and not any(COLOUR.search(text) for text in plain)


@pytest.mark.slow
def test_an_error_in_a_file_has_no_colours_although_the_output_is_a_terminal() -> None:
    done = run("dance", terminal="out")
    assert done.status == 2 and done.err
    assert b"\x1b" not in done.err
