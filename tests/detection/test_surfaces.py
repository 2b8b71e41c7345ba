"""Levels, ramps and seats told by a motion: what was made is found, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.augment import Slope, Steps
from kinemesh.demos import DEMOS, FLOOR
from kinemesh.demos.sit import sit
from kinemesh.demos.step_up import PLATFORM
from kinemesh.detection.holds import standing
from kinemesh.detection.leaning import leaning
from kinemesh.detection.surfaces import surfaces
from kinemesh.motion import Clip, Scene


def bare(clip: Clip) -> Clip:
    """A clip whose scene is level ground."""
    return replace(clip, scene=Scene())


def test_feet_on_a_platform_are_found_without_it(demos: dict[str, Clip]) -> None:
    shown = surfaces(bare(demos["step_up"]))
    assert shown is not None
    (platform,) = shown.raised
    assert platform.level
    assert platform.plane[0] - shown.floor == pytest.approx(PLATFORM[2], abs=1e-6)
    assert {hold.part for hold in platform.holds} == {"left_foot", "right_foot"}


@pytest.mark.parametrize("name", ["walk", "lift_box", "kneel", "crawl", "lie", "get_up"])
def test_level_ground_shows_nothing_else(name: str) -> None:
    shown = surfaces(bare({**DEMOS, **FLOOR}[name]()))
    assert shown is None or not shown.raised


def test_who_sits_in_the_air_has_a_seat_and_nothing_else_bears() -> None:
    clip = bare(sit())
    (seat,) = leaning(clip, standing(clip))
    assert seat.part == "seat"
    assert seat.height == pytest.approx(0.45, abs=0.01)


@pytest.mark.parametrize("angle", [-15.0, -8.0, 5.0, 10.0])
def test_a_slope_is_a_ramp(demos: dict[str, Clip], angle: float) -> None:
    clip = bare(Slope(angle=np.deg2rad(angle)).apply(demos["walk"]))
    shown = surfaces(clip)
    assert shown is not None
    (ramp,) = shown.raised
    assert np.rad2deg(np.arctan(ramp.plane[1])) == pytest.approx(angle, abs=0.2)
    assert not shown.ground


@pytest.mark.parametrize("height", [-0.15, 0.1, 0.2])
def test_steps_are_levels_and_no_ramp(demos: dict[str, Clip], height: float) -> None:
    clip = Steps(height=height).apply(demos["walk"])
    assert clip.scene.terrain is not None
    shown = surfaces(bare(clip))
    assert shown is not None
    found = [float(surface.plane[0]) - shown.floor for surface in shown.raised]
    tops = sorted(part.vertices[:, 2].max() for part in clip.scene.terrain.shape.parts)
    assert all(surface.level for surface in shown.raised)
    assert found == pytest.approx(tops, abs=0.01)


def test_a_floor_that_is_said_has_what_is_lower_on_it(demos: dict[str, Clip]) -> None:
    clip = bare(demos["step_up"])
    shown = surfaces(clip, floor=PLATFORM[2])
    assert shown is not None
    assert not shown.raised
    assert shown.floor == pytest.approx(PLATFORM[2] + 0.025, abs=1e-6)


def test_a_foot_held_in_the_air_stands_on_nothing(demos: dict[str, Clip]) -> None:
    walk = bare(demos["walk"])
    frames = 60
    positions = np.repeat(walk.positions[:1], frames, axis=0)
    foot = [k for k, name in enumerate(walk.skeleton.joints) if name.startswith("left_")]
    legs = [k for k in foot if walk.skeleton.joints[k] in ("left_heel", "left_toe", "left_ankle")]
    up = np.interp(np.arange(frames), [0, 12, 48, 59], [0.0, 0.15, 0.15, 0.0])
    for k in legs:
        positions[:, k, 2] += up
    clip = replace(walk, positions=positions)
    assert max(hold.height for hold in standing(clip)) < 0.06


def test_who_falls_stands_on_nothing(demos: dict[str, Clip]) -> None:
    walk = bare(demos["walk"])
    fps, flight = 120.0, 0.5
    frames = round((flight + 1.0) * fps)
    times = np.clip(np.arange(frames) / fps - 0.5, 0.0, flight)
    rise = 9.81 / 2.0 * times * (flight - times)
    positions = np.repeat(walk.positions[:1], frames, axis=0)
    positions[..., 2] += rise[:, None]
    clip = replace(walk, positions=positions, fps=fps)
    assert rise.max() > 0.3
    assert max(hold.height for hold in standing(clip)) < 0.06
