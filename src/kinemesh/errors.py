"""Every error kinemesh raises, in one tree.

.. code-block:: text

    KinemeshError
    |-- ReadError        a file is not what it should be: the file, the reason, what was expected
    |-- WriteError       an output cannot be written
    |-- ClipError        positions, skeleton, frame rate or scene do not fit together
    |-- RobotError       unknown robot, missing link, bad robot.toml
    |-- OptionError      an option has a value that it cannot have
    |-- SolveError       a solver gave no answer to a program that has one
    `-- MissingExtra     an optional package is needed

Each message says what was given, what was expected and what to do.
"""

from __future__ import annotations


class KinemeshError(Exception):
    """Base of all errors that kinemesh raises on purpose."""


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
    """A solver failed on a program that is feasible by construction."""


class MissingExtra(KinemeshError, ImportError):
    """An optional package is needed for this call."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f'this needs the package "{package}", which is not installed: '
            f'pip install "kinemesh[{extra}]"'
        )
        self.package = package
        self.extra = extra
