"""One pose gets one answer: arms that went round, first frames, stretches solved again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import kinemesh
from kinemesh import Retargeter
from kinemesh.arrays import Array
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.solve.chains import Alone, Chain, followed
from kinemesh.solve.hindsight import Hindsight, _stretches
from kinemesh.solve.limbs import Limbs
from kinemesh.solve.refine import Refinement
from recordings import fault

ARMS = [
    LANDMARKS.index(f"{side}_{mark}") for side in ("left", "right") for mark in ("elbow", "hand")
]


def reversed_in_time(clip: Clip) -> Clip:
    return replace(clip, positions=clip.positions[::-1])


def off(result: Result, robot: RobotModel) -> Array:
    """How far elbows and hands are from the person's ``(T, 4)`` [m]."""
    places = np.array([robot.configuration(q).landmarks() for q in result.trajectory.q])
    return np.linalg.norm(places - result.landmarks, axis=-1)[:, ARMS]


@pytest.fixture(scope="module")
def circle() -> Clip:
    path = fault("arm_circle/arm_circle.npy")
    return kinemesh.read(path, skeleton="smpl22", fps=30.0)


@pytest.fixture(scope="module", params=["forwards", "backwards"])
def round_clip(request: pytest.FixtureRequest, circle: Clip) -> Clip:
    return circle if request.param == "forwards" else reversed_in_time(circle)


@pytest.mark.slow
def test_arms_that_went_round_hang_as_they_did_before(round_clip: Clip, robot: RobotModel) -> None:
    result = Retargeter(robot).retarget(round_clip)
    apart = off(result, robot)
    first, last = apart[:15].mean(axis=0), apart[-30:].mean(axis=0)
    assert np.all(last < first + 0.01)
    assert np.all(last[[0, 2]] < 0.08)
    assert np.all(last[[1, 3]] < 0.04)
    # They went back in less than half a second, no faster than motors turn.
    assert np.count_nonzero(apart.max(axis=1) > 0.15) < 15
    speed = np.abs(np.diff(result.trajectory.q[:, 7:], axis=0)) * round_clip.fps
    assert np.all(speed <= robot.velocity * (1.0 + 1e-9))
    assert np.all(result.trajectory.q[:, 7:] <= robot.upper + 1e-9)
    assert np.all(result.trajectory.q[:, 7:] >= robot.lower - 1e-9)
    assert not result.failures


@pytest.mark.slow
def test_without_the_whole_clip_pass_they_do_as_well(circle: Clip, robot: RobotModel) -> None:
    result = Retargeter(robot, refine=None).retarget(circle)
    assert off(result, robot)[-30:].max() < 0.08
    assert [report.index for report in result.reports] == list(range(len(circle)))


@pytest.mark.slow
def test_what_was_decided_again_is_the_same_to_the_last_bit(
    circle: Clip, robot: RobotModel
) -> None:
    once, again = (Retargeter(robot).retarget(circle.crop(40, 100)) for _ in range(2))
    np.testing.assert_array_equal(once.trajectory.q, again.trajectory.q)


@pytest.mark.slow
def test_without_a_compiler_arms_that_went_round_hang_too(circle: Clip) -> None:
    robot = RobotModel.load("g1", compiled=False)
    result = Retargeter(robot, refine=None).retarget(circle.crop(36, 120))
    assert off(result, robot)[-15:].max() < 0.08


@pytest.mark.slow
def test_a_pose_is_the_same_whether_it_is_reached_or_begun_in(robot: RobotModel) -> None:
    ends = []
    for name in ("raises_arms", "starts_with_arms_up"):
        path = fault(f"first_frame/{name}.npy")
        clip = kinemesh.read(path, skeleton="smpl22", fps=30.0, up="z", floor=0.0)
        result = Retargeter(robot).retarget(clip)
        assert off(result, robot)[-1].max() < 0.04
        ends.append(robot.configuration(result.trajectory.q[-1]).landmarks())
    assert np.linalg.norm(ends[0] - ends[1], axis=1).max() < 0.03


class Solved:
    """A clip that was solved frame by frame, and what looks back at it."""

    def __init__(self, clip: Clip, robot: RobotModel) -> None:
        from kinemesh.solve.refine import _known

        retargeter = Retargeter(robot, refine=None)
        self.loop = retargeter._loop
        solved = [(_known(f, c), c) for f, c, _ in retargeter.frames(retargeter.plan(clip))]
        self.frames = [frame for frame, _ in solved]
        self.qs = [configuration.q for _, configuration in solved]
        self.landmarks = [configuration.landmarks() for _, configuration in solved]

    def hindsight(self) -> Hindsight:
        return Hindsight(self.loop, self.loop.terms, self.frames, self.qs)


def test_where_no_limb_strays_nothing_is_solved_again(
    robot: RobotModel, demos: dict[str, Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    solved = Solved(demos["walk"].crop(40, 70), robot)
    before = list(solved.qs)

    def never(*_: Any) -> None:
        raise AssertionError("solved")

    monkeypatch.setattr(type(solved.loop), "solved", never)
    assert solved.hindsight().mended(solved.landmarks) == set()
    assert all(a is b for a, b in zip(solved.qs, before, strict=True))


@pytest.mark.slow
def test_a_way_on_which_a_constraint_is_broken_is_not_taken(
    circle: Clip, robot: RobotModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved = Solved(circle, robot)
    before, usual = list(solved.qs), Alone.violation

    def broken(alone: Alone, index: int, q: Array) -> float:
        own = any(q is known for known in before)
        return usual(alone, index, q) + (0.0 if own else 0.02)

    monkeypatch.setattr(Alone, "violation", broken)
    assert solved.hindsight().mended(solved.landmarks) == set()
    assert all(a is b for a, b in zip(solved.qs, before, strict=True))
    monkeypatch.undo()
    changed = solved.hindsight().mended(solved.landmarks)
    # All that strayed, and the frames of the bridge, which are before it.
    assert max(changed) == len(circle) - 1
    assert 40 < min(changed) < 80
    limbs = Limbs.of(robot)
    turned = [
        limbs.turned(robot.configuration(q).landmarks(), frame.landmarks).max()
        for q, frame in zip(solved.qs[80:], solved.frames[80:], strict=True)
    ]
    assert max(turned) < np.deg2rad(40.0)


def test_a_chain_from_a_usual_solution_is_that_solution(
    robot: RobotModel, demos: dict[str, Clip]
) -> None:
    solved = Solved(demos["walk"].crop(40, 60), robot)
    usual = Chain(0, solved.qs)
    chain = followed(solved.loop, solved.frames, 9, solved.qs[9], usual)
    # It meets the others, both ways.
    assert 0 < chain.frames[0] < 9 < chain.frames[-1] < 19
    for k in (chain.frames[0], 9, chain.frames[-1]):
        assert np.abs(chain[k][7:] - solved.qs[k][7:]).max() < 0.05
    for k in chain.frames:
        assert np.abs(chain[k][7:] - solved.qs[k][7:]).max() < 0.3


@pytest.mark.slow
def test_a_chain_from_elsewhere_goes_on_to_the_ends_within_the_motors_reach(
    circle: Clip, robot: RobotModel
) -> None:
    solved = Solved(circle.crop(80, 120), robot)
    limbs = Limbs.of(robot)
    q = solved.qs[20].copy()
    for joints in limbs.joints:
        q[7 + joints] = np.clip(q[7 + joints] + 1.5, robot.lower[joints], robot.upper[joints])
    chain = followed(solved.loop, solved.frames, 20, q, Chain(0, solved.qs))
    assert 20 in chain.frames
    assert len(chain.qs) > 10
    steps = np.abs(np.diff([q[7:] for q in chain.qs], axis=0))
    assert np.all(steps <= robot.velocity / circle.fps + 1e-9)
    alone = Alone(solved.loop, solved.frames)
    assert alone.program(20) is alone.program(20)
    assert alone.violation(20, q) >= 0.0 < alone.merit(20, q)


def test_stretches_near_each_other_are_one_and_short_ones_none() -> None:
    flags = np.array([1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0], dtype=bool)
    assert _stretches(flags, 3.0, 2.0) == [(0, 7)]
    assert _stretches(flags, 2.0, 2.0) == [(0, 3), (5, 7)]
    assert _stretches(flags, 6.0, 1.0) == [(0, 13)]
    assert _stretches(np.zeros(4, dtype=bool), 3.0, 1.0) == []


@pytest.mark.slow
def test_reports_of_frames_decided_again_are_of_what_they_are_now(
    circle: Clip, robot: RobotModel
) -> None:
    plain = Retargeter(robot, refine=None)
    result = plain.retarget(circle)
    forwards = [report for _, _, report in plain.frames(plain.plan(circle))]
    later = slice(110, None)
    now = [report.cost["laplacian"] for report in result.reports[later]]
    then = [report.cost["laplacian"] for report in forwards[later]]
    assert np.mean(now) < 0.5 * np.mean(then)
    none = Retargeter(robot, refine=Refinement(sweeps=0)).retarget(circle)
    np.testing.assert_array_equal(none.trajectory.q, result.trajectory.q)
