"""Several people in one BVH file: a hierarchy under each of several roots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinemesh.motion import LANDMARKS
from kinemesh.recordings.people.which import Which

_FEWEST = len(LANDMARKS)
"""A root with fewer joints than this is a thing or a marker, and no person."""


def joints_of_person(
    path: Path, parents: Sequence[int], which: Which
) -> tuple[list[int], int, tuple[str, ...]]:
    """The joints that are the person's who is meant, in order.

    Where at most one root has as many joints as a person, everything is that person's.

    Args:
        path: the file, for messages.
        parents: index of each joint's parent, which stands before it; -1 for a root.
        which: who is meant.

    Returns:
        Indices of joints, how many people there are, and what is to be said.

    Raises:
        ReadError: there is no such person.
    """
    roots: list[int] = []
    for k, parent in enumerate(parents):
        roots.append(k if parent < 0 else roots[parent])
    people = [root for root in dict.fromkeys(roots) if roots.count(root) >= _FEWEST]
    if len(people) < 2:
        return list(range(len(parents))), 1, ()
    index, said = which.person_of(path, len(people))
    return [k for k, root in enumerate(roots) if root == people[index]], len(people), said
