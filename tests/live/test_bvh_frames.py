from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from suits import bvh_binary, bvh_text

from bvh_files import DIALECTS, write_bvh
from kinemesh import read
from kinemesh.errors import ReadError
from kinemesh.live import BvhBody, Faults
from kinemesh.live.bvh_frames import BvhFrame, BvhFrames
from kinemesh.recordings.bvh.file import parse_bvh

NUMBERS = np.round(np.random.default_rng(0).normal(0.0, 50.0, (6, 180)), 4)
KINDS = {
    "text": bvh_text,
    "binary": bvh_binary,
    "old binary": lambda numbers, avatar=0: bvh_binary(numbers, avatar, version=(1, 0)),
}


def taken(data: bytes, cuts: Sequence[int] = ()) -> tuple[list[BvhFrame], Faults]:
    faults = Faults()
    frames = BvhFrames(faults)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    parts = [data[a:b] for a, b in pairwise(places)]
    return [frame for part in parts for frame in frames.take(part)], faults


@pytest.mark.parametrize("kind", KINDS)
@given(cuts=st.lists(st.integers(0, 10_000), max_size=12))
def test_frames_are_whole_wherever_the_stream_is_cut(kind: str, cuts: list[int]) -> None:
    data = b"".join(KINDS[kind](numbers, avatar=2) for numbers in NUMBERS)
    found, faults = taken(data, cuts)
    np.testing.assert_allclose([f.numbers for f in found], NUMBERS, atol=1e-4)
    assert {f.avatar for f in found} == {2} and faults.count == 0


@given(st.binary(max_size=300), st.sampled_from(sorted(KINDS)))
def test_after_junk_the_frames_go_on(junk: bytes, kind: str) -> None:
    data = bvh_text(NUMBERS[0]) + junk
    # a start that is no frame's may swallow what comes as far as it claims: 6006 numbers
    data += b"".join(KINDS[kind](NUMBERS[1]) for _ in range(60))
    if not junk.startswith(b"CCCC"):
        found, _ = taken(data)
        assert len(found) >= 2
        np.testing.assert_allclose(found[-1].numbers, NUMBERS[1], atol=1e-4)


@pytest.mark.parametrize("name", ["Char00", "Char 00 left", "7"])
def test_an_avatar_may_have_any_name(name: str) -> None:
    found, faults = taken(bvh_text([1, 2], 3, name) + b"\r\n" + bvh_text([3, 4], 1, name))
    assert [(f.avatar, list(f.numbers)) for f in found] == [(3, [1, 2]), (1, [3, 4])]
    assert faults.count == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"0 Char00 1 2 x ||", "a frame that is no index, name and numbers: '0 Char00 1 2 x"),
        (b"||", "a frame that is no index"),
        (b"1 " * 200_000, "bytes without the end of a frame"),
        (bvh_binary(NUMBERS[0])[:62] + b"\0\0", "a damaged frame of 180 numbers"),
        (bvh_binary(NUMBERS[0], version=(1, 0))[:54] + b"\1\0\0\0\0\0\0\0\xff\xee", "a compressed"),
    ],
)
def test_what_is_no_frame_is_said(data: bytes, said: str) -> None:
    found, faults = taken(data)
    assert found == []
    assert said in faults.said()[0]


def test_the_advanced_stream_is_refused_in_words() -> None:
    with pytest.raises(ReadError, match=r"Advanced BVH Broadcasting.*choose it in Axis Studio"):
        taken(b"CCCC\x10\0\0\0")


@pytest.mark.parametrize("name", DIALECTS)
def test_a_body_makes_of_a_file_s_own_numbers_what_reading_made(name: str, tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "person.bvh", DIALECTS[name])
    clip, file = read(path), parse_bvh(path)
    body = BvhBody(path, clip)
    for k in (0, len(clip) - 1):
        frame = body.frame(file.motion[k])
        assert frame is not None and frame.rotations is not None and clip.rotations is not None
        np.testing.assert_allclose(frame.positions, clip.positions[k], atol=1e-5)
        same = np.abs((frame.rotations * clip.rotations[k]).sum(axis=-1))
        np.testing.assert_allclose(same, 1.0, atol=1e-6)


def test_positions_may_be_sent_that_the_file_lacks_and_left_out_where_it_has_them(
    tmp_path: Path,
) -> None:
    """A sender's "Displacement" and "Reference" do not have to be those of the export."""
    three = write_bvh(tmp_path / "three.bvh", replace(DIALECTS["noitom"], six=False))
    six = write_bvh(tmp_path / "six.bvh", DIALECTS["noitom"])
    files = [parse_bvh(path) for path in (three, six)]
    assert files[0].motion.shape[1] != files[1].motion.shape[1]
    for path in (three, six):
        clip = read(path)
        body = BvhBody(path, clip)
        for file in files:
            for numbers in (file.motion[9], np.hstack([np.zeros(6), file.motion[9]])):
                frame = body.frame(numbers)
                assert frame is not None
                np.testing.assert_allclose(frame.positions, clip.positions[9], atol=1e-5)
        assert body.frame(np.zeros(5)) is None


def test_lost_numbers_are_lost_joints(tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "person.bvh", DIALECTS["lafan1"])
    clip, file = read(path), parse_bvh(path)
    frame = BvhBody(path, clip).frame(np.where(np.arange(file.motion.shape[1]) == 3, np.nan, 0.0))
    assert frame is not None and frame.rotations is not None
    assert np.isnan(frame.rotations).all() and np.isnan(frame.positions[1:]).all()


def test_a_clip_that_is_not_the_file_s_is_refused(tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "person.bvh", DIALECTS["lafan1"])
    clip = read(path)
    with pytest.raises(ReadError, match="neither mirrored nor cut"):
        BvhBody(path, clip.mirrored())
    with pytest.raises(ReadError, match="40 frames and the clip 30"):
        BvhBody(path, clip.crop(0, 30))
