"""The index: the manifest's lines as typed columns that others open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kinemesh import Retargeter, batch, metrics
from kinemesh.batch.index import MEASURES, NAME, check_parquet, write_index
from kinemesh.batch.line import Record
from kinemesh.errors import MissingExtra
from kinemesh.motion import Clip

pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'kinemesh[parquet]'")


def record(variant: str, status: str, **more: Any) -> Record:
    return {
        "clip": "a",
        "variant": variant,
        "status": status,
        "reason": "",
        "key": f"key of {variant}",
        "settings": {"prop.x": 0.2, "motion.mirror": True},
        "options": {"robot": "g1", "format": None},
        "version": "1",
        "files": {},
        **more,
    }


RECORDS = [
    record(
        "far",
        "kept",
        verdict="pass",
        failed=[],
        frames=45,
        fps=30.0,
        relaxed=2,
        measures={"stance.drift_max": 1.5, "penetration.prop.max": None, "other": 3.0},
        files={"mjlab/a/far.npz": "1", "kept/a/far.npz": "2"},
        timings={"solve": 1.0},
    ),
    record("near", "failed", reason="took more than 3 s", timings={"all": 3.0}),
]


@pytest.mark.slow
def test_lines_become_rows_of_fixed_types(tmp_path: Path) -> None:
    from pyarrow import parquet

    path = write_index(tmp_path, RECORDS)
    assert path == tmp_path / NAME
    table = parquet.read_table(path)
    far, near = table.to_pylist()
    assert (far["clip"], far["variant"], far["status"]) == ("a", "far", "kept")
    assert (far["frames"], far["fps"], far["seconds"], far["relaxed"]) == (45, 30.0, 1.5, 2)
    assert json.loads(far["settings"]) == {"prop.x": 0.2, "motion.mirror": True}
    assert far["file"] == "kept/a/far.npz" and len(far["files"]) == 2
    assert far["stance_drift_max"] == 1.5 and far["penetration_prop_max"] is None
    assert near["reason"] == "took more than 3 s"
    assert near["seconds"] is near["file"] is near["verdict"] is near["stance_drift_max"] is None
    empty = tmp_path / "empty"
    empty.mkdir()
    assert parquet.read_table(write_index(empty, [])).schema == table.schema
    assert str(table.schema.field("frames").type) == "int64"
    assert not list(tmp_path.rglob(".kinemesh-*"))


def test_the_data_sets_library_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="needs the package datasets")
    path = str(write_index(tmp_path, RECORDS))
    options = {"split": "train", "cache_dir": str(tmp_path / "cache")}
    rows = datasets.load_dataset("parquet", data_files=path, **options)
    assert rows.num_rows == 2
    assert rows.filter(lambda row: row["status"] == "kept")["variant"] == ["far"]


def test_the_rows_of_the_verdict_have_columns(demos: dict[str, Clip]) -> None:
    limits: set[str] = set()
    known: set[str] = set()
    retargeter = Retargeter("g1")
    for name in ("lift_box", "step_up"):
        clip = demos[name].crop(0, 6)
        result = retargeter.retarget(clip)
        score = metrics.evaluate(
            result.trajectory,
            retargeter.robot,
            scene=result.scene,
            clip=clip,
            scale=result.scale,
        )
        known |= {measure.name for measure in score}
        limits |= {measure.name for measure in score if measure.limit is not None}
    assert limits <= set(MEASURES)
    assert {m for m in MEASURES if not m.startswith("contact.")} <= known


def test_without_pyarrow_it_is_said_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_parquet()
    monkeypatch.setattr("kinemesh.batch.index.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"kinemesh\[parquet\]"):
        batch.batch([tmp_path / "none.npy"], tmp_path / "out", parquet=True)
    assert not (tmp_path / "out").exists()
