"""What tests of live share: messages of a walk, and the command in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from live_messages import frame_text

import kinemesh
from commands import walking

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def walk_messages() -> list[str]:
    """A header and the frames of a walk."""
    frames = [frame_text(p, time=k / 30) for k, p in enumerate(walking(24))]
    return [json.dumps({"skeleton": "lafan22", "height": 1.75, "fps": 30}), *frames]


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """A recording of somebody's steps, longer than a stream takes to begin."""
    file = tmp_path / "longer.npy"
    np.save(file, walking(54))
    return file


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a script of this folder in a process; those that still run at the end are ended."""
    running: list[subprocess.Popen[bytes]] = []

    def start(script: str, *arguments: object, delay: float = 0.0) -> subprocess.Popen[bytes]:
        source = str(Path(kinemesh.__file__).parents[1])
        running.append(
            subprocess.Popen(
                [sys.executable, "-W", "error", HERE / script, *map(str, arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join((source, str(HERE.parent))),
                    "KINEMESH_FAKE_DELAY": str(delay),
                },
            )
        )
        return running[-1]

    yield start
    for process in running:
        process.kill()  # who has ended does not mind
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with suppress(BrokenPipeError):  # what was never read
                pipe.close()
