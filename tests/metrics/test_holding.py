"""Where a held prop of real size is, in the robot's proportions: known answers."""

from __future__ import annotations

import numpy as np
import pytest
from metrics_people import MARK, landmarks_of, person, trajectory

from kinemesh.geometry import poses
from kinemesh.metrics import Surfaces, evaluate
from kinemesh.metrics.person.holding import held_offsets
from kinemesh.metrics.person.human import Hands
from kinemesh.metrics.person.proportions import proportioned
from kinemesh.motion import Clip, Prop, Scene, Shape
from kinemesh.robot import RobotModel

FRAMES = 30
SIZE = (0.2, 0.2, 0.2)


def beside_the_hand(robot: RobotModel, height: float, origin: float = 0.0) -> Clip:
    """A robot at rest, enlarged to ``height``, whose left palm is at the side of a box."""
    places = landmarks_of(robot, np.repeat(robot.rest[None], FRAMES, axis=0))
    places = places * (height / robot.height)
    wrist, elbow = (places[0, MARK[f"left_{part}"]] for part in ("hand", "elbow"))
    palm = wrist + (wrist - elbow) / 3.0
    middle = palm + np.array([0.0, 0.1 + 1e-3, 0.0])
    track = np.tile([*(middle - [origin, 0.0, 0.0]), 0.0, 0.0, 0.0, 1.0], (FRAMES, 1))
    box = Prop("box", Shape.box(SIZE, (origin, 0.0, 0.0)), track)
    return person(places, height, Scene((box,)))


@pytest.mark.parametrize("origin", [0.0, 0.4])
def test_a_held_box_is_where_the_hand_has_it_and_not_where_it_is_scaled_to(
    robot: RobotModel, origin: float
) -> None:
    """She is the robot enlarged: hands are at their scaled places, half a box is not."""
    clip = beside_the_hand(robot, robot.height / 0.75, origin)
    scaled = 0.75 * clip.landmarks()
    (only,) = held_offsets(Hands(clip, Surfaces()), scaled, 0.75)["box"]
    # Its middle is scaled to 7.5 cm from the palm, and is 10 cm from it: the box keeps its size.
    # Its lowest point is scaled, and the palm is in the middle of its side, 10 cm higher.
    wanted = np.array([0.0, 0.025, -0.025])
    # Hands keep their size too: her palm is as far beyond the wrist as it was.
    wrist, elbow = (clip.landmark(f"left_{part}")[0] for part in ("hand", "elbow"))
    along = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    wanted += 0.25 * np.linalg.norm(wrist - elbow) / 3.0 * along
    np.testing.assert_allclose(only, wanted, atol=2e-3)


def test_it_moves_with_the_hand_of_a_longer_arm_and_turns_with_the_box(robot: RobotModel) -> None:
    clip = beside_the_hand(robot, robot.height)
    longer = np.array(clip.landmarks())
    longer[:, MARK["left_hand"]] += np.array([0.1, 0.0, 0.0])
    (before,) = held_offsets(Hands(clip, Surfaces()), clip.landmarks(), 1.0)["box"]
    (still,) = held_offsets(Hands(clip, Surfaces()), longer, 1.0)["box"]
    np.testing.assert_allclose(still - before, [0.1, 0.0, 0.0], atol=1e-9)
    (box,) = clip.scene.props
    quarter = np.array([0.0, 0.0, 0.0, 0.0, 0.0, np.sin(np.pi / 4), np.cos(np.pi / 4)])
    track = np.array([poses.compose(pose, quarter) for pose in box.track])
    turned = person(clip.landmarks(), robot.height, Scene((Prop("box", box.shape, track),)))
    (before,) = held_offsets(Hands(turned, Surfaces()), clip.landmarks(), 1.0)["box"]
    (own,) = held_offsets(Hands(turned, Surfaces()), longer, 1.0)["box"]
    np.testing.assert_allclose(own - before, [0.0, -0.1, 0.0], atol=1e-9)


@pytest.mark.slow
def test_a_box_may_be_where_it_is_scaled_to_or_where_the_hand_has_it(robot: RobotModel) -> None:
    clip = beside_the_hand(robot, robot.height / 0.75)
    body = proportioned(clip, robot, 0.75, Surfaces())
    (own,) = held_offsets(Hands(clip, Surfaces()), body, 0.75)["box"]
    still = trajectory(robot, np.repeat(robot.rest[None], FRAMES, axis=0))

    def place(share: float) -> float:
        (box,) = clip.scene.props
        track = np.array(box.track)
        track[:, :2] = 0.75 * track[:, :2] + share * own[:2]
        scene = Scene((Prop("box", box.shape, track),))
        return evaluate(still, robot, scene=scene, clip=clip, scale=0.75).value("scene.place")

    far = 1e2 * float(np.linalg.norm(own[:2]))
    for share, off in ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (-1.0, far), (2.0, far)):
        assert place(share) == pytest.approx(off, abs=0.01)


def test_where_a_tool_has_its_feet_is_no_matter(robot: RobotModel) -> None:
    """The hips are at their scaled place, as props are, wherever the person is put."""
    clip = beside_the_hand(robot, robot.height)
    moved = clip.landmarks() + np.array([0.04, -0.02, 0.0])
    found = [
        held_offsets(Hands(clip, Surfaces()), person, 1.0)["box"]
        for person in (clip.landmarks(), moved)
    ]
    np.testing.assert_allclose(found[0], found[1], atol=1e-12)


def test_what_nobody_touches_is_not_held(robot: RobotModel) -> None:
    clip = beside_the_hand(robot, robot.height)
    assert list(held_offsets(Hands(clip, Surfaces()), clip.landmarks(), 1.0)) == ["box"]
    away, (box,) = np.array([5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]), clip.scene.props
    far = Scene((Prop("box", box.shape, box.track + away),))
    bare = person(clip.landmarks(), robot.height, far)
    assert held_offsets(Hands(bare, Surfaces()), bare.landmarks(), 1.0) == {}
