"""``kinemesh terrain``, and ``--terrain auto`` of the other commands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from commands import Command
from kinemesh import demos, read
from kinemesh.augment import Steps
from kinemesh.batch.sources import read_sources
from kinemesh.motion import SKELETONS


def steps_of(tmp_path: Path, *, y_up: bool = False) -> Path:
    """A recording of somebody who goes up steps of 15 cm, in the order of lafan22."""
    clip = Steps(height=0.15).apply(demos.walk())
    skeleton = SKELETONS["lafan22"]
    positions = np.zeros((len(clip), len(skeleton.joints), 3))
    positions += clip.landmark("pelvis")[:, None]
    for landmark in skeleton.landmarks:
        for joint in skeleton.weights(landmark):
            positions[:, skeleton.index(joint)] = clip.landmark(landmark)
    if y_up:
        positions = positions[..., [0, 2, 1]] * (1.0, 1.0, -1.0)
    file = tmp_path / "up.npy"
    np.save(file, positions)
    return file


@pytest.mark.parametrize("y_up", [False, True])
def test_what_is_written_is_what_is_found_when_it_is_read_back(
    kinemesh_command: Command, tmp_path: Path, y_up: bool
) -> None:
    file, target = steps_of(tmp_path, y_up=y_up), tmp_path / "terrain.obj"
    run = kinemesh_command("terrain", file, "--source-fps", "30", "-o", target)
    assert run.status == 0
    floor = float(run.out.split()[-1])
    auto = read(file, fps=30, terrain="auto")
    back = read(file, fps=30, terrain=target, floor=floor)
    assert auto.scene.terrain is not None and back.scene.terrain is not None
    assert len(back.scene.terrain.shape.parts) == len(auto.scene.terrain.shape.parts) == 6
    np.testing.assert_allclose(
        back.scene.terrain.shape.bounds, auto.scene.terrain.shape.bounds, atol=1e-5
    )
    np.testing.assert_allclose(back.positions, auto.positions, atol=1e-4)


def test_level_ground_writes_nothing_and_says_so(
    kinemesh_command: Command, recorded: Path, tmp_path: Path
) -> None:
    target = tmp_path / "terrain.obj"
    run = kinemesh_command("terrain", recorded, "--source-fps", "30", "-o", target)
    assert run.status == 1
    assert "level ground explains the motion" in run.out
    assert not target.exists()


def test_json_says_how_many_parts_there_are(kinemesh_command: Command, tmp_path: Path) -> None:
    target = tmp_path / "terrain.obj"
    run = kinemesh_command(
        "terrain", steps_of(tmp_path), "--source-fps", "30", "-o", target, "--json"
    )
    assert run.status == 0
    assert json.loads(run.out)["parts"] == 6


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "terrain.stl"), "ends in .obj"),
        (("-o", "terrain.obj", "--terrain", "boxes.obj"), "leave it out"),
        (("-o", "nowhere/terrain.obj"), "does not exist"),
    ],
)
def test_what_cannot_be_is_refused(
    kinemesh_command: Command,
    recorded: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    run = kinemesh_command("terrain", recorded, "--source-fps", "30", *arguments)
    assert run.status == 2
    assert said in run.err


def test_other_commands_take_terrain_auto(kinemesh_command: Command, tmp_path: Path) -> None:
    run = kinemesh_command(
        "info", steps_of(tmp_path), "--source-fps", "30", "--terrain", "auto", "--json"
    )
    assert run.status == 0
    table = json.loads(run.out)
    assert table["terrain"] == "terrain"
    assert any(line.startswith("step: 0.150 m high") for line in table["found"])


def test_a_listing_has_terrain_found(tmp_path: Path) -> None:
    steps_of(tmp_path)
    listing = tmp_path / "clips.toml"
    listing.write_text('[[clip]]\npath = "up.npy"\nfps = 30\nterrain = "auto"\n')
    (source,) = read_sources([listing])
    assert list(source.files) == ["source"]
    assert source.options()["terrain"] == "auto"
    assert source.read().scene.terrain is not None


def test_a_trajectory_without_recording_has_nothing_to_find_terrain_in(
    kinemesh_command: Command, tmp_path: Path
) -> None:
    csv = tmp_path / "still.csv"
    row = ",".join(["0.0", "0.0", "0.79", "0.0", "0.0", "0.0", "1.0", *["0.0"] * 29])
    csv.write_text("\n".join([row] * 10) + "\n")
    run = kinemesh_command("evaluate", csv, "--terrain", "auto")
    assert run.status == 2
    assert "found in a recording: give that, --clip" in run.err
