"""A foot in the air goes over an edge that it would go through."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.detection.support import Land
from kinemesh.motion import Scene, Shape, Terrain
from kinemesh.problem.person.swinging import LEAST, lifts

FPS, FRAMES, STEP = 30.0, 31, 0.2
STANDS = (8, 22)
"""The foot stands until the first and from the second of these frames."""


def land(height: float = STEP) -> Land:
    """A platform from x = 0.3 m on."""
    box = Shape.box((1.0, 1.0, height), (0.8, 0.0, height / 2.0))
    return Land(Scene(terrain=Terrain(box), ground=None))


def foot(sinks: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ankle and toe of a foot that goes up a step, and when it stands.

    It is ``sinks`` [m] lower than the step where it comes over the edge.
    """
    share = np.clip((np.arange(FRAMES) - STANDS[0]) / (STANDS[1] - STANDS[0]), 0.0, 1.0)
    toe = np.zeros((FRAMES, 3))
    toe[:, 0] = 0.6 * share
    toe[:, 2] = np.interp(share, [0.0, 0.4, 0.9, 1.0], [0.0, STEP - sinks, STEP - sinks, STEP])
    ankle = toe - [0.12, 0.0, 0.0]
    holds = (np.arange(FRAMES) <= STANDS[0]) | (np.arange(FRAMES) >= STANDS[1])
    return ankle, toe, holds


def test_a_foot_that_would_go_through_an_edge_goes_over_it() -> None:
    ankle, toe, holds = foot(sinks=0.03)
    lift = lifts(ankle, toe, holds, land(), FPS)
    inside = ~holds & (toe[:, 0] > 0.3)
    assert inside.any()
    over = (toe[:, 2] + lift)[inside] - STEP
    assert np.all(over[:-2] >= 0.0)
    assert np.all(over[-2:] > -0.01)  # it comes down
    at_edge = np.flatnonzero(inside)[0]
    assert lift[at_edge] > 0.03 and lift[at_edge - 1] > 0.03
    assert lift.max() < 0.06


def test_a_raised_heel_buries_no_tip() -> None:
    # The foot rolls off its ball on the platform.
    frames = np.arange(FRAMES)
    toe = np.tile([0.6, 0.0, STEP], (FRAMES, 1))
    toe[:, 2] += 0.01 * np.maximum(frames - 10, 0)
    angle = np.clip((frames - 5) / 10.0, 0.0, 1.0)
    ankle = toe + 0.12 * np.stack([-np.cos(angle), 0.0 * angle, np.sin(angle)], axis=1)
    assert not lifts(ankle, toe, frames <= 10, land(), FPS).any()


def test_where_a_foot_stands_it_stays() -> None:
    ankle, toe, holds = foot(sinks=0.03)
    lift = lifts(ankle, toe, holds, land(), FPS)
    assert not lift[holds].any()
    assert np.abs(np.diff(lift)).max() < 0.03


def test_a_foot_that_clears_the_edge_is_let_be() -> None:
    ankle, toe, holds = foot(sinks=-0.02)
    assert not lifts(ankle, toe, holds, land(), FPS).any()
    ankle, toe, holds = foot(sinks=0.5 * LEAST)
    assert not lifts(ankle, toe, holds, land(), FPS).any()


def test_nobody_steps_over_a_wall() -> None:
    ankle, toe, holds = foot(sinks=0.03)
    assert not lifts(ankle, toe, holds, land(height=1.0), FPS).any()


@pytest.mark.parametrize("frames", [slice(10, 20), slice(10, None)])
def test_a_clip_may_begin_and_end_in_the_air(frames: slice) -> None:
    ankle, toe, holds = (one[frames] for one in foot(sinks=0.03))
    lift = lifts(ankle, toe, holds, land(), FPS)
    assert lift.max() > 0.03
    assert np.all(np.isfinite(lift))
