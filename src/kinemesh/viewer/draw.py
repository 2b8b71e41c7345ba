"""One result in a viser scene: its nodes, made once and moved every frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.viewer.mesh_overlay import MeshOverlay
from kinemesh.viewer.meshes import Mesh
from kinemesh.viewer.palette import BLUE, DARK, GREEN, LIGHT, PURPLE, VERMILION, Colour
from kinemesh.viewer.stage import Stage

SHOWN: Mapping[str, bool] = {
    "robot": True,
    "glass": False,
    "person": True,
    "props": True,
    "terrain": True,
    "contacts": True,
    "mesh": False,
}
"""What can be shown, and what is at first; ``glass``: one sees through the robot."""

_GLASS = 0.35
"""Opacity of a robot that one sees through."""
_SHADE = 0.45
"""The dark links of a coloured robot have this share of its colour."""


class Actor:
    """A stage in a scene, under the node ``root``.

    Args:
        scene: viser's scene.
        root: name of the node that carries it all.
        stage: what to draw.
        colour: the robot's colour.
        web: the interaction mesh, where the clip is known.
        label: a name over the robot's head; empty: none.

    Attributes:
        standing: link poses ``(L, 7)`` to show in place of those of the stage.
    """

    def __init__(
        self,
        scene: Any,
        root: str,
        stage: Stage,
        *,
        colour: Colour = LIGHT,
        web: MeshOverlay | None = None,
        label: str = "",
    ) -> None:
        self.stage = stage
        self.standing: Array | None = None
        self._scene, self._root, self._web = scene, root, web
        self._shown = dict(SHOWN)
        self._node = scene.add_frame(root, show_axes=False)
        self._colours = [_tinted(mesh, colour) for mesh in stage.links]
        self._links = [
            _mesh(scene, f"{root}/link{k}", mesh, tint)
            for k, (mesh, tint) in enumerate(zip(stage.links, self._colours, strict=True))
        ]
        self._props = [
            _mesh(scene, f"{root}/prop{k}", mesh, mesh.colour) for k, mesh in enumerate(stage.props)
        ]
        self._terrain = None
        if stage.terrain is not None:
            self._terrain = _mesh(scene, f"{root}/terrain", stage.terrain, stage.terrain.colour)
        self._contacts = [
            scene.add_icosphere(f"{root}/contact{k}", 0.035, color=_rgb(GREEN), opacity=0.85)
            for k in range(len(stage.contacts))
        ]
        self._person = None
        if stage.person is not None:
            self._person = scene.add_line_segments(
                f"{root}/person", stage.person[0][stage.edges], _rgb(BLUE), thickness=0.024
            )
        self._label = (
            scene.add_label(f"{root}/label", label, anchor="bottom-center") if label else None
        )
        self._edges: Any = None
        self._lit: set[int] = set()
        self.pose(0)

    def place(self, offset: Array) -> None:
        """Move the whole of it by ``offset`` ``(3,)`` [m]."""
        self._node.position = offset

    def show(self, shown: Mapping[str, bool]) -> None:
        """Show and hide what :data:`SHOWN` names."""
        if shown == self._shown:
            return
        self._shown = dict(shown)
        for link in self._links:
            link.visible = shown["robot"]
            link.opacity = _GLASS if shown["glass"] else None
        for prop in self._props:
            prop.visible = shown["props"]
        for handle, part in ((self._person, "person"), (self._terrain, "terrain")):
            if handle is not None:
                handle.visible = shown[part]

    def pose(self, frame: int) -> None:
        """Show ``frame``."""
        stage = self.stage
        _move(self._links, stage.link_poses[frame] if self.standing is None else self.standing)
        assert stage.prop_poses is not None  # the stage sees to it
        _move(self._props, stage.prop_poses[frame])
        self._light({p.link for p in stage.inside(frame)})
        for contact, ball in zip(stage.contacts, self._contacts, strict=True):
            ball.visible = self._shown["contacts"] and bool(contact.on[frame])
            if ball.visible:
                ball.position = contact.points[frame]
        if self._person is not None and stage.person is not None:
            self._person.points = stage.person[frame][stage.edges].astype(np.float32)
        if self._label is not None:
            top = stage.link_poses[frame, :, 2].max() + 0.25
            self._label.position = (*stage.link_poses[frame, 0, :2], top)
        self._spin(frame)

    def _light(self, names: set[str]) -> None:
        """Light up the links inside something; what was lit before gets its colour back."""
        inside = {k for k, mesh in enumerate(self.stage.links) if mesh.name in names}
        for k in inside ^ self._lit:
            self._links[k].color = _rgb(VERMILION if k in inside else self._colours[k])
        self._lit = inside

    def _spin(self, frame: int) -> None:
        """The interaction mesh of ``frame``, if it is to be seen."""
        if not self._shown["mesh"] or self._web is None:
            if self._edges is not None:
                self._edges.visible = False
            return
        self._edges = self._scene.add_line_segments(
            f"{self._root}/mesh", self._web.edges(frame), _rgb(PURPLE), thickness=0.004
        )


def _mesh(scene: Any, name: str, mesh: Mesh, colour: Colour) -> Any:
    return scene.add_mesh_simple(
        name, mesh.vertices, mesh.faces, color=_rgb(colour), flat_shading=True, side="double"
    )


def _move(handles: list[Any], poses: Array) -> None:
    for handle, (x, y, z, qx, qy, qz, qw) in zip(handles, poses.tolist(), strict=True):
        handle.position, handle.wxyz = (x, y, z), (qw, qx, qy, qz)


def _tinted(mesh: Mesh, colour: Colour) -> Colour:
    """The link's colour on a robot of this colour."""
    if colour == LIGHT:
        return mesh.colour
    r, g, b = colour
    return (_SHADE * r, _SHADE * g, _SHADE * b) if mesh.colour == DARK else colour


def _rgb(colour: Colour) -> tuple[int, int, int]:
    r, g, b = (round(255 * channel) for channel in colour)
    return r, g, b
