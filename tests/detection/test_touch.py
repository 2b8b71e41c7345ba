"""When a hand touches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh import recordings as io
from kinemesh.detection.touch import detect_touches
from kinemesh.motion import Clip
from recordings import recording


def labelled(clip: Clip, flags: np.ndarray) -> np.ndarray:
    """The touches of the left hand when the file's labels are these."""
    clip = replace(clip, contacts={"left_hand": flags})
    return next(t.touching for t in detect_touches(clip) if t.part == "left_hand")


def test_a_hand_that_stays_on_the_box_between_two_labels_has_not_let_go(carrying: Clip) -> None:
    flags = np.zeros(len(carrying), dtype=bool)
    flags[40:60] = flags[100:110] = True
    assert np.array_equal(np.flatnonzero(labelled(carrying, flags)), np.arange(40, 110))


def test_a_hand_that_goes_away_between_two_labels_has_let_go(carrying: Clip) -> None:
    flags = np.zeros(len(carrying), dtype=bool)
    flags[150:160] = flags[172:176] = True  # the box is put down at 165
    touching = labelled(carrying, flags)
    assert touching[150:160].all() and touching[172:176].all() and not touching[161:172].any()


def test_a_label_counts_for_nothing_where_the_hand_is_out_of_reach(carrying: Clip) -> None:
    flags = np.zeros(len(carrying), dtype=bool)
    flags[150:160] = flags[188:195] = True
    assert np.array_equal(np.flatnonzero(labelled(carrying, flags)), np.arange(150, 160))


def test_labels_are_not_extended_beyond_the_first_and_the_last(carrying: Clip) -> None:
    flags = np.zeros(len(carrying), dtype=bool)
    flags[60:80] = True
    assert np.array_equal(labelled(carrying, flags), flags)


@pytest.mark.slow
def test_flickering_labels_of_a_chair_that_is_carried_become_one_touch() -> None:
    clip = io.read(
        recording("omomo/sub2_woodchair_000.pt"),
        object=recording("omomo/objects/woodchair.obj"),
        height=1.844,
    )
    for touch in detect_touches(clip):
        label = np.flatnonzero(clip.contacts[touch.part])
        held = np.flatnonzero(touch.touching)
        assert np.array_equal(held, np.arange(label[0], label[-1] + 1))
