"""What the library calls an argument, the command calls an option: said in its words, here alone.

The library's messages name arguments, ``stop=`` or ``fps=25``; whoever typed a command is told
``--stop`` or ``--source-fps 25``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass

from kinemesh.errors import KinemeshError

_FIELDS = {
    "fps": ("source_fps",),
    "robot": ("source_robot", "robot"),
    "format": ("layout", "to"),
    "out": ("output",),
    "recording": ("clip",),
    "recording_fps": ("clip_fps",),
    "person": ("show_person",),
}
"""Arguments whose field in a command has another name: the first that the command has."""

_NAMES = {"layout": "from", "joint_set": "set", "objects": "objects-to"}
"""Fields whose option has another name than they."""

_PLAIN = r"[-+./\w]+"
"""A value that a shell takes as it is."""

_CALL = r"\w\((?:[^()]|\([^()]*\))*\)?"
"""A call in Python, whose arguments are no options."""

_CLIP = {
    **{"fps": ("clip_fps",), "robot": ("clip_robot",)},
    **{"person": ("clip_person",), "others": ("clip_others",), "take": ("clip_take",)},
}
"""Fields that speak of the recording where it is given beside a trajectory."""


def options_of(command: object, *, clip: bool = False) -> dict[str, str]:
    """Arguments of the library to the options of a command that are for them.

    Args:
        command: the command, a dataclass.
        clip: whether the arguments are of reading the recording that ``--clip`` names.
    """
    own = set(_fields(command))
    table = {name: name for name in own}
    for argument, known in (_FIELDS | (_CLIP if clip else {})).items():
        for name in known:
            if name in own:
                table[argument] = name
                break
    return {
        argument: "--" + _NAMES.get(name, name).replace("_", "-")
        for argument, name in table.items()
    }


def worded(text: str, options: Mapping[str, str]) -> str:
    """``text`` of the library with its arguments called as ``options`` does."""
    if not options:
        return text
    names = "|".join(sorted(map(re.escape, options), key=len, reverse=True))
    value = r"\"[^\"]*\"|'[^']*'|[-+\w](?:[-+\w.]*\w)?|\.\.\."
    pattern = rf"(?<![\w.\-/])({names})=({value})?(?!\.?[\w/])"
    calls = [match.span() for match in re.finditer(_CALL, text)]

    def said(match: re.Match[str]) -> str:
        inside = any(first < match.start() < last for first, last in calls)
        return match[0] if inside else _option(match, options)

    return re.sub(pattern, said, text)


def all_worded(texts: Iterable[str], options: Mapping[str, str]) -> tuple[str, ...]:
    """:func:`worded` for each."""
    return tuple(worded(text, options) for text in texts)


@contextmanager
def spoken(options: Mapping[str, str]) -> Iterator[None]:
    """Errors of the library that leave the block speak of ``options``."""
    try:
        yield
    except KinemeshError as error:
        error.args = (worded(str(error), options),)
        error.advice = worded(error.advice, options)
        raise


def _option(match: re.Match[str], options: Mapping[str, str]) -> str:
    value = match[2]
    option = options[match[1]]
    if value in (None, "True", "..."):
        return option
    bare = value[1:-1] if value[0] in "\"'" else value
    return f"{option} {bare if re.fullmatch(_PLAIN, bare) else value}"


def _fields(command: object) -> Iterator[str]:
    if is_dataclass(command):
        for field in fields(command):
            value = getattr(command, field.name)
            if is_dataclass(value):
                yield from _fields(value)
            elif "Positional" not in str(field.type):
                yield field.name
