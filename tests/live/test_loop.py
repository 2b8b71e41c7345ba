from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import pairwise

import numpy as np
import pytest
from acting import LONG, WALK, Acted, Told
from fake_stream import FakeStream

from kinemesh import Pose, RobotModel, Sample, demos
from kinemesh.errors import OptionError, ReadError
from kinemesh.live import (
    Frame,
    Person,
    RecordedSource,
    Sink,
    Summary,
    follow,
    lines_in,
    lines_to,
)


@pytest.fixture
def run(robot: RobotModel) -> Callable[..., tuple[Summary, FakeStream]]:
    def run(source: object, *sinks: Sink, **options: object) -> tuple[Summary, FakeStream]:
        made: list[FakeStream] = []

        def make(person: Person) -> FakeStream:
            made.append(FakeStream(robot, person))
            return made[0]

        return follow(source, make, sinks, **options), made[0]

    return run


def test_a_recording_that_is_not_waited_for_is_followed_frame_by_frame(run) -> None:
    clip = demos.lift_box().crop(0, 31)  # at 30/s: a second
    told = Told()
    summary, stream = run(RecordedSource(clip, 0.0), told, rate=50.0)
    assert (summary.frames, summary.answered, summary.dropped, summary.late) == (31, 31, 0, 0)
    assert summary.samples == len(told.samples) == 52  # one frame more, to be where it leads
    np.testing.assert_allclose([t for t, _, _ in stream.pushed], np.arange(31) / 30)
    np.testing.assert_array_equal([p for _, p, _ in stream.pushed], clip.positions)
    np.testing.assert_allclose([s.time for s in told.samples], np.arange(52) / 50)
    # what is sent is on the way to a pose: before the next frame is looked at
    between = [(a, b) for a, b in pairwise(told.order) if a == b == "sample"]
    assert told.order[:3] == ["pose", "sample", "sample"] and len(between) > 20
    box = clip.scene.props[0]
    assert stream.scene is clip.scene
    np.testing.assert_array_equal([props[box.name] for _, _, props in stream.pushed], box.track)
    assert (told.headers, told.closings) == (1, 1)


def test_a_recording_is_played_in_its_time(run) -> None:
    """Not a frame comes early, however fast it is answered."""
    clip = demos.walk().crop(0, 16)
    told = Told()
    summary, stream = run(RecordedSource(clip, 10.0), told, rate=100.0)
    assert summary.frames == 16 == summary.answered + summary.dropped
    assert [t >= k / 300 - 1e-6 for k, (t, _, _) in enumerate(stream.pushed)] == [True] * len(
        stream.pushed
    )
    times = [s.time for s in told.samples]
    assert times == sorted(times)


def test_what_comes_while_a_frame_is_answered_is_dropped_but_for_the_newest(
    robot: RobotModel,
) -> None:
    busy, sent = threading.Event(), threading.Event()

    class Slow(FakeStream):
        def push(self, *frame: object) -> Pose:
            busy.set()
            assert sent.wait(LONG)
            return super().push(*frame)

    def act(source: Acted) -> Iterator[Frame]:
        yield Frame(WALK[0], time=0.0)
        assert busy.wait(LONG)
        for k, positions in enumerate(WALK[1:], start=1):
            yield Frame(positions, time=k / 30)
        sent.set()

    told, made = Told(), []

    def make(person: Person) -> FakeStream:
        made.append(Slow(robot, person))
        return made[0]

    summary = follow(Acted(act), make, (told,))
    assert (summary.frames, summary.answered, summary.dropped) == (24, 2, 22)
    assert [pose.said for pose in told.poses] == [(), ("22 frames dropped",)]
    np.testing.assert_array_equal([p for _, p, _ in made[0].pushed], WALK[[0, -1]])


def test_samples_go_on_when_frames_do_not_and_say_that_they_are_held(run) -> None:
    def act(source: Acted) -> Iterator[Frame]:
        yield Frame(WALK[0])
        source.closed.wait(LONG)

    told = Told(lambda told: bool(told.samples) and told.samples[-1].held)
    summary, _ = run(Acted(act), told, stop=told.stop, rate=200.0)
    assert summary.answered == 1
    assert summary.silent == sum(s.held for s in told.samples) >= 1
    assert all(s.time > 0.25 for s in told.samples if s.held)


def test_nothing_is_sent_before_somebody_can_be_followed(run) -> None:
    def act(source: Acted) -> Iterator[Frame]:
        source.closed.wait(0.1)
        yield Frame(np.full_like(WALK[0], np.nan))
        while not told.poses:
            source.closed.wait(0.01)
        source.closed.wait(0.1)
        yield Frame(WALK[0])
        if source.paced:  # else samples are sent up to the last frame, when the source ends
            source.closed.wait(LONG)

    for paced in (True, False):
        told = Told(lambda told: len(told.poses) == 2 and bool(told.samples))
        source = Acted(act)
        source.paced = paced
        run(source, told, stop=told.stop, rate=200.0)
        assert told.order[:3] == ["pose", "pose", "sample"]
        assert [pose.state for pose in told.poses] == ["holding", "following"]


def test_faults_are_told_whether_frames_come_or_not(run) -> None:
    said: list[str] = []

    def act(source: Acted) -> Iterator[Frame]:
        source.faults.add("junk")
        while "junk" not in said:
            source.closed.wait(0.01)
        yield Frame(WALK[0])

    told = Told()
    summary, _ = run(Acted(act), told, tell=said.append)
    assert said == ["junk"] and summary.malformed == 1
    assert told.poses[0].said == ("junk",)


def test_frames_that_cannot_be_followed_are_held_and_counted(run) -> None:
    def act(source: Acted) -> Iterator[Frame]:
        yield Frame(WALK[0], time=0.0)
        yield Frame(WALK[1], time=0.0)
        yield Frame(np.full_like(WALK[1], np.nan), time=1.0)

    source = Acted(act)
    source.paced = False
    told = Told()
    summary, _ = run(source, told)
    assert summary.held == 2
    assert [p.said for p in told.poses] == [(), ("a time that was before",), ("joints are lost",)]


@pytest.mark.parametrize("paced", [True, False])
def test_what_a_source_raises_ends_the_loop_and_all_is_closed(run, paced: bool) -> None:
    def act(source: Acted) -> Iterator[Frame]:
        yield Frame(WALK[0])
        raise ReadError("the cable is out")

    source, told, ended = Acted(act), Told(), []
    source.paced = paced
    with pytest.raises(ReadError, match="the cable is out"):
        run(source, told, end=lambda stream, summary: ended.append(summary))
    assert source.closed.is_set() and told.closings == 1 and len(ended) == 1


def test_a_sink_that_fails_does_not_keep_the_recording_from_being_kept(run) -> None:
    class Gone(Told):
        def sample(self, sample: Sample) -> None:
            raise BrokenPipeError

    ended: list[Summary] = []
    with pytest.raises(BrokenPipeError):
        run(
            RecordedSource(demos.walk().crop(0, 5), 0.0),
            Gone(),
            end=lambda stream, summary: ended.append(summary),
        )
    assert ended[0].answered == 1


def test_nobody_is_waited_for_after_a_stop(robot: RobotModel) -> None:
    class Nobody(Acted):
        def person(self) -> Person | None:
            stop.set()
            self.closed.wait(LONG)
            return None

    stop = threading.Event()
    source = Nobody(lambda source: iter(()))
    assert follow(source, lambda person: FakeStream(robot, person), (), stop=stop) == Summary()
    assert source.closed.is_set()


def test_a_source_that_ends_before_anybody_came_is_an_error(robot: RobotModel) -> None:
    class Nobody(Acted):
        def person(self) -> Person | None:
            self.faults.add("junk")
            return None

    for paced in (True, False):
        source = Nobody(lambda source: iter(()))
        source.paced = paced
        with pytest.raises(ReadError, match=r"ended before a frame came( \(junk\))?$"):
            follow(source, lambda person: FakeStream(robot, person), ())


@pytest.mark.parametrize("speed", [-1.0, 101.0, np.nan])
def test_a_speed_that_cannot_be_is_an_error(speed: float) -> None:
    with pytest.raises(OptionError, match="speed"):
        RecordedSource(demos.walk().crop(0, 2), speed)


def test_messages_go_line_by_line_to_streams_and_files(run, tmp_path) -> None:
    stream, path = StringIO(), tmp_path / "out.jsonl"
    summary, _ = run(
        RecordedSource(demos.lift_box().crop(0, 4), 0.0), lines_to(stream), lines_in(path)
    )
    assert path.read_text() == stream.getvalue()
    header, *samples = map(json.loads, stream.getvalue().splitlines())
    assert header["robot"] == "g1" and header["props"] == ["box"] and header["rate"] == 50.0
    assert len(samples) == summary.samples
    assert samples[0].keys() == {
        *("time", "q", "velocity", "state", "contacts", "held", "latency", "said")
    }
    assert len(samples[0]["q"]) == 7 + len(header["joints"]) == len(samples[0]["velocity"]) + 1
    assert samples[0]["contacts"] == [["left_foot", "ground"]]
    assert (samples[0]["state"], samples[0]["held"]) == ("following", False)


def test_a_stop_ends_a_source_that_is_waited_for_frame_by_frame(run) -> None:
    def act(source: Acted) -> Iterator[Frame]:
        yield Frame(WALK[0])
        assert source.closed.wait(LONG)

    source = Acted(act)
    source.paced = False
    told = Told(lambda told: len(told.poses) == 1)
    summary, _ = run(source, told, stop=told.stop)
    assert summary.answered == 1


def test_a_clock_that_is_set_back_does_not_send_samples_back(run) -> None:
    def act(source: Acted) -> Iterator[Frame]:
        for stamp in (5.0, 5.1, 0.0, 5.2, 30.0):
            yield Frame(WALK[0], time=stamp)

    source, told = Acted(act), Told()
    source.paced = False
    run(source, told)
    times = [sample.time for sample in told.samples]
    np.testing.assert_allclose(times, [*np.arange(10) / 50 + 5.0, 30.0, 30.02])
