"""What a stream asks of soles."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.detection.causal.standing import Foot
from kinemesh.detection.support import Land
from kinemesh.motion import LANDMARKS, Scene, Shape, Terrain
from kinemesh.problem.causal.feet import CausalFeet
from kinemesh.problem.feet import EASE_TIME, TOES
from kinemesh.problem.frame import Touchdown
from kinemesh.robot import RobotModel

DT, SLOW = 1.0 / 30.0, 0.3
ANKLE, TIP = 0.05, 0.01
DOWN = Foot(toe=True, heel=True, lands=0.0, heel_lands=0.0)
BEGINS = DOWN._replace(touchdown=True)
BALL = Foot(toe=True, lands=0.0)
HOVERS = Foot(landing=True)
AIR = Foot()


class Soles:
    """Two soles: what the left foot does, the right being in the air."""

    def __init__(self, robot: RobotModel, scene: Scene | None = None) -> None:
        self.robot = robot
        rests = dict.fromkeys(("left", "right"), (ANKLE, TIP))
        land = Land(scene or Scene())
        self.feet = CausalFeet(robot, land, 1.0, SLOW, rests)

    def see(self, foot: Foot, toe: Array, person: Array | None = None, other: Foot = AIR) -> None:
        """A frame with the robot's toe there, and the person's."""
        marks = np.zeros((len(LANDMARKS), 3))
        marks[LANDMARKS.index("left_ankle")] = toe + np.array([-0.1, 0.0, ANKLE - TIP])
        marks[TOES["left"]] = toe
        person = toe if person is None else person
        toes = {"left": person, "right": np.zeros(3)}
        self.feet.see({"left": foot, "right": other}, marks, toes, DT)


@pytest.fixture
def soles(robot: RobotModel) -> Soles:
    return Soles(robot)


def at(x: float, z: float = TIP) -> Array:
    return np.array([x, 0.1, z])


def test_a_foot_in_the_air_has_no_stance(soles: Soles) -> None:
    soles.see(AIR, at(0.0, 0.2))
    assert soles.feet.stances({}) == () and soles.feet.approaches() == ()


def test_a_stance_begins_where_the_toe_is_and_stays_where_it_touched_down(soles: Soles) -> None:
    soles.see(BEGINS, at(0.5))
    (stance,) = soles.feet.stances({})
    assert stance.sole.name == "left" and stance.whole and not stance.landing
    assert stance.touchdown is None
    np.testing.assert_allclose(stance.point, [0.5, 0.1, 0.0])
    np.testing.assert_array_equal(stance.normal, [0.0, 0.0, 1.0])
    np.testing.assert_allclose(stance.footprint, [0.5, 0.1])
    known = Touchdown(np.array([0.51, 0.1, 0.0]), np.array([1.0, 0.0, 0.0]))
    soles.see(DOWN, at(0.52))
    (stance,) = soles.feet.stances({"left": known})
    assert stance.touchdown is known
    np.testing.assert_array_equal(stance.point, known.toe)
    np.testing.assert_allclose(stance.footprint, [0.5, 0.1])


def test_a_new_stance_forgets_where_the_last_one_was(soles: Soles) -> None:
    soles.see(BEGINS, at(0.5))
    soles.see(BEGINS, at(0.6))
    known = Touchdown(np.array([0.5, 0.1, 0.0]), None)
    (stance,) = soles.feet.stances({"left": known})
    assert stance.touchdown is None
    np.testing.assert_allclose(stance.footprint, [0.6, 0.1])


def test_a_foot_on_its_ball_or_over_its_place_says_so(soles: Soles) -> None:
    soles.see(BALL, at(0.0))
    (stance,) = soles.feet.stances({})
    assert not stance.whole and not stance.landing
    soles.see(HOVERS, at(0.0, 0.05))
    (stance,) = soles.feet.stances({})
    assert not stance.whole and stance.landing


def test_over_nothing_no_foot_stands(robot: RobotModel) -> None:
    soles = Soles(robot, Scene(ground=None))
    soles.see(BEGINS, at(0.0))
    assert soles.feet.stances({}) == () and soles.feet.approaches() == ()


def test_on_terrain_a_sole_is_on_its_surface(robot: RobotModel) -> None:
    step = Terrain(Shape.box((1.0, 1.0, 0.3), (0.0, 0.0, 0.15)))
    soles = Soles(robot, Scene(terrain=step))
    for x, height in ((0.0, 0.3), (0.8, 0.0)):
        soles.see(BEGINS, at(x, height + TIP))
        (stance,) = soles.feet.stances({})
        np.testing.assert_allclose(stance.point, [x, 0.1, height], atol=1e-9)


def test_an_edge_that_comes_down_soon_is_foretold(soles: Soles) -> None:
    for lands in (EASE_TIME + 0.01, EASE_TIME, 0.04):
        soles.see(Foot(lands=lands, heel_lands=np.inf), at(0.2, TIP + 0.03))
        found = soles.feet.approaches()
        if lands > EASE_TIME:
            assert found == ()
            continue
        (toe,) = found
        assert toe.corners == slice(2, 4) and toe.time == lands
        assert toe.height == pytest.approx(0.03)
        assert toe.place is not None
        np.testing.assert_allclose(toe.place, [0.2, 0.1])
    soles.see(Foot(lands=0.08, heel_lands=0.02), at(0.2, TIP + 0.03))
    assert [(one.corners, one.time) for one in soles.feet.approaches()] == [
        (slice(0, 2), 0.02),
        (slice(2, 4), 0.08),
    ]


def test_an_edge_that_has_left_is_remembered_on_what_it_stood(robot: RobotModel) -> None:
    step = Terrain(Shape.box((1.0, 1.0, 0.3), (0.0, 0.0, 0.15)))
    soles = Soles(robot, Scene(terrain=step))
    soles.see(BEGINS, at(0.4, 0.3 + TIP))
    times = []
    for k in range(6):
        soles.see(AIR, at(0.45 + 0.05 * k, 0.32 + TIP))
        for one in soles.feet.approaches():
            assert one.point[2] == pytest.approx(0.3)  # though there is nothing below any more
            if one.corners == slice(2, 4):
                times.append(one.time)
                assert one.height == pytest.approx(0.02)
                assert one.place is not None and one.place[0] == pytest.approx(0.45 + 0.05 * k)
            else:
                assert one.place is None
    np.testing.assert_allclose(times, DT * np.arange(1, 1 + round(EASE_TIME / DT)))


def test_of_before_and_after_the_nearer_one_counts(soles: Soles) -> None:
    soles.see(BEGINS, at(0.0))
    for lands, wanted in ((0.09, DT), (0.05, 0.05)):
        soles.see(Foot(lands=lands), at(0.1, 0.03))
        toe = [one for one in soles.feet.approaches() if one.corners == slice(2, 4)]
        assert [one.time for one in toe] == [pytest.approx(wanted)]


def test_a_toe_that_goes_slowly_is_hardly_moved_unless_a_stance_holds_it(soles: Soles) -> None:
    def slow(**touchdowns: Touchdown) -> list[int]:
        found = soles.feet.slow_toes(soles.feet.stances(touchdowns))
        assert all(toe.other == -1 for toe in found)
        return [toe.landmark for toe in found]

    left, right = TOES["left"], TOES["right"]
    soles.see(AIR, at(0.0, 0.2))
    assert slow() == []  # nobody knows of the first frame
    place = 0.0
    for speed, is_slow in ((0.29, True), (0.31, False)):
        place += speed * DT
        soles.see(AIR, at(place, 0.2 + place))  # how fast it rises does not matter
        assert slow() == ([left, right] if is_slow else [right])
    soles.see(DOWN, at(place))
    assert slow() == [left, right]  # a stance that begins holds nothing yet
    known = Touchdown(at(place, 0.0), None)
    assert slow(left=known) == [right]


def test_what_was_seen_is_taken_over_into_another_scene(robot: RobotModel, soles: Soles) -> None:
    soles.see(BEGINS, at(0.5))
    later = Soles(robot, Scene(ground=0.0))
    later.feet.go_on(soles.feet)
    later.see(DOWN, at(0.53))
    known = Touchdown(at(0.5, 0.0), None)
    (stance,) = later.feet.stances({"left": known})
    assert stance.touchdown is known
    np.testing.assert_allclose(stance.footprint, [0.5, 0.1])
