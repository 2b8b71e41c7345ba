"""The whole-clip pass and the second chances of single frames, on clips made by code."""

import gc
import math
import tracemalloc
from importlib import import_module

import numpy as np
import pytest

import kinemesh
from kinemesh import Retargeter, metrics
from kinemesh.motion import Clip
from kinemesh.objectives import Differences
from kinemesh.problem import Neighbours
from kinemesh.robot import RobotModel
from kinemesh.solve.evaluation import Evaluation
from kinemesh.solve.refine import Refinement
from kinemesh.testing import evaluate_term, sample_frame
from recordings import fault, recording

FEET = ("footstance", "footflat")


def jerk(q: np.ndarray, fps: float) -> float:
    return float(np.sqrt(np.mean((np.diff(q[:, 7:], 3, axis=0) * fps**3) ** 2)))


@pytest.fixture(scope="module")
def walk(demos: dict[str, Clip]) -> Clip:
    return demos["walk"].crop(40, 90)


def test_the_pass_makes_the_motion_smoother_and_keeps_every_constraint(
    robot: RobotModel, walk: Clip
) -> None:
    rough = Retargeter(robot, refine=None).retarget(walk)
    smooth = Retargeter(robot).retarget(walk)
    assert jerk(smooth.trajectory.q, walk.fps) < 0.85 * jerk(rough.trajectory.q, walk.fps)
    assert [r.index for r in smooth.reports] == list(range(len(walk)))
    assert not smooth.failures
    score = metrics.evaluate(
        smooth.trajectory, robot, scene=smooth.scene, clip=walk, scale=smooth.scale
    )
    kinds = ("penetration", "stance.drift", "limits")
    assert [m.name for m in score.failed if m.name.startswith(kinds)] == []


def root_jerk(q: np.ndarray, fps: float) -> float:
    return float(np.sqrt(np.mean((np.diff(q[:, :3], 3, axis=0) * fps**3) ** 2)))


def test_a_landing_does_not_kick_the_base_and_the_foot_stands_still(
    robot: RobotModel, walk: Clip
) -> None:
    rough = Retargeter(robot, refine=None).retarget(walk)
    smooth = Retargeter(robot).retarget(walk)
    assert root_jerk(rough.trajectory.q, walk.fps) > 100.0
    assert root_jerk(smooth.trajectory.q, walk.fps) < 20.0
    # Steps are bounded by a tenth of what counts as broken: feet are not drawn along.
    worst = max(max(r.violation.get(n, 0.0) for n in FEET) for r in smooth.reports)
    assert worst < 0.5 * Retargeter(robot).feasibility


@pytest.mark.slow
def test_a_base_that_stances_hold_back_leaves_them_over_many_frames(robot: RobotModel) -> None:
    # In a wide lunge an ankle holds the base 9 cm back until the heel lifts.
    dance = kinemesh.read(recording("lafan1/dance1_subject1.npy")).crop(280, 330)
    rough = Retargeter(robot, refine=None).retarget(dance)
    smooth = Retargeter(robot).retarget(dance)
    jerks = [root_jerk(result.trajectory.q, dance.fps) for result in (rough, smooth)]
    assert jerks[1] < 0.35 * jerks[0]
    assert not smooth.failures


def test_long_steps_of_the_pass_do_not_leave_planted_feet_broken_away(robot: RobotModel) -> None:
    # Fast steps: much to be smoothed, and what a linearisation overlooks grows with the step.
    dance = kinemesh.read(fault("convert_50hz_fails/dance.npy"), fps=30.0).crop(20, 60)
    result = Retargeter(robot).retarget(dance)
    worst = max(max(r.violation.get(n, 0.0) for n in FEET) for r in result.reports)
    assert worst < Retargeter(robot).feasibility


def test_a_pass_of_no_sweeps_changes_nothing(robot: RobotModel, walk: Clip) -> None:
    rough = Retargeter(robot, refine=None).retarget(walk.crop(0, 12))
    same = Retargeter(robot, refine=Refinement(sweeps=0)).retarget(walk.crop(0, 12))
    np.testing.assert_array_equal(same.trajectory.q, rough.trajectory.q)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_differences_are_the_summed_windows_up_to_a_constant(robot: RobotModel, order: int) -> None:
    rng = np.random.default_rng(order)
    path = np.tile(robot.rest, (7, 1))
    path[:, 7:] += 0.1 * rng.normal(size=path[:, 7:].shape)
    term = Differences(order=order, weight=2.0)
    frame = sample_frame(robot)

    def told(joints: np.ndarray) -> float:
        here = path.copy()
        here[3, 7:] = joints
        beside = {k: here[3 + k] for k in (-3, -2, -1, 1, 2, 3)}
        seen = type(frame)(index=3, dt=1 / 30, laplacian=frame.laplacian, landmarks=frame.landmarks)
        residual = evaluate_term(term, robot.configuration(here[3]), seen, Neighbours(beside))
        assert residual is not None
        return residual.cost

    def summed(joints: np.ndarray) -> float:
        here = path[:, 7:].copy()
        here[3] = joints
        stencil = [(-1) ** (order - k) * math.comb(order, k) for k in range(order + 1)]
        windows = [sum(c * here[s + k] for k, c in enumerate(stencil)) for s in range(7 - order)]
        return 2.0 * float(np.sum(np.square(windows)))

    one, two = path[3, 7:] + 0.05 * rng.normal(size=(2, path.shape[1] - 7))
    assert told(one) - told(two) == pytest.approx(summed(one) - summed(two), rel=1e-9)


def test_a_clip_that_begins_in_a_squat_with_the_box_in_hand_begins_well(
    robot: RobotModel, demos: dict[str, Clip]
) -> None:
    clip = demos["lift_box"].crop(50, 54)
    result = Retargeter(robot, refine=None).retarget(clip)
    first = robot.configuration(result.trajectory.q[0]).landmarks()
    assert np.linalg.norm(first - result.landmarks[0], axis=1).mean() < 0.06
    assert not result.failures


def test_a_frame_that_is_trapped_finds_its_way_through_free_space(
    robot: RobotModel, walk: Clip
) -> None:
    retargeter = Retargeter(robot, refine=None)
    plan = retargeter.plan(walk)
    frame = plan.frame(0)
    lost = retargeter.start(plan).q.copy()
    lost[3:7] = [0.0, 0.0, 1.0, 0.0]  # facing backwards, legs the wrong way round
    alone, _ = retargeter.solve_frame(frame, robot.configuration(lost))
    helped, _ = retargeter.solve_first(frame)

    def off(configuration: object) -> float:
        points = configuration.landmarks()
        return float(np.linalg.norm(points - frame.landmarks, axis=1).mean())

    assert off(helped) < 0.06
    assert off(helped) < 0.5 * off(alone)


@pytest.mark.slow
def test_a_frame_of_a_long_clip_takes_no_more_than_its_answer(
    robot: RobotModel, demos: dict[str, Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What terms say of a frame is not kept once it is solved, in the pass too."""
    loop = import_module("kinemesh.solve.retargeter")
    refined = loop.refined
    taken = []

    def watched(*arguments: object) -> object:
        solved = refined(*arguments)
        taken.append(tracemalloc.get_traced_memory()[0])
        return solved

    monkeypatch.setattr(loop, "refined", watched)
    clip, retargeter = demos["walk"], Retargeter(robot)
    retargeter.retarget(clip.crop(0, 20))  # what is worked out once
    tracemalloc.start()
    for frames in (20, 60):
        retargeter.retarget(clip.crop(0, frames))
    tracemalloc.stop()
    assert (taken[-1] - taken[-2]) / 40 < 30e3


@pytest.mark.slow
def test_the_pass_keeps_no_evaluation_of_the_frames_that_it_is_not_at(
    robot: RobotModel, walk: Clip
) -> None:
    # An evaluation holds the rows of a frame: ten thousand of them were 300 MB.
    alive = 0

    def watched(_done: int, _all: int) -> None:
        nonlocal alive
        alive = max(alive, sum(isinstance(o, Evaluation) for o in gc.get_objects()))

    gc.collect()
    gc.freeze()  # what was there before is not looked at again
    try:
        Retargeter(robot).retarget(walk.crop(0, 20), progress=watched)
    finally:
        gc.unfreeze()
    assert 0 < alive <= 6
