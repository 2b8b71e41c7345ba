"""All terms of a frame: named, made into a program, evaluated among any neighbours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from kinemesh import constraints, demos, objectives, retarget
from kinemesh.constraints import Constraint, JointLimits, NonPenetration
from kinemesh.kernel import Bounded, Box, LeastSquares, Residual, kernel_of
from kinemesh.objectives import Posture
from kinemesh.problem import QP, Frame, Neighbours
from kinemesh.robot import Configuration, RobotModel
from kinemesh.solve.evaluation import Evaluation
from kinemesh.solve.program import Program, Terms
from kinemesh.solve.refine import Refinement
from kinemesh.testing import evaluate_term, sample_frame


def moved(robot: RobotModel) -> Neighbours:
    """Other neighbours than the sample frame's."""
    rng = np.random.default_rng(3)
    turned = (0.02 * rng.normal(size=robot.nv) for _ in range(6))
    steps = zip((-3, -2, -1, 1, 2, 3), turned, strict=True)
    return Neighbours({k: robot.integrate(robot.rest, step) for k, step in steps})


def test_a_program_among_other_neighbours_is_the_one_made_for_them(
    robot: RobotModel, frame: Frame, neighbours: Neighbours
) -> None:
    wanted = (*objectives.defaults(), *Refinement().smoothness)
    terms, kernel = Terms(wanted, constraints.defaults()), kernel_of(robot)
    q = robot.integrate(robot.rest, np.full(robot.nv, 0.01))
    program = Program(terms, kernel, frame, neighbours)
    earlier = Evaluation(program, q)
    now = Evaluation(program.among(moved(robot)), q)
    fresh = Evaluation(Program(terms, kernel, frame, moved(robot)), q)
    assert list(now.costs) == [one.name for one in terms.named if one.term in wanted]
    assert len(now.violations) > 4
    assert (now.costs, now.violations) == (fresh.costs, fresh.violations)
    for name in ("hessian", "gradient", "matrix", "lower", "upper", "box_lower", "box_upper"):
        np.testing.assert_array_equal(getattr(now.qp(), name), getattr(fresh.qp(), name))
    differs = {name for name in now.costs if now.costs[name] != earlier.costs[name]}
    assert differs == {
        *("smoothness", "acceleration"),
        *("differences1", "differences2", "differences3"),
    }


def test_the_program_of_all_terms_at_once_is_that_of_each_alone(
    robot: RobotModel, frame: Frame, neighbours: Neighbours
) -> None:
    wanted, must = objectives.defaults(), constraints.defaults()
    posed = robot.configuration(robot.integrate(robot.rest, np.full(robot.nv, 0.01)))
    whole = Evaluation(
        Program(Terms(wanted, must), kernel_of(robot), frame, neighbours), posed.q
    ).qp()
    alone = [(t, evaluate_term(t, posed, frame, neighbours)) for t in (*wanted, *must)]
    qp = QP.build(
        robot.nv,
        [(t.name, rows) for t, rows in alone if isinstance(rows, Residual)],
        [(t.name, t.sacrifice, rows) for t, rows in alone if isinstance(rows, Bounded)],
        [rows for _, rows in alone if isinstance(rows, Box)],
        robot.coupling,
    )
    assert whole.blocks == qp.blocks
    for name in ("hessian", "gradient", "matrix", "lower", "upper", "box_lower", "box_upper"):
        one, other = getattr(whole, name), getattr(qp, name)
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)


def test_other_terms_take_over_what_they_share_and_ask_the_rest(
    robot: RobotModel, frame: Frame, neighbours: Neighbours
) -> None:
    must, kernel = constraints.defaults(), kernel_of(robot)
    terms = Terms((*objectives.defaults(), *Refinement().smoothness), must)
    program = Program(Terms(objectives.defaults(), must), kernel, frame, neighbours)
    asked: list[str] = []

    class Watched(Posture):
        def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares:
            asked.append(self.name)
            return super().rows(robot, frame)

    extra = Watched()
    other = Terms((*terms.objectives, extra), must)
    for given in (frame, replace(frame)):
        alike = Evaluation(program.asked_by(other, given).among(neighbours), robot.rest)
        fresh = Evaluation(Program(other, kernel, frame, neighbours), robot.rest)
        assert (alike.costs, alike.violations) == (fresh.costs, fresh.violations)
        np.testing.assert_array_equal(alike.qp().hessian, fresh.qp().hessian)
    assert len(asked) == 4


@dataclass(frozen=True)
class Twice(Constraint):
    """A row that is out by a given amount."""

    amount: float

    def evaluate(
        self, configuration: Configuration, frame: Frame, neighbours: Neighbours
    ) -> Bounded:
        return Bounded(np.array([-self.amount]), np.zeros((1, configuration.robot.nv)), 0.0, 1.0)


@dataclass(frozen=True)
class Named(Twice):
    """One that has a name of its own."""

    name: str = "left hand"


def test_terms_of_one_name_are_all_reported(robot: RobotModel) -> None:
    given = [Twice(0.5), Twice(0.25), Named(0.1), Named(0.2, "twice 2"), JointLimits()]
    terms = Terms([Posture(), Posture(0.5)], [*given, JointLimits()])
    program = Program(terms, kernel_of(robot), sample_frame(robot))
    evaluation = Evaluation(program, robot.rest)
    report = evaluation.report(0, 1, 1e-3)
    assert report.violation == {
        **{"twice": 0.5, "twice 2": 0.25, "left hand": 0.1, "twice 2 2": 0.2},
        **{"jointlimits": 0.0, "jointlimits 2": 0.0},
    }
    assert report.relaxed == ("twice", "twice 2", "left hand", "twice 2 2")
    assert list(report.cost) == ["posture", "posture 2"]
    assert evaluation.violation == 0.5


@dataclass(frozen=True)
class HandSpeed(Constraint):
    """Hands rise or sink by a few millimetres a frame: looks at the frame before, says nothing."""

    limit: float = 0.004

    def evaluate(
        self, configuration: Configuration, frame: Frame, neighbours: Neighbours
    ) -> Bounded | None:
        if neighbours.previous is None:
            return None
        robot, hands = configuration.robot, [11, 14]
        joints, offsets = robot.landmark_joints[hands], robot.landmark_offsets[hands]
        now = configuration.positions(joints, offsets)
        before = robot.configuration(neighbours.previous).positions(joints, offsets)
        rates = configuration.directional_jacobian(joints, now, np.tile([0.0, 0.0, 1.0], (2, 1)))
        return Bounded(now[:, 2] - before[:, 2], rates, -self.limit, self.limit)


@dataclass(frozen=True)
class StaysOut(NonPenetration):
    """A term of the package that a user makes look at the frame before."""

    def evaluate(
        self, configuration: Configuration, frame: Frame, neighbours: Neighbours
    ) -> Bounded | None:
        return HandSpeed().evaluate(configuration, frame, neighbours)


@pytest.mark.parametrize("term", [HandSpeed(), StaysOut()])
def test_no_term_of_a_user_is_served_stale_rows_in_the_whole_clip_pass(
    term: Constraint, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, stale = 0, 0
    usual = Evaluation.__init__

    def watched(self: Evaluation, program: Program, q: np.ndarray) -> None:
        nonlocal asked, stale
        usual(self, program, q)
        posed = program.robot.configuration(q)
        fresh = term.evaluate(posed, program.frame, program.neighbours)
        place = [one.name for one in program.terms.named].index(term.name)
        served = self.rows(place)
        if fresh is not None:
            asked += 1
            stale += not np.allclose(served.value, fresh.value, atol=1e-12)

    monkeypatch.setattr(Evaluation, "__init__", watched)
    kept = [c for c in constraints.defaults() if c.name != term.name]
    result = retarget(demos.walk().crop(0, 20), constraints=[*kept, term])
    assert asked > 100
    assert stale == 0
    assert all(r.violation[term.name] < 5e-4 for r in result.reports[1:])
