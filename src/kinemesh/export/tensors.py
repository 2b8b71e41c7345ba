"""ProtoMotions' ``.motion``: a file that ``torch.load`` reads, written without torch.

Such a file is a zip archive: a pickle that names tensors, and their numbers in entries of their
own, stored as they are.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh.export.motion import Motion
from kinemesh.export.pickled import encoded, integer, numbers, text

_STORAGES = {"f4": b"Float", "f8": b"Double", "i8": b"Long", "b1": b"Bool"}


def write_protomotions(motion: Motion, path: Path) -> None:
    """Bodies of ProtoMotions' own model where the robot lists them; quaternions w last.

    ``local_rigid_body_rot`` is left out: with it ProtoMotions takes the joints for spherical.
    Velocities are of the bodies' origins. Feet that stood are in contact, where that is known.
    """
    listed = motion.links.listed("protomotions")
    bodies = motion.bodies(listed)
    content: dict[str, Any] = {
        "dof_pos": motion.joints.astype(np.float32),
        "dof_vel": motion.joint_velocity.astype(np.float32),
        "rigid_body_pos": bodies.positions.astype(np.float32),
        "rigid_body_rot": bodies.xyzw.astype(np.float32),
        "rigid_body_vel": bodies.linear.astype(np.float32),
        "rigid_body_ang_vel": bodies.angular.astype(np.float32),
        "fps": float(motion.fps),
    }
    if motion.stance:
        contacts = np.zeros((len(motion), len(listed.names)), dtype=bool)
        for side, flags in motion.stance.items():
            foot = motion.links.names[motion.soles[side]]
            if foot in listed.names:
                contacts[:, listed.names.index(foot)] = flags
        content["rigid_body_contacts"] = contacts
    save_tensors(path, content)


def save_tensors(path: Path, content: Mapping[str, Any]) -> None:
    """What ``torch.save`` writes of a table of tensors, given as arrays, and plain numbers."""
    pairs = b""
    entries: list[bytes] = []
    for key, value in content.items():
        if isinstance(value, np.ndarray):
            pairs += text(key) + _tensor(value, str(len(entries)))
            entries.append(np.ascontiguousarray(value).tobytes())
        else:
            pairs += text(key) + encoded(value)
    root = "motion"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(f"{root}/data.pkl"), b"\x80\x02}(" + pairs + b"u.")
        archive.writestr(_entry(f"{root}/byteorder"), "little")
        for k, data in enumerate(entries):
            archive.writestr(_entry(f"{root}/data/{k}"), data)
        archive.writestr(_entry(f"{root}/version"), "3\n")


def _tensor(array: NDArray[Any], key: str) -> bytes:
    storage = b"ctorch\n" + _STORAGES[array.dtype.str[1:]] + b"Storage\n"
    reference = text("storage") + storage + text(key) + text("cpu") + integer(array.size)
    strides = np.cumprod([1, *array.shape[:0:-1]])[::-1]
    arguments = b"(" + reference + b"tQ" + integer(0) + numbers(array.shape)
    arguments += numbers([int(step) for step in strides]) + b"\x89ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + arguments + b"tR"


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without the time of writing: the same motion gives the same bytes."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o600 << 16
    return entry
