"""One name for each option in every command, and the names that options had before.

======================  ===========================================================
``--source-fps``        frames/s of the file that the command is given, where it does not say
``--clip-fps``          frames/s of the recording that ``--clip`` names, where it does not say
``--rate``              frames/s wanted of what is made
``--robot``             the robot that is to follow, or whose trajectory is given
``--source-robot``      of `retarget` and `augment`: whose trajectory the recording is
``--clip-robot``        whose trajectory the recording of ``--clip`` is
``--person``            which of several people in the file that the command is given
``--clip-person``       which of several people in the recording of ``--clip``
``--others``            what becomes of the other people in the file that the command is given
``--clip-others``       what becomes of the other people in the recording of ``--clip``
``--take``              which of several motions in the file that the command is given
``--clip-take``         which of several motions in the recording of ``--clip``
``--output``            the file or the folder to write
``--to``, ``--from``    the layout of what is written, of what is read
======================  ===========================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_CLIPPED = {"--fps": "--source-fps", "--source-robot": "--clip-robot"}
_SOURCE = {"--fps": "--source-fps", "--resample": "--rate"}
_FOLDER = {"--out": "--output"}

OLD_NAMES: Mapping[str, Mapping[str, str]] = {
    "retarget": _SOURCE,
    "augment": _SOURCE,
    "info": {**_SOURCE, "--source-robot": "--robot"},
    **dict.fromkeys(("evaluate", "report", "view"), _CLIPPED),
    "render": {**_CLIPPED, "--person": "--show-person"},
    "convert": {"--fps": "--rate", "--source-robot": "--clip-robot"},
    "lint": {"--fps": "--source-fps"},
    "batch": {**_FOLDER, "--format": "--to"},
    "demo": _FOLDER,
}
"""Command to what its options were called to what they are called; they work, and no help says
so."""


def renamed(arguments: Sequence[str]) -> list[str]:
    """``arguments`` of the command line with options by the names that they have now."""
    if not arguments:
        return []
    command, *rest = arguments
    return [command, *(_renamed(one, OLD_NAMES.get(command, {})) for one in rest)]


def _renamed(argument: str, old: Mapping[str, str]) -> str:
    name, equals, value = argument.partition("=")
    new = old.get(name.replace("_", "-"))
    return argument if new is None else f"{new}{equals}{value}"
