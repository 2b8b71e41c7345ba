"""The messages of a stream: JSON objects, one a line or one a packet, read without trusting them.

What they hold is in docs/live.md. Nothing in them is executed; what is malformed is a
:class:`~kinemesh.errors.ReadError`, and it is the source's business that the stream goes on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kinemesh.arguments import number, shown
from kinemesh.arrays import Array
from kinemesh.errors import KinemeshError, ReadError
from kinemesh.live.person import Frame

LARGEST = 1 << 20
"""A longer message is not read [bytes]: a thousand joints with their turns take a sixth of it."""
MOST_JOINTS = 1000
_MOST_PROPS = 64
_FARTHEST = 1e6
"""Coordinates beyond this are no place [m]."""


class HeaderError(ReadError):
    """A header that cannot be: whose frames follow is not known."""


@dataclass(frozen=True)
class Header:
    """What a sender says of its person; None where it says nothing."""

    skeleton: str | tuple[str, ...] | None = None
    """The name of a known skeleton, or the joints' names in the order of the frames."""
    height: float | None = None
    """Stature [m]."""
    fps: float | None = None
    """Frames a second [1/s]."""


def read_message(data: bytes | str) -> Header | Frame:
    """One message.

    Raises:
        HeaderError: a header that cannot be.
        ReadError: too long, no JSON, neither header nor frame, or numbers that cannot be. NaN and
            null in positions and rotations are lost joints, and no error.

    Examples:
        >>> kinemesh.live.read_message('{"skeleton": "lafan22", "fps": 30}')
        Header(skeleton='lafan22', height=None, fps=30.0)
    """
    if len(data) > LARGEST:
        raise ReadError(
            f"a message of {len(data)} bytes", given=len(data), expected=f"at most {LARGEST}"
        )
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ReadError(f"a message that is no JSON ({str(error)[:80]})") from None
    if not isinstance(told, dict):
        raise ReadError(f"a message that is {shown(told)}", expected="a JSON object")
    if "positions" in told:
        return _frame(told)
    if told.keys() & {"skeleton", "height", "fps"}:
        return _header(told)
    names = ", ".join(sorted(map(str, told))[:10])[:80] or "nothing"
    raise ReadError(
        f"a message with {names}",
        expected="a header (skeleton, height, fps) or a frame (positions, ...)",
    )


def _header(told: Mapping[str, Any]) -> Header:
    skeleton = told.get("skeleton")
    if isinstance(skeleton, list):
        right = len(skeleton) <= MOST_JOINTS and all(isinstance(joint, str) for joint in skeleton)
        if not right or len(set(skeleton)) != len(skeleton):
            raise HeaderError(
                f"a header with skeleton {shown(skeleton)}",
                expected=f"a name, or at most {MOST_JOINTS} names of joints, each once",
            )
        skeleton = tuple(skeleton)
    elif skeleton is not None and not isinstance(skeleton, str):
        raise HeaderError(
            f"a header with skeleton {shown(skeleton)}", expected="a name, or names of joints"
        )
    given = {name: told[name] for name in ("height", "fps") if told.get(name) is not None}
    try:
        sizes = {name: number(name, value, over=0.0) for name, value in given.items()}
    except (KinemeshError, TypeError) as error:
        raise HeaderError(f"a header with {error}") from error
    return Header(skeleton, sizes.get("height"), sizes.get("fps"))


def _frame(told: Mapping[str, Any]) -> Frame:
    positions = _numbers("positions", told["positions"], 3)
    rotations = told.get("rotations")
    turned = None if rotations is None else _numbers("rotations", rotations, 4)
    if turned is not None and len(turned) != len(positions):
        raise ReadError(
            f"a frame of {len(positions)} positions and {len(turned)} rotations",
            expected="as many of both",
        )
    props = told.get("props") or {}
    if not isinstance(props, dict) or len(props) > _MOST_PROPS:
        raise ReadError(
            f"a frame with props {shown(props)}",
            expected=f"at most {_MOST_PROPS} names with poses of 7 numbers",
        )
    poses = {name: _numbers(f"props[{name[:40]!r}]", [pose], 7)[0] for name, pose in props.items()}
    time = told.get("time")
    try:
        stamp = None if time is None else number("time", time, "seconds", low=-1e12, high=1e12)
    except (KinemeshError, TypeError) as error:
        raise ReadError(f"a frame with {error}") from error
    return Frame(positions, turned, poses, stamp)


def _numbers(name: str, value: object, width: int) -> Array:
    """Rows ``(N, width)``; NaN for null."""
    what = f"rows of {width} numbers, at most {MOST_JOINTS}"
    if not isinstance(value, list) or not 0 < len(value) <= MOST_JOINTS:
        raise ReadError(f"a frame with {name} = {shown(value)}", expected=what)
    for row in value:
        if not isinstance(row, list) or len(row) != width:
            raise ReadError(f"a frame with {shown(row)} in {name}", expected=what)
        if not all(n is None or type(n) in (int, float) for n in row):
            raise ReadError(f"a frame with {shown(row)} in {name}", expected="numbers")
    try:
        found = np.array(value, dtype=np.float64)
    except OverflowError:  # a whole number that no float holds
        found = np.full((len(value), width), np.inf)
    if np.any(np.abs(found) > _FARTHEST):
        raise ReadError(f"a frame whose {name} reach beyond {_FARTHEST:g}", expected="metres")
    return found


def header_text(robot: str, joints: Sequence[str], rate: float, props: Sequence[str] = ()) -> str:
    """The header that goes before what is sent, as one line of JSON.

    Args:
        robot: its name.
        joints: names in the order of ``q[7:]`` and ``velocity[6:]``.
        rate: messages a second [1/s].
        props: names of the things in the robot's scene.
    """
    return json.dumps(
        {
            "robot": robot,
            "joints": list(joints),
            "rate": rate,
            "props": list(props),
            "q": "base x y z qx qy qz qw, then joints",
            "velocity": "base linear x y z, angular x y z in its own axes, then joints",
            "units": {"length": "m", "angle": "rad", "time": "s"},
        }
    )


def sample_text(told: Mapping[str, Any]) -> str:
    """What is sent at one instant, as one line of JSON; rounded to 1e-6, null for NaN."""
    return json.dumps({name: _plain(value) for name, value in told.items()}, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [_plain(n) for n in value.tolist()]
    if isinstance(value, float | np.floating):
        return round(float(value), 6) if np.isfinite(value) else None
    if isinstance(value, np.bool_):
        return bool(value)
    return value
