"""The contract of every objective."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from kinemesh.problem import Frame, Residual
from kinemesh.robot import Configuration


class Objective(ABC):
    """A term of the cost. Subclasses are frozen dataclasses: parameters in, no memory."""

    beside: ClassVar[bool] = True
    """Whether the term depends on the frames before and after; one that says False is not asked
    again when only these have changed."""

    @property
    def name(self) -> str:
        """The name that reports use."""
        return type(self).__name__.lower()

    @abstractmethod
    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual | None:
        """The weighted residual and its Jacobian at ``configuration``; None if inactive.

        The Jacobian is with respect to a tangent step v, q <- q (+) v.
        """
