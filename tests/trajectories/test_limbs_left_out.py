"""What trainers read are things: other people in a scene are left out of it, and named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinemesh import Result, evaluate, retarget
from kinemesh.motion import Prop, Scene, Shape
from kinemesh.robot import RobotModel
from kinemesh.trajectories import write
from kinemesh.trajectories.motion import motion_of
from two_people import passing


@pytest.fixture(scope="module")
def result(robot: RobotModel) -> Result:
    clip = passing(0.8, 12)
    track = np.tile([2.0, 2.0, 0.1, 0.0, 0.0, 0.0, 1.0], (12, 1))
    box = Prop("box", Shape.box((0.2, 0.2, 0.2)), track)
    return retarget(replace(clip, scene=Scene((*clip.scene.props, box), None, 0.0)), robot)


@pytest.mark.slow
def test_a_motion_has_things_and_says_who_was_left_out(result: Result, robot: RobotModel) -> None:
    motion = motion_of(result, robot, None, None, None)
    assert set(motion.props) == set(motion.things) == {"box"}
    assert "left out: person2, for other people are no objects" in motion.notes


@pytest.mark.slow
def test_a_file_with_room_for_one_object_has_the_box(
    result: Result, robot: RobotModel, tmp_path: Path
) -> None:
    path = tmp_path / "a.npz"
    notes = write(result, path, format="holosoma", robot=robot)
    assert any("person2" in note for note in notes)
    clip = result.demonstration
    assert clip is not None
    score = evaluate(path, clip)
    assert score["penetration.prop.max"].value < 1.0  # the recording has the other
