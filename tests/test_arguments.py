"""What is handed over is checked at the door: wrong kinds and impossible values are said."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinemesh
from kinemesh import Clip, Retargeter, Scene, Shape, Trajectory, constraints, demos, retarget
from kinemesh.detection.stance import StanceRule
from kinemesh.errors import ClipError, KinemeshError, OptionError
from kinemesh.problem import MeshOptions
from kinemesh.robot import RobotModel
from kinemesh.solve.refine import Refinement

WALK = demos.walk().crop(40, 44)


def clip(**change: Any) -> Clip:
    given = {"positions": np.array(WALK.positions), "skeleton": WALK.skeleton, "fps": 30.0}
    return Clip(**(given | change))


def masked() -> np.ndarray:
    positions = np.ma.masked_array(np.array(WALK.positions), False)
    positions[2, 3] = np.ma.masked
    return positions


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"positions": masked()}, ClipError, r"positions = a masked array .*without a mask"),
        ({"positions": WALK.positions + 0j}, ClipError, r"positions = an array .*complex128"),
        ({"positions": WALK.positions.astype(str)}, ClipError, r"positions = an array"),
        ({"positions": WALK.positions + 1e9}, ClipError, r"positions reach 1e\+09 m"),
        ({"fps": True}, TypeError, r"the frame rate is True; expected a positive number"),
        ({"fps": 1e-300}, ClipError, r"the frame rate is 1e-300; .* fps from 0\.01"),
        ({"fps": 10**400}, ClipError, r"the frame rate is 10+\.\.\.0+; expected"),
        ({"skeleton": "lafan22"}, TypeError, r"skeleton = 'lafan22': .*SKELETONS\[name\] .*lafan"),
        ({"scene": None}, TypeError, r"scene = None: expected a Scene; leave it out"),
        (
            {"rotations": np.zeros((4, len(WALK.skeleton.joints), 4))},
            ClipError,
            r"rotations hold \[0\. 0\. 0\. 0\.\] in frame 0, joint pelvis: .*of length 1",
        ),
        ({"notes": "found"}, TypeError, r"notes = 'found': expected a tuple of texts"),
    ],
)
def test_a_clip_of_wrong_things_is_refused(
    change: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        clip(**change)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Scene(ground=float("nan")), r"ground = nan: expected a height"),
        (lambda: Shape.box((np.inf, 1.0, 1.0)), r"size holds inf"),
        (lambda: Shape.convex(1e-200 * np.eye(4, 3)), r"span no volume"),
        (lambda: WALK.crop(3, 2), r"start = 3 to stop = 2 of 4 leave fewer than two"),
        (lambda: WALK.crop(-4, -1), r"start = -4: expected a frame number"),
        (lambda: Trajectory(np.zeros((2, 8)), 30.0, ("a",), "r"), r"quaternion is \[0\. 0\. 0\. 0"),
        (lambda: Trajectory(np.zeros((0, 8)), 30.0, ("a",), "r"), r"no frame"),
        (lambda: StanceRule(enter_speed=1.0), r"leave_speed = 0.45 is less than enter_speed"),
        (lambda: MeshOptions(prop_anchors=-1), r"prop_anchors = -1: expected a number of anchors"),
        (lambda: Refinement(sweeps=-1), r"sweeps = -1: expected a whole number"),
        (lambda: Refinement(turns=101), r"turns = 101: expected a whole number"),
        (
            lambda: kinemesh.Prop("box", Shape.box((1, 1, 1)), [[1e308, 0, 0, 0, 0, 0, 1]] * 2),
            r"track of prop 'box' holds 1e\+308",
        ),
        (
            lambda: RobotModel.load("g1", limits={"waist_yaw_joint": (1.0, -1.0)}),
            r"limits\['waist_yaw_joint'\] = \(1\.0, -1\.0\): expected lower < upper",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_words(make: Callable[[], object], message: str) -> None:
    with pytest.raises(KinemeshError, match=message):
        make()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"constraints": ["x"]}, TypeError, r"constraints\[0\] = 'x': expected Constraints and"),
        ({"constraints": constraints.NonPenetration()}, TypeError, r"constraints = a NonPen"),
        ({"objectives": [constraints.NonPenetration()]}, TypeError, r"objectives\[0\] = a NonP"),
        ({"iterations": -5}, OptionError, r"iterations = -5: expected a number of QPs"),
        ({"iterations": 1.5}, TypeError, r"iterations = 1\.5: expected a number of QPs"),
        ({"tolerance": float("nan")}, OptionError, r"tolerance = nan: expected a share"),
        ({"feasibility": 0.0}, OptionError, r"feasibility = 0\.0: expected a length \[m\]"),
        ({"refine": True}, TypeError, r"refine = True: expected a Refinement, or None"),
        ({"solver": None}, KinemeshError, r"unknown solver None; known solvers: daqp"),
        ({"proportions": "mine"}, OptionError, r"proportions 'mine'.*robot.*person"),
        ({"freeze": 3}, TypeError, r"freeze = 3: expected joints or parts by name"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    robot: RobotModel, change: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Retargeter(robot, **change)
    with pytest.raises(error, match=message):
        retarget(WALK, robot, **change)


@pytest.mark.parametrize("given", [None, "walk.bvh", Path("walk.bvh")])
def test_a_path_in_place_of_a_clip_is_told_to_be_read_first(given: Any) -> None:
    with pytest.raises(TypeError, match=r"clip = .*: expected a Clip; .*kinemesh\.read\(path\)"):
        retarget(given)


def test_false_leaves_the_whole_clip_pass_out_as_none_does(robot: RobotModel) -> None:
    one, other = (retarget(WALK, robot, refine=refine) for refine in (None, False))
    np.testing.assert_array_equal(one.trajectory.q, other.trajectory.q)
    assert Retargeter(robot, refine=False).refine is None


def test_the_options_of_retarget_are_those_of_the_retargeter_and_all_are_described() -> None:
    said = inspect.signature(retarget).parameters
    options = {k: v for k, v in inspect.signature(Retargeter).parameters.items() if k != "robot"}
    assert {k: (v.default, v.annotation) for k, v in options.items()} == {
        k: (said[k].default, said[k].annotation) for k in options
    }
    asked = inspect.signature(Retargeter.retarget).parameters
    # What several scenes share is for those who keep a retargeter.
    assert set(said) == set(options) | (set(asked) - {"self", "obstacles", "detected"}) | {"robot"}
    assert not [p for p in said.values() if p.kind is p.VAR_KEYWORD]
    described = inspect.getdoc(retarget) or ""
    for name, value in said.items():
        entry = re.search(rf"^    {name}: (.*(?:\n        .*)*)", described, re.MULTILINE)
        assert entry, name
        if isinstance(value.default, float | int):
            shown = re.search(r"default\s+([\d.e-]*\d)", entry[1])
            assert shown and float(shown[1]) == value.default, name
