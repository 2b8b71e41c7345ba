"""Levels, ramps and seats told by a motion: what was made is found, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from kinemesh.augment import Slope, Steps
from kinemesh.demos import DEMOS, FLOOR
from kinemesh.demos.sit import sit
from kinemesh.demos.step_up import PLATFORM
from kinemesh.detection.holds import standing
from kinemesh.detection.leaning import leaning
from kinemesh.detection.surfaces import surfaces
from kinemesh.motion import Clip, Scene, Skeleton


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


def with_tips(clip: Clip, tilted: str) -> Clip:
    """With the tips of the toes, 1 cm under the toe joints; of one foot 2 cm lower while it is up.

    As if the foot were always tilted over the platform, its joints so much higher.
    """
    names, places = list(clip.skeleton.joints), [clip.positions]
    for side in ("left", "right"):
        toe = np.array(clip.landmark(f"{side}_toe"))
        toe[:, 2] -= 0.01
        if side == tilted:
            up = (toe[:, 2] > 0.1)[:, None]
            feet = [k for k, name in enumerate(names) if name in (f"{side}_toe", f"{side}_ankle")]
            places[0] = np.array(places[0])
            places[0][:, feet, 2] += 0.02 * up
        for word in ("big_toe", "small_toe"):
            names.append(f"{side}_{word}")
            places.append(toe[:, None])
    skeleton = Skeleton("tips", tuple(names), clip.skeleton.landmarks)
    return replace(clip, skeleton=skeleton, positions=np.concatenate(places, axis=1))


def test_what_is_under_a_tilted_foot_is_told_by_the_tips_of_its_toes(
    demos: dict[str, Clip],
) -> None:
    clip = bare(demos["step_up"])
    tilted = with_tips(clip, "left")
    names = [name for name in tilted.skeleton.joints if not name.endswith("_big_toe")]
    kept = [tilted.skeleton.index(name) for name in names]
    skeleton = Skeleton("no_tips", tuple(names), tilted.skeleton.landmarks)
    without = replace(tilted, skeleton=skeleton, positions=tilted.positions[:, kept])
    heights = []
    for one in (tilted, without):
        feet = [hold.height for hold in standing(one) if hold.part == "left_foot"]
        heights.append(max(feet) - min(feet))
    assert heights[0] == pytest.approx(PLATFORM[2], abs=2e-3)
    assert heights[1] == pytest.approx(PLATFORM[2] + 0.02, abs=2e-3)


def test_who_stands_on_a_spot_and_rises_does_not_climb(demos: dict[str, Clip]) -> None:
    clip = bare(demos["step_up"])
    highest = max(standing(clip), key=lambda hold: hold.height)
    side = highest.part.removesuffix("_foot")
    # It leaves its place for a while, and is back 4.5 cm higher, as in a film.
    gone = np.arange(len(clip)) - (highest.first + highest.last) // 2
    up = np.interp(gone, [0, 3, 6, 9], [0.0, 0.2, 0.2, 0.045])
    up[highest.last + 1 :] = 0.0
    feet = [k for k, n in enumerate(clip.skeleton.joints) if n in (f"{side}_toe", f"{side}_ankle")]
    positions = np.array(clip.positions)
    positions[:, feet, 2] += up[:, None]
    risen = replace(clip, positions=positions)
    heights = [hold.height for hold in standing(risen) if hold.part == highest.part]
    assert max(heights) == pytest.approx(highest.height, abs=5e-3)


def noisy(clip: Clip, width: float, seed: int) -> Clip:
    """As a film has it: persons wander, feet besides, by ``width`` [m] (rms)."""
    random = np.random.default_rng(seed)

    def wandering() -> np.ndarray:
        steps = random.normal(size=(len(clip), 1, 3))
        path = gaussian_filter1d(steps, 0.3 * clip.fps, axis=0, mode="wrap")
        return np.asarray(path / path.std())

    positions = clip.positions + width * wandering()
    for side in ("left", "right"):
        parts = (f"{side}_ankle", f"{side}_toe", f"{side}_heel")
        feet = [k for k, name in enumerate(clip.skeleton.joints) if name in parts]
        positions[:, feet] += 0.5 * width * wandering()
    return replace(clip, positions=positions + 0.1 * width * random.normal(size=positions.shape))


@pytest.mark.parametrize("seed", range(3))
def test_steps_are_found_in_what_wanders(demos: dict[str, Clip], seed: int) -> None:
    clip = Steps(height=0.15).apply(demos["walk"])
    assert clip.scene.terrain is not None
    shown = surfaces(noisy(bare(clip), 0.01, seed))
    assert shown is not None
    tops = sorted(part.vertices[:, 2].max() for part in clip.scene.terrain.shape.parts)
    found = [float(surface.plane[0]) for surface in shown.raised]
    assert len(found) == len(tops)
    off = np.array([shown.floor, *found]) - [0.0, *tops]
    assert np.abs(off - np.median(off)).max() < 0.025


@pytest.mark.parametrize("seed", range(3))
def test_a_ramp_is_found_in_what_wanders_and_nothing_on_the_level(
    demos: dict[str, Clip], seed: int
) -> None:
    shown = surfaces(noisy(bare(Slope(angle=np.deg2rad(8.0)).apply(demos["walk"])), 0.01, seed))
    assert shown is not None
    (ramp,) = shown.raised
    assert np.rad2deg(np.arctan(np.linalg.norm(ramp.plane[1:]))) == pytest.approx(8.0, abs=0.5)
    level = surfaces(noisy(bare(demos["walk"]), 0.02, seed))
    assert level is None or not level.raised


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
