from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from live_messages import frame_text

from commands import walking
from kinemesh.live import Header, HeaderError, Lines, ToldSource
from kinemesh.live.messages import LARGEST
from kinemesh.motion import SKELETONS

LAFAN = SKELETONS["lafan22"]


class Brought:
    """Packets from a list."""

    name = "a list"

    def __init__(self, packets: Iterable[str | bytes]) -> None:
        self.packets = list(packets)

    def __iter__(self) -> Iterator[bytes]:
        return iter(p.encode() if isinstance(p, str) else p for p in self.packets)

    def close(self) -> None:
        self.packets.clear()


def told(*packets: str | bytes, given: Header | None = None) -> ToldSource:
    return ToldSource(Brought(packets), given)


def test_the_header_says_who_comes_and_the_frames_follow(walk_messages: list[str]) -> None:
    source = told(*walk_messages)
    person = source.person()
    assert person is not None
    assert (person.skeleton, person.height, person.fps) == (LAFAN, 1.75, 30.0)
    np.testing.assert_array_equal([f.positions for f in source], walking(24))
    assert source.faults.count == 0


def test_the_user_goes_before_the_header(walk_messages: list[str]) -> None:
    person = told(*walk_messages, given=Header(height=1.8)).person()
    assert person is not None
    assert (person.height, person.fps) == (1.8, 30.0)


def test_no_header_is_needed_where_the_user_says_the_skeleton(walk_messages: list[str]) -> None:
    source = told(*walk_messages[1:], given=Header("lafan22"))
    person = source.person()
    assert person is not None and person.skeleton == LAFAN
    assert len(list(source)) == 24  # the frame that was looked at first is not lost


def test_joints_that_are_named_are_looked_at_in_the_first_frame() -> None:
    order = np.random.default_rng(0).permutation(len(LAFAN.joints))
    names = [LAFAN.joints[k] for k in order]
    frames = walking(3)[:, order]
    source = told(json.dumps({"skeleton": names}), *map(frame_text, frames))
    person = source.person()
    assert person is not None
    np.testing.assert_allclose(
        person.skeleton.place(frames[0], "left_toe"), LAFAN.place(walking(3)[0], "left_toe")
    )
    assert len(list(source)) == 3


@pytest.mark.parametrize(
    ("packets", "message"),
    [
        (['{"skeleton": "lafan23"}'], "unknown skeleton 'lafan23'.*did you mean 'lafan22'"),
        (['{"skeleton": 5}'], "a list: a header with skeleton 5"),
        (['{"skeleton": "lafan22", "height": 17}'], "height = 17.*0.5 to 2.6"),
        (['{"skeleton": ["a", "b"]}', '{"positions": [[0, 0, 0]]}'], "2 joints and a frame with 1"),
        (
            ['{"skeleton": ["a", "b"]}', '{"positions": [[0, 0, 0], [0, 0, 1]]}'],
            "no joint was found for pelvis",
        ),
    ],
)
def test_a_person_who_cannot_be_is_an_error(packets: list[str], message: str) -> None:
    with pytest.raises(HeaderError, match=message):
        told(*packets).person()


def test_what_is_malformed_is_skipped_and_said(walk_messages: list[str]) -> None:
    header, *frames = walk_messages
    mixed = [frames[0], "junk", header, "{", *frames[1:4], '{"skeleton": 5}', header]
    other = ['{"skeleton": "smpl22"}', '{"positions": [[0, 0, 0]]}', *frames[4:]]
    source = told(*mixed, *other)
    assert source.person() is not None
    assert source.faults.said() == (
        "a frame before a header that says its skeleton",
        "a message that is no JSON (Expecting value: line 1 column 1 (char 0))",
    )
    assert len(list(source)) == 23
    assert source.faults.count == 6
    said = " ".join(source.faults.said())
    assert "another header" in said and "a frame of 1 joints, not 22" in said
    assert source.faults.said() == ()


def test_nobody_comes_from_a_source_that_ends() -> None:
    assert told().person() is None
    assert told('{"skeleton": ["a"]}').person() is None


def test_lines_are_given_whole_however_they_come() -> None:
    reading, writing = os.pipe()
    lines = Lines(reading)
    found = iter(lines)
    os.write(writing, b"one\n\n  \ntw")
    assert next(found) == b"one"
    os.write(writing, b"o\nthree")
    assert next(found) == b"two"
    os.close(writing)
    assert list(found) == [b"three"]
    os.close(reading)


def test_a_line_that_is_too_long_is_cut_where_it_cannot_be_read_any_more(tmp_path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b"first\n" + b"x" * (3 * LARGEST) + b"\nlast\n" + b"y" * (2 * LARGEST))
    descriptor = os.open(file, os.O_RDONLY)
    assert [len(line) for line in Lines(descriptor)] == [5, LARGEST + 1, 4, LARGEST + 1]
    os.close(descriptor)


def test_lines_end_when_they_are_closed_although_nothing_comes() -> None:
    reading, writing = os.pipe()
    lines = Lines(reading)
    lines.close()
    assert list(lines) == []
    os.close(writing)
    os.close(reading)
