"""Which kernel there is, and what a robot asks for."""

from __future__ import annotations

import pytest

from kinemesh import Retargeter
from kinemesh.errors import RobotError
from kinemesh.kernel import available, kernel_of, native, reference
from kinemesh.robot import RobotModel


def test_the_compiled_kernel_is_taken_where_it_was_built_and_left_out_where_not_wanted() -> None:
    built = native.NativeKernel if available() else reference.ReferenceKernel
    assert isinstance(kernel_of(RobotModel.load("g1")), built)
    plain = RobotModel.load("g1", compiled=False)
    assert isinstance(kernel_of(plain), reference.ReferenceKernel)


def test_wanting_what_was_not_built_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "_native", None)
    assert isinstance(kernel_of(RobotModel.load("g1")), reference.ReferenceKernel)
    with pytest.raises(RobotError, match="C\\+\\+ compiler"):
        Retargeter(RobotModel.load("g1", compiled=True))
