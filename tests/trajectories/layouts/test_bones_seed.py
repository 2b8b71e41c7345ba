"""Named columns, centimetres, degrees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.result import Result
from trajectory_files import Read


def test_bones_seeds_table_is_centimetres_and_degrees_by_name(
    lifted: Result, read: Read, tmp_path: Path
) -> None:
    own = lifted.trajectory
    order = np.random.default_rng(5).permutation(29)
    euler = Rotation.from_quat(own.q[:, 3:7]).as_euler("xyz", degrees=True)
    columns = [np.arange(len(own))[:, None], own.q[:, :3] * 100.0, euler]
    table = np.hstack([*columns, np.rad2deg(own.joints[:, order])])
    header = [
        "Frame",
        *(f"root_{kind}{axis}" for kind in ("translate", "rotate") for axis in "XYZ"),
    ]
    header += [f"{own.joint_names[k]}_dof" for k in order]
    np.savetxt(tmp_path / "a.csv", table, delimiter=",", header=",".join(header), comments="")
    file = read(tmp_path / "a.csv")
    assert (file.format, file.trajectory.fps) == ("bones-seed", 120.0)
    np.testing.assert_allclose(file.trajectory.joints, own.joints, atol=1e-12)
    np.testing.assert_allclose(file.trajectory.q[:, :3], own.q[:, :3], atol=1e-12)
    turn = Rotation.from_quat(file.trajectory.q[:, 3:7]).inv()
    assert (turn * Rotation.from_quat(own.q[:, 3:7])).magnitude().max() < 1e-9
