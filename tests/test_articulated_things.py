"""Things of two rigid parts, each a prop on its own track."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import kinemesh
from articulated import halves, lidded, relative
from kinemesh.motion import Clip, Scene


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "held"),
    [
        (halves, {"left_hand": "left_half", "right_hand": "right_half"}),
        (lambda: halves(0.005, own_origins=True), {"left_hand": "left_half"}),
        (lambda: lidded(common=0.005), {"left_hand": "case", "right_hand": "case"}),
    ],
)
def test_both_parts_are_met_and_keep_their_places_on_each_other(
    make: Callable[[], Clip], held: dict[str, str]
) -> None:
    clip = make()
    result = kinemesh.retarget(clip, "g1")
    assert result.scale < 0.8
    np.testing.assert_allclose(relative(result.scene), relative(clip.scene), atol=1e-9)
    for pair in held.items():
        assert result.touch[pair].sum() > 100
    score = kinemesh.evaluate(result)
    assert str(score.verdict) == "pass"
    assert score["penetration.props.max"].value < 0.1


@pytest.mark.slow
def test_parts_that_a_file_has_pushed_into_each_other_fail() -> None:
    clip = halves(0.005)
    result = kinemesh.retarget(clip, "g1")
    one, other = result.scene.props
    track = np.array(other.track)
    track[:, 1] -= 0.01
    scene = Scene((one, replace(other, track=track)), None, result.scene.ground)
    score = kinemesh.evaluate(replace(result, scene=scene))
    assert score["penetration.props.max"].value == pytest.approx(10.0, abs=0.1)
    assert "penetration.props.max" in str(score.verdict)
