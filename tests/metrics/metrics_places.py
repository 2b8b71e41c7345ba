"""Where the hand-made trajectories of these tests start from."""

import numpy as np

from kinemesh.robot import RobotModel


def at_rest(robot: RobotModel) -> np.ndarray:
    """The rest posture, lifted so that the lowest hull point is on z = 0."""
    q = np.array(robot.rest)
    table = robot.hull_table
    q[2] -= robot.configuration(q).positions(table.vertex_joints, table.vertices)[:, 2].min()
    return q
