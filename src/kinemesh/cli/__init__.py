"""Commands: ``retarget``, ``evaluate``, ``convert``, ``lint``, ``demo``, ``robot``, ``info``, ..."""

from kinemesh.cli.entry import main

__all__ = ["main"]
