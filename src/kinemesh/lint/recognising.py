"""Which format a file is to be held against, also where nothing in it is as it should be."""

from __future__ import annotations

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.io import LAYOUTS, Contents
from kinemesh.io.decoded import Target
from kinemesh.io.layouts import recognise
from kinemesh.lint.findings import LARGEST
from kinemesh.motion.arrays import Array
from kinemesh.motion.links import Links


def formats(contents: Contents, format: str | None, links: Links) -> tuple[str, ...]:
    """The format that was given, or those that the content may be, the likelier first.

    Raises:
        ReadError: none that is known.
    """
    if format is not None:
        if format not in LAYOUTS:
            raise ReadError(f"unknown format {format!r}; known are {', '.join(LAYOUTS)}")
        return (format,)
    arrays, names = contents.arrays, contents.names
    if contents.container == "npz" and "qpos" in arrays and arrays["qpos"].ndim == 2:
        return (_qpos(arrays["qpos"]),)
    if contents.container == "npz" and {"joint_pos", "body_pos_w", "body_quat_w"} <= arrays.keys():
        if not {"joint_names", "body_names"} <= names.keys():
            return (_order(arrays["body_pos_w"], links),)
    if contents.container == "csv" and "columns" not in names and not _all_sound(arrays["table"]):
        return ("unitree-csv",)
    found = recognise(contents, Target(links.joints, links.robot, links))
    # The sign that tells these two apart, a robot that stands, may be what is wrong.
    return ("kimodo", "unitree-csv") if found == "kimodo" else (found,)


def _sound(values: Array) -> Array:
    """The frames of ``(T, ...)`` whose numbers are such as a motion has."""
    return values[np.all(np.abs(values.reshape(len(values), -1)) < LARGEST, axis=1)]


def _all_sound(values: Array) -> bool:
    return len(_sound(values)) == len(values)


def _qpos(qpos: Array) -> str:
    """Whichever four columns have the steadier norm, and nearer to 1."""

    def off(columns: slice) -> float:
        norm = np.linalg.norm(qpos[:, columns], axis=1)
        middle = float(np.median(norm))
        spread = float(np.median(np.abs(norm - middle)))
        return spread / max(middle, 1e-9) + 1e-3 * abs(middle - 1.0)

    qpos = _sound(qpos)
    if qpos.shape[1] < 7 or not len(qpos):
        return "holosoma"
    return "omniretarget" if off(slice(0, 4)) < 0.5 * off(slice(3, 7)) else "holosoma"


def _order(places: Array, links: Links) -> str:
    """BeyondMimic's or mjlab's, by the distances of neighbouring links, whatever their unit."""
    if places.ndim != 3 or places.shape[1] not in (len(links), len(links) + 1):
        return "mjlab"
    places = _sound(places)[:: max(1, len(places) // 40), -len(links) :]
    if not len(places):
        return "mjlab"
    off = {}
    for name, order in (
        ("mjlab", np.arange(len(links))),
        ("beyondmimic", links.breadth_first()),
    ):
        own = np.zeros_like(places)
        own[:, order] = places
        found = np.linalg.norm(own[:, 1:] - own[:, links.parents[1:]], axis=-1)
        wanted = np.linalg.norm(links.offsets[1:], axis=-1)
        scale = np.sum(found * wanted) / np.sum(wanted**2) / len(found)
        off[name] = float(np.mean(np.abs(found / max(scale, 1e-9) - wanted)))
    return min(off, key=lambda name: off[name])
