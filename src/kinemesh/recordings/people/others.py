"""Who else is in a file, as moving obstacles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import Clip, Scene
from kinemesh.motion.clean import cleaned, mended
from kinemesh.motion.limbs import limbs
from kinemesh.motion.scene import MOST_PROPS
from kinemesh.recordings.people.which import Which
from kinemesh.recordings.readers import recorded
from kinemesh.recordings.recording import Asked, Recording
from kinemesh.recordings.settling.axes import turned_points
from kinemesh.recordings.settling.units import in_unit_of
from kinemesh.recordings.smpl.reader import BodySource

OTHERS = ("obstacles",)
"""What becomes of the people who are not read, where they are not left out."""


def read_others(
    path: Path, own: Recording, skeleton: Asked, bones: BodySource, which: Which
) -> Iterator[tuple[str, Recording]]:
    """Everybody else in a file, by a name that tells the number.

    Args:
        path: the file.
        own: the person who is read of it.
        skeleton: what the user says of the file's joints.
        bones: whose bones a pose of SMPL's family has.
        which: who that is, and of which motion.

    Raises:
        ReadError: the file holds one person, or somebody else in it cannot be read.
    """
    if own.people < 2:
        raise ReadError(
            f"{path.name} holds one person: nobody else can be an obstacle",
            given=own.people,
            expected="a file of several people",
            advice="leave out others=",
        )
    for k in range(1, own.people + 1):
        if k != (which.person or 1):
            try:
                yield f"person{k}", recorded(path, skeleton, bones, Which(k, which.take))
            except (ClipError, ReadError) as error:
                raise error.within(f"person {k}") from error


def with_others(
    clip: Clip,
    recordings: tuple[Recording, Recording],
    others: list[tuple[str, Recording]],
    turned: bool,
    clean: bool,
) -> Clip:
    """The clip with the limbs of other people in its scene.

    Args:
        clip: who is read, z up, on the file's floor.
        recordings: as its reader gave it, and in metres: the others are in the same unit.
        others: names and recordings, as their reader gave them.
        turned: whether the file is y up.
        clean: whether spikes are taken out.

    Raises:
        ReadError: somebody has another number of frames, or they are too many.
        ClipError: somebody's joints make no clip.
    """
    notes: list[str] = []
    props = list(clip.scene.props)
    for name, other in others:
        recording = in_unit_of(other, *recordings)
        if len(recording.positions) != len(clip):
            raise ReadError(
                f"{name} has {len(recording.positions)} frames, and the person who is read "
                f"{len(clip)}: where they are at the same time is not known",
                advice="leave out others=",
            )
        joints = recording.skeleton.joints
        try:
            whole = mended(recording.positions, None, joints, clip.fps)
            places = turned_points(whole.positions) if turned else whole.positions
            body = Clip(places, recording.skeleton, clip.fps, height=recording.height)
        except ClipError as error:
            raise error.within(name) from error
        found = limbs(cleaned(body) if clean else body, name)
        props += found
        notes += [f"{name}: {note}" for note in whole.notes]
        notes.append(f"{name}: {len(found)} limbs as obstacles, {body.stature:.3f} m tall")
    if len(props) > MOST_PROPS:
        raise ReadError(
            f"{len(others)} other people have {len(props) - len(clip.scene.props)} limbs",
            given=len(props),
            expected=f"at most {MOST_PROPS} props and limbs",
            advice="leave out others=, or take people out of the file",
        )
    scene = Scene(tuple(props), clip.scene.terrain, clip.scene.ground)
    return replace(clip, scene=scene, notes=(*clip.notes, *notes))
