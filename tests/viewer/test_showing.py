"""``kinemesh.view`` from Python: a page that plays, judged, and gone when it is stopped."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from kinemesh import Result, RobotModel, Scene, Trajectory
from kinemesh.errors import OptionError, ReadError
from kinemesh.matching import match
from kinemesh.viewer import Stage, View

pytest.importorskip("viser", reason="the viewer needs the extra viewer")

PORT = 18_900


@pytest.fixture(scope="module")
def standing(robot: RobotModel) -> Result:
    trajectory = Trajectory(np.tile(robot.rest, (5, 1)), 30.0, robot.joint_names, robot.name)
    return Result(trajectory, Scene(), np.zeros((5, 15, 3)), (), clip="standing")


@pytest.mark.slow
def test_results_trajectories_and_files_are_shown_and_judged(
    standing: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, object]] = []
    show, replace = View.show, View.replace

    def shown(page: View, stages: list[Stage], webs: list[object], **given: bool) -> None:
        seen.append(("show", [stage.name for stage in stages]))
        show(page, stages, webs, **given)

    def replaced(page: View, index: int, stage: Stage) -> None:
        seen.append(("judged", stage.score is not None))
        replace(page, index, stage)

    monkeypatch.setattr(View, "show", shown)
    monkeypatch.setattr(View, "replace", replaced)
    file = standing.save(tmp_path / "file.npz")
    motions = (standing, standing.trajectory, file, match(standing))
    with kinemesh.view(*motions, meshes="hulls", port=PORT) as page:
        with urllib.request.urlopen(page.url, timeout=10) as answer:
            assert answer.status == 200
        port = page.port
    names = ["standing", "g1", "file", "standing"]
    assert seen == [("show", names), *[("judged", True)] * 4]
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_page_that_is_not_to_be_judged_comes_back_at_once(
    standing: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(View, "replace", lambda *_: pytest.fail("it was judged"))
    with kinemesh.view(standing, meshes="hulls", judge=False, port=PORT + 10) as page:
        assert page.port >= PORT + 10


def test_what_cannot_be_judged_leaves_no_server(
    standing: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = []
    stop = View.stop
    monkeypatch.setattr(View, "replace", lambda *_: 1 / 0)
    monkeypatch.setattr(View, "stop", lambda page: (stopped.append(page), stop(page)))
    with pytest.raises(ZeroDivisionError):
        kinemesh.view(standing, meshes="hulls", port=PORT + 20)
    assert len(stopped) == 1


def test_nothing_to_show_and_what_cannot_be_read_are_said_before_anything_listens(
    standing: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(View, "__init__", lambda *_, **__: pytest.fail("it listens"))
    with pytest.raises(OptionError, match="nothing to view"):
        kinemesh.view()
    with pytest.raises(ReadError, match="does not exist"):
        kinemesh.view(standing, tmp_path / "none.npz")
