"""A person, and the objects around, of an FBX file: bones by name and place, meshes as props."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.motion import LANDMARKS, Prop, Skeleton
from kinemesh.motion.clip_fields import estimate_height
from kinemesh.recordings.fbx.scene import FbxScene, read_scene
from kinemesh.recordings.hierarchy.chosen import chosen_skeleton
from kinemesh.recordings.people.which import FIRST, Which
from kinemesh.recordings.recording import Asked, Recording
from kinemesh.recordings.settling.units import in_metres
from kinemesh.recordings.things import check_count, solid_thing

_FEWEST = len(LANDMARKS) - 3
"""A person has so many joints: hands and toes may be ends of chains, a pelvis is found."""
_STATURES = (0.9, 2.3)
"""Between these [m] the unit that a file states is believed."""
_BODILESS = ("empty", "unknown", "marker", "bone")
"""What joints are where a file has no bones: exporters write them as points too."""
_MOST_PEOPLE = 16


def read_fbx(path: Path, skeleton: Asked = None, which: Which = FIRST) -> Recording:
    """Read a person and the objects around: joints, their turns, and a prop for every mesh.

    Turns before and after a bone's own, its order of rotation, pivots, layers, the file's axes and
    its unit are applied. The motion is sampled on the rate of its keys, else on the file's.

    Args:
        path: the file.
        skeleton: a skeleton, or the name of one, whose joints the file has; or the joints of
            some landmarks; found by name and place if left out.
        which: which person of several; which take of several in which something moves.

    Raises:
        MissingExtra: the package ``ufbx`` is not installed.
        ReadError: not FBX, damaged, without motion, or without a person.
    """
    scene, said = read_scene(path, which)
    people = _people(scene, skeleton)
    index, more = which.person_of(path, len(people))
    joints, found, kept, notes = people[index]
    order = [joints[k] for k in kept]
    recording = _sized(scene, Recording(_positions(scene, order), found, metres=None))
    props, things = _props(scene, [k for group, *_ in people for k in group], recording.unit)
    if not scene.even:
        things = [f"keys: at uneven times, read at {scene.fps:g}/s", *things]
    if len(scene.takes) > 1:
        names = ", ".join(f"{k} {name!r}" for k, name in enumerate(scene.takes[:20]))
        things = [f"takes: {names}; read is {which.take or 0}", *things]
    return replace(
        recording,
        fps=scene.fps,
        up="y",
        rotations=np.stack([scene.turns(node).as_quat() for node in order], axis=1),
        props=props,
        notes=(*notes, *recording.notes, *things),
        warnings=(*recording.warnings, *said, *more),
        people=len(people),
        takes=len(scene.takes),
    )


def _people(
    scene: FbxScene, asked: Asked
) -> list[tuple[list[int], Skeleton, list[int], tuple[str, ...]]]:
    """Everybody's joints, skeleton, which of the joints are its own, and notes, largest first."""
    groups = _groups(scene, ("bone",)) or _groups(scene, _BODILESS)
    if not groups:
        raise ReadError(
            f"{scene.file} holds no person: no skeleton in it has {_FEWEST} bones. A mesh alone "
            f"goes to object= or terrain= as .glb, .obj or .stl"
        )
    people, problem = [], None
    for joints in groups[:_MOST_PEOPLE]:
        place = {node: k for k, node in enumerate(joints)}
        parents = [next((place[k] for k in scene.up(j)[1:] if k in place), -1) for j in joints]
        names = [scene.names[k] for k in joints]
        positions = _positions(scene, joints)
        label = f"fbx{len(joints)}"
        try:
            person = chosen_skeleton(scene.file, names, parents, positions, asked, label=label)
        except ReadError as error:
            problem = problem or error
            continue
        people.append((joints, *person))
    if not people:
        assert problem is not None
        raise problem
    return people


def _groups(scene: FbxScene, kinds: Sequence[str]) -> list[list[int]]:
    """Nodes of these kinds that hang from one another, largest group first."""
    found: dict[int, list[int]] = {}
    for node, kind in enumerate(scene.kinds):
        if kind in kinds and scene.parents[node] >= 0:
            top = [k for k in scene.up(node) if scene.kinds[k] in kinds and scene.parents[k] >= 0]
            found.setdefault(top[-1], []).append(node)
    groups = [group for group in found.values() if len(group) >= _FEWEST]
    return sorted(groups, key=len, reverse=True)


def _positions(scene: FbxScene, nodes: Sequence[int]) -> Array:
    """Places ``(T, J, 3)`` of nodes in the file's unit."""
    return np.stack([scene.places(node)[:, :3, 3] for node in nodes], axis=1)


def _sized(scene: FbxScene, recording: Recording) -> Recording:
    """The recording in metres: by the file's unit where that makes a person of the legs."""
    unit = scene.unit
    stature = estimate_height(recording.positions, recording.skeleton) * unit
    if _STATURES[0] <= stature <= _STATURES[1]:
        note = f"unit: {unit:g} m (in the file)"
        positions = recording.positions * unit
        return replace(recording, positions=positions, metres=1.0, unit=unit, notes=(note,))
    found = in_metres(recording)
    height = estimate_height(found.positions, recording.skeleton)
    warning = (
        f"the file says that its unit is {unit:g} m, in which the person would be {stature:.3g} m "
        f"tall: the unit is taken from the legs instead; give unit= if that is wrong"
    )
    return replace(found, unit=unit * height / stature, warnings=(*found.warnings, warning))


def _props(
    scene: FbxScene, people: Sequence[int], unit: float
) -> tuple[tuple[Prop, ...], list[str]]:
    """A prop for every node that moves with meshes on it, and for every mesh that stands still."""
    persons = set(people)
    carriers: dict[int, list[tuple[int, Array, Array]]] = {}
    worn = []
    for node, points, triangles in scene.meshes:
        chain = scene.up(node)
        if persons & set(chain):
            worn.append(scene.names[node])
            continue
        carrier = next((k for k in chain if scene.moves[k]), node)
        carriers.setdefault(carrier, []).append((node, points, triangles))
    check_count(scene.file, len(carriers))
    props: list[Prop] = []
    notes = [f"meshes that hang from the person, left out: {', '.join(worn[:20])}"] if worn else []
    for carrier, meshes in carriers.items():
        name = scene.names[carrier].replace("|", "_") or f"thing{carrier}"
        while name in {prop.name for prop in props}:
            name += "_2"
        places = _scaled(scene.places(carrier), unit)
        pieces = [(p * unit, t, _scaled(scene.places(n)[:1], unit)[0]) for n, p, t in meshes]
        still = not any(scene.moves[k] for k in scene.up(carrier))
        turns = scene.turns(carrier)
        if still:
            places, turns = places[:1], turns[:1]
        prop, said = solid_thing(scene.file, name, places, turns, pieces, len(scene.local))
        notes += said
        if prop is not None:
            props.append(prop)
    return tuple(props), notes


def _scaled(places: Array, unit: float) -> Array:
    """Matrices with their places in metres."""
    result = places.copy()
    result[:, :3, 3] *= unit
    return result
