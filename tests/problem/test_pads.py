"""What the robot's pads touch, frame by frame."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh import demos
from kinemesh.detection.bodies import detect_contacts
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.problem import Plan
from kinemesh.problem.hands import TOUCH_TIME
from kinemesh.problem.pads import landmark_of
from kinemesh.robot import RobotModel


@pytest.fixture(scope="module")
def plan(robot: RobotModel) -> Plan:
    return Plan(demos.kneel(), robot)


def test_a_knee_that_kneels_is_a_contact_with_the_ground(plan: Plan) -> None:
    touch = next(t for t in detect_contacts(plan.clip) if t.part == "right_knee")
    first = int(np.flatnonzero(touch.touching)[0])
    contact = next(c for c in plan.frame(first + 5).contacts if c.pad.name == "right_knee")
    assert contact.obstacle is None and contact.time == 0.0 and contact.pose[2] == 0.0
    soon = next(c for c in plan.frame(first - 3).contacts if c.pad.name == "right_knee")
    assert soon.time == pytest.approx(3.0 / plan.clip.fps) and soon.distance > 0.0
    before = plan.frame(first - 1 - round(TOUCH_TIME * plan.clip.fps))
    assert "right_knee" not in [c.pad.name for c in before.contacts]


def test_a_knee_that_kneels_keeps_its_place(plan: Plan) -> None:
    touch = next(t for t in plan.touches if t.part == "right_knee")
    frames = np.flatnonzero(touch.touching)
    places = [
        c.place for k in frames for c in plan.frame(int(k)).contacts if c.pad.name == "right_knee"
    ]
    assert np.ptp(np.array(places)[5:-5], axis=0).max() < 0.03
    mark = LANDMARKS.index("right_knee")
    away = np.array(places) - plan.landmarks[frames, mark]
    assert np.linalg.norm(away, axis=1).mean() < 0.03


def test_a_knee_and_its_shin_are_one_pad_and_one_row(robot: RobotModel) -> None:
    clip = demos.kneel()
    plan = Plan(clip, robot)
    for k in range(0, len(clip), 10):
        pads = [tuple(c.pad.hulls.tolist()) for c in plan.frame(k).contacts]
        assert len(pads) == len(set(pads))


def test_hands_that_crawl_touch_the_ground_and_hands_that_hold_their_prop(
    robot: RobotModel, demos: dict[str, Clip]
) -> None:
    from kinemesh.demos import crawl

    contacts = Plan(crawl(), robot).frame(10).contacts
    assert {c.pad.name for c in contacts if c.obstacle is None} >= {"left", "right"}
    held = Plan(demos["lift_box"], robot).frame(120).contacts
    assert [c.obstacle.name for c in held if c.obstacle is not None] == ["box", "box"]


def test_a_robot_without_pads_has_feet_and_hands_alone(robot: RobotModel) -> None:
    bare = RobotModel.load("g1")
    bare.pads = {}
    assert not Plan(demos.kneel(), bare).frame(100).contacts


@pytest.mark.parametrize(
    ("part", "mark"),
    [("left_shin", "left_knee"), ("right_forearm", "right_elbow"), ("seat", "pelvis")],
)
def test_a_part_without_a_landmark_goes_with_the_nearest(part: str, mark: str) -> None:
    assert landmark_of(part) == mark
    assert landmark_of("back") is None and landmark_of("head") is None
