"""How a pelvis speeds up, as far as has been seen."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.problem.causal.pelvis import CausalPelvis

DT = 1.0 / 30.0


def test_the_change_of_a_parabola_is_its_acceleration() -> None:
    pelvis, acceleration = CausalPelvis(), np.array([1.0, -2.0, 0.5])
    found = [pelvis.change(0.5 * acceleration * (k * DT) ** 2, DT) for k in range(6)]
    assert found[:2] == [None, None]
    for change in found[2:]:
        np.testing.assert_allclose(change, acceleration * DT**2, atol=1e-12)


def test_who_goes_evenly_changes_nothing_whenever_frames_come() -> None:
    pelvis, time = CausalPelvis(), 0.0
    for dt in (DT, DT, 0.08, 0.03, 2.0 * DT):
        time += dt
        change = pelvis.change(np.array([1.3, 0.4, 0.0]) * time, dt)
    np.testing.assert_allclose(change, 0.0, atol=1e-12)


@pytest.mark.parametrize("gap", [DT, 0.5])
def test_after_a_hold_she_goes_on_from_standing(gap: float) -> None:
    pelvis = CausalPelvis()
    pelvis.hold()
    for k in range(4):
        pelvis.change(np.array([0.05 * k, 0.0, 0.0]), DT)
    pelvis.hold()
    np.testing.assert_allclose(pelvis.change(np.array([0.15, 0.0, 0.0]), gap), 0.0, atol=1e-12)
    change = pelvis.change(np.array([0.2, 0.0, 0.0]), DT)
    np.testing.assert_allclose(change, [0.05, 0.0, 0.0], atol=1e-12)


@pytest.mark.parametrize("dt", [0.001, 0.2])
def test_of_frames_that_come_too_unevenly_nothing_is_asked(dt: float) -> None:
    pelvis = CausalPelvis()
    for k in range(4):
        pelvis.change(np.array([0.05 * k, 0.0, 0.0]), DT)
    assert pelvis.change(np.array([0.2, 0.0, 0.0]), dt) is None
