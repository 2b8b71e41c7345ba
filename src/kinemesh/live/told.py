"""A source of messages, whoever brings them: the header first, then frames that fit it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from kinemesh.errors import KinemeshError, ReadError
from kinemesh.live.messages import Header, HeaderError, read_message
from kinemesh.live.person import FPS, Frame, Person, skeleton_named, skeleton_of
from kinemesh.live.source import Faults
from kinemesh.motion import Scene, Skeleton


class Packets(Protocol):
    """Messages as they come, one by one."""

    name: str
    """Where they come from, for messages to the user."""

    def __iter__(self) -> Iterator[bytes]:
        """Each message; ends where they end, or soon after :meth:`close`."""

    def close(self) -> None:
        """End it soon."""


class ToldSource:
    """Frames that somebody tells in the messages of docs/live.md.

    Args:
        packets: who brings them.
        given: what the user says of the person; goes before what a header says.
        skeleton: the user's own skeleton, in place of one by name.
        scene: what is touched.
        floor: height of the floor [m]; None: to be found.
        paced: whether they come when it is time for them.
    """

    def __init__(
        self,
        packets: Packets,
        given: Header | None = None,
        *,
        skeleton: Skeleton | None = None,
        scene: Scene | None = None,
        floor: float | None = None,
        paced: bool = True,
    ) -> None:
        self.faults = Faults()
        self.paced = paced
        self._packets = packets
        self._messages: Iterable[Header | Frame] = self._read()
        self._given = given or Header()
        self._skeleton = skeleton
        self._scene, self._floor = scene, floor
        self._header: Header | None = None
        self._person: Person | None = None
        self._first: Frame | None = None

    def person(self) -> Person | None:
        """Who the header, or the user, says; joints that are named are looked at in a frame first.

        Raises:
            HeaderError: a header that cannot be.
        """
        header = self._given
        for message in self._messages:
            if isinstance(message, Header):
                self._header = message
                header = _merged(self._given, message)
                if not isinstance(header.skeleton, str) and self._skeleton is None:
                    continue
                self._person = self._made(header, None)
            elif header.skeleton is None and self._skeleton is None:
                self.faults.add("a frame before a header that says its skeleton")
                continue
            else:
                self._first = message
                self._person = self._made(header, message)
            return self._person
        return None

    def __iter__(self) -> Iterator[Frame]:
        """The frames that have the person's joints."""
        if self._first is not None and self._fits(self._first):
            yield self._first
        for message in self._messages:
            if isinstance(message, Frame):
                if self._fits(message):
                    yield message
            elif self._header is None:
                self._header = message
            elif message != self._header:
                self.faults.add("another header: start again to follow another person")

    def close(self) -> None:
        """End it soon."""
        self._packets.close()

    def _read(self) -> Iterator[Header | Frame]:
        for packet in self._packets:
            try:
                yield read_message(packet)
            except HeaderError as error:
                if self._person is None:
                    raise error.within(self._packets.name) from error
                self.faults.add(str(error))
            except ReadError as error:
                self.faults.add(str(error))

    def _made(self, header: Header, frame: Frame | None) -> Person:
        try:
            if self._skeleton is not None:
                skeleton = self._skeleton
            elif isinstance(header.skeleton, str):
                skeleton = skeleton_named(header.skeleton)
            else:
                assert frame is not None and header.skeleton is not None  # as person() sees to
                if len(frame.positions) != len(header.skeleton):
                    raise ReadError(
                        f"a header with {len(header.skeleton)} joints and a frame with "
                        f"{len(frame.positions)}",
                        expected="as many",
                    )
                skeleton = skeleton_of(header.skeleton, frame.positions)
            return Person(skeleton, header.height, header.fps or FPS, self._scene, self._floor)
        except KinemeshError as error:
            raise HeaderError(f"{self._packets.name}: {error}") from error

    def _fits(self, frame: Frame) -> bool:
        assert self._person is not None  # person() came first
        joints = len(self._person.skeleton.joints)
        if len(frame.positions) == joints:
            return True
        self.faults.add(f"a frame of {len(frame.positions)} joints, not {joints}")
        return False


def _merged(given: Header, told: Header) -> Header:
    """What the user says, and what the sender says of the rest."""
    missing = {k: v for k, v in vars(told).items() if getattr(given, k) is None}
    return replace(given, **missing)
