"""Times of frames that go on, whatever the frames say."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinemesh.streaming.clock import Clock


def test_frames_without_a_time_are_evenly_apart() -> None:
    clock = Clock(25.0)
    assert [clock.read(None)[0] for _ in range(3)] == pytest.approx([0.0, 0.04, 0.08])


@pytest.mark.parametrize(("time", "word"), [(5.0, "same time"), (4.99, "10 ms before")])
def test_a_frame_that_is_no_newer_is_left_out(time: float, word: str) -> None:
    clock = Clock(30.0)
    clock.read(5.0)
    at, said = clock.read(time)
    assert at is None
    assert said is not None and word in said
    assert clock.read(5.1) == (5.1, None)


def test_a_clock_that_was_set_anew_goes_on() -> None:
    clock = Clock(50.0)
    clock.read(100.0)
    at, said = clock.read(0.0)
    assert at == pytest.approx(100.02)
    assert said is not None and "set anew" in said
    assert clock.read(0.02)[0] == pytest.approx(100.04)


@pytest.mark.parametrize("time", [math.nan, math.inf, -math.inf])
def test_a_time_that_is_no_number_is_one_frame_on(time: float) -> None:
    clock = Clock(10.0)
    clock.read(2.0)
    at, said = clock.read(time)
    assert at == pytest.approx(2.1)
    assert said is not None and "no number" in said


@given(st.lists(st.one_of(st.none(), st.floats()), max_size=40))
def test_time_goes_on_whatever_comes(times: list[float | None]) -> None:
    clock, last = Clock(30.0), -math.inf
    for time in times:
        if time is not None and abs(time) > 1e6:
            continue
        at, _ = clock.read(time)
        if at is not None:
            assert math.isfinite(at)
            assert at > last
            last = at
