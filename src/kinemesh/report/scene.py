"""The motions as a scene to play in the page: viser's recording, with its client.

Needs viser (``pip install "kinemesh[report]"``), imported where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import MissingExtra
from kinemesh.geometry import poses
from kinemesh.report.traces import LINES
from kinemesh.viewer import Mesh, Stage
from kinemesh.viewer.coarse import coarser
from kinemesh.viewer.guard import guarded_server
from kinemesh.viewer.palette import BLUE, Colour
from kinemesh.viewer.ports import silence

_GRAIN = 0.006
_DENSE = 300
"""Meshes of more triangles are drawn coarser."""
_THICK, _SIDES = 0.011, 6
"""The person's bones: radius [m] and sides."""
_MOST = 60_000
"""Poses that a recording holds at most; of a longer motion not every frame is shown."""
_APART = 0.7
"""Several motions stand so far apart [m]."""
_ABOVE = 0.85
"""A name stands so far above the middle of its robot [m]."""
_TINT = 0.45
"""How much of its line's colour a robot has, where there are several."""


def recording(
    stages: Sequence[Stage],
    names: Sequence[str],
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """An HTML page, complete in itself, that plays the motions beside each other.

    Args:
        stages: what there is to draw of each.
        names: what is written above each robot, where there are several.
        progress: called with (frames recorded, frames in all).

    Raises:
        MissingExtra: viser is not installed.
    """
    if find_spec("viser") is None:
        raise MissingExtra("viser", "report")
    # viser shows a banner; its port is this machine's own and closed again below
    with silence():
        server = guarded_server("127.0.0.1", 0, verbose=False)
        try:
            return _recorded(server, stages, names, progress)
        finally:
            server.stop()


def _recorded(
    server: Any,
    stages: Sequence[Stage],
    names: Sequence[str],
    progress: Callable[[int, int], None] | None,
) -> str:
    offsets = _offsets(stages)
    actors = []
    for k, (stage, offset) in enumerate(zip(stages, offsets, strict=True)):
        tint = LINES[k % len(LINES)] if len(stages) > 1 else None
        actors.append(_Actor(server, k, stage, offset, tint, names[k]))
    _light(server, stages, offsets)
    fps = max(stage.fps for stage in stages)
    duration = max(stage.duration for stage in stages)
    count = sum(len(s.links) + len(s.props) + len(s.edges) for s in stages)
    step = max(1, -(-int(duration * fps + 1) * count // _MOST))
    serializer = server.get_scene_serializer()
    times = np.arange(0.0, duration + 0.5 / fps, step / fps)
    for index, time in enumerate(times):
        for actor in actors:
            actor.move(time)
        serializer.insert_sleep(step / fps)
        if progress is not None:
            progress(index + 1, len(times))
    return str(serializer.as_html())


class _Actor:
    """One motion in the scene."""

    def __init__(
        self, server: Any, index: int, stage: Stage, offset: Array, tint: Colour | None, name: str
    ) -> None:
        self._stage, self._offset, self._frame = stage, offset, -1
        scene, root = server.scene, f"/motion_{index}"
        self._links = [
            _add(scene, f"{root}/robot/{k}", mesh, tint) for k, mesh in enumerate(stage.links)
        ]
        self._props = [_add(scene, f"{root}/object_{k}", m) for k, m in enumerate(stage.props)]
        if stage.terrain is not None:
            _add(scene, f"{root}/terrain", stage.terrain).position = offset
        self._name = None if tint is None else scene.add_label(f"{root}/name", name)
        self._bones: list[Any] = []
        if stage.person is not None:
            self._bones = [
                _bone(scene, f"{root}/person/{k}", stage.person[:, pair])
                for k, pair in enumerate(stage.edges)
            ]

    def move(self, time: float) -> None:
        """To where everything is at ``time`` [s]."""
        frame = min(round(time * self._stage.fps), len(self._stage) - 1)
        if frame == self._frame:
            return
        self._frame = frame
        _place(self._links, self._stage.link_poses[frame], self._offset)
        if self._name is not None:
            above = self._stage.link_poses[frame, :, :3].mean(axis=0)
            self._name.position = above + self._offset + (0.0, 0.0, _ABOVE)
        if self._stage.prop_poses is not None:
            _place(self._props, self._stage.prop_poses[frame], self._offset)
        if self._stage.person is not None:
            ends = self._stage.person[frame][self._stage.edges]
            _place(self._bones, _along(ends), self._offset)


def _add(scene: Any, name: str, mesh: Mesh, tint: Colour | None = None) -> Any:
    vertices, faces = coarser(mesh.vertices, mesh.faces, grain=_GRAIN, dense=_DENSE)
    colour = np.array(mesh.colour)
    if tint is not None:
        colour = colour + _TINT * (np.array(tint) - colour)
    return scene.add_mesh_simple(
        name,
        vertices=vertices.astype(np.float32),
        faces=faces.astype(np.uint32),
        color=tuple(float(part) for part in colour),
        flat_shading=True,
        side="double",
        receive_shadow=False,
    )


def _bone(scene: Any, name: str, ends: Array) -> Any:
    """A rod as long as a bone whose ends are at ``ends`` ``(T, 2, 3)`` [m], along its x."""
    length = float(np.median(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)))
    angle = np.arange(_SIDES) * 2.0 * np.pi / _SIDES
    ring = _THICK * np.stack([0.0 * angle, np.cos(angle), np.sin(angle)], axis=1)
    points = np.concatenate([ring, ring + np.array([length, 0.0, 0.0])])
    side, after = np.arange(_SIDES), (np.arange(_SIDES) + 1) % _SIDES
    faces = np.concatenate(
        [
            np.stack([side, after, side + _SIDES], axis=1),
            np.stack([after, after + _SIDES, side + _SIDES], axis=1),
        ]
    )
    return _add(scene, name, Mesh(name, points, faces, BLUE))


def _along(ends: Array) -> Array:
    """Poses ``(E, 7)`` that lay x along bones ``(E, 2, 3)`` [m], from their first ends."""
    found = np.tile(poses.IDENTITY, (len(ends), 1))
    found[:, :3] = ends[:, 0]
    axis = ends[:, 1] - ends[:, 0]
    axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-9)
    # half way between x and the bone: the shortest turn; from x to -x any half turn will do
    turn = np.stack([0.0 * axis[:, 0], -axis[:, 2], axis[:, 1], 1.0 + axis[:, 0]], axis=1)
    size = np.linalg.norm(turn, axis=1, keepdims=True)
    found[:, 3:] = np.where(size > 1e-6, turn / np.maximum(size, 1e-6), [0.0, 0.0, 1.0, 0.0])
    return found


def _place(handles: Sequence[Any], where: Array, offset: Array) -> None:
    for handle, pose in zip(handles, poses.to_wxyz(where), strict=True):
        handle.position, handle.wxyz = pose[:3] + offset, pose[3:]


def _offsets(stages: Sequence[Stage]) -> list[Array]:
    """Beside each other along the axis in which less room is taken."""
    lows, highs = zip(*(_room(stage) for stage in stages), strict=True)
    size = np.max(highs, axis=0) - np.min(lows, axis=0)
    axis = int(np.argmin(size[:2]))
    step = np.zeros(3)
    step[axis] = size[axis] + _APART
    return [k * step for k in range(len(stages))]


def _room(stage: Stage) -> tuple[Array, Array]:
    """Lowest and highest corner of where the robot and the terrain are."""
    points = stage.link_poses[..., :3].reshape(-1, 3)
    if stage.terrain is not None:
        points = np.concatenate([points, stage.terrain.vertices])
    return points.min(axis=0), points.max(axis=0)


def _light(server: Any, stages: Sequence[Stage], offsets: Sequence[Array]) -> None:
    """Ground, camera and lights."""
    places = np.concatenate(
        [s.link_poses[:, 0, :3] + offset for s, offset in zip(stages, offsets, strict=True)]
    )
    low, high = places.min(axis=0), places.max(axis=0)
    middle = (low + high) / 2.0
    away = max(float(np.linalg.norm((high - low)[:2])), 1.0) + 1.6
    ahead = poses.matrix(stages[0].link_poses[:, 0])[:, :2, 0].sum(axis=0)
    turn = np.arctan2(ahead[1], ahead[0]) - np.radians(40.0)
    server.initial_camera.position = (
        middle[0] + away * np.cos(turn),
        middle[1] + away * np.sin(turn),
        middle[2] + 0.35 * away,
    )
    server.initial_camera.look_at = (middle[0], middle[1], 0.6)
    server.initial_camera.fov = np.radians(40.0)
    if stages[0].ground is not None:
        server.scene.add_grid(
            "/ground",
            width=20.0,
            height=20.0,
            cell_size=0.5,
            section_size=1.0,
            position=(middle[0], middle[1], stages[0].ground),
        )
