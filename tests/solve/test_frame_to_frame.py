"""From frame to frame: what the frames that are solved leave to the next one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from as_stream import same
from kinemesh import Retargeter
from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.kernel import Kernel
from kinemesh.motion import Clip
from kinemesh.problem import Frame, Neighbours
from kinemesh.problem.causal.clip import CausalClip
from kinemesh.robot import RobotModel
from kinemesh.solve.frames import Answer, FrameLoop, Futile
from kinemesh.solve.walk import Walk


@pytest.fixture(scope="module")
def retargeter(robot: RobotModel) -> Retargeter:
    return Retargeter(robot, refine=None)


def asked(clip: Clip, robot: RobotModel) -> CausalClip:
    return CausalClip(clip, robot, Calibration.of(clip.trimmed(0.0, 0.5)))


class _Told:
    """A loop that answers as it was solved, and keeps what it was told of the frames before."""

    def __init__(self, loop: FrameLoop) -> None:
        self._loop = loop
        self.told: list[tuple[Frame, Neighbours, Futile | None]] = []

    @property
    def kernel(self) -> Kernel:
        return self._loop.kernel

    def first(self, frame: Frame) -> Answer:
        return self._loop.first(frame)

    def following(
        self, frame: Frame, neighbours: Neighbours, futile: Futile | None
    ) -> tuple[Answer, Futile | None]:
        self.told.append((frame, neighbours, futile))
        return self._loop.following(frame, neighbours, futile)


def walk(retargeter: Retargeter, start: Array | None = None) -> tuple[Walk, _Told]:
    told = _Told(retargeter._loop)
    return Walk(told, start), told  # type: ignore[arg-type]


def test_from_a_start_the_motors_are_kept_to(
    retargeter: Retargeter, demos: dict[str, Clip]
) -> None:
    robot, clip = retargeter.robot, demos["walk"]
    plan = asked(clip, robot)
    start = np.array(robot.rest)
    start[7:] = np.clip(start[7:] + 0.8, robot.lower, robot.upper)
    steps, before = Walk(retargeter._loop, start), start
    fastest = 0.0
    for k in range(15):
        frame = plan.frame(k, steps.touchdowns)
        q = steps.solve(frame).configuration.q
        speed = np.abs(q[7:] - before[7:]) / frame.dt / robot.velocity
        assert speed.max() <= 1.0 + 1e-6
        assert (q[7:] >= robot.lower - 1e-9).all() and (q[7:] <= robot.upper + 1e-9).all()
        fastest, before = max(fastest, float(speed.max())), q
    assert fastest > 0.5  # there is some way to go


def test_without_a_start_the_first_frame_may_be_anywhere(
    retargeter: Retargeter, demos: dict[str, Clip]
) -> None:
    frame = asked(demos["walk"], retargeter.robot).frame(0)
    q = Walk(retargeter._loop).solve(frame).configuration.q
    np.testing.assert_array_equal(q, retargeter._loop.first(frame).configuration.q)


def test_the_next_frame_is_told_the_last_two(
    retargeter: Retargeter, demos: dict[str, Clip]
) -> None:
    plan = asked(demos["walk"], retargeter.robot)
    steps, loop = walk(retargeter)
    qs = [steps.solve(plan.frame(k, steps.touchdowns)).configuration.q for k in range(5)]
    for k, (frame, neighbours, _) in enumerate(loop.told, 1):
        assert frame.index == k
        assert list(neighbours.known) == ([-1, -2] if k > 1 else [-1])
        for back, q in neighbours.known.items():
            np.testing.assert_array_equal(q, qs[k + back])


@pytest.mark.parametrize("factor", [0.5, 2.0, 3.7])
def test_neighbours_are_as_far_apart_as_the_frames_are_in_time(
    retargeter: Retargeter, demos: dict[str, Clip], factor: float
) -> None:
    robot, plan = retargeter.robot, asked(demos["walk"], retargeter.robot)
    steps, loop = walk(retargeter)
    qs = [steps.solve(plan.frame(k, steps.touchdowns)).configuration.q for k in range(41)][-2:]
    frame = plan.frame(41, steps.touchdowns)
    steps.solve(replace(frame, dt=factor * frame.dt))
    told = loop.told[-1][1]
    assert told.previous is not None and told.before is not None
    np.testing.assert_array_equal(told.previous, qs[1])
    step = robot.difference(qs[0], qs[1])
    assert np.abs(step).max() > 1e-3
    np.testing.assert_allclose(
        robot.difference(told.before, told.previous), factor * step, atol=1e-9
    )
    assert np.linalg.norm(told.before[3:7]) == pytest.approx(1.0)


def test_at_an_even_rate_neighbours_are_what_was_solved_to_the_bit(
    retargeter: Retargeter, demos: dict[str, Clip]
) -> None:
    plan = asked(demos["walk"], retargeter.robot)
    steps, loop = walk(retargeter)
    dt = 1.0 / demos["walk"].fps
    answers = []
    for k in range(4):
        frame = replace(plan.frame(k, steps.touchdowns), dt=dt * (1.0 + 1e-12 * k))
        answers.append(steps.solve(frame).configuration.q)
    assert loop.told[-1][1].before is answers[1] and loop.told[-1][1].previous is answers[2]


def test_soles_that_stand_are_remembered_where_they_touched_down(
    retargeter: Retargeter, demos: dict[str, Clip]
) -> None:
    plan = asked(demos["walk"], retargeter.robot)
    steps, seen = Walk(retargeter._loop), 0
    for k in range(50):
        before = steps.touchdowns
        frame = plan.frame(k, before)
        steps.solve(frame)
        assert set(steps.touchdowns) == {stance.sole.name for stance in frame.stances}
        for stance in frame.stances:
            if stance.settled:
                same(steps.touchdowns[stance.sole.name].toe, before[stance.sole.name].toe)
                seen += 1
    assert seen > 20


def test_frames_solved_as_they_come_are_those_of_a_plan_that_is_walked(
    retargeter: Retargeter, demos: dict[str, Clip]
) -> None:
    clip, robot = demos["step_up"].crop(50, 75), retargeter.robot
    plan, other = asked(clip, robot), asked(clip, robot)
    steps = retargeter.walk(plan.solids())
    for k, (frame, configuration, report) in enumerate(retargeter.frames(other)):
        answer = steps.solve(plan.frame(k, steps.touchdowns))
        np.testing.assert_array_equal(answer.configuration.q, configuration.q)
        same(answer.report(retargeter.feasibility), report)
        assert frame.index == k
