"""Body models of SMPL's family: from the user's licensed files to the bones of one person.

The joints of these models are a linear function of the shape numbers: regressed from the skin at
rest, which is the template and the shape's displacements. The pose does not enter, so the files'
arrays are all that is needed, without torch and without running anything.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kinemesh._files.inputs import existing_file
from kinemesh._files.numpy_files import read_npz
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.smpl.bones import PARENTS, Bones
from kinemesh.recordings.smpl.pickles import read_pickled_arrays

_KEYS = ("v_template", "shapedirs", "J_regressor", "kintree_table")
_COUNTS = {"smpl": 24, "smplh": 52, "smplx": 55}
_SITES = {
    "smpl": "https://smpl.is.tue.mpg.de",
    "smplh": "https://mano.is.tue.mpg.de",
    "smplx": "https://smpl-x.is.tue.mpg.de",
}
_LARGEST = 1e10
"""Larger numbers than this are damaged; the parent of the root may be 2^32 - 1."""
_IDENTITY = 300
"""Where the expressions begin in a model that has this many shape numbers before them."""


def read_body(
    folder: str | Path, kinds: Sequence[str], gender: str, betas: Array | None
) -> tuple[str, Bones]:
    """The bones of the person whose shape numbers are ``betas``.

    Args:
        folder: where the model files lie, as the smplx package wants them
            (``smplx/SMPLX_NEUTRAL.npz``), or one such file.
        kinds: ``smpl``, ``smplh``, ``smplx``: those that would do, the best first.
        gender: ``neutral``, ``male`` or ``female``.
        betas: shape numbers ``(n,)``; the template's shape if None.

    Returns:
        The kind of the model, and the bones.

    Raises:
        ReadError: no such model there, or a file that is none.
    """
    kind, path = _find(Path(folder), kinds, gender)
    arrays = _arrays(path)
    joints, vertices = _COUNTS[kind], len(arrays["v_template"])
    expected = {
        "v_template": (vertices, 3),
        "shapedirs": (vertices, 3, arrays["shapedirs"].shape[-1]),
        "J_regressor": (joints, vertices),
        "kintree_table": (2, joints),
    }
    for name, shape in expected.items():
        if arrays[name].shape != shape or not np.all(np.abs(arrays[name]) < _LARGEST):
            raise ReadError(
                f"{path.name}: {name!r} has shape {arrays[name].shape}",
                given=arrays[name].shape,
                expected=f"finite numbers {shape} below {_LARGEST:g}, as a model of kind {kind} "
                "has",
            )
    if not np.array_equal(arrays["kintree_table"][0, 1:], PARENTS[joints][1:]):
        raise ReadError(f"{path.name}: 'kintree_table' is not the tree of a {kind} model")
    skin, used = _shaped(arrays["v_template"], arrays["shapedirs"], betas)
    height = float(np.ptp(skin[:, 1]))
    note = f"{path.name} with {used} shape numbers, {gender}, {height:.3f} m tall"
    return kind, Bones(arrays["J_regressor"] @ skin, height, note)


def _shaped(template: Array, directions: Array, betas: Array | None) -> tuple[Array, int]:
    """The skin ``(V, 3)`` [m] of a person at rest, and how many shape numbers made it."""
    if betas is None:
        return template, 0
    there = directions.shape[2]
    shapes = there if there < _IDENTITY else _IDENTITY
    shapes = 10 if there == 20 else shapes  # SMPL-X 1.0: ten of shape, ten of expression
    used = min(len(betas), shapes)
    return template + directions[:, :, :used] @ betas[:used], used


def _arrays(path: Path) -> dict[str, Array]:
    if path.suffix.lower() == ".npz":
        found: dict[str, Array] = read_npz(path, _KEYS)
    else:
        found = read_pickled_arrays(path, _KEYS)
    missing = [key for key in _KEYS if key not in found]
    if missing or found["v_template"].ndim != 2 or found["shapedirs"].ndim != 3:
        raise ReadError(
            f"{path.name} is no body model: it lacks {', '.join(missing) or 'a template mesh'}",
            expected=", ".join(_KEYS),
        )
    return found


def _find(folder: Path, kinds: Sequence[str], gender: str) -> tuple[str, Path]:
    """The first of the places where a model may lie, and its kind."""
    if folder.suffix.lower() in (".npz", ".pkl"):
        path = existing_file(folder)
        named = [k for k in kinds if path.stem.lower().split("_")[0] == k]
        return (named or list(kinds))[0], path
    if not os.path.isdir(folder):
        raise ReadError(
            f"body_model={str(folder)!r} is no folder",
            given=str(folder),
            expected="the one with the model files; they are free for research after "
            f"registration at {_SITES[kinds[0]]}",
        )
    for kind in kinds:
        for ending in (".npz", ".pkl"):
            name = f"{kind.upper()}_{gender.upper()}{ending}"
            beside = folder / kind / gender / f"model{ending}"
            for path in (folder / kind / name, folder / name, beside):
                if os.path.isfile(path):
                    return kind, existing_file(path)
    kind = kinds[0]
    raise ReadError(
        f"{folder} has no {kind.upper()}_{gender.upper()}.npz or .pkl, nor in {kind}/",
        expected="the body model of the file",
        advice=f"it is free for research after registration at {_SITES[kind]}; or leave "
        "body_model out for a stand-in skeleton",
    )
