"""Messages as a sender makes them."""

from __future__ import annotations

import json

import numpy as np


def frame_text(positions: np.ndarray, **more: object) -> str:
    """A frame's message, of joints ``(J, 3)``."""
    return json.dumps({"positions": positions.tolist(), **more})
