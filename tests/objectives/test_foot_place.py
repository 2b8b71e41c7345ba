"""Feet that come down where the person's do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh import Retargeter
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.objectives import FootPlace
from kinemesh.problem import Frame, SoleApproach, Stance, Touchdown
from kinemesh.robot import Configuration, RobotModel
from kinemesh.testing import evaluate_term

UP = np.array([0.0, 0.0, 1.0])
PLACE = np.array([0.3, -0.2])


def bare(frame: Frame) -> Frame:
    return replace(frame, stances=(), sole_approaches=())


def toe(configuration: Configuration, side: str) -> np.ndarray:
    return configuration.landmarks()[LANDMARKS.index(f"{side}_toe"), :2]


def stance(robot: RobotModel, known: Touchdown | None = None, **fields: object) -> Stance:
    return replace(
        Stance(robot.soles[0], True, np.zeros(3), UP, touchdown=known, footprint=PLACE), **fields
    )


def approach(robot: RobotModel, time: float, corners: slice = slice(2, 4)) -> SoleApproach:
    return SoleApproach(robot.soles[1], corners, time, np.zeros(3), UP, place=PLACE)


def cost(configuration: Configuration, frame: Frame) -> float | None:
    found = evaluate_term(FootPlace(weight=2.0), configuration, frame)
    return None if found is None else found.cost


def test_a_foot_that_touches_down_is_drawn_over_the_ground_to_its_place(
    configuration: Configuration, frame: Frame, robot: RobotModel
) -> None:
    here = replace(bare(frame), stances=(stance(robot),))
    side = robot.soles[0].name
    away = toe(configuration, side) - PLACE
    assert cost(configuration, here) == pytest.approx(2.0 * float(away @ away))


def test_a_foot_that_stands_already_or_has_no_place_is_left_alone(
    configuration: Configuration, frame: Frame, robot: RobotModel
) -> None:
    none = bare(frame)
    assert cost(configuration, none) is None
    for one in (stance(robot, Touchdown(np.zeros(3), None)), stance(robot, footprint=None)):
        assert cost(configuration, replace(none, stances=(one,))) is None


def test_the_pull_comes_before_a_stance_and_goes_after_it(
    configuration: Configuration, frame: Frame, robot: RobotModel
) -> None:
    away = toe(configuration, robot.soles[1].name) - PLACE
    whole = 2.0 * float(away @ away)

    def pull(time: float, corners: slice = slice(2, 4)) -> float | None:
        edges = (approach(robot, time, corners),)
        return cost(configuration, replace(bare(frame), sole_approaches=edges))

    assert pull(1e-9) == pytest.approx(whole)
    assert pull(0.05) == pytest.approx(0.5 * whole)
    assert pull(0.1) is pull(0.2) is None
    assert pull(0.03, slice(0, 2)) is None  # heels roll


@pytest.mark.parametrize("name", ["walk", "step_up"])
def test_soles_stand_where_the_persons_toes_do(
    name: str, demos: dict[str, Clip], robot: RobotModel
) -> None:
    retargeter = Retargeter(robot, refine=None)
    clip = demos[name].crop(30, 100)
    seen = 0
    for frame, found, _ in retargeter.frames(retargeter.plan(clip)):
        for one in frame.stances:
            if one.touchdown is None and one.footprint is not None:
                seen += 1
                away = toe(found, one.sole.name) - one.footprint
                assert np.linalg.norm(away) < 0.01
    assert seen >= 3
