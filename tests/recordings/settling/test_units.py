from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinemesh.errors import ReadError
from kinemesh.motion import SKELETONS
from kinemesh.motion.clip_fields import estimate_height
from kinemesh.recordings import read
from kinemesh.recordings.recording import Recording
from kinemesh.recordings.settling.units import UNITS, USUAL, in_metres
from made_person import standing

Person = Callable[..., np.ndarray]


def recorded(positions: np.ndarray, metres: float | None = None) -> Recording:
    return Recording(positions, SKELETONS["lafan22"], fps=30.0, metres=metres)


def tall(person: Person, stature: float) -> np.ndarray:
    """A person whose legs suggest this stature [file unit]."""
    positions = person()
    return positions * (stature / estimate_height(positions, SKELETONS["lafan22"]))


def test_no_number_fits_two_units() -> None:
    for (_, a, low, high), (_, b, below, above) in combinations(UNITS, 2):
        assert high / a < below / b or above / b < low / a


@pytest.mark.parametrize(("name", "length", "low", "high"), UNITS)
def test_an_adult_is_found_in_every_unit(
    person: Person, name: str, length: float, low: float, high: float
) -> None:
    for stature in (1.5, 1.75, 2.0):
        found = in_metres(recorded(tall(person, stature / length)))
        assert estimate_height(found.positions, found.skeleton) == pytest.approx(stature)
        assert found.metres == 1.0
        assert found.warnings == ()
        assert name in found.notes[-1]


@pytest.mark.parametrize("stature", [44.0, 44150.0, 0.017, 1e-7, 5.0, 300.0])
def test_a_unit_of_its_own_makes_a_usual_person_with_a_warning(
    person: Person, stature: float
) -> None:
    found = in_metres(recorded(tall(person, stature)))
    assert estimate_height(found.positions, found.skeleton) == pytest.approx(USUAL)
    assert "give height= the stature [m] or unit= the unit [m]" in found.warnings[0]


def test_a_small_person_is_taken_at_their_word_with_a_warning(person: Person) -> None:
    found = in_metres(recorded(tall(person, 105.0)))
    assert estimate_height(found.positions, found.skeleton) == pytest.approx(1.05)
    assert "a child, or a unit of its own" in found.warnings[0]


@given(stature=st.floats(1e-3, 1e5), height=st.floats(1.0, 2.2))
def test_a_given_height_settles_the_unit(stature: float, height: float) -> None:
    found = in_metres(recorded(tall(standing, stature)), height=height)
    legs = estimate_height(found.positions, found.skeleton)
    assert legs == pytest.approx(height, rel=0.12)
    known = [length for _, length, _, _ in UNITS]
    if not any(abs(stature * length / height - 1.0) <= 0.12 for length in known):
        assert legs == pytest.approx(height, rel=1e-6)
    assert found.warnings == ()


def test_a_format_with_a_unit_is_not_asked(person: Person) -> None:
    recording = recorded(tall(person, 44.0), metres=1.0)
    assert in_metres(recording) is recording


def test_a_unit_given_holds_for_any_format_and_its_object(tmp_path: Path, person: Person) -> None:
    np.save(tmp_path / "cm.npy", person() * 100.0)
    np.save(tmp_path / "m.npy", person())
    with pytest.raises(Exception, match="centimetres"):
        read(tmp_path / "cm.npy")
    clip = read(tmp_path / "cm.npy", unit=0.01)
    np.testing.assert_allclose(clip.positions, read(tmp_path / "m.npy").positions, atol=1e-12)
    track = np.tile([100.0, 0.0, 50.0, 0.0, 0.0, 0.0, 1.0], (20, 1))
    moved = in_metres(replace(recorded(person() * 100.0), track=track), unit=0.01).track
    assert moved is not None
    np.testing.assert_allclose(moved[0], [1.0, 0.0, 0.5, 0.0, 0.0, 0.0, 1.0])


@pytest.mark.parametrize("unit", [0.0, -1.0, float("nan"), float("inf")])
def test_a_unit_that_is_no_length_is_refused(person: Person, unit: float) -> None:
    with pytest.raises(ReadError, match=r"unit=.*no length"):
        in_metres(recorded(person()), unit=unit)


def test_legs_without_length_ask_for_the_unit(person: Person) -> None:
    with pytest.raises(ReadError, match=r"give unit="):
        in_metres(recorded(np.zeros_like(person())))
    with pytest.raises(ReadError, match=r"give unit="):
        in_metres(recorded(np.full_like(person(), np.nan)))
