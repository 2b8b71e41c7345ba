"""Pictures by casting rays on the processor: no display, no graphics card, no OpenGL.

Needs embreex (``pip install "kinemesh[render]"``), imported where it is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.errors import MissingExtra
from kinemesh.film.camera import Camera
from kinemesh.film.surface import Surface

Picture = NDArray[np.uint8]
Single = NDArray[np.floating[Any]]
"""Single precision is enough for pictures, and twice as fast."""

_LIGHT = np.array([0.35, -0.45, 0.82]) / np.linalg.norm([0.35, -0.45, 0.82])
_GRID = 0.5
"""Lines on the ground are this far apart [m]."""
_LINE = 0.007
"""Half a line's width [m]."""
_FAR = 9.0
"""The ground fades away over this distance [m]."""
_GROUND, _RULED, _SKY = 0.93, 0.72, 1.0
_EDGE = 0.11
"""Pixels that differ from a neighbour by more are cast again, finer."""
_FINER = ((-0.375, -0.125), (0.125, -0.375), (0.375, 0.125), (-0.125, 0.375))
_LEVEL = 1e-3
"""What is less than this below the ground [m] is on it."""
_NUDGE = 2e-3
"""Shadow rays start so far off the surface [m]."""


def draw(
    solid: Surface | None,
    camera: Camera,
    *,
    ground: float | None = 0.0,
    over: Surface | None = None,
    light: Array | None = None,
) -> Picture:
    """A picture ``(height, width, 3)`` of ``solid``, in the world, on the ground.

    Args:
        solid: what is seen; None: the bare ground.
        camera: from where.
        ground: height of the ground plane [m]; None: there is none.
        over: what is seen through ``solid`` too, faintly.
        light: direction ``(3,)`` that the light comes from; default: left, front, above.

    Raises:
        MissingExtra: embreex is not installed.
    """
    light = _LIGHT if light is None else light
    scene = _Scene(solid, light, ground)
    veil = None if over is None else _Scene(over, light, None)
    width, height = camera.size
    axes = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    middle: Single = grid + np.float32(0.5)
    seen = _cast(scene, veil, camera, middle)
    image = seen.reshape(height, width, 3)
    rough = _rough(image[..., 0] + image[..., 2]).reshape(-1)
    if rough.any():
        finer = [
            _cast(scene, veil, camera, middle[rough] + np.asarray(shift, np.float32))
            for shift in _FINER
        ]
        seen[rough] = np.mean(finer, axis=0)
    return np.asarray(np.round(255.0 * np.clip(image, 0.0, 1.0)), dtype=np.uint8)


def _rough(image: Single) -> NDArray[np.bool_]:
    """Pixels ``(height, width)`` beside which the brightness jumps."""
    flags = np.zeros(image.shape, dtype=bool)
    across = np.abs(np.diff(image, axis=1)) > _EDGE
    down = np.abs(np.diff(image, axis=0)) > _EDGE
    flags[:, 1:] |= across
    flags[:, :-1] |= across
    flags[1:] |= down
    flags[:-1] |= down
    return flags


def _cast(scene: _Scene, veil: _Scene | None, camera: Camera, pixels: Single) -> Single:
    """Colours ``(N, 3)`` at places ``(N, 2)`` of the picture."""
    eye, rays = camera.eye.astype(np.float32), camera.rays(pixels).astype(np.float32)
    colours, depth = scene.colours(eye, rays)
    if veil is not None:
        shades, veiled = veil.colours(eye, rays)
        share = np.where(veiled < depth, 1.0, 0.55) * np.isfinite(veiled)
        colours += share[:, None] * (shades - colours)
    return colours


class _Scene:
    """Triangles in Embree's tree, and the ground under them."""

    def __init__(self, surface: Surface | None, light: Array, ground: float | None) -> None:
        self._light = light.astype(np.float32)
        self._normals = None if surface is None else surface.normals.astype(np.float32)
        self._tints = None if surface is None else surface.colours.astype(np.float32)
        self._ground = ground
        self._corners = None if surface is None else surface.vertices.astype(np.float32)
        self._tree: Any = None
        self._shadow = np.zeros((2, 2), dtype=np.float32)
        if surface is not None:
            if ground is not None:
                above = surface.vertices[:, 2:] - ground
                cast = (surface.vertices - above / light[2] * light)[:, :2]
                self._shadow = np.stack([cast.min(axis=0), cast.max(axis=0)]).astype(np.float32)
            try:
                from embreex.mesh_construction import TriangleMesh
                from embreex.rtcore_scene import EmbreeScene
            except ImportError as error:
                raise MissingExtra("embreex", "render") from error
            self._tree = EmbreeScene()
            TriangleMesh(
                self._tree,
                np.ascontiguousarray(surface.vertices, dtype=np.float32),
                np.ascontiguousarray(surface.faces, dtype=np.int32),
            )

    def colours(self, eye: Single, rays: Single) -> tuple[Single, Single]:
        """Colours ``(N, 3)`` and depths ``(N,)`` [m] along ``rays``; infinite where is nothing."""
        grey = _SKY - 0.06 * np.maximum(rays[:, 2], 0.0)
        depth = np.full(len(rays), np.inf, dtype=np.float32)
        if self._ground is not None:
            self._floor(eye, rays, grey, depth)
        colours = np.repeat(grey[:, None], 3, axis=1)
        if self._tree is None or self._normals is None or self._tints is None:
            return colours, depth
        # only what passes through the cone around everything can hit anything
        aim, least = self._cone(eye)
        tried = np.flatnonzero(rays @ aim >= least)
        hits = self._tree.run(_many(eye, len(tried)), rays[tried], output=1)
        # a floor in the plane of the ground is seen whole, not here and there as rounding has it
        level = depth[tried] + _LEVEL / np.maximum(np.abs(rays[tried, 2]), 1e-6)
        hit = np.flatnonzero((hits["primID"] >= 0) & (hits["tfar"] < level))
        if len(hit):
            found = tried[hit]
            depth[found] = hits["tfar"][hit]
            face = hits["primID"][hit]
            u, v = hits["u"][hit, None], hits["v"][hit, None]
            corners = self._normals[face]
            normal = (1.0 - u - v) * corners[:, 0] + u * corners[:, 1] + v * corners[:, 2]
            normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
            normal *= -np.sign(np.einsum("ij,ij->i", normal, rays[found]))[:, None]
            points = eye + depth[found, None] * rays[found]
            colours[found] = self._shaded(self._tints[face], normal, points, rays[found])
        return colours, depth

    def _cone(self, eye: Single) -> tuple[Single, float]:
        """Axis of a cone from ``eye`` that holds every vertex, and its opening's cosine."""
        assert self._corners is not None
        away = self._corners - eye
        away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
        aim = away.mean(axis=0)
        aim /= max(float(np.linalg.norm(aim)), 1e-9)
        return aim, float((away @ aim).min()) - 1e-5

    def _shaded(self, colours: Single, normal: Single, points: Single, rays: Single) -> Single:
        """Light from the sky, from one side, and a little from the eye."""
        towards = normal @ self._light
        lit = np.zeros(len(points), dtype=np.float32)
        bright = np.flatnonzero(towards > 0.0)
        lit[bright] = towards[bright] * self._open(points[bright] + _NUDGE * normal[bright])
        facing = -np.einsum("ij,ij->i", normal, rays)
        shade = 0.42 + 0.12 * normal[:, 2] + 0.14 * facing + 0.52 * lit
        half = self._light - rays
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        gloss = 0.10 * np.clip(np.einsum("ij,ij->i", normal, half), 0.0, 1.0) ** 24
        return np.asarray(colours * shade[:, None] + (gloss * (lit > 0.0))[:, None])

    def _open(self, points: Single) -> NDArray[np.bool_]:
        """Whether the light reaches points ``(N, 3)``."""
        if self._tree is None or not len(points):
            return np.ones(len(points), dtype=bool)
        directions = _many(self._light, len(points))
        hit = self._tree.run(points.astype(np.float32, copy=False), directions, query="OCCLUDED")
        return np.asarray(hit < 0)

    def _floor(self, eye: Single, rays: Single, grey: Single, depth: Single) -> None:
        """The ground, into ``grey`` ``(N,)``: lines every half metre, shadows, fading away."""
        assert self._ground is not None
        drop = np.float32(self._ground - eye[2])
        down = np.flatnonzero(rays[:, 2] * np.sign(drop) > 1e-6)
        if not len(down):
            return
        away = drop / rays[down, 2]
        x, y = (eye[k] + away * rays[down, k] for k in (0, 1))
        depth[down] = away
        near = np.flatnonzero(away < _FAR * 2.0)
        away, x, y, down = away[near], x[near], y[near], down[near]
        offset = np.minimum(
            np.abs(x - np.round(x / _GRID) * _GRID), np.abs(y - np.round(y / _GRID) * _GRID)
        )
        # lines as wide as a pixel is far away, so that they do not flicker
        wide = np.maximum(_LINE, 8e-4 * away)
        ruled = np.clip(1.5 - offset / wide, 0.0, 1.0) * (_LINE / wide)
        shade = _GROUND + (_RULED - _GROUND) * ruled
        (low_x, low_y), (high_x, high_y) = self._shadow
        under = np.flatnonzero((x > low_x) & (x < high_x) & (y > low_y) & (y < high_y))
        if len(under):
            height = np.full(len(under), self._ground + _NUDGE, dtype=np.float32)
            points = np.stack([x[under], y[under], height], axis=1)
            shade[under] *= np.where(self._open(points), 1.0, 0.76)
        fade = np.exp(-((away / _FAR) ** 2))
        grey[down] += fade * (shade - grey[down])


def _many(vector: Single, count: int) -> NDArray[np.float32]:
    return np.tile(np.asarray(vector, dtype=np.float32), (count, 1))
