"""A constraint that moves: a cup in the left hand stays upright, and is poured out at a time.

Usage: python examples/11_moving_constraint.py [FOLDER]
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh import RobotModel, constraints, demos, retarget
from kinemesh.kernel import AxisAlignment, Within
from kinemesh.testing import check_constraint


@dataclass(frozen=True)
class Cup(constraints.Constraint):
    """The left hand's upward axis follows the cup's; about it the hand may turn."""

    slack: float = 0.03  # [rad]
    start: float = 1.0  # [s]
    tip: float = 0.5  # [rad], reached a second later

    def axis(self, time):
        """The cup's axis ``(3,)`` in the world at a time [s]: up, then tipped towards +x."""
        s = np.clip(time - self.start, 0.0, 1.0)
        tipped = self.tip * s * s * (3.0 - 2.0 * s)
        return np.array([np.sin(tipped), 0.0, np.cos(tipped)])

    def rows(self, robot, frame):
        """Nine rows, x, y and z axis of the cup; only those of z are bounded."""
        (hand,) = (part for part in robot.parts if part.name == "left_hand")
        held = robot.configuration(robot.rest).rotations[hand.joint].T  # upright at rest
        wanted = np.zeros((3, 3))
        wanted[:, 2] = self.axis(frame.index * frame.dt)
        table = AxisAlignment(np.array([hand.joint]), held[None], wanted[None])
        room = np.repeat([np.inf, self.slack], [6, 3])
        return Within(table, -room, room)


folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
robot = RobotModel.load("g1")
check_constraint(Cup(), robot)

clip = demos.walk().crop(0, 75)
result = retarget(clip, robot=robot, constraints=[*constraints.defaults(), Cup()])

(hand,) = (part for part in robot.parts if part.name == "left_hand")
held = robot.configuration(robot.rest).rotations[hand.joint].T[:, 2]
for k in (0, 30, 45, 60):
    axis = robot.configuration(result.trajectory.q[k]).rotations[hand.joint] @ held
    print(f"{k / clip.fps:.1f} s: {np.degrees(np.arctan2(axis[0], axis[2])):5.1f} deg")
print("written:", result.save(folder / "cup.npz"))
