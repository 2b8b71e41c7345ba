"""What was made fast is held to the slow way: the paper's program to a tight tolerance."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh import Retargeter, metrics
from kinemesh import recordings as io
from kinemesh.demos import walk
from kinemesh.kernel import available
from kinemesh.motion import Clip
from kinemesh.robot import RobotModel
from recordings import recording

FRAMES = 15
"""So many frames of a recording, at Clarabel's pace."""


def climb() -> Clip:
    """A recorded climb onto a box."""
    motion = recording("climb/seq_0/mocap_climb_seq_0_joint_positions_f900-3700.npy")
    terrain = recording("climb/seq_0/multi_boxes.obj")
    return io.read(motion, terrain=terrain, height=1.78).resample(30.0)


def compared(clip: Clip) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Costs by frame, fast and slow, and the worst violation of each."""
    fast = Retargeter("g1", refine=None)
    plain = RobotModel.load("g1", compiled=False)
    slow = Retargeter(plain, refine=None, solver="cvxpy", tolerance=1e-6, iterations=30)
    results = [retargeter.retarget(clip) for retargeter in (fast, slow)]
    costs = [np.array([report.total for report in result.reports]) for result in results]
    worst = [max(report.worst[1] for report in result.reports) for result in results]
    return costs[0], costs[1], worst[0], worst[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["walk", "box", "climb"])
def test_the_fast_way_costs_no_more_and_breaks_no_more_than_the_reference(
    name: str, carrying: Clip
) -> None:
    clip = {
        "walk": lambda: walk().crop(60, 60 + FRAMES),
        "box": lambda: carrying.crop(90, 90 + FRAMES),
        # With a knee on the box; where hands alone are, the two may start in two minima.
        "climb": lambda: climb().crop(240, 240 + FRAMES),
    }[name]()
    fast, slow, broken, reference = compared(clip)
    assert np.median(fast / slow) < 1.005
    assert fast.sum() < 1.01 * slow.sum()
    assert broken < max(2e-4, reference + 1e-4)


@pytest.mark.slow
def test_the_ruler_sees_no_difference_between_the_kernels(carrying: Clip) -> None:
    clip = carrying.crop(80, 96)
    rows = ("penetration.prop.max", "stance.drift_max", "contact.prop.gap_mean")
    scores = []
    for compiled in (True, False) if available() else (False,):
        robot = RobotModel.load("g1", compiled=compiled)
        result = Retargeter(robot).retarget(clip)
        score = metrics.evaluate(
            result.trajectory, robot, scene=result.scene, clip=clip, scale=result.scale
        )
        scores.append([score[row].value for row in rows])
    np.testing.assert_allclose(scores[0], scores[-1], atol=0.2)
