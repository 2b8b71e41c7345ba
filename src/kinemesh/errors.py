"""Every error kinemesh raises, in one tree.

.. code-block:: text

    KinemeshError
    |-- ReadError        a file is not what it should be: the file, the reason, what was expected
    |-- WriteError       an output cannot be written
    |-- ClipError        positions, skeleton, frame rate or scene do not fit together
    |-- RobotError       unknown robot, missing link, bad robot.toml
    |-- OptionError      an option has a value that it cannot have
    |-- SolveError       a solver is not known, or (NoStepError) gave no answer
    |-- MissingExtra     an optional package is needed
    `-- MissingLibrary   a package that is always needed cannot be loaded

Each message says what was given, what was expected and what to do; where the three are data,
``given``, ``expected`` and ``advice`` hold them, and the message is made of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Self


class KinemeshError(Exception):
    """Base of all errors that kinemesh raises on purpose.

    Args:
        what: what is wrong, in words that say what was given.
        given: the value itself.
        expected: what was expected, in words; or the names that are known.
        advice: what to do about it.
        lead: the words before what was expected.
        then: the mark before the advice.

    Attributes:
        given: what was given, None where the raiser does not say.
        expected: what was expected, empty where the raiser does not say.
        advice: what to do, empty where the raiser does not say.
    """

    def __init__(
        self,
        what: str = "",
        *,
        given: object = None,
        expected: str | Sequence[str] = "",
        advice: str = "",
        lead: str | None = None,
        then: str = ": ",
    ) -> None:
        names = not isinstance(expected, str)
        self.given = given
        self.expected: str | tuple[str, ...]
        self.expected = tuple(expected) if names else str(expected)
        self.advice = advice
        text = what
        if expected:
            lead = lead or ("; known are" if names else "; expected")
            text += f"{lead} {', '.join(expected) if names else expected}"
        if advice:
            text += f"{then}{advice}"
        super().__init__(text)

    def within(self, where: str) -> Self:
        """This error once more, its message led by ``where`` if it does not say so already."""
        text = str(self)
        error = type(self)(text if where in text else f"{where}: {text}")
        error.given, error.expected, error.advice = self.given, self.expected, self.advice
        return error

    @property
    def nearest(self) -> str | None:
        """Which of the names that are known is meant, where one is near what was given."""
        return nearest(self.given, self.expected)


def nearest(given: object, known: str | Sequence[str]) -> str | None:
    """The one of the names ``known`` that ``given`` seems to be; None where none is near."""
    if not isinstance(given, str) or isinstance(known, str):
        return None
    return next(iter(get_close_matches(given, known, 1)), None)


class ReadError(KinemeshError, ValueError):
    """A file cannot be read as what it claims to be."""


class WriteError(KinemeshError, OSError):
    """An output cannot be written."""


class ClipError(KinemeshError, ValueError):
    """A clip, scene or trajectory is not consistent."""


class RobotError(KinemeshError, ValueError):
    """A robot folder or description is missing something or names something unknown."""


class OptionError(KinemeshError, ValueError):
    """An option has a value that it cannot have."""


class SolveError(KinemeshError, RuntimeError):
    """A solver is not known, cannot solve such a program, or gave no answer."""


class NoStepError(SolveError):
    """A solver gave no step for a program that always has one.

    Attributes:
        solver: the solver's name.
        program: the :class:`~kinemesh.problem.QP`, as it was before it was relaxed.
    """

    def __init__(self, solver: str, program: object) -> None:
        super().__init__(
            f"{solver} found no step although the relaxed program has one",
            given=solver,
            advice="give another solver, solver=",
        )
        self.solver, self.program = solver, program

    def __reduce__(self) -> tuple[type[NoStepError], tuple[str, object]]:
        return NoStepError, (self.solver, self.program)


class MissingExtra(KinemeshError, ImportError):
    """An optional package is needed for this call."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f'this needs the package "{package}", which is not installed',
            advice=f'pip install "kinemesh[{extra}]"',
        )
        self.package = package
        self.extra = extra

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str]]:
        return MissingExtra, (self.package, self.extra)


class MissingLibrary(KinemeshError, ImportError):
    """Pinocchio or coal cannot be loaded: it, or a library of the system, is not there."""

    def __init__(self, why: str) -> None:
        advice = (
            "install that library of the system; libgomp.so.1 is in libgomp1 on Debian and Ubuntu, "
            "in libgomp on Fedora"
            if ".so" in why
            else 'pip install "pin>=4,<5"'
        )
        super().__init__(f"Pinocchio cannot be loaded ({why})", given=why, advice=advice)

    def __reduce__(self) -> tuple[type[MissingLibrary], tuple[object]]:
        return MissingLibrary, (self.given,)
