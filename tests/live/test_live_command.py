"""The command in this process: what it refuses, and a recording that the robot itself follows."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import numpy as np
import pytest
import trimesh
from live_messages import free_port

from bvh_files import DIALECTS, write_bvh
from commands import Command
from kinemesh import Pose, Result, RobotModel, Scene

pytest.importorskip("zmq", reason="publishing and subscribing need the extra live")


def test_a_port_in_use_is_said_before_anything_is_read(
    kinemesh_command: Command, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = kinemesh_command("live", tmp_path / "none.bvh", "--publish", port)
    assert done.status == 2
    assert re.match(rf"error: cannot publish at 127\.0\.0\.1:{port} \(Address", done.err)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        done = kinemesh_command("live", f"mvn://:{udp.getsockname()[1]}")
    assert done.status == 2 and "(it is in use)" in done.err


def test_nobody_who_listens_is_an_error(kinemesh_command: Command, tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "person.bvh", DIALECTS["noitom"])
    address = f"bvh://127.0.0.1:{free_port()}?skeleton={path}"
    done = kinemesh_command("live", address)
    assert done.status == 2
    assert "nobody listens there" in done.err and "start BVH broadcasting" in done.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "--mirror"], "--mirror says nothing of -"),
        (["zmq://h:1", "--contacts", "c.toml"], "--contacts says nothing of zmq://h:1"),
        (["mvn://", "--skeleton", "lafan22"], "--skeleton says nothing of mvn://"),
        (["zmq://h:1", "--speed", "2"], "--speed 2: zmq://h:1 comes in its own time"),
        (["-", "--source-robot", "h1"], "--source-robot says nothing of -"),
        (["mvn://0.0.0.0:9763"], "expected --bind 0.0.0.0, if other machines are meant to send"),
        (["bvh://h:1"], "does not say the skeleton"),
        (["ftp://h:1"], "expected a recording"),
        (["-", "--json", "--lines", "-"], "--json and --lines - both print"),
        (["-", "--rate", "0"], "rate = 0"),
        (["-", "--keep", "0"], "keep = 0"),
        (["-", "--publish", "70000"], "publish = 70000"),
        (["-", "-o", "out.txt"], "give it that suffix"),
        (["none.bvh"], "none.bvh does not exist"),
    ],
)
def test_options_that_cannot_be_are_said(
    kinemesh_command: Command, arguments: list[str], message: str
) -> None:
    done = kinemesh_command("live", *arguments)
    assert done.status == 2
    assert done.err.startswith("error: ") and message in done.err.replace("\n", " ")


def test_without_pyzmq_the_extra_is_named(
    kinemesh_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinemesh.live.zmq_sockets.find_spec", lambda name: None)
    for arguments in (["zmq://h:1"], ["-", "--publish", "0"]):
        done = kinemesh_command("live", *arguments)
        assert done.status == 2 and "live" in done.err and "pyzmq" in done.err


@pytest.mark.slow
def test_the_robot_itself_follows_a_recording(
    kinemesh_command: Command, steps: Path, out: Path, tmp_path: Path, robot: RobotModel
) -> None:
    lines = tmp_path / "out.jsonl"
    done = kinemesh_command(
        *("live", steps, "--source-fps", "30", "--speed", "0", "--json"),
        *("--lines", lines, "-o", out),
    )
    assert done.status == 0, done.err
    summary = json.loads(done.out)
    assert summary["frames"] == summary["answered"] == 54 and summary["held"] == 0
    result = Result.load(out)
    assert len(result) == 9  # half a second to be measured, one to get there
    header, *samples = map(json.loads, lines.read_text().splitlines())
    assert len(samples) == summary["samples"] == 91
    np.testing.assert_allclose([s["time"] for s in samples], np.arange(91) / 50)
    assert [s["state"] for s in samples][:: len(samples) - 1] == ["calibrating", "following"]
    fastest = np.abs([s["velocity"][6:] for s in samples]).max(axis=0)
    assert header["joints"] == list(robot.joint_names) and np.all(fastest <= robot.velocity + 1e-3)
    np.testing.assert_allclose(samples[-1]["q"], result.trajectory.q[-1], atol=1e-5)


@pytest.mark.slow
def test_the_viewer_is_shown_every_pose_and_terrain_once_it_is_the_robot_s(
    kinemesh_command: Command,
    steps: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("viser", reason="the viewer needs the extra viewer")
    from kinemesh.viewer import LiveView

    states: list[str] = []
    heights: list[float] = []
    closings: list[LiveView] = []
    show, close = LiveView.show, LiveView.close

    def shown(view: LiveView, pose: Pose) -> None:
        states.append(pose.state)
        show(view, pose)

    def closed(view: LiveView) -> None:
        closings.append(view)
        close(view)

    build = LiveView.__init__

    def built(view: LiveView, robot: RobotModel, scene: Scene, **where: object) -> None:
        terrain = scene.terrain
        heights.append(0.0 if terrain is None else float(terrain.shape.bounds[1][2]))
        build(view, robot, scene, **where)

    monkeypatch.setattr(LiveView, "show", shown)
    monkeypatch.setattr(LiveView, "close", closed)
    monkeypatch.setattr(LiveView, "__init__", built)
    step = tmp_path / "step.obj"
    trimesh.creation.box((1.0, 1.0, 0.2)).apply_translation((5.0, 0.0, 0.1)).export(step)
    for more in ((), ("--terrain", step)):
        done = kinemesh_command(
            *("live", steps, "--source-fps", "30", "--speed", "0", "--view"),
            *("--meshes", "hulls", "--port", "18700", *more),
        )
        assert done.status == 0, done.err
        assert "http://localhost:187" in done.err
    assert states[:15] == ["calibrating"] * 15 and "calibrating" not in states[54:]
    assert states.count("starting") == 60 and states.count("following") == 18
    assert heights[0] == 0.0 and 0.05 < heights[1] < 0.19
    assert len(closings) == 2
