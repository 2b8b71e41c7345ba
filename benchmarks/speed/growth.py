"""How the cost grows: with frames, anchors, triangles of a prop, pairs of hulls."""

from __future__ import annotations

import time
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import clips
import numpy as np
from numpy.typing import NDArray
from peers import ROBOTS
from rich.console import Console
from rich.table import Table
from solving import Timing, timed

from kinemesh import Clip, Retargeter, RobotModel, Shape, constraints
from kinemesh.problem import MeshOptions


@dataclass(frozen=True, eq=False)
class Variant:
    """One row of a table: what to solve, and what it took to make it [s]."""

    label: str
    clip: Clip
    robot: RobotModel
    options: dict[str, Any] = field(default_factory=dict)
    made: float = 0.0


def _grow(console: Console, title: str, what: str, variants: list[Variant], repeat: int) -> None:
    """Solve all variants in turn, ``repeat`` times over, and print the best of each.

    The work is the same in every run and whatever else the machine does can only add to it.
    What is done once a clip is timed apart, by doing it again.
    """
    once = np.full((repeat, len(variants)), np.inf)
    runs: list[list[Timing]] = []
    for turn in range(repeat):
        runs.append([timed(v.clip, v.robot, **v.options) for v in variants])
        for k, variant in enumerate(variants):
            start = time.perf_counter()
            Retargeter(variant.robot, **variant.options).plan(variant.clip)
            once[turn, k] = time.perf_counter() - start
    table = Table(
        *(what, "frames", "QPs a frame", r"once a clip \[s]", "then, ms a frame"),
        *("against first", "frames/s"),
        title=f"{title}; best of {repeat}",
    )
    first = None
    for k, variant in enumerate(variants):
        fastest = min((turn[k] for turn in runs), key=lambda run: run.seconds)
        plan, count = float(once[:, k].min()), fastest.frames
        each = 1e3 * (fastest.seconds - plan) / count
        first = first or each
        table.add_row(
            *(variant.label, str(count), f"{fastest.solves:.1f}", f"{plan + variant.made:.2f}"),
            *(f"{each:.2f}", f"{each / first:.2f} x"),
            f"{count / (fastest.seconds + variant.made):.1f}",
        )
    console.print(table)


def frames(console: Console, data: Path, robot: RobotModel, base: int, repeat: int) -> None:
    """A dance, ever longer."""
    clip = clips.read(data, "dance1_subject1")
    counts = sorted({min(k * base, len(clip)) for k in (1, 2, 4)} | {len(clip)})
    variants = [Variant(f"first {count}", clip.crop(0, count), robot) for count in counts]
    _grow(console, "dance1_subject1: length", "length", variants, repeat)


def anchors(console: Console, data: Path, robot: RobotModel, repeat: int) -> None:
    """The box clip with a coarser and a finer interaction mesh."""
    clip = clips.read(data, "sub3_largebox_003")
    rows = []
    for prop, ground in ((100, 24), (25, 6), (50, 12), (200, 48), (400, 96)):
        mesh = MeshOptions(prop_anchors=prop, ground_anchors=ground)
        label = f"{prop} box, {ground} ground"
        rows.append(Variant(label, clip, robot, {"mesh": mesh}))
    _grow(console, "sub3_largebox_003: anchors, the default first", "anchors", rows, repeat)


def triangles(console: Console, data: Path, robot: RobotModel, repeat: int) -> None:
    """The box clip with the box's mesh made coarser and finer."""
    clip = clips.read(data, "sub3_largebox_003")
    (prop,) = clip.scene.props
    rows = []
    variants = [("as it is", prop.shape.vertices, prop.shape.faces)]
    variants += [
        (f"{1e3 * cell:.0f} mm grid", *_coarser(prop.shape.vertices, prop.shape.faces, cell))
        for cell in (0.02, 0.05)
    ]
    variants.append(("each in four", *_finer(prop.shape.vertices, prop.shape.faces)))
    for label, vertices, faces in variants:
        start = time.perf_counter()
        shape = Shape.from_mesh(vertices, faces)
        made = time.perf_counter() - start
        scene = replace(clip.scene, props=(replace(prop, shape=shape),))
        corners = sum(len(part.vertices) for part in shape.parts)
        text = f"{len(faces)}, {corners}: {label}"
        rows.append(Variant(text, replace(clip, scene=scene), robot, made=made))
    title = "sub3_largebox_003: triangles of the box and corners of its hull"
    _grow(console, title, "triangles, corners", rows, repeat)


Mesh = tuple[NDArray[np.float64], NDArray[np.int64]]


def _coarser(vertices: NDArray[np.float64], faces: NDArray[np.int64], cell: float) -> Mesh:
    """All vertices in a cube of side ``cell`` [m] become one, in their middle."""
    _, index = np.unique(np.floor(vertices / cell), axis=0, return_inverse=True)
    index = index.reshape(-1)
    count = np.bincount(index)
    merged = np.stack([np.bincount(index, column) / count for column in vertices.T], axis=1)
    moved = index[faces]
    a, b, c = moved.T
    return merged, moved[(a != b) & (b != c) & (a != c)]


def _finer(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> Mesh:
    """Each triangle becomes four."""
    edges = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    pairs, index = np.unique(edges, axis=0, return_inverse=True)
    ab, bc, ca = (index.reshape(-1, 3) + len(vertices)).T
    a, b, c = faces.T
    corners = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
    middle = vertices[pairs].mean(axis=1)
    return np.vstack([vertices, middle]), np.vstack([np.stack(k, axis=1) for k in corners])


def pairs(console: Console, data: Path, robot: RobotModel, repeat: int) -> None:
    """The box clip with more and fewer pairs of hulls that must stay apart."""
    clip = clips.read(data, "sub3_largebox_003")
    folder = ROBOTS / robot.name
    rows = [Variant(f"{len(robot.self_pairs)}, the default", clip, robot)]
    if (folder / "robot.toml").is_file():
        table = tomllib.loads((folder / "robot.toml").read_text(encoding="utf-8"))
        for apart in (4, 6):
            collision = {**table.get("collision", {}), "neighbours": apart}
            mapping = {**table, "collision": collision}
            other = RobotModel.load(folder / table["urdf"], mapping=mapping)
            label = f"{len(other.self_pairs)}, over {apart} joints apart"
            rows.append(Variant(label, clip, other))
    for label, left_out in (
        ("no self-collision", (constraints.SelfCollision,)),
        ("nor any other", (constraints.SelfCollision, constraints.NonPenetration)),
    ):
        kept = tuple(c for c in constraints.defaults() if not isinstance(c, left_out))
        rows.append(Variant(label, clip, robot, {"constraints": kept}))
    _grow(console, "sub3_largebox_003: collision pairs", "pairs", rows, repeat)
