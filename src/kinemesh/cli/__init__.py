"""Commands: ``retarget``, ``evaluate``, ``view``, ``convert``, ``lint``, ``demo``, ``info``, ..."""

from kinemesh.cli.entry import main

__all__ = ["main"]
