"""Bare joint positions: ``.npy`` arrays ``(T, J, 3)`` and ``.npz`` with a few names.

An array says nothing about its joints: the skeleton is named by the user or found from the
number of joints and, where two skeletons have as many, from the bones they would make.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from kinemesh._files.numpy_files import objects_at, read_npy, read_npz
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.motion import SKELETONS, Skeleton
from kinemesh.recordings.hierarchy.body_check import is_smpl
from kinemesh.recordings.people.axis import of_person
from kinemesh.recordings.people.which import FIRST, Which
from kinemesh.recordings.positions import kimodo
from kinemesh.recordings.positions.generated import (
    FEATURES,
    Generated,
    joints_of_features,
    way_out,
)
from kinemesh.recordings.positions.keypoints import KEYPOINTS, MADE, of_keypoints
from kinemesh.recordings.positions.mdm import read_results
from kinemesh.recordings.recording import Asked, Recording, named_skeleton

_KEY = "global_joint_positions"
_UNSIZED = ("kit21",)
"""Skeletons whose files have every person at one size."""
_LIMBS = (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "hand"))
_STEADY = 0.1
"""A bone's length may vary by this share over a clip, but for a tenth of the frames: joints that
were lost or jump away say nothing."""
_FARTHEST = 1e6
"""Frames with a joint farther off [m] say nothing of a body."""
_EVEN = 0.15
"""Left and right bones may differ in length by this share."""


def read_array_file(path: Path, skeleton: Asked = None, which: Which = FIRST) -> Recording:
    """Read a ``.npy`` file: one array ``(T, J, 3)`` [m], HumanML3D's features, MDM's results.

    Raises:
        ReadError: not such an array, or a skeleton that is unknown, does not fit or cannot
            be told.
    """
    offset = objects_at(path)
    if offset is not None:
        return _generated(path, read_results(path, offset, which), skeleton)
    array = read_npy(path)
    if array.ndim == 2 and array.shape[1] in FEATURES and len(array) > 1:
        return _generated(path, joints_of_features(path, array), skeleton)
    positions, people, said = of_person(path, array, which)
    found = _recording(path, positions, skeleton)
    return replace(found, people=people, warnings=(*found.warnings, *said))


def _generated(path: Path, made: Generated, skeleton: Asked) -> Recording:
    """What a text-to-motion tool wrote."""
    usual = {22: "smpl22", 21: "kit21"}.get(made.positions.shape[1])
    asked = usual if skeleton is None else skeleton
    found = _recording(path, made.positions, asked)
    return replace(
        found,
        format_fps=made.fps,
        up="y",
        notes=(*made.notes, *found.notes),
        warnings=(*found.warnings, *made.warnings),
        takes=made.takes,
    )


def read_archive_file(path: Path, skeleton: Asked = None, which: Which = FIRST) -> Recording:
    """Read a ``.npz`` file with ``global_joint_positions`` ``(T, J, 3)`` [m].

    Optional names are ``height`` [m] and ``fps`` [1/s], one number each.

    Raises:
        ReadError: no such name in the file, or as :func:`read_array_file`.
    """
    arrays = read_npz(path, (_KEY, kimodo.JOINTS, kimodo.TURNS, "height", "fps"))
    fps, height = _number(path, arrays, "fps"), _number(path, arrays, "height")
    key = _KEY if _KEY in arrays else kimodo.JOINTS
    if key not in arrays:
        raise ReadError(
            f"{path.name} holds no {_KEY!r} (T, J, 3); expected joint positions under this name, "
            f"or a pose of SMPL's family ('poses' and 'trans', or 'root_orient', 'pose_body' and "
            f"'trans'): it holds {', '.join(sorted(arrays.names)[:20]) or 'nothing'}"
        )
    positions, people, said = of_person(path, arrays[key], which)
    if key == kimodo.JOINTS:
        rotations, note = kimodo.turns_of(path, positions, arrays.get(kimodo.TURNS))
    found = _recording(path, positions, skeleton, fps, height)
    found = replace(found, people=people, warnings=(*found.warnings, *said))
    if key == _KEY:
        return found
    return replace(
        found, rotations=rotations, format_fps=kimodo.FPS, up="y", notes=(*found.notes, note)
    )


def _recording(
    path: Path,
    positions: Array,
    skeleton: Asked,
    fps: float | None = None,
    height: float | None = None,
) -> Recording:
    if positions.ndim != 3 or positions.shape[2] != 3:
        hint = way_out(positions.shape[1]) if positions.ndim == 2 else ""
        raise ReadError(
            f"{path.name} holds an array of shape {positions.shape}",
            given=positions.shape,
            expected=f"joint positions (T, J, 3) in metres{hint}",
        )
    count = positions.shape[1]
    if skeleton is None:
        found, note = _find_skeleton(path, positions)
    else:
        found = named_skeleton(skeleton)
        note = f"skeleton {found.name}: given"
    if count not in (len(found.joints), _joints(found)):
        fits = [s.name for s in SKELETONS.values() if len(s.joints) == count]
        raise ReadError(
            f"{path.name} has {count} joints; skeleton {found.name!r} has {_joints(found)}: "
            + (f"{' or '.join(fits)} would fit" if fits else "give the skeleton it was made with")
        )
    found, notes = _by_proportions(positions, found)
    sized = found.name not in _UNSIZED
    fixed = sized and found.name not in KEYPOINTS
    return of_keypoints(
        Recording(
            positions,
            found,
            fps=fps,
            height=height,
            notes=(note, *notes),
            metres=1.0 if fixed else None,
            sized=sized,
        )
    )


def _by_proportions(positions: Array, skeleton: Skeleton) -> tuple[Skeleton, tuple[str, ...]]:
    """LAFAN1's layout on SMPL's proportions, as text-to-motion tools export it, made SMPL's."""
    if skeleton is not SKELETONS["lafan22"]:
        return skeleton, ()
    whole = positions[np.all(np.abs(positions) < _FARTHEST, axis=(1, 2))]
    spine = [skeleton.index(joint) for joint in ("Hips", "Spine", "Spine1", "Spine2")]
    ends = {k: skeleton.index(j) for k, j in skeleton.landmarks.items() if isinstance(j, str)}
    if not len(whole) or not is_smpl(whole, spine, ends):
        return skeleton, ()
    ratio = SKELETONS["smpl22"].leg_ratio
    found = replace(skeleton, landmarks={**skeleton.landmarks, "pelvis": "Hips"}, leg_ratio=ratio)
    return found, (f"proportions: SMPL's, whatever the names (leg ratio {ratio:g})",)


def _find_skeleton(path: Path, positions: Array) -> tuple[Skeleton, str]:
    """The known skeleton that these positions fit, and a note on how it was found."""
    count = positions.shape[1]
    candidates = [
        s for s in SKELETONS.values() if len(s.joints) == count and s.name not in KEYPOINTS
    ]
    if not candidates:
        given = [s.name for s in SKELETONS.values() if _joints(s) == count]
        if given:
            raise ReadError(
                f"{path.name} has {count} joints, as {given[0]} has and others too: give "
                f"skeleton={given[0]!r} if they are its, else a kinemesh Skeleton with your joint "
                f"names and landmarks"
            )
        known = ", ".join(f"{s.name} ({_joints(s)})" for s in SKELETONS.values())
        raise ReadError(
            f"{path.name} has {count} joints, which no known skeleton has: known are {known}; "
            f"give skeleton= a kinemesh Skeleton with your joint names and landmarks"
        )
    if len(candidates) == 1 and candidates[0].name not in _UNSIZED:
        name = candidates[0].name
        return candidates[0], f"skeleton {name}: found, the only one with {count} joints"
    choices = " or ".join(repr(s.name) for s in candidates)
    fitting = [s for s in candidates if _fits(positions, s)]
    if len(candidates) == 1 and not fitting:
        raise ReadError(
            f"{path.name} has {count} joints, as {choices} has, but in that order they make no "
            f"limbs of steady and even length: give skeleton={choices} if they are its, else a "
            f"kinemesh Skeleton with your joint names and landmarks"
        )
    if len(fitting) != 1:
        state = "bones of steady and even length in more than one" if fitting else "in none"
        raise ReadError(
            f"{path.name} has {count} joints, which may be {choices}, and the data do not decide "
            f"(limbs fit {state}): give skeleton={choices}"
        )
    return fitting[0], (
        f"skeleton {fitting[0].name}: found; of those with {count} joints only this one makes "
        f"limbs of constant and equal length"
    )


def _joints(skeleton: Skeleton) -> int:
    """How many joints a file of a skeleton has."""
    return len(skeleton.joints) - (len(MADE) if skeleton is SKELETONS["h36m17"] else 0)


def _fits(positions: Array, skeleton: Skeleton) -> bool:
    """Whether all limbs keep their length over time and both sides are alike."""
    for a, b in _LIMBS:
        lengths = []
        for side in ("left", "right"):
            ends = [skeleton.place(positions, f"{side}_{part}") for part in (a, b)]
            with np.errstate(all="ignore"):
                length = np.linalg.norm(ends[0] - ends[1], axis=1)
            length = length[np.isfinite(length)]
            if not len(length) or np.ptp(_usual(length)) > _STEADY * np.median(length):
                return False
            lengths.append(float(np.median(length)))
        if abs(lengths[0] - lengths[1]) > _EVEN * max(lengths):
            return False
    return True


def _usual(lengths: Array) -> Array:
    """The 5th and the 95th percentile."""
    return np.percentile(lengths, [5.0, 95.0])


def _number(path: Path, arrays: dict[str, Array], name: str) -> float | None:
    if name not in arrays:
        return None
    if arrays[name].size != 1:
        raise ReadError(
            f"{path.name}: {name!r} has shape {arrays[name].shape}",
            given=arrays[name].shape,
            expected="a number",
        )
    return float(arrays[name].reshape(()))
