"""The machine: Python, platform, cores, threads; the robots and recordings that are there."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

from kinemesh._version import __version__
from kinemesh.doctor.report import Finding
from kinemesh.robot.shipped import robot_names

_DATA = "KINEMESH_DATA"
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Environment variables that say how many threads the packages below may start."""


def machine() -> Iterator[Finding]:
    """What kinemesh runs on."""
    how = _installed()
    version = f"{__version__}, {how}"
    yield Finding("machine", "kinemesh", "ok", version, facts={"version": __version__, "from": how})
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield Finding("machine", "python", "ok", python, facts={"version": platform.python_version()})
    kind = platform.platform()
    yield Finding("machine", "platform", "ok", kind, facts={"platform": kind})
    yield _cores()
    yield _threads()


def data() -> Iterator[Finding]:
    """What lies on the disk: robots, and recordings for the tests."""
    robots = list(robot_names())
    if "g1" in robots:
        yield Finding("data", "robots", "ok", ", ".join(robots), facts={"robots": robots})
    else:
        mend = "install kinemesh again: its folder robots/ is missing or not complete"
        yield Finding(
            "data", "robots", "broken", ", ".join(robots) or "none", mend, {"robots": robots}
        )
    yield _recordings()


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _installed() -> str:
    """How the package came here, without saying where it lies."""
    try:
        origin = metadata.distribution("kinemesh").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return "not installed, imported from a folder"
    if origin is None:
        return "installed from a wheel"
    editable = json.loads(origin).get("dir_info", {}).get("editable", False)
    return "installed from a checkout, editable" if editable else "installed from a checkout"


def _cores() -> Finding:
    usable, there = usable_cores(), os.cpu_count() or 1
    found, facts = f"{usable} of {there} usable", {"usable": usable, "cores": there}
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, OSError, ValueError):  # not on every platform
        return Finding("machine", "cores", "ok", found, facts=facts)
    found = f"{found}, {memory:.1f} GiB of memory"
    return Finding("machine", "cores", "ok", found, facts={**facts, "memory_gib": memory})


def _threads() -> Finding:
    """Threads of the libraries below; a retargeting limits BLAS to one for itself."""
    libraries = {
        f"{one['user_api']} ({one['internal_api']})": int(one["num_threads"])
        for one in threadpool_info()
    }
    given = {n: v for n in _THREADS if (v := os.environ.get(n, "")).isdecimal()}
    said = [f"{name} {count}" for name, count in libraries.items()]
    said += [f"{name}={value}" for name, value in given.items()]
    facts: dict[str, Any] = {"libraries": libraries, "environment": given}
    found = f"{', '.join(said) or 'no library with threads'}; retargeting takes one of BLAS"
    if max(libraries.values(), default=1) > usable_cores():
        mend = f"more threads than cores: set {_THREADS[0]} to {usable_cores()} or less"
        return Finding("machine", "threads", "odd", found, mend, facts)
    return Finding("machine", "threads", "ok", found, facts=facts)


def _recordings() -> Finding:
    """The folder of recordings, by how much is in it: where it lies is nobody's business."""
    folder = os.environ.get(_DATA)
    if not folder:
        found = f"{_DATA} is not set: only the project's own tests look for recordings there"
        return Finding("data", "recordings", "ok", found, facts={"set": False})
    if not os.path.isdir(folder):
        return Finding(
            *("data", "recordings", "odd", f"{_DATA} is set, and is no folder"),
            mend=f"set {_DATA} to the folder of recordings, or unset it",
            facts={"set": True, "found": False},
        )
    try:
        count = sum(1 for _ in Path(folder).iterdir())
    except OSError as error:
        found = f"{_DATA} is set, and cannot be read: {error.strerror}"
        facts = {"set": True, "found": False}
        return Finding("data", "recordings", "odd", found, "look at its rights, or unset it", facts)
    found = f"{_DATA} is set, {count} entries"
    return Finding("data", "recordings", "ok", found, facts={"set": True, "found": True})
