"""Motions without what they were made on pass the verdict on what they show of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

import kinemesh
from kinemesh import Clip, RobotModel
from kinemesh.augment import TerrainSize
from kinemesh.demos import DEMOS, FLOOR
from kinemesh.motion import Scene
from kinemesh.recordings.found import on_found_terrain


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
