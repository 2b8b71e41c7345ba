from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from articulated import between, halves, lidded
from kinemesh.detection.joined import joined
from kinemesh.detection.resting import Resting
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.parts import parts_of_things
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.motion import Clip, Prop, Scene, Shape

FRAMES = 60
STANDS = np.tile([1.0, 0.0, 0.5, 0.0, 0.0, 0.0, 1.0], (FRAMES, 1))
TIME = np.linspace(0.0, 1.0, FRAMES)


def found(scene: Scene) -> tuple[dict[int, int], int]:
    """What the solver joins, and how many pairs the ruler does."""
    parts = parts_of_things(scene, Surfaces())
    return joined(scene, Resting.in_scene(scene, 30.0)), len(parts) // 2


def beside(way: np.ndarray, turn: Rotation | None = None) -> Scene:
    """A cabinet in the air, and a box at its side that goes ``way`` ``(T, 3)``."""
    cabinet = Prop("cabinet", Shape.box((0.6, 0.4, 0.8)), STANDS)
    track = np.array(STANDS)
    track[:, :3] += way
    track[:, 1] += 0.3
    if turn is not None:
        track[:, 3:] = turn.as_quat()
    return Scene((cabinet, Prop("box", Shape.box((0.5, 0.2, 0.2)), track)), None, 0.0)


def door() -> Scene:
    """It opens about a vertical edge of the cabinet."""
    turn = Rotation.from_rotvec(np.outer(1.2 * TIME, [0.0, 0.0, 1.0]))
    hinge = np.array([0.3, 0.2, 0.0])
    inner = np.hstack([hinge - turn.apply(hinge), turn.as_quat()])
    panel = between([-0.3, 0.2, -0.4], [0.3, 0.22, 0.4])
    cabinet = Prop("cabinet", Shape.box((0.6, 0.4, 0.8)), STANDS)
    return Scene((cabinet, Prop("door", panel, poses.compose(STANDS, inner))), None, 0.0)


@pytest.mark.parametrize("make", [halves, lidded, lambda: lidded(common=0.005)])
def test_halves_and_a_lid_are_parts_of_what_is_carried(make: Callable[[], Clip]) -> None:
    links, pairs = found(make().scene)
    assert len(links) == 1
    assert pairs == 1


def test_a_door_goes_with_its_cabinet() -> None:
    assert found(door()) == ({1: 0}, 1)


def test_a_drawer_goes_with_its_cabinet() -> None:
    assert found(beside(np.outer(0.3 * TIME, [1.0, 0.0, 0.0]))) == ({1: 0}, 1)


def test_what_is_put_there_and_goes_away_is_no_part() -> None:
    away = np.outer(0.3 * np.sin(np.pi * TIME), [0.0, 1.0, 0.0])
    assert found(beside(away)) == ({}, 0)
    assert found(beside(np.tile([0.0, 0.1, 0.0], (FRAMES, 1)))) == ({}, 0)


def test_what_is_moved_freely_along_something_is_no_part() -> None:
    way = np.column_stack([0.15 * np.sin(6.0 * TIME), 0.0 * TIME, 0.15 * np.cos(6.0 * TIME)])
    assert found(beside(way)) == ({}, 0)
    turn = Rotation.from_euler("xyz", np.column_stack([TIME, 0.5 * np.sin(9.0 * TIME), TIME**2]))
    assert found(beside(np.zeros((FRAMES, 3)), turn)) == ({}, 0)


def test_what_lies_on_something_is_left_to_rests() -> None:
    table = Prop("table", Shape.box((0.8, 0.8, 0.4)), STANDS - [0, 0, 0.3, 0, 0, 0, 0])
    box = Prop("box", Shape.box((0.2, 0.2, 0.2)), STANDS)
    links, _ = found(Scene((table, box), None, 0.0))
    assert links == {}


def test_another_size_in_the_robots_scene_is_no_part() -> None:
    clip = halves()
    one, other = clip.scene.props
    smaller = Prop(other.name, other.shape, other.track, 0.8)
    assert joined(Scene((one, smaller)), Resting.in_scene(Scene((one, smaller)), 30.0)) == {}


def test_of_three_parts_in_a_row_the_outer_ones_go_with_the_same() -> None:
    tracks = [STANDS + np.eye(7)[1] * 0.1 * k for k in range(3)]
    sizes = [(0.2, 0.1, 0.2), (0.2, 0.1, 0.3), (0.2, 0.1, 0.2)]
    props = [Prop(f"{k}", Shape.box(sizes[k]), tracks[k]) for k in range(3)]
    links, pairs = found(Scene(tuple(props), None, 0.0))
    assert links == {0: 1, 2: 1}
    assert pairs == 2
