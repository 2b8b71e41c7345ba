"""The command: ``kinemesh retarget``, ``evaluate``, ``demo``, ``info``, ``version``."""

from kinemesh.cli.entry import main

__all__ = ["main"]
