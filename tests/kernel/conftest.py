from __future__ import annotations

import pytest
from two_kernels import Kernels

from kinemesh.kernel import available, native, reference
from kinemesh.robot import RobotModel


@pytest.fixture(scope="module", params=["g1", "g1_base"])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    """Both kernels, of two robots in turn."""
    if not available():
        pytest.skip("built without the compiled kernel")
    robot = RobotModel.load(request.param)
    return native.NativeKernel(robot), reference.ReferenceKernel(robot)
