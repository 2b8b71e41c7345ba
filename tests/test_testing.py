"""The contract itself: it lets good terms pass, and says what is wrong with bad ones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from kinemesh.constraints import Constraint, FootStance, JointLimits, StepBox
from kinemesh.errors import OptionError
from kinemesh.kernel import (
    Bounded,
    Box,
    LeastSquares,
    PointOffsets,
    Residual,
    SelfClearance,
    Within,
)
from kinemesh.motion import LANDMARKS
from kinemesh.objectives import Laplacian, Objective
from kinemesh.problem import Frame, Neighbours
from kinemesh.proximity import distances_to_obstacle
from kinemesh.robot import Configuration, RobotModel
from kinemesh.solve.retargeter import Retargeter
from kinemesh.testing import (
    check_constraint,
    check_objective,
    evaluate_term,
    random_configuration,
    sample_frame,
    sample_neighbours,
)


def hand(configuration: Configuration) -> tuple[float, np.ndarray]:
    """Height of the left hand [m], and how it changes ``(1, nv)``."""
    robot = configuration.robot
    k = LANDMARKS.index("left_hand")
    place = configuration.landmarks()[k : k + 1]
    rate = configuration.directional_jacobian(
        robot.landmark_joints[k : k + 1], place, np.array([[0.0, 0.0, 1.0]])
    )
    return float(place[0, 2]), rate


@dataclass(frozen=True)
class HandsAbove(Constraint):
    """A user's own term, as in the manual."""

    height: float = 0.8

    def evaluate(
        self, configuration: Configuration, frame: Frame, neighbours: Neighbours
    ) -> Bounded | None:
        place, rate = hand(configuration)
        return Bounded(np.array([place]), rate, self.height, np.inf)


@dataclass(frozen=True)
class HandAt(Objective):
    """A user's own wish."""

    height: float = 0.8
    marks: tuple[float, ...] = (1.0, 2.0)

    def evaluate(
        self, configuration: Configuration, frame: Frame, neighbours: Neighbours
    ) -> Residual | None:
        place, rate = hand(configuration)
        return Residual(np.array([place - self.height]), rate)


@pytest.mark.slow
def test_a_good_term_of_a_user_passes(robot: RobotModel, frame: Frame) -> None:
    check_constraint(HandsAbove(0.7), robot)
    check_constraint(HandsAbove(0.7), robot, frame)
    check_objective(HandAt(0.7), robot)


@pytest.mark.slow
def test_a_good_term_passes_on_another_robot() -> None:
    check_constraint(HandsAbove(), RobotModel.load("g1_base"), seed=3)


# ------------------------------------------------ what is wrong with a term


def spoilt(robot: RobotModel, **change: Any) -> Constraint:
    """A term whose answer is changed on its way out."""

    @dataclass(frozen=True)
    class Spoilt(Constraint):
        def evaluate(
            self, configuration: Configuration, frame: Frame, neighbours: Neighbours
        ) -> Any:
            place, rate = hand(configuration)
            parts = {"value": np.array([place]), "jacobian": rate, "lower": -np.inf, "upper": 0.0}
            parts |= {k: v(configuration, rate) for k, v in change.items()}
            answer = parts.pop("answer", None)
            return Bounded(**parts) if answer is None else answer

    return Spoilt()


def off_by(amount: float, column: int) -> Any:
    def jacobian(configuration: Configuration, rate: np.ndarray) -> np.ndarray:
        wrong = np.array(rate)
        wrong[0, column] += amount
        return wrong

    return jacobian


@pytest.mark.parametrize("amount", [1e-5, -0.01, 1.0])
@pytest.mark.parametrize(
    ("column", "name"), [(4, "base turn y"), (21, "left_shoulder_pitch_joint")]
)
def test_a_wrong_jacobian_is_found_in_its_column_with_the_amount(
    robot: RobotModel, amount: float, column: int, name: str
) -> None:
    with pytest.raises(AssertionError, match=rf"Spoilt\(.*column {column} \({name}\), row 0") as e:
        check_constraint(spoilt(robot, jacobian=off_by(amount, column)), robot)
    assert f"off by {abs(amount):.3g}" in str(e.value)


def test_the_jacobian_of_a_base_that_is_not_on_the_manifold_is_found(robot: RobotModel) -> None:
    @dataclass(frozen=True)
    class Naive(Objective):
        """Smoothness with J = I: right for joints, wrong for the turned base."""

        def evaluate(
            self, configuration: Configuration, frame: Frame, neighbours: Neighbours
        ) -> Residual | None:
            if neighbours.previous is None:
                return None
            value, _ = configuration.difference(neighbours.previous)
            return Residual(value, np.eye(configuration.robot.nv))

    with pytest.raises(AssertionError, match=r"Jacobian is wrong in column \d \(base"):
        check_objective(Naive(), robot)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": lambda c, r: np.zeros((1, 1))}, r"value has shape \(1, 1\); expected one axis"),
        ({"value": lambda c, r: np.array([np.nan])}, "value holds NaN"),
        ({"jacobian": lambda c, r: r[0]}, r"jacobian has shape \(35,\); expected \(1, 35\)"),
        ({"jacobian": lambda c, r: r[:, :-1]}, r"jacobian has shape \(1, 34\)"),
        ({"jacobian": lambda c, r: r * np.inf}, "jacobian holds NaN or infinite"),
        ({"lower": lambda c, r: 1.0}, r"row 0 runs from 1\.0 to 0\.0: lower is above upper"),
        ({"lower": lambda c, r: np.nan}, "lower holds NaN"),
        (
            {"lower": lambda c, r: np.inf, "upper": lambda c, r: np.inf},
            "no room between their bounds",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered in multiply")
def test_a_wrong_answer_is_named(robot: RobotModel, change: dict[str, Any], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_constraint(spoilt(robot, **change), robot)


def test_a_term_that_is_never_active_is_not_let_pass(robot: RobotModel, frame: Frame) -> None:
    @dataclass(frozen=True)
    class Asleep(Constraint):
        def evaluate(
            self, configuration: Configuration, frame: Frame, neighbours: Neighbours
        ) -> Bounded | None:
            return None

    with pytest.raises(AssertionError, match=r"inactive.*pass a frame in which it is active"):
        check_constraint(Asleep(), robot)


def test_a_term_that_needs_a_previous_frame_is_found(robot: RobotModel) -> None:
    @dataclass(frozen=True)
    class Hasty(Objective):
        def evaluate(
            self, configuration: Configuration, frame: Frame, neighbours: Neighbours
        ) -> Residual | None:
            return Residual(*configuration.difference(neighbours.previous))

    with pytest.raises(
        ValueError, match=r"an origin None; .*the first frame .* has no previous one"
    ):
        check_objective(Hasty(), robot)


def test_a_term_that_is_not_frozen_is_found(robot: RobotModel) -> None:
    @dataclass
    class Soft(HandsAbove.__bases__[0]):
        height: float = 0.8
        evaluate = HandsAbove.evaluate

    with pytest.raises(AssertionError, match="height can be set: decorate it with @dataclass"):
        check_constraint(Soft(), robot)


def test_a_term_that_is_no_dataclass_is_found(robot: RobotModel) -> None:
    class Bare(Constraint):
        evaluate = HandsAbove.evaluate
        height = 0.8

    with pytest.raises(AssertionError, match="it is no dataclass"):
        check_constraint(Bare(), robot)


def test_what_is_no_term_at_all_is_found(robot: RobotModel) -> None:
    with pytest.raises(AssertionError, match="it is no Objective: make it a subclass"):
        check_objective(JointLimits(), robot)
    with pytest.raises(AssertionError, match="it is no Constraint or StepBox"):
        check_constraint(Laplacian(), robot)


@pytest.mark.slow
def test_a_repr_that_hides_a_parameter_is_found(robot: RobotModel) -> None:
    @dataclass(frozen=True)
    class Shy(HandsAbove):
        height: float = field(default=0.8, repr=False)

    check_constraint(Shy(), robot)
    with pytest.raises(
        AssertionError, match=r"repr does not give height back: 0\.8 instead of 0\.5"
    ):
        check_constraint(Shy(0.5), robot)


def test_a_repr_that_is_none_is_found(robot: RobotModel) -> None:
    with pytest.raises(AssertionError, match="repr does not give its parameters back"):
        check_constraint(_Silent(), robot)


@dataclass(frozen=True, repr=False)
class _Silent(Constraint):
    height: float = 0.8
    evaluate = HandsAbove.evaluate


@pytest.mark.slow
def test_a_term_with_an_array_for_a_parameter_passes(robot: RobotModel) -> None:
    @dataclass(frozen=True)
    class Offset(Constraint):
        offset: np.ndarray = field(default_factory=lambda: np.array([0.1, -2.0, np.inf]))

        def evaluate(
            self, configuration: Configuration, frame: Frame, neighbours: Neighbours
        ) -> Bounded | None:
            place, rate = hand(configuration)
            return Bounded(np.array([place + self.offset[0]]), rate, 0.0, np.inf)

    check_constraint(Offset(), robot)


def test_a_term_that_writes_to_the_frame_is_found(robot: RobotModel) -> None:
    @dataclass(frozen=True)
    class Scribbles(HandsAbove):
        def evaluate(
            self, configuration: Configuration, frame: Frame, neighbours: Neighbours
        ) -> Bounded | None:
            frame.landmarks[:] += 1.0
            return super().evaluate(configuration, frame, neighbours)

    with pytest.raises(AssertionError, match=r"evaluate\(\) writes to its inputs"):
        check_constraint(Scribbles(), robot)


def test_a_term_that_changes_a_writable_frame_is_found(robot: RobotModel, frame: Frame) -> None:
    @dataclass(frozen=True)
    class Scribbles(HandsAbove):
        def evaluate(
            self, configuration: Configuration, frame: Frame, neighbours: Neighbours
        ) -> Bounded | None:
            frame.landmarks[:] += 1.0
            return super().evaluate(configuration, frame, neighbours)

    given = replace(frame, landmarks=np.array(frame.landmarks))
    with pytest.raises(AssertionError, match=r"evaluate\(\) changes its inputs"):
        check_constraint(Scribbles(), robot, given)


def test_tables_that_change_the_frame_are_found(robot: RobotModel) -> None:
    @dataclass(frozen=True)
    class Scribbles(Constraint):
        def rows(self, robot: RobotModel, frame: Frame) -> Within:
            frame.landmarks[:] += 1.0
            return Within(SelfClearance(0.03), 0.0, np.inf)

    with pytest.raises(AssertionError, match=r"rows\(\) writes to its inputs"):
        check_constraint(Scribbles(), robot)


def test_a_term_with_a_memory_is_found(robot: RobotModel) -> None:
    calls: list[int] = []

    @dataclass(frozen=True)
    class Remembers(Constraint):
        def evaluate(
            self, configuration: Configuration, frame: Frame, neighbours: Neighbours
        ) -> Bounded | None:
            calls.append(1)
            _, rate = hand(configuration)
            return Bounded(np.array([float(len(calls))]), rate, 0.0, np.inf)

    with pytest.raises(AssertionError, match="answers differently when asked again"):
        check_constraint(Remembers(), robot)


def test_an_order_of_sacrifice_out_of_range_is_found(robot: RobotModel) -> None:
    with pytest.raises(AssertionError, match="sacrifice is 0; expected 1"):
        check_constraint(FootStance(sacrifice=0), robot)


@pytest.mark.parametrize("weight", [-1.0, np.nan])
def test_a_weight_that_is_none_is_found(robot: RobotModel, weight: float) -> None:
    with pytest.raises(AssertionError, match=r"weight is negative|repr does not give"):
        check_objective(Laplacian(weight), robot)


# ------------------------------------------------ boxes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lower": 0.01}, "does not let base x stand still at the frame's previous.*0.01"),
        ({"lower": 2.0}, r"row 0 runs from 2\.0 to 1\.0"),
        ({"radius": 0.0}, "radius is 0.0; expected a positive number"),
        ({"upper": np.nan}, "upper holds NaN"),
        ({"size": 3}, r"lower has shape \(3,\); expected \(35,\)"),
    ],
)
def test_a_wrong_box_is_named(robot: RobotModel, change: dict[str, float], message: str) -> None:
    @dataclass(frozen=True)
    class Odd(StepBox):
        def evaluate(
            self, configuration: Configuration, frame: Frame, neighbours: Neighbours
        ) -> Box | None:
            size = int(change.get("size", configuration.robot.nv))
            lower, upper = change.get("lower", -1.0), change.get("upper", 1.0)
            return Box(np.full(size, lower), np.full(size, upper), change.get("radius"))

    with pytest.raises(AssertionError, match=message):
        check_constraint(Odd(), robot)


# ------------------------------------------------ the sample


@pytest.mark.parametrize("name", ["g1", "g1_base"])
@pytest.mark.parametrize("seed", range(3))
def test_the_sample_frame_has_everything_a_term_may_ask_for(name: str, seed: int) -> None:
    robot = RobotModel.load(name)
    frame = sample_frame(robot, seed=seed)
    assert frame.ground == 0.0
    assert [s.whole for s in frame.stances] == [True, False]
    hands = [c for c in frame.contacts if c.obstacle is not None]
    assert [c.time for c in hands] == [0.0, 0.05]
    assert [c.pad.name for c in frame.contacts if c.obstacle is None] == ["left_knee"]
    assert len(frame.sole_approaches) == 4
    assert all(s.touchdown is not None for s in frame.stances)
    assert frame.stances[0].touchdown.heading is not None
    neighbours = sample_neighbours(robot, seed=seed)
    assert sorted(neighbours.known) == [-3, -2, -1, 1, 2, 3]
    assert frame.nominal is not None
    posed = robot.configuration(neighbours.previous)
    (box, pose), *_ = frame.obstacles
    assert 0.02 < distances_to_obstacle(posed, box, pose, 0.1).distance.min() < 0.03
    assert np.all((posed.q[7:] >= robot.lower) & (posed.q[7:] <= robot.upper))
    with pytest.raises(ValueError, match="read-only"):
        neighbours.previous[0] = 1.0


def test_the_sample_frame_is_the_same_every_time(robot: RobotModel) -> None:
    one, two = sample_frame(robot, seed=5), sample_frame(robot, seed=5)
    np.testing.assert_array_equal(one.laplacian.factor, two.laplacian.factor)
    assert not np.array_equal(one.landmarks, sample_frame(robot, seed=6).landmarks)
    around = [sample_neighbours(robot, seed=seed).previous for seed in (5, 5, 6)]
    np.testing.assert_array_equal(around[0], around[1])
    assert not np.array_equal(around[0], around[2])


def test_random_configurations_are_within_limits_and_turned(robot: RobotModel) -> None:
    rng = np.random.default_rng(0)
    turns = []
    for _ in range(50):
        posed = random_configuration(robot, rng)
        assert np.all((posed.q[7:] >= robot.lower) & (posed.q[7:] <= robot.upper))
        turns.append(np.linalg.norm(robot.difference(robot.rest, posed.q)[3:6]))
    assert 1.5 < max(turns) <= 2.0


# ------------------------------------------------ the three ways to say what is asked


@dataclass(frozen=True)
class SlowHand(Constraint):
    """The left hand rises or sinks by at most a centimetre a frame."""

    def evaluate(
        self, configuration: Configuration, frame: Frame, neighbours: Neighbours
    ) -> Bounded | None:
        if neighbours.previous is None:
            return None
        place, rate = hand(configuration)
        before, _ = hand(configuration.robot.configuration(neighbours.previous))
        return Bounded(np.array([place - before]), rate, -0.01, 0.01)


@pytest.mark.slow
def test_a_term_that_looks_at_the_frame_before_passes(robot: RobotModel) -> None:
    check_constraint(SlowHand(), robot)


def test_a_term_that_says_what_it_asks_in_no_way_or_in_two_is_found(robot: RobotModel) -> None:
    @dataclass(frozen=True)
    class Mute(Constraint):
        """Says nothing."""

    @dataclass(frozen=True)
    class Twice(SlowHand):
        def rows(self, robot: RobotModel, frame: Frame) -> None:
            return None

        def neighbour_rows(self, robot: RobotModel, frame: Frame, neighbours: Neighbours) -> None:
            return None

    with pytest.raises(AssertionError, match="Mute defines none of rows, neighbour_rows, evaluate"):
        check_constraint(Mute(), robot)
    with pytest.raises(AssertionError, match="Twice defines rows and neighbour_rows of"):
        check_constraint(Twice(), robot)

    @dataclass(frozen=True)
    class Older(Constraint):
        evaluate: Any = None

    def without_neighbours(configuration: Configuration, frame: Frame) -> None:
        return None

    with pytest.raises(OptionError, match=r"evaluate\(configuration, frame, neighbours\)"):
        Retargeter(robot, constraints=[Older(without_neighbours)])
    with pytest.raises(OptionError, match="Mute defines none"):
        Retargeter(robot, constraints=[Mute()])


def test_a_table_of_another_kind_is_an_error_that_says_what_fits(robot: RobotModel) -> None:
    @dataclass(frozen=True)
    class Mixed(Constraint):
        def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares:
            return LeastSquares(SelfClearance(0.03))

    with pytest.raises(TypeError, match=r"rows\(\) of Mixed gives LeastSquares; expected Within"):
        check_constraint(Mixed(), robot)
    wrong = spoilt(robot, answer=lambda configuration, rate: (1, 2))
    with pytest.raises(TypeError, match=r"evaluate\(\) of Spoilt gives tuple; expected Bounded"):
        check_constraint(wrong, robot)


@pytest.mark.slow
def test_tables_of_a_user_pass(robot: RobotModel) -> None:
    @dataclass(frozen=True)
    class HandHeight(Objective):
        height: float = 0.8

        def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares:
            k = LANDMARKS.index("left_hand")
            up, level = np.array([[0.0, 0.0, 1.0]]), np.array([[0.0, 0.0, self.height]])
            mark = robot.landmark_joints[[k]], robot.landmark_offsets[[k]]
            return LeastSquares(PointOffsets(*mark, up, level), 2.0)

    check_objective(HandHeight(), robot)
    posed = robot.configuration(robot.rest)
    residual = evaluate_term(HandHeight(), posed, sample_frame(robot))
    assert residual.value[0] == pytest.approx(hand(posed)[0] - 0.8)
