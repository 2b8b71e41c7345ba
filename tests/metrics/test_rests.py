"""Props that hang over what they rest on in the recording."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.demos import lift_box, walk
from kinemesh.metrics import Measure
from kinemesh.metrics.geometry.resting import above
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.measures.things import things
from kinemesh.motion import Clip, Prop, Scene, Shape, Terrain
from kinemesh.problem import scaled_scene

FRAMES = 15
TABLE, BOX = (0.6, 0.6, 0.7), (0.2, 0.2, 0.2)


def still(*place: float) -> np.ndarray:
    return np.tile([*place, 0.0, 0.0, 0.0, 1.0], (FRAMES, 1))


def there(scene: Scene) -> Clip:
    return replace(walk().crop(0, FRAMES), scene=scene)


def rest(scene: Scene, clip: Clip, target: Scene | None, scale: float) -> Measure:
    """The row, of the robot's ``scene``."""
    return things(scene, clip, target, scale, {}, Limits(prop_rest=2.0), Surfaces())[2]


def judged(scene: Scene, scale: float, target: Scene | None = None) -> Measure:
    """For a robot ``scale`` times the person, in the scene that the solver makes of it."""
    clip = there(scene)
    return rest(scaled_scene(scene, scale, clip.fps), clip, target or scene, scale)


def lifted(scene: Scene, scale: float) -> Scene:
    """The robot's scene if every prop's lowest point is scaled, whatever bears it."""
    props = []
    for prop in scene.props:
        track = np.array(prop.track)
        track[:, :2] *= scale
        track[:, 2] += (scale - 1.0) * prop.lowest()
        props.append(replace(prop, track=track))
    return Scene(tuple(props))


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
    row = rest(lifted(ON_A_TABLE, 1.2), there(ON_A_TABLE), ON_A_TABLE, 1.2)
    assert row.value == pytest.approx(20.0 * 0.7, abs=0.01)
    assert not row.passed and row.note.startswith("box over table")
    assert row.frames == ((0, FRAMES - 1),)
    for scale in (0.7, 1.0, 1.2):
        assert judged(ON_A_TABLE, scale).value == pytest.approx(0.0, abs=1e-6)


def test_a_table_that_is_turned_is_as_high_as_it_is() -> None:
    table, box = ON_A_TABLE.props
    turned = np.array([0.0, np.sqrt(0.5), 0.0, np.sqrt(0.5)])
    track = np.hstack([table.track[:, :3], np.tile(turned, (FRAMES, 1))])
    lying = replace(table, shape=Shape.box(TABLE[::-1]), track=track)
    scene = Scene((lying, box))
    row = rest(lifted(scene, 1.2), there(scene), scene, 1.2)
    assert row.value == pytest.approx(14.0, abs=0.01)
    assert judged(scene, 1.2).value == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("scale", [0.7, 1.3])
def test_a_box_on_terrain_or_on_the_ground_stays_there(scale: float) -> None:
    ground = Scene((Prop("box", Shape.box(BOX), still(1.2, 0.0, 0.1)),))
    for scene in (ON_A_PLATFORM, ground):
        assert judged(scene, scale).value == pytest.approx(0.0, abs=1e-6)


def test_what_was_moved_on_purpose_or_is_held_rests_on_nothing() -> None:
    high = Scene((ON_A_TABLE.props[0], Prop("box", Shape.box(BOX), still(1.2, 0.0, 0.9))))
    held = judged(high, 1.2)
    assert held.value == pytest.approx(0.0, abs=1e-6) and held.note.startswith("table")
    away = lifted(high, 1.2)
    moved = Scene((away.props[0], replace(away.props[1], track=away.props[1].track + 0.15)))
    row = rest(moved, there(ON_A_TABLE), None, 1.2)
    assert row.value == pytest.approx(0.0, abs=1e-6)
    none = things(away, None, None, 1.2, {}, Limits(), Surfaces())
    assert none[1].value is None and none[2].value is None


def test_a_box_that_is_lifted_rests_only_until_it_is() -> None:
    clip = lift_box()
    row = rest(scaled_scene(clip.scene, 1.2, clip.fps), clip, clip.scene, 1.2)
    assert row.passed and row.series is not None
    assert np.isfinite(row.series[0]) and np.isnan(row.series[100:150]).all()


def test_a_box_on_a_shelf_is_held_against_the_shelf_and_not_against_the_top() -> None:
    boards = Shape.union([Shape.box((0.8, 0.4, 0.02), (0, 0, z)) for z in (0.01, 0.41, 0.81)])
    for case in (boards, replace(boards, warnings=("its triangles count",))):
        shelf = Prop("case", case, still(1.0, 0.0, 0.0))
        scene = Scene((shelf, Prop("box", Shape.box(BOX), still(1.1, 0.05, 0.52))))
        assert judged(scene, 0.8).value == pytest.approx(0.0, abs=1e-6)
        hangs = lifted(scene, 0.8)
        row = rest(hangs, there(scene), scene, 0.8)
        # 8 cm lower it is in the board, which is for another row; 4 cm higher it hangs.
        assert row.value == pytest.approx(0.0, abs=1e-6)
        up = hangs.props[1].track + np.array([0, 0, 0.084 + 0.04, 0, 0, 0, 0])
        high = Scene((shelf, replace(hangs.props[1], track=up)))
        high = Scene((hangs.props[0], high.props[1]))
        row = rest(high, there(scene), scene, 0.8)
        assert row.value == pytest.approx(4.0, abs=0.01) and row.note.startswith("box over case")


def place(scene: Scene, clip: Clip, target: Scene | None, scale: float) -> Measure:
    """The row on places, of the robot's ``scene``."""
    return things(scene, clip, target, scale, {}, Limits(prop_place=3.0), Surfaces())[1]


def test_what_rests_on_a_prop_is_to_be_where_it_is_on_that() -> None:
    edge = Scene((ON_A_TABLE.props[0], Prop("box", Shape.box(BOX), still(1.45, 0.1, 0.8))))
    for scale in (0.7, 1.3):
        clip = there(edge)
        scene = scaled_scene(edge, scale, clip.fps)
        assert place(scene, clip, edge, scale).value == pytest.approx(0.0, abs=1e-6)
        row = place(lifted(edge, scale), clip, edge, scale)
        wanted = 1e2 * abs(1.0 - scale) * np.hypot(0.25, 0.1)
        assert row.value == pytest.approx(wanted, rel=2e-3)
        assert not row.passed and row.note.startswith("the middle of box")
        # Of a size of its own it bears at the same place of it.
        small = replace(edge, props=(replace(edge.props[0], robot_scale=0.5), edge.props[1]))
        scene = scaled_scene(small, scale, clip.fps)
        assert place(scene, clip, small, scale).value == pytest.approx(0.0, abs=1e-6)


def test_what_comes_from_a_table_may_be_on_its_way_and_no_further() -> None:
    """A box that is taken from a table and carried off: both ways, and too far."""
    frames, fps = 120, 30.0
    u = np.clip((np.arange(frames) - 30) / 60, 0.0, 1.0)[:, None]
    way = (u * u * (3.0 - 2.0 * u)) * np.array([1.5, 0.0, 0.2])
    lift = np.clip((np.arange(frames) - 20) / 10, 0.0, 1.0)[:, None] * np.array([0.0, 0.0, 0.2])
    track = np.tile([1.45, 0.1, 0.8, 0.0, 0.0, 0.0, 1.0], (frames, 1))
    track[:, :3] += way + lift
    table = np.tile(ON_A_TABLE.props[0].track[:1], (frames, 1))
    scene = Scene((replace(ON_A_TABLE.props[0], track=table), Prop("box", Shape.box(BOX), track)))
    clip = replace(walk().crop(0, frames), scene=scene)
    assert len(clip) == frames and clip.fps == fps
    for one in (clip, replace(clip, scene=backwards(scene))):
        solved = scaled_scene(one.scene, 0.7, fps)
        row = place(solved, one, one.scene, 0.7)
        assert row.passed and row.value is not None and row.value < 1.0
        assert row.series is not None
        # Further that way than the table is off, back, or aside: none of these is on the way.
        for step in ((0.06, 0.0), (-0.12, 0.0), (0.0, 0.06)):
            off = solved.props[1].track + np.array([*step, 0, 0, 0, 0, 0])
            moved = Scene((solved.props[0], replace(solved.props[1], track=off)))
            assert not place(moved, one, one.scene, 0.7).passed


def test_what_is_held_may_be_where_hands_have_it_but_not_on_what_bears_it() -> None:
    turn = Rotation.from_euler("z", 0.5)
    track = np.hstack([still(1.0, 0.3, 0.1)[:, :3], np.tile(turn.as_quat(), (FRAMES, 1))])
    box, table = Prop("box", Shape.box(BOX), track), ON_A_TABLE.props[0]
    off = np.array([0.1, 0.05, 0.2])

    def judged_at(share: float, height: float) -> Measure:
        places = box.track + np.array([0.2, -0.3, height, 0, 0, 0, 0])
        scene = Scene((table, replace(box, track=places)))
        clip = there(scene)
        moved = scaled_scene(scene, 0.8, clip.fps)
        way = np.array([*share * turn.apply(off)[:2], 0, 0, 0, 0, 0])
        copy = replace(moved.props[1], track=moved.props[1].track + way)
        limits, held = Limits(prop_place=3.0), {"box": [off]}
        robots = Scene((moved.props[0], copy))
        return things(robots, clip, scene, 0.8, held, limits, Surfaces())[1]

    for share, right in ((0.0, True), (0.5, True), (1.0, True), (1.5, False), (-0.5, False)):
        assert judged_at(share, 0.9).passed == right
    # It stands on the table, whose place nobody changed.
    assert judged_at(0.0, 0.7).passed and not judged_at(1.0, 0.7).passed


def backwards(scene: Scene) -> Scene:
    return Scene(tuple(replace(prop, track=prop.track[::-1]) for prop in scene.props))


def test_a_row_is_the_same_for_props_as_parts_and_as_triangles() -> None:
    wedge = Shape.convex([(0, 0, 0), (2, 0, 0), (0, 1, 0), (2, 1, 0), (2, 0, 1), (2, 1, 1)])
    rng = np.random.default_rng(0)
    for _ in range(5):
        turns = Rotation.random(2, random_state=int(rng.integers(2**31))).as_quat()
        tracks = [np.tile([*rng.uniform(-0.2, 0.2, 3), *turn], (2, 1)) for turn in turns]
        tracks[1][:, 2] += 1.6
        box = Prop("box", Shape.box(BOX), tracks[1])
        parts, triangles = (
            above(box, shape, tracks[0], Surfaces(), 0.1)
            for shape in (wedge, replace(wedge, warnings=("its triangles count",)))
        )
        np.testing.assert_allclose(parts, triangles, atol=1e-9)
