"""How fast a point goes, from where it was."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.detection.causal.trail import Trail

SPAN = 1.0 / 30.0


def velocities(places: Array, steps: Array) -> Array:
    """Of a point that is at ``places`` ``(T, N)``, ``steps`` ``(T,)`` after the places before."""
    trail = Trail()
    return np.array([trail.velocity(p, float(dt)) for p, dt in zip(places, steps, strict=True)])


def test_of_the_first_place_nobody_knows_and_the_point_is_at_rest() -> None:
    assert np.array_equal(Trail().velocity(np.array([1.0, 2.0, 3.0]), 0.01), np.zeros(3))


@pytest.mark.parametrize("fps", [10.0, 30.0, 60.0, 120.0, 240.0])
def test_a_steady_point_has_its_speed_at_any_rate(fps: float) -> None:
    going = np.array([0.3, -1.0, 0.2])
    places = np.arange(40)[:, None] / fps * going
    found = velocities(places, np.full(40, 1.0 / fps))
    np.testing.assert_allclose(found[1:], np.tile(going, (39, 1)), atol=1e-12)


def test_a_steady_point_has_its_speed_when_frames_come_unevenly(rng: np.random.Generator) -> None:
    steps = rng.uniform(0.001, 0.2, 200)
    going = np.array([0.5, 0.0, -2.0])
    found = velocities(np.cumsum(steps)[:, None] * going, steps)
    np.testing.assert_allclose(found[1:], np.tile(going, (199, 1)), atol=1e-9)


@pytest.mark.parametrize("fps", [60.0, 120.0, 240.0])
def test_noise_from_frame_to_frame_is_no_speed(fps: float, rng: np.random.Generator) -> None:
    noise = rng.uniform(-1e-3, 1e-3, (300, 3))
    found = velocities(noise, np.full(300, 1.0 / fps))
    settled = found[int(SPAN * fps) + 1 :]
    assert np.abs(settled).max() <= 2e-3 / SPAN + 1e-12
    assert np.abs(np.diff(noise, axis=0)).max() * fps > 1.5 * np.abs(settled).max()


@pytest.mark.parametrize("fps", [30.0, 60.0, 120.0, 240.0])
def test_a_point_that_has_stopped_is_at_rest_a_thirtieth_of_a_second_later(fps: float) -> None:
    stops = int(fps / 2)
    places = np.minimum(np.arange(2 * stops), stops)[:, None] / fps
    found = velocities(places, np.full(2 * stops, 1.0 / fps))[:, 0]
    rests = stops + round(SPAN * fps)
    assert (found[stops:rests] > 0.0).all()
    assert np.array_equal(found[rests:], np.zeros(2 * stops - rests))


def test_two_places_at_one_time_have_a_speed() -> None:
    trail = Trail()
    trail.velocity(np.zeros(1), 0.01)
    assert np.isfinite(trail.velocity(np.ones(1), 0.0)).all()
