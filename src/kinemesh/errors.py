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

    Examples:
        >>> try:
        ...     kinemesh.read("nowhere.bvh")
        ... except kinemesh.KinemeshError as error:
        ...     type(error).__name__
        'ReadError'
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
        """This error once more, its message led by ``where`` if it does not say so already.

        Examples:
            >>> print(kinemesh.ClipError("two names alike").within("walk.bvh"))
            walk.bvh: two names alike
        """
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
    """A file cannot be read as what it claims to be.

    Examples:
        >>> kinemesh.read("nowhere.bvh")
        Traceback (most recent call last):
            ...
        kinemesh.errors.ReadError: nowhere.bvh does not exist ...
    """


class WriteError(KinemeshError, OSError):
    """An output cannot be written.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> kinemesh.write(result, "walk.npz", format="mjlabs")
        Traceback (most recent call last):
            ...
        kinemesh.errors.WriteError: unknown format 'mjlabs'; known ...
    """


class ClipError(KinemeshError, ValueError):
    """A clip, scene or trajectory is not consistent.

    Examples:
        >>> kinemesh.demos.walk().crop(5, 6)
        Traceback (most recent call last):
            ...
        kinemesh.errors.ClipError: frames start = 5 to stop = 6 of 181 leave fewer than two
    """


class RobotError(KinemeshError, ValueError):
    """A robot folder or description is missing something or names something unknown.

    Examples:
        >>> kinemesh.RobotModel.load("g2")
        Traceback (most recent call last):
            ...
        kinemesh.errors.RobotError: unknown robot 'g2'; known ...
    """


class OptionError(KinemeshError, ValueError):
    """An option has a value that it cannot have.

    Examples:
        >>> kinemesh.Retargeter("g1", iterations=0)
        Traceback (most recent call last):
            ...
        kinemesh.errors.OptionError: iterations = 0: expected a number of QPs, 1 to 10000
    """


class SolveError(KinemeshError, RuntimeError):
    """A solver is not known, cannot solve such a program, or gave no answer.

    Examples:
        >>> kinemesh.Retargeter("g1", solver="simplex")
        Traceback (most recent call last):
            ...
        kinemesh.errors.SolveError: unknown solver 'simplex'; known solvers: daqp, osqp, cvxpy
    """


class NoStepError(SolveError):
    """A solver gave no step for a program that always has one.

    Attributes:
        solver: the solver's name.
        program: the :class:`~kinemesh.problem.QP`, as it was before it was relaxed.

    Examples:
        >>> print(kinemesh.NoStepError("osqp", program=None))
        osqp found no step although the relaxed program has one: give another solver, solver=
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
    """An optional package is needed for this call.

    Examples:
        >>> raise kinemesh.MissingExtra("viser", "viewer")
        Traceback (most recent call last):
            ...
        kinemesh.errors.MissingExtra: this needs the package ...
    """

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
