"""Where the robot's copies of props are, as they come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from as_stream import same
from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Prop, Shape
from kinemesh.problem.causal.props import CausalProps
from kinemesh.problem.scaling import scaled_scene

SCALE, DT = 0.7, 1.0 / 30.0
PACE, DRAWN = 0.4, 0.15
"""A correction [m/s], and what goes to hands that hold it."""
BOX = (0.4, 0.4, 0.3)
TABLE = (1.0, 0.8, 0.7)


def prop(name: str, size: Sequence[float] = BOX, robot_scale: float | None = 1.0) -> Prop:
    return Prop(name, Shape.box(size), np.zeros((1, 7)) + poses.IDENTITY, robot_scale)


def pose(x: float = 0.0, y: float = 0.0, z: float = 0.0, yaw: float = 0.0) -> Array:
    return np.array([x, y, z, *Rotation.from_euler("z", yaw).as_quat()])


def settled(props: CausalProps, seen: Mapping[str, Array], frames: int = 60) -> dict[str, Array]:
    """Where they are when nothing has moved for some frames."""
    return [props.step(seen, DT) for _ in range(frames)][-1]


def lowest(one: Prop, place: Array) -> float:
    return float(poses.apply(place, one.shape.vertices)[:, 2].min())


def test_a_prop_on_the_ground_is_on_it_at_its_scaled_place_and_turned_as_it_is() -> None:
    box = prop("box")
    props = CausalProps((box,), SCALE, 0.0)
    there = settled(props, {"box": pose(1.0, -2.0, 0.15, 0.3)}, 1)["box"]
    np.testing.assert_allclose(there, pose(SCALE, -2.0 * SCALE, 0.15, 0.3), atol=1e-12)


@pytest.mark.parametrize("off", [-0.08, -0.02, 0.03, 0.08])
@pytest.mark.parametrize("ground", [0.0, 0.5])
def test_a_prop_that_rests_some_way_over_or_in_the_ground_is_on_it(
    off: float, ground: float
) -> None:
    box = prop("box")
    props = CausalProps((box,), SCALE, ground)
    there = settled(props, {"box": pose(z=ground + off + 0.15)})["box"]
    assert lowest(box, there) == pytest.approx(SCALE * ground, abs=1e-9)


def test_a_prop_that_is_lifted_is_as_much_higher_as_the_scale_says() -> None:
    box = prop("box")
    props = CausalProps((box,), SCALE, 0.0)
    settled(props, {"box": pose(z=0.17)})
    for k in range(60):
        height = 0.01 * k
        there = props.step({"box": pose(z=0.17 + height)}, DT)["box"]
        assert lowest(box, there) == pytest.approx(SCALE * height, abs=1e-9)


def test_a_prop_that_is_shrunk_with_the_person_is_scaled_as_a_whole() -> None:
    box = prop("box", robot_scale=None)
    there = CausalProps((box,), SCALE, 0.0).step({"box": pose(1.0, 0.5, 0.15, 0.2)}, DT)["box"]
    np.testing.assert_allclose(there, pose(SCALE, 0.5 * SCALE, SCALE * 0.15, 0.2), atol=1e-12)


@pytest.mark.parametrize("at", [(0.0, 0.0), (0.25, -0.15)])
def test_what_stands_on_a_table_stands_on_the_same_place_of_it(at: tuple[float, float]) -> None:
    table, box = prop("table", TABLE), prop("box")
    props = CausalProps((box, table), SCALE, 0.0)
    seen = {"table": pose(2.0, 1.0, 0.35), "box": pose(2.0 + at[0], 1.0 + at[1], 0.85)}
    there = settled(props, seen)
    assert lowest(table, there["table"]) == pytest.approx(0.0, abs=1e-9)
    apart = there["box"][:3] - there["table"][:3]
    np.testing.assert_allclose(apart, [*at, 0.5], atol=1e-9)


def test_what_stands_beside_a_table_is_at_its_own_place() -> None:
    props = CausalProps((prop("table", TABLE), prop("box")), SCALE, 0.0)
    seen = {"table": pose(z=0.35), "box": pose(2.0, 0.0, 0.15)}
    np.testing.assert_allclose(settled(props, seen)["box"], pose(2.0 * SCALE, 0.0, 0.15), atol=1e-9)


def test_a_box_that_is_taken_off_a_table_goes_over_to_its_scaled_place() -> None:
    props = CausalProps((prop("table", TABLE), prop("box")), SCALE, 0.0)
    table, lift = pose(1.0, 0.0, 0.35), np.linspace(0.0, 0.6, 60)
    settled(props, {"table": table, "box": pose(1.3, 0.0, 0.85)})
    for over in lift:
        box = pose(1.3, 0.0, 0.85 + over)
        there = props.step({"table": table, "box": box}, DT)
        above = lowest(prop("box"), there["box"]) - 0.7
        assert above >= -1e-9  # never in the table
    free = [SCALE * 1.3, 0.0, SCALE * (0.85 + lift[-1] - 0.15) + 0.15]
    np.testing.assert_allclose(there["box"][:3], free, atol=1e-9)


@pytest.mark.parametrize("fps", [30.0, 120.0])
def test_no_correction_is_faster_than_is_said(fps: float) -> None:
    """A box appears in the air over a table, and is on it from one frame to the next."""
    props = CausalProps((prop("table", TABLE), prop("box")), SCALE, 0.0)
    table = pose(3.0, 0.0, 0.35)
    before: Array | None = None
    for k in range(int(fps)):
        box = pose(3.4, 0.0, 2.0) if k < 3 else pose(3.4, 0.0, 0.85)
        there = props.step({"table": table, "box": box}, 1.0 / fps)["box"][:3]
        free = np.array([SCALE * 3.4, 0.0, SCALE * (box[2] - 0.15) + 0.15])
        if before is not None:
            assert np.linalg.norm(there - free - before) <= PACE / fps + 1e-9
        before = there - free
    assert before is not None and np.linalg.norm(before) > 0.2


def test_at_any_rate_a_prop_is_at_the_same_place() -> None:
    ends = []
    for fps in (30, 60, 240):
        props = CausalProps((prop("table", TABLE), prop("box")), SCALE, 0.0)
        for k in range(fps + 1):
            over = max(0.0, 0.5 - k / fps)
            seen = {"table": pose(1.0, 0.0, 0.35), "box": pose(1.3, 0.0, 0.85 + over)}
            there = props.step(seen, 1.0 / fps)
        ends.append(there["box"])
    np.testing.assert_allclose(ends[1:], np.array([ends[0]] * 2), atol=1e-6)


def test_the_order_of_names_does_not_matter() -> None:
    names = ("table", "box", "cup")
    made = {"table": prop("table", TABLE), "box": prop("box"), "cup": prop("cup", (0.1, 0.1, 0.1))}
    places = {
        "table": pose(1.0, 0.0, 0.35),
        "box": pose(1.3, 0.1, 0.85),
        "cup": pose(1.3, 0.1, 1.05),
    }
    found = []
    for scene, seen in zip(permutations(names), reversed(list(permutations(names))), strict=True):
        props = CausalProps([made[name] for name in scene], SCALE, 0.0)
        there = settled(props, {name: places[name] for name in seen}, 20)
        found.append({name: there[name] for name in names})
    for other in found[1:]:
        same(found[0], other)


def test_props_that_have_not_been_seen_are_nowhere() -> None:
    props = CausalProps((prop("table", TABLE), prop("box")), SCALE, 0.0)
    assert props.step({}, DT) == {}
    assert list(props.step({"box": pose(z=0.15)}, DT)) == ["box"]


def test_a_prop_that_hands_hold_goes_to_them_slowly_and_not_far() -> None:
    props = CausalProps((prop("box"),), SCALE, 0.0)
    settled(props, {"box": pose(z=0.15)})
    box, before, ways = pose(z=1.0), None, []
    for _ in range(150):
        place = props.step({"box": box}, DT)["box"][:3]
        if before is not None:
            ways.append(place - before)
        before = place
        props.hold("box", np.array([1.0, 0.0, 0.0]), DT)
    steps = np.linalg.norm(ways, axis=1)
    assert steps.max() <= DRAWN * DT + 1e-9
    np.testing.assert_allclose(np.sum(ways, axis=0), [0.3, 0.0, 0.0], atol=0.01)


def test_a_prop_that_stands_is_not_moved_by_hands_on_it() -> None:
    props = CausalProps((prop("box"),), SCALE, 0.0)
    settled(props, {"box": pose(z=0.15)})
    for _ in range(30):
        props.hold("box", np.array([1.0, 0.0, -1.0]), DT)
        there = props.step({"box": pose(z=0.15)}, DT)["box"]
    np.testing.assert_allclose(there, pose(z=0.15), atol=1e-12)


def test_a_prop_that_was_drawn_down_stands_on_the_ground_when_it_is_put_down() -> None:
    box = prop("box")
    props = CausalProps((box,), SCALE, 0.0)
    settled(props, {"box": pose(z=0.15)})
    for _ in range(60):
        props.hold("box", np.array([0.0, 0.0, -1.0]), DT)
        props.step({"box": pose(z=0.8)}, DT)
    for height in np.linspace(0.65, 0.0, 60):
        there = props.step({"box": pose(z=0.15 + height)}, DT)["box"]
        assert lowest(box, there) >= -1e-9
    assert lowest(box, there) == pytest.approx(0.0, abs=1e-9)


def test_what_is_known_is_taken_over_into_another_scene() -> None:
    props = CausalProps((prop("table", TABLE), prop("box")), SCALE, 0.0)
    seen = {"table": pose(2.0, 0.0, 0.38), "box": pose(2.3, 0.0, 0.88)}
    before = settled(props, seen)
    later = CausalProps((prop("box"), prop("table", TABLE), prop("new")), SCALE, 0.0)
    later.go_on(props)
    same(later.step(seen, DT)["box"], props.step(seen, DT)["box"])
    np.testing.assert_allclose(before["box"], later.step(seen, DT)["box"], atol=1e-12)


def test_a_recorded_box_is_never_deeper_in_the_ground_than_it_is_recorded(
    carrying: Clip,
) -> None:
    (box,) = carrying.scene.props
    props = CausalProps((box,), SCALE, 0.0)
    track = np.array(
        [props.step({box.name: one}, 1.0 / carrying.fps)[box.name] for one in box.track]
    )
    low = Prop("box", box.shape, track).lowest()
    assert (low >= np.minimum(SCALE * box.lowest(), 0.0) - 1e-9).all()
    # A whole clip knows from the beginning what this one settles to in time.
    whole = scaled_scene(carrying.scene, SCALE, carrying.fps).props[0].track
    np.testing.assert_allclose(track[:, :2], whole[:, :2], atol=0.01)
    np.testing.assert_allclose(track[:, 2], whole[:, 2], atol=0.03)
    np.testing.assert_allclose(track[:, 3:], whole[:, 3:], atol=1e-12)
