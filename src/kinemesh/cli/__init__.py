"""Commands: ``retarget``, ``evaluate``, ``convert``, ``lint``, ``demo``, ``info``, ``version``."""

from kinemesh.cli.entry import main

__all__ = ["main"]
