from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Scene, Shape, Terrain

relaxed = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def full(clip: Clip) -> Clip:
    ledge = Terrain(Shape.box((1.0, 2.0, 0.3), (1.5, 0.0, 0.15)))
    return replace(clip, scene=Scene(clip.scene.props, ledge, ground=0.1))


def distances(clip: Clip) -> np.ndarray:
    """From every joint to all corners of prop and terrain ``(T, J, N)`` [m]."""
    prop = clip.scene.props[0]
    assert clip.scene.terrain is not None
    still = np.tile(clip.scene.terrain.shape.vertices, (len(clip), 1, 1))
    places = np.concatenate([poses.apply(prop.track, prop.shape.vertices), still], axis=1)
    return np.linalg.norm(clip.positions[:, :, None] - places[:, None], axis=-1)


@given(yaw=st.floats(-7.0, 7.0), offset=st.tuples(*[st.floats(-9.0, 9.0)] * 3))
@relaxed
def test_turning_and_moving_keeps_every_distance_of_person_and_scene(
    full: Clip, yaw: float, offset: tuple[float, float, float]
) -> None:
    moved = full.rotated(yaw).translated(offset)
    np.testing.assert_allclose(distances(moved), distances(full), atol=1e-9)
    assert moved.scene.ground == pytest.approx(0.1 + offset[2])
    assert moved.stature == full.stature
    back = moved.translated(-np.array(offset)).rotated(-yaw)
    np.testing.assert_allclose(back.positions, full.positions, atol=1e-9)


@given(factor=st.floats(0.5, 1.4))
@relaxed
def test_scaling_scales_every_distance_and_the_stature(full: Clip, factor: float) -> None:
    scaled = full.scaled(factor)
    np.testing.assert_allclose(distances(scaled), factor * distances(full), atol=1e-9)
    assert scaled.stature == pytest.approx(factor * full.stature)
    assert scaled.scene.ground == pytest.approx(0.1 * factor)


def test_scaling_makes_a_stated_mass_that_of_the_volume(full: Clip) -> None:
    assert full.scaled(1.2).scene.props[0].mass is None
    heavy = full.with_masses(2.0).scaled(1.2).scene.props[0]
    assert heavy.mass == pytest.approx(2.0 * 1.2**3)


def test_turning_turns_rotations_in_the_world(full: Clip) -> None:
    turned = full.rotated(0.7)
    assert turned.rotations is not None
    assert full.rotations is not None
    was = Rotation.from_quat(full.rotations[:, 3])
    now = Rotation.from_quat(turned.rotations[:, 3])
    relative = (now * was.inv()).as_rotvec()
    np.testing.assert_allclose(relative, np.tile([0.0, 0.0, 0.7], (len(full), 1)), atol=1e-12)


def test_a_scene_without_ground_or_terrain_can_be_moved(clip: Clip) -> None:
    bare = replace(clip, scene=Scene(ground=None))
    for moved in (bare.translated((1, 2, 3)), bare.rotated(1.0), bare.scaled(1.1), bare.mirrored()):
        assert moved.scene.ground is None
        assert moved.scene.terrain is None


def test_what_is_no_move_is_refused(clip: Clip) -> None:
    with pytest.raises(ClipError, match="x, y, z in metres"):
        clip.translated((1.0, 2.0))
    with pytest.raises(ClipError, match="x, y, z in metres"):
        clip.translated((1.0, np.nan, 2.0))
    with pytest.raises(ClipError, match="angle in radians"):
        clip.rotated(np.inf)
    for factor in (0.0, -1.0, np.nan):
        with pytest.raises(ClipError, match="positive number"):
            clip.scaled(factor)
    with pytest.raises(ClipError, match=r"expected 0\.5 to 2\.6 m"):
        clip.scaled(3.0)
