"""What rests on what, and when."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinemesh.detection.resting import GROUND, TERRAIN, Resting
from kinemesh.metrics import Surfaces
from kinemesh.metrics.measures.rests import bearers
from kinemesh.motion import Prop, Scene, Shape, Terrain

FPS = 30.0
TABLE, BOX = Shape.box((0.8, 0.8, 0.7)), Shape.box((0.2, 0.2, 0.2))


def at(places: np.ndarray) -> np.ndarray:
    return np.hstack([places, np.tile([0.0, 0.0, 0.0, 1.0], (len(places), 1))])


def over_a_table(gaps: np.ndarray) -> Scene:
    """A box that is so high above a table ``(T,)`` [m]."""
    frames = len(gaps)
    places = np.column_stack([np.full(frames, 1.1), np.zeros(frames), 0.8 + gaps])
    table = Prop("table", TABLE, at(np.tile([1.0, 0.0, 0.35], (frames, 1))))
    return Scene((Prop("box", BOX, at(places)), table))


def on_the_table(gaps: np.ndarray, fps: float = FPS) -> np.ndarray:
    rest = Resting.in_scene(over_a_table(gaps), fps).on.get((0, 1))
    return np.zeros(len(gaps), dtype=bool) if rest is None else rest.flags


def lift(lasts: int, pace: float) -> np.ndarray:
    """Gaps of a box that comes down, stays for so many frames, and is lifted again."""
    rise = pace / FPS * np.arange(1, 31)
    return np.concatenate([rise[::-1], np.zeros(lasts), rise])


@pytest.mark.parametrize("pace", [0.2, 0.5, 2.0])
@pytest.mark.parametrize("lasts", [6, 9, 30])
def test_a_box_rests_from_when_it_is_put_down_until_it_is_lifted(lasts: int, pace: float) -> None:
    flags = on_the_table(lift(lasts, pace))
    assert flags[30 : 30 + lasts].all()
    # Lifted by a centimetre it does not rest any more.
    assert not flags[lift(lasts, pace) > 0.01].any()


def test_what_touches_for_a_moment_does_not_rest_but_at_the_ends_it_may_have() -> None:
    gaps = lift(3, 0.6)
    assert not on_the_table(gaps).any()
    assert on_the_table(gaps[30:])[:3].all() and on_the_table(gaps[:33])[-3:].all()


def test_the_rate_of_the_frames_does_not_matter() -> None:
    gaps = lift(20, 0.4)
    fine = np.interp(np.arange(0, len(gaps), 0.25), np.arange(len(gaps)), gaps)
    flags = on_the_table(fine, 4.0 * FPS)[::4]
    assert np.count_nonzero(flags[: len(gaps)] != on_the_table(gaps)) <= 2


@pytest.mark.parametrize("gap", [-0.015, 0.0, 0.015])
def test_a_recording_that_is_off_and_trembles_is_seen_through(gap: float) -> None:
    noise = np.random.default_rng(0).normal(0.0, 0.001, 60)
    assert on_the_table(gap + noise).all()


@pytest.mark.parametrize("gap", [-0.04, 0.025, 0.1])
def test_what_is_too_deep_or_too_high_rests_on_nothing(gap: float) -> None:
    assert not on_the_table(np.full(60, gap)).any()


def test_who_is_drawn_along_rests_and_who_is_beside_does_not() -> None:
    scene = over_a_table(np.zeros(60))
    track = np.array(scene.props[0].track)
    track[:, 0] += np.linspace(0.0, 1.0, 60)
    rest = Resting.in_scene(Scene((Prop("box", BOX, track), scene.props[1])), FPS).on[0, 1]
    beside = track[:, 0] - 0.1 > 1.4 + 1e-9
    assert rest.flags[~beside].all() and not rest.flags[beside].any()


@pytest.mark.slow
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_nobody_ever_bears_himself(seed: int) -> None:
    rng = np.random.default_rng(seed)
    thin = Shape.box((0.4, 0.4, 0.008))
    frames, count = 20, 5
    places = rng.uniform(-0.1, 0.1, (count, frames, 3))
    places[..., 2] = rng.uniform(0.0, 0.03, (count, 1)) + rng.normal(0.0, 0.001, (count, frames))
    scene = Scene(tuple(Prop(f"{k}", thin, at(places[k])) for k in range(count)))
    resting = Resting.in_scene(scene, FPS)
    for frame in range(frames):
        borne = np.zeros((count, count), dtype=bool)
        for (i, j), rest in resting.on.items():
            if j >= 0:
                borne[i, j] = rest.flags[frame]
        power = np.linalg.matrix_power(borne.astype(int), count)
        assert not power.any()


def test_ground_and_terrain_bear_too_and_a_prop_may_be_on_several() -> None:
    step = Terrain(Shape.box((1.0, 1.0, 0.3), (1.0, 0.0, 0.15)), "step")
    board = Prop("board", Shape.box((2.0, 0.2, 0.02)), at(np.tile([1.0, 0.0, 0.31], (9, 1))))
    block = Prop("block", Shape.box((0.2, 0.2, 0.3)), at(np.tile([1.8, 0.0, 0.15], (9, 1))))
    resting = Resting.in_scene(Scene((board, block), step), FPS)
    assert {pair for pair, rest in resting.on.items() if rest.flags.all()} == {
        *((0, TERRAIN), (0, 1), (1, GROUND)),
    }


@pytest.mark.slow
@given(st.integers(0, 2**32 - 1), st.sampled_from([24.0, 30.0, 60.0, 120.0]), st.floats(0.0, 0.003))
@settings(max_examples=20, deadline=None)
def test_what_the_ruler_says_that_rests_is_said_to_rest(
    seed: int, fps: float, noise: float
) -> None:
    """Its thresholds lie inside: a box that is set down and lifted at random.

    But for 0.1 s at the ends of a rest, in which what was found before holds on.
    """
    rng = np.random.default_rng(seed)
    times = np.sort(rng.uniform(0.0, 6.0, 12))
    heights = np.repeat(rng.choice([0.0, 0.0, 0.005, 0.05, 0.3], 6), 2)
    frames = np.arange(round(6.0 * fps)) / fps
    gaps = np.interp(frames, times, heights) + noise * np.sin(7.0 * frames)
    scene = over_a_table(gaps)
    ruler = bearers(scene, fps, Surfaces()).get(("box", "table"))
    if ruler is not None:
        flags = np.convolve(on_the_table(gaps, fps), np.ones(2 * round(0.1 * fps) + 1), "same") > 0
        assert np.all(flags[ruler])
