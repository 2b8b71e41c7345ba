"""Files that a process of its own reads: what goes wrong in it is an error here, not the end."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh.errors import ReadError

_CHILD = Path(__file__).with_name("child.py")


def read_outside(script: Path, path: Path, *arguments: object, seconds: float) -> dict[str, Any]:
    """The arrays that a script reads of a file, by name.

    Args:
        script: what ``child.py`` loads; it says what the script has to have.
        path: the file.
        arguments: what else the script is told.
        seconds: no file that is read takes so long.

    Raises:
        ReadError: the script refused the file, or it or its library ended without an answer.
    """
    # -P: modules beside the script are none of Python's.
    command = [sys.executable, "-P", str(_CHILD), str(script), str(path.absolute())]
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        run = subprocess.run(
            [*command, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=known,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReadError(f"{path.name}: its reader did not end ({error})") from error
    try:
        with np.load(io.BytesIO(run.stdout), allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
    except Exception as error:
        words = run.stderr.decode(errors="replace").strip().splitlines()
        raise ReadError(
            f"{path.name}: its reader ended with status {run.returncode} "
            f"({words[-1][:120] if words else 'without a word'}): it is cut short or damaged; "
            f"copy, download or export it again"
        ) from error
    if "error" in found:
        raise ReadError(f"{path.name} {bytes(found['error']).decode(errors='replace')}")
    return found
