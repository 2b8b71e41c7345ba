"""Messages as a sender makes them."""

from __future__ import annotations

import json
import socket

import numpy as np


def frame_text(positions: np.ndarray, **more: object) -> str:
    """A frame's message, of joints ``(J, 3)``."""
    return json.dumps({"positions": positions.tolist(), **more})


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
