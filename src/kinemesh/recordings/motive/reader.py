"""A person from a CSV of Motive's: a skeleton's bones, rigid bodies that are limbs, or points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.hierarchy.chosen import chosen_skeleton
from kinemesh.recordings.labelled.points import labelled_skeleton, oddities, unit_of
from kinemesh.recordings.motive.table import MotiveTable, Tracked, read_table
from kinemesh.recordings.recording import Asked, Recording

_FEWEST = 12
"""So many rigid bodies may be the limbs of a person: fewer are things."""
_SPINE = (
    "Root Reference Hip Hips Pelvis Ab Abdomen Spine Spine1 Spine2 Spine3 Spine4 Chest Neck Neck1 "
    "Neck2 Head"
).split()
_LIMBS = (
    ("Thigh Shin Foot Toe ToeBase", False),
    ("UpLeg Leg Foot Toe ToeBase", False),
    ("Shoulder UArm FArm Hand", True),
    ("Shoulder Arm ForeArm Hand", True),
)
"""Motive's own names of bones, and those it has for FBX; whether they hang from the chest."""


def read_motive(path: Path, skeleton: Asked = None) -> Recording:
    """Read the person of a CSV of Motive's, in metres.

    Of several skeletons the one with the most bones is read. A rigid body beside a skeleton is the
    track of an object, if it is the only one.

    Args:
        path: the file.
        skeleton: a skeleton, or the name of one, whose joints the file has; or the bones of some
            landmarks; found by name and place if left out.

    Raises:
        ReadError: not Motive's, damaged, places in the axes of other bones, markers alone, or
            bones that make no person.
    """
    table = read_table(path)
    space = table.said.get("coordinate space", "Global")
    if space.lower() not in ("global", "world"):
        raise ReadError(
            f"{path.name} has the coordinate space {space[:20]!r}, in which bones lie in one "
            f"another's axes: export it again with Global"
        )
    bodies = [thing for thing in table.things if thing.kind == "rigid body"]
    bones, left = _skeleton(table)
    notes: tuple[str, ...] = ()
    if left:
        notes = (f"people left out, for their skeletons have fewer bones: {', '.join(left)}",)
    if not bones and len(bodies) >= _FEWEST:
        bones, bodies = bodies, []
        notes = (*notes, "bones: the file's rigid bodies")
    if bones:
        recording = _of_bones(path, table, bones, skeleton)
    else:
        recording = _of_points(path, table, skeleton)
    track, said = _track(bodies, recording)
    return Recording(
        recording.positions,
        recording.skeleton,
        fps=_rate(table),
        rotations=recording.rotations,
        track=track,
        notes=(*recording.notes, *notes, *said),
        warnings=recording.warnings,
        metres=recording.metres,
    )


def _skeleton(table: MotiveTable) -> tuple[list[Tracked], list[str]]:
    """The bones of the largest skeleton, and the names of the others."""
    bones = [thing for thing in table.things if thing.kind == "bone"]
    subjects = Counter(thing.name.rpartition(":")[0] for thing in bones)
    if not subjects:
        return [], []
    (chosen, _), *others = subjects.most_common()
    kept = [thing for thing in bones if thing.name.rpartition(":")[0] == chosen]
    return kept, [name for name, _ in others]


def _of_bones(
    path: Path, table: MotiveTable, bones: Sequence[Tracked], skeleton: Asked
) -> Recording:
    names = [_bare(thing.name) for thing in bones]
    if len(set(names)) != len(names):
        names = [thing.name for thing in bones]
    positions = np.stack([thing.places for thing in bones], axis=1)
    found, kept, notes = chosen_skeleton(
        path.name, names, _parents(names), positions, skeleton, label=f"motive{len(names)}"
    )
    factor, unit = unit_of(path.name, table.said.get("length units", "").lower(), positions)
    turns = [bones[k].turns for k in kept]
    whole = [turn for turn in turns if turn is not None]
    rotations = np.stack(whole, axis=1) if len(whole) == len(turns) else None
    more = () if rotations is not None else ("turns of bones: not as quaternions, left out",)
    return Recording(
        positions[:, kept],
        found,
        rotations=rotations,
        notes=(*notes, f"unit: {unit}", *more),
        metres=factor,
    )


def _of_points(path: Path, table: MotiveTable, skeleton: Asked) -> Recording:
    points = [thing for thing in table.things if thing.kind == "marker"]
    bodies = [thing for thing in table.things if thing.kind == "rigid body"]
    if not points:
        there = ", ".join(thing.name[:30] for thing in bodies[:8]) or "nothing"
        raise ReadError(
            f"{path.name} holds no person: no skeleton's bones, and of rigid bodies {there}: "
            f"export it again with the bones of a skeleton"
        )
    labels = [thing.name.rpartition(":")[2] for thing in points]
    places = np.stack([point.places for point in points], axis=1)
    wanted, order, how = labelled_skeleton(path.name, labels, places, skeleton, "motive")
    positions = places[:, order]
    factor, unit = unit_of(path.name, table.said.get("length units", "").lower(), positions)
    return Recording(
        positions,
        wanted,
        notes=(f"skeleton {wanted.name}: {how}", f"unit: {unit}"),
        warnings=() if skeleton is not None else oddities(wanted, positions),
        metres=factor,
    )


def _bare(name: str) -> str:
    """A bone's name without its skeleton's, after which Motive names the hips in many files."""
    subject, _, bone = name.rpartition(":")
    return "Hip" if bone == subject else bone


def _parents(names: Sequence[str]) -> list[int]:
    """What each bone hangs from, by Motive's names; -1 where the name says nothing."""
    place = {name: k for k, name in enumerate(names)}
    parents = [-1] * len(names)

    def chain(parts: Sequence[str], above: int) -> None:
        for name in parts:
            if name in place:
                parents[place[name]] = above
                above = place[name]

    chain(_SPINE, -1)
    spine = [name for name in _SPINE if name in place]
    hips = next((name for name in spine if name in ("Hip", "Hips", "Pelvis")), None)
    trunk = [name for name in spine if not name.startswith(("Neck", "Head"))]
    for side in ("L", "R", "Left", "Right"):
        for parts, arm in _LIMBS:
            above = (trunk[-1] if trunk else None) if arm else hips
            limb = [side + part for part in parts.split()]
            if sum(name in place for name in limb) >= 3:
                chain(limb, -1 if above is None else place[above])
    return parents


def _track(bodies: Sequence[Tracked], person: Recording) -> tuple[Array | None, tuple[str, ...]]:
    """The poses ``(T, 7)`` of the only rigid body, and what is said of others."""
    if not bodies:
        return None, ()
    body = bodies[0]
    if len(bodies) == 1 and body.turns is not None:
        track = np.hstack([body.places, body.turns])
        return track, (f"object: the track of rigid body {body.name!r}",)
    names = ", ".join(body.name for body in bodies[:8])
    return None, (f"rigid bodies left out ({names}): give their tracks in scene.toml",)


def _rate(table: MotiveTable) -> float | None:
    for key in ("export frame rate", "capture frame rate"):
        try:
            rate = float(table.said.get(key, ""))
        except ValueError:
            continue
        if np.isfinite(rate) and 0.0 < rate < 1e5:
            return rate
    return None
