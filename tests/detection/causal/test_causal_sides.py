"""On which side of a surface a hand is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.detection.causal.touching import FAR, Hand, Surface, Touching
from kinemesh.detection.touch import TouchRule
from kinemesh.geometry.closest import Closest, Flags
from kinemesh.geometry.shape import Shape
from meshes import bottomless, box, sofa

RULE = TouchRule()
BOX = Shape.box((0.4, 0.4, 0.4))
REACH, SOON, DT = 0.06, 0.3, 1.0 / 30.0
AHEAD = np.array([-1.0, 0.0, 0.0])


def path(rng: np.random.Generator, size: float, frames: int = 400) -> Array:
    """A way ``(T, 3)`` [m] in and around a thing of that size, now slow and now fast."""
    speeds = np.repeat(rng.choice([0.002, 0.01, 0.05], frames // 20), 20)
    steps = rng.normal(0.0, 1.0, (frames, 3)) + np.repeat(
        rng.normal(0, 1, (frames // 20, 3)), 20, 0
    )
    steps *= speeds[:, None]
    places = np.zeros((frames, 3))
    for k in range(1, frames):
        places[k] = np.clip(places[k - 1] + steps[k], -size, size)
    return places


SHAPES: dict[str, Callable[[], Shape]] = {
    "box": lambda: BOX,
    "thin": lambda: Shape.box((0.5, 0.5, 0.02)),
    "bottomless": lambda: Shape.from_mesh(*bottomless().arrays),
    "sofa": lambda: Shape.from_mesh(*sofa().arrays),
    "mesh": lambda: Shape.from_mesh(*box((0.4, 0.4, 0.4)).arrays),
}


def asked(closest: Closest, point: Array) -> bool:
    """Whether a point ``(3,)`` is inside, of one that nobody asked for before."""
    away = closest.nearest(point[None])[0]
    return bool(closest.inside(point[None], away)[0])


@pytest.mark.parametrize("name", list(SHAPES))
@pytest.mark.parametrize("spread", [0.0, 0.05])
def test_a_hand_is_inside_where_a_point_asked_anew_would_be(
    name: str, spread: float, rng: np.random.Generator
) -> None:
    surface = Surface.of(SHAPES[name]())
    closest, touching = surface.closest, Touching(RULE, surface, REACH, SOON)
    fingers = spread * np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])
    size = 0.1 + float(max(surface.high - surface.low)) / 2.0
    middle = (surface.low + surface.high) / 2.0
    held = 0
    for place in middle + path(rng, size):
        points = place + fingers
        now = touching.step(Hand(points, place, AHEAD, True), DT)
        if now is FAR:
            continue
        least = float(closest.nearest(points)[0].min())
        inside = least > RULE.enter and asked(closest, points.mean(axis=0))
        assert now.distance == (0.0 if inside else pytest.approx(least))
        held += inside
    assert held > 0 or (name == "thin" and not spread)


@pytest.mark.parametrize("step", [0.001, 0.003])
def test_a_hand_that_goes_over_the_edge_of_a_board_is_seen_to_be_inside(step: float) -> None:
    """Points that stand for a surface are centimetres apart, and steps are shorter than that."""
    surface = Surface.of(Shape.box((0.8, 0.8, 0.02)))
    fingers = 0.05 * np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])
    missed = 0
    for y in np.linspace(-0.3, 0.3, 20):
        touching = Touching(RULE, surface, REACH, SOON)
        for x in np.arange(0.44, 0.36, -step):
            place = np.array([x, y, 0.0])
            now = touching.step(Hand(place + fingers, place, AHEAD, True), DT)
        missed += now.distance > 0.0
    assert missed == 0


class _Counting(Closest):
    """Counts how often it is asked for sides."""

    count = 0

    def inside(self, path: Array, distance: Array, asked: Flags | None = None) -> Flags:
        self.count += len(path)
        return super().inside(path, distance, asked)


def step(touching: Touching, place: Array) -> None:
    touching.step(Hand(place[None], place, AHEAD, True), DT)


def test_sides_are_asked_for_again_only_where_the_surface_may_have_been_crossed() -> None:
    closest = _Counting(BOX)
    touching = Touching(RULE, Surface(closest, *BOX.bounds), REACH, SOON)
    for k in range(60):  # beside it, two centimetres a frame
        step(touching, np.array([0.35, 0.02 * k - 0.6, 0.0]))
    assert closest.count == 1
    for k in range(30):  # through it
        step(touching, np.array([0.35 - 0.03 * k, 0.0, 0.0]))
    assert 1 < closest.count < 20
