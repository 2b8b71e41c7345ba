"""What is handed to a constructor or a function, checked once at the door.

What is of the wrong kind is a :class:`TypeError`; what is of the right kind and cannot be is the
``error`` of the room. Every message names the argument, what was given and what was expected.
"""

from __future__ import annotations

import os
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from numbers import Number
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from kinemesh.errors import KinemeshError, OptionError, nearest

T = TypeVar("T")
Kind = type | tuple[type, ...]
Error = type[KinemeshError]

_PLAIN = (type(None), Number, str, bytes, Path, list, tuple, dict, set, np.bool_)
"""Kinds whose ``repr`` says what they are, in few words once it is cut."""

SLOWEST, FASTEST = 0.01, 1e5
"""No recording, and no trajectory, has fewer or more frames a second [1/s]."""

FARTHEST = 1e7
"""Nothing is further from the world's origin [m]: the quarter of a meridian."""


def number(
    name: str,
    value: object,
    what: str = "a finite number",
    *,
    low: float = -np.inf,
    high: float = np.inf,
    over: float = -np.inf,
    endless: bool = False,
    error: Error = OptionError,
) -> float:
    """``value`` as a float: at least ``low``, at most ``high``, more than ``over``.

    It is finite, unless it is ``endless``, which allows inf.
    """
    result = _float(value)
    if result is None:
        wrong(name, value, what, TypeError)
    held = np.isfinite(result) or (endless and result == np.inf)
    if not (held and low <= result <= high and result > over):
        wrong(name, value, what, error)
    return result


def whole(
    name: str, value: object, what: str, *, low: int, high: int, error: Error = OptionError
) -> int:
    """``value`` as an int from ``low`` to ``high``."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        wrong(name, value, what, TypeError)
    result = int(value)
    if not low <= result <= high:
        wrong(name, value, what, error)
    return result


def rate(value: object, error: Error, lead: str = "the frame rate is") -> float:
    """``value``, an argument ``fps``, as frames a second [1/s]."""
    what = f"a positive number of frames/s, fps from {SLOWEST:g} to {FASTEST:g}"
    result = _float(value)
    if result is None:
        raise TypeError(f"{lead} {shown(value)}; expected {what}")
    if not SLOWEST <= result <= FASTEST:
        raise error(f"{lead} {shown(value)}", given=value, expected=what)
    return result


def flag(name: str, value: object) -> bool:
    """``value``, True or False."""
    if not isinstance(value, bool | np.bool_):
        wrong(name, value, "True or False", TypeError)
    return bool(value)


def text(name: str, value: object, what: str = "a text") -> str:
    """``value``, a text."""
    if not isinstance(value, str):
        wrong(name, value, what, TypeError)
    return value


def texts(name: str, values: object, what: str) -> tuple[str, ...]:
    """``values``, several texts."""
    return several(name, values, str, what)


def choice(name: str, value: object, options: Iterable[str], error: Error = OptionError) -> str:
    """``value``, one of ``options``."""
    known = tuple(options)
    if text(name, value, f"one of {', '.join(known)}") not in known:
        unknown(name, value, known, error)
    return str(value)


def instance(name: str, value: object, kind: type[T], what: str) -> T:
    """``value``, of a kind."""
    if not isinstance(value, kind):
        wrong(name, value, what, TypeError)
    return value


def given(name: str, value: T | None, kind: type[T], what: str) -> T | None:
    """``value``, of a kind or None."""
    return None if value is None else instance(name, value, kind, what)


def several(
    name: str, values: object, kind: type[T] | tuple[type[T], ...], what: str
) -> tuple[T, ...]:
    """``values``, each of a kind, as a tuple."""
    if not isinstance(values, Iterable) or isinstance(values, str | bytes | Mapping):
        wrong(name, values, what, TypeError)
    try:
        found = tuple(values)
    except TypeError:  # an array of no axes
        wrong(name, values, what, TypeError)
    for k, value in enumerate(found):
        if not isinstance(value, kind):
            wrong(f"{name}[{k}]", value, what, TypeError)
    return found


def mapping(name: str, value: object, what: str) -> Mapping[Any, Any]:
    """``value``, names to values."""
    if not isinstance(value, Mapping):
        wrong(name, value, what, TypeError)
    return value


def function(name: str, value: Callable[..., Any] | None) -> None:
    """``value`` can be called, or is None."""
    if value is not None and not callable(value):
        wrong(name, value, "a function, or None", TypeError)


def path(name: str, value: object, what: str = "a path", error: Error = OptionError) -> Path:
    """``value`` as a path."""
    if not isinstance(value, str | os.PathLike):
        wrong(name, value, what, TypeError)
    given = os.fspath(value)
    if not isinstance(given, str):
        wrong(name, value, what, TypeError)
    if not given or "\0" in given or any(len(os.fsencode(p)) > 255 for p in Path(given).parts):
        wrong(name, value, f"{what} that a file system can hold", error)
    return Path(given)


def floats(
    name: str,
    value: object,
    what: str,
    *,
    shape: tuple[int | None, ...] | None = None,
    largest: float | None = None,
    error: Error,
) -> NDArray[np.float64]:
    """``value`` as an array of floats.

    Args:
        name: of the argument.
        value: what was given: numbers, none of them complex, masked, true, false or text.
        what: what was expected, in words.
        shape: its shape, None for an axis of any length; not looked at if left out.
        largest: the largest size of a number, so that all are finite; not looked at if left out.
        error: what is raised.
    """
    array = _array(value)
    if array is None or array.dtype.kind not in "iuf":
        wrong(name, value, what, error)
    with np.errstate(over="ignore"):
        result = np.asarray(array, dtype=np.float64)
    fits = shape is None or (
        result.ndim == len(shape)
        and all(n in (None, m) for n, m in zip(shape, result.shape, strict=True))
    )
    if not fits:
        wrong(name, value, what, error)
    if largest is not None and not np.all(np.abs(result) <= largest):
        k = tuple(int(n) for n in np.argwhere(~(np.abs(result) <= largest))[0])
        raise error(
            f"{name} holds {result[k]:g} at {k}",
            given=float(result[k]),
            expected=f"{what}, finite and no larger than {largest:g}",
            lead=": expected",
        )
    return result


def corners(name: str, value: object, count: int, what: str, error: Error) -> NDArray[np.int64]:
    """``value`` as triangles ``(M, 3)`` between ``count`` vertices."""
    found = floats(name, value, what, shape=(None, 3), error=error)
    if not np.all((found >= 0) & (found < count) & (found == np.floor(found))):
        wrong(name, value, f"{what}, whole numbers from 0 to {count - 1}", error)
    return found.astype(np.int64)


def flags(
    name: str, value: object, shape: tuple[int, ...], what: str, error: Error
) -> NDArray[np.bool_]:
    """``value`` as an array of true and false, which may be given as 1 and 0."""
    array = _array(value)
    if array is None or array.dtype.kind not in "biuf" or array.shape != shape:
        wrong(name, value, what, error)
    if array.dtype.kind != "b" and not np.all((array == 0) | (array == 1)):
        wrong(name, value, what, error)
    return np.asarray(array, dtype=np.bool_)


def amounts(owner: Any, error: Error, *, endless: tuple[str, ...] = ()) -> None:
    """Every field of a dataclass that is a float is 0 or more, and at most a million.

    Those that are ``endless`` may be infinite.
    """
    for field in fields(owner):
        if type(field.default) is float:
            number(
                field.name,
                getattr(owner, field.name),
                "a finite number, 0 to 1e6",
                low=0.0,
                high=np.inf if field.name in endless else 1e6,
                endless=field.name in endless,
                error=error,
            )


def shown(value: object) -> str:
    """``value`` in a few words."""
    if isinstance(value, np.ndarray):
        masked = "a masked array" if isinstance(value, np.ma.MaskedArray) else "an array"
        return f"{masked} {value.shape} of {value.dtype}"
    if isinstance(value, _PLAIN):
        return reprlib.repr(value)
    return f"a {type(value).__name__}"


def wrong(name: str, value: object, what: str, error: type[Exception]) -> NoReturn:
    """Say what was given and what was expected."""
    text = f"{name} = {shown(value)}"
    if issubclass(error, KinemeshError):
        raise error(text, given=value, expected=what, lead=": expected")
    raise error(f"{text}: expected {what}")


def unknown(kind: str, value: object, known: Sequence[str], error: Error) -> NoReturn:
    """Say which names are known, and which of them is near."""
    near = nearest(value, known)
    raise error(
        f"unknown {kind} {shown(value)}",
        given=value,
        expected=known,
        advice="" if near is None else f"did you mean {near!r}?",
        then="; ",
    )


def _float(value: object) -> float | None:
    """``value`` as a float; None if it is no number."""
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:  # a whole number that no float holds
        return np.inf


def _array(value: object) -> NDArray[Any] | None:
    """``value`` as an array; None if it is none, or if some of it is masked."""
    parts = value if isinstance(value, list | tuple) else (value,)
    if any(np.ma.is_masked(part) for part in parts):
        return None
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and all(type(n) in (int, float) for n in array.flat):
            array = array.astype(np.float64)  # numbers in an array of objects
    except (TypeError, ValueError, OverflowError):
        return None
    return array
