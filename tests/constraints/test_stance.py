from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.constraints import FootEase, FootFlat, FootStance
from kinemesh.problem import Frame, SoleApproach, Stance, Touchdown
from kinemesh.robot import Configuration, RobotModel
from kinemesh.testing import evaluate_term

UP = np.array([0.0, 0.0, 1.0])


def standing(robot: RobotModel, whole: bool = True, known: bool = True) -> tuple[Stance, ...]:
    """Stances of the rested robot, each at its touchdown."""
    posed = robot.configuration(robot.rest)
    stances = []
    for sole in robot.soles:
        corners = posed.positions(np.full(4, sole.joint), sole.corners)
        stance = Stance(sole, whole, np.zeros(3), UP)
        if known:
            stance = replace(stance, touchdown=stance.planted(corners))
        stances.append(stance)
    return tuple(stances)


def size(robot: RobotModel) -> tuple[float, float]:
    """Length of a sole, and width of its toe edge [m]."""
    corners = robot.soles[0].corners
    along = corners[2:].mean(axis=0) - corners[:2].mean(axis=0)
    return float(np.linalg.norm(along)), float(np.linalg.norm(corners[2] - corners[3]))


def moved(robot: RobotModel, **change: float) -> Configuration:
    """The rested robot with its base moved [m] or turned [rad], or a joint turned [rad]."""
    step = np.zeros(robot.nv)
    for name, amount in change.items():
        base = ("x", "y", "z", "roll", "pitch", "yaw")
        k = base.index(name) if name in base else 6 + robot.joint_names.index(name)
        step[k] = amount
    return robot.configuration(robot.rest).integrate(step)


def test_rows_are_zero_at_the_place_of_touchdown(robot: RobotModel, frame: Frame) -> None:
    here = replace(frame, stances=standing(robot))
    posed = robot.configuration(robot.rest)
    for term, count in ((FootStance(), 8), (FootFlat(), 6)):
        rows = evaluate_term(term, posed, here)
        assert rows is not None
        assert len(rows.value) == count
        np.testing.assert_allclose(rows.value, 0.0, atol=1e-8)
        np.testing.assert_array_equal(rows.upper, term.tolerance)
        np.testing.assert_array_equal(rows.lower, -term.tolerance)


@pytest.mark.parametrize(
    ("whole", "known", "stance", "flat"),
    [(True, True, 4, 3), (True, False, 1, 3), (False, True, 3, 2), (False, False, 1, 2)],
)
def test_a_sole_has_as_many_rows_as_it_has_freedoms_to_lose(
    robot: RobotModel, frame: Frame, whole: bool, known: bool, stance: int, flat: int
) -> None:
    here = replace(frame, stances=standing(robot, whole, known)[:1])
    posed = robot.configuration(robot.rest)
    rows = [evaluate_term(term, posed, here) for term in (FootStance(), FootFlat())]
    assert [len(r.value) for r in rows if r is not None] == [stance, flat]


def test_the_rows_of_a_whole_sole_hold_all_six_freedoms(robot: RobotModel, frame: Frame) -> None:
    here = replace(frame, stances=standing(robot)[:1])
    posed = robot.configuration(robot.rest)
    rows = [evaluate_term(term, posed, here) for term in (FootStance(), FootFlat())]
    matrix = np.concatenate([r.jacobian for r in rows if r is not None])
    assert np.linalg.matrix_rank(matrix, tol=1e-6) == 6


@pytest.mark.parametrize(("way", "amount"), [("x", 0.01), ("y", -0.02), ("z", 0.005)])
def test_a_sole_that_slides_is_off_by_as_much(
    robot: RobotModel, frame: Frame, way: str, amount: float
) -> None:
    here = replace(frame, stances=standing(robot))
    rows = evaluate_term(FootStance(tolerance=1e-3), moved(robot, **{way: amount}), here)
    assert rows is not None
    assert rows.violation() == pytest.approx(abs(amount) - 1e-3, abs=1e-9)


@pytest.mark.parametrize(("fps", "share"), [(15.0, 1.0), (30.0, 1.0), (50.0, 0.6), (120.0, 0.25)])
def test_what_a_planted_toe_may_be_off_is_a_speed_at_high_rates(
    robot: RobotModel, frame: Frame, fps: float, share: float
) -> None:
    here = replace(frame, stances=standing(robot), dt=1.0 / fps)
    rows = evaluate_term(FootStance(tolerance=1e-3), robot.configuration(robot.rest), here)
    assert rows is not None
    np.testing.assert_allclose(rows.upper, 1e-3 * share, rtol=1e-9)
    np.testing.assert_allclose(rows.lower, -1e-3 * share, rtol=1e-9)


def test_a_sole_that_turns_on_its_toe_slides_at_the_heel(robot: RobotModel, frame: Frame) -> None:
    stances = standing(robot)[:1]
    toe = stances[0].touchdown.toe
    # turn the whole robot about the vertical through the toe
    angle = 0.1
    turned = robot.configuration(robot.rest).integrate(np.eye(robot.nv)[5] * angle)
    corners = turned.positions(np.full(4, stances[0].sole.joint), stances[0].sole.corners)
    q = np.array(turned.q)
    q[:2] += (toe - corners[2:].mean(axis=0))[:2]
    rows = evaluate_term(FootStance(), robot.configuration(q), replace(frame, stances=stances))
    assert rows is not None
    np.testing.assert_allclose(rows.value[:3], 0.0, atol=1e-8)
    assert abs(rows.value[3]) == pytest.approx(size(robot)[0] * np.sin(angle), rel=1e-6)
    free = replace(stances[0], whole=False)
    alone = evaluate_term(FootStance(), robot.configuration(q), replace(frame, stances=(free,)))
    assert alone is not None
    assert alone.violation() == 0.0


def test_a_toe_that_stands_alone_may_lift_its_heel(robot: RobotModel, frame: Frame) -> None:
    lifted = moved(robot, left_ankle_pitch_joint=0.3)
    sole = robot.soles[0]
    toe = lifted.positions(np.full(4, sole.joint), sole.corners)[2:].mean(axis=0)
    front = lifted.positions(np.array([sole.joint]), (sole.edges[1] + sole.overhang)[None])[0]
    for whole, holds in ((True, False), (False, True)):
        stance = standing(robot, whole)[0]
        place = np.array([*toe[:2], front[2]])
        here = replace(stance, point=place, touchdown=Touchdown(place, np.array([1.0, 0.0, 0.0])))
        for term in (FootStance(), FootFlat()):
            rows = evaluate_term(term, lifted, replace(frame, stances=(here,)))
            assert rows is not None
            assert (rows.violation() == 0.0) == holds


@pytest.mark.parametrize("angle", [0.1, 0.5, 1.0])
def test_a_heel_can_lift_without_the_toes_going_through_the_ground(
    robot: RobotModel, angle: float
) -> None:
    lifted = moved(robot, pitch=angle)
    table = robot.hull_table
    for sole in robot.soles:
        own = table.vertex_joints == sole.joint
        lowest = lifted.positions(table.vertex_joints[own], table.vertices[own])[:, 2].min()
        edge, rolled = (
            lifted.positions(np.full(2, sole.joint), sole.corners[2:] + away)[:, 2].mean()
            for away in (0.0, sole.overhang)
        )
        assert lowest >= rolled - 1e-5
        assert edge - lowest > 4e-3 * np.sin(angle)


def test_a_sole_that_rolls_is_not_flat(robot: RobotModel, frame: Frame) -> None:
    rolled = moved(robot, left_ankle_roll_joint=0.1)
    here = replace(frame, stances=standing(robot)[:1])
    rows = evaluate_term(FootFlat(), rolled, here)
    assert rows is not None
    side = size(robot)[1] * np.sin(0.1)
    assert abs(rows.value[0] - rows.value[1]) == pytest.approx(side, rel=1e-6)
    assert rows.violation() > 1e-3


def test_a_landing_foot_may_come_down_but_not_slide(robot: RobotModel, frame: Frame) -> None:
    stances = tuple(replace(s, landing=True) for s in standing(robot))
    here = replace(frame, stances=stances)
    assert evaluate_term(FootFlat(), moved(robot, z=0.05), here) is None
    up = evaluate_term(FootStance(), moved(robot, z=0.05), here)
    assert up is not None
    assert up.violation() == 0.0
    aside = evaluate_term(FootStance(), moved(robot, x=0.05), here)
    assert aside is not None
    assert aside.violation() == pytest.approx(0.05, abs=2e-4)


def test_the_surface_may_lean(robot: RobotModel, frame: Frame) -> None:
    normal = np.array([np.sin(0.2), 0.0, np.cos(0.2)])
    stance = standing(robot, True)[0]
    posed = robot.configuration(robot.rest)
    corners = posed.positions(np.full(4, stance.sole.joint), stance.sole.corners)
    leaning = Stance(stance.sole, True, corners[2:].mean(axis=0), normal)
    rows = evaluate_term(FootFlat(), posed, replace(frame, stances=(leaning,)))
    assert rows is not None
    np.testing.assert_allclose(rows.value[:2], 0.0, atol=1e-9)
    assert rows.value[2] == pytest.approx(-size(robot)[0] * np.sin(0.2), abs=1e-6)


@pytest.mark.parametrize("time", [0.02, 0.1, 0.2])
def test_a_foot_may_be_as_high_as_an_even_acceleration_takes_it(
    robot: RobotModel, frame: Frame, time: float
) -> None:
    edges = (slice(0, 2), slice(2, 4))
    sole_approaches = tuple(
        SoleApproach(s, edge, time, np.zeros(3), UP) for s in robot.soles for edge in edges
    )
    reach = 0.5 * 8.0 * time**2
    for height, over in ((0.0, 0.0), (reach - 1e-4, 0.0), (reach + 0.01, 0.01)):
        rows = evaluate_term(
            FootEase(8.0), moved(robot, z=height), replace(frame, sole_approaches=sole_approaches)
        )
        assert rows is not None
        assert len(rows.value) == 8
        np.testing.assert_allclose(rows.value, height, atol=1e-8)
        assert rows.violation() == pytest.approx(over, abs=1e-8)


@pytest.mark.parametrize(("time", "share"), [(0.0, 0.0), (0.05, 0.5), (0.1, 1.0), (0.15, 1.0)])
def test_a_foot_may_be_as_high_as_the_persons_where_that_is_more(
    robot: RobotModel, frame: Frame, time: float, share: float
) -> None:
    sole_approaches = (
        SoleApproach(robot.soles[0], slice(2, 4), time, np.zeros(3), UP, height=0.4),
    )
    rows = evaluate_term(
        FootEase(8.0), moved(robot, z=0.4), replace(frame, sole_approaches=sole_approaches)
    )
    assert rows is not None
    np.testing.assert_allclose(rows.upper, 0.4 * share)


def test_a_foot_that_is_eased_may_slide_and_sink(robot: RobotModel, frame: Frame) -> None:
    sole_approaches = (SoleApproach(robot.soles[0], slice(0, 2), 0.1, np.zeros(3), UP),)
    rows = evaluate_term(
        FootEase(), moved(robot, x=0.3, z=-0.1), replace(frame, sole_approaches=sole_approaches)
    )
    assert rows is not None
    assert rows.violation() == 0.0


def test_without_stances_there_are_no_rows(configuration: Configuration, frame: Frame) -> None:
    free = replace(frame, stances=(), sole_approaches=())
    assert evaluate_term(FootEase(), configuration, free) is None
    assert evaluate_term(FootStance(), configuration, free) is None
    assert evaluate_term(FootFlat(), configuration, free) is None
