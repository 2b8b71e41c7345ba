"""One of several people in arrays with an axis of people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.people.which import Which

MOST = 16
"""More people than this are frames."""


def of_person(path: Path, joints: Array, which: Which) -> tuple[Array, int, tuple[str, ...]]:
    """One person's joints ``(T, J, 3)`` of ``(P, T, J, 3)`` or ``(T, P, J, 3)``.

    The shorter of the first two axes is that of people, the first where they are alike.

    Returns:
        The joints, how many people there are, and what is to be said.

    Raises:
        ReadError: there is no such person, or more of them than any scene holds.
    """
    if joints.ndim != 4 or joints.shape[3] != 3:
        return joints, 1, ()
    axis = 0 if joints.shape[0] <= joints.shape[1] else 1
    count = joints.shape[axis]
    if not 1 <= count <= MOST:
        raise ReadError(
            f"{path.name} holds an array of shape {joints.shape}",
            given=joints.shape,
            expected=f"joint positions (T, J, 3) in metres, or (people, T, J, 3) of 1 to {MOST}",
        )
    index, said = which.person_of(path, count)
    return joints[index] if axis == 0 else joints[:, index], count, said


def poses_of_person(
    path: Path, arrays: Mapping[str, Array], moves: str, which: Which
) -> tuple[dict[str, Array], int, tuple[str, ...]]:
    """One person's arrays of a pose whose translation ``moves`` is ``(P, T, 3)``, not ``(T, 3)``.

    Arrays that begin with the axis of people, and have another behind, are that person's part.

    Raises:
        ReadError: there is no such person.
    """
    root = arrays[moves]
    if root.ndim != 3 or not len(root):
        return dict(arrays), 1, ()
    index, said = which.person_of(path, len(root))
    own = {
        name: array[index] if array.ndim > 1 and len(array) == len(root) else array
        for name, array in arrays.items()
    }
    return own, len(root), said
