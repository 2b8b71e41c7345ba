"""``read``: one call from a file to a clip, in four steps that each say what they found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kinemesh import arguments
from kinemesh._files.inputs import existing_file
from kinemesh.arguments import choice
from kinemesh.detection.plausible import implausible
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import Clip, Skeleton
from kinemesh.motion.clean import cleaned, warn_of_spikes
from kinemesh.motion.skeleton import Landmarks
from kinemesh.recordings.contacts import read_contacts
from kinemesh.recordings.making import made_clip
from kinemesh.recordings.mapping import read_map
from kinemesh.recordings.options import check_options
from kinemesh.recordings.people.others import OTHERS, read_others, with_others
from kinemesh.recordings.people.which import Which
from kinemesh.recordings.readers import recorded
from kinemesh.recordings.recording import Asked
from kinemesh.recordings.scene.found import AUTO
from kinemesh.recordings.scene.scene import (
    made_prop,
    made_terrain,
    with_prop,
    with_recorded,
    with_terrain,
    without_object,
)
from kinemesh.recordings.scene.scene_file import PropEntry, SceneFile, TerrainEntry, read_scene_file
from kinemesh.recordings.settling.axes import upright, warn_if_mirrored
from kinemesh.recordings.settling.found import with_found_terrain
from kinemesh.recordings.settling.ground import grounded
from kinemesh.recordings.settling.levelling import levelled
from kinemesh.recordings.settling.units import in_metres
from kinemesh.recordings.smpl.reader import BodySource

_ADVICE = (
    "leave it out, or read a file that has an object track; a mesh that stands still is terrain="
)


def read(
    path: str | Path,
    *,
    object: str | Path | None = None,
    terrain: str | Path | None = None,
    skeleton: Skeleton | str | None = None,
    height: float | None = None,
    fps: float | None = None,
    floor: float | None = None,
    up: str | None = None,
    unit: float | None = None,
    map: str | Path | Landmarks | None = None,
    person: int | None = None,
    others: str | None = None,
    take: int | None = None,
    clean: bool = False,
    body_model: str | Path | None = None,
    rest_joints: str | Path | None = None,
    decompose: bool = False,
) -> Clip:
    """Read a recorded human motion, with the object and the terrain it was made with.

    The clip comes out z up, right-handed, in metres, with its floor at z = 0. Everything that
    was found or assumed on the way stands in ``Clip.notes``, what looks wrong in
    ``Clip.warnings``.

    Args:
        path: ``.bvh`` of any tool; OMOMO/InterMimic ``.pt``; ``.npy`` ``(T, J, 3)``; ``.npz`` with
            ``global_joint_positions`` and optionally ``height`` and ``fps``; poses of SMPL,
            SMPL-H or SMPL-X: AMASS ``.npz``, GVHMR ``.pt``, WHAM's arrays in ``.npz``; GRAB,
            BEHAVE, ARCTIC and InterAct with their objects; ``.glb`` with a Mixamo skin; ``.fbx``;
            ``.c3d`` or ``.trc`` with joint centres; ``.amc`` with its ``.asf`` beside it; Xsens'
            ``.mvnx``; Motive's ``.csv``; or a ``scene.toml`` that names one of these and what was
            touched. What is given here goes before what a scene file says.
        object: shape of the object that the file tracks, in the object's own frame [m]: a mesh,
            a URDF or a MuJoCo model.
        terrain: shape of what stands still, in the same world and axes as the clip [m], its
            ground at 0; or ``"auto"``: found from where the person stands, sits and leans.
        skeleton: a name of :data:`kinemesh.motion.SKELETONS` or a skeleton of your own; found
            from the file if left out.
        height: the person's stature [m]; else the file's, else estimated from the leg bones.
        fps: frames per second [1/s]; else the file's, else the usual rate of the skeleton.
        floor: height of the floor in the file [m], once z is up; found under the resting toes
            if left out.
        up: ``"y"`` or ``"z"``; found from the person if left out.
        unit: how long a unit of the file is [m]; else the format's, else found from the person.
        map: which joint is which landmark, as a mapping or a TOML file, where a format names its
            joints (``.bvh``); found by name and place if left out.
        person: which one, from 1, of a file that holds several people; the first, with a warning,
            if left out.
        others: ``"obstacles"``: everybody else in the file becomes limbs in the scene, which move
            and which the robot does not go through, see :func:`kinemesh.motion.limbs`; they are
            not read if left out.
        take: which one, from 0, of a file that holds several motions; as ``person``.
        clean: take spikes out, which are only warned of if left out. Gaps of up to 0.2 s are
            filled in any case: see :meth:`kinemesh.Clip.cleaned`.
        body_model: folder of SMPL, SMPL-H or SMPL-X models, for files of that family, which do
            not hold the person's bones; a stand-in's bones are taken if left out.
        rest_joints: file of rest joints ``(J, 3)`` [m] in SMPL's order, in place of a body model.
        decompose: cut objects and terrain that are not convex into convex parts: collisions are
            faster and less exact. Needs the extra ``decompose``.

    Raises:
        ReadError: a file is missing, damaged, or not what it should be.
        ClipError: the numbers in it make no clip.
        MissingExtra: an optional package is needed.
        TypeError: an argument of another kind.

    Examples:
        >>> clip = kinemesh.read("walk.bvh")
        >>> clip.skeleton.name, clip.fps
        ('lafan22', 30.0)
    """
    return settled(
        path,
        object=object,
        terrain=terrain,
        skeleton=skeleton,
        height=height,
        fps=fps,
        floor=floor,
        up=up,
        unit=unit,
        map=map,
        person=person,
        others=others,
        take=take,
        clean=clean,
        body_model=body_model,
        rest_joints=rest_joints,
        decompose=decompose,
    ).clip


@dataclass(frozen=True, eq=False)
class Settled:
    """A clip, and how it lay in its file's world."""

    clip: Clip
    turned: bool
    """Whether the file is y up."""
    floor: float
    """Height of the clip's ground there, once z is up [m]."""


def settled(path: str | Path, **options: Any) -> Settled:
    """What :func:`read` reads, by the same options, and how it lay in its file's world."""
    check_options(options)
    path = existing_file(arguments.path("path", path, "a path to a file", ReadError))
    given = {key: value for key, value in options.items() if value is not None}
    object, terrain, clean = (given.pop(key, None) for key in ("object", "terrain", "clean"))
    body_model, rest_joints = given.pop("body_model", None), given.pop("rest_joints", None)
    decompose = given.pop("decompose", False)
    auto = terrain is not None and str(terrain) == AUTO
    wanted = _wanted(path, object, None if auto else terrain, decompose)
    if auto and wanted.terrain is not None:
        raise ReadError(
            f"{path.name} says itself what was climbed",
            given=terrain,
            advice=f"leave out terrain={AUTO!r}, or [terrain] there",
        )
    words = {**wanted.words, **given}
    bones = BodySource(body_model, rest_joints, words.get("height"), words.get("fps"))
    which = Which(words.get("person"), words.get("take"))
    recording = recorded(wanted.clip, _asked(path, words), bones, which)
    which.check(wanted.clip, recording.people, recording.takes)
    source = wanted.clip, recording, _asked(path, words), bones, which
    others = []
    if words.get("others") is not None:
        choice("others", words["others"], OTHERS, ReadError)
        others = list(read_others(*source))
    if object is not None and recording.track is None:
        raise ReadError(
            f"{path.name} tracks no object, but object={str(object)!r} was given",
            given=object,
            advice=_ADVICE
            if not recording.parts
            else f"{recording.parts}: give each its shape "
            "in a scene.toml, with track = { file = ..., key = ... }",
        )
    things = [made_prop(entry) for entry in wanted.props]
    ground = None if wanted.terrain is None else made_terrain(wanted.terrain)
    try:
        as_read = recording
        recording = in_metres(recording, words.get("unit"), words.get("height"))
        said = (words.get(name) for name in ("height", "fps", "up"))
        clip = made_clip(wanted.clip, recording, *said)
        clip, turned = upright(clip, words.get("up"), recording.up, recording.rest_up)
        clip = warn_if_mirrored(clip)
        clean = bool(clean or words.get("clean"))
        clip = cleaned(clip) if clean else warn_of_spikes(clip)
        clip = with_recorded(clip, recording, turned) if recording.props else clip
        for entry, made in zip(wanted.props, things, strict=True):
            clip = with_prop(clip, recording, entry, made, turned)
        if recording.track is not None and all(e.track is not None for e in wanted.props):
            clip = without_object(clip, recording)
        if others:
            clip = with_others(clip, (as_read, recording), others, turned, clean)
        bottom = words.get("floor")
        if wanted.terrain is not None and ground is not None:
            clip = with_terrain(clip, wanted.terrain, ground, turned)
            bottom = ground.ground if bottom is None else bottom
        clip = levelled(clip) if bottom is None else clip
        before = clip.positions[0, 0, 2]
        clip = with_found_terrain(clip, bottom) if auto else grounded(clip, bottom)
        below = float(before - clip.positions[0, 0, 2])
        clip = replace(clip, warnings=(*clip.warnings, *implausible(clip)))
        if wanted.contacts is not None:
            clip = clip.with_contacts(*read_contacts(wanted.contacts))
        return Settled(replace(clip, name=path.stem), turned, below)
    except (ClipError, ReadError) as error:
        raise error.within(path.name) from error


def _wanted(
    path: Path, mesh: str | Path | None, terrain: str | Path | None, decompose: bool
) -> SceneFile:
    """What is to be read: as a scene file says, or as the arguments do."""
    if path.suffix.lower() == ".toml":
        for name, value in (("object", mesh), ("terrain", terrain)):
            if value is not None:
                raise ReadError(
                    f"{path.name} says itself what was touched",
                    given=value,
                    advice=f"leave out {name}={str(value)!r} and write it there",
                )
        scene = read_scene_file(path)
        if not decompose:
            return scene
        every = tuple(replace(entry, decompose=True) for entry in scene.props)
        ground = scene.terrain
        if ground is not None and ground.grid is None:
            ground = replace(ground, decompose=True)
        return replace(scene, props=every, terrain=ground)
    props: tuple[PropEntry, ...] = ()
    ground = None
    if mesh is not None:
        props = (PropEntry(Path(mesh).stem, Path(mesh), decompose=decompose),)
    if terrain is not None:
        ground = TerrainEntry(Path(terrain), Path(terrain).stem, decompose=decompose)
    return SceneFile(path, props=props, terrain=ground)


def _asked(path: Path, words: Mapping[str, Any]) -> Asked:
    """What the user says of the skeleton."""
    skeleton, landmarks = words.get("skeleton"), words.get("map")
    if landmarks is None:
        return skeleton
    if skeleton is not None:
        raise ReadError(
            f"{path.name}: both skeleton= and map= were given; a skeleton has its own landmarks",
            given=(skeleton, landmarks),
            advice="leave one out",
        )
    return read_map(landmarks)
