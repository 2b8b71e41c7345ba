"""Real recordings for tests, read in place and never copied."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[2] / "shared"


def recording(path: str) -> Path:
    """The recording at ``path`` below the data folder, or a skip that says where it was sought.

    The folder is ``$KINEMESH_DATA``, else ``../shared/data`` beside the repository. On CI
    (``CI=true``) with a shared folder in place, a missing recording is a failure.
    """
    folder = Path(os.environ.get("KINEMESH_DATA") or _SHARED / "data")
    file = folder / path
    if file.exists():
        return file
    reason = f"no recording {path} in {folder}: set KINEMESH_DATA to the folder of recordings"
    if os.environ.get("CI") == "true" and _SHARED.exists():
        pytest.fail(reason)
    pytest.skip(reason)


def fault(path: str) -> Path:
    """An input that was once misjudged, at ``path`` below the folder ``faults`` beside the data."""
    return recording(f"../faults/{path}")
