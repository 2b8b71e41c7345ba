"""Terrain found from motions alone, against the terrain that they were made on."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kinemesh import ReadError, read
from kinemesh.augment import TerrainBox, TerrainSize
from kinemesh.demos.sit import sit
from kinemesh.demos.step_up import step_up
from kinemesh.detection.holds import standing
from kinemesh.detection.support import support_height
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Scene, Shape, Terrain
from kinemesh.motion.skeleton import BONES
from kinemesh.recordings.scene.found import found_terrain
from kinemesh.recordings.settling.found import on_found_terrain
from recordings import recording

CLIMBS = {"climb/seq_0": "mocap_climb_seq_0_joint_positions_f900-3700.npy"}
LEVEL: dict[str, dict[str, Any]] = {
    "lafan1/dance1_subject1.npy": {},
    "optitrack/walk.npz": {},
    "optitrack/squat.npz": {},
    "cmu/cmu_12_01_walk.bvh": {},
    "animated_drawings/jumping.bvh": {},
    "animated_drawings/dab.bvh": {},
    "amass/140_02_stageii.npz": {"rest_joints": "amass/smplx22_rest_joints.p"},
    "omomo/sub2_woodchair_000.pt": {},
    "omomo/sub3_largebox_003.pt": {},
    "humoto/lift_shelf_lie_to_stand-867.glb": {},
}
RIDE = 0.019
"""How high toe joints ride over the scanned stairs [m], in the middle of all footfalls."""


def bare(clip: Clip) -> Clip:
    return replace(clip, scene=Scene())


def deepest(clip: Clip, terrain: Terrain) -> float:
    """How deep the bones of a person are in a terrain of convex parts at most [m]."""
    ends = [(clip.landmark(a), clip.landmark(b)) for a, b in BONES]
    points = np.stack([a + s * (b - a) for a, b in ends for s in np.linspace(0.0, 1.0, 8)])
    depths = [
        -(points @ part.planes[:, :3].T + part.planes[:, 3]).max(axis=-1)
        for part in terrain.shape.parts
    ]
    return float(np.max(depths))


@pytest.fixture(scope="module")
def scanned() -> tuple[Clip, np.ndarray]:
    """The stairs as the motion alone shows them, and the heights of the scan (rows, columns)."""
    clip = read(recording("terrain/smpl_keypoints.npy"), fps=30.0, terrain="auto")
    return clip, np.load(recording("terrain/heightmap.npy"), allow_pickle=False)


def scan_at(heights: np.ndarray, places: np.ndarray) -> np.ndarray:
    rows, columns = heights.shape
    x = np.round(places[..., 0] / 0.01 + (columns - 1) / 2.0).astype(int)
    y = np.round(places[..., 1] / 0.01 + (rows - 1) / 2.0).astype(int)
    return np.asarray(heights[y, x])


def file_height(clip: Clip) -> float:
    """The height that a clip's ground has in its file [m]."""
    raw = np.load(recording("terrain/smpl_keypoints.npy"), allow_pickle=False)
    return float(raw[0, 0, 2] - clip.positions[0, 0, 2])


def test_treads_are_where_the_scan_has_them(scanned: tuple[Clip, np.ndarray]) -> None:
    clip, heights = scanned
    raised = [hold for hold in standing(clip) if hold.height > 0.07]
    assert len(raised) == 8
    assert clip.scene.terrain is not None
    assert len(clip.scene.terrain.shape.parts) == 7
    below = file_height(clip)
    off = []
    for hold in raised:
        place = hold.places[1]
        top = support_height(clip.scene, np.append(place, hold.height)[None])[0] + below
        off.append(top - RIDE - scan_at(heights, place))
    # Toes rise by 12 cm over two of the treads while they stand: estimated from a film.
    assert np.abs(off).max() < 0.02
    assert np.sort(np.abs(off))[5] < 0.018


def test_edges_of_treads_are_where_the_scan_has_them(scanned: tuple[Clip, np.ndarray]) -> None:
    clip, heights = scanned
    assert clip.scene.terrain is not None
    parts = sorted(clip.scene.terrain.shape.parts, key=lambda part: part.vertices[:, 2].max())
    middle = [part.vertices.mean(axis=0) for part in parts]
    below = file_height(clip)
    # The first footfall of the recording is 15 cm in the ground of the scan.
    for lower, upper in itertools.pairwise(parts):
        edge = (lower.vertices[:, 0].max() + upper.vertices[:, 0].min()) / 2.0
        half = (lower.vertices[:, 2].max() + upper.vertices[:, 2].max()) / 2.0 + below - RIDE
        y = (middle[parts.index(lower)][1] + middle[parts.index(upper)][1]) / 2.0
        way = np.arange(edge - 0.3, edge + 0.3, 0.005)
        profile = scan_at(heights, np.stack([way, np.full(len(way), y)], axis=1))
        risers = way[:-1][(profile[:-1] < half) & (profile[1:] >= half)]
        assert np.abs(risers - edge).min() < 0.05, edge


def test_a_floor_that_is_said_is_the_ground(scanned: tuple[Clip, np.ndarray]) -> None:
    path = recording("terrain/smpl_keypoints.npy")
    clip = read(path, fps=30.0, terrain="auto", floor=-1.63)
    assert clip.scene.terrain is not None and scanned[0].scene.terrain is not None
    assert len(clip.scene.terrain.shape.parts) == len(scanned[0].scene.terrain.shape.parts) - 1
    assert file_height(clip) == pytest.approx(-1.63)


@pytest.fixture(scope="module")
def climb() -> tuple[Clip, Clip]:
    """A climb over three boxes, and the same on the terrain that it shows."""
    folder = recording("climb/seq_0")
    file = folder / CLIMBS["climb/seq_0"]
    true = read(file, height=1.78, terrain=folder / "multi_boxes.obj")
    return true, read(file, height=1.78, terrain="auto")


def test_boxes_that_were_climbed_are_found_under_planted_feet(climb: tuple[Clip, Clip]) -> None:
    true, found = climb
    assert found.scene.terrain is not None
    assert len(found.scene.terrain.shape.parts) == 3
    feet = [hold for hold in standing(found) if hold.height > 0.07]
    assert len(feet) > 6
    for hold in feet:
        points = np.column_stack([hold.places, np.full(2, hold.height)])
        heights = [support_height(clip.scene, points) for clip in (true, found)]
        assert np.abs(heights[0] - heights[1]).max() < 0.02, hold


def test_found_boxes_lie_within_those_that_were_there(climb: tuple[Clip, Clip]) -> None:
    true, found = climb
    assert true.scene.terrain is not None and found.scene.terrain is not None
    for part in found.scene.terrain.shape.parts:
        top = part.vertices[part.vertices[:, 2] > 0.1]
        heights = support_height(true.scene, top * 0.9 + top.mean(axis=0) * 0.1)
        assert np.mean(np.abs(heights - top[:, 2]) < 0.02) >= 0.5


def test_no_bone_is_in_found_terrain(climb: tuple[Clip, Clip]) -> None:
    clips = [climb[1], *(on_found_terrain(bare(make())) for make in (step_up, sit))]
    for clip in clips:
        assert clip.scene.terrain is not None
        assert deepest(clip, clip.scene.terrain) < 0.03


@pytest.mark.parametrize("file", LEVEL)
def test_what_was_done_on_level_ground_shows_no_terrain(file: str) -> None:
    options = dict(LEVEL[file])
    if "rest_joints" in options:
        options["rest_joints"] = recording(options["rest_joints"])
    clip = read(recording(file), **options)
    auto = read(recording(file), terrain="auto", **options)
    assert auto.scene.terrain is None
    assert "terrain: none" in auto.notes[-1]
    np.testing.assert_array_equal(auto.positions, clip.positions)


def test_a_seat_is_found_that_is_no_wider_than_who_sits_needs() -> None:
    clip = on_found_terrain(bare(sit()))
    assert clip.scene.terrain is not None
    low, high = clip.scene.terrain.shape.bounds
    assert high[2] == pytest.approx(0.45, abs=0.02)
    assert np.all(high[:2] - low[:2] < 0.7)
    (note,) = (note for note in clip.notes if note.startswith("seat"))
    assert "by 1 seat" in note


def test_a_chair_that_is_there_is_not_found_again() -> None:
    clip = sit()
    assert clip.scene.props
    assert found_terrain(clip) is None


def test_what_has_a_terrain_is_refused(demos: dict[str, Clip]) -> None:
    with pytest.raises(ClipError, match="has a terrain"):
        found_terrain(demos["step_up"])


def test_a_scene_file_says_what_was_climbed_or_has_it_found(tmp_path: Any) -> None:
    path = recording("terrain/smpl_keypoints.npy")
    scene = tmp_path / "scene.toml"
    scene.write_text(f'[clip]\nfile = "{path}"\nfps = 30\n')
    assert read(scene, terrain="auto").scene.terrain is not None
    scene.write_text(
        f'[clip]\nfile = "{path}"\nfps = 30\n[terrain]\n'
        f'heightfield = "{recording("terrain/heightmap.npy")}"\ncell = [0.01, 0.01]\n'
    )
    with pytest.raises(ReadError, match="says itself what was climbed"):
        read(scene, terrain="auto")


def test_found_terrain_is_varied_as_any(demos: dict[str, Clip]) -> None:
    clip = on_found_terrain(bare(demos["step_up"]))
    higher = TerrainSize(height=1.5).apply(clip.scene, clip)
    aside = TerrainBox(box=1, y=0.1, axes="world").apply(clip.scene, clip)
    assert clip.scene.terrain and higher.terrain and aside.terrain
    assert higher.terrain.shape.bounds[1, 2] == pytest.approx(0.3, abs=1e-6)
    moved = aside.terrain.shape.bounds - clip.scene.terrain.shape.bounds
    assert moved == pytest.approx(np.array([[0.0, 0.1, 0.0]] * 2))


def test_a_slab_is_left_where_limbs_are_below() -> None:
    # Somebody lies under the seat, later.
    clip = bare(sit())
    frames = len(clip)
    under = np.repeat(clip.positions[:1], 30, axis=0)
    seat = clip.landmark("pelvis")[frames // 2 + 15]
    for k in range(under.shape[1]):
        under[:, k] = [seat[0], seat[1], 0.1]
    for side, x in (("left", -0.1), ("right", 0.1)):
        for k, part in enumerate(("hip", "knee", "ankle", "toe")):
            for joint in clip.skeleton.weights(f"{side}_{part}"):
                place = [seat[0] + x, seat[1] + 0.2 - 0.4 * k, 0.1]
                under[:, clip.skeleton.index(joint)] = place
    both = replace(clip, positions=np.concatenate([clip.positions, under]))
    found = found_terrain(both)
    assert found is not None
    assert "a slab" in found.notes[-1]
    low, high = found.terrain.shape.bounds
    assert high[2] - low[2] == pytest.approx(0.1, abs=0.01)
    assert isinstance(found.terrain.shape, Shape)
