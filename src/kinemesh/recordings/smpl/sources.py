"""What is in a file that may hold a pose of SMPL's family, of any container: names and arrays."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path

from kinemesh._files.inputs import head
from kinemesh._files.numpy_files import as_floats, read_npz, read_word
from kinemesh._files.torch_files import read_tensors, saved_texts
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.interactions import angles, arctic, grab
from kinemesh.recordings.people.which import Which
from kinemesh.recordings.smpl import with_objects
from kinemesh.recordings.smpl.people import PICKLES, holds_people, read_person
from kinemesh.recordings.smpl.source import Source
from kinemesh.recordings.smpl.tables import holds_table, read_table

LAYOUTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("root_orient", "pose_body"), "trans"),
    (("global_orient", "body_pose"), "transl"),
    (("pose_world",), "trans_world"),
    (("poses",), "trans"),
)
"""Keys of the turns, joined in this order, and of the translation; the first that fits is read.
AMASS writes the first beside the last; GVHMR and smplx the second; WHAM the third."""
HANDS = (("pose_hand",), ("left_hand_pose", "right_hand_pose"))
FACE = (("pose_jaw", "pose_eye"), ("jaw_pose", "leye_pose", "reye_pose"))
RATES = ("mocap_frame_rate", "mocap_framerate", "fps")
_GLOBAL = "smpl_params_global"
"""Where GVHMR keeps what is in the world's axes, not the camera's."""
_KEYS = frozenset(
    key
    for group in (*(keys for keys, _ in LAYOUTS), *HANDS, *FACE, RATES, ("betas",))
    for key in group
) | {root for _, root in LAYOUTS}


def holds_pose(path: Path) -> bool:
    """Whether a file holds a pose of SMPL's family, judged by the names in it alone."""
    names: Collection[str]
    match path.suffix.lower():
        case ".npz" if head(path).startswith(b"PK\x03\x04"):
            names = read_npz(path, ()).names
            if grab.is_grab(names):
                return True
        case ".pt":
            names = saved_texts(path)
        case ".npy":
            return holds_table(path) or arctic.is_person(path)
        case ".pkl" | ".pickle":
            return holds_people(path)
        case _:
            return False
    return any(all(key in names for key in keys) for keys, _ in LAYOUTS)


def opened(path: Path, shape: bool, which: Which) -> Source:
    """The arrays of a file for which :func:`holds_pose` holds, of one person of a pickle's.

    Args:
        path: the file.
        shape: whether the shape numbers are wanted.
        which: the person, or motion, that is meant.

    Raises:
        ReadError: damaged, no pose where one is expected, or no such person.
    """
    wanted = _KEYS if shape else _KEYS - {"betas"}
    suffix = path.suffix.lower()
    if suffix == ".npz":
        arrays = read_npz(path, wanted)
        source = Source(arrays, arrays.names, partial(read_word, path))
        if grab.is_grab(arrays.names):
            return with_objects.of_grab(path)
        if angles.is_behave(arrays.names):
            return with_objects.of_behave(path, source)
        objects = angles.objects_beside(path) if "poses" in arrays else []
        return with_objects.of_interact(source, objects) if objects else source
    if suffix == ".npy" and holds_table(path):
        parts, what = read_table(path)
        return Source(parts, parts, notes=(what,))
    if suffix == ".npy":
        return with_objects.of_arctic(path)
    if suffix in PICKLES:
        own, people, takes, notes, warnings = read_person(path, which)
        return Source(own, own, notes=notes, warnings=warnings, people=people, takes=takes)
    tensors, names, world = _saved(path, wanted)
    return Source(tensors, names, up="y" if world else None)


def _saved(path: Path, wanted: Collection[str]) -> tuple[dict[str, Array], list[str], bool]:
    """The tensors of a ``.pt`` file, and whether they were in GVHMR's world."""
    inner = {f"{_GLOBAL}/{key}" for key in wanted}
    found = {
        name: as_floats(tensor) for name, tensor in read_tensors(path, inner | set(wanted)).items()
    }
    world = any(name in inner for name in found)
    if world:
        found = {n.rpartition("/")[2]: one for n, one in found.items() if n in inner}
    if not any(all(key in found for key in keys) for keys, _ in LAYOUTS):
        raise ReadError(
            f"{path.name} holds no pose where one is expected: {_GLOBAL!r} with global_orient, "
            f"body_pose and transl, as GVHMR saves it; found {', '.join(found) or 'none of them'}"
        )
    return found, list(found), world
