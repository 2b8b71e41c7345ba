"""The command in processes of its own, between senders and receivers on this machine."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from live_messages import free_port
from standing import standing
from suits import bvh_binary, bvh_text, mvn_datagram

import kinemesh
from bvh_files import DIALECTS, write_bvh
from commands import walking
from kinemesh import Result, RobotModel
from kinemesh.live.mvn import MVN23
from kinemesh.motion import SKELETONS
from kinemesh.recordings.bvh.file import parse_bvh

zmq = pytest.importorskip("zmq", reason="publishing and subscribing need the extra live")

PELVIS = SKELETONS["lafan22"].place(walking(24), "pelvis")[:, 0]
"""Where the walk of the messages is [m]."""
LONG = 120_000
"""No wait ends a test before so long [ms]."""
SECONDS = LONG / 1000


@contextmanager
def subscribed(port: int) -> Iterator[Callable[[], dict]]:
    """What is published at a port, message by message."""
    with zmq.Context() as context, context.socket(zmq.SUB) as receiver:
        receiver.linger = 0
        receiver.subscribe(b"")
        receiver.connect(f"tcp://127.0.0.1:{port}")

        def following() -> dict:
            assert receiver.poll(LONG), "nothing was published"
            return json.loads(receiver.recv())

        yield following


def ended(process: subprocess.Popen[bytes], data: bytes | None = None) -> tuple[int, str, str]:
    out, err = process.communicate(data, timeout=SECONDS)
    return process.returncode, out.decode(), err.decode()


@pytest.mark.slow
def test_messages_go_from_a_publisher_through_the_robot_to_a_subscriber(
    start, walk_messages: list[str], robot: RobotModel
) -> None:
    sender = start("sender.py")
    mixed = [*walk_messages[:3], "junk", "x" * ((1 << 20) + 1), *walk_messages[3:]]
    sender.stdin.write("\n".join(mixed).encode())
    sender.stdin.close()
    there, port = int(sender.stdout.readline()), free_port()
    run = start("fake_live.py", "live", f"zmq://127.0.0.1:{there}", "--publish", port, "--json")
    with subscribed(port) as following:
        kinds: dict[str, list[dict]] = {"header": [], "sample": []}
        said: set[str] = set()
        while not (len(kinds["header"]) > 1 and len(kinds["sample"]) > 20 and len(said) > 1):
            message = following()
            kinds["header" if "robot" in message else "sample"].append(message)
            said |= {text[:24] for text in message.get("said", ()) if "message" in text}
    run.send_signal(signal.SIGINT)
    status, out, err = ended(run)
    assert status == 0, err
    assert kinds["header"][0]["joints"] == list(robot.joint_names)
    assert all(header == kinds["header"][0] for header in kinds["header"])
    times = [sample["time"] for sample in kinds["sample"]]
    assert times == sorted(set(times))
    assert said == {"a message that is no JSO", "a message of 1048577 byt"}
    summary = json.loads(out)
    assert summary["malformed"] >= 2 and summary["answered"] > 0
    assert summary["samples"] >= len(kinds["sample"])
    assert "skipped: a message of 1048577 bytes" in err


def test_lines_go_in_and_out_and_what_is_malformed_is_skipped(
    start, walk_messages: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.npz"
    mixed = [*walk_messages[:5], "junk", "{}", "y" * (3 << 20), *walk_messages[5:], '{"time": 1']
    run = start("fake_live.py", "live", "-", "--speed", "0", "--lines", "-", "-o", out)
    status, told, err = ended(run, "\n".join(mixed).encode())
    assert status == 0, err
    header, *samples = map(json.loads, told.splitlines())
    assert header["rate"] == 50.0
    assert len(samples) == 41  # 24 frames at 30/s, and the way to the last one: 0 to 0.8 s
    assert "24 frames came, 24 were answered" in err and "0 dropped, 4 messages skipped" in err
    assert len(Result.load(out)) == 24


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_end_with_a_recording_that_is_whole(
    start, walk_messages: list[str], tmp_path: Path, end: signal.Signals
) -> None:
    out = tmp_path / "out.npz"
    run = start("fake_live.py", "live", "-", "--lines", "-", "-o", out)
    for k, message in enumerate(walk_messages[:4]):
        run.stdin.write(f"{message}\n".encode())
        run.stdin.flush()
        while k:
            there = json.loads(run.stdout.readline()).get("q", [None])[0]
            if there == round(PELVIS[k - 1], 6):
                break
    assert not out.exists()
    run.send_signal(end)
    status, _, err = ended(run)
    assert status == 0, err
    result = Result.load(out)
    np.testing.assert_allclose(result.trajectory.q[:, 0], PELVIS[:3])
    assert [path.name for path in tmp_path.iterdir()] == ["out.npz"]
    assert "out.npz: 3 frames of g1" in err.replace("\n", "")


@pytest.mark.slow
def test_ctrl_c_ends_what_is_followed_frame_by_frame_too(
    start, walk_messages: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.npz"
    run = start("fake_live.py", "live", "-", "--speed", "0", "--lines", "-", "-o", out)
    run.stdin.write("\n".join(walk_messages[:4]).encode() + b"\n")
    run.stdin.flush()
    for _ in range(5):
        assert run.stdout.readline()
    run.send_signal(signal.SIGINT)
    status, _, err = ended(run)
    assert status == 0 and len(Result.load(out)) == 3, err


@pytest.mark.slow
def test_who_comes_is_waited_for_and_ctrl_c_ends_that_too(start, tmp_path: Path) -> None:
    out = tmp_path / "out.npz"
    run = start("fake_live.py", "live", f"zmq://127.0.0.1:{free_port()}", "-o", out)
    assert run.stderr.readline().startswith(b"following zmq://")
    run.send_signal(signal.SIGINT)
    status, _, err = ended(run)
    assert status == 0 and "0 frames came" in err and not out.exists()


@pytest.mark.slow
def test_samples_go_on_and_are_held_when_a_sender_falls_silent(
    start, walk_messages: list[str]
) -> None:
    run = start("fake_live.py", "live", "-", "--lines", "-")
    run.stdin.write("\n".join(walk_messages[:4]).encode() + b"\n")
    run.stdin.flush()
    run.stdout.readline()
    while not json.loads(run.stdout.readline())["held"]:
        pass
    run.stdin.write("\n".join(walk_messages[4:]).encode() + b"\n")
    run.stdin.flush()
    while json.loads(run.stdout.readline())["held"]:
        pass
    status, _, err = ended(run)  # the end of the input is its end
    assert status == 0, err


class Suit:
    """A server of BVH frames: sends some to whoever connects, and hangs up."""

    def __init__(self, *sent: bytes) -> None:
        self.connections = 0
        self._sent = sent
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                for data in self._sent:
                    connection.sendall(data)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.mark.slow
@pytest.mark.parametrize("encode", [bvh_text, bvh_binary])
def test_a_suit_s_bvh_frames_are_followed_and_a_lost_connection_is_taken_up_again(
    start, tmp_path: Path, encode: Callable[..., bytes]
) -> None:
    path = write_bvh(tmp_path / "person.bvh", DIALECTS["noitom"])
    file, clip = parse_bvh(path), kinemesh.read(path)
    other = encode(file.motion[0] + 500.0, avatar=5)
    suit = Suit(encode(file.motion[7]), other, b"??", encode(file.motion[7]), encode([1.0]))
    run = start(
        *("fake_live.py", "live", f"bvh://127.0.0.1:{suit.port}?skeleton={path}"),
        *("--lines", "-"),
    )
    run.stdout.readline()
    sample = json.loads(run.stdout.readline())
    while suit.connections < 2:
        assert run.stdout.readline()
    run.send_signal(signal.SIGINT)
    status, _, err = ended(run)
    suit.close()
    assert status == 0, err
    np.testing.assert_allclose(sample["q"][:3], clip.landmark("pelvis")[7], atol=1e-5)
    assert "skipped: the connection ended: it is tried again" in err
    assert "skipped: a frame of 1 numbers; the hierarchy takes" in err


@pytest.mark.slow
def test_mvn_s_datagrams_are_followed(start) -> None:
    port, places = free_port(), standing(MVN23)
    run = start("fake_live.py", "live", f"mvn://:{port}", "--lines", "-")
    assert run.stderr.readline().startswith(b"following mvn://")
    done = threading.Event()

    def stream() -> None:
        turns = np.tile([1.0, 0.0, 0.0, 0.0], (23, 1))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sample = 0
            while not done.wait(0.01):
                sample += 1
                data = mvn_datagram(100.0 * places, turns, sample=sample, clock=10 * sample)
                sender.sendto(data, ("127.0.0.1", port))

    thread = threading.Thread(target=stream)
    thread.start()
    run.stdout.readline()
    sample = json.loads(run.stdout.readline())
    done.set()
    thread.join()
    run.send_signal(signal.SIGINT)
    assert ended(run)[0] == 0
    np.testing.assert_allclose(sample["q"][:3], MVN23.place(places, "pelvis"), atol=1e-5)


@pytest.mark.slow
def test_who_reads_no_more_ends_it_and_the_recording_is_written(
    start, walk_messages: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.npz"
    run = start("fake_live.py", "live", "-", "--lines", "-", "-o", out)
    run.stdin.write("\n".join(walk_messages).encode() + b"\n")
    run.stdin.flush()
    for _ in range(5):
        assert run.stdout.readline()
    run.stdout.close()
    assert run.wait(SECONDS) == 141
    assert "out.npz" in run.stderr.read().decode()


@pytest.mark.slow
def test_a_header_that_cannot_be_is_status_2(start) -> None:
    status, _, err = ended(start("fake_live.py", "live", "-"), b'{"skeleton": "lafan23"}\n')
    assert status == 2
    assert "error: standard input: unknown skeleton 'lafan23'" in err
    status, _, err = ended(start("fake_live.py", "live", "-"), b"junk\n")
    assert status == 2 and "the source ended before a frame came" in err
