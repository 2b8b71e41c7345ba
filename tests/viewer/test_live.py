from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from kinemesh import RobotModel, Scene
from kinemesh.errors import ClipError
from kinemesh.motion import Prop, Shape
from kinemesh.viewer import HULLS, LiveView
from kinemesh.viewer.live_stage import LiveStage
from stream_poses import MadePose, moved_pose

pytest.importorskip("viser", reason="the viewer needs the extra viewer")

PORT = 18_610
BOX = Prop("box", Shape.box((0.2, 0.2, 0.4)), np.array([[0.5, 0, 0.2, 0, 0, 0, 1.0]]))


def opened(robot: RobotModel, port: int = PORT) -> LiveView:
    return LiveView(robot, Scene((BOX,)), meshes=HULLS, port=port)


@pytest.fixture
def still(robot: RobotModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveView]:
    """A view without a thread: the test draws."""
    monkeypatch.setattr(LiveView, "start", lambda _: None)
    with opened(robot) as view:
        yield view


def until(there: Callable[[], bool]) -> None:
    """Wait for another thread, however slow the machine."""
    end = time.monotonic() + 90.0
    while not there() and time.monotonic() < end:
        time.sleep(0.01)
    assert there()


def test_the_nodes_go_where_a_pose_has_robot_person_and_props(
    still: LiveView, robot: RobotModel
) -> None:
    actor = still._actor
    assert not actor._person.visible  # nobody has come
    turned = np.array([0.4, 0.1, 0.9, 0, 0, 1.0, 0])
    pose = moved_pose(robot, 0.3, contacts=(("left_foot", "ground"),), props={"box": turned})
    still.show(pose)
    still._tick(0.1)
    for link, (x, y, z, qx, qy, qz, qw) in zip(
        actor._links, actor.stage.link_poses[0], strict=True
    ):
        np.testing.assert_allclose(link.position, (x, y, z))
        np.testing.assert_allclose(link.wxyz, (qw, qx, qy, qz), atol=1e-12)
    pelvis = next(k for k, m in enumerate(actor.stage.links) if m.name == "pelvis")
    np.testing.assert_allclose(actor._links[pelvis].position, pose.q[:3])
    np.testing.assert_allclose(actor._props[0].position, turned[:3])
    np.testing.assert_allclose(actor._props[0].wxyz, (0, 0, 0, 1))
    assert actor._person.visible
    ends = np.unique(np.asarray(actor._person.points).reshape(-1, 3), axis=0)
    np.testing.assert_allclose(ends, np.unique(pose.landmarks.astype(np.float32), axis=0))
    lit = [
        c.name
        for c, ball in zip(actor.stage.contacts, actor._contacts, strict=True)
        if ball.visible
    ]
    assert lit == ["left_foot"]


def test_who_shows_poses_never_waits_and_the_newest_alone_is_drawn(
    robot: RobotModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[MadePose] = []
    show = LiveStage.show

    def noted(live: LiveStage, pose: MadePose) -> object:
        drawn.append(pose)
        return show(live, pose)

    monkeypatch.setattr(LiveStage, "show", noted)
    poses = [moved_pose(robot, 0.01 * k, time=k / 240) for k in range(240)]
    with opened(robot) as view:
        with view._lock:  # whoever draws is held up
            for pose in poses:
                view.show(pose)
        until(lambda: bool(drawn))
        assert drawn == [poses[-1]]
        until(lambda: abs(view._actor._links[0].position[0] - 2.39) < 1e-6)


def test_the_scene_moves_with_the_robot_where_that_is_wanted(
    still: LiveView, robot: RobotModel
) -> None:
    still.show(moved_pose(robot))
    still._tick(0.1)
    np.testing.assert_allclose(still._world.position, 0.0)
    for k in range(1, 31):
        still.show(moved_pose(robot, 0.1 * k))
        still._tick(0.1)
    gone = -still._world.position
    assert 2.4 < gone[0] < 3.0  # it trails, for the robot's sway is left out
    np.testing.assert_allclose(gone[1:], 0.0)
    assert still._ground.position[0] in (2.0, 3.0)  # metres, so that the grid seems to stand
    still._switches._follow(False)
    still._tick(0.1)
    np.testing.assert_array_equal(still._world.position, 0.0)


def test_a_robot_that_is_elsewhere_at_once_is_found_at_once(
    still: LiveView, robot: RobotModel
) -> None:
    for x in (0.0, 40.0):
        still.show(moved_pose(robot, x))
        still._tick(1e-3)
    np.testing.assert_allclose(still._world.position, (-40.0, 0.0, 0.0))


def test_the_camera_turns_to_the_face_once_when_following_begins(
    still: LiveView, robot: RobotModel
) -> None:
    def at(x: float, state: str) -> np.ndarray:
        pose = moved_pose(robot, x, state=state)
        pose.q[3:7] = (0.0, 0.0, 1.0, 0.0)  # looks back
        still.show(pose)
        still._tick(0.1)
        return still._camera[0] - still._camera[1]

    before = at(1.0, "calibrating")
    turned = at(1.0, "following")
    np.testing.assert_allclose(turned[:2], -before[:2], atol=1e-9)
    assert still._camera[1][0] == pytest.approx(1.0)
    at(1.5, "holding"), at(1.5, "following")
    assert still._camera[1][0] == pytest.approx(1.0)


def test_what_is_switched_off_is_hidden_without_a_new_pose(
    still: LiveView, robot: RobotModel
) -> None:
    still.show(moved_pose(robot, contacts=(("left_foot", "ground"),)))
    still._tick(0.1)
    for part in ("robot", "person", "contacts"):
        still._switches._show(part, False)
    still._tick(0.1)
    actor = still._actor
    hidden = (*actor._links, *actor._contacts, actor._person)
    assert not any(node.visible for node in hidden)
    assert actor._props[0].visible


def test_the_panel_says_how_the_stream_goes(still: LiveView, robot: RobotModel) -> None:
    assert "waiting for the first pose" in still._status.content
    warned = moved_pose(robot, time=1.0, state="holding", said=("NaN in <b>: held",))
    newest = moved_pose(robot, time=2.0, contacts=(("left_foot", "ground"), ("right_hand", "box")))
    for pose in (warned, newest):
        still.show(pose)
    still._tick(1.0)
    said = still._status.content
    assert ">following<" in said and "2.0 s, latency 12 ms" in said
    assert "left foot on ground, right hand on box" in said
    assert "at 1.0 s: NaN in &lt;b&gt;: held" in said  # though it was not drawn
    still._tick(2.6)
    assert "nothing came for 3 s" in still._status.content
    assert "following" not in still._status.content


def test_a_pose_of_another_robot_is_refused_where_it_is_shown(
    still: LiveView, robot: RobotModel
) -> None:
    pose = moved_pose(robot)
    with pytest.raises(ClipError, match=r"open the view with the stream's own robot"):
        still.show(MadePose(0.0, pose.q[:20], pose.landmarks))


def test_a_closed_view_leaves_its_port_and_prints_nothing(
    robot: RobotModel, capsys: pytest.CaptureFixture[str]
) -> None:
    view = opened(robot, PORT + 20)
    view.show(moved_pose(robot))
    view.sample(object())
    port = view.port
    view.close()
    view.show(moved_pose(robot, 0.1))  # one that was on its way
    view.close()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert capsys.readouterr() == ("", "")
