"""What IsaacLab's loader for motion priors takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.motion import Links
from kinemesh.result import Result
from trajectory_files import Read, arrays_of


def test_isaaclabs_loader_finds_every_array_and_names_of_all_columns(
    walked: Result, links: Links, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.npz", format="isaaclab")
    arrays, frames = arrays_of(tmp_path / "a.npz"), len(walked)
    assert arrays["dof_names"].tolist() == list(links.joints)
    names = arrays["body_names"].tolist()
    assert set(links.names) < set(names) and {"left_rubber_hand", "right_rubber_hand"} < set(names)
    assert 1.0 / arrays["fps"] == 1.0 / 30.0
    assert arrays["dof_positions"].shape == arrays["dof_velocities"].shape == (frames, 29)
    for key, width in (
        ("body_positions", 3),
        ("body_rotations", 4),
        ("body_linear_velocities", 3),
        ("body_angular_velocities", 3),
    ):
        assert arrays[key].shape == (frames, 39, width) and arrays[key].dtype == np.float32
    np.testing.assert_allclose(
        arrays["body_rotations"][:, 0], walked.trajectory.q[:, [6, 3, 4, 5]], atol=1e-6
    )


def test_its_velocities_are_those_of_the_centres_of_mass(
    walked: Result, links: Links, tmp_path: Path
) -> None:
    """They set and are compared with PhysX's, which are of that point."""
    kinemesh.write(walked, tmp_path / "a.npz", format="isaaclab")
    kinemesh.write(walked, tmp_path / "b.npz", format="beyondmimic", fps=30.0)
    own, other = arrays_of(tmp_path / "a.npz"), arrays_of(tmp_path / "b.npz")
    names = own["body_names"].tolist()
    order = [names.index(links.names[k]) for k in links.breadth_first()]
    for ours, theirs in (
        ("body_linear_velocities", "body_lin_vel_w"),
        ("body_angular_velocities", "body_ang_vel_w"),
        ("body_positions", "body_pos_w"),
    ):
        np.testing.assert_array_equal(own[ours][:, order], other[theirs])


def test_columns_in_any_order_are_read_by_their_names(
    walked: Result, read: Read, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.npz", format="isaaclab")
    arrays = arrays_of(tmp_path / "a.npz")
    shuffle = np.random.default_rng(3)
    for names, keys in (("dof_names", "dof_"), ("body_names", "body_")):
        order = shuffle.permutation(len(arrays[names]))
        for key in [key for key in arrays if key.startswith(keys) and key != names]:
            arrays[key] = arrays[key][:, order]
        arrays[names] = arrays[names][order]
    np.savez(tmp_path / "b.npz", **arrays)
    found = read(tmp_path / "b.npz")
    assert found.format == "isaaclab" and found.warnings == ()
    np.testing.assert_allclose(found.trajectory.q, walked.trajectory.q, atol=1e-6)
