"""Every option has one name in all commands, and the names that it had before work."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from commands import FRAMES, Command, call
from kinemesh import Result
from kinemesh.cli.names import OLD_NAMES, renamed

COMMANDS = (
    *(
        "retarget",
        "evaluate",
        "simulate",
        "report",
        "render",
        "view",
        "live",
        "convert",
        "terrain",
        "augment",
        "batch",
        "lint",
    ),
    *("demo", "info", "robot new", "robot check", "doctor"),
)

MEANINGS = {
    "frames/s of the file that is given, where it does not say": "--source-fps",
    "frames/s of the recording of --clip, where it does not say": "--clip-fps",
    "frames/s of what is made": "--rate",
    "the robot that is to follow, or whose trajectory is given": "--robot",
    "whose trajectory the recording is that another robot is to follow": "--source-robot",
    "whose trajectory the recording of --clip is": "--clip-robot",
    "the file or folder to write": "--output",
    "the layout of what is written": "--to",
    "the layout of what is read": "--from",
    "the recording that a trajectory answers": "--clip",
    "which motion of a library": "--motion",
    "which of the robot's joints": "--set",
    "shape of the object that is tracked": "--object",
    "shape of what is climbed": "--terrain",
    "what props weigh": "--mass",
    "shapes are cut into convex parts": "--decompose",
    "joint layout of an array": "--skeleton",
    "folder of body models": "--body-model",
    "file of rest joints": "--rest-joints",
    "the person's height": "--height",
    "height of the floor": "--floor",
    "the vertical axis": "--up",
    "length of the unit": "--unit",
    "which joint is which landmark": "--map",
    "when feet stand and hands touch": "--contacts",
    "spikes are taken out": "--clean",
    "what is before is left out": "--start",
    "what is after is left out": "--stop",
    "left and right are exchanged": "--mirror",
    "what keeps its rest posture": "--freeze",
    "which solver": "--solver",
    "the motion is not drawn to what contacts can push": "--no-mechanics",
    "whose lengths the person has who is followed": "--proportions",
    "the solve is shown": "--view",
    "how fast a recording is played": "--speed",
    "the port at which messages are published": "--publish",
    "where messages are written, line by line": "--lines",
    "the address at which senders and subscribers are let in": "--bind",
    "how much of what was answered is kept": "--keep",
    "where the robot's world begins": "--origin",
    "the viewer's port": "--port",
    "the viewer's address": "--host",
    "what the robot looks like": "--meshes",
    "several results in one place": "--overlaid",
    "the paper's metrics": "--official",
    "status 1 where it does not hold": "--strict",
    "a page's title": "--title",
    "no scene in the page": "--no-scene",
    "how many frames of a film": "--frames",
    "a picture's size": "--size",
    "where it is seen from": "--camera",
    "where the person is drawn": "--show-person",
    "which of several people": "--person",
    "which of several people in the recording of --clip": "--clip-person",
    "what becomes of the other people in a file": "--others",
    "what becomes of the other people in the recording of --clip": "--clip-others",
    "which of several motions in a file": "--take",
    "which of several motions in the recording of --clip": "--clip-take",
    "the file of variants": "--spec",
    "an index as a table": "--parquet",
    "what is kept has to be followed": "--simulate",
    "of random numbers": "--seed",
    "how many of them": "--seeds",
    "how far off a simulated robot starts": "--disturbance",
    "processes at once": "--workers",
    "what runs them": "--engine",
    "where Ray is": "--address",
    "longest time of one variant": "--time-limit",
    "most memory of a worker": "--memory-limit",
    "a mended copy": "--fix",
    "where things that move are written": "--objects-to",
    "what a new robot is called": "--name",
    "which way a new robot faces": "--forward",
    "meshes may be missing": "--without-missing-meshes",
    "what is there is replaced": "--overwrite",
    "a picture of the robot": "--picture",
    "a report as JSON": "--json",
    "the traceback of an error": "--debug",
    "this text": "--help",
}
"""A new option is a new meaning, or it is a second name of an old one."""


@pytest.fixture(scope="module")
def helps() -> dict[str, str]:
    """Command to the help that it prints."""
    import contextlib
    import io

    texts = {}
    for command in COMMANDS:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            assert call(lambda: ("", ""), *command.split(), "--help").status == 0
        texts[command] = out.getvalue()
    return texts


def shown(text: str) -> set[str]:
    """The options that a help lists, each at the head of its row."""
    rows = re.findall(r"^[│\s]*((?:-\w[^-\n]*, )?--[a-z].*)$", text, re.M)
    return {name for row in rows for name in re.findall(r"(?<![\w-])--[a-z][a-z-]*", row[:60])}


def test_no_meaning_has_two_names_in_any_command(helps: dict[str, str]) -> None:
    assert len(set(MEANINGS.values())) == len(MEANINGS)
    assert set.union(*map(shown, helps.values())) == set(MEANINGS.values())


def test_no_help_shows_a_name_that_an_option_had_before(helps: dict[str, str]) -> None:
    for command, old in OLD_NAMES.items():
        assert old.keys().isdisjoint(shown(helps[command])), command
        assert set(old.values()) <= shown(helps[command]), command


def test_names_are_changed_with_and_without_an_equals_sign_and_in_their_command_alone() -> None:
    assert renamed(["retarget", "a", "--fps=25", "--resample", "50"]) == [
        *("retarget", "a", "--source-fps=25", "--rate", "50")
    ]
    assert renamed(["convert", "a", "--fps", "50"]) == ["convert", "a", "--rate", "50"]
    assert renamed(["info", "--source_robot", "h1"]) == ["info", "--robot", "h1"]
    assert renamed(["robot", "new", "--out", "x"]) == ["robot", "new", "--out", "x"]
    assert renamed([]) == []


@pytest.mark.slow
def test_old_names_and_new_names_do_the_same(
    kinemesh_command: Command, recorded: Path, tmp_path: Path
) -> None:
    old, new = tmp_path / "old.npz", tmp_path / "new.npz"
    first = ("retarget", recorded, "--stop", "0.3")
    assert kinemesh_command(*first, "--fps", "30", "--resample", "20", "-o", old).status == 0
    assert kinemesh_command(*first, "--source-fps", "30", "--rate", "20", "-o", new).status == 0
    q = Result.load(old).trajectory.q
    assert 1 < len(q) < FRAMES
    np.testing.assert_array_equal(q, Result.load(new).trajectory.q)
    for name in ("--fps", "--rate"):
        written = tmp_path / f"{name[2:]}.csv"
        done = kinemesh_command("convert", old, written, "--to", "unitree-csv", name, "40")
        assert done.status == 0 and "from 20 to 40 frames/s" in done.out.replace("\n", " ")
    assert (tmp_path / "fps.csv").read_bytes() == (tmp_path / "rate.csv").read_bytes()


@pytest.mark.parametrize("word", ["--version", "version"])
def test_the_version_is_printed(kinemesh_command: Command, word: str) -> None:
    done = kinemesh_command(word)
    assert (done.status, done.out.strip(), done.err) == (0, kinemesh.__version__, "")
