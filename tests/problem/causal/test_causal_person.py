"""The person in the robot's proportions, made as she comes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from as_stream import SIDES, flags, footsteps, instants
from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.detection.causal.standing import Foot
from kinemesh.detection.support import Land
from kinemesh.motion import LANDMARKS, Clip, Scene
from kinemesh.problem.causal.person import CausalPerson
from kinemesh.problem.person.bearers import Bearer
from kinemesh.problem.person.proportions import leg_ratio
from kinemesh.problem.scaling import sized_scene
from kinemesh.recordings import read
from kinemesh.robot import RobotModel
from recordings import recording

K = LANDMARKS.index
BONES = [*pairwise(("hip", "knee", "ankle", "toe")), *pairwise(("shoulder", "elbow", "hand"))]
KNEES = [K(f"{side}_knee") for side in SIDES]
TOES = [K(f"{side}_toe") for side in SIDES]
SETTLES = 0.4
"""A toe that is planted goes to its height at this speed [m/s]."""


def nobody(body: Array, scaled: Array) -> tuple[Bearer, ...]:
    """Bears besides feet."""
    return ()


class Made:
    """A clip's person in the robot's proportions, and what she was made of."""

    def __init__(self, clip: Clip, robot: RobotModel) -> None:
        known = Calibration.of(clip.trimmed(0.0, 0.5))
        self.clip, self.rest = clip, robot.configuration(robot.rest).landmarks()
        self.scale = leg_ratio(known.landmarks, self.rest)
        scene = sized_scene(clip.scene, self.scale)
        land = Land(scene)
        self.feet = footsteps(clip, known)
        maker = CausalPerson(known, self.rest, self.scale, land, scene.ground)
        pairs = zip(instants(clip), self.feet, strict=True)
        self.body = np.array(
            [maker.step(now.landmarks, feet, nobody, now.dt) for now, feet in pairs]
        )
        self.own = self.scale * clip.landmarks()
        self.under = np.stack([land.support(self.body[:, toe])[0] for toe in TOES], axis=1)

    def long(self, side: str) -> Array:
        """When a leg is stretched, and cannot reach further ``(T,)``."""
        hip, ankle = (self.body[:, K(f"{side}_{mark}")] for mark in ("hip", "ankle"))
        bones = (("hip", "knee"), ("knee", "ankle"))
        most = sum(self.length(f"{side}_{a}", f"{side}_{b}") for a, b in bones)
        return np.asarray(np.linalg.norm(ankle - hip, axis=1) > 0.999 * most)

    def length(self, start: str, end: str) -> float:
        """Of the robot's bone [m]."""
        return float(np.linalg.norm(self.rest[K(end)] - self.rest[K(start)]))

    def excess(self) -> Array:
        """By how much each landmark is faster than the person's ``(T - 1, K)`` [m/s]."""
        fps = self.clip.fps
        own, body = (
            np.linalg.norm(np.diff(p, axis=0), axis=2) * fps for p in (self.own, self.body)
        )
        return np.asarray(body - own)


@pytest.fixture(scope="module")
def strolling() -> Clip:
    """A recorded person who walks on for a minute."""
    return read(recording("optitrack/walk.npz"))


@pytest.fixture(scope="module")
def made(
    robot: RobotModel, demos: dict[str, Clip], carrying: Clip, strolling: Clip
) -> dict[str, Made]:
    quick = read(recording("cmu/cmu_12_01_walk.bvh")).crop(5, 524)  # one begins with a rest pose
    clips = {**demos, "carrying": carrying, "strolling": strolling, "quick": quick}
    return {name: Made(clip, robot) for name, clip in clips.items()}


def test_every_bone_is_as_long_as_the_robots(made: dict[str, Made]) -> None:
    for one in made.values():
        for side in SIDES:
            for a, b in BONES:
                ends = [one.body[:, K(f"{side}_{mark}")] for mark in (a, b)]
                length = np.linalg.norm(ends[1] - ends[0], axis=1)
                wanted = one.length(f"{side}_{a}", f"{side}_{b}")
                np.testing.assert_allclose(length, wanted, atol=1e-9)


def test_a_planted_toe_does_not_slide_and_goes_to_its_height_and_stays_there(
    made: dict[str, Made],
) -> None:
    reached = settled = 0
    for one in made.values():
        for side, k, under in zip(SIDES, TOES, one.under.T, strict=True):
            toe, free = one.body[:, k], ~one.long(side)
            down, begins = (flags(one.feet, side, part) for part in ("toe", "touchdown"))
            there = down & free
            both = there[1:] & there[:-1] & ~begins[1:]
            assert np.abs(np.diff(toe[:, :2], axis=0))[both].max() < 1e-9
            over = np.abs(toe[:, 2] - under - one.rest[k, 2])
            level = both & (np.abs(np.diff(under)) < 1e-9)
            assert (over[1:] - over[:-1])[level].max() < 1e-9
            quick = np.abs(np.diff(over))[level]
            assert quick.max() <= SETTLES / one.clip.fps + 1e-9
            # At rest, or on the way there as fast as is said.
            on_its_way = np.abs(quick - SETTLES / one.clip.fps) < 1e-9
            assert (on_its_way | (over[1:][level] < 1e-9)).all()
            reached += int(both.sum())
            settled += int((over[1:][level] < 1e-9).sum())
    assert reached > 3000 and settled > 0.85 * reached


def test_nothing_is_much_faster_than_the_person(made: dict[str, Made]) -> None:
    others = [k for k in range(len(LANDMARKS)) if k not in KNEES]
    for name, one in made.items():
        assert one.excess()[:, others].max() < 0.85
        # A knee that is nearly straight goes far when its foot goes little.
        assert one.excess()[:, KNEES].max() < (5.0 if name == "quick" else 2.2)


def test_the_trunk_goes_as_the_person_does(made: dict[str, Made]) -> None:
    hips = [K("pelvis"), K("left_hip"), K("right_hip")]
    for one in made.values():
        assert one.excess()[:, hips].max() < 0.35


def test_over_a_long_walk_the_person_stays_where_she_is(made: dict[str, Made]) -> None:
    one = made["strolling"]
    assert one.clip.duration > 60.0
    off = np.linalg.norm((one.body - one.own)[:, K("pelvis")], axis=1)
    tenth = len(off) // 10
    assert off.max() < 0.05
    assert off[-tenth:].mean() < off[:tenth].mean() + 0.01
    toes = np.linalg.norm((one.body - one.own)[:, TOES], axis=2)
    assert toes[-tenth:].mean() < toes[:tenth].mean() + 0.02


def test_who_stands_for_long_is_over_her_feet(robot: RobotModel, demos: dict[str, Clip]) -> None:
    clip = demos["walk"].crop(0, 2)
    known = Calibration.of(demos["walk"])
    rest = robot.configuration(robot.rest).landmarks()
    scale = leg_ratio(known.landmarks, rest)
    maker = CausalPerson(known, rest, scale, Land(clip.scene), 0.0)
    feet = dict.fromkeys(SIDES, Foot(toe=True, heel=True))
    bodies = np.array(
        [maker.step(clip.landmarks()[0], feet, nobody, 1.0 / 30.0) for _ in range(90)]
    )
    np.testing.assert_allclose(bodies[-1], bodies[-2], atol=1e-9)
    for toe in TOES:
        assert bodies[-1, toe, 2] == pytest.approx(rest[toe, 2], abs=1e-9)


@pytest.mark.parametrize("ground", [0.0, None])
def test_nobody_under_whom_nothing_is_stands(
    robot: RobotModel, demos: dict[str, Clip], ground: float | None
) -> None:
    clip = demos["walk"].crop(0, 20).translated((0.0, 0.0, 2.0))
    known = Calibration.of(demos["walk"])
    rest = robot.configuration(robot.rest).landmarks()
    maker = CausalPerson(known, rest, 0.7, Land(Scene(ground=ground)), ground)
    feet = dict.fromkeys(SIDES, Foot())
    bodies = np.array([maker.step(now.landmarks, feet, nobody, now.dt) for now in instants(clip)])
    assert np.isfinite(bodies).all()
    off = bodies[:, K("pelvis")] - 0.7 * clip.landmarks()[:, K("pelvis")]
    assert np.abs(off[:, :2]).max() < 0.1
