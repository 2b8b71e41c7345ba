"""Parquet's columns, and tables that are damaged or would unpack without bound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinemesh._files.parquet_files import read_parquet, write_parquet
from kinemesh.errors import ReadError

pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'kinemesh[parquet]'")
parquet = pytest.importorskip("pyarrow.parquet")


def test_numbers_and_lists_of_numbers_come_back_and_all_else_is_left_out_with_a_reason(
    tmp_path: Path,
) -> None:
    numbers = np.arange(12.0).reshape(4, 3)
    write_parquet(
        tmp_path / "a.parquet",
        {
            "single": numbers[:, 0],
            "a.row": numbers.astype(np.float32),
            "whole": np.arange(4),
            "flags": [True, None, False, True],
            "word": ["a", "b", "c", "d"],
            "ragged": [[1.0], [1.0, 2.0], [], [3.0]],
            "gaps": [[1.0], None, [2.0], [3.0]],
        },
        {"note": "beside"},
    )
    found, left = read_parquet(tmp_path / "a.parquet")
    np.testing.assert_array_equal(found["single"], numbers[:, 0])
    np.testing.assert_array_equal(found["a.row"], numbers)
    np.testing.assert_array_equal(found["whole"], [0, 1, 2, 3])
    np.testing.assert_array_equal(found["flags"], [1.0, np.nan, 0.0, 1.0])
    assert all(values.dtype == np.float64 for values in found.values())
    assert left == {
        "word": "it is of string",
        "ragged": "its rows are not of one length",
        "gaps": "its rows are not of one length",
    }
    assert parquet.read_schema(tmp_path / "a.parquet").metadata[b"note"] == b"beside"


@pytest.mark.slow
def test_a_few_bytes_that_unpack_to_gigabytes_are_refused(tmp_path: Path) -> None:
    """A column of one number is as good as nothing in the file, however many rows it has."""
    some = pyarrow.table({"x": pyarrow.array(np.zeros(1 << 24))})
    with parquet.ParquetWriter(tmp_path / "a.parquet", some.schema) as writer:
        for _ in range(9):
            writer.write_table(some)
    assert (tmp_path / "a.parquet").stat().st_size < 1 << 20
    with pytest.raises(ReadError, match=r"holds 1\.51e\+08 numbers; expected at most"):
        read_parquet(tmp_path / "a.parquet")


@pytest.mark.slow
def test_rows_that_state_nothing_count_by_the_width_that_they_would_take(tmp_path: Path) -> None:
    kind = pyarrow.list_(pyarrow.float32(), 1 << 20)
    table = pyarrow.table({"x": pyarrow.nulls(200, kind)})
    parquet.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(ReadError, match="numbers; expected at most"):
        read_parquet(tmp_path / "a.parquet")


@pytest.mark.slow
def test_two_columns_of_one_name_and_thousands_of_columns_are_refused(tmp_path: Path) -> None:
    twice = pyarrow.Table.from_arrays([pyarrow.array([1.0])] * 2, names=["x", "x"])
    parquet.write_table(twice, tmp_path / "a.parquet")
    with pytest.raises(ReadError, match="two columns of one name"):
        read_parquet(tmp_path / "a.parquet")
    many = pyarrow.table({f"c{k}": [1.0] for k in range(5000)})
    parquet.write_table(many, tmp_path / "b.parquet")
    with pytest.raises(ReadError, match="has 5000 columns; expected at most 4096"):
        read_parquet(tmp_path / "b.parquet")


@pytest.mark.parametrize("seed", range(40))
def test_what_is_cut_or_flipped_is_read_or_refused_in_words(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    write_parquet(
        tmp_path / "a.parquet", {"x": rng.normal(size=200), "y": rng.normal(size=(200, 3))}
    )
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    for place in rng.integers(4, len(data), size=3):
        data[place] = int(rng.integers(256))
    if seed % 2:
        data = data[: int(rng.integers(4, len(data)))]
    (tmp_path / "a.parquet").write_bytes(data)
    try:
        read_parquet(tmp_path / "a.parquet")
    except ReadError as error:
        assert "a.parquet" in str(error)
