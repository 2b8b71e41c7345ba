"""One place a stance."""

from __future__ import annotations

import numpy as np

from kinemesh.detection.stance import Footing
from kinemesh.motion import Clip
from kinemesh.problem import Plan
from kinemesh.problem.footprints import footprints
from kinemesh.robot import RobotModel


def footing(toe: str, landing: str, begins: str) -> Footing:
    flags = [np.array([letter == "#" for letter in text]) for text in (toe, landing, begins)]
    return Footing(flags[0], flags[1], flags[0], flags[2], 0.08)


def test_a_stance_has_the_mean_of_its_places_from_landing_on() -> None:
    toe = np.arange(30.0).reshape(10, 3)
    found = footprints(footing(".##..###..", "#.........", "#....#...."), toe)
    for k in (0, 1, 2):
        np.testing.assert_allclose(found[k], toe[:3, :2].mean(axis=0))
    for k in (5, 6, 7):
        np.testing.assert_allclose(found[k], toe[5:8, :2].mean(axis=0))
    assert all(found[k] is None for k in (3, 4, 8, 9))


def test_a_foot_planted_anew_without_being_lifted_has_a_place_of_its_own() -> None:
    toe = np.arange(18.0).reshape(6, 3)
    found = footprints(footing("######", "......", "#...#."), toe)
    np.testing.assert_allclose(found[3], toe[:4, :2].mean(axis=0))
    np.testing.assert_allclose(found[4], toe[4:, :2].mean(axis=0))
    assert not footprints(footing("......", "......", "......"), toe)[0]


def test_a_clip_run_backwards_has_the_same_footprints(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    from dataclasses import replace

    clip = demos["walk"]
    there, back = (
        Plan(one, robot) for one in (clip, replace(clip, positions=clip.positions[::-1]))
    )
    known = 0
    for k in range(40, len(clip) - 40):
        one = {s.sole.name: s.footprint for s in there.frame(k).stances}
        other = {s.sole.name: s.footprint for s in back.frame(len(clip) - 1 - k).stances}
        for side in one.keys() & other.keys():
            known += 1
            assert np.linalg.norm(one[side] - other[side]) < 0.01
    assert known > 50


def test_in_the_air_a_toe_goes_on_from_its_footprint_as_the_persons_does(
    demos: dict[str, Clip], robot: RobotModel
) -> None:
    plan = Plan(demos["walk"], robot)
    last: dict[str, np.ndarray] = {}
    gone = 0
    for k in range(len(plan)):
        frame = plan.frame(k)
        here = {s.sole.name: s.footprint for s in frame.stances if not s.landing}
        for one in frame.sole_approaches:
            side = one.sole.name
            if one.corners.start == 2 and side in last and one.time < 0.04:
                gone += 1
                assert one.place is not None
                assert np.linalg.norm(one.place - last[side]) < 0.06
        last = {side: place for side, place in here.items() if place is not None}
    assert gone >= 4
