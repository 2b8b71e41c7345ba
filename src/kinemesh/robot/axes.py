"""The axes that joints turn about or slide along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from kinemesh.arrays import Array

if TYPE_CHECKING:
    from kinemesh.robot.model import RobotModel


def joint_axes(robot: RobotModel) -> tuple[Array, NDArray[np.int64]]:
    """Axis ``(njoints, 3)`` of every joint in its own frame, and whether it slides along it."""
    model = robot.pin_model
    data = model.createData()
    pin.computeJointJacobians(model, data, pin.neutral(model))
    axes = np.zeros((model.njoints, 3))
    sliding = np.zeros(model.njoints, dtype=np.int64)
    for joint in range(2, model.njoints):
        local = pin.getJointJacobian(model, data, joint, pin.ReferenceFrame.LOCAL)
        linear, angular = np.split(local[:, model.idx_vs[joint]], 2)
        sliding[joint] = int(np.linalg.norm(linear) > np.linalg.norm(angular))
        axes[joint] = linear if sliding[joint] else angular
    return axes, sliding
