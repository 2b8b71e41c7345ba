"""AMC with its ASF, as CMU and others publish recordings.

A bone of ASF is drawn from the end of the one it hangs from; a joint is that place, by the name of
the bone that begins there. In axes C of its own a bone is turned by L: its turn in the world is its
parent's times ``C L C^-1`` (https://research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/ASF-AMC.html).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh._files.inputs import existing_file
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.acclaim.motion import AcclaimMotion, read_amc
from kinemesh.recordings.acclaim.skeleton import (
    MOVES,
    TURNS,
    AcclaimSkeleton,
    axes_order,
    read_asf,
)
from kinemesh.recordings.hierarchy.chosen import chosen_skeleton
from kinemesh.recordings.recording import Asked, Recording

_MOST_BESIDE = 10_000


def read_acclaim(path: Path, skeleton: Asked = None) -> Recording:
    """Read one AMC file with the ASF file beside it; positions are in the file's own unit.

    Args:
        path: the ``.amc`` file. Its skeleton is the ``.asf`` of the same name, of the name up to
            the first ``_`` (``01.asf`` of ``01_02.amc``), or the only one in the folder.
        skeleton: a skeleton, or the name of one, whose joints the file has; or the joints of
            some landmarks; found by name and place if left out.

    Raises:
        ReadError: no ASF file, damaged, files that do not belong together, or a skeleton that
            cannot be told.
    """
    beside = _beside(path)
    bones = read_asf(beside)
    motion = read_amc(path, bones)
    names, parents, ends, positions, rotations = _poses(bones, motion)
    found, kept, notes = chosen_skeleton(
        path.name, names, parents, positions, skeleton, label="amc", ends=ends
    )
    return Recording(
        positions=positions[:, kept],
        skeleton=found,
        fps=motion.fps,
        rotations=rotations[:, kept],
        metres=None,
        notes=(f"bones: {beside.name}", *notes),
    )


def refuse_asf(path: Path) -> None:
    """An ASF file moves nobody.

    Raises:
        ReadError: always.
    """
    raise ReadError(
        f"{path.name} holds the bones of a person and no motion: give the .amc that belongs to it, "
        f"with this file beside it"
    )


def _beside(path: Path) -> Path:
    """The ASF file of an AMC file."""
    try:
        found = [file for k, file in zip(range(_MOST_BESIDE), path.parent.iterdir(), strict=False)]
    except OSError:
        found = []
    skeletons = sorted(file for file in found if file.suffix.lower() == ".asf")
    for stem in (path.stem, path.stem.partition("_")[0]):
        for file in skeletons:
            if file.stem.lower() == stem.lower():
                return existing_file(file)
    if len(skeletons) == 1:
        return existing_file(skeletons[0])
    there = ", ".join(file.name for file in skeletons[:6]) or "none"
    raise ReadError(
        f"{path.name} needs the skeleton it was recorded with, an .asf file in the same folder "
        f"({there} there): put it beside as {path.stem}.asf, or {path.stem.partition('_')[0]}.asf"
    )


def _poses(
    skeleton: AcclaimSkeleton, motion: AcclaimMotion
) -> tuple[list[str], list[int], list[bool], Array, Array]:
    """Names, parents, which are ends, places ``(T, J, 3)`` and turns ``(T, J, 4)`` of joints.

    A joint stands for each bone where it begins, then one for the end of each that nothing hangs
    from.
    """
    bones = skeleton.bones
    leaves = sorted(set(range(1, len(bones))) - {bone.parent for bone in bones})
    names = [bone.name for bone in bones] + [f"{bones[k].name}_End" for k in leaves]
    parents = [bone.parent for bone in bones] + leaves
    positions = np.zeros((motion.frames, len(names), 3))
    rotations = np.zeros((motion.frames, len(names), 4))
    tips: list[Array] = []
    turns: list[Rotation] = []
    for k, bone in enumerate(bones):
        local, moved = _local(skeleton, motion, k)
        if k == 0:
            turn, start = local, moved + np.array(skeleton.start)
        else:
            turn, start = turns[bone.parent] * local, tips[bone.parent]
        turns.append(turn)
        positions[:, k] = start
        rotations[:, k] = turn.as_quat()
        tips.append(start + turn.apply(bone.reach))
    for column, k in enumerate(leaves, start=len(bones)):
        positions[:, column], rotations[:, column] = tips[k], rotations[:, k]
    ends = [False] * len(bones) + [True] * len(leaves)
    return names, parents, ends, positions, _gaps(skeleton, motion, parents, positions, rotations)


def _local(skeleton: AcclaimSkeleton, motion: AcclaimMotion, index: int) -> tuple[Rotation, Array]:
    """A bone's turns in its parent's, and how the motion moves it (of the root)."""
    bone = skeleton.bones[index]
    axes = Rotation.from_euler(bone.order, bone.axes, degrees=skeleton.degrees)
    said = np.nan_to_num(motion.channels.get(index, np.zeros((motion.frames, 0))))
    angles = np.zeros((motion.frames, 3))
    moved = np.zeros((motion.frames, 3))
    order = axes_order(bone.channels)
    for column, channel in enumerate(bone.channels):
        if channel in TURNS:
            angles[:, order.index(channel[1])] = said[:, column]
        else:
            moved[:, MOVES.index(channel)] = said[:, column]
    degrees = skeleton.degrees if motion.degrees is None else motion.degrees
    return axes * Rotation.from_euler(order, angles, degrees=degrees) * axes.inv(), moved


def _gaps(
    skeleton: AcclaimSkeleton,
    motion: AcclaimMotion,
    parents: list[int],
    positions: Array,
    rotations: Array,
) -> Array:
    """NaN where a number of a bone, or of one that it hangs from, is; the turns."""
    if all(np.all(np.isfinite(said)) for said in motion.channels.values()):
        return rotations
    lost = np.zeros(rotations.shape[:2], dtype=bool)
    for k, parent in enumerate(parents):
        if k in motion.channels:
            lost[:, k] = np.isnan(motion.channels[k]).any(axis=1)
        if parent >= 0:
            lost[:, k] |= lost[:, parent]
    displaced = lost.copy()
    for k, parent in enumerate(parents):
        displaced[:, k] = lost[:, parent] if parent >= 0 else lost[:, k]
    positions[displaced] = np.nan
    return np.where(lost[..., None], np.nan, rotations)
