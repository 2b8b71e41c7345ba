"""What every folder's tests share: the robot, places for it to be, short clips."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

from commands import Command, call, walking
from kinemesh import recordings as io
from kinemesh.demos import DEMOS
from kinemesh.motion import Clip
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import Configuration, RobotModel
from kinemesh.testing import random_configuration, sample_frame, sample_neighbours
from recordings import recording


def pytest_configure() -> None:
    """One thread for each process: those of all workers and children fill the cores already."""
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    threadpool_limits(limits=1)  # of what is loaded
    # Where a change is judged the same tree gets the same cases; elsewhere every run looks anew.
    # A slow machine is no failure.
    settings.register_profile(
        "suite",
        max_examples=40,
        derandomize="CI" in os.environ,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("suite")


TABLES = ("lerobot", "parquet")
"""Formats that a process of its own reads, which takes half a second."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What goes over all formats goes over these with the slow tests."""
    for item in items:
        call = getattr(item, "callspec", None)
        if call is not None and not set(TABLES).isdisjoint(call.id.split("-")):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def robot() -> RobotModel:
    """The default robot."""
    return RobotModel.load("g1")


@pytest.fixture
def rng() -> np.random.Generator:
    """Chance, the same in every run."""
    return np.random.default_rng(0)


@pytest.fixture(params=range(3))
def configuration(request: pytest.FixtureRequest, robot: RobotModel) -> Configuration:
    """The robot somewhere within its limits, turned and moved: three places in turn."""
    return random_configuration(robot, np.random.default_rng(request.param))


@pytest.fixture(scope="session")
def frame(robot: RobotModel) -> Frame:
    """A frame in which every term is active."""
    return sample_frame(robot)


@pytest.fixture(scope="session")
def neighbours(robot: RobotModel) -> Neighbours:
    """The frames before and after it."""
    return sample_neighbours(robot)


@pytest.fixture(scope="session")
def demos() -> dict[str, Clip]:
    """The clips that the package makes itself, by name."""
    return {name: make() for name, make in DEMOS.items()}


@pytest.fixture(scope="session")
def carrying() -> Clip:
    """A recorded person who lifts a large box and walks with it."""
    return io.read(
        recording("omomo/sub3_largebox_003.pt"),
        object=recording("omomo/objects/largebox.obj"),
        height=1.941,
    )


@pytest.fixture(scope="session")
def stairs(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """A recorded person who climbs the stairs of a scanned height field, which is slow to cut."""
    file = tmp_path_factory.mktemp("stairs") / "scene.toml"
    file.write_text(
        f"""
        [clip]
        file = "{recording("terrain/smpl_keypoints.npy")}"
        fps = 30
        [terrain]
        heightfield = "{recording("terrain/heightmap.npy")}"
        cell = [0.01, 0.01]
        ground = -1.63
        tolerance = 0.02
        """
    )
    return io.read(file)


@pytest.fixture
def kinemesh_command(capsys: pytest.CaptureFixture[str]) -> Command:
    """The command in this process."""
    return lambda *arguments: call(capsys.readouterr, *arguments)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A recording of somebody's steps."""
    file = tmp_path / "steps.npy"
    np.save(file, walking())
    return file


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where a trajectory is to be written."""
    return tmp_path / "out.npz"
