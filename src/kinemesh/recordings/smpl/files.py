"""Which arrays of a file are a pose of SMPL's family: AMASS, GVHMR, WHAM and their like.

Every joint's turn against its parent as axis-angle [rad], and how far the body is moved [m].
The keys and axes are those that the tools' own code writes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.people.axis import poses_of_person
from kinemesh.recordings.people.which import FIRST, Which
from kinemesh.recordings.smpl.source import Source
from kinemesh.recordings.smpl.sources import FACE, HANDS, LAYOUTS, RATES, opened

_WIDTHS = {66: 22, 72: 24, 156: 52, 165: 55}
"""Numbers a frame to number of joints: body, SMPL, SMPL-H, SMPL-X."""
_SOMA = "identity_model_type"
"""A name in poses of SOMA-X, which are of another body."""
_MOST_TURN, _FARTHEST = 100.0, 1e5
"""Beyond these [rad], [m] a number is damaged."""


@dataclass(frozen=True, eq=False)
class Pose:
    """What a file says about a person of SMPL's family."""

    turns: Array
    """Axis-angle ``(T, J, 3)`` [rad], J one of 22 (body), 24 (SMPL), 52 (SMPL-H), 55 (SMPL-X)."""
    root: Array
    """Translation ``(T, 3)`` [m]."""
    betas: Array | None
    """Shape numbers ``(n,)``, where they were asked for and are there."""
    has_betas: bool
    fps: float | None
    up: str | None
    gender: str
    kinds: tuple[str, ...]
    """Body models that the file may have been made with, the likeliest first."""
    notes: tuple[str, ...]
    people: int = 1
    takes: int = 1
    warnings: tuple[str, ...] = ()
    source: Source | None = None
    """What else the file says: of objects, and of its axes."""


def read_pose(path: Path, shape: bool, which: Which = FIRST) -> Pose:
    """The pose in a file for which :func:`kinemesh.recordings.smpl.sources.holds_pose` holds.

    Args:
        path: the file.
        shape: whether the shape numbers and the gender are wanted.
        which: the person that is meant, where the arrays are of several.

    Raises:
        ReadError: an array is missing, damaged, or of another shape than the layout's.
    """
    source = opened(path, shape, which)
    arrays, names, word = source.arrays, source.names, source.word
    keys, moves = next(layout for layout in LAYOUTS if all(k in arrays for k in layout[0]))
    if _SOMA in names:
        raise ReadError(
            f"{path.name} holds a pose of SOMA, whose bones come from its own body model: pose it "
            f"there (SOMALayer) and save the joints: numpy.savez('x.npz', posed_joints=) "
            f"(T, 77, 3) [m], y up; or export a .bvh"
        )
    if moves not in arrays:
        raise ReadError(
            f"{path.name} holds turns ({', '.join(keys)}) but no {moves!r} (T, 3); expected "
            f"where the body is [m]: it holds {', '.join(sorted(names)[:20])}"
        )
    model = word("surface_model_type") if "surface_model_type" in names else None
    people = source.people
    warnings: tuple[str, ...] = ()
    if people == source.takes == 1:
        arrays, people, warnings = poses_of_person(path, arrays, moves, which)
    root = arrays[moves]
    turns, notes = _turns(path, arrays, keys, model)
    if root.ndim != 2 or root.shape[1] != 3 or len(root) != len(turns):
        raise ReadError(
            f"{path.name}: {moves!r} has shape {root.shape} for {len(turns)} frames of turns",
            given=root.shape,
            expected="(T, 3)",
        )
    _check(path, turns, "turns", _MOST_TURN)
    _check(path, root, moves, _FARTHEST)
    rate = next((key for key in RATES if key in arrays), None)
    amass = model is not None or any(key in arrays for key in RATES[:2])
    up = source.up
    if up is None and (moves == "trans_world" or (amass and moves == "trans")):
        up = "y" if moves == "trans_world" else "z"
    betas, said = _betas(path, arrays.get("betas"))
    gender, doubt = _gender(word, names) if shape else ("neutral", ())
    kinds = _kinds(turns.shape[1], model)
    return Pose(
        turns=turns,
        root=root,
        betas=betas,
        has_betas="betas" in names,
        fps=None if rate is None else _number(path, arrays[rate], rate),
        up=up,
        gender=gender,
        kinds=("smplh", "smplx") if source.floor else kinds,
        notes=(*source.notes, *notes, *said, *doubt),
        people=people,
        takes=source.takes,
        warnings=(*source.warnings, *warnings),
        source=source,
    )


def _turns(
    path: Path, arrays: Mapping[str, Array], keys: tuple[str, ...], model: str | None
) -> tuple[Array, tuple[str, ...]]:
    """Axis-angle ``(T, J, 3)``, from one array or from its parts."""
    frames = {len(arrays[key]) if arrays[key].ndim else 0 for key in keys}
    if len(frames) != 1:
        raise ReadError(f"{path.name}: {' and '.join(keys)} differ in their number of frames")
    count = frames.pop()
    if count == 0:
        raise ReadError(
            f"{path.name}: {keys[0]!r} has shape {arrays[keys[0]].shape}",
            given=arrays[keys[0]].shape,
            expected="(T, n) with at least one frame",
        )
    flat = np.hstack([_flat(path, arrays, key, count) for key in keys])
    notes: tuple[str, ...] = ()
    if flat.shape[1] == 66:  # the body alone: hands and face are beside it
        parts = [_parts(path, arrays, group, count) for group in (HANDS, FACE)]
        hands, face = parts
        if hands is not None and hands.shape[1] != 90:
            notes = (f"hands: left out, {hands.shape[1]} numbers a frame are not 30 joints",)
            hands = None
        if hands is not None and (face is not None or model == "smplx"):
            zeros = np.zeros((count, 9))
            flat = np.hstack([flat, zeros if face is None else face, hands])
        elif hands is not None:
            flat = np.hstack([flat, hands])
    if flat.shape[1] not in _WIDTHS:
        raise ReadError(
            f"{path.name}: {' + '.join(keys)} are {flat.shape[1]} numbers a frame",
            given=flat.shape[1],
            expected="axis-angles of 22 (66), 24 (72), 52 (156) or 55 (165) joints",
        )
    return flat.reshape(count, -1, 3), notes


def _parts(
    path: Path, arrays: Mapping[str, Array], groups: tuple[tuple[str, ...], ...], count: int
) -> Array | None:
    for keys in groups:
        if all(key in arrays for key in keys):
            return np.hstack([_flat(path, arrays, key, count) for key in keys])
    return None


def _flat(path: Path, arrays: Mapping[str, Array], key: str, count: int) -> Array:
    """An array ``(T, n)`` or ``(T, J, 3)`` as ``(T, n)``."""
    array = arrays[key]
    if array.ndim not in (2, 3) or len(array) != count:
        raise ReadError(
            f"{path.name}: {key!r} has shape {array.shape}",
            given=array.shape,
            expected=f"(T, n) with T = {count}, axis-angles [rad]",
        )
    if array.ndim == 3 and array.shape[2] != 3:
        raise ReadError(
            f"{path.name}: {key!r} has shape {array.shape}",
            given=array.shape,
            expected="axis-angles (T, J, 3)",
        )
    return array.reshape(count, array.shape[1] * (3 if array.ndim == 3 else 1))


def _check(path: Path, array: Array, name: str, largest: float) -> None:
    with np.errstate(invalid="ignore"):
        bad = ~(np.abs(array) <= largest)
    if bad.any():
        frame = int(np.argwhere(bad)[0, 0])
        raise ReadError(
            f"{path.name}: the {name} are NaN, infinite or beyond {largest:g}, first in frame "
            f"{frame}: it is damaged; crop these frames, or download it again"
        )


def _number(path: Path, array: Array, name: str) -> float:
    if array.size != 1:
        raise ReadError(
            f"{path.name}: {name!r} has shape {array.shape}", given=array.shape, expected="a number"
        )
    value = float(array.reshape(()))
    if not (np.isfinite(value) and value > 0.0):
        raise ReadError(
            f"{path.name}: {name!r} is {value}", given=value, expected="frames per second"
        )
    return value


def _betas(path: Path, betas: Array | None) -> tuple[Array | None, tuple[str, ...]]:
    """Shape numbers ``(n,)``: a person has one shape, whatever changes from frame to frame."""
    if betas is None:
        return None, ()
    if betas.ndim not in (1, 2) or not betas.size or not np.all(np.isfinite(betas)):
        raise ReadError(
            f"{path.name}: 'betas' has shape {betas.shape}",
            given=betas.shape,
            expected="finite shape numbers (n,)",
        )
    if betas.ndim == 1:
        return betas, ()
    spread = float(np.ptp(betas, axis=0).max())
    note = f"shape numbers: the mean over frames, which differ by up to {spread:.2f}"
    return betas.mean(axis=0), (note,) if spread > 1e-3 else ()


def _gender(
    word: Callable[[str], str | None], names: Collection[str]
) -> tuple[str, tuple[str, ...]]:
    if "gender" not in names:
        return "neutral", ("gender: neutral (assumed: the file does not say)",)
    gender = word("gender")
    if gender in ("neutral", "male", "female"):
        return gender, ()
    what = "is saved as a Python object, which is not read" if gender is None else repr(gender)
    return "neutral", (f"gender: neutral (assumed: the file's {what})",)


def _kinds(joints: int, model: str | None) -> tuple[str, ...]:
    if joints == 22:
        return (model,) if model in ("smpl", "smplh", "smplx") else ("smplx", "smplh", "smpl")
    return ({24: "smpl", 52: "smplh", 55: "smplx"}[joints],)
