"""Hands on boxes with dents: in touch with the true surface, and not in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from kinemesh import Retargeter, metrics
from kinemesh.detection.touch import detect_touches
from kinemesh.motion import Clip, Shape

ROWS = ("contact.prop.gap_mean", "contact.prop.gap_p95", "penetration.prop.max")


def dented(clip: Clip, depth: float, seed: int) -> Clip:
    """The clip with a box of the prop's bounds, pressed in here and there, where hands are too."""
    prop, rng = clip.scene.props[0], np.random.default_rng(seed)
    low, high = prop.shape.bounds
    box = trimesh.creation.box(extents=high - low)
    places = np.concatenate([t.places[t.touching] for t in detect_touches(clip)])
    spots = rng.choice(places - (low + high) / 2.0, 6)
    spots = np.concatenate([spots, trimesh.sample.sample_surface(box, 12, seed=seed)[0]])
    fine = box.subdivide_to_size(0.02)
    points, half = np.array(fine.vertices), (high - low) / 2.0
    share = np.abs(points) / half
    axis, rows = share.argmax(axis=1), np.arange(len(points))
    inward = -np.sign(points[rows, axis])
    pressed = np.zeros(len(points))
    for spot in spots:
        radius = rng.uniform(0.1, 0.25)
        away = np.sum((points - spot) ** 2, axis=1)
        pressed = np.maximum(pressed, depth * rng.uniform(0.5, 1.0) * np.exp(-2 * away / radius**2))
    edge = (1.0 - np.sort(share, axis=1)[:, 1]) * half.min()
    points[rows, axis] += inward * pressed * np.clip(edge / 0.03, 0.0, 1.0)
    shape = Shape.from_mesh(points + (low + high) / 2.0, np.array(fine.faces))
    return replace(clip, scene=replace(clip.scene, props=(replace(prop, shape=shape),)))


@pytest.mark.slow
@pytest.mark.parametrize(("depth", "seed"), [(0.015, 0), (0.015, 1), (0.013, 2)])
def test_hands_on_a_dented_box_touch_its_surface_and_are_not_in_it(
    carrying: Clip, depth: float, seed: int
) -> None:
    clip = dented(carrying.crop(40, 100), depth, seed)
    assert clip.scene.props[0].shape.warnings  # else its hull is taken for the box by everybody
    retargeter = Retargeter("g1")
    result = retargeter.retarget(clip)
    score = metrics.evaluate(
        result.trajectory, retargeter.robot, scene=result.scene, clip=clip, scale=result.scale
    )
    mean, most, inside = (score[row].value for row in ROWS)
    assert mean <= 3.0 and most <= 5.0 and inside <= 1.0
