"""Persons in pickles, as InterHuman, WHAM, AIST++ and OMOMO publish them; nothing in one is run.

A table of a pose's arrays is one person; a table of such tables is several, by InterHuman's
``person1`` and ``person2`` or by WHAM's numbers of tracks; more than a scene holds are motions.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.inputs import head
from kinemesh._files.numpy_files import as_floats
from kinemesh._files.pickled import is_pickle, read_pickle
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.people.axis import MOST
from kinemesh.recordings.people.which import Which

PICKLES = (".pkl", ".pickle")
_POSES = (
    ("root_orient", "pose_body", "trans"),
    ("global_orient", "body_pose", "transl"),
    ("pose_world", "trans_world"),
    ("poses", "trans"),
)
"""What a table of a person holds; the layouts of :mod:`kinemesh.recordings.smpl.sources`."""
_AIST = ("smpl_poses", "smpl_trans", "smpl_scaling")
"""The same as AIST++ has it, the translation in units of its own,"""
_AIST_FPS = 60.0
"""at so many frames a second [1/s]."""


def holds_people(path: Path) -> bool:
    """Whether a pickle holds persons' poses; what cannot be read holds none."""
    if path.suffix.lower() not in PICKLES or not is_pickle(head(path)):
        return False
    try:
        return bool(_people(read_pickle(path)))
    except ReadError:
        return False


def read_person(
    path: Path, which: Which
) -> tuple[dict[str, Array], int, int, tuple[str, ...], tuple[str, ...]]:
    """The arrays of one person in a pickle for which :func:`holds_people` holds.

    Returns:
        Arrays by name, how many people and how many motions there are, notes, and warnings.

    Raises:
        ReadError: there is no such person, or no such motion.
    """
    people = _people(read_pickle(path))
    count = len(people)
    if count > MOST:
        index, said = which.take_of(path, count)
        return people[index][1], 1, count, (f"motion {index}: {people[index][0]!r}",), said
    index, said = which.person_of(path, count)
    notes = (f"person {index + 1}: {people[index][0]!r} in the pickle",) if count > 1 else ()
    return people[index][1], count, 1, notes, said


def _people(table: Any) -> list[tuple[Any, dict[str, Array]]]:
    """Name and arrays of every person in a table; its numbers hold for all that are in it."""
    if not isinstance(table, dict):
        return []
    alone = _arrays(table)
    if alone:
        return [("", alone)]
    numbers = {k: v for k, v in table.items() if isinstance(v, int | float)}
    inner = ((name, _arrays(numbers | one)) for name, one in table.items() if isinstance(one, dict))
    return [(name, found) for name, found in inner if found]


def _arrays(table: Mapping[Any, Any]) -> dict[str, Array]:
    """A person's arrays; none where the table is no person's."""
    arrays = {
        str(name): as_floats(value)
        for name, value in table.items()
        if isinstance(value, int | float)
        or (isinstance(value, np.ndarray) and value.dtype.kind in "fiu")
    }
    if all(name in arrays for name in _AIST[:2]):
        scaling = arrays.get(_AIST[2], np.ones(1)).ravel()
        size = float(scaling[0]) if len(scaling) and scaling[0] > 0.0 else 1.0
        return {
            "poses": arrays[_AIST[0]],
            "trans": arrays[_AIST[1]] / size,
            "fps": np.array(_AIST_FPS),
        }
    return arrays if any(all(name in arrays for name in names) for names in _POSES) else {}
