"""What happened in simulation, as a value and in a result's file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinemesh import Result, RobotModel, retarget
from kinemesh.errors import ClipError, ReadError
from kinemesh.matching import match
from kinemesh.motion import Clip
from simulations import JOINTS, happened

FRAMES = 6


@pytest.fixture(scope="module")
def walked(robot: RobotModel, demos: dict[str, Clip]) -> Result:
    return retarget(demos["walk"].crop(40, 40 + FRAMES), robot)


@pytest.mark.parametrize("prop_error", [None, np.zeros(FRAMES)])
@pytest.mark.parametrize("contacts", [True, False])
def test_the_file_gives_back_what_happened_number_for_number(
    walked: Result, tmp_path: Path, prop_error: object, contacts: bool
) -> None:
    none = {"contacts": (), "forces": np.zeros((FRAMES, 0, 3)), "points": np.zeros((FRAMES, 0, 3))}
    lost = {"followed": False, "reason": "base 0.52 m off at 0.2 s"}
    one = happened(prop_error=prop_error, **({} if contacts else none), **lost)
    path = replace(walked, simulation=one).save(tmp_path / "a.npz")
    other = Result.load(path).simulation
    assert other is not None
    for name in ("velocities", "torques", "forces", "points", "body_error", "prop_error"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in ("followed", "ended", "reason", "seed", "contacts", "saturated"):
        assert getattr(one, name) == getattr(other, name)
    assert Result.load(path).summary()["simulation"] == one.summary()


def test_a_result_that_nobody_simulated_has_none(walked: Result, tmp_path: Path) -> None:
    assert Result.load(walked.save(tmp_path / "a.npz")).simulation is None
    assert "simulation" not in walked.summary()


def test_the_summary_says_errors_in_metres() -> None:
    said = happened().summary()
    assert said["body_error_mean"] == pytest.approx(0.025)
    assert said["prop_error_max"] == pytest.approx(0.1)
    assert said["torques_at_limit"] == 0.25
    assert happened(prop_error=None).summary()["prop_error_mean"] is None


def test_it_is_cut_with_the_motion_that_is_matched(walked: Result) -> None:
    result = replace(walked, simulation=happened())
    assert result.demonstration is not None
    matched = match(result, result.demonstration.crop(0, FRAMES - 1))
    assert isinstance(matched.motion, Result) and matched.motion.simulation is not None
    assert len(matched.motion.simulation.torques) == FRAMES - 1 == len(matched.motion)
    assert len(happened().first(2).points) == 2
    assert happened(prop_error=None).first(2).prop_error is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("velocities", np.zeros((FRAMES, JOINTS))),
        ("torques", np.zeros((FRAMES - 1, JOINTS))),
        ("torques", np.full((FRAMES, JOINTS), np.nan)),
        ("forces", np.zeros((FRAMES, 1, 3))),
        ("forces", np.full((FRAMES, 2, 3), np.inf)),
        ("points", np.full((FRAMES, 2, 3), np.inf)),
        ("body_error", np.full(FRAMES, np.nan)),
        ("prop_error", np.zeros(FRAMES + 1)),
        ("contacts", (("a", "b", "c"), ("a", "b"))),
        ("saturated", 1.5),
        ("ended", -1.0),
        ("seed", -1),
    ],
)
def test_what_does_not_fit_together_is_refused(field: str, value: object) -> None:
    with pytest.raises(ClipError, match=field):
        happened(**{field: value})


def test_a_simulation_of_another_motion_is_refused(walked: Result) -> None:
    with pytest.raises(ClipError, match="the simulation has 5 frames of 29 joints"):
        replace(walked, simulation=happened(FRAMES - 1))


@pytest.mark.parametrize(
    "key", ["velocities", "torques", "contact_names", "contact_forces", "contact_points"]
)
def test_a_file_that_lacks_some_of_it_is_refused(walked: Result, tmp_path: Path, key: str) -> None:
    path = replace(walked, simulation=happened()).save(tmp_path / "a.npz")
    with np.load(path) as file:
        np.savez(tmp_path / "b.npz", **{k: file[k] for k in file.files if k != key})
    with pytest.raises(ReadError, match="not a kinemesh result"):
        Result.load(tmp_path / "b.npz")
