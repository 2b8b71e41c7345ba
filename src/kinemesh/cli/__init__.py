"""The commands, ``retarget`` and ``robot`` and the rest: :mod:`kinemesh.cli.entry` lists them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from kinemesh.errors import MissingLibrary

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, as :func:`kinemesh.cli.entry.main` does.

    What every command needs and is missing, a package or a library of the system, is one line and
    status 2.

    Args:
        arguments: of the command line, without the program's name; those of this process if left
            out.
    """
    try:
        from kinemesh.cli import entry
    except MissingLibrary as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name in ("", "kinemesh"):
            raise
        sys.stderr.write(
            f"error: the module {name} is not installed, and every command needs it: install "
            f"kinemesh with what it asks for, pip install kinemesh\n"
        )
        return 2
    return entry.main(arguments)
