"""The bones of SMPL's family: rest joints, their tree, and where a pose puts them.

Files of the family hold how each joint is turned, not how long the bones are. Those come from a
licensed body model, from a file of rest joints, or from the stand-in that is written down here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh._files.inputs import existing_file
from kinemesh._files.numpy_files import as_floats, read_npy, read_npz
from kinemesh._files.torch_files import read_tensor
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.motion import SKELETONS, Skeleton

_TRUNK = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)


def _with_fingers(first: int, count: int) -> tuple[int, ...]:
    """Parents of five fingers of three joints on each hand, the first at ``first``."""
    chains = (
        (wrist if k == 0 else first + 15 * side + 3 * finger + k - 1)
        for side, wrist in enumerate((20, 21))
        for finger in range(5)
        for k in range(3)
    )
    return (*_TRUNK, *([15] * count), *chains)


PARENTS: dict[int, tuple[int, ...]] = {
    22: _TRUNK,
    24: (*_TRUNK, 20, 21),
    52: _with_fingers(22, 0),
    55: _with_fingers(25, 3),
}
"""Number of joints (body, SMPL, SMPL-H, SMPL-X) to the parent of each, -1 for the pelvis."""

_SKELETONS = {22: "smpl22", 24: "smpl24", 52: "smplh52", 55: "smplx55"}

_FARTHEST = 100.0
"""No joint at rest is farther off [m]."""
STANDIN_HEIGHT = 1.774
"""Stature of the stand-in [m]."""

# The stand-in [m], x left, y up, z ahead, the floor at y = 0, right joints mirrored. Written by
# hand: heights, limb lengths and stature are rounded from the open body model Anny (code
# Apache-2.0, data CC0); pelvis and hip joints lie where the family has them (waist; low and
# close), and shanks hang straight down, feet point 20 degrees out and arms droop by 10, as in
# the pose that the family's rotations start from.
_MIDDLE = {
    "Pelvis": (0.970, 0.0),
    "Torso": (1.075, -0.025),
    "Spine": (1.205, -0.030),
    "Chest": (1.260, -0.010),
    "Neck": (1.440, -0.030),
    "Head": (1.610, 0.0),
}
_LEFT = {
    "Hip": (0.058, 0.883, -0.020),
    "Knee": (0.105, 0.504, -0.020),
    "Ankle": (0.090, 0.078, -0.050),
    "Toe": (0.141, 0.027, 0.093),
    "Thorax": (0.045, 1.360, -0.020),
    "Shoulder": (0.170, 1.410, -0.030),
    "Elbow": (0.442, 1.362, -0.054),
    "Wrist": (0.690, 1.362, -0.054),
    "Hand": (0.800, 1.355, -0.060),
}


@dataclass(frozen=True, eq=False)
class Bones:
    """A body at rest."""

    joints: Array
    """Rest joints ``(J, 3)`` [m], in the family's order and axes (x left, y up, z ahead)."""
    height: float | None
    """Stature [m], where it is known."""
    note: str
    """Where they come from."""

    @property
    def count(self) -> int:
        """Number of joints: a key of :data:`PARENTS`."""
        return len(self.joints)

    def first(self, count: int) -> Bones:
        """Without the joints after the first ``count``."""
        return replace(self, joints=self.joints[:count])

    def scaled(self, factor: float) -> Bones:
        """A body ``factor`` times as large."""
        height = None if self.height is None else self.height * factor
        return replace(self, joints=self.joints * factor, height=height)

    def at(self, pelvis: Array) -> Bones:
        """The same body with its pelvis at ``(3,)`` [m]."""
        return replace(self, joints=self.joints - self.joints[0] + pelvis)

    def leg(self) -> float:
        """Mean length [m] of thigh and shank together."""
        bones = np.linalg.norm(self.joints[[4, 5, 7, 8]] - self.joints[[1, 2, 4, 5]], axis=1)
        return float(bones.sum() / 2.0)

    def skeleton(self) -> Skeleton:
        """Names and landmarks of the joints that :func:`posed` gives."""
        return SKELETONS[_SKELETONS[self.count]]


_PELVIS: dict[str, tuple[float, float, float]] = {
    "smpl": (0.0, -0.22, 0.03),
    "smplh": (0.0, -0.22, 0.03),
    "smplx": (0.0, -0.36, 0.01),
}
"""Where the pelvis of a person at rest lies in each kind of model [m], to 2 cm or so: a
translation moves the model's origin, beside which objects are recorded."""


def pelvis_of(kind: str) -> Array:
    """Where the pelvis ``(3,)`` [m] of a person of a ``kind`` of model is at rest, roughly."""
    return np.array(_PELVIS[kind])


def standin() -> Bones:
    """A body for files whose person's bones are not known: 24 joints, 1.774 m tall."""
    joints = np.zeros((24, 3))
    for k, name in enumerate(SKELETONS["smpl24"].joints):
        side, _, part = name.rpartition("_")
        if side:
            joints[k] = _LEFT[part]
            joints[k, 0] *= 1.0 if side == "L" else -1.0
        else:
            joints[k, 1:] = _MIDDLE[name]
    return Bones(joints, STANDIN_HEIGHT, "those of a stand-in skeleton, not of this person")


def read_rest_joints(path: str | Path) -> Bones:
    """Rest joints ``(J, 3)`` [m] from a ``.npy``, ``.npz`` (key ``J`` or ``joints``) or torch file.

    Raises:
        ReadError: no such file, or what is in it is no body at rest with 22, 24, 52 or 55 joints,
            y up, left at +x.
    """
    path = existing_file(path)
    match path.suffix.lower():
        case ".npy":
            joints = read_npy(path)
        case ".npz":
            arrays = read_npz(path, ("J", "joints"))
            if not arrays:
                raise ReadError(
                    f"{path.name} holds {', '.join(arrays.names[:20])}",
                    expected="rest joints (J, 3) under 'J' or 'joints'",
                )
            joints = next(iter(arrays.values()))
        case _:
            joints = as_floats(read_tensor(path))
    if joints.ndim != 2 or joints.shape[1] != 3 or len(joints) not in PARENTS:
        raise ReadError(
            f"{path.name} holds an array of shape {joints.shape}",
            given=joints.shape,
            expected="rest joints (J, 3) [m] in SMPL's order with J one of "
            f"{', '.join(map(str, PARENTS))}",
        )
    _check_rest(path, joints)
    return Bones(joints, None, f"the {len(joints)} rest joints in {path.name}")


def posed(bones: Bones, rotations: Array, root: Array) -> tuple[Array, Array]:
    """Forward kinematics.

    Args:
        bones: ``J`` rest joints.
        rotations: axis-angle ``(T, J, 3)`` [rad] of each joint against its parent.
        root: translation ``(T, 3)`` [m], added to the rest place of the pelvis.

    Returns:
        Positions ``(T, J, 3)`` [m] and world rotations ``(T, J, 4)`` ``qx qy qz qw``, in the
        order of :meth:`Bones.skeleton`.
    """
    parents = PARENTS[bones.count]
    local = Rotation.from_rotvec(rotations.reshape(-1, 3)).as_matrix()
    turns = local.reshape(*rotations.shape[:2], 3, 3)
    places = np.zeros(rotations.shape)
    places[:, 0] = bones.joints[0] + root
    for joint, parent in enumerate(parents[1:], start=1):
        turns[:, joint] = turns[:, parent] @ turns[:, joint]
        bone = bones.joints[joint] - bones.joints[parent]
        places[:, joint] = places[:, parent] + turns[:, parent] @ bone
    world = Rotation.from_matrix(turns.reshape(-1, 3, 3)).as_quat().reshape(*rotations.shape[:2], 4)
    order = [ORDERS[bones.count].index(name) for name in bones.skeleton().joints]
    return places[:, order], world[:, order]


def _orders() -> dict[int, tuple[str, ...]]:
    """Names of the joints in the family's own order; SMPL-H's recordings have another."""
    body, whole = SKELETONS["smpl22"].joints, SKELETONS["smplx55"].joints
    orders = {count: SKELETONS[name].joints for count, name in _SKELETONS.items()}
    return {**orders, 52: (*body, *whole[25:])}


ORDERS = _orders()
"""Number of joints to their names, in the order of files and body models."""


def _check_rest(path: Path, joints: Array) -> None:
    """Whether joints ``(J, 3)`` are a body at rest in the family's axes and in metres."""
    if not np.all(np.abs(joints) < _FARTHEST):
        raise ReadError(
            f"{path.name} holds numbers that are NaN, infinite or beyond {_FARTHEST:g}",
            expected="rest joints [m]",
        )
    up, across = joints[15] - joints[[7, 8]].mean(axis=0), joints[16] - joints[17]
    if not (0.4 < np.linalg.norm(up) < 2.5):
        raise ReadError(
            f"{path.name}: the head is {np.linalg.norm(up):.3g} from the ankles",
            given=np.linalg.norm(up),
            expected="rest joints of a person in metres",
        )
    if up.argmax() != 1 or across.argmax() != 0 or min(up[1], across[0]) <= 0.0:
        raise ReadError(
            f"{path.name}: from ankles to head is {np.round(up, 2).tolist()} and from right to "
            f"left shoulder {np.round(across, 2).tolist()}",
            given=np.round(across, 2).tolist(),
            expected="SMPL's axes at rest: y up, x to the left",
        )
