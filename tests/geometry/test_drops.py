"""How far one shape is above another, against linear programs and lines through triangles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.spatial.transform import Rotation

from kinemesh.description.solids import placed
from kinemesh.geometry import poses
from kinemesh.geometry.drops import drops
from kinemesh.geometry.heights import Heights
from kinemesh.geometry.poses import IDENTITY
from kinemesh.geometry.shape import Shape
from kinemesh.recordings import read_shape
from recordings import recording

REACH = (-0.05, 0.2)


def at(place: np.ndarray, turn: Rotation) -> np.ndarray:
    return np.concatenate([place, turn.as_quat()])


def by_program(above: Shape, pose: np.ndarray, below: Shape, other: np.ndarray) -> float:
    """The least height [m] by which a convex solid has to be lowered to meet another."""
    planes = []
    for shape, track in ((above, pose), (below, other)):
        normals = shape.parts[0].planes[:, :3] @ poses.matrix(track).T
        planes.append((normals, shape.parts[0].planes[:, 3] - normals @ track[:3]))
    (n, d), (m, e) = planes
    # A point x of what is below, x + t z of what is above.
    rows = np.vstack([np.column_stack([n, n[:, 2]]), np.column_stack([m, np.zeros(len(m))])])
    answer = linprog([0.0, 0.0, 0.0, 1.0], rows, -np.concatenate([d, e]), bounds=[(None, None)] * 4)
    return float(answer.fun) if answer.status == 0 else np.inf


@pytest.mark.slow
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_convex_solids_meet_where_a_linear_program_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = [Shape.convex(rng.uniform(-0.5, 0.5, (rng.integers(4, 9), 3))) for _ in range(2)]
    frames = 5
    turns = [Rotation.random(frames, random_state=int(rng.integers(2**31))) for _ in range(2)]
    low, high = (np.array([at(np.zeros(3), turns[k][t]) for t in range(frames)]) for k in range(2))
    high[:, :2] = rng.uniform(-0.6, 0.6, (frames, 2))
    high[:, 2] = 2.0
    wanted = np.array([by_program(shapes[1], high[t], shapes[0], low[t]) for t in range(frames)])
    over = np.isfinite(wanted)
    height = rng.uniform(*REACH, frames)
    high[over, 2] += height[over] - wanted[over]
    found = drops(shapes[1], high, shapes[0], low, REACH)
    np.testing.assert_allclose(found[over], height[over], atol=1e-8)
    assert np.all(np.isinf(found[~over]))


def test_a_plank_across_another_meets_it_although_no_corner_is_over_it() -> None:
    long, wide = Shape.box((1.0, 0.1, 0.02)), Shape.box((0.1, 1.0, 0.02))
    track = np.tile(poses.IDENTITY, (3, 1))
    raised = track + np.array([0, 0, 1.0, 0, 0, 0, 0]) * np.array([[0.021], [0.015], [0.4]])
    found = drops(long, raised, wide, track, (-0.03, 0.03))
    np.testing.assert_allclose(found, [0.001, -0.005, np.inf], atol=1e-12)


def test_what_is_over_counts_for_nothing_and_what_stands_beside_neither() -> None:
    boards = Shape.union([Shape.box((1, 1, 0.02), (0, 0, z)) for z in (0.0, 0.3, 0.6)])
    box = Shape.box((0.2, 0.2, 0.2))
    track = np.tile(poses.IDENTITY, (3, 1))
    own = np.array(
        [[0, 0, 0.115, 0, 0, 0, 1], [0, 0, 0.414, 0, 0, 0, 1], [0.7, 0, 0.1, 0, 0, 0, 1]]
    )
    found = drops(box, own, boards, track, (-0.03, 0.03))
    np.testing.assert_allclose(found, [0.005, 0.004, np.inf], atol=1e-12)


def test_a_sheet_bears_on_both_sides() -> None:
    flat = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=float)
    box, track = Shape.box((0.2, 0.2, 0.2)), np.array([[0.5, 0.5, 0.11, 0, 0, 0, 1.0]])
    for faces in ([[0, 1, 2], [0, 2, 3]], [[0, 2, 1], [0, 3, 2]]):
        sheet = Shape.from_mesh(flat, faces)
        found = drops(box, track, sheet, poses.IDENTITY[None], (-0.03, 0.03))
        assert found[0] == pytest.approx(0.01)


def by_lines(above: Shape, pose: np.ndarray, below: Shape, other: np.ndarray) -> float:
    """The least over the corners of both of how far the lines through them go [m]."""
    under = Heights.from_shape(placed(below, other))
    points = poses.apply(pose, above.vertices)
    points = points[points[:, 2] < points[:, 2].min() + 0.03]
    heights, _ = under.under(points, 0.03)
    # The other way round in the mirror: what is below stands on what is above.
    flipped = placed(above, pose).scaled(1.0)
    flipped = replace(flipped, vertices=flipped.vertices * [1, 1, -1], faces=flipped.faces[:, ::-1])
    corners = poses.apply(other, below.vertices) * [1, 1, -1]
    bottoms, _ = Heights.from_shape(flipped).under(corners, 0.03)
    gaps = np.concatenate([points[:, 2] - heights, corners[:, 2] - bottoms])
    return float(gaps[np.abs(gaps) < 0.03].min(initial=np.inf))


@pytest.mark.slow
def test_a_scanned_box_on_a_scanned_table_is_as_high_as_all_their_corners_say() -> None:
    """Edges that cross may be nearer than corners, by no more than small triangles bend."""
    box = read_shape(recording("omomo/objects/largebox.obj"))
    table = read_shape(recording("omomo/objects/largetable.obj"))
    rng = np.random.default_rng(0)
    for _ in range(3):
        own, other = at(np.zeros(3), Rotation.from_rotvec(rng.uniform(-0.02, 0.02, 3))), IDENTITY
        own[:2] = table.bounds.mean(axis=0)[:2] + rng.uniform(-0.1, 0.1, 2)
        own[2] = table.bounds[1, 2] - poses.apply(own, box.vertices)[:, 2].min()
        found = float(drops(box, own[None], table, other[None], (-0.03, 0.03))[0])
        corners = by_lines(box, own, table, other)
        assert found <= corners + 1e-9
        assert found == pytest.approx(corners, abs=1e-3)


def test_poses_that_come_again_are_answered_alike_in_every_frame() -> None:
    rng = np.random.default_rng(3)
    box, table = Shape.box((0.3, 0.3, 0.3)), Shape.box((1.0, 1.0, 0.7))
    track = np.tile([0.1, 0.2, 0.5, 0.0, 0.0, 0.0, 1.0], (200, 1))
    track[:, 2] += rng.choice([0.0, 0.004, 0.01], 200)
    other = np.tile(poses.IDENTITY, (200, 1))
    # Both far away, and not always at the same place.
    away = np.zeros((200, 7))
    away[:, 0] = np.linspace(0.0, 500.0, 200)
    found = drops(box, track + away, table, other + away, (-0.03, 0.03))
    np.testing.assert_allclose(found, track[:, 2] - 0.5, atol=1e-9)
