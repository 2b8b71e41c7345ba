"""The robot's scene: what rests on something rests on it there too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

import kinemesh
from kinemesh.detection.resting import Resting
from kinemesh.geometry import poses
from kinemesh.motion import Prop, Scene, Shape, Terrain
from kinemesh.problem.scaling import scaled_scene, settled
from recordings import fault

FPS = 30.0
TABLE, BOX = (0.6, 0.8, 0.7), (0.3, 0.2, 0.2)


def standing(bottom: np.ndarray, size: tuple[float, float, float] = (0.4, 0.3, 0.2)) -> Prop:
    """A box whose lowest face is at these heights."""
    track = np.zeros((len(bottom), 7))
    track[:, 0], track[:, 1], track[:, 6] = 1.0, -2.0, 1.0
    track[:, 2] = bottom + size[2] / 2.0
    return Prop("box", Shape.box(size), track)


def placed(
    name: str,
    size: tuple[float, float, float],
    places: np.ndarray,
    turn: Rotation | None = None,
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Prop:
    """A box whose middle is at ``places`` ``(T, 3)``, its mesh's origin ``origin`` beside it."""
    turn = turn or Rotation.identity()
    shift = np.asarray(origin)
    track = np.hstack([places + turn.apply(shift), np.tile(turn.as_quat(), (len(places), 1))])
    return Prop(name, Shape.box(size, -shift), track)


def middle(prop: Prop) -> np.ndarray:
    return poses.apply(prop.track, prop.shape.bounds.mean(axis=0)[None])[:, 0]


def top(prop: Prop) -> np.ndarray:
    return poses.apply(prop.track, prop.shape.vertices)[..., 2].max(axis=1)


def moved(scene: Scene, scale: float) -> list[np.ndarray]:
    """What each prop of the robot's scene lacks of its scaled place ``(T, 3)``."""
    after = scaled_scene(scene, scale, FPS)
    found = []
    for prop, copy in zip(scene.props, after.props, strict=True):
        across = (middle(copy) - scale * middle(prop))[:, :2]
        up = copy.lowest() - scale * prop.lowest()
        found.append(np.column_stack([across, up]))
    return found


def path(*legs: tuple[int, tuple[float, float, float]]) -> np.ndarray:
    """Places ``(T, 3)``: each of ``legs`` is a place and the frames on the way to it."""
    places = [np.asarray(legs[0][1])]
    for frames, place in legs:
        u = np.linspace(0.0, 1.0, frames + 1)[1:]
        ease = u * u * (3.0 - 2.0 * u)
        places += list(places[-1] + ease[:, None] * (np.asarray(place) - places[-1]))
    return np.array(places)


# ---------------------------------------------------------------- what rests on nothing


@given(
    st.floats(0.5, 1.5),
    st.floats(-1.0, 1.0),
    st.floats(-0.04, 0.04),
    st.lists(st.floats(0.05, 1.5), min_size=2, max_size=5),
)
def test_a_resting_prop_stays_on_the_ground_and_its_lift_is_scaled(
    scale: float, ground: float, sunk: float, lift: list[float]
) -> None:
    heights = ground + sunk + np.array([0.0, *lift])
    scene = scaled_scene(Scene((standing(heights),), None, ground), scale, FPS)
    assert scene.ground == pytest.approx(ground * scale)
    lowest = scene.props[0].lowest() - ground * scale
    assert lowest[0] == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(lowest[1:], np.array(lift) * scale, atol=1e-9)


@given(st.floats(0.5, 1.5))
def test_a_prop_that_is_held_at_a_height_is_as_high_as_it_scaled(scale: float) -> None:
    heights = np.array([0.7, 0.7, 1.0])
    scene = scaled_scene(Scene((standing(heights),)), scale, FPS)
    np.testing.assert_allclose(scene.props[0].lowest(), heights * scale, atol=1e-12)


def test_a_prop_keeps_its_size_and_its_turns_and_scales_its_path() -> None:
    prop = standing(np.array([0.0, 0.3]))
    turned = np.array(prop.track)
    turned[1, 3:] = [0.0, 0.6, 0.0, 0.8]
    prop = replace(prop, track=turned)
    after = scaled_scene(Scene((prop,)), 0.7, FPS).props[0]
    np.testing.assert_array_equal(after.shape.bounds, prop.shape.bounds)
    np.testing.assert_allclose(after.track[:, :2], 0.7 * prop.track[:, :2])
    np.testing.assert_array_equal(after.track[:, 3:], prop.track[:, 3:])
    lift = np.diff(prop.lowest())
    np.testing.assert_allclose(np.diff(after.lowest()), 0.7 * lift, atol=1e-12)


def test_terrain_is_scaled_as_a_whole() -> None:
    terrain = Terrain(Shape.box((1.0, 1.0, 0.4), (2.0, 0.0, 0.2)), "step")
    after = scaled_scene(Scene((), terrain), 0.5, FPS).terrain
    assert after is not None
    assert after.name == "step"
    np.testing.assert_allclose(after.shape.bounds, [[0.75, -0.25, 0.0], [1.25, 0.25, 0.2]])


def test_a_scene_without_a_ground_stays_without() -> None:
    scene = scaled_scene(Scene((standing(np.array([0.5, 0.6])),), None, None), 0.7, FPS)
    assert scene.ground is None


# ---------------------------------------------------------------- what rests on something


@pytest.mark.slow
@given(
    scale=st.floats(0.5, 1.6),
    ground=st.floats(-0.5, 0.5),
    heights=st.lists(st.floats(0.04, 0.6), min_size=2, max_size=4),
    hovers=st.lists(st.floats(-0.012, 0.012), min_size=4, max_size=4),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=30, deadline=None)
def test_a_stack_stays_a_stack_wherever_its_meshes_have_their_origins(
    scale: float, ground: float, heights: list[float], hovers: list[float], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    frames, scenes = 12, []
    places, turns, at = [], [], ground
    for height, hover in zip(heights, hovers, strict=False):
        places.append([*(1.5 + rng.uniform(-0.04, 0.04, 2)), at + hover + height / 2.0])
        turns.append(Rotation.from_euler("z", rng.uniform(-np.pi, np.pi)))
        at = places[-1][2] + height / 2.0
    for far in (0.0, 0.3, 8.0):
        props = [
            placed(
                *(f"{k}", (0.3, 0.3, height), np.tile(places[k], (frames, 1)), turns[k]),
                origin=tuple(rng.uniform(-far, far, 3)),
            )
            for k, height in enumerate(heights)
        ]
        order = rng.permutation(len(props))
        after = scaled_scene(Scene(tuple(props[k] for k in order), None, ground), scale, FPS)
        scenes.append({prop.name: prop for prop in after.props})
    for k in range(len(heights)):
        prop = scenes[0][f"{k}"]
        under = scale * ground if k == 0 else top(scenes[0][f"{k - 1}"])
        np.testing.assert_allclose(prop.lowest(), under, atol=1e-9)
        apart = np.subtract(places[k], places[0])[:2] + scale * np.array(places[0][:2])
        np.testing.assert_allclose(middle(prop)[:, :2], np.tile(apart, (frames, 1)), atol=1e-9)
        for other in scenes[1:]:
            np.testing.assert_allclose(middle(other[f"{k}"]), middle(prop), atol=1e-9)


@pytest.mark.parametrize("scale", [0.75, 1.3])
@pytest.mark.parametrize("name", ["table", "platform"])
def test_a_box_on_real_and_on_scaled_furniture_touches_it(scale: float, name: str) -> None:
    frames = 20
    box = placed("box", BOX, np.tile([1.2, 0.1, 0.8], (frames, 1)))
    table = Shape.box(TABLE, (1.3, 0.0, 0.35))
    scene = Scene((box,), Terrain(table, "platform"))
    if name == "table":
        scene = Scene((box, placed("table", TABLE, np.tile([1.3, 0.0, 0.35], (frames, 1)))))
    after = scaled_scene(scene, scale, FPS)
    high = 0.7 * scale if name == "platform" else 0.7
    np.testing.assert_allclose(after.props[0].lowest(), high, atol=1e-9)
    across = [1.2 * scale, 0.1 * scale] if name == "platform" else [1.3 * scale - 0.1, 0.1]
    np.testing.assert_allclose(middle(after.props[0])[:, :2], np.tile(across, (frames, 1)))


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.4])
def test_a_box_goes_from_the_ground_to_a_table_and_on_without_a_jump(scale: float) -> None:
    table = placed("table", TABLE, np.tile([1.0, 0.5, 0.35], (331, 1)))
    places = path(
        *((30, (0.0, 0.0, 0.1)), (15, (0.2, 0.0, 1.0)), (45, (0.9, 0.5, 1.0))),
        *((30, (0.9, 0.5, 0.8)), (60, (0.9, 0.5, 0.8)), (20, (0.9, 0.5, 0.9))),
        *((60, (1.15, 0.4, 0.9)), (40, (2.5, 0.4, 0.9)), (30, (2.5, 0.0, 0.1))),
    )
    box = placed("box", BOX, places)
    after = scaled_scene(Scene((box, table)), scale, FPS)
    lowest = after.props[0].lowest()
    rests = np.r_[121:179]
    np.testing.assert_allclose(lowest[rests], 0.7, atol=1e-9)
    np.testing.assert_allclose(lowest[:30], 0.0, atol=1e-9)
    assert lowest[-1] == pytest.approx(0.0, abs=1e-9)
    # As fast as the person's, at the robot's size or at its own, and what the correction adds.
    most = float(np.abs(1.0 - scale))
    speed = np.linalg.norm(np.diff(middle(after.props[0]), axis=0), axis=1) * FPS
    given = np.linalg.norm(np.diff(places, axis=0), axis=1) * FPS
    assert np.all(speed <= max(1.0, scale) * given + 2.0 * most + 1e-3)
    # While it is held over the table it stays out of it.
    over = np.all(np.abs(places[:, :2] - [1.0, 0.5]) < 0.3, axis=1)
    assert lowest[over].min() > 0.7 - 1e-9
    # It goes up while the person lifts it.
    assert np.all(np.diff(lowest[181:200]) > 0.0)


def test_a_box_stands_on_the_shelf_that_it_stood_on() -> None:
    boards = [Shape.box((0.8, 0.4, 0.02), (0.0, 0.0, z)) for z in (0.01, 0.41, 0.81, 1.21)]
    sides = [Shape.box((0.02, 0.4, 1.2), (x, 0.0, 0.61)) for x in (-0.41, 0.41)]
    for shelf in (Shape.union([*boards, *sides]), open_at_the_front()):
        case = Prop("case", shelf, np.tile([2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], (15, 1)))
        box = placed("box", (0.2, 0.2, 0.3), np.tile([2.1, 0.0, 0.574], (15, 1)))
        above = placed("above", (0.2, 0.2, 0.3), np.tile([1.9, 0.0, 0.968], (15, 1)))
        after = scaled_scene(Scene((above, box, case)), 0.7, FPS)
        np.testing.assert_allclose(after.props[1].lowest(), 0.42, atol=1e-9)
        np.testing.assert_allclose(after.props[0].lowest(), 0.82, atol=1e-9)
        apart = middle(after.props[1]) - middle(after.props[2])
        np.testing.assert_allclose(apart, middle(box) - middle(case), atol=5e-3)


def open_at_the_front() -> Shape:
    """The same case as one mesh that no convex part stands for."""
    boards = [Shape.box((0.8, 0.4, 0.02), (0.0, 0.0, z)) for z in (0.01, 0.41, 0.81, 1.21)]
    back = Shape.box((0.84, 0.02, 1.22), (0.0, 0.2, 0.61))
    union = Shape.union([*boards, back])
    return replace(
        union, parts=(Shape.convex(union.vertices).parts[0],), warnings=("one hull for all",)
    )


def test_a_box_in_a_crate_goes_with_it_and_so_does_what_a_carried_tray_bears() -> None:
    walls = [Shape.box((0.6, 0.02, 0.4), (0.0, y, 0.2)) for y in (-0.2, 0.2)]
    walls += [Shape.box((0.02, 0.4, 0.4), (x, 0.0, 0.2)) for x in (-0.3, 0.3)]
    crate = Shape.union([Shape.box((0.6, 0.4, 0.02), (0.0, 0.0, 0.01)), *walls])
    places = path((20, (1.0, 1.0, 0.0)), (40, (1.0, 1.0, 0.8)), (40, (2.0, 0.0, 0.8)))
    track = np.hstack([places, np.tile([0.0, 0.0, 0.0, 1.0], (len(places), 1))])
    box = placed("box", (0.2, 0.2, 0.1), places + np.array([0.15, 0.05, 0.07]))
    before = Scene((box, Prop("crate", crate, track)))
    after = scaled_scene(before, 0.7, FPS)
    apart = middle(after.props[0]) - after.props[1].track[:, :3]
    np.testing.assert_allclose(apart, np.tile([0.15, 0.05, 0.07], (len(places), 1)), atol=1e-9)
    np.testing.assert_allclose(after.props[1].lowest(), 0.7 * places[:, 2], atol=1e-9)


def test_a_plank_over_two_blocks_lies_on_the_middle_between_them() -> None:
    blocks = [placed(f"{x}", (0.3, 0.3, 0.4), np.tile([x, 0.0, 0.2], (10, 1))) for x in (1.0, 2.0)]
    plank = placed("plank", (1.3, 0.2, 0.03), np.tile([1.5, 0.0, 0.415], (10, 1)))
    after = scaled_scene(Scene((*blocks, plank)), 0.8, FPS)
    np.testing.assert_allclose(middle(after.props[2])[0], [1.2, 0.0, 0.415], atol=1e-9)


def test_sheets_of_a_pile_that_are_thinner_than_the_recording_is_exact_stay_in_order() -> None:
    thick, frames = 0.01, 12
    noise = np.random.default_rng(1).normal(0.0, 0.001, 4)
    sheets = [
        placed(f"{k}", (0.3, 0.2, thick), np.tile([1.0, 0.0, (k + 0.5) * thick + e], (frames, 1)))
        for k, e in enumerate(noise)
    ]
    after = scaled_scene(Scene(tuple(sheets[k] for k in (2, 0, 3, 1))), 0.75, FPS)
    lows = {prop.name: prop.lowest()[0] for prop in after.props}
    for k in range(4):
        assert lows[f"{k}"] == pytest.approx(k * thick, abs=1e-9)


def test_what_lies_tilted_on_a_slope_touches_it() -> None:
    wedge = Shape.convex([(0, 0, 0), (2, 0, 0), (0, 1, 0), (2, 1, 0), (2, 0, 1), (2, 1, 1)])
    slope = Rotation.from_euler("y", -np.arctan(0.5))
    place = np.array([1.0, 0.5, 0.5]) + slope.apply([0.0, 0.0, 0.1])
    box = placed("box", (0.3, 0.3, 0.2), np.tile(place, (8, 1)), slope)
    for scene in (
        Scene((box,), Terrain(wedge, "ramp")),
        Scene((box, Prop("ramp", wedge, np.tile(poses.IDENTITY, (8, 1))))),
    ):
        after = scaled_scene(scene, 0.7, FPS)
        shape = after.props[1].shape if len(after.props) > 1 else after.terrain.shape  # type: ignore[union-attr]
        shift = after.props[1].track[0, :3] if len(after.props) > 1 else np.zeros(3)
        corners = poses.apply(after.props[0].track[0], after.props[0].shape.vertices) - shift
        # The nearest facet's plane, which is the slope's.
        normals, offsets = shape.parts[0].planes[:, :3], shape.parts[0].planes[:, 3]
        above = corners @ normals.T + offsets
        sloping = int(np.argmax(normals[:, 2]))
        assert above[:, sloping].min() == pytest.approx(0.0, abs=1e-9)


def test_what_is_dragged_over_the_ground_stays_on_it_although_it_trembles() -> None:
    places = path((10, (0.0, 0.0, 0.1)), (60, (2.0, 0.0, 0.1)))
    places[:, 2] += 0.03 + np.random.default_rng(0).normal(0.0, 0.001, len(places))
    (lacks,) = moved(Scene((placed("box", BOX, places),)), 0.7)
    after = scaled_scene(Scene((placed("box", BOX, places),)), 0.7, FPS)
    np.testing.assert_allclose(after.props[0].lowest(), 0.0, atol=1e-9)
    np.testing.assert_allclose(lacks[:, :2], 0.0, atol=1e-9)


def test_a_low_step_is_not_taken_for_a_ground_that_was_recorded_too_high() -> None:
    step = Terrain(Shape.box((1.0, 1.0, 0.08), (1.0, 0.0, 0.04)), "step")
    places = path((20, (1.0, 0.0, 0.18)), (30, (1.0, 0.0, 0.9)))
    for props in ((), (placed("board", (1.0, 1.0, 0.08), np.tile([1.0, 0.0, 0.04], (51, 1))),)):
        scene = Scene((placed("box", BOX, places), *props), None if props else step)
        after = scaled_scene(scene, 0.75, FPS)
        high = 0.08 if props else 0.75 * 0.08
        np.testing.assert_allclose(after.props[0].lowest()[:20], high, atol=1e-9)
        np.testing.assert_allclose(
            settled(scene, Resting.in_scene(scene, FPS)).props[0].track, scene.props[0].track
        )


def test_what_stands_too_high_or_low_in_the_recording_is_settled_with_all_that_it_bears() -> None:
    low = placed("low", BOX, np.tile([1.0, 0.0, 0.14], (9, 1)))
    high = placed("high", BOX, np.tile([1.0, 0.0, 0.34], (9, 1)))
    scene = Scene((high, low))
    after = settled(scene, Resting.in_scene(scene, FPS))
    assert [prop.lowest()[0] for prop in after.props] == pytest.approx([0.2, 0.0])


def test_who_changes_places_with_his_bearer_in_the_air_makes_no_trouble() -> None:
    under = path((10, (1.0, 0.0, 0.5)), (30, (1.6, 0.0, 0.5)), (30, (1.0, 0.0, 0.8)))
    over = path((10, (1.0, 0.0, 0.7)), (30, (1.0, 0.0, 0.9)), (30, (1.0, 0.0, 0.6)))
    pair = Scene((placed("a", BOX, under), placed("b", BOX, over)))
    for lacks in moved(pair, 0.7):
        assert np.isfinite(lacks).all() and np.abs(lacks).max() < 0.5


def test_one_frame_is_enough_to_rest() -> None:
    table = placed("table", TABLE, np.array([[1.0, 0.0, 0.35]]))
    box = placed("box", BOX, np.array([[1.0, 0.0, 0.8]]))
    after = scaled_scene(Scene((box, table)), 0.7, FPS)
    assert after.props[0].lowest()[0] == pytest.approx(0.7)


def test_at_the_persons_own_size_a_scene_that_touches_stays_as_it_is() -> None:
    table = placed("table", TABLE, np.tile([1.0, 0.5, 0.35], (121, 1)))
    places = path((20, (0.9, 0.5, 0.8)), (40, (0.9, 0.4, 1.2)), (60, (0.0, 0.0, 0.1)))
    scene = Scene((placed("box", BOX, places), table))
    after = scaled_scene(scene, 1.0, FPS)
    for prop, copy in zip(scene.props, after.props, strict=True):
        np.testing.assert_allclose(copy.track, prop.track, atol=1e-3)


def test_what_is_held_is_where_hands_have_it_but_on_what_bears_it() -> None:
    off, turn = np.array([0.1, 0.05, -0.15]), Rotation.from_euler("z", 0.5)
    table = placed("table", TABLE, np.tile([1.0, 0.5, 0.35], (181, 1)))
    places = path(
        *((20, (0.9, 0.5, 0.8)), (40, (0.9, 0.4, 1.7)), (60, (0.0, 0.0, 1.5))),
        *((40, (0.0, 0.0, 0.1)), (20, (0.0, 0.0, 0.1))),
    )
    box = placed("box", BOX, places, turn)
    scene = Scene((box, table))
    after = scaled_scene(scene, 0.75, FPS, offsets={"box": off})
    lacks = middle(after.props[0])[:, :2] - 0.75 * places[:, :2]
    # Carried, and where it is put down on the ground; but not on the table, which is not held.
    np.testing.assert_allclose(lacks[110:], np.tile(turn.apply(off)[:2], (71, 1)), atol=1e-9)
    apart = middle(after.props[0]) - middle(after.props[1])
    np.testing.assert_allclose(apart[:20], np.tile([-0.1, 0.0, 0.45], (20, 1)), atol=1e-9)
    low = after.props[0].lowest()
    np.testing.assert_allclose(low[120], 0.75 * 1.4 + off[2], atol=1e-9)
    np.testing.assert_allclose(low[160:], 0.0, atol=1e-9)
    assert low.min() >= -1e-9
    step = np.linalg.norm(np.diff(middle(after.props[0]), axis=0), axis=1)
    assert np.all(step <= np.linalg.norm(np.diff(places, axis=0), axis=1) + 0.7 / FPS)


@pytest.mark.parametrize("name", ["ground", "platform"])
def test_what_is_carried_low_for_long_is_not_pulled_under_by_the_hands_that_hold_it(
    name: str,
) -> None:
    places = path((20, (0.0, 0.0, 0.1)), (15, (0.0, 0.0, 0.15)), (150, (0.8, 0.0, 0.15)))
    land = None
    if name == "platform":
        places[:, 2] += 0.4
        land = Terrain(Shape.box((4.0, 4.0, 0.4), (0.0, 0.0, 0.2)), "platform")
    scene = Scene((placed("box", BOX, places),), land)
    held = {"box": np.array([0.05, 0.0, -0.2])}
    copy = scaled_scene(scene, 0.75, FPS, offsets=held).props[0]
    low = copy.lowest() - 0.75 * (0.4 if land is not None else 0.0)
    np.testing.assert_allclose(low[:20], 0.0, atol=1e-9)
    assert np.all(low[30:] > 0.02) and np.all(low <= 0.75 * 0.05 + 1e-9)
    across = middle(copy)[:, 0] - 0.75 * places[:, 0]
    # Terrain has edges.
    assert across[0] == pytest.approx(0.05 if land is None else 0.0)


# ---------------------------------------------------------------- sizes


@given(scale=st.floats(0.6, 1.4), size=st.one_of(st.none(), st.floats(0.5, 1.5)))
@settings(max_examples=20, deadline=None)
def test_a_prop_of_another_size_stands_where_it_stood_and_bears_what_it_bore(
    scale: float, size: float | None
) -> None:
    factor = scale if size is None else size
    table = replace(
        placed("table", TABLE, np.tile([1.3, 0.0, 0.35], (9, 1)), origin=(0.1, 0.2, -0.3)),
        robot_scale=size,
        mass=12.0,
    )
    box = placed("box", BOX, np.tile([1.2, 0.1, 0.8], (9, 1)))
    after = scaled_scene(Scene((table, box)), scale, FPS)
    copy = after.props[0]
    np.testing.assert_allclose(np.ptp(copy.shape.bounds, axis=0), factor * np.array(TABLE))
    np.testing.assert_allclose(middle(copy)[0], [1.3 * scale, 0.0, 0.35 * factor], atol=1e-9)
    assert copy.robot_scale == 1.0
    assert copy.mass == pytest.approx(12.0 * factor**3)
    assert after.props[1].mass is None
    across = [1.3 * scale - 0.1 * factor, 0.1 * factor]
    np.testing.assert_allclose(middle(after.props[1])[0, :2], across, atol=1e-9)
    np.testing.assert_allclose(after.props[1].lowest(), 0.7 * factor, atol=1e-9)


def test_a_scene_that_is_shrunk_with_the_person_is_one_that_is_smaller() -> None:
    places = path((20, (0.9, 0.5, 0.8)), (40, (0.9, 0.4, 1.2)), (60, (0.0, 0.0, 0.1)))
    table = placed("table", TABLE, np.tile([1.0, 0.5, 0.35], (121, 1)))
    props = (placed("box", BOX, places, origin=(0.0, 0.4, 0.0)), table)
    after = scaled_scene(Scene(tuple(replace(p, robot_scale=None) for p in props)), 0.7, FPS)
    for prop, copy in zip(props, after.props, strict=True):
        wanted = 0.7 * poses.apply(prop.track, prop.shape.vertices)
        np.testing.assert_allclose(poses.apply(copy.track, copy.shape.vertices), wanted, atol=1e-3)


# ---------------------------------------------------------------- recordings that went wrong


@pytest.mark.parametrize(
    ("file", "low", "high"),
    [("table_prop_box/tableprop.toml", "table", "box"), ("stack/stack.toml", "low", "top")],
)
def test_boxes_that_were_once_in_each_other_touch(file: str, low: str, high: str) -> None:
    clip = kinemesh.read(fault(file))
    for scale in (0.7, 0.754, 1.2):
        before = {prop.name: prop for prop in clip.scene.props}
        after = {prop.name: prop for prop in scaled_scene(clip.scene, scale, clip.fps).props}
        gap = before[high].lowest() - top(before[low])
        apart = np.abs(middle(before[high]) - middle(before[low]))[:, :2].max(axis=1)
        rests = (np.abs(gap) < 1e-3) & (apart < 0.1)
        assert rests.sum() > 30
        lies = after[high].lowest() - top(after[low])
        np.testing.assert_allclose(lies[rests], 0.0, atol=1e-3)


def test_the_origin_of_a_mesh_moves_nothing() -> None:
    found = []
    for name in ("corner", "o05", "far"):
        clip = kinemesh.read(fault(f"prop_origin/{name}.toml"))
        found.append(middle(scaled_scene(clip.scene, 0.754, clip.fps).props[0]))
    assert max(float(np.abs(other - found[0]).max()) for other in found[1:]) < 1e-4
