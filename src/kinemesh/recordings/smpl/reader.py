"""SMPL, SMPL-H and SMPL-X motions, with a body model, with rest joints, or with neither."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.interactions.angles import in_the_room
from kinemesh.recordings.people.which import FIRST, Which
from kinemesh.recordings.recording import Asked, Recording, named_skeleton
from kinemesh.recordings.smpl.body_models import read_body
from kinemesh.recordings.smpl.bones import (
    ORDERS,
    STANDIN_HEIGHT,
    Bones,
    pelvis_of,
    posed,
    read_rest_joints,
    standin,
)
from kinemesh.recordings.smpl.files import Pose, read_pose
from kinemesh.recordings.smpl.planted import planted_scale

_FEET = (7, 8, 10, 11)
_FIRST = 30
"""Frames in which InterAct put what is lowest on the floor."""
_SOLE = 0.02
"""Toe joints are so high [m] over soles."""
_STATURES = (0.5, 2.6)


@dataclass(frozen=True)
class BodySource:
    """Where the bones come from, which files of the family do not hold."""

    model: str | Path | None = None
    """Folder of licensed body models, or one of its files."""
    rest_joints: str | Path | None = None
    """File of rest joints."""
    height: float | None = None
    """The person's stature [m], where it is known."""
    fps: float | None = None
    """Frames per second [1/s], where the user says."""


def read_smpl(path: Path, skeleton: Asked, body: BodySource, which: Which = FIRST) -> Recording:
    """Read one clip of AMASS, GVHMR, WHAM or their like.

    Raises:
        ReadError: not such a file or damaged; a body model or rest joints that do not fit it;
            ``skeleton`` is another than the body's.
    """
    if body.model is not None and body.rest_joints is not None:
        raise ReadError(
            "body_model and rest_joints both say how long the bones are: give one of them"
        )
    pose = read_pose(path, body.model is not None, which)
    notes = [f"pose of SMPL's family: {pose.turns.shape[1]} joints", *pose.notes]
    if body.model is not None:
        kind, bones = read_body(body.model, pose.kinds, pose.gender, pose.betas)
        if bones.count != pose.turns.shape[1]:
            notes.append(f"hands and face: at rest, as the file has none ({kind})")
    else:
        bones = standin() if body.rest_joints is None else read_rest_joints(body.rest_joints)
        if bones.count != pose.turns.shape[1]:
            bones = bones.first(22)
    turns = _fitted(pose.turns, bones.count)
    ratio = None
    if body.model is None and body.rest_joints is None:
        bones, how = _sized(bones, turns, pose, body)
        notes.append(f"bones: {bones.note}, {how}")
        bones = _placed(bones, turns, pose)
        ratio = bones.leg() / (bones.height or STANDIN_HEIGHT)
    else:
        notes.append(f"bones: {bones.note}")
    if body.model is None and pose.has_betas:
        notes.append(
            "shape numbers (betas): not used, only a licensed body model turns them into bones; "
            "give body_model= its folder (smpl.is.tue.mpg.de, smpl-x.is.tue.mpg.de)"
        )
    positions, rotations = posed(bones, turns, pose.root)
    source = pose.source
    if source is not None and source.camera:
        positions, rotations = _in_the_room(positions, rotations)
    found = bones.skeleton()
    if skeleton is not None and named_skeleton(skeleton).joints != found.joints:
        raise ReadError(
            f"{path.name} holds a pose whose skeleton here is {found.name}; leave out "
            f"skeleton={named_skeleton(skeleton).name!r}"
        )
    if ratio is not None:
        found = replace(found, leg_ratio=ratio)
    return Recording(
        positions=positions,
        skeleton=found,
        fps=pose.fps,
        height=bones.height if ratio is None else None,
        up=pose.up,
        rotations=rotations,
        notes=tuple(notes),
        warnings=pose.warnings,
        people=pose.people,
        takes=pose.takes,
        contacts={} if source is None else source.contacts,
        track=None if source is None or source.track is None else source.track.poses,
        centred=source is not None and source.track is not None and source.track.centred,
        parts="" if source is None else source.parts,
    )


def _in_the_room(positions: Array, rotations: Array) -> tuple[Array, Array]:
    """Joints in a camera's axes, and their rotations, with y up."""
    placed = in_the_room(np.concatenate([positions, rotations], axis=-1).reshape(-1, 7))
    placed = placed.reshape(*positions.shape[:2], 7)
    return placed[..., :3], placed[..., 3:]


def _placed(bones: Bones, turns: Array, pose: Pose) -> Bones:
    """The stand-in where the person's model has its pelvis.

    Of two kinds that would do it is the one with which the toes are nearer to the floor.
    """
    kinds = list(pose.kinds)
    if pose.source is not None and pose.source.floor:
        kinds = sorted(
            kinds, key=lambda kind: _off_the_floor(bones.at(pelvis_of(kind)), turns, pose)
        )
    return bones.at(pelvis_of(kinds[0]))


def _off_the_floor(bones: Bones, turns: Array, pose: Pose) -> float:
    positions, _ = posed(bones, turns[:_FIRST], pose.root[:_FIRST])
    return abs(float(positions[..., 1].min()) - _SOLE)


def _fitted(turns: Array, count: int) -> Array:
    """Turns ``(T, J, 3)`` for a body of ``count`` joints, by name; what is missing is at rest."""
    given, wanted = ORDERS[turns.shape[1]], ORDERS[count]
    if given == wanted:
        return turns
    result = np.zeros((len(turns), count, 3))
    for k, name in enumerate(wanted):
        if name in given:
            result[:, k] = turns[:, given.index(name)]
    return result


def _sized(bones: Bones, turns: Array, pose: Pose, body: BodySource) -> tuple[Bones, str]:
    """The stand-in as large as the person, as far as that is known, and how it was known."""
    if body.height is not None:
        if not _STATURES[0] <= body.height <= _STATURES[1]:
            raise ReadError(
                f"height={body.height} m",
                given=body.height,
                expected="a person's stature in metres",
            )
        scale = body.height / STANDIN_HEIGHT
        return bones.scaled(scale), f"scaled to the height given ({body.height:.3f} m)"
    positions, _ = posed(bones, turns, pose.root)
    feet = positions[:, _FEET] - positions[:, :1]
    rate = body.fps or pose.fps or 30.0
    planted = planted_scale(feet, positions[:, 0], rate)
    if planted is None:
        return bones, (
            f"{STANDIN_HEIGHT} m tall (the feet do not say how large the person is; "
            f"give height= to scale it)"
        )
    return bones.scaled(planted), (
        f"scaled by {planted:.2f} to {planted * STANDIN_HEIGHT:.3f} m, with which planted feet "
        f"stand still (give height= to set it)"
    )
