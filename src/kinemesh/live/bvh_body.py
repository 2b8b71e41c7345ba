"""Numbers of a BVH stream to joints: by the hierarchy, unit and axes of a BVH file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.live.person import Frame
from kinemesh.motion import Clip
from kinemesh.recordings.bvh.file import BvhFile, parse_bvh
from kinemesh.recordings.bvh.poses import Poses
from kinemesh.recordings.hierarchy.joint_names import bare_names

_SAMPLES = 60
"""So many frames of the file tell how its world lies in the clip's."""
_EXACT = 1e-3
"""A clip whose joints are further [m] from the file's was changed after it was read."""


class BvhBody:
    """What turns a frame's numbers into joints: hierarchy, unit and axes of one BVH file.

    Args:
        path: the file, exported once by the software that streams, of the same performer with
            the same settings.
        clip: what :func:`kinemesh.read` made of it, which settles unit, axes and floor.

    Raises:
        ReadError: the file is damaged, or the clip is not the whole of it.
    """

    def __init__(self, path: Path, clip: Clip) -> None:
        file = parse_bvh(path)
        names = bare_names(file.joints)
        self._joints = [
            names.index(j) if j in names else file.joints.index(j) for j in clip.skeleton.joints
        ]
        self._poses = Poses(file)
        self._rows = _Rows(file)
        places, _ = self._poses(file.motion)
        if len(places) != len(clip):
            raise ReadError(
                f"{path.name} has {len(places)} frames and the clip {len(clip)}",
                expected="the clip of the whole file",
            )
        rows = np.linspace(0, len(clip) - 1, min(_SAMPLES, len(clip))).astype(int)
        self._scale, self._turn, self._shift = _similarity(
            places[rows][:, self._joints].reshape(-1, 3), clip.positions[rows].reshape(-1, 3), path
        )

    @property
    def widths(self) -> tuple[int, ...]:
        """How many numbers a frame can have."""
        return tuple(sorted(self._rows.ways))

    def frame(self, numbers: Array) -> Frame | None:
        """The joints of a frame of ``(N,)`` numbers; None if no way of this hierarchy has so many.

        A reference that is sent before the hips is left out.
        """
        row = self._rows(numbers)
        if row is None:
            return None
        places, turns = (of[0, self._joints] for of in self._poses(row[None]))
        lost = np.asarray(~np.isfinite(turns).all(axis=-1))
        turned = self._turn * Rotation.from_quat(np.where(lost[:, None], [0, 0, 0, 1.0], turns))
        quaternions = turned.as_quat()
        quaternions[lost] = np.nan
        return Frame(self._scale * self._turn.apply(places) + self._shift, quaternions)


class _Rows:
    """Numbers as they are sent to the file's own channels.

    Senders leave out positions of joints below the root ("Displacement"), or send those of all,
    whatever the file has; rotations come in the file's order.
    """

    def __init__(self, file: BvhFile) -> None:
        whole: list[tuple[int, str, str]] = []  # joint, axis, kind of every column of the file
        for joint, channels in enumerate(file.channels):
            whole += [(joint, axis, kind) for axis, kind in channels]
        moving = [joint for joint, channels in enumerate(file.channels) if channels]
        turns = {j: [c for c in whole if c[0] == j and c[2] == "rotation"] for j in moving}
        moves = {j: [(j, axis, "position") for axis in "xyz"] for j in moving}
        six = [c for j in moving for c in (*moves[j], *turns[j])]
        three = [c for j in moving for c in (*(moves[j] if file.parents[j] < 0 else ()), *turns[j])]
        self.ways = {len(way): {c: k for k, c in enumerate(way)} for way in (six, three, whole)}
        self._columns = whole
        rest = {(j, a, "position"): file.offsets[j]["xyz".index(a)] for j, a, _ in whole}
        self._rest = np.array([rest.get(c, 0.0) for c in whole])

    def __call__(self, numbers: Array) -> Array | None:
        """One row ``(C,)`` of the file's motion; None where the count is none of the ways."""
        for reference in (0, 6):
            way = self.ways.get(len(numbers) - reference)
            if way is not None:
                given = numbers[reference:]
                found = [
                    given[way[c]] if c in way else rest
                    for c, rest in zip(self._columns, self._rest, strict=True)
                ]
                return np.array(found)
        return None


def _similarity(before: Array, after: Array, path: Path) -> tuple[float, Rotation, Array]:
    """Scale, turn and shift that take points ``(N, 3)`` to others (Umeyama 1991)."""
    good = np.isfinite(before).all(axis=1)
    before, after = before[good], after[good]
    a, b = before - before.mean(axis=0), after - after.mean(axis=0)
    turn, _ = Rotation.align_vectors(b, a)
    scale = float(np.sqrt((b**2).sum() / (a**2).sum()))
    shift = after.mean(axis=0) - scale * turn.apply(before.mean(axis=0))
    off = np.linalg.norm(scale * turn.apply(before) + shift - after, axis=1)
    if float(np.median(off)) > _EXACT:
        raise ReadError(
            f"{path.name}: the clip's joints are {1e3 * float(np.median(off)):.0f} mm off the "
            f"file's",
            expected="the clip as it was read, neither mirrored nor cut",
        )
    return scale, turn, shift
