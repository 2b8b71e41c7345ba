"""The node tree of a glTF file over time: keys read at any instant, places by kinematics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.gltf.container import Gltf
from kinemesh.recordings.gltf.keys import Keys
from kinemesh.recordings.key_rate import rate_of

_PATHS = {"translation": "VEC3", "rotation": "VEC4", "scale": "VEC3"}
_USUAL: Mapping[str, list[float]] = {
    "translation": [0.0, 0.0, 0.0],
    "rotation": [0.0, 0.0, 0.0, 1.0],
    "scale": [1.0, 1.0, 1.0],
}
_UNEVEN_RATE = 30.0
"""Where keys lie at uneven times the motion is read at this rate [1/s]."""
_MOST_PLACES = 2_000_000
"""Frames times nodes that are followed."""


@dataclass(eq=False)
class Nodes:
    """The nodes of a file's scene, the keys that drive them, and where they are over time."""

    file: Gltf
    names: tuple[str, ...]
    parents: tuple[int, ...]
    """Parent of every node; -1 for roots."""
    shown: frozenset[int]
    """Nodes of the scene that the file shows."""
    keys: dict[tuple[int, str], Keys] = field(default_factory=dict)
    times: Array = field(default_factory=lambda: np.zeros(1))
    _known: dict[int, Array] = field(default_factory=dict)

    @classmethod
    def from_file(cls, file: Gltf) -> Nodes:
        """The tree of a file.

        Raises:
            ReadError: a node with two parents, or a circle.
        """
        rows = file.table("nodes")
        parents = [-1] * len(rows)
        for parent, row in enumerate(rows):
            for child in file.list_of(row, "children", int):
                file.row("nodes", child)
                if parents[child] != -1:
                    raise file.damaged(f"node {child} hangs from two others")
                parents[child] = parent
        names = tuple(str(row.get("name", f"node{k}")) for k, row in enumerate(rows))
        roots = [k for k, parent in enumerate(parents) if parent < 0]
        if len(_below(file, roots)) != len(rows):
            raise file.damaged("its nodes hang from one another in a circle")
        shown = roots
        if file.table("scenes"):
            shown = file.list_of(file.row("scenes", file.tables.get("scene", 0)), "nodes", int)
        return cls(file, names, tuple(parents), frozenset(_below(file, shown)))

    def up(self, node: int) -> list[int]:
        """The node and what it hangs from, up to the root."""
        chain = []
        while node >= 0:
            chain.append(node)
            node = self.parents[node]
        return chain

    def moves(self, node: int) -> bool:
        """Whether keys drive this node."""
        return any((node, path) in self.keys for path in _PATHS)

    def drive(self, animations: Sequence[dict[str, Any]]) -> None:
        """Take in the keys of ``animations``; a later one does not replace an earlier one's."""
        for animation in animations:
            samplers = self.file.list_of(animation, "samplers", dict)
            for node, path, sampler in channels(self.file, animation):
                if not 0 <= sampler < len(samplers):
                    raise self.file.damaged(f"an animation lacks its sampler {sampler}")
                if "matrix" in self.file.row("nodes", node):
                    raise self.file.damaged(f"node {self.names[node]!r} has a matrix and is driven")
                if (node, path) not in self.keys:
                    self.keys[node, path] = self._keys(samplers[sampler], path)

    def _keys(self, sampler: dict[str, Any], path: str) -> Keys:
        how = sampler.get("interpolation", "LINEAR")
        if how not in ("LINEAR", "STEP", "CUBICSPLINE"):
            raise self.file.damaged(
                f"keys are joined by {str(how)[:40]!r}, which glTF does not know"
            )
        times = self.file.accessor(sampler.get("input"), "SCALAR")[:, 0]
        values = self.file.accessor(sampler.get("output"), _PATHS[path])
        each = 3 if how == "CUBICSPLINE" else 1
        if not len(times) or len(values) != each * len(times):
            raise self.file.damaged(f"{len(times)} times of keys and {len(values)} values")
        if not np.all(np.isfinite(times)) or np.any(np.diff(times) <= 0.0):
            raise self.file.damaged("the times of keys do not rise")
        if not np.all(np.isfinite(values)):
            raise self.file.damaged(f"keys of a {path} are NaN or infinite")
        if each == 3:
            values = values.reshape(len(times), 3, -1)
        known = values[:, 1] if each == 3 else values
        if path == "rotation" and np.any(np.linalg.norm(known, axis=-1) < 1e-6):
            raise self.file.damaged("a key's rotation is zero")
        return Keys(times, values, how, path == "rotation")

    def settle(self, nodes: Sequence[int]) -> tuple[float, bool]:
        """Choose the instants at which ``nodes`` are followed.

        Returns:
            Frames per second [1/s], and whether it is the rate of the keys themselves.

        Raises:
            ReadError: nothing moves, or a motion too long for one file.
        """
        followed = {up for node in nodes for up in self.up(node)}
        driving = [keys for (node, _), keys in self.keys.items() if node in followed]
        if not driving or max(len(keys.times) for keys in driving) < 2:
            raise ReadError(
                f"{self.file.name} holds no motion: no keys move its joints or its objects; "
                f"export it with its animation"
            )
        first = min(keys.times[0] for keys in driving)
        last = max(keys.times[-1] for keys in driving)
        rate = rate_of([keys.times for keys in driving], first)
        even = rate is not None
        rate = rate if rate is not None else _UNEVEN_RATE
        frames = int((last - first) * rate + 1.5)
        if frames * max(1, len(followed)) > _MOST_PLACES:
            raise ReadError(
                f"{self.file.name} asks for {frames} frames of {len(followed)} nodes: that is no "
                f"one motion; export a part of it"
            )
        self.times = first + np.arange(frames) / rate
        self._known.clear()
        return rate, even

    def places(self, node: int) -> Array:
        """Matrices ``(T, 4, 4)`` from the node's frame to the world; ``(1, 4, 4)`` if it stays."""
        for k in reversed(self.up(node)):
            if k not in self._known:
                local = self._local(k)
                parent = self.parents[k]
                self._known[k] = local if parent < 0 else self._known[parent] @ local
        return self._known[node]

    def turns(self, node: int) -> Rotation:
        """The rotations nearest to the matrices of :meth:`places`.

        Raises:
            ReadError: a scale of zero.
        """
        linear = self.places(node)[:, :3, :3]
        lengths = np.linalg.norm(linear, axis=1, keepdims=True)
        if np.any(lengths < 1e-9) or not np.all(np.isfinite(linear)):
            raise self.file.damaged(f"node {self.names[node]!r} is scaled to nothing")
        u, _, vh = np.linalg.svd(linear / lengths)
        turns = u @ vh
        return Rotation.from_matrix(np.sign(np.linalg.det(turns))[:, None, None] * turns)

    def _local(self, node: int) -> Array:
        row = self.file.row("nodes", node)
        if "matrix" in row:
            columns = self.file.numbers(row, "matrix", list(np.eye(4).ravel()))
            return columns.reshape(1, 4, 4).transpose(0, 2, 1)
        parts = {}
        for path, usual in _USUAL.items():
            keys = self.keys.get((node, path))
            parts[path] = (
                self.file.numbers(row, path, usual)[None] if keys is None else keys.at(self.times)
            )
        if np.any(np.linalg.norm(parts["rotation"], axis=1) < 1e-6):
            raise self.file.damaged(f"the rotation of node {self.names[node]!r} is zero")
        matrix = np.zeros((max(len(part) for part in parts.values()), 4, 4))
        matrix[:, 3, 3] = 1.0
        matrix[:, :3, :3] = Rotation.from_quat(parts["rotation"]).as_matrix()
        matrix[:, :3, :3] *= parts["scale"][:, None, :]
        matrix[:, :3, 3] = parts["translation"]
        return matrix


def channels(file: Gltf, animation: dict[str, Any]) -> list[tuple[int, str, int]]:
    """Node, property and sampler of all that an animation drives."""
    found = []
    for channel in file.list_of(animation, "channels", dict):
        target = channel.get("target")
        if not isinstance(target, dict):
            raise file.damaged("a channel of an animation has no target")
        path, node, sampler = target.get("path"), target.get("node"), channel.get("sampler")
        if path in _PATHS and node is not None:
            file.row("nodes", node)
            if type(sampler) is not int:
                raise file.damaged(f"an animation lacks its sampler {str(sampler)[:40]!r}")
            found.append((node, path, sampler))
    return found


def _below(file: Gltf, roots: Sequence[int]) -> set[int]:
    """``roots`` and all that hangs from them."""
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += file.list_of(file.row("nodes", node), "children", int)
    return found
