from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kinemesh.motion import SKELETONS, Clip, Prop, Scene, Shape

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


def standing(name: str = "lafan22", frames: int = 20) -> np.ndarray:
    """A person ``(T, J, 3)`` facing +x who drifts along x."""
    skeleton = SKELETONS[name]
    positions = np.zeros((frames, len(skeleton.joints), 3))
    positions += np.linspace(0.9, 1.6, len(skeleton.joints))[:, None] * (0.0, 0.0, 1.0)
    for landmark in skeleton.landmarks:
        side, _, part = landmark.rpartition("_")
        mirror = (1.0, -1.0, 1.0) if side == "right" else (1.0, 1.0, 1.0)
        for joint in skeleton.weights(landmark):
            positions[:, skeleton.index(joint)] = np.array(PLACES[part]) * mirror
    positions[..., 0] += 0.02 * np.sin(np.arange(frames) / 30.0)[:, None]
    return positions


@pytest.fixture
def person() -> Callable[..., np.ndarray]:
    return standing


@pytest.fixture
def clip() -> Clip:
    positions = standing()
    frames = len(positions)
    angle = np.linspace(0.0, 1.0, frames)
    track = np.zeros((frames, 7))
    track[:, 0] = np.linspace(0.5, 1.0, frames)
    track[:, 5], track[:, 6] = np.sin(angle / 2), np.cos(angle / 2)
    rotations = np.zeros((frames, positions.shape[1], 4))
    rotations[..., 2], rotations[..., 3] = np.sin(angle / 2)[:, None], np.cos(angle / 2)[:, None]
    return Clip(
        positions,
        SKELETONS["lafan22"],
        30.0,
        Scene((Prop("box", Shape.box((0.3, 0.4, 0.5)), track),)),
        rotations=rotations,
        contacts={"left_hand": np.arange(frames) > 5},
    )
