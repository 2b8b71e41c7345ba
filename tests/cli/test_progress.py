"""Commands say on a terminal what they are at; a terminal is a stream that says that it is one."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest

from commands import call, walking
from kinemesh.cli import progress


class Terminal(io.StringIO):
    """Standard error, as a terminal."""

    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make standard error a terminal: within the test, for pytest sets it anew before."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    return screen


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording, and what a robot makes of it."""
    folder = tmp_path_factory.mktemp("progress")
    np.save(folder / "steps.npy", walking())
    made = call(
        lambda: ("", ""),
        *("retarget", folder / "steps.npy", "-o", folder / "steps.npz", "--stop", "0.3"),
        "--json",
    )
    assert made.status == 0
    return folder


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("evaluate steps.npz", ["steps.npz: judging", "15/15"]),
        ("convert steps.npz new.csv --to unitree-csv --rate 60", ["what was read: judging", "new"]),
        ("report steps.npz -o new.html", ["steps: judging", "24/24", "writing new.html", "/10"]),
        (
            "render steps.npz -o new.png --frames 2 --size 160x120",
            ["new.png", "2/2", "scene ready"],
        ),
        ("terrain steps.npy -o new.obj", ["steps.npy: finding what it was made on"]),
        ("info steps.npy", ["reading steps.npy", "finding what touches"]),
        ("lint steps.npz", ["steps.npz: looking for traps"]),
        ("batch steps.npy --output new", ["batch", "1/1"]),
    ],
)
def test_a_command_says_what_it_is_at(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    said: list[str],
) -> None:
    if command.startswith("render"):
        pytest.importorskip("embreex")
    monkeypatch.chdir(folder)
    terminal = on_terminal(monkeypatch)
    assert call(lambda: ("", ""), *command.split()).status in (0, 1)
    shown = terminal.getvalue()
    assert [text for text in said if text not in shown] == []


def test_a_retargeting_counts_its_parts_and_ends_full(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with progress.solving("walk", 4) as tick:
        for done in range(1, 21):
            tick(done, 20)
    shown = terminal.getvalue()
    assert "walk: whole clip, 4 of 4" in shown and "4/4" in shown and "frames/s" in shown


def test_long_names_leave_room_for_figures() -> None:
    assert progress.short("steps.npy") == "steps.npy"
    cut = progress.short("mocap_climb_seq_0_joint_positions_f900-3700.npy")
    assert len(cut) == 32 and cut.startswith("mocap_climb_seq_0") and cut.endswith("…")


def test_names_are_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with progress.working("reading [red]odd[/].bvh"):
        pass
    assert "[red]odd[/].bvh" in terminal.getvalue()


def test_nothing_is_shown_where_it_is_hidden_or_no_terminal_that_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = on_terminal(monkeypatch)
    with progress.bars(hidden=True) as several:
        several.add_task("hidden", total=None)
    monkeypatch.setenv("TERM", "dumb")  # it cannot take a line back
    with progress.working("something"):
        pass
    assert terminal.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", file := io.StringIO())
    with progress.bar("a file") as tick:
        tick(1, 2)
    assert file.getvalue() == ""
