from __future__ import annotations

import inspect
from dataclasses import fields, replace

import pytest

from kinemesh import constraints
from kinemesh.constraints import Constraint, FootFlat, FootStance, NonPenetration, StepBox
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import RobotModel
from kinemesh.testing import check_constraint, sample_frame

CLASSES = [
    item
    for item in (getattr(constraints, name) for name in constraints.__all__)
    if inspect.isclass(item) and item not in (Constraint, StepBox)
]


def test_every_class_is_exported_and_the_list_is_sorted() -> None:
    assert constraints.__all__ == sorted(constraints.__all__)
    assert all(issubclass(cls, Constraint | StepBox) for cls in CLASSES)
    assert {type(term) for term in constraints.defaults()} <= set(CLASSES)


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("g1", 0),
        *(pytest.param("g1", seed, marks=pytest.mark.slow) for seed in (1, 2)),
        *(pytest.param("g1_base", seed, marks=pytest.mark.slow) for seed in range(3)),
    ],
)
def test_a_constraint_keeps_the_contract(
    cls: type[Constraint], name: str, seed: int, robot: RobotModel
) -> None:
    check_constraint(cls(), robot if name == "g1" else RobotModel.load(name), seed=seed)


@pytest.mark.parametrize("cls", CLASSES)
def test_a_constraint_with_parameters_of_its_own_keeps_the_contract(
    cls: type[Constraint], robot: RobotModel
) -> None:
    given = {"fraction": 0.5, "radius": 0.1, "ball": True, "margin": 0.01, "within": 0.3}
    given |= {"tolerance": 1e-3, "sacrifice": 2}
    names = {field.name for field in fields(cls)}
    check_constraint(cls(**{k: v for k, v in given.items() if k in names}), robot)


@pytest.mark.slow
@pytest.mark.parametrize("cls", [FootStance, FootFlat])
@pytest.mark.parametrize("landing", [False, True])
@pytest.mark.parametrize("known", [False, True])
def test_stance_keeps_the_contract_at_every_stage_of_a_step(
    cls: type[Constraint], landing: bool, known: bool, robot: RobotModel
) -> None:
    frame = sample_frame(robot)
    stances = [
        replace(s, landing=landing, touchdown=s.touchdown if known else None) for s in frame.stances
    ]
    # one sole stays as it was, so that the term is active in every case
    check_constraint(cls(), robot, replace(frame, stances=(stances[0], frame.stances[1])))


@pytest.mark.slow
def test_penetration_keeps_the_contract_deep_inside_the_ground(
    robot: RobotModel, frame: Frame
) -> None:
    check_constraint(NonPenetration(), robot, replace(frame, ground=0.4))


@pytest.mark.slow
def test_penetration_keeps_the_contract_inside_a_box(
    robot: RobotModel, frame: Frame, neighbours: Neighbours
) -> None:
    box, pose = frame.obstacles[0]
    inside = pose.copy()
    inside[:3] = robot.configuration(neighbours.previous).landmarks()[0]
    check_constraint(NonPenetration(), robot, replace(frame, obstacles=((box, inside),)))


@pytest.mark.parametrize("cls", CLASSES)
def test_the_report_name_is_the_class_in_lower_case(cls: type[Constraint]) -> None:
    assert cls().name == cls.__name__.lower()
