"""Errors carry what was given, what was expected and what to do, as data."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinemesh
from kinemesh import (
    ClipError,
    KinemeshError,
    MissingExtra,
    MissingLibrary,
    NoStepError,
    OptionError,
    ReadError,
    Retargeter,
    RobotError,
    RobotModel,
    SolveError,
    WriteError,
    demos,
)
from kinemesh.problem import MeshOptions
from kinemesh.robot import robot_names
from kinemesh.trajectories import WRITERS, check_target


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"expected": "a file"}, "x is a folder; expected a file"),
        ({"expected": "a file", "advice": "give one"}, "x is a folder; expected a file: give one"),
        ({"expected": ("a", "b")}, "x is a folder; known are a, b"),
        ({"expected": ["a", "b"], "lead": ", not", "then": "; "}, "x is a folder, not a, b"),
        ({"advice": "give one"}, "x is a folder: give one"),
        ({"advice": "or another", "then": "; "}, "x is a folder; or another"),
        ({}, "x is a folder"),
    ],
)
@pytest.mark.parametrize("kind", [KinemeshError, ReadError, WriteError])
def test_the_message_is_made_of_the_parts(
    kind: type[KinemeshError], given: dict[str, Any], text: str
) -> None:
    error = kind("x is a folder", **given)
    assert str(error) == text
    expected = given.get("expected", "")
    assert error.expected == (expected if isinstance(expected, str) else tuple(expected))
    assert error.advice == given.get("advice", "") and error.given is None


def test_the_nearest_name_is_found_where_one_is_near() -> None:
    assert KinemeshError("", given="lafn22", expected=("lafan22", "smpl22")).nearest == "lafan22"
    assert KinemeshError("", given="xyz", expected=("lafan22", "smpl22")).nearest is None
    assert KinemeshError("", given="lafan", expected="a number").nearest is None
    assert KinemeshError("", given=3, expected=("lafan22",)).nearest is None


def test_what_led_to_an_error_is_said_once_and_loses_nothing() -> None:
    error = ReadError("the array is flat", given=3, expected="joints", advice="reshape it")
    led = error.within("clip.npy")
    assert str(led) == "clip.npy: the array is flat; expected joints: reshape it"
    assert type(led) is ReadError
    assert (led.given, led.expected, led.advice) == (3, "joints", "reshape it")
    assert str(led.within("clip.npy")) == str(led)


@pytest.mark.parametrize(
    "error",
    [
        ReadError("flat", given=3, expected="joints", advice="reshape it"),
        WriteError("no folder", expected=("a", "b"), then="; ", advice="make it"),
        MissingExtra("viser", "viewer"),
        MissingLibrary("libgomp.so.1: cannot open shared object file"),
        NoStepError("osqp", None),
    ],
)
def test_errors_travel_between_processes(error: KinemeshError) -> None:
    other = pickle.loads(pickle.dumps(error))
    assert type(other) is type(error) and str(other) == str(error)
    assert vars(other) == vars(error)


DOORS: dict[str, tuple[Callable[[], object], type[KinemeshError], object, object, str]] = {
    "no file": (
        lambda: kinemesh.read("none.npy"),
        *(ReadError, Path("none.npy"), "a file", "check the spelling and the folder"),
    ),
    "a suffix": (
        lambda: kinemesh.read(__file__),
        *(
            ReadError,
            ".py",
            (
                ".pt",
                ".npy",
                ".npz",
                ".bvh",
                ".glb",
                ".fbx",
                ".c3d",
                ".amc",
                ".mvnx",
                ".trc",
                ".csv",
                ".toml",
            ),
        ),
        "convert the motion to one of these",
    ),
    "a robot": (
        lambda: RobotModel.load("g2"),
        *(RobotError, "g2", robot_names(), "or give a robot's folder"),
    ),
    "a landmark": (
        lambda: (g1 := RobotModel.load("g1")).configuration(g1.rest).landmark("left_hnd"),
        *(RobotError, "left_hnd", kinemesh.motion.LANDMARKS, "did you mean 'left_hand'?"),
    ),
    "a solver": (
        lambda: Retargeter("g1", solver="simplex"),
        *(SolveError, "simplex", ("daqp", "osqp", "cvxpy"), ""),
    ),
    "an option": (
        lambda: MeshOptions(prop_anchors=-1),
        *(OptionError, -1, "a number of anchors, 0 to 10000", ""),
    ),
    "a frame": (
        lambda: demos.walk().crop(-4, -1),
        *(ClipError, -4, "a frame number", ""),
    ),
    "a format": (
        lambda: check_target("a.npz", "mjlb"),
        *(WriteError, "mjlb", tuple(WRITERS), "did you mean 'mjlab'?"),
    ),
}


def test_what_a_file_holds_is_data_too(tmp_path: Path) -> None:
    np.save(tmp_path / "flat.npy", np.zeros((5, 66)))
    with pytest.raises(
        ReadError, match=r"^flat\.npy holds an array of shape \(5, 66\); exp"
    ) as why:
        kinemesh.read(tmp_path / "flat.npy")
    assert why.value.given == (5, 66)
    assert "joint positions (T, J, 3)" in why.value.expected


@pytest.mark.parametrize("door", DOORS)
def test_the_doors_say_what_was_given_what_they_expect_and_what_to_do(door: str) -> None:
    call, kind, given, expected, advice = DOORS[door]
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    assert error.given == given
    if isinstance(expected, str):
        assert str(error.expected).startswith(expected.split(",")[0])
    else:
        assert error.expected == expected
    assert error.advice == advice
    for part in (error.expected, (error.advice,)):
        for word in (part,) if isinstance(part, str) else part:
            assert word in str(error)
