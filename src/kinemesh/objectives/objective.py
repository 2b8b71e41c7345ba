"""The contract of every objective."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from kinemesh.problem import Frame, Residual
from kinemesh.robot import Configuration


class Objective(ABC):
    """A term of the cost. Subclasses are frozen dataclasses: parameters in, no memory."""

    beside: ClassVar[bool] = True
    """Whether the term may depend on the frames before and after. A class that says False itself is
    not asked again when only these have changed; its subclasses are, unless they say so too."""

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        if "beside" not in vars(cls):  # what a subclass looks at is its own to say
            cls.beside = True

    @property
    def name(self) -> str:
        """The name that reports use, with a number where two terms share it.

        A field of a subclass, ``name: str = "left hand"``, takes its place.
        """
        return type(self).__name__.lower()

    @abstractmethod
    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual | None:
        """The weighted residual and its Jacobian at ``configuration``; None if inactive.

        The Jacobian is with respect to a tangent step v, q <- q (+) v.
        """
