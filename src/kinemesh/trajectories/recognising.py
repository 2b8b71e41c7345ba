"""What a file is, by its content and not by its name: container, layout, or none of a robot's."""

from __future__ import annotations

import os
from pathlib import Path

from kinemesh._files.inputs import existing_file, head, looks_like
from kinemesh._files.numpy_files import read_npz
from kinemesh.errors import ReadError
from kinemesh.motion.links import Links
from kinemesh.recordings import is_motive
from kinemesh.recordings.smpl.people import holds_people
from kinemesh.trajectories.containers import CSV, FILES, NPZ, PICKLE, Container, Contents
from kinemesh.trajectories.layouts import LAYOUTS
from kinemesh.trajectories.raw import Target

_ZIP = b"PK\x03\x04"
_FOLDERS = tuple(layout.container for layout in LAYOUTS.values() if layout.container.needed)


def read_contents(path: str | Path, motion: str | None = None) -> Contents:
    """Read a file, or a folder that is one motion, as it is: nothing is made of its arrays.

    Args:
        path: ``.npz``, comma separated numbers, a pickle (plain or by joblib), a table saved by
            ``torch.save``, a Parquet table, or the folder of HDMI, SONIC or LeRobot.
        motion: which motion, where the file is a library of several.

    Raises:
        ReadError: none of these, damaged, or a pickle that asks for anything but numbers.
        MissingExtra: Parquet, without pyarrow.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> notes = kinemesh.write(result, "walk_gmr.pkl", format="gmr")
        >>> sorted(kinemesh.trajectories.read_contents("walk_gmr.pkl").arrays)
        ['dof_pos', 'fps', 'local_body_pos', 'root_pos', 'root_rot']
    """
    path = Path(path)
    contents = _container(path).read(path, motion)
    if motion is not None and motion not in contents.motions:
        raise ReadError(f"{path.name} is no library that holds a motion {motion!r}")
    return contents


def _container(path: Path) -> Container:
    if os.path.isdir(path):
        found = _folder(path)
        if found is None:
            without = " and without ".join(
                f"{(' and ' if len(c.needed) == 2 else ', ').join(c.needed)} ({c.words})"
                for c in _FOLDERS
            )
            raise ReadError(f"{path} is a folder without {without}: give one of the files in it")
        return found
    start = head(existing_file(path))
    for container in FILES:
        if container.holds(path, start):
            return container
    raise ReadError(
        f"{path.name} is {looks_like(start)}; expected a robot's trajectory: "
        f"{', '.join(c.words for c in FILES)}, or a folder by "
        f"{' or '.join(c.words for c in _FOLDERS)}"
    )


def _folder(path: Path) -> Container | None:
    for container in _FOLDERS:
        if all(os.path.isfile(path / name) for name in container.needed):
            return container
    return None


def recognise(contents: Contents, target: Target) -> str:
    """The name of the layout that ``contents`` has.

    Raises:
        ReadError: none that is known, or one that only the robot's links could tell.
    """
    for name, layout in LAYOUTS.items():
        if layout.fits(contents) and (layout.tells is None or layout.tells(contents, target)):
            return name
    if contents.container == PICKLE.name:
        _check_person(contents)
    there = ", ".join([*contents.arrays, *contents.names, *contents.skipped][:8]) or "nothing"
    raise ReadError(
        f"{contents.path.name} has {_looked_for(contents)}, only {there}; expected a robot's "
        f"trajectory: {', '.join(LAYOUTS)} (docs/formats.md)"
    )


def candidates(contents: Contents, links: Links) -> tuple[str, ...]:
    """The layouts that a file may have that may be wrong in anything, the likelier first.

    Raises:
        ReadError: none that is known.
    """
    for name, layout in LAYOUTS.items():
        if layout.resembles and layout.fits(contents) and layout.resembles(contents, links):
            return (name,)
    found = recognise(contents, Target(links.joints, links.robot, links))
    twin = LAYOUTS[found].twin
    # The sign that tells these two apart, a robot that stands, may be what is wrong.
    return (found,) if twin is None else (found, twin)


def holds_trajectory(path: str | Path) -> bool:
    """Whether a file or folder holds a robot's trajectory, and not a person's motion.

    Raises:
        ReadError: there is nothing, or it is damaged.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> notes = kinemesh.write(result, "walk.csv", format="unitree-csv")
        >>> [kinemesh.trajectories.holds_trajectory(name) for name in ("walk.csv", "walk.bvh")]
        [True, False]
    """
    path = Path(path)
    if os.path.isdir(path):
        return _folder(path) is not None
    start, suffix = head(existing_file(path)), path.suffix.lower()
    if suffix == ".npz" and start.startswith(_ZIP):
        names = set(read_npz(path, ()).names)
        # One that lacks the last of several arrays is to be told so as a trajectory.
        return any(names >= set(keys[: max(1, len(keys) - 1)]) for keys in _keys(NPZ))
    if holds_people(path):
        return False
    kinds = {layout.container for layout in LAYOUTS.values() if suffix in layout.suffixes}
    if suffix == ".csv" and is_motive(path):
        return False
    return (CSV in kinds and not start.startswith(_ZIP)) or any(
        kind.holds(path, start) for kind in kinds - {NPZ}
    )


def _keys(container: Container) -> list[tuple[str, ...]]:
    """The arrays that files in a container are known by, the fewest first."""
    known = [layout.keys for layout in LAYOUTS.values() if layout.container is container]
    return sorted(dict.fromkeys(known), key=len)


def _check_person(contents: Contents) -> None:
    """Say how to save a person's motion that somebody published as a pickle.

    Raises:
        ReadError: it is one.
    """
    advice = {
        ("smpl_poses", "smpl_trans"): "poses=d['smpl_poses'], trans=d['smpl_trans'] / "
        "d['smpl_scaling'], fps=60), as AIST++ has them",
        ("root_orient", "pose_body", "trans"): "root_orient=d['root_orient'], "
        "pose_body=d['pose_body'], trans=d['trans'], fps=30), as OMOMO has them",
        ("poses", "trans"): "poses=d['poses'], trans=d['trans'], fps=...)",
    }
    for keys, saved in advice.items():
        if all(key in contents.arrays for key in keys):
            one = "" if contents.motion is None else f", d the table {contents.motion!r} in it"
            raise ReadError(
                f"{contents.path.name} is a person's motion ({', '.join(keys)}) in a pickle, which "
                f"can run any program; if you trust it, load it and save numpy.savez('x.npz', "
                f"{saved}{one}, and read that"
            )


def _looked_for(contents: Contents) -> str:
    if contents.container != NPZ.name:
        return f"no arrays that a known {contents.container} has"
    known = (repr(keys[0]) if len(keys) == 1 else ", ".join(keys) for keys in _keys(NPZ))
    return f"no array {' and not '.join(known)}"
