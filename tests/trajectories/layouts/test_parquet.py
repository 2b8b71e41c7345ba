"""A motion as a plain Parquet table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import kinemesh
from kinemesh.errors import ReadError
from kinemesh.motion import Links
from kinemesh.result import Result
from trajectory_files import Read

pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'kinemesh[parquet]'")
parquet = pytest.importorskip("pyarrow.parquet")
_POSE = ("x", "y", "z", "qx", "qy", "qz", "qw")


def test_every_number_has_a_column_of_its_name(
    lifted: Result, links: Links, tmp_path: Path
) -> None:
    assert kinemesh.write(lifted, tmp_path / "a.parquet", format="parquet") == ()
    table = parquet.read_table(tmp_path / "a.parquet")
    names = ["time", *(f"root.{end}" for end in _POSE), *links.joints]
    assert table.column_names == [*names, *(f"prop.box.{end}" for end in _POSE)]
    found = np.stack([table.column(name).to_numpy() for name in names[1:]], axis=1)
    np.testing.assert_allclose(found, lifted.trajectory.q, atol=1e-15)
    np.testing.assert_allclose(table.column("time").to_numpy()[-1], (len(lifted) - 1) / 30.0)


def test_other_columns_and_another_order_are_no_matter(
    lifted: Result, read: Read, tmp_path: Path
) -> None:
    kinemesh.write(lifted, tmp_path / "a.parquet", format="parquet")
    table = parquet.read_table(tmp_path / "a.parquet")
    table = table.select(table.column_names[::-1])
    table = table.append_column("clip", pyarrow.array(["a"] * len(table)))
    table = table.append_column("touch", pyarrow.array([[True, False]] * len(table)))
    parquet.write_table(table, tmp_path / "b.parquet")
    found = read(tmp_path / "b.parquet")
    np.testing.assert_allclose(found.trajectory.q, lifted.trajectory.q, atol=1e-12)
    assert (found.format, found.trajectory.fps, found.prop_names) == ("parquet", 30.0, ("box",))


@pytest.mark.parametrize("fps", [29.97, 59.94, 120.0, 30000.0 / 1001.0])
def test_the_rate_is_that_of_its_times(
    fps: float, walked: Result, read: Read, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.parquet", format="parquet", fps=fps)
    assert read(tmp_path / "a.parquet").trajectory.fps == pytest.approx(fps, rel=1e-8)


def test_a_table_without_times_takes_the_rate_that_is_given(
    walked: Result, read: Read, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.parquet", format="parquet")
    table = parquet.read_table(tmp_path / "a.parquet").drop_columns(["time"])
    parquet.write_table(table, tmp_path / "b.parquet")
    assert read(tmp_path / "b.parquet", 25.0).trajectory.fps == 25.0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("time", "the steps of 'time' are not of one length"),
        ("root.qw", "names no column root.qw"),
        ("left_knee_joint", "names no joint left_knee_joint"),
        ("prop.box.z", "names no column prop.box.z"),
    ],
)
def test_times_that_jump_and_columns_that_are_missing_are_refused(
    name: str, message: str, lifted: Result, read: Read, tmp_path: Path
) -> None:
    kinemesh.write(lifted, tmp_path / "a.parquet", format="parquet")
    table = parquet.read_table(tmp_path / "a.parquet")
    values = np.array(table.column(name).to_numpy())
    values[20:] += 1.0
    table = table.drop_columns([name])
    if name == "time":
        table = table.append_column(name, pyarrow.array(values))
    parquet.write_table(table, tmp_path / "b.parquet")
    with pytest.raises(ReadError, match=message):
        read(tmp_path / "b.parquet")
