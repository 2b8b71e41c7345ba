"""Where a body of other lengths is: as high over what carries it as the person is."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.directions import middle
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.person.feet import Foot
from kinemesh.metrics.person.support import support_height
from kinemesh.motion import LANDMARKS, Clip

_COUNTS = 0.02
"""A landmark that is this much [m] further over its surface than the lowest counts 1/e of it."""
_SHARE = np.array([0.5, 0.5, 1.0])
"""Of the way from the scaled person's hips to where feet stand, so much is gone in x, y, z."""
_SMOOTH = 0.05
"""Standard deviation [s] of what smooths the way from the scaled person's hips."""


def place(
    clip: Clip,
    body: Array,
    scale: float,
    hers: dict[str, Foot],
    its: dict[str, Foot],
    surfaces: Surfaces,
) -> Array:
    """Where ``(T, 3)`` [m] the middle of a body's hips is, so that it stands as the person does.

    A landmark is to be as high over what carries hers, scaled, and never under it; of a foot, what
    its joint is above where it rests counts. Not all can be, as lengths differ: the lowest decide.
    Over the ground a tool has either the hips where hers are, scaled, or the feet, and legs of
    other lengths that point alike have them elsewhere under the hips: half of that is taken.

    Args:
        clip: the person, in her own scene.
        body: landmarks ``(T, K, 3)`` [m] about the middle of its hips.
        scale: how much smaller the world is.
        hers: the person's feet, by side.
        its: the body's.
        surfaces: what is made ready of the clip's shapes.
    """
    person = clip.landmarks()
    resting = np.zeros((2, len(LANDMARKS)))
    for row, feet in zip(resting, (hers, its), strict=True):
        for side, foot in feet.items():
            row[LANDMARKS.index(f"{side}_toe")] = foot.toe
            row[LANDMARKS.index(f"{side}_ankle")] = foot.ankle
    above = person[..., 2] - resting[0]
    under = support_height(clip.scene, person.reshape(-1, 3), surfaces).reshape(above.shape)
    clear = above - under  # infinite where nothing is below
    sunk = np.maximum(-clear, 0.0)
    wanted = scale * person
    wanted[..., 2] = resting[1] + scale * (above + sunk)
    far = np.where(np.isfinite(clear).any(axis=1, keepdims=True), clear + sunk, above)
    weights = np.exp(-(far - far.min(axis=1, keepdims=True)) / _COUNTS)[..., None]
    moved = np.sum(weights * (wanted - body), axis=1) / weights.sum(axis=1)
    plain = scale * middle(person, "hip")
    smooth = gaussian_filter1d(moved - plain, _SMOOTH * clip.fps, axis=0, mode="nearest")
    return np.asarray(plain + _SHARE * smooth)
