"""Motions without what they were made on pass the verdict on what they show of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

import kinemesh
from kinemesh import Clip, RobotModel
from kinemesh.augment import Steps, TerrainSize
from kinemesh.demos import DEMOS, FLOOR
from kinemesh.motion import Scene
from kinemesh.recordings.settling.found import on_found_terrain
from recordings import recording


@pytest.mark.slow
@pytest.mark.parametrize("name", ["step_up", "sit"])
def test_the_robot_passes_on_found_terrain(robot: RobotModel, name: str) -> None:
    clip = on_found_terrain(replace({**DEMOS, **FLOOR}[name](), scene=Scene()))
    score = kinemesh.evaluate(kinemesh.retarget(clip, robot))
    assert score.verdict == "pass", score.failed


@pytest.mark.slow
def test_found_terrain_is_augmented(robot: RobotModel, demos: dict[str, Clip]) -> None:
    clip = on_found_terrain(replace(demos["step_up"], scene=Scene()))
    higher = TerrainSize(height=1.25).apply(clip.scene, clip)
    result = kinemesh.Retargeter(robot).retarget(clip, scene=higher)
    assert not result.failures
    assert result.scene.terrain is not None
    assert result.scene.terrain.shape.bounds[1, 2] == pytest.approx(
        1.25 * 0.2 * result.scale, abs=1e-6
    )


@pytest.mark.slow
def test_the_robot_climbs_scanned_stairs_as_they_were_found_and_as_they_were(
    robot: RobotModel, tmp_path: Path
) -> None:
    motion = recording("terrain/smpl_keypoints.npy")
    scan = tmp_path / "scene.toml"
    scan.write_text(
        f'[clip]\nfile = "{motion}"\nfps = 30\n[terrain]\n'
        f'heightfield = "{recording("terrain/heightmap.npy")}"\ncell = [0.01, 0.01]\n'
    )
    for clip in (kinemesh.read(motion, fps=30.0, terrain="auto"), kinemesh.read(scan)):
        score = kinemesh.evaluate(kinemesh.retarget(clip, robot))
        assert not score.failed
        # Feet slide in that film, so that no more can be said of them.
        assert score.verdict.startswith("unsure"), score.verdict
        (claimed,) = (m for m in score.measures if m.name == "contact.claimed.kept")
        assert claimed.value == 100.0


@pytest.mark.slow
@pytest.mark.parametrize("height", [0.15, -0.15])
def test_steps_that_wander_are_climbed_as_they_are_found(
    robot: RobotModel, demos: dict[str, Clip], height: float
) -> None:
    walk = Steps(height=height).apply(demos["walk"])
    random = np.random.default_rng(1)
    path = gaussian_filter1d(random.normal(size=(len(walk), 1, 3)), 9.0, axis=0, mode="wrap")
    wandering = walk.positions + 0.01 * path / path.std()
    clip = on_found_terrain(replace(walk, positions=wandering, scene=Scene()))
    assert clip.scene.terrain is not None
    score = kinemesh.evaluate(kinemesh.retarget(clip, robot))
    assert not score.failed
