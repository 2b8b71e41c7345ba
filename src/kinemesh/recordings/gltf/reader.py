"""A person and the objects of one ``.glb``: a Mixamo skin, and meshes on nodes that move.

HUMOTO publishes its recordings so, and so does Blender export any scene with a rigged person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import LANDMARKS, Skeleton
from kinemesh.motion.skeleton import Landmarks
from kinemesh.recordings.gltf.container import Gltf
from kinemesh.recordings.gltf.nodes import Nodes
from kinemesh.recordings.gltf.objects import carriers_of, objects
from kinemesh.recordings.gltf.takes import takes_of
from kinemesh.recordings.hierarchy.landmarks import mapped_skeleton
from kinemesh.recordings.hierarchy.toes import MadeToes, toes_of
from kinemesh.recordings.people.which import FIRST, Which
from kinemesh.recordings.recording import Asked, Recording, named_skeleton

_PREFIX = re.compile(r"^(?:.*[:|])?(?:mixamorig\d*[_:]?)?")
"""What exporters put before the names of Mixamo's joints."""
_MIXAMO = {
    "hip": "UpLeg",
    "knee": "Leg",
    "ankle": "Foot",
    "toe": "ToeBase",
    "shoulder": "Arm",
    "elbow": "ForeArm",
    "hand": "Hand",
}
_NO_TOES = (
    "the skeleton has no toes: they were put ahead of the ankles, where they are on most people, "
    "in the frame in which the legs are the straightest; soles are as far off as that foot was "
    "not flat"
)
_SAMPLES = 60
"""So many frames tell the proportions of a body that is not Mixamo's."""
_LEG_RATIO = 0.487
"""(Thigh + shank) / stature of HUMOTO's person: 0.766 m of 1.574 m."""


@dataclass(frozen=True, eq=False)
class _Person:
    """Who is read."""

    skeleton: Skeleton
    order: list[int]
    """The nodes of its joints."""
    notes: tuple[str, ...] = ()
    toes: MadeToes | None = None
    """Joints behind those of nodes."""


def read_glb(path: Path, skeleton: Asked = None, which: Which = FIRST) -> Recording:
    """Read a person and the objects around: joints, their turns, and a prop for every object.

    The keys of all animations are taken together, for exporters write one a thing; of several
    that drive the person, the one that the user says is, else the one with the most keys. Meshes
    on a skin are the person's own; every other mesh is a prop, one for each node that moves, with
    all that hangs from it, and one for each mesh that stands still.

    Raises:
        ReadError: not a ``.glb``, damaged, without a person or without motion, or with joints
            that are not those of ``skeleton`` or cannot be mapped to landmarks.
    """
    file = Gltf.read(path)
    nodes = Nodes.from_file(file)
    people = _people(nodes)
    index, said = which.person_of(path, len(people))
    joints, bodies = people[index]
    others = [node for group, _ in people for node in group]
    kept, takes, left = takes_of(nodes, joints, path, which)
    nodes.drive(kept)
    person = _known(nodes, joints, skeleton)
    wanted, order = person.skeleton, person.order
    carriers, attached = carriers_of(nodes, [*others, *order])
    fps, even = nodes.settle([*order, *carriers])
    positions, rotations = _joints(nodes, order)
    if person.toes is not None:
        positions, rotations = person.toes.added(positions, rotations)
    notes = [f"skeleton {wanted.name}: by the names of {len(order)} joints in the file"]
    notes += person.notes
    if not even:
        notes.append(f"keys: at uneven times, read at {fps:g}/s")
    if len(takes) > 1:
        names = ", ".join(f"{k} {name!r}" for k, (name, _) in enumerate(takes[:20]))
        read = next(k for k, (_, one) in enumerate(takes) if one is kept[0])
        notes.append(f"takes: {names}; read is {read} (give take= for another)")
    if left:
        notes.append(f"animations left out, for others drive the same joints: {', '.join(left)}")
    if attached:
        notes.append(f"meshes that hang from the person, left out: {', '.join(attached)}")
    if bodies > 1:
        notes.append(f"skins: {bodies}, of which the one with the most joints is read")
    props, found = objects(nodes, carriers)
    return Recording(
        positions,
        wanted,
        fps,
        up="y",
        rotations=rotations,
        props=tuple(props),
        notes=(*notes, *found),
        warnings=(*said, *(() if person.toes is None else (_NO_TOES,))),
        people=len(people),
        takes=max(1, len(takes)),
    )


def _people(nodes: Nodes) -> list[tuple[list[int], int]]:
    """Everybody's joints, of the largest of each one's skins, and how many skins these are.

    Skins that share joints are one person's, body and clothes; one with fewer joints than a
    person needs is a thing's or an eye's, where there is a larger one.
    """
    file = nodes.file
    skins = [file.list_of(skin, "joints", int) for skin in file.table("skins")]
    for skin in skins:
        for node in skin:
            file.row("nodes", node)
    shown = [skin for skin in skins if skin and all(node in nodes.shown for node in skin)]
    if not shown:
        return [(_bare(nodes), 1)]
    groups: list[list[list[int]]] = []
    for skin in shown:
        near = [group for group in groups if any(set(skin) & set(other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), skin])
    found = [(max(group, key=len), len({tuple(skin) for skin in group})) for group in groups]
    grown = [entry for entry in found if len(set(entry[0])) >= len(LANDMARKS)]
    if len(grown) < 2:
        largest = max(shown, key=len)
        grown = [(largest, len({tuple(skin) for skin in shown}))]
    return [(list(dict.fromkeys(joints)), count) for joints, count in grown]


def _bare(nodes: Nodes) -> list[int]:
    """The joints of an armature that was exported without its body, as Mixamo offers."""
    file = nodes.file
    bare = {node: _PREFIX.sub("", nodes.names[node], count=1) for node in sorted(nodes.shown)}
    hips = next((node for node, name in bare.items() if name == "Hips"), None)
    below = [n for n in bare if hips in nodes.up(n) and "mesh" not in file.row("nodes", n)]
    if hips is None or len(below) < len(LANDMARKS):
        raise ReadError(
            f"{file.name} holds no person: no mesh in it is on a skin with joints, and no "
            f"node is called Hips. A mesh alone goes to object= or terrain=; a person needs "
            f"to be exported with its armature"
        )
    return below


def _known(nodes: Nodes, joints: Sequence[int], given: Asked) -> _Person:
    """As :func:`_skeleton`, of all the armature where the skin's joints alone make no person.

    A file of motions for a game may have the skin of a head alone, with keys for all the body.
    """
    try:
        return _skeleton(nodes, joints, given)
    except ReadError:
        moving = {node: [up for up in nodes.up(node) if nodes.moves(up)] for node in nodes.shown}
        tops = {moving[node][-1] for node in joints if moving[node]}
        more = [
            node
            for node, above in moving.items()
            if above and above[-1] in tops and above[0] == node and node not in joints
            if "mesh" not in nodes.file.row("nodes", node)
        ]
        if not more:
            raise
    found = _skeleton(nodes, sorted({*joints, *more}), given)
    said = f"joints: {len(more)} more that move in the armature than the skin's {len(joints)}"
    return replace(found, notes=(*found.notes, said))


def _skeleton(nodes: Nodes, joints: Sequence[int], given: Asked) -> _Person:
    """The skeleton, the nodes of its joints in order, and what was found of its landmarks."""
    bare = [_PREFIX.sub("", nodes.names[node], count=1) for node in joints]
    if isinstance(given, Skeleton | str):
        wanted = named_skeleton(given)
        for names in (bare, [nodes.names[node] for node in joints]):
            if set(wanted.joints) <= set(names):
                return _Person(wanted, [joints[names.index(joint)] for joint in wanted.joints])
        missing = [joint for joint in wanted.joints if joint not in bare]
        raise ReadError(
            f"{nodes.file.name} lacks the joints {', '.join(missing[:8])} of skeleton "
            f"{wanted.name!r}; it has {', '.join(bare[:80])}"
        )
    landmarks: dict[str, str | Mapping[str, float]] = {"pelvis": {"Hips": 0.5, "Spine1": 0.5}}
    for side in ("Left", "Right"):
        landmarks |= {f"{side.lower()}_{part}": f"{side}{joint}" for part, joint in _MIXAMO.items()}
    needed = {"Hips", "Spine1", *(joint for joint in landmarks.values() if isinstance(joint, str))}
    missing = sorted(needed - set(bare))
    if given is not None or missing or len(set(bare)) != len(bare):
        return _mapped(nodes, joints, given)
    mixamo = Skeleton(f"mixamo{len(bare)}", tuple(bare), landmarks, _LEG_RATIO)
    return _Person(mixamo, list(joints))


def _mapped(nodes: Nodes, joints: Sequence[int], given: Landmarks | None) -> _Person:
    """The skeleton of joints that are not Mixamo's, or not all as the user has them."""
    parents = [
        next((joints.index(up) for up in nodes.up(node)[1:] if up in joints), -1) for node in joints
    ]
    nodes.settle(joints)
    positions, rotations = _joints(nodes, joints)
    rows = np.linspace(0, len(positions) - 1, min(_SAMPLES, len(positions))).astype(int)
    positions, rotations = positions[rows], rotations[rows]
    names: Sequence[str] = [nodes.names[node] for node in joints]
    toes = toes_of(names, parents, positions, rotations, given)
    if toes is not None:
        names, parents = toes.names(names), [*parents, *toes.feet]
        positions, _ = toes.added(positions, rotations)
    try:
        found, notes = mapped_skeleton(
            names, parents, positions, name=f"glb{len(joints)}", overrides=given
        )
        return _Person(found, list(joints), notes, toes)
    except (ReadError, ClipError) as error:
        raise ReadError(f"{nodes.file.name}: {error}") from error


def _joints(nodes: Nodes, order: Sequence[int]) -> tuple[Array, Array]:
    """Positions ``(T, J, 3)`` [m] and world rotations ``(T, J, 4)`` of the joints."""
    frames = len(nodes.times)
    positions = np.zeros((frames, len(order), 3))
    rotations = np.zeros((frames, len(order), 4))
    for column, node in enumerate(order):
        places = nodes.places(node)
        positions[:, column] = places[:, :3, 3]
        rotations[:, column] = nodes.turns(node).as_quat()
    return positions, rotations
