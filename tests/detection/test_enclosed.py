"""A person inside of a solid is refused before the work; beside it, or in a room, is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from disks import within
from kinemesh import Scene, demos, retarget
from kinemesh.detection.enclosed import check_outside
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Prop, Shape, Terrain


@pytest.fixture(scope="module")
def walk() -> Clip:
    return demos.walk().crop(0, 30)


def boxed(
    clip: Clip, size: tuple[float, float, float], aside: float = 0.0, height: float = 0.9
) -> Clip:
    track = np.tile([0.0, aside, height, 0.0, 0.0, 0.0, 1.0], (len(clip), 1))
    track[:, :2] += clip.landmark("pelvis")[:, :2]
    return replace(clip, scene=Scene((Prop("box", Shape.box(size), track),)))


def test_a_person_up_to_the_neck_in_a_solid_is_refused_at_once(walk: Clip) -> None:
    with within(10), pytest.raises(ClipError, match="inside of 'box'"):
        retarget(boxed(walk, (3.0, 3.0, 2.6), height=0.0))
    land = Terrain(Shape.box((20.0, 20.0, 2.6)))
    with pytest.raises(ClipError, match="inside of 'terrain'"):
        check_outside(replace(walk, scene=Scene(terrain=land)))


@pytest.mark.slow
def test_what_a_person_is_inside_of_altogether_is_a_room_and_no_solid(walk: Clip) -> None:
    clip = boxed(walk, (3.0, 3.0, 3.0))
    assert clip.scene.props[0].shape.kind == "sheet" and "inside of the mesh" in clip.warnings[0]
    check_outside(clip)


def test_a_person_beside_a_box_or_on_it_is_not(walk: Clip) -> None:
    check_outside(boxed(walk, (3.0, 3.0, 3.0), aside=3.0))
    check_outside(boxed(walk, (0.3, 0.3, 0.3)))  # at the belly
    check_outside(replace(walk, scene=Scene(terrain=Terrain(Shape.box((9.0, 9.0, 0.2))))))
    check_outside(demos.lift_box())
    check_outside(demos.step_up())


@pytest.mark.slow
def test_a_person_in_a_room_with_thick_walls_is_not(walk: Clip) -> None:
    outer, inner = Shape.box((12.0, 12.0, 6.0)), Shape.box((11.0, 11.0, 5.0))
    faces = np.concatenate([outer.faces, inner.faces[:, ::-1] + len(outer.vertices)])
    vertices = np.concatenate([outer.vertices, inner.vertices])
    shape = Shape(vertices, faces, outer.parts)
    clip = replace(walk, scene=Scene(terrain=Terrain(shape)))
    check_outside(clip)
    assert clip.scene.terrain is not None and clip.scene.terrain.shape.kind == "closed"
