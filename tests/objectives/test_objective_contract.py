from __future__ import annotations

import inspect

import numpy as np
import pytest

from kinemesh import objectives
from kinemesh.objectives import Differences, Objective
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import RobotModel
from kinemesh.testing import check_objective, evaluate_term

CLASSES = [
    item
    for item in (getattr(objectives, name) for name in objectives.__all__)
    if inspect.isclass(item) and item not in (Objective,)
]


def test_every_class_is_exported_and_the_list_is_sorted() -> None:
    assert objectives.__all__ == sorted(objectives.__all__)
    assert all(issubclass(cls, Objective) for cls in CLASSES)
    assert {type(term) for term in objectives.defaults()} <= set(CLASSES)


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("name", ["g1", pytest.param("g1_base", marks=pytest.mark.slow)])
def test_an_objective_keeps_the_contract(cls: type[Objective], name: str) -> None:
    check_objective(cls(), RobotModel.load(name))


@pytest.mark.slow
@pytest.mark.parametrize("cls", CLASSES)
def test_an_objective_with_a_weight_of_its_own_keeps_the_contract(
    cls: type[Objective], robot: RobotModel
) -> None:
    check_objective(cls(weight=3.25), robot, seed=7)


@pytest.mark.slow
@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("missing", [(), (1, 2, 3), (-3, -2, -1), (-3, 2, 3)])
def test_differences_keep_the_contract_at_the_ends_of_a_clip(
    order: int,
    missing: tuple[int, ...],
    robot: RobotModel,
    frame: Frame,
    neighbours: Neighbours,
) -> None:
    known = {k: q for k, q in neighbours.known.items() if k not in missing}
    term = Differences(order, base=5.0)
    if (order, missing) == (3, (-3, 2, 3)):
        known[-3] = neighbours.known[-3]  # the least that a third difference needs
    check_objective(term, robot, frame, Neighbours(known))


@pytest.mark.parametrize("cls", CLASSES)
def test_the_cost_grows_with_the_weight(
    cls: type[Objective], robot: RobotModel, frame: Frame, neighbours: Neighbours
) -> None:
    configuration = robot.configuration(neighbours.previous).integrate(np.full(robot.nv, 0.05))
    one, three = (
        evaluate_term(cls(weight=w), configuration, frame, neighbours) for w in (1.0, 3.0)
    )
    assert three.cost == pytest.approx(3.0 * one.cost)
    assert one.cost > 0.0


@pytest.mark.parametrize("cls", CLASSES)
def test_the_report_name_is_the_class_in_lower_case(cls: type[Objective]) -> None:
    assert cls().name.rstrip("0123456789") == cls.__name__.lower()
