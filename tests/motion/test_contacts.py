from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.demos import walk
from kinemesh.io import read
from kinemesh.motion import Clip
from kinemesh.motion.contacts import detect_footing
from recordings import recording


def knees_at(clip: Clip, height: float) -> Clip:
    """The clip with both knees at ``height`` above the ground [m], whatever the rest does."""
    positions = clip.positions.copy()
    for side in ("left", "right"):
        (joint,) = clip.skeleton.weights(f"{side}_knee")
        positions[:, clip.skeleton.index(joint), 2] = clip.scene.ground + height
    return replace(clip, positions=positions, height=clip.stature)


def test_feet_of_somebody_whose_knees_are_on_the_ground_are_not_planted() -> None:
    clip = walk()
    assert all(foot.toe.any() and foot.heel.any() for foot in detect_footing(clip).values())
    kneeling = detect_footing(knees_at(clip, 0.1))
    assert not any(foot.toe.any() or foot.heel.any() for foot in kneeling.values())
    bent = detect_footing(knees_at(clip, 0.2))
    for side, foot in detect_footing(clip).items():
        np.testing.assert_array_equal(bent[side].toe, foot.toe)


def test_a_real_person_who_gets_up_stands_on_no_foot_until_kneeling_ends() -> None:
    clip = read(recording("amass/140_02_stageii.npz"))
    footing = detect_footing(clip)
    lying = clip.joint("Chest")[:, 2] < 0.2
    assert lying.sum() > 200
    assert not any((foot.toe & lying).any() for foot in footing.values())
    upright = clip.joint("Chest")[:, 2] > 0.9
    assert np.mean(footing["left"].toe[upright]) > 0.9
