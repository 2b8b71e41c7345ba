"""The whole-clip pass with forces: what they leave, judged by the ruler's own mechanics."""

import numpy as np
import pytest

import kinemesh
from kinemesh import Retargeter, metrics
from kinemesh.errors import OptionError
from kinemesh.kernel import TangentMixture
from kinemesh.objectives import Mechanics
from kinemesh.problem import Neighbours
from kinemesh.solve.refine import Refinement
from kinemesh.testing import evaluate_term
from recordings import recording

KINEMATIC = Refinement(mechanics=None)


def judged(result, robot, clip):
    held = metrics.Held(result.stance, result.touch)
    return metrics.evaluate(
        result.trajectory, robot, scene=result.scene, clip=clip, scale=result.scale, held=held
    )


def both(robot, clip):
    """Scores without forces and with them, and the result with them."""
    without = Retargeter(robot, refine=KINEMATIC).retarget(clip)
    with_forces = Retargeter(robot).retarget(clip)
    return judged(without, robot, clip), judged(with_forces, robot, clip), with_forces


def test_forces_ask_nothing_before_the_whole_clip_is_known(configuration, frame, neighbours):
    assert evaluate_term(Mechanics(), configuration, frame, Neighbours(neighbours.known)) is None


def test_what_forces_leave_is_weighed(robot, configuration, frame, rng):
    rows = TangentMixture(robot.rest, rng.normal(size=(6, robot.nv)), rng.normal(size=6))
    found = evaluate_term(Mechanics(weight=2.0), configuration, frame, Neighbours({}, rows))
    away = robot.difference(robot.rest, configuration.q)
    np.testing.assert_allclose(found.value, rows.factor @ away + rows.offset, atol=1e-9)
    assert found.cost == pytest.approx(2.0 * found.value @ found.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("weight", -1.0), ("weight", np.nan), ("friction", 0.0), ("torque", -0.1), ("torque", "1")],
)
def test_what_cannot_be_is_refused(name, value):
    with pytest.raises((OptionError, TypeError), match=name):
        Mechanics(**{name: value})


def test_a_mechanics_is_asked_of_the_pass(robot):
    with pytest.raises(TypeError, match="mechanics"):
        Refinement(mechanics=3.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["walk", "step_up"])
def test_what_contacts_cannot_push_is_halved_in_the_demos(robot, demos, name):
    clip = demos[name]
    without, with_forces, result = both(robot, clip)
    most = {"residual_moment": 0.5, "residual_moment_p95": 0.6, "unsupported_share": 0.65}
    for row, share in most.items():
        before, after = (s.value(f"dynamics.{row}") for s in (without, with_forces))
        assert after <= share * before, (row, before, after)
    assert with_forces.passed and not result.failures
    assert with_forces.value("limbs.mean") <= 1.05 * without.value("limbs.mean")


@pytest.mark.slow
def test_what_contacts_cannot_push_is_halved_in_a_recorded_walk(robot):
    clip = kinemesh.read(recording("cmu/cmu_12_01_walk.bvh")).resampled(30.0)
    without, with_forces, result = both(robot, clip)
    for row in ("residual_moment", "residual_moment_p95", "unsupported_share"):
        before, after = (s.value(f"dynamics.{row}") for s in (without, with_forces))
        assert after <= 0.3 * before, (row, before, after)
    assert with_forces.passed and not result.failures
    assert with_forces.value("limbs.mean") <= 1.05 * without.value("limbs.mean")
    assert with_forces.value("smoothness.root_jerk") < 15.0
    assert with_forces.value("smoothness.joint_jerk") < without.value("smoothness.joint_jerk")


@pytest.mark.slow
def test_who_carries_a_box_is_drawn_to_what_bears_both(robot):
    clip = kinemesh.read(
        recording("omomo/sub3_largebox_003.pt"),
        object=recording("omomo/objects/largebox.obj"),
        height=1.941,
    )
    without, with_forces, _ = both(robot, clip)
    before, after = (s.value("dynamics.residual_moment") for s in (without, with_forces))
    assert after <= 0.55 * before
    assert with_forces.passed
    places = [s.value("contact.prop.place_mean") for s in (without, with_forces)]
    assert places[1] <= 1.05 * places[0]


@pytest.mark.slow
def test_at_twice_the_rate_forces_leave_as_little(robot, demos):
    slow = demos["walk"].crop(20, 110)
    fast = slow.resampled(2.0 * slow.fps)
    without, with_forces, _ = both(robot, fast)
    before, after = (s.value("dynamics.residual_moment") for s in (without, with_forces))
    assert after <= 0.5 * before
    assert with_forces.value("smoothness.root_jerk") <= 1.2 * without.value("smoothness.root_jerk")


def test_a_clip_of_few_frames_is_left_as_it_is(robot, demos):
    for count in (2, 3, 5, 8):
        result = Retargeter(robot).retarget(demos["walk"].crop(0, count))
        assert len(result.trajectory) == count and np.isfinite(result.trajectory.q).all()
