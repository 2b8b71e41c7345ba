"""The text of a BVH file, taken apart and checked: hierarchy, channels, numbers.

An own parser, because those on PyPI each fail a dialect or a damaged file: pybvh refuses position
channels below the root (and needs matplotlib), bvhio and bvhTools never return from a file cut
short in its hierarchy, bvh and bvhtoolbox take one cut short in its motion for whole.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh._files.inputs import looks_like
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.bvh.people import joints_of_person
from kinemesh.recordings.bvh.tree import Hierarchy
from kinemesh.recordings.people.which import FIRST, Which
from kinemesh.recordings.text import text_of

_FARTHEST = 1e9
"""Coordinates beyond this are no place in any unit."""
_MOTION = re.compile(r"^[ \t]*MOTION\b", re.MULTILINE | re.IGNORECASE)
_FRAMES = re.compile(r"\s*Frames\s*:?[ \t]*(\S*)[^\n]*", re.IGNORECASE)
_TIME = re.compile(r"\s*Frame[ \t]*Time\s*:?[ \t]*(\S*)[^\n]*", re.IGNORECASE)
_NOT_A_NUMBER = re.compile(r"-?\d\.#(?:IND|QNAN|SNAN|INF)\d*", re.IGNORECASE)

_RATES = (
    *(12.0, 15.0, 20.0, 24.0, 25.0, 30.0, 40.0, 48.0, 50.0, 60.0, 64.0, 72.0, 75.0, 80.0, 90.0),
    *(96.0, 100.0, 120.0, 144.0, 150.0, 180.0, 200.0, 240.0, 250.0, 300.0, 360.0, 480.0, 500.0),
    *(24.0 / 1.001, 30.0 / 1.001, 60.0 / 1.001, 120.0 / 1.001, 240.0 / 1.001, 1000.0),
)
"""Rates [1/s] at which motion is recorded."""


@dataclass(frozen=True, eq=False)
class BvhFile:
    """Hierarchy and motion, in the file's own units."""

    joints: tuple[str, ...]
    """Names; the end of a chain is ``<parent>_End``. Parents stand before their children."""
    parents: tuple[int, ...]
    """Index of each joint's parent; -1 for a root."""
    ends: tuple[bool, ...]
    """Which of them are ends of chains (``End Site``)."""
    offsets: Array
    """``OFFSET`` of each joint ``(J, 3)``."""
    channels: tuple[tuple[tuple[str, str], ...], ...]
    """The channels of each joint in order: axis ``x``, ``y`` or ``z``, and what is along it,
    ``position`` or ``rotation``."""
    motion: Array
    """All channels of all joints, frame by frame ``(T, C)`` [file units, degrees]."""
    fps: float | None
    """Frames per second [1/s]; None where the file says nothing that could be."""
    warnings: tuple[str, ...] = ()
    people: int = 1
    """How many people the file holds, of whom this is one."""


def parse_bvh(path: Path, which: Which = FIRST) -> BvhFile:
    """The content of a BVH file, of one person if it holds several.

    Raises:
        ReadError: not BVH, cut short, or its parts contradict one another; no such person.
    """
    text = _text(path)
    motion = _MOTION.search(text)
    if motion is None:
        raise ReadError(
            f"{path.name} has no MOTION after its hierarchy: it is cut short or holds a skeleton "
            f"only; copy or export it again with its motion"
        )
    reader = Hierarchy(path.name)
    for number, line in enumerate(text[: motion.start()].split("\n"), start=1):
        reader.take(line, number)
    reader.close()
    frames = _FRAMES.match(text, motion.end())
    time = None if frames is None else _TIME.match(text, frames.end())
    if frames is None or time is None:
        raise ReadError(
            f"{path.name} does not say 'Frames:' and 'Frame Time:' after MOTION: it is cut short "
            f"or damaged; copy or export it again"
        )
    kept, people, others = joints_of_person(path, reader.parents, which)
    width = sum(map(len, reader.channels))
    table, said = _motion(path.name, text, time.end(), frames[1], width)
    owner = np.repeat(np.arange(len(reader.names)), [len(c) for c in reader.channels])
    place = {joint: k for k, joint in enumerate(kept)}
    return BvhFile(
        joints=_unique([reader.names[k] for k in kept]),
        parents=tuple(place.get(reader.parents[k], -1) for k in kept),
        ends=tuple(reader.ends[k] for k in kept),
        offsets=_near(path.name, "OFFSET", np.array(reader.offsets)[kept]),
        channels=tuple(reader.channels[k] for k in kept),
        motion=table[:, np.isin(owner, kept)],
        fps=_rate(time[1]),
        warnings=(*said, *others),
        people=people,
    )


def _text(path: Path) -> str:
    text = text_of(path, "a BVH motion, which is text")
    if not text.lstrip()[:9].upper().startswith("HIERARCHY"):
        raise ReadError(
            f"{path.name} does not begin with HIERARCHY, as BVH does: it holds "
            f"{looks_like(text[:64].encode())}; give a BVH file, or name it by what it is"
        )
    return text


def _motion(
    file: str, text: str, start: int, announced: str, width: int
) -> tuple[Array, tuple[str, ...]]:
    """The numbers ``(T, C)`` after the frame time, and what is odd about their count.

    One frame more than announced is a slip of the exporter (Rokoko's): nothing is missing. Any
    other difference may be a file cut short or joined.
    """
    if width == 0:
        raise ReadError(f"{file}: no joint has CHANNELS: nothing can move in it")
    body = text[start:]
    if "," in body:
        body = body.replace(",", "." if "." not in body else " ")
    if "#" in body:
        body = _NOT_A_NUMBER.sub("nan", body)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)
            numbers = np.fromstring(body, dtype=np.float64, sep=" ")
    except (ValueError, DeprecationWarning) as error:
        raise ReadError(
            f"{file}: something among the numbers of its motion is none ({_stray(body)}): it is "
            f"damaged; copy or export it again"
        ) from error
    try:
        frames = int(announced)
    except ValueError:
        raise ReadError(
            f"{file}: 'Frames: {announced[:40]}'", given=announced, expected="a whole number"
        ) from None
    first = len(body.lstrip().partition("\n")[0].split())
    said: tuple[str, ...] = ()
    if frames > 0 and first == width and len(numbers) == (frames + 1) * width:
        said = (
            f"the file announces {frames} frames and holds {frames + 1}, as Rokoko's do: all "
            f"{frames + 1} are read",
        )
    elif len(numbers) != frames * width:
        whole, rest = divmod(len(numbers), width)
        if first != width and first and frames * first == len(numbers):
            raise ReadError(
                f"{file}: its frames have {first} numbers, but the joints have {width} channels: "
                f"hierarchy and motion do not belong together; export it again"
            )
        cut = f" and {rest} numbers of {width}" if rest else ""
        raise ReadError(
            f"{file} announces {announced[:40]} frames and holds {whole}{cut}: it is cut short or "
            f"damaged; copy or export it again, or correct the line 'Frames:' if {whole} are all"
        )
    return _near(file, "motion", numbers.reshape(-1, width)), said


def _near(file: str, what: str, numbers: Array) -> Array:
    with np.errstate(invalid="ignore"):
        far = np.abs(numbers) > _FARTHEST
    if np.any(far & np.isfinite(numbers)):
        raise ReadError(
            f"{file}: its {what} holds {numbers[far][0]:g}, which is no place and no angle: it is "
            f"damaged; copy or export it again"
        )
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _stray(body: str) -> str:
    """The first word that is no number, for the message."""
    for word in body.split():
        try:
            float(word)
        except ValueError:
            return repr(word[:40])
    return "an odd character"


def _unique(names: list[str]) -> tuple[str, ...]:
    """Names with a number added where one stands twice."""
    counts: Counter[str] = Counter()
    taken = set(names)
    unique = []
    for name in names:
        counts[name] += 1
        fresh = name
        while counts[name] > 1 and fresh in taken:
            fresh = f"{name}_{counts[name]}"
            counts[name] += fresh in taken
        taken.add(fresh)
        unique.append(fresh)
    return tuple(unique)


def _rate(written: str) -> float | None:
    """Frames per second from a frame time as it is written.

    Frame times are rounded: 0.0083333 is 120/s and 0.008342 is 119.88/s (NTSC). The nearest
    usual rate, or whole number, that the digits allow is taken; else their inverse.
    """
    written = written.replace(",", ".")
    try:
        time = float(written)
    except ValueError:
        return None
    if not (np.isfinite(time) and 1e-5 < time < 1e3):
        return None
    mantissa, _, exponent = written.lower().partition("e")
    digits = len(mantissa.partition(".")[2]) - int(exponent or 0)
    half = 0.5000001 * 10.0**-digits
    low, high = 1.0 / (time + half), 1.0 / max(time - half, 1e-6)
    rates = [rate for rate in _RATES if low <= rate <= high]
    if not rates and low <= round(1.0 / time) <= high:
        rates = [float(round(1.0 / time))]
    return min(rates, key=lambda rate: abs(rate - 1.0 / time)) if rates else 1.0 / time
