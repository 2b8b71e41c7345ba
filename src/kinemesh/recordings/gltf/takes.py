"""Which animations of a file are read together: exporters write one a thing, games one a take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kinemesh.recordings.gltf.nodes import Nodes, channels
from kinemesh.recordings.people.which import Which


def takes_of(
    nodes: Nodes, joints: Sequence[int], path: Path, which: Which
) -> tuple[list[dict[str, Any]], list[tuple[str, dict[str, Any]]], list[str]]:
    """Animations that go together, the person's first, with those that drive the same joints.

    Returns:
        What is read; of all that drive the person as the first of these does, in the order of the
        file, the name and the animation; names of others that are left out.
    """
    file = nodes.file
    person = set(joints)
    found = [(animation, channels(file, animation)) for animation in file.table("animations")]

    def keys_of_person(entry: tuple[dict[str, Any], list[tuple[int, str, int]]]) -> int:
        animation, driven = entry
        samplers = file.list_of(animation, "samplers", dict)
        inputs = [samplers[s] for n, _, s in driven if n in person and 0 <= s < len(samplers)]
        rows = [file.row("accessors", sampler.get("input")) for sampler in inputs]
        return sum(row["count"] for row in rows if type(row.get("count")) is int)

    def sets(driven: Sequence[tuple[int, str, int]]) -> set[tuple[int, str]]:
        return {(node, what) for node, what, _ in driven}

    ordered = sorted(found, key=keys_of_person, reverse=True)
    most = sets(ordered[0][1]) if ordered else set()
    rivals = [entry for entry in found if {k for k in sets(entry[1]) & most if k[0] in person}]
    if which.take is not None and len(rivals) > 1:
        first = rivals[which.take_of(path, len(rivals))[0]]
        ordered = [first, *(entry for entry in ordered if entry is not first)]
    kept: list[dict[str, Any]] = []
    left: list[str] = []
    taken: set[tuple[int, str]] = set()
    for entry in ordered:
        these = sets(entry[1])
        if these & taken:
            if all(entry is not rival for rival in rivals):
                left.append(_named(entry[0]))
            continue
        taken |= these
        kept.append(entry[0])
    return kept, [(_named(animation), animation) for animation, _ in rivals], left


def _named(animation: Mapping[str, Any]) -> str:
    return str(animation.get("name", "without a name"))[:60]
