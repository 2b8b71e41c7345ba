"""A constraint of your own: check it, use it, and look at the QP before it is solved.

Usage: python examples/03_your_own_constraint.py [FOLDER]
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh import Retargeter, RobotModel, constraints, demos
from kinemesh.constraints import Constraint
from kinemesh.kernel import PointOffsets, Within
from kinemesh.problem import Frame, solve
from kinemesh.testing import check_constraint

HANDS = ("left_hand", "right_hand")


@dataclass(frozen=True)
class HandsAbove(Constraint):
    """Both hands stay above a height."""

    height: float = 0.8
    """[m]."""

    def rows(self, robot: RobotModel, frame: Frame) -> Within:
        """Two rows: the hands' heights [m]."""
        up, level = np.tile([0.0, 0.0, 1.0], (2, 1)), np.zeros((2, 3))
        return Within(PointOffsets(*robot.landmark_points(*HANDS), up, level), self.height, np.inf)


folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
robot = RobotModel.load("g1", limits={"waist_pitch_joint": (-0.1, 0.3)})  # [rad]
above = HandsAbove(height=0.75)
check_constraint(above, robot)  # Jacobian against finite differences, shapes, bounds, no memory

retargeter = Retargeter(robot, constraints=[*constraints.defaults(), above])
plan = retargeter.plan(demos.walk().crop(0, 60))

# One frame by hand: what it asks, its QP, the rows that are ours, the step.
frame = plan.frame(0)
start = retargeter.start(plan)
qp = retargeter.build(start, frame)
print(f"QP of frame {frame.index}: {qp.nv} unknowns, {len(qp.matrix)} rows")
print(f"rows of {above.name}: {qp.rows_of(above.name).shape}")
solution = solve(qp, "daqp")
print(f"step: largest number {abs(solution.step).max():.3f}, relaxed: {solution.relaxed}")

result = retargeter.retarget(plan.clip)
posed = [robot.configuration(q) for q in result.trajectory.q]
heights = [at.landmark(hand).position[2] for at in posed for hand in HANDS]
print(f"lowest hand: {min(heights):.4f} m, asked: at least {above.height} m")
print("written:", result.save(folder / "hands_above.npz"))
