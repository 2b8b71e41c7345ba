"""A kernel that searches by itself finds what the loop finds step by step."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh import Retargeter
from kinemesh.kernel import available
from kinemesh.motion import Clip
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import RobotModel
from kinemesh.solve.evaluation import Evaluation
from kinemesh.solve.frames import Answer, FrameLoop
from kinemesh.solve.program import Program
from kinemesh.solve.refine import refined
from kinemesh.solve.retargeter import DEFAULT_REFINEMENT
from kinemesh.solve.visits import improved
from kinemesh.solve.walk import walked

pytestmark = pytest.mark.skipif(not available(), reason="built without the compiled kernel")


@pytest.fixture(params=["carrying", "lift_box", "step_up"])
def clip(request: pytest.FixtureRequest, carrying: Clip, demos: dict[str, Clip]) -> Clip:
    clips = {"carrying": carrying, **demos}
    return clips[request.param].crop(60, 84)


def test_a_search_ends_where_the_steps_end(
    robot: RobotModel, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    retargeter = Retargeter(robot)
    usual, compared = FrameLoop.solved, 0

    def both(loop: FrameLoop, program: Program, start: np.ndarray, iterations: int) -> Answer:
        nonlocal compared
        found = usual(loop, program, start, iterations)
        steps = loop._by_steps(program, start, iterations)
        assert found.iterations == steps.iterations
        assert found.merit == pytest.approx(steps.merit, rel=1e-6)
        np.testing.assert_allclose(found.configuration.q, steps.configuration.q, atol=1e-6)
        mine, theirs = found.report(2e-4), steps.report(2e-4)
        assert (mine.index, mine.relaxed) == (theirs.index, theirs.relaxed)
        for said, other in ((mine.cost, theirs.cost), (mine.violation, theirs.violation)):
            assert said == pytest.approx(other, abs=1e-6)
        compared += 1
        return found

    monkeypatch.setattr(FrameLoop, "solved", both)
    list(retargeter.frames(retargeter.plan(clip)))
    assert compared >= len(clip)


def test_the_pass_takes_the_step_that_the_loop_would(
    robot: RobotModel, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    retargeter = Retargeter(robot, refine=None)
    loop = retargeter._loop
    seen: list[tuple[Program, np.ndarray]] = []

    def watched(loop: FrameLoop, program: Program, q: np.ndarray) -> Evaluation:
        seen.append((program, q))
        return improved(loop, program, q)

    monkeypatch.setattr("kinemesh.solve.visits.improved", watched)
    plan = retargeter.plan(clip)
    refined(loop, DEFAULT_REFINEMENT, walked(loop, plan, len(plan)), plan)
    assert len(seen) >= 2 * len(clip)  # and corrections
    moved = 0.0
    for program, q in seen:
        assert program.search(loop.rule) is not None
        found = improved(loop, program, q)
        monkeypatch.setattr(Program, "search", lambda *_: None)
        steps = improved(loop, program, q)
        monkeypatch.undo()
        np.testing.assert_allclose(found.q, steps.q, atol=1e-6)
        moved = max(moved, float(np.abs(found.q - q).max()))
    assert moved > 1e-3


def test_what_has_no_answer_by_a_search_is_solved_step_by_step(
    robot: RobotModel, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    retargeter = Retargeter(robot, refine=None)
    expected = retargeter.retarget(clip.crop(0, 4)).trajectory.q

    class Lost:
        def solved(self, q: np.ndarray, most: int) -> None:
            return None

    monkeypatch.setattr(Program, "search", lambda *_: Lost())
    found = retargeter.retarget(clip.crop(0, 4)).trajectory.q
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_terms_in_python_and_joints_that_go_together_are_left_to_the_loop(
    robot: RobotModel, demos: dict[str, Clip]
) -> None:
    from kinemesh.objectives import Objective, defaults

    class Mine(Objective):
        def evaluate(self, configuration: object, frame: Frame, neighbours: Neighbours) -> None:
            return None

    clip = demos["walk"].crop(40, 44)
    for terms in (defaults(), (*defaults(), Mine())):
        retargeter = Retargeter(robot, objectives=terms)
        program = retargeter.program(retargeter.plan(clip).frame(0))
        assert (program.search(retargeter._loop.rule) is None) == (len(terms) > len(defaults()))


def test_frames_after_one_that_another_start_did_not_help_wait_or_get_worse_before_they_are_tried(
    robot: RobotModel, demos: dict[str, Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = demos["walk"].crop(40, 80)
    retargeter = Retargeter(robot)
    tried: list[int] = []
    merits: dict[int, float] = {}
    usual = FrameLoop._in_free_space

    def watched(loop: FrameLoop, program: Program, start: np.ndarray) -> np.ndarray:
        tried.append(program.frame.index)
        return usual(loop, program, start)

    def poor(_loop: FrameLoop, frame: Frame, answer: Answer) -> bool:
        merits.setdefault(frame.index, answer.merit)
        return frame.index > 0

    monkeypatch.setattr(FrameLoop, "_in_free_space", watched)
    monkeypatch.setattr(FrameLoop, "_is_poor", poor)
    list(retargeter.frames(retargeter.plan(clip)))
    tried = [index for index in tried if index > 0]
    assert tried[0] == 1
    wait = round(clip.fps / 6.0)
    assert len(clip) / wait - 1 <= len(tried) < 0.8 * len(clip)
    for index in range(1, len(clip)):
        last = max((t for t in tried if t < index), default=None)
        due = last is None or index - last >= wait or merits[index] > 1.2 * merits[last]
        assert (index in tried) == due, index
