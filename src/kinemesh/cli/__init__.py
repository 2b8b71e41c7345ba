"""The commands, ``retarget`` and ``robot`` and the rest: :mod:`kinemesh.cli.entry` lists them."""

import sys
from collections.abc import Sequence

from kinemesh.errors import MissingLibrary

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; where not even the library can be loaded, one line and exit status 2."""
    try:
        from kinemesh.cli import entry
    except MissingLibrary as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return entry.main(arguments)
