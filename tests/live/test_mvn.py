from __future__ import annotations

import socket

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from standing import standing
from suits import mvn_datagram

from kinemesh.errors import KinemeshError, OptionError
from kinemesh.live import Faults, Frame, MvnSource
from kinemesh.live.mvn import MVN23, SEGMENTS, MvnFrames

PLACES = standing(MVN23)
TURNS = Rotation.random(len(SEGMENTS), rng=np.random.default_rng(0))
WXYZ = TURNS.as_quat(scalar_first=True)


def took(*datagrams: bytes, up: str = "z") -> tuple[list[Frame], Faults]:
    faults = Faults()
    frames = MvnFrames(faults, up)
    return [f for f in map(frames.take, datagrams) if f is not None], faults


def test_the_segments_are_in_the_order_of_their_ids() -> None:
    assert len(SEGMENTS) == 23
    assert [SEGMENTS.index(name) + 1 for name in ("Pelvis", "Head", "Right Hand")] == [1, 7, 11]
    assert [SEGMENTS.index(name) + 1 for name in ("Left Hand", "Right Toe", "Left Toe")] == [
        *(15, 19, 23)
    ]


@pytest.mark.parametrize("unit", [1.0, 100.0], ids=["metres", "centimetres"])
def test_a_pose_is_read_in_either_unit(unit: float) -> None:
    (frame,), faults = took(mvn_datagram(unit * PLACES, WXYZ, clock=1500))
    np.testing.assert_allclose(frame.positions, PLACES, atol=1e-5)
    assert frame.rotations is not None
    assert (TURNS.inv() * Rotation.from_quat(frame.rotations)).magnitude().max() < 1e-5
    assert frame.time == 1.5 and faults.count == 0


def test_a_world_with_y_up_is_set_upright() -> None:
    lying = Rotation.from_euler("x", -90, degrees=True)
    turned = (lying * TURNS).as_quat(scalar_first=True)
    (frame,), _ = took(mvn_datagram(lying.apply(PLACES), turned), up="y")
    np.testing.assert_allclose(frame.positions, PLACES, atol=1e-6)
    assert frame.rotations is not None
    assert (TURNS.inv() * Rotation.from_quat(frame.rotations)).magnitude().max() < 1e-5
    assert frame.time is None


def test_a_pose_in_several_datagrams_is_one_frame() -> None:
    first = mvn_datagram(PLACES[:10], WXYZ[:10], counter=0)
    last = mvn_datagram(PLACES[10:], WXYZ[10:], counter=0x81, first=11)
    frames, faults = took(first, last)
    assert len(frames) == 1 and faults.count == 0
    np.testing.assert_allclose(frames[0].positions, PLACES, atol=1e-6)


def test_a_pose_of_which_a_datagram_is_lost_is_said() -> None:
    frames, faults = took(
        mvn_datagram(PLACES, WXYZ),
        mvn_datagram(PLACES[10:], WXYZ[10:], sample=2, counter=0x81, first=11),
    )
    assert len(frames) == 1
    assert faults.said() == ("a pose that lacks segments of the body",)


def test_props_fingers_others_and_what_is_no_pose_are_left_out() -> None:
    more = mvn_datagram(np.vstack([PLACES, PLACES]), np.vstack([WXYZ, WXYZ]))
    other = mvn_datagram(2.0 * PLACES, WXYZ, character=1)
    frames, faults = took(more, other, mvn_datagram(PLACES[:1], WXYZ[:1], kind=b"MXTP13"))
    assert len(frames) == 1 and faults.count == 0
    np.testing.assert_allclose(frames[0].positions, PLACES, atol=1e-6)


@pytest.mark.parametrize(
    ("datagram", "said"),
    [
        (b"hello", "a datagram of 5 bytes that is none of MVN's"),
        (mvn_datagram(PLACES, WXYZ)[:-1], "a pose of 735 bytes, not 32 a segment"),
        (mvn_datagram(PLACES, WXYZ, kind=b"MXTP01"), "poses of type 01: choose Position + Orient"),
        (mvn_datagram(PLACES * np.nan, WXYZ), "a pose that lacks segments"),
    ],
)
def test_what_cannot_be_read_is_said(datagram: bytes, said: str) -> None:
    frames, faults = took(datagram)
    assert frames == []
    assert faults.said()[0].startswith(said)


@given(st.binary(max_size=200), st.booleans())
def test_no_datagram_raises(data: bytes, headed: bool) -> None:
    took(b"MXTP02" + data if headed else data)


def test_frames_come_through_a_socket_until_it_is_closed() -> None:
    source = MvnSource(0, height=1.8)
    person = source.person()
    assert person is not None and (person.height, person.fps) == (1.8, 60.0)
    frames = iter(source)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(mvn_datagram(PLACES, WXYZ), ("127.0.0.1", source.port))
    np.testing.assert_allclose(next(frames).positions, PLACES, atol=1e-6)
    source.close()
    assert list(frames) == []


def test_a_port_in_use_and_an_axis_that_is_none_are_errors() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(KinemeshError, match="it is in use"):
            MvnSource(taken.getsockname()[1])
    with pytest.raises(OptionError, match="unknown up 'x'"):
        MvnSource(0, up="x")
