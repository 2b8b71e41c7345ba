"""The contract of every constraint."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from kinemesh.problem import Bounded, Box, Frame
from kinemesh.robot import Configuration


class Constraint(ABC):
    """Rows that must hold. Subclasses are frozen dataclasses: parameters in, no memory.

    When the rows of a frame cannot all hold, those of the constraint with the lowest
    :attr:`sacrifice` give way last: stance (2) gives way before penetration (1).
    """

    sacrifice: int = 3
    """Who gives way first when not all can hold: the highest number."""
    beside: ClassVar[bool] = True
    """Whether the rows may depend on the frames before and after. A class that says False itself is
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
    def evaluate(self, configuration: Configuration, frame: Frame) -> Bounded | None:
        """The rows and their Jacobian at ``configuration``; None if inactive.

        The Jacobian is with respect to a tangent step v, q <- q (+) v.
        """


class StepBox(ABC):
    """Bounds on the step itself: they hold always and are never relaxed."""

    @property
    def name(self) -> str:
        """The name that reports use; as that of a :class:`Constraint`."""
        return type(self).__name__.lower()

    @abstractmethod
    def evaluate(self, configuration: Configuration, frame: Frame) -> Box | None:
        """Bounds on the tangent step at ``configuration``; None if inactive."""
