from __future__ import annotations

import pytest

from kinemesh.viewer.player import Player


def test_a_paused_player_stays_where_it_is() -> None:
    player = Player(10, 30.0)
    player.advance(5.0)
    assert player.frame == 0


def test_time_goes_on_at_the_frame_rate_times_the_speed() -> None:
    player = Player(100, 30.0, playing=True)
    player.advance(1.0)
    assert (player.frame, player.time) == (30, 1.0)
    player.speed = 0.5
    player.advance(1.0)
    assert player.frame == 45


def test_the_end_is_followed_by_the_beginning_or_is_the_end() -> None:
    player = Player(10, 10.0, playing=True)
    player.advance(1.25)
    assert player.frame == 2
    player.loop = False
    player.advance(30.0)
    assert (player.frame, player.playing) == (9, False)
    player.toggle()
    assert (player.frame, player.playing) == (0, True)


@pytest.mark.parametrize(("wanted", "found"), [(-3, 0), (4, 4), (99, 9)])
def test_who_seeks_a_frame_that_is_not_there_gets_the_nearest(wanted: int, found: int) -> None:
    player = Player(10, 30.0)
    player.seek(wanted)
    assert player.frame == found


def test_a_single_frame_can_be_played() -> None:
    player = Player(1, 30.0, playing=True)
    player.advance(0.7)
    assert player.frame == 0
