"""The filter of accelerations against its formula and against scipy's, forth and back."""

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from kinemesh.metrics.mechanics import filtered
from kinemesh.metrics.mechanics.filtered import known, lacks, margin, rates, turning


def gain(hertz, fps):
    """Of a Butterworth filter of second order, forth and back, half the power at 6 Hz."""
    ratio = np.tan(np.pi * hertz / fps) / np.tan(np.pi * 6.0 / fps)
    return 1.0 / (1.0 + (np.sqrt(2.0) - 1.0) * ratio**4)


@pytest.mark.parametrize("fps", [20.0, 30.0, 60.0, 120.0, 240.0])
def test_it_is_scipys_forth_and_back(fps):
    corner = np.tan(np.pi * 6.0 / fps) / (np.sqrt(2.0) - 1.0) ** 0.25
    sections = butter(2, fps / np.pi * np.arctan(corner), fs=fps, output="sos")
    steps = np.random.default_rng(0).standard_normal((int(4 * fps), 3)).cumsum(axis=0)
    theirs = sosfiltfilt(sections, steps, axis=0, padlen=3 * margin(fps))
    ends = margin(fps)
    ours = filtered._filtered(steps, fps)
    np.testing.assert_allclose(ours[ends:-ends], theirs[ends:-ends], atol=2e-5)


@pytest.mark.parametrize("fps", [30.0, 60.0, 120.0, 240.0])
@pytest.mark.parametrize("hertz", [1.0, 3.0, 6.0, 12.0])
def test_a_wave_keeps_what_the_formula_says(fps, hertz):
    time = np.arange(int(6 * fps)) / fps
    omega, flags = 2.0 * np.pi * hertz, known(len(time), fps)
    wave = np.sin(omega * time)[:, None]
    found = rates(np.diff(wave, axis=0), fps)
    kept = np.array([1.0, 0.0])
    for k, (series, shape) in enumerate(
        [
            (found.acceleration, -(omega**2) * wave[:, 0]),
            (found.velocity, omega * np.cos(omega * time)),
        ]
    ):
        kept[k] = series[flags, 0] @ shape[flags] / (shape[flags] @ shape[flags])
    # Fourth-order differences take a little off of what is fast beside the frame rate.
    x = omega / fps
    second = (30.0 - 32.0 * np.cos(x) + 2.0 * np.cos(2.0 * x)) / (12.0 * x * x)
    first = (16.0 * np.sin(x) - 2.0 * np.sin(2.0 * x)) / (12.0 * x)
    np.testing.assert_allclose(kept, gain(hertz, fps) * np.array([second, first]), atol=0.01)
    if hertz == 6.0 and fps > 100.0:
        assert kept[0] == pytest.approx(np.sqrt(0.5), abs=0.01)
    if hertz == 12.0:
        assert kept[0] < 0.16


def test_noise_of_every_other_frame_is_not_judged():
    steps = 0.01 * np.tile([1.0, -1.0], 60)[:, None]
    found = rates(steps, 30.0)
    flags = known(121, 30.0)
    differences = 0.02 * 30.0**2
    assert np.abs(found.acceleration[flags]).max() < 0.02 * differences
    assert np.median(np.abs(found.acceleration[flags])) < 1e-5 * differences


def test_a_fall_is_a_fall_up_to_the_ends():
    time = np.arange(60) / 30.0
    found = rates(np.diff(-4.905 * time**2)[:, None], 30.0)
    flags = known(60, 30.0)
    np.testing.assert_allclose(found.acceleration[flags], -9.81, rtol=2e-3)
    np.testing.assert_allclose(found.velocity[flags, 0], -9.81 * time[flags], atol=2e-3)
    assert flags.sum() == 60 - 2 * 5 and not flags[:5].any() and not flags[-5:].any()


def test_what_turns_evenly_has_its_angular_velocity_in_the_world():
    from scipy.spatial.transform import Rotation

    spin, start = np.array([1.0, -2.0, 0.5]), Rotation.from_rotvec([0.3, 0.2, 0.9])
    time = np.arange(90) / 30.0
    turns = (Rotation.from_rotvec(time[:, None] * spin) * start).as_matrix()
    found = turning(turns, 30.0)
    flags = known(90, 30.0)
    np.testing.assert_allclose(found.velocity[flags], np.tile(spin, (80, 1)), atol=1e-9)
    np.testing.assert_allclose(found.acceleration[flags], 0.0, atol=1e-9)


def test_what_is_too_short_or_too_slow_is_refused():
    assert lacks(11, 30.0) == "" and known(11, 30.0).sum() == 1
    assert "needs 11 frames at 30/s" in lacks(10, 30.0)
    assert "needs 20 frames a second" in lacks(500, 19.0)
    assert lacks(1, 240.0)
    with pytest.raises(ValueError, match="needs 11 frames"):
        rates(np.zeros((9, 1)), 30.0)
