"""The hierarchy of a BVH file, line by line."""

from __future__ import annotations

import re

import numpy as np

from kinemesh.errors import ReadError

_MOST_JOINTS = 1000
_CHANNEL = re.compile(r"([xyz])(position|rotation)", re.IGNORECASE)


class Hierarchy:
    """The hierarchy, line by line: no depth is too deep for a list of open braces."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.names: list[str] = []
        self.parents: list[int] = []
        self.ends: list[bool] = []
        self.offsets: list[list[float]] = []
        self.channels: list[tuple[tuple[str, str], ...]] = []
        self._open: list[int] = []
        self._awaited = False

    def take(self, line: str, number: int) -> None:
        """One line; braces may stand on it with a name."""
        for part in re.split(r"([{}])", line):
            words = part.split()
            if words:
                self._take(words, f"{self.file}, line {number}")

    def close(self) -> None:
        """The end of the hierarchy."""
        if self._open or self._awaited:
            name = self.names[self._open[-1] if self._open else -1]
            raise ReadError(
                f"{self.file}: the braces of joint {name!r} are not closed before MOTION: the "
                f"hierarchy is damaged; export it again"
            )
        if not self.names:
            raise ReadError(f"{self.file} has no ROOT joint", expected="a hierarchy before MOTION")
        for name, offset in zip(self.names, self.offsets, strict=True):
            if not offset:
                raise ReadError(f"{self.file}: joint {name!r} has no OFFSET", expected="x y z")

    def _take(self, words: list[str], where: str) -> None:
        kind = words[0].upper()
        if kind == "HIERARCHY":
            return
        if kind in ("ROOT", "JOINT", "END"):
            self._begin(kind, " ".join(words[1:]), where)
        elif kind == "{":
            if not self._awaited:
                raise ReadError(f"{where}: an opening brace that belongs to no joint")
            self._open.append(len(self.names) - 1)
            self._awaited = False
        elif kind == "}":
            if not self._open:
                raise ReadError(f"{where}: a closing brace without an opening one")
            self._open.pop()
        elif kind == "OFFSET":
            joint = self._inner(where)
            self.offsets[joint] = self._numbers(words[1:], where)
        elif kind == "CHANNELS":
            joint = self._inner(where)
            self.channels[joint] = self._channels(words[1:], where)
        else:
            raise ReadError(
                f"{where}: {' '.join(words)[:60]!r} is no part of a BVH hierarchy",
                given=words,
                expected="ROOT, JOINT, End Site, OFFSET, CHANNELS or a brace",
            )

    def _begin(self, kind: str, name: str, where: str) -> None:
        if self._awaited:
            raise ReadError(f"{where}: joint {self.names[-1]!r} has no opening brace before this")
        if (kind == "ROOT") == bool(self._open):
            place = "inside another joint" if self._open else "outside of every joint"
            raise ReadError(f"{where}: {kind} {name[:60]} stands {place}")
        if len(self.names) >= _MOST_JOINTS:
            raise ReadError(f"{where}: more than {_MOST_JOINTS} joints", expected="one person")
        parent = self._open[-1] if self._open else -1
        if parent >= 0 and self.ends[parent]:
            raise ReadError(f"{where}: {kind} {name[:60]} stands inside an End Site")
        end = kind == "END"
        self.names.append(f"{self.names[parent]}_End" if end else name or f"joint{len(self.names)}")
        self.parents.append(parent)
        self.ends.append(end)
        self.offsets.append([])
        self.channels.append(())
        self._awaited = True

    def _inner(self, where: str) -> int:
        if self._awaited:
            raise ReadError(f"{where}: joint {self.names[-1]!r} has no opening brace before this")
        if not self._open:
            raise ReadError(f"{where}: OFFSET or CHANNELS outside of every joint")
        return self._open[-1]

    def _numbers(self, words: list[str], where: str) -> list[float]:
        try:
            numbers = [float(word.replace(",", ".")) for word in words]
        except ValueError:
            numbers = []
        if len(numbers) != 3 or not np.all(np.isfinite(numbers)):
            raise ReadError(
                f"{where}: OFFSET {' '.join(words)[:60]}", given=words, expected="three numbers"
            )
        return numbers

    def _channels(self, words: list[str], where: str) -> tuple[tuple[str, str], ...]:
        found = [_CHANNEL.fullmatch(word) for word in words[1:]]
        channels = tuple((f[1].lower(), f[2].lower()) for f in found if f is not None)
        right = bool(words) and words[0] == str(len(words) - 1) and None not in found
        if not right or len(set(channels)) < len(channels):
            raise ReadError(
                f"{where}: CHANNELS {' '.join(words)[:80]}",
                given=words,
                expected="their number, and so many different ones of Xposition Yposition "
                "Zposition Xrotation Yrotation Zrotation",
            )
        if self.ends[self._open[-1]]:
            raise ReadError(f"{where}: an End Site has channels", expected="none")
        return channels
