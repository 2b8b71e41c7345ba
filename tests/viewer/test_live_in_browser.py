"""A stream of poses in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from browser import CHROMIUM, PATIENCE, Browsed, browsing, changed, plain
from kinemesh import RobotModel, Scene
from kinemesh.viewer import HULLS, LiveView
from stream_poses import MadePose, moved_pose

pytest.importorskip("viser", reason="the viewer needs the extra viewer")
pytest.importorskip("playwright.sync_api", reason="driving a browser needs playwright (extra test)")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no chromium on the PATH: apt install chromium, or skip the viewer"
    ),
]


@pytest.fixture(scope="module")
def browsed(robot: RobotModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsed]:
    with LiveView(robot, Scene(), meshes=HULLS, port=18_650) as view:
        plain(view)
        with browsing(view, tmp_path_factory.mktemp("profile")) as found:
            yield found


def seated(robot: RobotModel, time: float) -> MadePose:
    """Thighs that come forward, a little more each time; who looks to her left."""
    pose = moved_pose(robot, time=time, contacts=(("left_foot", "ground"),))
    pose.q[3:7] = (0.0, 0.0, np.sqrt(0.5), np.sqrt(0.5))
    for side in ("left", "right"):
        for joint, angle in (("hip_pitch", -1.5), ("knee", 1.5)):
            pose.q[7 + robot.joint_names.index(f"{side}_{joint}_joint")] = angle * time
    return pose


def dark(pixels: np.ndarray) -> float:
    """Share of the scene that is darker than the grid and has no colour: hands, feet and pelvis."""
    return float(((pixels.max(axis=2) < 0.45) & (np.ptp(pixels, axis=2) < 0.1)).mean())


def blue(pixels: np.ndarray) -> float:
    """Share of the scene in the person's colour."""
    red, _, there = np.moveaxis(pixels, 2, 0)
    return float((there - red > 0.3).mean())


def test_the_robot_moves_as_poses_come_and_the_person_with_it(
    browsed: Browsed, robot: RobotModel
) -> None:
    before = browsed.until(lambda pixels: dark(pixels) > 0.003)
    assert dark(before) > 0.003 and blue(before) == 0.0
    assert browsed.page.get_by_text("waiting for the first pose").count() == 1
    for time in np.linspace(0.0, 1.0, 60):
        browsed.view.show(seated(robot, float(time)))
    after = browsed.until(lambda pixels: changed(before, pixels) > 0.01 and blue(pixels) > 0.001)
    assert changed(before, after) > 0.01 and blue(after) > 0.001
    browsed.page.get_by_text("left foot on ground").wait_for(timeout=1e3 * PATIENCE)
    (client,) = browsed.view._server.get_clients().values()
    position, target = browsed.view._camera
    assert position[0] < target[0] and position[1] > target[1]  # in front, and to its left
    np.testing.assert_allclose(client.camera.position, position, atol=1e-3)
    np.testing.assert_allclose(client.camera.look_at, target, atol=1e-3)


def test_the_view_follows_the_robot_that_walks_off(browsed: Browsed, robot: RobotModel) -> None:
    for x in np.linspace(0.0, 30.0, 10):
        browsed.view.show(moved_pose(robot, float(x), time=float(x)))
    browsed.page.get_by_text("30.0 s, latency 12 ms").wait_for(timeout=1e3 * PATIENCE)
    assert dark(browsed.until(lambda pixels: dark(pixels) > 0.003)) > 0.003


def test_the_robot_can_be_hidden(browsed: Browsed) -> None:
    browsed.page.get_by_role("checkbox").first.click(timeout=1e3 * PATIENCE)
    after = browsed.until(lambda pixels: dark(pixels) < 0.0005)
    assert dark(after) < 0.0005 < 0.001 < blue(after)


def test_no_error_is_in_the_console_and_no_request_leaves_the_machine(browsed: Browsed) -> None:
    assert browsed.errors == []
    own = (f"http://localhost:{browsed.view.port}", f"ws://localhost:{browsed.view.port}")
    assert len(browsed.requests) >= 2
    assert [u for u in browsed.requests if not u.startswith((*own, "data:", "blob:"))] == []
