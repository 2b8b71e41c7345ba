from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinemesh.errors import SolveError
from kinemesh.kernel import Bounded, Box, Residual
from kinemesh.problem import PENALTY, QP, SOLVERS, solve
from kinemesh.problem.qp import DAMPING

seeds = st.integers(0, 2**32 - 1)


def wide(nv: int, reach: float = 10.0) -> Box:
    return Box(np.full(nv, -reach), np.full(nv, reach))


def want(target: np.ndarray, weight: float = 1.0) -> tuple[str, Residual]:
    """Go to ``target``."""
    return "want", Residual(-target, np.eye(len(target)), weight)


def row(name: str, sacrifice: int, direction: list[float], lower: float, upper: float):
    return name, sacrifice, Bounded(np.zeros(1), np.array([direction]), lower, upper)


def program(seed: int, nv: int = 8) -> QP:
    """A feasible program whose rows and boxes both bind."""
    rng = np.random.default_rng(seed)
    residuals = [
        ("a", Residual(rng.normal(size=12), rng.normal(size=(12, nv)), rng.uniform(0.1, 2.0, 12))),
        ("b", Residual(rng.normal(size=nv), np.eye(nv), 0.5)),
    ]
    inside = rng.uniform(-0.2, 0.2, nv)
    matrix = rng.normal(size=(6, nv))
    at = matrix @ inside
    rows = [
        ("first", 1, Bounded(np.zeros(3), matrix[:3], at[:3] - 0.05, np.full(3, np.inf))),
        ("second", 2, Bounded(np.zeros(3), matrix[3:], at[3:] - 0.01, at[3:] + 0.01)),
    ]
    return QP.build(nv, residuals, rows, [wide(nv, 0.4)])


@given(seeds)
def test_the_built_program_is_the_sum_of_its_terms(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nv = 5
    terms = [
        Residual(rng.normal(size=m), rng.normal(size=(m, nv)), w)
        for m, w in ((3, 2.0), (4, rng.uniform(0.1, 3.0, 4)), (1, 0.0))
    ]
    qp = QP.build(nv, [("t", t) for t in terms], [], [])
    for _ in range(3):
        v = rng.normal(size=nv)
        naive = sum(
            0.5 * w * (r + j @ v) ** 2
            for t in terms
            for r, j, w in zip(
                t.value, t.jacobian, np.broadcast_to(t.weight, t.value.shape), strict=True
            )
        )
        constant = sum(0.5 * t.cost for t in terms)
        assert qp.objective(v) + constant == pytest.approx(
            naive + 0.5 * DAMPING * v @ v, rel=1e-9, abs=1e-9
        )


def test_rows_keep_their_names_their_order_and_their_bounds() -> None:
    first = Bounded(np.array([0.3, 0.1]), np.eye(3)[:2], -0.1, np.array([0.5, np.inf]))
    second = Bounded(np.array([1.0]), np.ones((1, 3)), 0.0, 2.0)
    qp = QP.build(3, [], [("a", 1, first), ("b", 3, second)], [])
    np.testing.assert_allclose(qp.lower, [-0.4, -0.2, -1.0])
    np.testing.assert_allclose(qp.upper, [0.2, np.inf, 1.0])
    np.testing.assert_array_equal(qp.rows_of("b"), np.ones((1, 3)))
    assert qp.rows_of("c").shape == (0, 3)
    assert [(b.name, b.rows, b.sacrifice) for b in qp.blocks] == [
        ("a", slice(0, 2), 1),
        ("b", slice(2, 3), 3),
    ]
    np.testing.assert_allclose(qp.excess(np.array([1.0, 0.0, 0.0])), [0.8, 0.0, 0.0])


def test_boxes_intersect_and_the_smallest_radius_counts() -> None:
    boxes = [
        Box(np.array([-1.0, -3.0]), np.array([2.0, 1.0]), 0.5),
        Box(np.array([-2.0, -0.5]), np.array([1.0, 4.0])),
        Box(np.full(2, -9.0), np.full(2, 9.0), 0.2),
    ]
    qp = QP.build(2, [], [], boxes)
    np.testing.assert_array_equal(qp.box_lower, [-1.0, -0.5])
    np.testing.assert_array_equal(qp.box_upper, [1.0, 1.0])
    assert qp.radius == 0.2


def test_boxes_that_miss_each_other_by_an_ulp_leave_a_point() -> None:
    edge = 0.1 + 0.2
    boxes = [Box(np.array([edge]), np.array([1.0])), Box(np.array([-1.0]), np.array([0.3]))]
    qp = QP.build(1, [want(np.array([0.0]))], [], boxes)
    assert qp.box_lower[0] <= qp.box_upper[0]
    assert solve(qp).step[0] == pytest.approx(0.3)


@pytest.mark.parametrize("solver", sorted(SOLVERS))
def test_a_feasible_program_is_solved_within_its_rows_and_boxes(solver: str) -> None:
    for seed in range(5):
        qp = program(seed)
        solution = solve(qp, solver)
        assert not solution.relaxed
        assert qp.excess(solution.step).max() < 1e-6
        assert np.all(solution.step >= qp.box_lower - 1e-6)
        assert np.all(solution.step <= qp.box_upper + 1e-6)


def test_the_three_solvers_agree() -> None:
    for seed in range(10):
        qp = program(seed)
        steps = [solve(qp, solver).step for solver in ("daqp", "osqp", "cvxpy")]
        for step in steps[1:]:
            np.testing.assert_allclose(step, steps[0], atol=1e-5)
            assert qp.objective(step) == pytest.approx(qp.objective(steps[0]), rel=1e-6, abs=1e-8)


@given(seeds)
def test_the_step_is_optimal_no_feasible_step_near_it_is_better(seed: int) -> None:
    qp = program(seed)
    step = solve(qp).step
    rng = np.random.default_rng(seed)
    inside = solve(QP.build(8, [want(step)], [], [wide(8)])).step  # a point to move from
    for _ in range(20):
        other = inside + rng.normal(scale=0.02, size=8)
        if qp.excess(other).max() == 0.0 and np.all(np.abs(other) <= 0.4):
            assert qp.objective(other) >= qp.objective(step) - 1e-9


@pytest.mark.parametrize("solver", sorted(SOLVERS))
def test_the_penalty_is_exact_a_feasible_program_gets_no_slack(solver: str) -> None:
    for seed in range(3):
        qp = program(seed)
        relaxed = qp.relaxed()
        found = SOLVERS[solver](relaxed)
        assert found is not None
        assert relaxed.steps == 8
        np.testing.assert_allclose(found[: relaxed.steps], solve(qp).step, atol=1e-5)
        assert np.abs(found[relaxed.steps :]).max() < 1e-6


@pytest.mark.parametrize("solver", sorted(SOLVERS))
def test_rows_give_way_in_the_order_of_sacrifice(solver: str) -> None:
    # All three want x elsewhere: flat at 0.3, stance at 0.2, penetration at 0.1.
    rows = [
        row("flat", 3, [1.0, 0.0], 0.3, 0.3),
        row("stance", 2, [1.0, 0.0], 0.2, 0.2),
        row("penetration", 1, [1.0, 0.0], 0.1, 0.1),
    ]
    for kept, expected in ((rows, 0.1), (rows[:2], 0.2), (rows[:1], 0.3)):
        solution = solve(QP.build(2, [want(np.array([5.0, 1.0]))], kept, [wide(2)]), solver)
        assert solution.relaxed == (len(kept) > 1)
        assert solution.step[0] == pytest.approx(expected, abs=1e-4)
        assert solution.step[1] == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("solver", sorted(SOLVERS))
def test_a_box_is_never_relaxed(solver: str) -> None:
    rows = [row("penetration", 1, [1.0], 0.5, np.inf)]
    box = Box(np.array([-0.2]), np.array([0.2]))
    solution = solve(QP.build(1, [want(np.array([0.0]))], rows, [box]), solver)
    assert solution.relaxed
    assert solution.step[0] == pytest.approx(0.2, abs=1e-6)


def test_nine_rows_of_one_order_do_not_outweigh_one_of_the_next() -> None:
    assert PENALTY[0] == 10 * PENALTY[1] == 100 * PENALTY[2]
    rows = [row(f"flat{k}", 3, [1.0], 0.12, 0.12) for k in range(9)]
    rows.append(row("stance", 2, [1.0], 0.1, 0.1))
    step = solve(QP.build(1, [want(np.zeros(1))], rows, [wide(1)])).step
    assert step[0] == pytest.approx(0.1, abs=1e-6)


def test_the_solvers_agree_on_programs_that_cannot_hold() -> None:
    rng = np.random.default_rng(3)
    for _ in range(5):
        matrix = rng.normal(size=(6, 8))
        rows = [
            ("up", 1, Bounded(np.zeros(6), matrix, 0.1, np.inf)),
            ("down", 2, Bounded(np.zeros(6), matrix, -np.inf, -0.1)),
        ]
        qp = QP.build(8, [want(rng.normal(size=8))], rows, [wide(8, 2.0)])
        found = [solve(qp, solver) for solver in ("daqp", "cvxpy", "osqp")]
        assert all(s.relaxed for s in found)
        for s in found[1:]:
            np.testing.assert_allclose(s.step, found[0].step, atol=2e-4)


def test_a_ball_is_a_cone_and_only_cvxpy_has_one() -> None:
    ball = Box(np.full(2, -np.inf), np.full(2, np.inf), 0.1)
    qp = QP.build(2, [want(np.array([3.0, 4.0]))], [], [ball])
    np.testing.assert_allclose(solve(qp, "cvxpy").step, [0.06, 0.08], atol=1e-6)
    for solver in ("daqp", "osqp"):
        with pytest.raises(SolveError, match=f"{solver} has none, use cvxpy"):
            solve(qp, solver)


def test_a_ball_binds_the_step_and_not_the_slacks() -> None:
    ball = Box(np.full(2, -np.inf), np.full(2, np.inf), 0.1)
    rows = [row("penetration", 1, [1.0, 0.0], 5.0, np.inf)]
    solution = solve(QP.build(2, [want(np.zeros(2))], rows, [ball]), "cvxpy")
    assert solution.relaxed
    np.testing.assert_allclose(solution.step, [0.1, 0.0], atol=1e-4)


def test_an_unknown_solver_lists_the_known_ones() -> None:
    with pytest.raises(SolveError, match="unknown solver 'gurobi'; known solvers: daqp, osqp, cv"):
        solve(program(0), "gurobi")


def test_a_saved_program_can_be_read_back_without_pickle(tmp_path: Path) -> None:
    qp = program(1)
    qp.save(tmp_path / "qp.npz")
    with np.load(tmp_path / "qp.npz", allow_pickle=False) as file:
        again = QP(**{name: file[name] for name in file.files})
    np.testing.assert_array_equal(solve(again).step, solve(qp).step)


def test_a_program_without_rows_or_boxes_is_least_squares() -> None:
    rng = np.random.default_rng(0)
    jacobian, value = rng.normal(size=(9, 4)), rng.normal(size=9)
    qp = QP.build(4, [("fit", Residual(value, jacobian))], [], [])
    expected = -np.linalg.lstsq(jacobian, value, rcond=None)[0]
    np.testing.assert_allclose(solve(qp).step, expected, atol=1e-5)
