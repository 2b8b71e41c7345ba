"""The command: ``retarget``, ``evaluate``, ``convert``, ``demo``, ``info``, ``version``."""

from kinemesh.cli.entry import main

__all__ = ["main"]
