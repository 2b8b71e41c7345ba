"""A clip that begins in mid-stride is answered there as the whole one is."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh import Retargeter
from kinemesh.arrays import Array
from kinemesh.motion import Clip
from kinemesh.robot import RobotModel


def landmarks(retargeter: Retargeter, clip: Clip) -> Array:
    result = retargeter.retarget(clip)
    return np.array([retargeter.robot.configuration(q).landmarks() for q in result.trajectory.q])


@pytest.mark.slow
def test_the_first_ten_frames_of_a_cut_are_those_of_the_whole_clip(
    robot: RobotModel, demos: dict[str, Clip]
) -> None:
    retargeter, clip = Retargeter(robot), demos["walk"]
    whole = landmarks(retargeter, clip)
    worst = []
    for cut in np.linspace(10, len(clip) - 15, 12).astype(int).tolist():
        part = landmarks(retargeter, clip.crop(cut, len(clip)))
        worst.append(np.linalg.norm(part[:10] - whole[cut : cut + 10], axis=-1).max())
    # The last strides have no whole step after them to go by, and no path is as smooth at its ends
    # as in its middle.
    assert np.count_nonzero(np.array(worst) < 0.02) >= 7
    assert max(worst) < 0.035
