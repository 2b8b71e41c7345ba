from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from kinemesh import Clip, Result, RobotModel, Scene, Trajectory, demos
from kinemesh.errors import MissingExtra, WriteError
from kinemesh.viewer import picture

FRAMES = 4


@pytest.fixture(scope="module")
def clip() -> Clip:
    return demos.lift_box().crop(0, FRAMES)


@pytest.fixture(scope="module")
def standing(robot: RobotModel, clip: Clip) -> Result:
    """The robot at rest, with no box."""
    q = np.tile(robot.rest, (FRAMES, 1))
    trajectory = Trajectory(q, 30.0, robot.joint_names, robot.name)
    return Result(trajectory, Scene(), np.zeros((FRAMES, 15, 3)), ())


def drawn(path: Path) -> np.ndarray:
    """RGB ``(rows, columns, 3)`` from 0 to 1 of a picture."""
    from matplotlib import image

    return np.asarray(image.imread(path))[..., :3]


def test_a_picture_shows_the_robot_in_the_middle_of_every_column(
    standing: Result, robot: RobotModel, tmp_path: Path
) -> None:
    file = picture(standing, tmp_path / "robot.png", robot=robot, frames=[0, 3], dpi=80)
    pixels = drawn(file)
    assert pixels.shape == (int(2.6 * 80), int(2.6 * 2 * 80), 3)
    assert 2_000 < file.stat().st_size < 300_000
    dark = pixels.max(axis=2) < 0.72  # the hulls' grey; the ground's lines are lighter
    for column in np.split(dark, 2, axis=1):
        rows, columns = np.nonzero(column)
        assert 0.03 < column.mean() < 0.4
        assert abs(columns.mean() / column.shape[1] - 0.5) < 0.08
        assert np.ptp(rows) > 0.5 * column.shape[0]
        assert not column[:, :8].any()


def test_the_person_and_the_box_are_drawn_above_the_robot(
    standing: Result, robot: RobotModel, clip: Clip, tmp_path: Path
) -> None:
    file = picture(standing, tmp_path / "both.png", robot=robot, clip=clip, frames=[0], dpi=80)
    upper, lower = np.array_split(drawn(file), 2)
    blue = [(half[..., 2] - half[..., 0] > 0.4).mean() for half in (upper, lower)]
    orange = [(half[..., 0] - half[..., 2] > 0.4).mean() for half in (upper, lower)]
    assert blue[0] > 0.005
    assert orange[0] > 0.01
    assert blue[1] == orange[1] == 0.0


@pytest.mark.slow
def test_a_picture_without_a_choice_spreads_over_the_clip(
    standing: Result, robot: RobotModel, tmp_path: Path
) -> None:
    pixels = drawn(picture(standing, tmp_path / "five.png", robot=robot, size=1.0, dpi=50))
    assert pixels.shape[1] == 5 * 50


def test_a_picture_changes_nothing_that_other_figures_use(
    standing: Result, robot: RobotModel, tmp_path: Path
) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    picture(standing, tmp_path / "one.png", robot=robot, frames=[0], dpi=40)
    assert dict(matplotlib.rcParams) == before


def test_without_matplotlib_the_error_says_what_to_install(
    standing: Result, robot: RobotModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r'pip install "kinemesh\[picture\]"'):
        picture(standing, tmp_path / "one.png", robot=robot)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_found_before_drawing(
    standing: Result, robot: RobotModel, tmp_path: Path
) -> None:
    with pytest.raises(WriteError, match=r"none does not exist; make it first"):
        picture(standing, tmp_path / "none" / "one.png", robot=robot)
