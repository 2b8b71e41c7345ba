"""Variants in company: the answers of each alone, bit for bit, whatever came before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinemesh import Retargeter
from kinemesh import recordings as io
from kinemesh.augment import PropSize, Unfit, Variant
from kinemesh.batch.clip_variants import ClipVariants
from kinemesh.matching import evaluate
from kinemesh.motion import Clip
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from recordings import recording

VARIANTS = (
    Variant(),
    Variant("turned", {"prop.turn": 20.0}),
    Variant("aside", {"prop.y": 0.1, "prop.x": 0.05}),
    Variant("fast", {"motion.speed": 1.2}),
    Variant("fast_aside", {"motion.speed": 1.2, "prop.y": 0.1}),
    Variant("mirrored", {"motion.mirror": True}),
    Variant("smaller", {"prop.size": 0.9}),
)


@pytest.fixture(scope="module")
def retargeter(robot: RobotModel) -> Retargeter:
    return Retargeter(robot)


def alone(clip: Clip, variant: Variant, retargeter: Retargeter, answer: Result) -> Result:
    """What a retargeter that knows of nothing else makes of a variant."""
    varied = variant.apply(clip)
    nominal = None
    if varied.anchored:
        nominal = answer.trajectory
        if variant.demonstration:
            for step in variant.demonstration:
                clip = step.apply(clip)
            nominal = retargeter.retarget(clip).trajectory
    return retargeter.retarget(varied.clip, scene=varied.scene, nominal=nominal)


def assert_same(one: Result, other: Result) -> None:
    assert np.array_equal(one.trajectory.q, other.trajectory.q)
    assert [vars(a) for a in one.reports] == [vars(b) for b in other.reports]
    assert (one.clip, one.notes, one.warnings) == (other.clip, other.notes, other.warnings)
    assert one.stance.keys() == other.stance.keys() and one.touch.keys() == other.touch.keys()
    assert all(np.array_equal(one.stance[key], other.stance[key]) for key in one.stance)
    assert all(np.array_equal(one.touch[key], other.touch[key]) for key in one.touch)


@pytest.mark.slow
@pytest.mark.parametrize("order", [1, -1])
def test_a_variant_in_company_is_what_it_is_alone(
    carrying: Clip, retargeter: Retargeter, tmp_path: Path, order: int
) -> None:
    clip = carrying.crop(60, 80)
    answer = retargeter.retarget(clip)
    file = answer.save(tmp_path / "original.npz")
    company = ClipVariants(clip, retargeter)
    for variant in VARIANTS[::order]:
        made = company.retarget(variant, file)
        assert_same(made, alone(clip, variant, retargeter, Result.load(file)))
        saved = made.save(tmp_path / "made.npz").read_bytes()
        known = alone(clip, variant, retargeter, Result.load(file))
        assert known.save(tmp_path / "known.npz").read_bytes() == saved
        score = evaluate(made, robot=retargeter.robot, surfaces=company.surfaces(made))
        assert score == evaluate(known, robot=retargeter.robot)


@pytest.mark.slow
def test_climbs_in_company_are_what_they_are_alone(retargeter: Retargeter) -> None:
    clip = io.read(
        recording("climb/seq_0/mocap_climb_seq_0_joint_positions_f900-3700.npy"),
        terrain=recording("climb/seq_0/multi_boxes.obj"),
        skeleton="mocap53",
    ).crop(600, 616)
    company = ClipVariants(clip, retargeter)
    for settings in ({}, {"terrain.height": 1.1}, {"terrain.depth": 0.9}, {"scene.turn": 30.0}):
        variant = Variant("v", settings)
        varied = variant.apply(clip)
        made = company.retarget(variant)
        assert_same(made, retargeter.retarget(varied.clip, scene=varied.scene))


def test_what_is_judged_by_is_held_for_a_clip_and_not_without_end(
    demos: dict[str, Clip], retargeter: Retargeter
) -> None:
    clip = demos["lift_box"].crop(60, 64)
    company = ClipVariants(clip, retargeter)
    turned = company.retarget(Variant("turned", {"prop.turn": 20.0}))
    first = company.surfaces(turned)
    assert company.surfaces(turned) is first
    sized = retargeter.retarget(clip)
    seen = {id(first)}
    for k in range(40):
        scene = PropSize(x=0.9 + 0.001 * k).apply(clip.scene, clip)
        surfaces = company.surfaces(replace(sized, scene=scene))
        seen.add(id(surfaces))
        assert len(company._judged) <= 16
    assert len(seen) > 1


def test_the_answer_to_the_clip_is_made_where_none_is_given(
    demos: dict[str, Clip], retargeter: Retargeter
) -> None:
    clip = demos["lift_box"].crop(0, 4)
    variant = Variant("turned", {"prop.turn": 20.0})
    made = ClipVariants(clip, retargeter).retarget(variant)
    assert_same(made, alone(clip, variant, retargeter, retargeter.retarget(clip)))


def test_what_does_not_fit_is_said_and_the_next_is_done(
    demos: dict[str, Clip], retargeter: Retargeter
) -> None:
    clip = demos["walk"].crop(0, 4)
    company = ClipVariants(clip, retargeter)
    for settings, said in (
        ({"prop.x": 0.1}, "no prop"),
        ({"terrain.height": 1.1}, "no terrain"),
        ({"motion.start": 1000.0}, "nothing is left"),
    ):
        with pytest.raises(Unfit, match=said):
            company.retarget(Variant("v", settings))
        assert said in str(Variant("v", settings).unfit(clip))
    assert_same(company.retarget(Variant()), retargeter.retarget(clip))
