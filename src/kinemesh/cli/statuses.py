"""What exit statuses mean, in every command."""

from __future__ import annotations

from collections.abc import Mapping

DONE = 0
FOUND = 1
WRONG = 2
STOPPED = 130
UNREAD = 141

MEANINGS: Mapping[int, str] = {
    DONE: "done",
    FOUND: "done, and what was looked for is there, or is not as it should be: see the command",
    WRONG: "something that was given is wrong: one line on standard error says what",
    STOPPED: "stopped by Ctrl-C: nothing was written; `batch` keeps what was done, and `live` and "
    "`view`, which are meant to end so, end with 0",
    UNREAD: "nobody read what was printed, as `head` does",
}
"""Status to what it means."""

ONE: Mapping[str, str] = {
    "evaluate": "with `--strict`: the verdict is fail, or unsure",
    "simulate": "with `--strict`: a seed did not follow to the end",
    "convert": "with `--strict`: what held before does not hold in the file",
    "terrain": "level ground explains the motion, and nothing was written",
    "batch": "something could not be made",
    "lint": "something was found",
    "robot check": "something is to be mended",
    "doctor": "something is broken",
}
"""Command to what 1 means there; the others do not end with it."""
