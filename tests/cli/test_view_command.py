from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from commands import Command
from kinemesh import Result, RobotModel, Scene, Trajectory
from kinemesh.viewer import MeshOverlay, Stage, View

pytest.importorskip("viser", reason="the viewer needs the extra viewer")

PORT = 18_500


@pytest.fixture(scope="module")
def standing(robot: RobotModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    trajectory = Trajectory(np.tile(robot.rest, (5, 1)), 30.0, robot.joint_names, robot.name)
    result = Result(trajectory, Scene(), np.zeros((5, 15, 3)), ())
    return result.save(tmp_path_factory.mktemp("results") / "standing.npz")


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What was shown, in order; nobody waits for Ctrl-C."""
    seen: list[object] = []
    show, live, replace = View.show, View.live, View.replace

    def shown(
        view: View, stages: list[Stage], webs: Sequence[MeshOverlay | None] = (), **given: bool
    ) -> None:
        seen.append(("show", [s.name for s in stages], [w is not None for w in webs], given))
        show(view, stages, webs, **given)

    def alive(view: View, frame: int, poses: np.ndarray) -> None:
        seen.append(("live", frame, poses.shape))
        live(view, frame, poses)

    def replaced(view: View, index: int, stage: Stage) -> None:
        seen.append(("replace", index, stage.score is not None))
        replace(view, index, stage)

    monkeypatch.setattr(View, "show", shown)
    monkeypatch.setattr(View, "live", alive)
    monkeypatch.setattr(View, "replace", replaced)
    monkeypatch.setattr(View, "wait", lambda view: None)
    yield seen


@pytest.mark.slow
def test_several_results_are_shown_first_and_judged_then(
    kinemesh_command: Command, standing: Path, looked: list[object], tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs.csv"
    assert kinemesh_command("convert", standing, theirs, "--to", "unitree-csv").status == 0
    run = kinemesh_command(
        *("view", standing, theirs, "--fps", "30", "--overlaid", "--port", str(PORT)),
        *("--meshes", "hulls"),
    )
    assert run.status == 0, run.err
    assert f"http://localhost:{PORT}; Ctrl-C ends it" in run.out
    assert looked == [
        ("show", ["standing", "theirs"], [False, False], {"overlaid": True}),
        ("replace", 0, True),
        ("replace", 1, True),
    ]


def test_a_damaged_file_is_one_line_and_nothing_listens(
    kinemesh_command: Command, standing: Path, tmp_path: Path, looked: list[object]
) -> None:
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(standing.read_bytes()[:500])
    run = kinemesh_command("view", standing, damaged, "--port", str(PORT + 10))
    assert run.status == 2
    assert run.err.startswith("error: ") and run.err.count("\n") == 1
    assert "damaged.npz" in run.err
    assert looked == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", PORT + 10)) != 0


def test_nothing_to_view_is_an_error(kinemesh_command: Command) -> None:
    run = kinemesh_command("view")
    assert run.status == 2
    assert "give one or several result files" in run.err


@pytest.mark.slow
def test_without_viser_nothing_is_read(
    kinemesh_command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "viser", None)
    for arguments in (("view", "none.npz"), ("retarget", "none.npy", "--view", "-o", "x.npz")):
        run = kinemesh_command(*arguments)
        assert run.status == 2
        assert 'pip install "kinemesh[viewer]"' in run.err


def test_a_solve_is_shown_frame_by_frame_and_then_its_result(
    kinemesh_command: Command, recorded: Path, looked: list[object], tmp_path: Path
) -> None:
    run = kinemesh_command(
        *("retarget", recorded, "--skeleton", "lafan22", "--stop", "0.15", "--view"),
        *("--port", str(PORT + 20), "--meshes", "hulls", "-o", tmp_path / "out.npz"),
    )
    assert run.status == 0, run.err
    frames = len(Result.load(tmp_path / "out.npz"))
    lives = [seen for seen in looked if seen[0] == "live"]
    assert [seen[1] for seen in lives] == list(range(frames))
    assert [seen[0] for seen in looked] == ["show", *["live"] * frames, "show"]
    assert looked[-1][2] == [True]


def test_json_and_view_exclude_each_other(
    kinemesh_command: Command, recorded: Path, tmp_path: Path
) -> None:
    run = kinemesh_command("retarget", recorded, "--view", "--json", "-o", tmp_path / "out.npz")
    assert run.status == 2
    assert "give one of them" in run.err


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_ctrl_c_ends_a_view_and_all_is_well(standing: Path) -> None:
    # Who runs the tests may have told its children to ignore the signal.
    start = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from kinemesh.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            start,
            "view",
            standing,
            "--meshes",
            "hulls",
            "--port",
            f"{PORT + 30}",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        line = next(line for line in lines if line.startswith("view"))
        with urllib.request.urlopen(line.split()[1].rstrip(";"), timeout=20) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert err == ""
    assert out == ""
