"""Props that hang over what they rest on in the recording."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.demos import lift_box, walk
from kinemesh.metrics import Measure
from kinemesh.metrics.measures.rests import rests
from kinemesh.motion import Clip, Prop, Scene, Shape, Terrain
from kinemesh.problem import scaled_scene

FRAMES = 15
TABLE, BOX = (0.6, 0.6, 0.7), (0.2, 0.2, 0.2)


def still(*place: float) -> np.ndarray:
    return np.tile([*place, 0.0, 0.0, 0.0, 1.0], (FRAMES, 1))


def there(scene: Scene) -> Clip:
    return replace(walk().crop(0, FRAMES), scene=scene)


def judged(scene: Scene, scale: float, target: Scene | None = None) -> Measure:
    """For a robot ``scale`` times the person, in the scene that the solver makes of it."""
    return rests(scaled_scene(scene, scale), there(scene), target or scene, scale, 2.0)


ON_A_TABLE = Scene(
    (
        Prop("table", Shape.box(TABLE), still(1.2, 0.0, 0.35)),
        Prop("box", Shape.box(BOX), still(1.3, 0.1, 0.8)),
    )
)
ON_A_PLATFORM = Scene(
    (Prop("box", Shape.box(BOX), still(1.2, 0.0, 0.4)),),
    Terrain(Shape.box((0.8, 1.2, 0.3), (1.2, 0.0, 0.15)), "platform"),
)


def test_a_box_over_a_table_that_kept_its_size_is_failed() -> None:
    row = judged(ON_A_TABLE, 1.2)
    assert row.value == pytest.approx(20.0 * 0.7, abs=0.01)
    assert not row.passed and row.note.startswith("box over table")
    assert row.frames == ((0, FRAMES - 1),)
    assert judged(ON_A_TABLE, 1.0).value == pytest.approx(0.0, abs=1e-6)


def test_a_table_that_is_turned_is_as_high_as_it_is() -> None:
    table, box = ON_A_TABLE.props
    turned = np.array([0.0, np.sqrt(0.5), 0.0, np.sqrt(0.5)])
    track = np.hstack([table.track[:, :3], np.tile(turned, (FRAMES, 1))])
    lying = replace(table, shape=Shape.box(TABLE[::-1]), track=track)
    row = judged(Scene((lying, box)), 1.2)
    assert row.value == pytest.approx(14.0, abs=0.01)


@pytest.mark.parametrize("scale", [0.7, 1.3])
def test_a_box_on_terrain_or_on_the_ground_stays_there(scale: float) -> None:
    ground = Scene((Prop("box", Shape.box(BOX), still(1.2, 0.0, 0.1)),))
    for scene in (ON_A_PLATFORM, ground):
        assert judged(scene, scale).value == pytest.approx(0.0, abs=1e-6)


def test_what_was_moved_on_purpose_or_is_held_rests_on_nothing() -> None:
    lifted = Scene((ON_A_TABLE.props[0], Prop("box", Shape.box(BOX), still(1.2, 0.0, 0.9))))
    held = judged(ON_A_TABLE, 1.2, target=lifted)
    assert held.value == pytest.approx(0.0, abs=1e-6) and held.note.startswith("table")
    away = scaled_scene(lifted, 1.2)
    moved = Scene((away.props[0], replace(away.props[1], track=away.props[1].track + 0.1)))
    row = rests(moved, there(ON_A_TABLE), None, 1.2, 2.0)
    assert row.value == pytest.approx(0.0, abs=1e-6)
    assert rests(away, None, None, 1.2, 2.0).value is None


def test_a_box_that_is_lifted_rests_only_until_it_is() -> None:
    clip = lift_box()
    row = rests(scaled_scene(clip.scene, 1.2), clip, clip.scene, 1.2, 2.0)
    assert row.passed and row.series is not None
    assert np.isfinite(row.series[0]) and np.isnan(row.series[100:150]).all()
