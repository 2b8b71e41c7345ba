"""A person made by hand."""

from __future__ import annotations

import numpy as np

from kinemesh.motion import SKELETONS

PLACES = {
    "pelvis": (0.0, 0.0, 1.0),
    "hip": (0.0, 0.1, 0.9),
    "knee": (0.02, 0.1, 0.48),
    "ankle": (0.0, 0.1, 0.08),
    "toe": (0.15, 0.1, 0.0),
    "shoulder": (0.0, 0.18, 1.4),
    "elbow": (0.0, 0.2, 1.12),
    "hand": (0.05, 0.2, 0.88),
}


def standing(name: str = "lafan22", frames: int = 20, floor: float = 0.0) -> np.ndarray:
    """A person ``(T, J, 3)``, z up, facing +x, whose toes rest at ``floor``."""
    skeleton = SKELETONS[name]
    positions = np.zeros((frames, len(skeleton.joints), 3))
    positions[..., 2] = np.linspace(0.9, 1.6, len(skeleton.joints))
    for landmark in skeleton.landmarks:
        side, _, part = landmark.rpartition("_")
        mirror = (1.0, -1.0, 1.0) if side == "right" else (1.0, 1.0, 1.0)
        for joint in skeleton.weights(landmark):
            positions[:, skeleton.index(joint)] = np.array(PLACES[part]) * mirror
    positions[..., 0] += 0.02 * np.sin(np.arange(frames) / 30.0)[:, None]
    positions[..., 2] += floor
    return positions
