"""The solvers on programs of a recorded person who carries a box."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.constraints import defaults
from kinemesh.kernel import Bounded
from kinemesh.motion import Clip
from kinemesh.problem import QP, SOLVERS, Neighbours, Solution, solve
from kinemesh.robot import RobotModel
from kinemesh.solve.retargeter import Retargeter

STARTS = (0, 40, 80, 120, 160)


@pytest.fixture(scope="module")
def programs(robot: RobotModel, carrying: Clip) -> list[QP]:
    """First and third program of some frames: before and after the feet are in place."""
    retargeter = Retargeter(robot)
    found = []
    for start in STARTS:
        plan = retargeter.plan(carrying.crop(start, start + 4))
        solved = list(retargeter.frames(plan))
        for k in (2, 3):
            frame = solved[k][0]
            configuration = solved[k - 1][1]
            around = Neighbours({-1: configuration.q, -2: solved[k - 2][1].q})
            for _ in range(2):
                found.append(retargeter.build(configuration, frame, around))
                configuration = configuration.integrate(solve(found[-1]).step)
    return found


@pytest.mark.slow
def test_the_programs_have_rows_of_every_kind(programs: list[QP]) -> None:
    names = {block.name for qp in programs for block in qp.blocks}
    assert names >= {"nonpenetration", "footstance", "footflat"}
    assert len(programs) == 4 * len(STARTS)
    assert min(len(qp.matrix) for qp in programs) >= 5


@pytest.fixture(scope="module")
def answers(programs: list[QP]) -> dict[str, list[Solution]]:
    """Every program solved by every solver."""
    return {solver: [solve(qp, solver) for qp in programs] for solver in SOLVERS}


@pytest.mark.slow
@pytest.mark.parametrize("pair", [("osqp", "cvxpy"), ("daqp", "osqp"), ("daqp", "cvxpy")])
def test_the_solvers_agree(
    programs: list[QP], answers: dict[str, list[Solution]], pair: tuple[str, str]
) -> None:
    """In their steps, and in their objectives by a share of the cost."""
    for qp, first, second in zip(programs, *(answers[name] for name in pair), strict=True):
        assert first.relaxed == second.relaxed
        cost = 0.5 * sum(residual.cost for _, residual in qp.residuals)
        assert np.abs(first.step - second.step).max() < 1e-5
        assert abs(qp.objective(first.step) - qp.objective(second.step)) / cost < 1e-8


def test_daqp_breaks_no_row_by_more_than_it_is_let(
    programs: list[QP], answers: dict[str, list[Solution]]
) -> None:
    for qp, answer in zip(programs, answers["daqp"], strict=True):
        assert qp.excess(answer.step).max() < 1.1e-6


@pytest.mark.parametrize("solver", ["osqp", "cvxpy"])
def test_other_solvers_break_the_same_rows_when_they_cannot_hold(
    programs: list[QP], solver: str
) -> None:
    for qp in programs[::4]:
        # Soles asked 5 cm further down than the ground lets them.
        rows = qp.rows_of("nonpenetration")[-1:]
        first = qp.blocks[0]
        base = qp.lower[first.rows][-1]
        pulled = replace(
            qp,
            matrix=np.concatenate([qp.matrix, rows]),
            lower=np.append(qp.lower, -np.inf),
            upper=np.append(qp.upper, base - 0.05),
            blocks=(*qp.blocks, type(first)("pull", slice(len(qp.matrix), None), 3)),
        )
        ours, theirs = solve(pulled), solve(pulled, solver)
        assert ours.relaxed
        assert theirs.relaxed
        # Of what is off by 5 cm steps differ by a milliradian where the cost is all but flat.
        np.testing.assert_allclose(theirs.step, ours.step, atol=2e-3)
        assert pulled.excess(ours.step)[-1] == pytest.approx(0.05, abs=1e-4)
        assert pulled.excess(ours.step)[:-1].max() < 1e-5


def test_relaxing_a_program_that_holds_changes_nothing(programs: list[QP]) -> None:
    for qp in programs[::3]:
        relaxed = qp.relaxed()
        both = solve(relaxed).step
        np.testing.assert_allclose(both[: relaxed.steps], solve(qp).step, atol=1e-7)
        assert both[relaxed.steps :].max() < 1e-9


def test_the_papers_ball_keeps_the_step_shorter_than_the_box(
    robot: RobotModel, carrying: Clip
) -> None:
    oracle = Retargeter(robot, solver="cvxpy")
    assert [c.ball for c in oracle.constraints if hasattr(c, "ball")] == [True]
    plan = oracle.plan(carrying.crop(0, 3))
    start = oracle.start(plan)
    qp = oracle.build(start, plan.frame(0))
    step = solve(qp, "cvxpy").step
    assert qp.radius == 0.2
    assert np.linalg.norm(step) <= 0.2 + 1e-6
    boxed = Retargeter(robot, constraints=defaults()).build(start, plan.frame(0))
    assert np.linalg.norm(solve(boxed).step) > 0.2
    assert np.abs(solve(boxed).step).max() <= 0.2 + 1e-9


def test_a_built_program_names_the_rows_of_every_term(programs: list[QP]) -> None:
    for qp in programs:
        total = sum(len(qp.rows_of(block.name)) for block in qp.blocks)
        assert total == len(qp.matrix)
        assert isinstance(
            Bounded(np.zeros(total), qp.matrix, qp.lower, qp.upper).violation(), float
        )
