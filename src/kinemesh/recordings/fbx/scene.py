"""The nodes of an FBX file and how they move, from the process that reads it."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh._files.inputs import head, looks_like
from kinemesh._files.outside import read_outside
from kinemesh.arrays import Array
from kinemesh.errors import MissingExtra, ReadError
from kinemesh.recordings.people.which import Which
from kinemesh.recordings.text import LARGEST

_BINARY = b"Kaydara FBX Binary"
_TEXT = (b"; FBX", b"FBXHeaderExtension")
_SECONDS = 600.0
"""No file that is read takes so long."""
_FARTHEST = 1e9


@dataclass(eq=False)
class FbxScene:
    """Nodes, right-handed with y up, in the file's unit."""

    file: str
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    """What each node carries: ``bone``, ``mesh``, ``empty``, ..."""
    parents: tuple[int, ...]
    """Parent of every node, which stands before it; -1 for the root."""
    moves: tuple[bool, ...]
    """Whether keys drive it."""
    local: Array
    """Place, turn ``qx qy qz qw`` and scale of each node in its parent's ``(T, N, 10)``."""
    fps: float
    even: bool
    """Whether the keys lie on that rate."""
    unit: float
    """Length of the file's unit [m], as it says."""
    takes: tuple[str, ...]
    """Names of the takes in which something moves."""
    meshes: tuple[tuple[int, Array, Any], ...]
    """Node, vertices ``(V, 3)`` and triangles ``(F, 3)`` of each mesh that is on no skin."""
    _known: dict[int, Array] = field(default_factory=dict)

    def up(self, node: int) -> list[int]:
        """The node and what it hangs from, up to the root."""
        chain = []
        while node >= 0:
            chain.append(node)
            node = self.parents[node]
        return chain

    def places(self, node: int) -> Array:
        """Matrices ``(T, 4, 4)`` from the node's frame to the world."""
        for k in reversed(self.up(node)):
            if k not in self._known:
                matrix = self._matrix(k)
                parent = self.parents[k]
                self._known[k] = matrix if parent < 0 else self._known[parent] @ matrix
        return self._known[node]

    def turns(self, node: int) -> Rotation:
        """The turns in the world, scales aside: those of all that the node hangs from.

        Raises:
            ReadError: a turn or a scale that is none.
        """
        turn = Rotation.identity(len(self.local))
        for k in reversed(self.up(node)):
            turn = turn * Rotation.from_quat(self.local[:, k, 3:7])
        return turn

    def _matrix(self, node: int) -> Array:
        rows = self.local[:, node]
        matrix = np.zeros((len(rows), 4, 4))
        matrix[:, 3, 3] = 1.0
        matrix[:, :3, :3] = Rotation.from_quat(rows[:, 3:7]).as_matrix() * rows[:, None, 7:]
        matrix[:, :3, 3] = rows[:, :3]
        return matrix


def read_scene(path: Path, which: Which) -> tuple[FbxScene, tuple[str, ...]]:
    """The scene of one take, and what is to be said of others.

    Raises:
        MissingExtra: the package ``ufbx`` is not installed.
        ReadError: not FBX, damaged, without motion, or a take that it does not hold.
    """
    start = head(path, 1024)
    if not start.startswith(_BINARY) and not any(word in start for word in _TEXT):
        raise ReadError(f"{path.name} is {looks_like(start[:64])}", expected="an FBX file")
    if path.stat().st_size > LARGEST:
        raise ReadError(
            f"{path.name} has {path.stat().st_size >> 20} MiB",
            expected=f"at most {LARGEST >> 20} MiB",
            advice="export it without pictures, or in parts",
        )
    if importlib.util.find_spec("ufbx") is None:
        raise MissingExtra("ufbx", "fbx")
    arrays = _asked(path, which.take or 0)
    info = json.loads(bytes(arrays["info"]))
    if not info["takes"]:
        raise ReadError(
            f"{path.name} holds no motion: no take of it moves anything; export it with its "
            f"animation"
        )
    _, said = which.take_of(path, len(info["takes"]))
    local = arrays["local"]
    size = np.linalg.norm(local[..., 3:7], axis=-1)
    with np.errstate(invalid="ignore"):
        if not np.all(np.abs(local) < _FARTHEST) or np.any(size < 1e-6):
            raise ReadError(f"{path.name} has nodes that are nowhere: it is damaged")
    points = np.split(arrays["vertices"], np.cumsum([n for _, n, _ in info["meshes"]]))
    faces = np.split(arrays["faces"], np.cumsum([n for *_, n in info["meshes"]]))
    nodes = [node for node, *_ in info["meshes"]]
    scene = FbxScene(
        file=path.name,
        names=tuple(info["names"]),
        kinds=tuple(info["kinds"]),
        parents=tuple(info["parents"]),
        moves=tuple(info["moves"]),
        local=local,
        fps=info["fps"],
        even=info["even"],
        unit=info["unit"],
        takes=tuple(info["takes"]),
        meshes=tuple(zip(nodes, points[:-1], faces[:-1], strict=True)),
    )
    return scene, said


def _asked(path: Path, take: int) -> dict[str, Any]:
    """The arrays that the other process answers with."""
    return read_outside(Path(__file__).with_name("child.py"), path, take, seconds=_SECONDS)
