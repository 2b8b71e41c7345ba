"""Terms of a frame whose neighbours change: what is kept is what a fresh look would give."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from kinemesh import constraints, demos, objectives, retarget
from kinemesh.constraints import Constraint, JointLimits, NonPenetration
from kinemesh.evaluation import Evaluation, Terms
from kinemesh.objectives import Objective, Posture
from kinemesh.problem import Bounded, Frame, Residual
from kinemesh.refine import Refinement
from kinemesh.robot import Configuration, RobotModel
from kinemesh.testing import sample_frame


def moved(frame: Frame, robot: RobotModel) -> dict[int, np.ndarray]:
    """Other neighbours than the frame's."""
    rng = np.random.default_rng(3)
    return {
        k: robot.integrate(robot.rest, 0.02 * rng.normal(size=robot.nv)) for k in frame.neighbours
    }


def test_what_is_kept_for_other_neighbours_is_what_a_fresh_look_gives(robot: RobotModel) -> None:
    frame = replace(sample_frame(robot), nominal=robot.rest)
    wanted = (*objectives.defaults(), *Refinement().smoothness)
    terms = Terms(wanted, constraints.defaults())
    configuration = robot.configuration(robot.integrate(robot.rest, np.full(robot.nv, 0.01)))
    earlier = Evaluation(terms, configuration, frame)
    beside = moved(frame, robot)
    now = Evaluation(terms, configuration, frame.among(beside))
    there = replace(
        frame, neighbours=beside, previous=beside.get(-1), before=beside.get(-2), extras={}
    )
    fresh = Evaluation(terms, robot.configuration(configuration.q), there)
    assert len(now.residuals) == len(fresh.residuals) == len(wanted)
    assert len(now.rows) == len(fresh.rows) > 4
    for (name, one), (same, other) in zip(now.residuals, fresh.residuals, strict=True):
        assert name == same
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
    for (name, order, kept), (same, place, new) in zip(now.rows, fresh.rows, strict=True):
        assert (name, order) == (same, place)
        for field in ("value", "jacobian", "lower", "upper"):
            np.testing.assert_array_equal(getattr(kept, field), getattr(new, field))
    for (name, box), (same, other_box) in zip(now.boxes, fresh.boxes, strict=True):
        assert name == same
        np.testing.assert_array_equal(box.lower, other_box.lower)
    assert now.cost != earlier.cost
    kept = [a is b for (_, a), (_, b) in zip(now.residuals, earlier.residuals, strict=True)]
    assert kept.count(True) == sum(not term.beside for term in wanted) > 4


@dataclass(frozen=True)
class Follow(Objective):
    """Go where the frame after is; says nothing about whether it looks there."""

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual | None:
        value, jacobian = configuration.difference(frame.neighbours[1])
        return Residual(value, jacobian)


def test_an_objective_that_says_nothing_is_asked_again(robot: RobotModel) -> None:
    frame, terms = sample_frame(robot), Terms([Follow()], [])
    configuration = robot.configuration(robot.rest)
    earlier = Evaluation(terms, configuration, frame)
    now = Evaluation(terms, configuration, frame.among(moved(frame, robot)))
    assert now.cost != earlier.cost


def test_answers_last_among_other_neighbours_only_where_they_do_not_depend_on_them(
    robot: RobotModel,
) -> None:
    frame = sample_frame(robot)
    asked: list[str] = []
    frame.worked_out("own", lambda: asked.append("own"), beside=False)
    frame.worked_out("both", lambda: asked.append("both"))
    beside = moved(frame, robot)
    other = frame.among(beside)
    other.worked_out("own", lambda: asked.append("own again"), beside=False)
    other.worked_out("both", lambda: asked.append("both again"))
    assert asked == ["own", "both", "both again"]
    assert other.previous is beside[-1]
    assert other.before is beside[-2]
    assert frame.neighbours is not beside
    changed = replace(other, ground=1.0)
    changed.worked_out("own", lambda: asked.append("own anew"), beside=False)
    assert asked[-1] == "own anew"


@dataclass(frozen=True)
class Twice(Constraint):
    """A row that is out by a given amount."""

    amount: float

    def evaluate(self, configuration: Configuration, frame: Frame) -> Bounded:
        return Bounded(np.array([-self.amount]), np.zeros((1, configuration.robot.nv)), 0.0, 1.0)


@dataclass(frozen=True)
class Named(Twice):
    """One that has a name of its own."""

    name: str = "left hand"


def test_terms_of_one_name_are_all_reported(robot: RobotModel) -> None:
    given = [Twice(0.5), Twice(0.25), Named(0.1), Named(0.2, "twice 2"), JointLimits()]
    terms = Terms([Posture(), Posture(0.5)], [*given, JointLimits()])
    evaluation = Evaluation(terms, robot.configuration(robot.rest), sample_frame(robot))
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

    def evaluate(self, configuration: Configuration, frame: Frame) -> Bounded | None:
        if frame.previous is None:
            return None
        robot, hands = configuration.robot, [11, 14]
        joints, offsets = robot.landmark_joints[hands], robot.landmark_offsets[hands]
        now = configuration.positions(joints, offsets)
        before = robot.configuration(frame.previous).positions(joints, offsets)
        rates = configuration.rows(joints, now, np.tile([0.0, 0.0, 1.0], (2, 1)))
        return Bounded(now[:, 2] - before[:, 2], rates, -self.limit, self.limit)


@dataclass(frozen=True)
class StaysOut(NonPenetration):
    """A term of the package that a user makes look at the frame before."""

    def evaluate(self, configuration: Configuration, frame: Frame) -> Bounded | None:
        return HandSpeed().evaluate(configuration, frame)


@pytest.mark.parametrize("term", [HandSpeed(), StaysOut()])
def test_no_term_of_a_user_is_served_stale_rows_in_the_whole_clip_pass(
    term: Constraint, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, stale = 0, 0
    usual = Evaluation.__init__

    def watched(self: Evaluation, terms: Terms, configuration: Configuration, frame: Frame) -> None:
        nonlocal asked, stale
        usual(self, terms, configuration, frame)
        fresh = term.evaluate(configuration, frame)
        for name, _, served in self.rows:
            if name == term.name and fresh is not None:
                asked += 1
                stale += not np.array_equal(served.value, fresh.value)

    monkeypatch.setattr(Evaluation, "__init__", watched)
    result = retarget(demos.walk().crop(0, 20), constraints=[*constraints.defaults(), term])
    assert asked > 100
    assert stale == 0
    assert all(r.violation[term.name] < 5e-4 for r in result.reports[1:])


def test_the_terms_of_the_package_declare_that_they_do_not_look_beside() -> None:
    terms = [*constraints.defaults(), *objectives.defaults()]
    looking = {t.name for t in terms if isinstance(t, Constraint | Objective) and t.beside}
    assert looking == {"slowfoot", "smoothness", "acceleration"}
