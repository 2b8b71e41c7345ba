"""Things that go somewhere with nobody near."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import kinemesh
from kinemesh.demos import lift_box
from kinemesh.metrics import clip_doubts
from kinemesh.metrics.doubts.unattended import unattended
from kinemesh.motion import Clip, Prop, Shape
from kinemesh.recordings import read
from recordings import recording


@pytest.fixture(scope="module")
def lift() -> Clip:
    return lift_box().crop(60, 160)


def with_props(clip: Clip, *props: Prop) -> Clip:
    return replace(clip, scene=replace(clip.scene, props=props))


def moved(prop: Prop, by: tuple[float, float, float], times: float = 1.0) -> np.ndarray:
    track = np.array(prop.track)
    track[:, :3] = track[:, :3] * times + by
    return track


def test_a_box_that_is_carried_is_attended(lift: Clip) -> None:
    assert list(unattended(lift)) == []


@pytest.mark.parametrize(("by", "times"), [((3.0, 0.0, 0.0), 1.0), ((0.0, 0.0, 0.0), 1000.0)])
def test_a_track_that_is_elsewhere_or_in_another_unit_is_doubted(
    lift: Clip, by: tuple[float, float, float], times: float
) -> None:
    (box,) = lift.scene.props
    spoilt = with_props(lift, replace(box, track=moved(box, by, times)))
    (doubt,) = unattended(spoilt)
    assert doubt.name == "doubt.unattended" and doubt.why.startswith("box moves, and nobody")
    assert doubt in clip_doubts(spoilt)


def test_what_stands_still_far_away_is_no_doubt(lift: Clip) -> None:
    (box,) = lift.scene.props
    still = np.tile(moved(box, (4.0, 0.0, 0.0))[0], (len(lift), 1))
    assert list(unattended(with_props(lift, box, replace(box, name="other", track=still)))) == []


def test_what_lies_on_a_thing_that_somebody_moves_is_attended(lift: Clip) -> None:
    (box,) = lift.scene.props
    pole = Prop("pole", Shape.box((0.05, 0.05, 3.0)), track=box.track)
    lamp = Prop("lamp", Shape.box((0.1, 0.1, 0.1)), track=moved(box, (0.0, 0.0, 1.5)))
    assert list(unattended(with_props(lift, pole, lamp))) == []
    (doubt,) = unattended(with_props(lift, lamp))
    assert doubt.why.startswith("lamp")


def test_a_tremble_of_a_tracker_moves_nothing(lift: Clip) -> None:
    (box,) = lift.scene.props
    track = np.tile(moved(box, (4.0, 0.0, 0.0))[0], (len(lift), 1))
    track[::9, 0] += 0.01
    assert list(unattended(with_props(lift, replace(box, track=track)))) == []


def test_objects_of_recordings_are_attended() -> None:
    for motion, mesh in (("sub3_largebox_003", "largebox"), ("sub2_woodchair_000", "woodchair")):
        clip = read(
            recording(f"omomo/{motion}.pt"),
            object=recording(f"omomo/objects/{mesh}.obj"),
            height=1.8,
        )
        assert list(unattended(clip)) == []
    clip = read(recording("humoto/lifting_side_table_and_putting_down-362.glb"))
    assert list(unattended(clip)) == []


@pytest.mark.slow
def test_the_verdict_of_a_motion_whose_box_is_a_kilometre_away_is_unsure(lift: Clip) -> None:
    (box,) = lift.scene.props
    spoilt = with_props(lift, replace(box, track=moved(box, (0.0, 0.0, 0.0), 1000.0)))
    result = kinemesh.retarget(spoilt)
    assert any("nobody comes nearer" in warning for warning in result.warnings)
    score = kinemesh.evaluate(result)
    assert score.verdict.startswith("unsure: box moves, and nobody")
    assert "doubt.unattended" in [doubt.name for doubt in score.doubts]
