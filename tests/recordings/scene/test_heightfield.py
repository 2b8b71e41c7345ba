from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinemesh import Clip, Scene, Terrain
from kinemesh.detection.support import support_height
from kinemesh.errors import ReadError
from kinemesh.recordings.scene.heightfield import Grid, read_heightfield
from recordings import recording


def made(folder: Path, heights: object, **grid: object) -> tuple[object, float, list[str]]:
    np.save(folder / "field.npy", heights)
    return read_heightfield(folder / "field.npy", Grid(**{"cell": (0.1, 0.1), **grid}))


def tops(shape: object, places: np.ndarray) -> np.ndarray:
    """Height of the parts at places (N, 2), by looking down from high up."""
    points = np.column_stack([places, np.full(len(places), 99.0)])
    return support_height(Scene(terrain=Terrain(shape)), points, 0.0)


def centres(shape: tuple[int, int], cell: tuple[float, float] = (0.1, 0.1)) -> np.ndarray:
    rows, columns = shape
    x = (np.arange(columns) - (columns - 1) / 2.0) * cell[0]
    y = (np.arange(rows) - (rows - 1) / 2.0) * cell[1]
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def test_columns_run_along_x_and_rows_along_y(tmp_path: Path) -> None:
    heights = np.zeros((10, 20))
    heights[8:, :3] = 0.5  # the last rows, the first columns
    shape, ground, _ = made(tmp_path, heights)
    assert ground == 0.0
    np.testing.assert_allclose(shape.bounds, [[-1.0, 0.3, 0.0], [-0.7, 0.5, 0.5]], atol=1e-9)
    shape, _, _ = made(tmp_path, heights, cell=(-0.1, 0.2), centre=(5.0, 0.0))
    np.testing.assert_allclose(shape.bounds, [[5.7, 0.6, 0.0], [6.0, 1.0, 0.5]], atol=1e-9)


@pytest.mark.parametrize("narrow", [1e-30, 1e-320])
def test_squares_that_are_as_good_as_nothing_wide_are_refused(
    tmp_path: Path, narrow: float
) -> None:
    heights = np.zeros((4, 10))
    heights[:, 3:6] = 0.5
    with pytest.raises(ReadError, match="none of its 1 parts rises"):
        made(tmp_path, heights, cell=(0.1, narrow))


def test_a_single_block_shows_its_top_and_four_sides(tmp_path: Path) -> None:
    heights = np.zeros((10, 10))
    heights[3:6, 3:7] = 0.5
    shape, _, notes = made(tmp_path, heights)
    assert len(shape.parts) == 1 and "exact" in notes[0]
    a, b, c = (shape.vertices[shape.faces[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a) / 2.0
    assert np.linalg.norm(normals, axis=1).sum() == pytest.approx(0.12 + 2 * (0.15 + 0.2))
    outward = (a + b + c) / 3.0 - [*shape.bounds.mean(0)[:2], 0.25]
    assert np.all(np.sum(normals * outward, axis=1) > 0.0)


def test_sides_between_two_blocks_show_only_above_the_lower_one(tmp_path: Path) -> None:
    heights = np.zeros((10, 20))
    heights[3:6, 2:6], heights[3:6, 6:10] = 0.3, 0.5
    shape, _, _ = made(tmp_path, heights)
    a, b, c = (shape.vertices[shape.faces[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2.0
    wanted = 0.12 * 2 + 2 * 0.4 * 0.3 + 2 * 0.4 * 0.5 + 0.3 * 0.3 + 0.3 * 0.5 + 0.3 * 0.2
    assert area == pytest.approx(wanted)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 9)] * 4, st.floats(0.05, 1.0)), min_size=1, max_size=4))
def test_level_blocks_are_met_exactly(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[tuple[int, int, int, int, float]]
) -> None:
    heights = np.zeros((12, 14))
    for row, column, tall, wide, height in blocks:
        heights[row : row + tall + 1, column : column + wide + 1] = height
    shape, _, notes = made(tmp_path_factory.mktemp("field"), heights, tolerance=0.0)
    assert "exact" in notes[0]
    found = tops(shape, centres((12, 14)))
    np.testing.assert_allclose(found, heights.ravel(), atol=1e-9)


def test_a_ramp_is_one_part_and_stairs_are_one_each(tmp_path: Path) -> None:
    x = np.arange(40) * 0.1
    shape, _, notes = made(tmp_path, np.tile(0.3 * x, (20, 1)))
    assert len(shape.parts) == 1 and "exact" in notes[0]
    stairs = np.tile(np.floor(x / 0.5) * 0.2, (20, 1))
    shape, _, notes = made(tmp_path, stairs)
    assert len(shape.parts) <= 8 and "exact" in notes[0]


def test_stairs_that_run_askew_take_few_parts(tmp_path: Path) -> None:
    x, y = np.meshgrid(np.arange(150) * 0.02, np.arange(100) * 0.02)
    stairs = np.floor((x * np.cos(0.3) + y * np.sin(0.3)) / 0.4) * 0.15
    shape, _, notes = made(tmp_path, stairs, cell=(0.02, 0.02))
    assert len(shape.parts) <= 64
    found = tops(shape, centres(stairs.shape, (0.02, 0.02)))
    assert np.mean(np.abs(found - stairs.ravel()) < 0.01) > 0.9  # edges are off by 2 cm at most
    assert "within the tolerance" in notes[0]


def test_hills_stay_within_the_bound_and_what_was_lost_is_said(tmp_path: Path) -> None:
    x, y = np.meshgrid(np.arange(60) * 0.05, np.arange(50) * 0.05)
    hills = 0.3 * np.sin(3 * x) * np.cos(2 * y)
    for most in (1, 7, 40):
        shape, _, notes = made(tmp_path, hills, cell=(0.05, 0.05), most=most)
        assert len(shape.parts) <= most
        assert "mm on average" in notes[0]


def test_the_ground_and_what_is_unknown_are_level(tmp_path: Path) -> None:
    heights = np.full((10, 10), 2.0)
    heights[:5] = 2.5
    heights[0, 0], heights[9, 9] = np.nan, -7.0  # a hole in the scan, and a false depth
    shape, ground, _ = made(tmp_path, heights, ground=2.0)
    assert ground == 2.0
    assert shape.bounds[1, 2] == pytest.approx(0.5)
    found = tops(shape, centres((10, 10))).reshape(10, 10)
    assert found[0, 0] == found[9, 9] == 0.0 and found[4, 4] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("heights", "grid", "match"),
    [
        (np.zeros((5, 5)), {}, "nothing rises"),
        (np.ones((5, 5)), {"ground": 3.0}, "nothing rises"),
        (np.zeros(5), {}, "expected heights"),
        (np.zeros((3, 3, 3)), {}, "expected heights"),
        (np.full((5, 5), np.nan), {}, "infinite, or none"),
        (np.array([[0.0, 1.0], [np.inf, 0.0]]), {}, "infinite, or none"),
        (np.eye(5), {"cell": (0.0, 0.1)}, "two sizes"),
        (np.eye(5), {"cell": (1000.0, 0.1)}, "spans"),
        (np.eye(5) > 0, {}, "real numbers"),
        (np.zeros((3000, 3000), np.int8), {}, "squares; expected at most"),
    ],
)
def test_what_is_no_height_field_is_refused(
    tmp_path: Path, heights: np.ndarray, grid: dict[str, object], match: str
) -> None:
    with pytest.raises(ReadError, match=match):
        made(tmp_path, heights, **grid)


def test_the_steps_of_a_scanned_walk_are_where_the_scan_has_them(stairs: Clip) -> None:
    heights = np.load(recording("terrain/heightmap.npy")).astype(float)
    assert stairs.scene.terrain is not None
    shape = stairs.scene.terrain.shape
    assert len(shape.parts) <= 64
    places = centres(heights.shape, (0.01, 0.01))
    walked = (np.abs(places[:, 1] - 0.1) < 0.3) & (np.abs(places[:, 0] - 0.5) < 1.6)
    off = tops(shape, places[walked]) - np.maximum(heights.ravel()[walked] + 1.63, 0.0)
    assert np.median(np.abs(off)) < 0.02
    assert np.mean(np.abs(off) < 0.04) > 0.9


def test_feet_stand_on_the_steps_that_they_climb(stairs: Clip) -> None:
    clip = stairs
    for side in ("left", "right"):
        labels = np.load(recording(f"terrain/{side}_foot_contact.npy"))
        # At first the recording has the feet 12 cm in the floor.
        standing = np.flatnonzero(labels & (np.arange(len(labels)) > 20))
        toe = clip.landmark(f"{side}_toe")[standing]
        gap = toe[:, 2] - support_height(clip.scene, toe + np.array([0.0, 0.0, 0.1]), 0.0)
        assert np.median(np.abs(gap)) < 0.05
    climbed = clip.landmark("pelvis")[:, 2]
    assert climbed[-1] - climbed[0] == pytest.approx(1.1, abs=0.02)


def test_heights_that_are_none_of_any_ground_are_refused(tmp_path: Path) -> None:
    heights = np.zeros((4, 4))
    heights[1, 1] = 1e300
    np.save(tmp_path / "h.npy", heights)
    with pytest.raises(ReadError, match=r"heights beyond 100000 m"):
        read_heightfield(tmp_path / "h.npy", Grid(cell=(0.1, 0.1)))


def test_one_part_that_does_not_rise_is_refused(tmp_path: Path) -> None:
    heights = np.zeros((12, 12))
    heights[5, 5] = 0.3
    np.save(tmp_path / "h.npy", heights)
    with pytest.raises(ReadError, match="give more parts"):
        read_heightfield(tmp_path / "h.npy", Grid(cell=(0.1, 0.1), most=1, tolerance=0.1))
