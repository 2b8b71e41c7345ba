from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kinemesh.recordings import read
from recordings import fault

Person = Callable[..., np.ndarray]


def y_up(positions: np.ndarray) -> np.ndarray:
    return np.stack([positions[..., 1], positions[..., 2], positions[..., 0]], axis=-1)


def test_twenty_two_smpl_joints_with_y_up_are_humanml3ds(tmp_path: Path, person: Person) -> None:
    np.save(tmp_path / "a.npy", y_up(person("smpl22")))
    clip = read(tmp_path / "a.npy")
    assert clip.fps == 20.0
    (warning,) = clip.warnings
    assert "HumanML3D" in warning
    assert "fps=" in warning


@pytest.mark.parametrize("fps", [20.0, 30.0])
def test_a_rate_that_is_given_is_taken_without_a_word(
    tmp_path: Path, person: Person, fps: float
) -> None:
    np.save(tmp_path / "a.npy", y_up(person("smpl22")))
    clip = read(tmp_path / "a.npy", fps=fps)
    assert clip.fps == fps
    assert not clip.warnings


@pytest.mark.parametrize("name", ["smpl24", "lafan22"])
def test_other_skeletons_with_y_up_keep_their_usual_rate(
    tmp_path: Path, person: Person, name: str
) -> None:
    np.save(tmp_path / "a.npy", y_up(person(name)))
    clip = read(tmp_path / "a.npy")
    assert clip.fps == 30.0
    assert not clip.warnings


def test_the_user_s_word_on_what_is_up_counts(tmp_path: Path, person: Person) -> None:
    np.save(tmp_path / "a.npy", person("smpl22"))
    assert read(tmp_path / "a.npy").fps == 30.0
    assert read(tmp_path / "a.npy", up="y").fps == 20.0


def test_a_jump_of_humanml3d_falls_as_bodies_do() -> None:
    clip = read(fault("humanml3d_rate/jump_20fps.npy"))
    assert clip.fps == 20.0
    (warning,) = clip.warnings
    assert "HumanML3D" in warning
    faster = read(fault("humanml3d_rate/jump_20fps.npy"), fps=30.0)
    assert any("22.1 m/s^2" in w and "at 20/s" in w for w in faster.warnings)
