from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from interaction_files import (
    CAMERA,
    FRAMES,
    Z_UP,
    Made,
    check_held,
    holding,
    sorted_corners,
    write_behave,
    write_obj,
)
from kinemesh.errors import KinemeshError
from kinemesh.recordings import read

UPRIGHT = Z_UP * CAMERA
"""From the camera's axes to z up."""


@pytest.fixture
def made() -> Made:
    return holding(CAMERA, "smplh")


def test_the_object_is_in_the_hand_about_the_mean_of_its_vertices(
    tmp_path: Path, made: Made
) -> None:
    mesh = write_obj(tmp_path / "box_f1000.obj", made.shape)
    clip = read(write_behave(tmp_path, made), object=mesh)
    assert clip.fps == 30.0
    vertices = sorted_corners(made.shape.vertices)
    turns = Rotation.from_rotvec(made.angles).as_matrix()
    # tools/parse_obj_pose.py
    there = np.matmul(vertices - vertices.mean(axis=0), turns.transpose(0, 2, 1))
    there += made.places[:, None]
    expected = there @ UPRIGHT.as_matrix().T
    check_held(clip, clip.scene.props[0], UPRIGHT.apply(made.wrist), expected)
    assert any("tilted" in note for note in clip.notes)


def test_a_scene_takes_the_objects_file_as_it_is(tmp_path: Path, made: Made) -> None:
    write_behave(tmp_path, made)
    write_obj(tmp_path / "box.obj", made.shape)
    (tmp_path / "scene.toml").write_text(
        'clip = { file = "smpl_fit_all.npz" }\n'
        'prop = [{ file = "box.obj", track = "object_fit_all.npz" }]\n'
    )
    (own,) = read(tmp_path / "scene.toml").scene.props
    (beside,) = read(tmp_path / "smpl_fit_all.npz", object=tmp_path / "box.obj").scene.props
    np.testing.assert_allclose(own.track, beside.track)
    np.testing.assert_allclose(own.shape.vertices, beside.shape.vertices)


def test_frames_are_matched_by_their_times(tmp_path: Path, made: Made) -> None:
    mesh = write_obj(tmp_path / "box.obj", made.shape)
    whole = read(write_behave(tmp_path, made), object=mesh).scene.props[0].track
    times = np.array([f"t{3 + k / 30:08.3f}" for k in range(FRAMES)])
    kept = np.r_[0:9, 11:FRAMES]
    gaps = {"angles": made.angles[kept], "trans": made.places[kept], "frame_times": times[kept]}
    clip = read(write_behave(tmp_path, made, **gaps), object=mesh)
    np.testing.assert_allclose(clip.scene.props[0].track, whole, atol=2e-3)
    assert any("filled" in note for note in clip.notes)
    kept = np.r_[0:4, 14:FRAMES]
    gaps = {"angles": made.angles[kept], "trans": made.places[kept], "frame_times": times[kept]}
    with pytest.raises(KinemeshError, match="object"):
        read(write_behave(tmp_path, made, **gaps), object=mesh)


def test_times_that_jump_are_a_warning(tmp_path: Path, made: Made) -> None:
    times = np.array([f"t{3 + (k + 5 * (k > 7)) / 30:08.3f}" for k in range(FRAMES)])
    file = write_behave(tmp_path, made, frame_times=times)
    with np.load(file) as arrays:
        table = {**arrays, "frame_times": times}
    np.savez(file, **table)
    assert any("missing at 1 places, the first after frame 7" in w for w in read(file).warnings)


def test_a_person_without_an_object_beside_is_read_alone(tmp_path: Path, made: Made) -> None:
    file = write_behave(tmp_path, made)
    (tmp_path / "object_fit_all.npz").unlink()
    clip = read(file)
    assert clip.scene.props == ()
    assert clip.joint("Head")[:, 2].min() > 1.3
