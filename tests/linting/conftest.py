from __future__ import annotations

import pytest

from kinemesh import demos
from kinemesh.motion import Clip
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.solve import retarget


@pytest.fixture(scope="session")
def walked(robot: RobotModel) -> Result:
    """Some steps."""
    return retarget(demos.walk().crop(20, 110), robot)


@pytest.fixture(scope="session")
def carried(carrying: Clip, robot: RobotModel) -> Result:
    """A piece of a recording in which a person lifts a box."""
    return retarget(carrying.crop(40, 110), robot)
