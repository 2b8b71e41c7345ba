from __future__ import annotations

from pathlib import Path

import pytest

from kinemesh import demos
from kinemesh.motion import Clip
from kinemesh.motion.links import Links
from kinemesh.result import Result
from kinemesh.robot import RobotModel, links_of
from kinemesh.solve import retarget
from kinemesh.trajectories import LayoutFile, read_layout
from trajectory_files import Read, every_format


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


@pytest.fixture(scope="session")
def written(lifted: Result, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every format once, at the result's own rate."""
    return every_format(lifted, tmp_path_factory.mktemp("written"))


@pytest.fixture
def read(robot: RobotModel, links: Links) -> Read:
    def call(path: Path, fps: float | None = None, **options: str) -> LayoutFile:
        return read_layout(path, robot.joint_names, robot.name, fps, links=links, **options)

    return call
