"""A person who stands, as the joints of a skeleton."""

from __future__ import annotations

import numpy as np

from kinemesh import demos
from kinemesh.motion import Skeleton


def standing(skeleton: Skeleton) -> np.ndarray:
    """Places ``(J, 3)`` [m] of the walk's first frame; joints that are no landmark are in the
    pelvis."""
    clip = demos.walk().crop(0, 2)
    places = np.repeat(clip.landmark("pelvis")[:1], len(skeleton.joints), axis=0)
    for landmark in skeleton.landmarks:
        for joint in skeleton.weights(landmark):
            places[skeleton.index(joint)] = clip.landmark(landmark)[0]
    return places
