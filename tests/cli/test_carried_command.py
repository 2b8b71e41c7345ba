"""A result carries its scene: what shows and judges it needs nothing but the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinemesh
from commands import Command, Run, older
from kinemesh import Result, RobotModel
from kinemesh import recordings as io
from kinemesh.augment import Variant
from kinemesh.batch.sources import Source
from kinemesh.batch.task import Options, Task, Worker
from kinemesh.motion import Clip
from kinemesh.viewer import Stage
from recordings import fault, recording

CLIMB = "climb/seq_0/mocap_climb_seq_0_joint_positions_f900-3700.npy"


@pytest.fixture(scope="module")
def carried(robot: RobotModel, carrying: Clip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A third of a second in which a person holds a scanned box."""
    clip = carrying.trimmed(1.0, 1.3)
    return kinemesh.retarget(clip, robot).save(tmp_path_factory.mktemp("out") / "sub3.npz")


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Stage]]:
    """What was drawn by render and report, in order."""
    drawn: list[Stage] = []

    def film(stage: Stage, target: Path, **given: Any) -> None:
        drawn.append(stage)
        target.write_bytes(b"film")

    def report(entries: list[Any], target: Path, **given: Any) -> None:
        drawn.extend(entry.stage for entry in entries)
        target.write_bytes(b"page")

    monkeypatch.setattr("kinemesh.film.film", film)
    monkeypatch.setattr("kinemesh.report.report", report)
    yield drawn


def said(run: Run) -> dict[str, Any]:
    assert run.status == 0, run.err
    found: dict[str, Any] = json.loads(run.out)
    return found


def held(clip: Clip) -> int:
    """The first frame in which the box is well above the ground."""
    return int(np.argmax(clip.scene.props[0].track[:, 2] > 0.5))


def alike(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Two reports of evaluate have one verdict, one set of doubts, and the same figures."""
    assert (one["state"], one["verdict"]) == (other["state"], other["verdict"])
    assert one["doubts"] == other["doubts"]
    assert one["measures"].keys() == other["measures"].keys()
    for name, row in one["measures"].items():
        value = other["measures"][name]["value"]
        assert row["value"] == (None if value is None else pytest.approx(value, 1e-6, 1e-6)), name


@pytest.mark.slow
def test_a_carried_box_is_judged_with_the_file_alone_as_with_its_recording(
    kinemesh_command: Command, carried: Path
) -> None:
    recorded = ("--clip", recording("omomo/sub3_largebox_003.pt"), "--height", "1.941")
    given = (*recorded, "--object", recording("omomo/objects/largebox.obj"))
    part = ("--start", "1.0", "--stop", "1.3")
    alone = said(kinemesh_command("evaluate", carried, "--json"))
    assert alone["measures"]["contact.prop.gap_mean"]["value"] is not None
    assert "recording: in the file" in alone["notes"]
    alike(alone, said(kinemesh_command("evaluate", carried, *given, *part, "--json")))


@pytest.mark.slow
def test_a_climb_is_judged_with_the_file_alone_as_with_its_recording(
    kinemesh_command: Command, out: Path
) -> None:
    given = ("--skeleton", "mocap53", "--height", "1.78", "--start", "6.0", "--stop", "6.6")
    terrain = ("--terrain", recording("climb/seq_0/multi_boxes.obj"))
    motion = recording(CLIMB)
    run = kinemesh_command("retarget", motion, *given, *terrain, "--fps", "30", "-o", out)
    assert run.status == 0, run.err
    alone = said(kinemesh_command("evaluate", out, "--json"))
    assert alone["measures"]["penetration.terrain.max"]["value"] is not None
    recorded = ("--clip", motion, "--clip-fps", "30")
    alike(alone, said(kinemesh_command("evaluate", out, *recorded, *given, *terrain, "--json")))


@pytest.mark.slow
def test_a_result_is_drawn_with_what_it_holds(
    kinemesh_command: Command, carried: Path, staged: list[Stage], tmp_path: Path
) -> None:
    assert kinemesh_command("render", carried, "-o", tmp_path / "a.png").status == 0
    assert kinemesh_command("report", carried, "-o", tmp_path / "a.html").status == 0
    result = Result.load(carried)
    assert len(staged) == 2
    for stage in staged:
        assert [prop.name for prop in stage.props] == ["largebox"]
        size = np.ptp(result.scene.props[0].shape.vertices, axis=0)
        np.testing.assert_allclose(np.ptp(stage.props[0].vertices, axis=0), size, atol=0.02)
        assert stage.prop_poses is not None
        np.testing.assert_array_equal(stage.prop_poses[:, 0], result.scene.props[0].track)
        assert stage.person is not None and stage.contacts
    lines = kinemesh_command("info", carried).out
    assert "largebox: 0.47 x 0.46 x 0.41 m" in lines
    assert "recording  sub3_largebox_003, smplh52, 1.941 m" in lines


@pytest.mark.slow
def test_what_a_robot_carried_another_carries(
    kinemesh_command: Command, carried: Path, out: Path
) -> None:
    run = kinemesh_command("retarget", carried, "--stop", "0.1", "-o", out, "--robot", "h1")
    assert run.status == 0, run.err
    assert Result.load(out).scene.things == ("largebox",)


@pytest.mark.slow
def test_an_older_file_is_drawn_without_its_box_and_says_what_to_give(
    kinemesh_command: Command, carried: Path, staged: list[Stage], tmp_path: Path
) -> None:
    old = older(carried, tmp_path / "old.npz")
    assert kinemesh_command("render", old, "-o", tmp_path / "a.png").status == 0
    assert staged[0].props == ()
    run = kinemesh_command("evaluate", old)
    assert run.status == 0 and "verdict: unsure" in run.out
    assert "earlier versions wrote it: give them, --clip with --object or --terrain" in run.out
    assert "not in the file" in kinemesh_command("info", old).out
    box = recording("omomo/objects/largebox.obj")
    given = ("--object", box, "-o", tmp_path / "b.png")
    assert kinemesh_command("render", old, *given).status == 0
    assert [prop.name for prop in staged[1].props] == ["largebox"]


@pytest.mark.slow
@pytest.mark.parametrize("ending", [(), ("--clip",)])
def test_a_variant_is_drawn_and_judged_with_its_own_box(
    kinemesh_command: Command,
    robot: RobotModel,
    staged: list[Stage],
    tmp_path: Path,
    ending: tuple[str, ...],
) -> None:
    scene = fault("size_variant_render/lift.toml")
    clip = io.read(scene)
    k = held(clip)
    varied = Variant("small", {"prop.size": 0.7}).apply(clip.crop(k, k + 8))
    result = kinemesh.retarget(varied.clip, robot, varied.scene)
    path = result.save(tmp_path / "small.npz")
    given: tuple[Any, ...] = ()
    if ending:
        start, stop = k / clip.fps, (k + 7) / clip.fps
        given = ("--clip", scene, "--start", f"{start:.4f}", "--stop", f"{stop:.4f}")
    run = kinemesh_command("render", path, *given, "-o", tmp_path / "a.png")
    assert run.status == 0, run.err
    size = np.ptp(staged[0].props[0].vertices, axis=0)
    np.testing.assert_allclose(size, 0.7 * np.array([0.3, 0.4, 0.3]), atol=1e-9)
    report = said(kinemesh_command("evaluate", path, *given, "--json"))
    assert report["measures"]["penetration.prop.max"]["value"] < 2.0  # 60 in the unscaled box
    told = "scene: the file's own; not as in the recording: box" in report["notes"]
    assert told == bool(ending)


@pytest.mark.slow
def test_what_a_batch_kept_is_judged_alone_as_in_the_batch(
    kinemesh_command: Command, tmp_path: Path
) -> None:
    scene = fault("size_variant_render/lift.toml")
    k = held(io.read(scene))
    source = Source(scene, "lift", start=k / 30.0, stop=(k + 7) / 30.0)
    variant = Variant("size", {"prop.size": 0.7})
    task = Task(source, variant, Options("g1"), tmp_path, {"source": "x"})
    record = Worker("g1")(task)
    (file,) = record["files"]
    report = said(kinemesh_command("evaluate", tmp_path / file, "--json"))
    assert {"kept": "pass", "rejected": "fail"}.get(record["status"], "unsure") == report["state"]
    assert record["verdict"] == report["verdict"]
    for name, row in report["measures"].items():
        value = record["measures"][name]
        assert row["value"] == (None if value is None else pytest.approx(value, 1e-6, 1e-6)), name


@pytest.mark.slow
def test_a_scanned_box_and_its_whole_clip_are_less_than_a_megabyte(
    robot: RobotModel, carrying: Clip, tmp_path: Path
) -> None:
    result = kinemesh.retarget(carrying, robot, refine=False)
    path = result.save(tmp_path / "sub3.npz")
    assert path.stat().st_size < 1e6
    after = Result.load(path)
    assert after.demonstration is not None and after.scene.things == ("largebox",)
