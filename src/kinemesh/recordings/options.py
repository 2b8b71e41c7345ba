"""The options of ``read``, checked before a file is opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kinemesh.arguments import FARTHEST, choice, flag, number, path, rate, whole, wrong
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import Skeleton
from kinemesh.recordings.people.others import OTHERS

_AMOUNTS = {
    "height": ("a stature [m], more than 0", 0.0, 1e4),
    "floor": (f"a height [m] within {FARTHEST:g}", -FARTHEST, FARTHEST),
    "unit": ("the length of the file's unit [m], more than 0, at most 1000", 0.0, 1e3),
}
"""What each number is, what it is more than, and what it is at most."""
_COUNTED = {
    "person": ("which person of several, from 1", 1),
    "take": ("which motion of several, from 0", 0),
}
"""What each whole number is, and where it begins."""
_MOST = 10**6


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse options of :func:`kinemesh.read`, by name, that cannot be; None is left out.

    Raises:
        ReadError: a number out of its range, or a path that cannot be.
        ClipError: a frame rate that cannot be.
        TypeError: an option of another kind.
    """
    for name, value in options.items():
        if value is None:
            continue
        if name in _AMOUNTS:
            what, over, high = _AMOUNTS[name]
            number(name, value, what, over=over, high=high, error=ReadError)
        elif name in _COUNTED:
            what, low = _COUNTED[name]
            whole(name, value, what, low=low, high=_MOST, error=ReadError)
        elif name == "fps":
            rate(value, ClipError)
        elif name in ("clean", "decompose"):
            flag(name, value)
        elif name == "others":
            choice(name, value, OTHERS, ReadError)
        elif name == "up":
            if not isinstance(value, str):
                wrong(name, value, "'y' or 'z'", TypeError)
        elif name == "skeleton":
            if not isinstance(value, str | Skeleton):
                wrong(name, value, "a name of kinemesh.motion.SKELETONS, or a Skeleton", TypeError)
        elif name != "map" or not isinstance(value, Mapping):
            path(name, value, "a path to a file or folder", ReadError)
