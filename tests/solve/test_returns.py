"""Limbs of a stream that went another way, and the way back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh import Retargeter, demos, objectives, read
from kinemesh.motion import Clip
from kinemesh.problem.causal.clip import CausalClip
from kinemesh.robot import RobotModel
from kinemesh.solve.limbs import Limbs
from kinemesh.solve.walk import Walk
from kinemesh.streaming import Calibration
from recordings import recording

RIGHT_ARM = 2


class Followed:
    """A clip as a stream, from a posture on."""

    def __init__(
        self, clip: Clip, robot: RobotModel, start: np.ndarray | None, returns: bool
    ) -> None:
        retargeter = Retargeter(robot, refine=None, objectives=objectives.streaming())
        asked = CausalClip(clip, robot, Calibration.of(clip))
        walk = Walk(retargeter.walk(asked.solids())._loop, start, returns)
        limbs, qs, off, broken = Limbs.of(robot), [], [], []
        for k in range(len(clip)):
            answer = walk.solve(asked.frame(k, walk.touchdowns))
            qs.append(answer.configuration.q)
            off.append(limbs.turned(answer.configuration.landmarks(), asked.plan.landmarks))
            broken.append(answer.evaluation.violation)
        self.qs, self.off, self.broken = np.array(qs), np.rad2deg(off), np.array(broken)


@pytest.fixture(scope="module")
def posed() -> Clip:
    """A dancer's pose, held for two seconds."""
    dance = read(recording("lafan1/dance1_subject1.npy"))
    return replace(dance, positions=np.repeat(dance.positions[3580:3581], 60, axis=0))


@pytest.mark.slow
def test_an_arm_that_hangs_wrung_comes_back(posed: Clip, robot: RobotModel) -> None:
    retargeter = Retargeter(robot, refine=None, objectives=objectives.streaming())
    frame = CausalClip(posed, robot, Calibration.of(posed)).frame(0)
    best, _ = retargeter.solve_first(frame)
    limbs, arm, tried = Limbs.of(robot), np.arange(4) == RIGHT_ARM, 0
    for way in limbs.ways(best, frame.landmarks, arm):
        found, _ = retargeter.solve_frame(frame, robot.configuration(way), iterations=50)
        turned = np.rad2deg(limbs.turned(found.landmarks(), frame.landmarks)[RIGHT_ARM])
        if not 33.0 < turned < 45.0:  # else it is behind the back, and caught there
            continue
        tried += 1
        alone, led = (Followed(posed, robot, found.q, returns) for returns in (False, True))
        assert alone.off[-1, RIGHT_ARM] > 33.0
        assert led.off[-1, RIGHT_ARM] < 10.0
        steps = np.abs(np.diff(led.qs[:, 7:], axis=0))
        assert (steps <= 0.6 * robot.velocity / posed.fps).all()
        assert led.broken.max() < 0.001
    assert tried > 0


@pytest.mark.slow
def test_limbs_that_go_the_persons_way_are_left_alone(robot: RobotModel) -> None:
    clip = demos.walk().crop(0, 45)
    both = [Followed(clip, robot, None, returns) for returns in (False, True)]
    np.testing.assert_array_equal(both[0].qs, both[1].qs)
