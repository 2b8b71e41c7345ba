from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.demos import walk
from kinemesh.detection.stance import detect_footing
from kinemesh.motion import Clip
from kinemesh.recordings import read
from recordings import recording


def knees_at(clip: Clip, height: float) -> Clip:
    """The clip with both knees at ``height`` above the ground [m], whatever the rest does."""
    positions = clip.positions.copy()
    for side in ("left", "right"):
        (joint,) = clip.skeleton.weights(f"{side}_knee")
        positions[:, clip.skeleton.index(joint), 2] = clip.scene.ground + height
    return replace(clip, positions=positions, height=clip.stature)


def test_of_somebody_whose_knees_are_on_the_ground_only_the_balls_of_the_feet_are_planted() -> None:
    clip = walk()
    assert all(foot.toe.any() and foot.heel.any() for foot in detect_footing(clip).values())
    kneeling = detect_footing(knees_at(clip, 0.1))
    for side, foot in kneeling.items():
        line = clip.landmark(f"{side}_ankle") - clip.landmark(f"{side}_toe")
        steep = line[:, 2] > 0.5 * np.linalg.norm(line, axis=1)
        assert foot.toe.any() and not (foot.toe & ~steep).any()
        assert not foot.heel.any()
    bent = detect_footing(knees_at(clip, 0.2))
    for side, foot in detect_footing(clip).items():
        np.testing.assert_array_equal(bent[side].toe, foot.toe)


def test_a_real_person_who_gets_up_stands_on_a_ball_but_not_on_an_instep() -> None:
    clip = read(recording("amass/140_02_stageii.npz"))
    footing = detect_footing(clip)
    lying = clip.joint("Chest")[:, 2] < 0.2
    assert lying.sum() > 200
    assert not footing["left"].heel[lying].any() and not footing["right"].heel[lying].any()
    assert footing["left"].toe[:160].all()  # toes tucked under, the ankle above them
    assert not footing["right"].toe[:240].any()  # ankle, toe and knee on the ground
    upright = clip.joint("Chest")[:, 2] > 0.9
    assert np.mean(footing["left"].toe[upright]) > 0.9
