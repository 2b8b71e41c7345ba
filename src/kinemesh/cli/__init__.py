"""The commands, ``retarget`` and ``robot`` and the rest: :mod:`kinemesh.cli.entry` lists them."""

from kinemesh.cli.entry import main

__all__ = ["main"]
