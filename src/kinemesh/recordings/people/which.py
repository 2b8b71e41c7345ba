"""Which one is meant of several people, or several motions, in one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kinemesh.errors import ReadError


@dataclass(frozen=True)
class Which:
    """What the user says; None is the first, with a warning where there are more."""

    person: int | None = None
    """Which person, counted from 1."""
    take: int | None = None
    """Which motion, counted from 0, as the tools that write several count them."""

    def person_of(self, path: Path, count: int) -> tuple[int, tuple[str, ...]]:
        """The index, from 0, of the person that is meant of ``count``, and what is to be said.

        Raises:
            ReadError: there is no such person.
        """
        if self.person is None:
            return 0, _others("person", "people", count, 1)
        return _known(path, "person", self.person, count, 1), ()

    def take_of(self, path: Path, count: int) -> tuple[int, tuple[str, ...]]:
        """The same of motions.

        Raises:
            ReadError: there is no such motion.
        """
        if self.take is None:
            return 0, _others("take", "motions", count, 0)
        return _known(path, "take", self.take, count, 0), ()

    def check(self, path: Path, people: int, takes: int) -> None:
        """Refuse what was said of a file that holds one person, or one motion.

        Raises:
            ReadError: another one than the only one was asked for.
        """
        if people == 1 and self.person is not None:
            _known(path, "person", self.person, 1, 1)
        if takes == 1 and self.take is not None:
            _known(path, "take", self.take, 1, 0)


FIRST = Which()


def _others(name: str, plural: str, count: int, first: int) -> tuple[str, ...]:
    if count < 2:
        return ()
    rest = f"{first + 1}" if count == 2 else f"{first + 1} to {first + count - 1}"
    return (
        f"the file holds {count} {plural}: the first is read; give {name}={first + 1} for another "
        f"({name} {rest})",
    )


def _known(path: Path, name: str, given: int, count: int, first: int) -> int:
    if not first <= given < first + count:
        there = f"{first}" if count == 1 else f"{first} to {first + count - 1}"
        one, more = ("person", "people") if name == "person" else ("motion", "motions")
        raise ReadError(
            f"{path.name} holds {count} {one if count == 1 else more}; {name}={given} is none",
            given=given,
            expected=f"{name} {there}",
        )
    return given - first
