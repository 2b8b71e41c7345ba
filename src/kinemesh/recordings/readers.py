"""Which reader a recording has: by its suffix first, then by what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from kinemesh.errors import ReadError
from kinemesh.recordings.acclaim.reader import read_acclaim, refuse_asf
from kinemesh.recordings.bvh.reader import read_bvh
from kinemesh.recordings.fbx.reader import read_fbx
from kinemesh.recordings.gltf.reader import read_glb
from kinemesh.recordings.labelled.c3d_files import read_c3d
from kinemesh.recordings.labelled.trc import read_trc
from kinemesh.recordings.motive.reader import read_motive
from kinemesh.recordings.mvnx import read_mvnx
from kinemesh.recordings.omomo import read_omomo
from kinemesh.recordings.people.which import Which
from kinemesh.recordings.positions.reader import read_archive_file, read_array_file
from kinemesh.recordings.recording import Asked, Reader, Recording, alone
from kinemesh.recordings.smpl.people import PICKLES
from kinemesh.recordings.smpl.pickles import refuse_pickle
from kinemesh.recordings.smpl.reader import BodySource, read_smpl
from kinemesh.recordings.smpl.sources import holds_pose

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        ".pt": alone(read_omomo),
        ".npy": read_array_file,
        ".npz": read_archive_file,
        ".bvh": read_bvh,
        ".glb": read_glb,
        ".fbx": read_fbx,
        ".c3d": alone(read_c3d),
        ".amc": alone(read_acclaim),
        ".mvnx": alone(read_mvnx),
        ".trc": alone(read_trc),
        ".csv": alone(read_motive),
    }
)
"""Suffix to reader. A reader checks the content before it trusts the suffix."""


def recorded(path: Path, skeleton: Asked, bones: BodySource, which: Which) -> Recording:
    """The content of a file, by the reader of its kind.

    Args:
        path: the file, which exists.
        skeleton: what the user says of it.
        bones: whose bones a pose of SMPL's family has.
        which: which one is meant of several people or motions.

    Raises:
        ReadError: no recording, or a damaged one; bones for a file that has its own.
    """
    suffix = path.suffix.lower()
    posed = holds_pose(path)
    if suffix in PICKLES and not posed:
        refuse_pickle(path)
    if suffix == ".asf":
        refuse_asf(path)
    if suffix not in READERS and suffix not in PICKLES:
        raise ReadError(
            f"{path.name} has the suffix {suffix or 'none'!r}",
            given=suffix,
            expected=(*READERS, ".toml"),
            advice="convert the motion to one of these",
        )
    if posed:
        return read_smpl(path, skeleton, bones, which)
    if bones.model is not None or bones.rest_joints is not None:
        name = "body_model" if bones.model is not None else "rest_joints"
        raise ReadError(
            f"{path.name} holds no pose of SMPL's family, but {name} was given",
            given=bones.model if bones.model is not None else bones.rest_joints,
            advice="leave it out",
        )
    return READERS[suffix](path, skeleton, which)
