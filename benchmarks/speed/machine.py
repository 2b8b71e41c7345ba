"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import kinemesh

PACKAGES = ("numpy", "scipy", "pin", "coal", "daqp", "osqp", "threadpoolctl")


def cpu() -> str:
    """The processor's name."""
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def load() -> str:
    """How busy the machine is: mean number of processes that want to run."""
    try:
        return f"{os.getloadavg()[0]:.1f}"
    except OSError:
        return "unknown"


def description() -> str:
    """Date, processor, load, Python and packages, in three lines."""
    versions = []
    for name in PACKAGES:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return "\n".join(
        (
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {cpu()}, {os.cpu_count()} logical cores, "
            f"load {load()} when started; one thread",
            f"Python {platform.python_version()}, kinemesh {kinemesh.__version__}",
            ", ".join(versions),
        )
    )
