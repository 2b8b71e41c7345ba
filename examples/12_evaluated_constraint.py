"""What no table says: a constraint with a value and a Jacobian of its own, and an objective.

Usage: python examples/12_evaluated_constraint.py [FOLDER]
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh import RobotModel, constraints, demos, objectives, retarget
from kinemesh.kernel import Bounded, LeastSquares, PointOffsets
from kinemesh.testing import check_constraint, check_objective


@dataclass(frozen=True)
class HandsApart(constraints.Constraint):
    """Both hands hold a stick: they are so far apart [m]."""

    least: float = 0.40
    most: float = 0.42

    def evaluate(self, configuration, frame, neighbours):
        """One row, the distance of the hands [m]."""
        left, right = (configuration.landmark(f"{side}_hand") for side in ("left", "right"))
        between = left.position - right.position
        distance = np.linalg.norm(between)
        rates = between / distance @ (left.jacobian - right.jacobian)
        return Bounded(np.array([distance]), rates[None], self.least, self.most)


@dataclass(frozen=True)
class HandsHigh(objectives.Objective):
    """Both hands are drawn to a height [m], and come as near as the other wishes let them."""

    height: float = 1.0
    weight: float = 10.0

    def rows(self, robot, frame):
        """Two rows, how far the hands are above that height [m]."""
        up = np.tile([0.0, 0.0, 1.0], (2, 1))
        hands = robot.landmark_points("left_hand", "right_hand")
        return LeastSquares(PointOffsets(*hands, up, self.height * up), self.weight)


folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
robot, clip = RobotModel.load("g1"), demos.walk().crop(0, 60)
stick, high = HandsApart(), HandsHigh()
check_constraint(stick, robot)
check_objective(high, robot)
must, want = [*constraints.defaults(), stick], [*objectives.defaults(), high]
result = retarget(clip, robot=robot, constraints=must, objectives=want)
hands = [[at.landmark(f"{side}_hand").position for side in ("left", "right")]
         for at in map(robot.configuration, result.trajectory.q)]  # fmt: skip
apart = np.linalg.norm(np.diff(hands, axis=1), axis=2)
print(f"hands {apart.min():.3f} to {apart.max():.3f} m apart")
print("written:", result.save(folder / "stick.npz"))
