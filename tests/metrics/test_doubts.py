"""What is not judged is not passed: owed rows, contacts nobody measured, scenes that differ."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest

from kinemesh.metrics import Limits, evaluate, table
from kinemesh.motion import Clip, Prop, Scene, Shape

FRAMES = 30


def box_at(clip: Clip, away: float) -> Prop:
    """A box whose face is ``away`` [m] in front of the left hand."""
    hand = clip.landmark("left_hand")[0]
    place = [hand[0] + away + 0.1, hand[1], hand[2], 0.0, 0.0, 0.0, 1.0]
    return Prop("box", Shape.box((0.2, 0.2, 0.2)), np.tile(place, (len(clip), 1)))


def test_without_the_clip_nothing_passes(robot, still) -> None:
    score = evaluate(still(), robot, scene=Scene())
    assert score.state == "unsure" and not score.passed
    for row in ("stance.drift_max", "tracking.landmark_error", "tracking.range_kept"):
        assert score[row].owed and row in score.verdict
    assert {row[0]: row[3] for row in table(score)}["stance.drift_max"] == "unsure"
    told = json.loads(json.dumps(score.as_dict(), allow_nan=False))
    assert (told["state"], told["passed"]) == ("unsure", False)


def test_rows_that_nobody_limits_are_not_owed(robot, still) -> None:
    kept = ("penetration", "joint_excess", "velocity_excess")
    easy = Limits(**{f.name: None for f in fields(Limits) if f.name not in kept})
    assert evaluate(still(), robot, scene=Scene(), limits=easy).state == "pass"


def test_a_broken_row_comes_before_a_doubt(robot, still) -> None:
    q = np.array(still().q)
    q[:, 2] -= 0.01
    score = evaluate(still(q), robot, scene=Scene())
    assert score.state == "fail" and score.verdict.startswith("penetration.ground.max")


def test_labels_need_a_prop_that_is_near(robot, still, standing) -> None:
    claims = {"left_hand": np.arange(FRAMES) >= 12}
    bare = replace(standing, contacts=claims)
    score = evaluate(still(), robot, scene=Scene(), clip=bare)
    assert score.state == "unsure"
    assert "the left hand touches a prop, and the scene has none in frames 12-29" in score.verdict
    far = replace(bare, scene=Scene((box_at(standing, 0.5),)))
    names = [d.name for d in evaluate(still(), robot, scene=far.scene, clip=far).doubts]
    assert names == ["doubt.contact"]
    near = replace(bare, scene=Scene((box_at(standing, 0.05),)))
    assert evaluate(still(), robot, scene=near.scene, clip=near).doubts == ()


def test_labels_of_a_knee_are_measured_by_no_row(robot, still, standing) -> None:
    scene = Scene((box_at(standing, 0.5),))
    clip = replace(standing, scene=scene, contacts={"left_knee": np.ones(FRAMES, dtype=bool)})
    (doubt,) = evaluate(still(), robot, scene=scene, clip=clip).doubts
    assert "left knee" in doubt.why


def test_a_touch_that_the_labels_deny_is_doubted(robot, still, standing) -> None:
    scene = Scene((box_at(standing, 0.02),))
    none = np.zeros(FRAMES, dtype=bool)
    clip = replace(standing, scene=scene, contacts={"left_hand": none, "right_hand": none})
    score = evaluate(still(), robot, scene=scene, clip=clip)
    assert score["contact.prop.gap_p95"].value is None
    assert [d.name for d in score.doubts] == ["doubt.contact"]
    away = replace(clip, scene=Scene((box_at(standing, 0.4),)))
    assert evaluate(still(), robot, scene=away.scene, clip=away).state == "pass"


def test_a_scene_without_what_the_person_has_is_doubted(robot, still, standing) -> None:
    clip = replace(standing, scene=Scene((box_at(standing, 0.02),)))
    score = evaluate(still(), robot, scene=Scene(), clip=clip)
    assert "touches box, which the robot's scene lacks" in score.verdict
    score = evaluate(still(), robot, scene=Scene(ground=None), clip=standing)
    assert "doubt.scene" in [d.name for d in score.doubts]


@pytest.mark.parametrize("ground", [0.0, None])
def test_a_person_with_nothing_to_stand_on_is_not_judged(robot, still, standing, ground) -> None:
    clip = replace(standing, scene=Scene(ground=ground))
    state = evaluate(still(), robot, scene=clip.scene, clip=clip).state
    assert state == ("pass" if ground is not None else "unsure")
