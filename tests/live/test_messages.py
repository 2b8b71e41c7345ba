from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_messages import frame_text

from kinemesh.errors import ReadError
from kinemesh.live import Frame, Header, HeaderError, read_message
from kinemesh.live.messages import LARGEST, MOST_JOINTS, header_text, sample_text

POSITIONS = np.arange(12.0).reshape(4, 3)


def test_a_header_says_a_skeleton_by_name_or_by_its_joints() -> None:
    told = {"skeleton": "lafan22", "height": 1.75, "fps": 30}
    assert read_message(json.dumps(told)) == Header("lafan22", 1.75, 30.0)
    assert read_message('{"skeleton": ["a", "b"]}') == Header(("a", "b"))
    assert read_message(b'{"height": 1.8, "later": [1]}') == Header(height=1.8)


def test_a_frame_says_positions_and_perhaps_turns_props_and_its_time() -> None:
    turns = np.tile([0.0, 0.0, 0.0, 1.0], (4, 1))
    box = [1, 2, 3, 0, 0, 0, 1]
    text = frame_text(POSITIONS, rotations=turns.tolist(), props={"box": box}, time=1.5)
    frame = read_message(text)
    assert isinstance(frame, Frame)
    np.testing.assert_array_equal(frame.positions, POSITIONS)
    np.testing.assert_array_equal(frame.rotations, turns)
    np.testing.assert_array_equal(frame.props["box"], box)
    assert frame.time == 1.5
    bare = read_message(frame_text(POSITIONS))
    assert isinstance(bare, Frame)
    assert (bare.rotations, dict(bare.props), bare.time) == (None, {}, None)


def test_joints_that_are_lost_are_no_fault_of_the_message() -> None:
    frame = read_message('{"positions": [[1, 2, 3], [null, null, null], [NaN, 0, 0]]}')
    assert isinstance(frame, Frame)
    assert np.isnan(frame.positions[1]).all() and np.isnan(frame.positions[2, 0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no JSON"),
        ('{"positions": [[1, 2, 3]]', "no JSON"),
        (b"\xff\xfe{}", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"positions": ' + "9" * 5000 + "}", "no JSON"),
        ("[1, 2]", r"a message that is \[1, 2\]; expected a JSON object"),
        ('{"pose": [1]}', "a message with pose; expected a header"),
        ("{}", "a message with nothing"),
        ('{"positions": []}', "rows of 3 numbers"),
        ('{"positions": [[1, 2]]}', r"\[1, 2\] in positions; expected rows of 3"),
        ('{"positions": [[1, 2, "3"]]}', "'3'.* in positions; expected numbers"),
        ('{"positions": [[1, 2, true]]}', "True.* in positions; expected numbers"),
        ('{"positions": [[1, 2, 1e9]]}', "beyond 1e.06; expected metres"),
        ('{"positions": [[1, 2, Infinity]]}', "beyond 1e.06; expected metres"),
        ('{"positions": [[1, 2, 1' + "0" * 400 + "]]}", "beyond 1e.06; expected metres"),
        ('{"positions": [[1, 2, 3]], "rotations": [[0, 0, 0]]}', "rows of 4"),
        ('{"positions": [[1, 2, 3]], "rotations": [[0,0,0,1],[0,0,0,1]]}', "as many of both"),
        ('{"positions": [[1, 2, 3]], "props": [1]}', "names with poses"),
        ('{"positions": [[1, 2, 3]], "props": {"box": [1]}}', "props.*rows of 7"),
        ('{"positions": [[1, 2, 3]], "time": "now"}', "time = 'now'"),
        (json.dumps({"positions": [[0, 0, 0]] * (MOST_JOINTS + 1)}), "at most 1000"),
        ("x" * (LARGEST + 1), f"a message of {LARGEST + 1} bytes; expected at most {LARGEST}"),
    ],
)
def test_what_is_no_message_is_said(text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message) as caught:
        read_message(text)
    assert not isinstance(caught.value, HeaderError)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "text",
    [
        '{"skeleton": 5}',
        '{"skeleton": ["a", "a"]}',
        '{"skeleton": ["a", 5]}',
        '{"skeleton": "lafan22", "height": -1}',
        '{"skeleton": "lafan22", "fps": "fast"}',
        '{"skeleton": "lafan22", "height": NaN}',
    ],
)
def test_a_header_that_cannot_be_is_an_error_of_its_own(text: str) -> None:
    with pytest.raises(HeaderError):
        read_message(text)


@pytest.mark.slow
@given(st.one_of(st.text(), st.binary()))
def test_nothing_that_comes_raises_anything_else(data: str | bytes) -> None:
    try:
        read_message(data)
    except ReadError:
        pass


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["positions", "rotations", "props", "time"]), _ANY))
def test_no_json_raises_anything_else(told: dict[str, object]) -> None:
    try:
        frame = read_message(json.dumps(told))
    except ReadError:
        return
    assert isinstance(frame, Header | Frame)


def test_what_is_sent_is_json_on_one_line() -> None:
    header = json.loads(header_text("g1", ("a", "b"), 50.0, ("box",)))
    assert header["joints"] == ["a", "b"] and header["rate"] == 50.0 and header["props"] == ["box"]
    text = sample_text({"time": 1.23456789, "q": np.array([np.nan, 1 / 3]), "held": np.bool_(True)})
    assert json.loads(text) == {"time": 1.234568, "q": [None, 0.333333], "held": True}
    assert "\n" not in text
