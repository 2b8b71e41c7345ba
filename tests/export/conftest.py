from __future__ import annotations

import pytest

from kinemesh import demos
from kinemesh.motion import Clip
from kinemesh.motion.links import Links
from kinemesh.result import Result
from kinemesh.retarget import retarget
from kinemesh.robot import RobotModel, links_of


@pytest.fixture(scope="session")
def links(robot: RobotModel) -> Links:
    return links_of(robot)


@pytest.fixture(scope="session")
def walked(robot: RobotModel) -> Result:
    """A walk without props."""
    return retarget(demos.walk().crop(30, 62), robot)


@pytest.fixture(scope="session")
def lifted(robot: RobotModel) -> Result:
    """A box that is lifted: of the package's own making, so that it is there everywhere."""
    return retarget(demos.lift_box().crop(60, 92), robot)


@pytest.fixture(scope="session")
def carried(carrying: Clip, robot: RobotModel) -> Result:
    """A piece of a recording in which a person lifts a box."""
    return retarget(carrying.crop(60, 92), robot)


@pytest.fixture(scope="session", params=["walked", "lifted", "carried"])
def result(request: pytest.FixtureRequest) -> Result:
    """Each of them in turn."""
    found: Result = request.getfixturevalue(request.param)
    return found
