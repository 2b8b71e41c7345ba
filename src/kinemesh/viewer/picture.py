"""Still pictures of a result, and of a robot at rest with its landmarks.

Needs matplotlib (``pip install "kinemesh[picture]"``), imported where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.disk import check_place, write_whole
from kinemesh.arrays import Array
from kinemesh.errors import MissingExtra, WriteError
from kinemesh.geometry import poses
from kinemesh.motion import LANDMARKS, Clip, Scene, Shape
from kinemesh.motion.skeleton import BONES
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.viewer.coarse import coarser
from kinemesh.viewer.palette import BLUE, ORANGE, SAND

_ROBOT = (0.55, 0.60, 0.66)
_PERSON = BLUE
_PALE = (0.80, 0.83, 0.87)
_PALM = (0.80, 0.10, 0.10)
_LIGHT = np.array([0.35, -0.45, 0.82])
_PANEL = 0.12
"""Large faces are cut to triangles of this edge [m], so that sorting by depth works."""


def picture(
    result: Result,
    path: str | Path,
    *,
    robot: RobotModel,
    clip: Clip | None = None,
    frames: Sequence[int] | None = None,
    azimuth: float = -60.0,
    elevation: float = 12.0,
    size: float = 2.6,
    dpi: int = 110,
) -> Path:
    """Draw a contact sheet: one column a frame, the robot below, the person above if given.

    Args:
        result: what to draw; its scene gives props and terrain.
        path: a ``.png`` to write.
        robot: the model that the trajectory belongs to.
        clip: the demonstration; None leaves the person out.
        frames: which frames; default: five spread over the clip.
        azimuth: direction to look from [deg].
        elevation: height to look from [deg].
        size: edge of one picture [inch].
        dpi: resolution [1/inch].

    Raises:
        MissingExtra: matplotlib is not installed.
        WriteError: the folder does not exist.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> kinemesh.viewer.picture(result, "walk.png", robot=robot, frames=[0]).name
        'walk.png'
    """
    target = _target(path)
    chosen = list(frames) if frames is not None else _spread(len(result))
    rows = 1 if clip is None else 2
    figure = _figure(size * len(chosen), size * rows, dpi)
    for column, index in enumerate(chosen):
        q = result.trajectory.q[index]
        if clip is not None:
            axes = _axes(figure, rows, len(chosen), column + 1, azimuth, elevation)
            _draw_solids(axes, _scene_triangles(clip.scene, index), azimuth, elevation)
            _draw_person(axes, clip.landmarks()[index])
            _frame_view(axes, clip.landmark("pelvis")[index], clip.stature)
            axes.set_title(f"{index / result.trajectory.fps:.1f} s", fontsize=9, pad=-2)
        axes = _axes(
            figure, rows, len(chosen), (rows - 1) * len(chosen) + column + 1, azimuth, elevation
        )
        solids = [*_robot_triangles(robot, q), *_scene_triangles(result.scene, index)]
        _draw_solids(axes, solids, azimuth, elevation)
        _frame_view(axes, q[:3], robot.height)
    figure.subplots_adjust(0.0, 0.0, 1.0, 0.97, wspace=0.0, hspace=0.0)
    _save(figure, target)
    return target


def robot_picture(
    robot: RobotModel, path: str | Path, *, size: float = 5.0, dpi: int = 110
) -> Path:
    """Draw a robot at rest from before, from the left and askew, with what ``robot.toml`` says.

    Landmarks and the bones between them are blue, soles orange, palms' normals red.

    Args:
        robot: the robot.
        path: a ``.png`` to write.
        size: edge of one picture [inch].
        dpi: resolution [1/inch].

    Raises:
        MissingExtra: matplotlib is not installed.
        WriteError: the folder does not exist.

    Examples:
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> kinemesh.viewer.robot_picture(robot, "g1.png", size=2.0, dpi=40).name
        'g1.png'
    """
    target = _target(path)
    figure = _figure(3 * size, size, dpi)
    posed = robot.configuration(robot.rest)
    solids = [(triangles, _PALE) for triangles, _ in _robot_triangles(robot, robot.rest)]
    # A base may be anywhere in a robot: what is to be seen is all of it.
    corners = np.concatenate([posed.landmarks(), *(t.reshape(-1, 3) for t, _ in solids)])
    low, high = corners.min(axis=0), corners.max(axis=0)
    for column, (azimuth, elevation) in enumerate(((0.0, 4.0), (90.0, 4.0), (35.0, 18.0)), 1):
        axes = _axes(figure, 1, 3, column, azimuth, elevation)
        _draw_solids(axes, solids, azimuth, elevation)
        _draw_person(axes, posed.landmarks())
        for sole in robot.soles:
            ring = posed.positions(np.full(5, sole.joint), sole.corners[[0, 1, 3, 2, 0]])
            axes.plot(*ring.T, color=ORANGE, lw=2.0, zorder=4)
        for hand in robot.hands:
            ends = np.stack([hand.point, hand.point + 0.08 * robot.height * hand.normal])
            ends = posed.positions(np.full(2, hand.joint), ends)
            axes.plot(*ends.T, color=_PALM, lw=2.0, zorder=4)
        for name, place in zip(LANDMARKS, posed.landmarks(), strict=True):
            axes.text(*place, f" {name.replace('_', ' ')}", fontsize=6, zorder=5)
        _frame_cube(axes, (low + high) / 2.0, float((high - low).max()))
    figure.subplots_adjust(0.0, 0.0, 1.0, 1.0, wspace=0.0, hspace=0.0)
    _save(figure, target)
    return target


def _target(path: str | Path) -> Path:
    """Where a picture is to be written, checked.

    Raises:
        WriteError: it cannot be.
    """
    return check_place(path)


def _save(figure: Any, target: Path) -> None:
    kind = target.suffix[1:].lower() or "png"
    if kind not in (known := figure.canvas.get_supported_filetypes()):
        raise WriteError(f"{target}: expected a picture: .{', .'.join(sorted(known))}")
    write_whole(target, lambda to: figure.savefig(to, format=kind, facecolor="white"))


def _figure(width: float, height: float, dpi: int) -> Any:
    """An empty figure of ``width`` by ``height`` [inch].

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib", "picture") from error
    figure = Figure(figsize=(width, height), dpi=dpi)
    FigureCanvasAgg(figure)
    return figure


def _spread(count: int) -> list[int]:
    return [int(k) for k in np.linspace(0.04, 0.96, 5) * (count - 1)]


def _axes(figure: Any, rows: int, columns: int, at: int, azimuth: float, elevation: float) -> Any:
    axes = figure.add_subplot(rows, columns, at, projection="3d", computed_zorder=False)
    axes.set_proj_type("ortho")
    axes.view_init(elev=elevation, azim=azimuth)
    axes.set_axis_off()
    return axes


def _frame_view(axes: Any, place: Array, height: float) -> None:
    """Show a cube around a body at ``place``, standing on the ground."""
    middle = max(float(place[2]), 0.5 * height) - 0.02 * height
    _frame_cube(axes, np.array([place[0], place[1], middle]), height)


def _frame_cube(axes: Any, centre: Array, size: float) -> None:
    """Show a cube in which a body of this size [m] is whole."""
    half = 0.62 * size
    axes.set_xlim(centre[0] - half, centre[0] + half)
    axes.set_ylim(centre[1] - half, centre[1] + half)
    axes.set_zlim(centre[2] - half, centre[2] + half)
    axes.set_box_aspect((1, 1, 1), zoom=1.6)
    grid = np.linspace(-half, half, 5)
    for offset in grid:
        for xs, ys in (((-half, half), (offset, offset)), ((offset, offset), (-half, half))):
            axes.plot(
                np.add(xs, centre[0]), np.add(ys, centre[1]), (0, 0), color="0.82", lw=0.6, zorder=0
            )


def _robot_triangles(robot: RobotModel, q: Array) -> list[tuple[Array, tuple[float, ...]]]:
    configuration = robot.configuration(q)
    solids: list[tuple[Array, tuple[float, ...]]] = []
    for hull in robot.hulls:
        shape = Shape.convex(hull.vertices)
        world = shape.vertices @ configuration.rotations[hull.joint].T
        world = world + configuration.translations[hull.joint]
        solids.append((world[shape.faces], _ROBOT))
    return solids


def _scene_triangles(scene: Scene, index: int) -> list[tuple[Array, tuple[float, ...]]]:
    solids: list[tuple[Array, tuple[float, ...]]] = []
    if scene.terrain is not None:
        for part in scene.terrain.shape.parts:
            solids.append((_cut(part.vertices[part.faces]), SAND))
    for prop in scene.props:
        vertices, faces = coarser(prop.shape.vertices, prop.shape.faces)
        world = poses.apply(prop.track[index], vertices)
        solids.append((_cut(world[faces]), ORANGE))
    return solids


def _cut(triangles: Array) -> Array:
    """Halve triangles at their longest edge until no edge is longer than a panel."""
    done = []
    while len(triangles):
        edges = np.linalg.norm(triangles - np.roll(triangles, -1, axis=1), axis=2)
        long = edges.max(axis=1) > _PANEL
        done.append(triangles[~long])
        rest, edges = triangles[long], edges[long]
        k = edges.argmax(axis=1)
        row = np.arange(len(rest))
        a, b, c = rest[row, k], rest[row, (k + 1) % 3], rest[row, (k + 2) % 3]
        middle = (a + b) / 2.0
        triangles = np.concatenate([np.stack([a, middle, c], 1), np.stack([middle, b, c], 1)])
    return np.concatenate(done) if done else triangles


def _draw_solids(
    axes: Any,
    solids: Sequence[tuple[Array, tuple[float, ...]]],
    azimuth: float,
    elevation: float,
) -> None:
    """Front faces of all solids in one collection, so that they hide one another rightly."""
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    if not solids:
        return
    turn, lift = np.radians(azimuth), np.radians(elevation)
    eye = np.array([np.cos(lift) * np.cos(turn), np.cos(lift) * np.sin(turn), np.sin(lift)])
    triangles = np.concatenate([t for t, _ in solids])
    colours = np.concatenate([np.tile(c, (len(t), 1)) for t, c in solids])
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    facing = normals @ eye > 0.0
    shade = 0.55 + 0.45 * np.clip(normals @ _LIGHT, 0.0, 1.0)
    shaded = np.clip(colours * shade[:, None], 0.0, 1.0)[facing]
    axes.add_collection3d(
        Poly3DCollection(
            triangles[facing], facecolors=shaded, edgecolors=shaded, linewidths=0.2, zorder=1
        )
    )


def _draw_person(axes: Any, landmarks: Array) -> None:
    place = dict(zip(LANDMARKS, landmarks, strict=True))
    for a, b in BONES:
        ends = np.array([place[a], place[b]])
        axes.plot(*ends.T, color=_PERSON, lw=2.6, solid_capstyle="round", zorder=2)
    axes.scatter(*landmarks.T, color=_PERSON, s=9, depthshade=False, zorder=3)
