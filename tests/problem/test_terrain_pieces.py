"""A foot goes with the box that it stands on, and over to the next one in the air."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.geometry.pieces import moved, pieces
from kinemesh.motion import Scene, Shape, Terrain
from kinemesh.problem.terrain_pieces import TerrainPieces

FRAMES = 30
AWAY = np.array([0.2, 0.1, 0.05])


@pytest.fixture
def scene() -> Scene:
    """Two steps, 0.2 and 0.4 m high, side by side."""
    boxes = [Shape.box((1.0, 1.0, h), (x, 0.0, h / 2)) for x, h in ((1.0, 0.2), (2.0, 0.4))]
    return Scene((), Terrain(Shape.union(boxes)))


def with_second_moved(scene: Scene, turn: np.ndarray | None = None) -> Scene:
    assert scene.terrain is not None
    shape = scene.terrain.shape
    new = moved(shape, pieces(shape)[1], np.eye(3) if turn is None else turn, AWAY)
    return Scene((), Terrain(new))


def walk() -> tuple[np.ndarray, np.ndarray]:
    """A toe on the ground, on the first step, on the second: ten frames each, planted in eight."""
    toe = np.zeros((FRAMES, 3))
    toe[:10], toe[10:20], toe[20:] = [0, 0, 0], [1.0, 0.0, 0.21], [1.7, 0.1, 0.4]
    planted = np.arange(FRAMES) % 10 < 8
    return toe, planted


def shifted(scene: Scene, target: Scene) -> TerrainPieces | None:
    toe, planted = walk()
    return TerrainPieces.between(scene, target, {"left": toe}, {"left": planted})


def test_a_planted_foot_goes_with_its_box_alone(scene: Scene) -> None:
    found = shifted(scene, with_second_moved(scene))
    assert found is not None
    toe, _ = walk()
    away = found.foot(toe, "left") - toe
    np.testing.assert_allclose(away[:18], np.zeros((18, 3)), atol=1e-12)
    np.testing.assert_allclose(away[20:], [AWAY] * 10, atol=1e-12)
    share = away[17:21] @ AWAY / (AWAY @ AWAY)
    assert np.all(np.diff(share) > 0.0)  # in the air it goes over
    np.testing.assert_allclose(away[18:20], share[1:3, None] * AWAY, atol=1e-12)
    np.testing.assert_array_equal(found.foot(toe[19][None], "left", 19)[0] - toe[19], away[19])


def test_places_on_a_surface_go_with_the_box_that_has_them(scene: Scene) -> None:
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    found = shifted(scene, with_second_moved(scene, turn))
    assert found is not None
    places = np.array([[1.2, 0.3, 0.2], [2.2, 0.3, 0.4], [1.5, 0.0, 0.1], [2.5, -0.2, 0.3]])
    after = found.on_surface(places)
    np.testing.assert_allclose(after[0], places[0])
    np.testing.assert_allclose(after[[1, 3]], places[[1, 3]] @ turn.T + AWAY, atol=1e-12)


def test_terrain_that_has_not_moved_or_is_another_carries_nothing(scene: Scene) -> None:
    assert scene.terrain is not None
    shape = scene.terrain.shape
    stretched = Scene((), Terrain(shape.scaled((1.0, 1.0, 1.1))))
    fewer = Scene((), Terrain(Shape.box((1.0, 1.0, 0.2))))
    for target in (scene, stretched, fewer, Scene()):
        assert shifted(scene, target) is None
    assert shifted(Scene(), scene) is None


def test_a_foot_that_never_stands_stays_as_it_is(scene: Scene) -> None:
    toe, planted = walk()
    found = TerrainPieces.between(
        scene, with_second_moved(scene), {"left": toe}, {"left": np.zeros_like(planted)}
    )
    assert found is not None
    np.testing.assert_array_equal(found.foot(toe, "left"), toe)
