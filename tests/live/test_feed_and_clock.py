from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from acting import LONG, WALK, Acted

from kinemesh.live import Frame
from kinemesh.live.clock import Clock
from kinemesh.live.feed import Feed


def test_of_a_feed_only_the_newest_frame_is_kept() -> None:
    gone = threading.Event()

    def act(source: Acted) -> Iterator[Frame]:
        for positions in WALK:
            yield Frame(positions)
        gone.set()
        source.closed.wait(LONG)

    feed = Feed(Acted(act))
    assert feed.person(LONG)[0]
    assert feed.take(0.0) is None  # nothing is read before it begins
    feed.begin()
    assert gone.wait(LONG)
    newest = feed.take(0.0)
    assert newest is not None
    np.testing.assert_array_equal(newest.frame.positions, WALK[-1])
    assert (feed.received, feed.dropped) == (24, 23)
    assert feed.take(0.0) is None
    feed.close()
    assert feed.ended


def test_times_are_spaced_as_the_sender_stamped_them() -> None:
    clock = Clock()
    late = (0.0, 0.03, 0.0, 0.02)
    found = [clock(100.0 + k / 30, k / 30 + wait) for k, wait in enumerate(late)]
    np.testing.assert_allclose(np.diff(found), 1 / 30)
    assert clock(None, 5.0) == 5.0


def test_the_quickest_frame_tells_how_clocks_differ() -> None:
    clock = Clock()
    assert clock(0.0, 0.5) == 0.5
    assert clock(0.1, 0.2) == pytest.approx(0.2)
    assert clock(0.2, 0.9) == pytest.approx(0.3)


def test_a_sender_that_begins_again_is_followed_at_once() -> None:
    clock = Clock()
    assert clock(50.0, 1.0) == 1.0
    assert clock(0.0, 1.1) == pytest.approx(1.1)  # from the beginning
    assert clock(90.0, 1.2) == pytest.approx(1.2)  # far ahead
    assert clock(90.1, 9.0) == pytest.approx(9.0)  # stood still
