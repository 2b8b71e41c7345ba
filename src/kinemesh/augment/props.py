"""A prop elsewhere, turned, or of another size."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arguments import instance, number, text
from kinemesh.augment.augmentation import (
    SceneAugmentation,
    axes_of,
    check_axes,
    check_clip,
    check_factors,
    check_numbers,
)
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Prop, Scene, Shape

_SPEED = 0.075
"""A prop that is faster than this [m/s] has been moved,"""
_TURNING = 0.15
"""and one that turns faster than this [rad/s]."""
_WINDOW = 0.1
"""Both as the mean over this time [s], for noise grows with the frame rate and motion does not."""


@dataclass(frozen=True)
class _OfProp(SceneAugmentation):
    """What changes one prop, or the only one."""

    prop: str | None = None
    """The prop's name; None where the clip has but one."""

    def __post_init__(self) -> None:
        if self.prop is not None:
            text("prop", self.prop, "the name of a prop, or None for the only one")

    def unfit(self, clip: Clip) -> str | None:
        """Why it cannot be applied: no such prop, or several to choose from."""
        names = [prop.name for prop in clip.scene.objects]
        if self.prop is None:
            if len(names) == 1:
                return None
            if not names:
                return "the clip has no prop"
            return f"the clip has several props: name one of {', '.join(names)}"
        if self.prop in names:
            return None
        return f"the clip has no prop {self.prop!r}; it has {', '.join(names) or 'none'}"

    def _chosen(self, scene: Scene, clip: Clip) -> Prop:
        reason = self.unfit(clip)
        if reason is not None:
            raise ClipError(reason)
        return next(p for p in scene.objects if self.prop in (None, p.name))


@dataclass(frozen=True)
class PropPlace(_OfProp):
    r"""A prop that starts elsewhere and is led to the demonstrated track (OmniRetarget, eq. 14).

    .. math:: p'_t = p_t + e^{-\max(0, t - t_m) / \tau_p} \, \Delta p, \qquad
              R'_t = R_z\!\left(e^{-\max(0, t - t_m) / \tau_\theta} \, \Delta\theta\right) R_t

    with :math:`t_m` the time at which the prop is first moved: until then the offset is constant.
    It turns about the middle of its bounds. A time of ``inf`` makes the offset last.

    Raises:
        ClipError: a number that is not finite, a time that is not positive, or other axes.

    Examples:
        >>> clip = kinemesh.demos.lift_box()
        >>> scene = kinemesh.augment.PropPlace(y=0.1).apply(clip.scene, clip)  # [m]
        >>> moved = scene.props[0].track - clip.scene.props[0].track
        >>> moved[0, :3].round(3).tolist()  # to the left of who looks at it
        [0.0, 0.1, 0.0]
    """

    x: float = 0.0
    """Offset along the first of :attr:`axes` [m]."""
    y: float = 0.0
    """Along the second [m]."""
    z: float = 0.0
    """Upwards [m]."""
    turn: float = 0.0
    """Turn about the vertical [rad]."""
    tau: float = 5.0 / 3.0
    """:math:`\\tau_p` [s]."""
    tau_turn: float = 5.0 / 6.0
    """:math:`\\tau_\\theta` [s]."""
    axes: str = "person"
    """Those of the offset. ``person``: x points from the person to the prop at the first frame, y
    to the left; ``world``: the world's."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers("the prop's place", x=self.x, y=self.y, z=self.z, turn=self.turn)
        for name in ("tau", "tau_turn"):
            what = "a time in which an offset fades, positive [s], inf for never"
            number(name, getattr(self, name), what, low=1e-6, endless=True, error=ClipError)
        check_axes(self.axes)

    def apply(self, scene: Scene, clip: Clip) -> Scene:
        """The scene with the prop on its new track.

        Raises:
            ClipError: there is nothing to change; ``unfit`` says why.
        """
        check_clip(clip, scene)
        prop = self._chosen(scene, clip)
        since = np.maximum(0.0, np.arange(len(prop.track)) / clip.fps - moved_at(prop, clip.fps))
        offset = np.array([self.x, self.y, self.z]) @ axes_of(self.axes, clip, prop.track[0, :3]).T
        turn = Rotation.from_rotvec(
            np.exp(-since / self.tau_turn)[:, None] * np.array([0.0, 0.0, self.turn])
        )
        middle = prop.shape.bounds.mean(axis=0)
        before = Rotation.from_quat(prop.track[:, 3:])
        after = turn * before
        place = prop.track[:, :3] + before.apply(middle) - after.apply(middle)
        place += np.exp(-since / self.tau)[:, None] * offset
        return _with(scene, replace(prop, track=np.hstack([place, after.as_quat()])))


@dataclass(frozen=True)
class PropSize(_OfProp):
    """A prop of another size, by its own axes; its lowest point keeps its height.

    A mass that is stated grows as the volume does: it is made of the same.

    Raises:
        ClipError: a factor that is not 0.1 to 10.

    Examples:
        >>> clip = kinemesh.demos.lift_box()
        >>> kinemesh.augment.PropSize(z=1.5).apply(clip.scene, clip).props[0].shape
        Shape(closed, 0.3 x 0.4 x 0.45 m, 12 triangles, 1 part)
    """

    x: float = 1.0
    """Factor along its own x [1]."""
    y: float = 1.0
    """Along its y [1]."""
    z: float = 1.0
    """Along its z [1]."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_factors("the prop's size", x=self.x, y=self.y, z=self.z)

    def apply(self, scene: Scene, clip: Clip) -> Scene:
        """The scene with the prop in its new size.

        Raises:
            ClipError: there is nothing to change; ``unfit`` says why.
        """
        check_clip(clip, scene)
        prop = self._chosen(scene, clip)
        factors = np.array([self.x, self.y, self.z])
        # About the middle of the bounds, wherever the mesh has its origin.
        middle = prop.shape.bounds.mean(axis=0) * (1.0 - factors)
        place = prop.track[:, :3] + Rotation.from_quat(prop.track[:, 3:]).apply(middle)
        new = prop.resized(factors, np.hstack([place, prop.track[:, 3:]]))
        track = np.array(new.track)
        track[:, 2] += prop.lowest() - new.lowest()
        return _with(scene, replace(new, track=track))


@dataclass(frozen=True)
class PropShape(_OfProp):
    """Another solid in a prop's place, of the size that it has itself.

    The middles of both bounds coincide, and the lowest point keeps its height in every frame. A
    mass that is stated stays: the other solid weighs as much.

    Raises:
        ClipError: no shape.
        TypeError: something else than a shape.

    Examples:
        >>> clip = kinemesh.demos.lift_box()
        >>> wedge = kinemesh.Shape.convex([[0, 0, 0], [0.4, 0, 0], [0, 0.4, 0], [0, 0, 0.3]])
        >>> kinemesh.augment.PropShape(shape=wedge).apply(clip.scene, clip).props[0].shape
        Shape(closed, 0.4 x 0.4 x 0.3 m, 4 triangles, 1 part)
    """

    shape: Shape | None = None
    """The solid, in axes like the prop's [m]."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shape is None:
            raise ClipError("PropShape needs the shape that is to stand in for the prop")
        instance("shape", self.shape, Shape, "the Shape that is to stand in for the prop")

    def apply(self, scene: Scene, clip: Clip) -> Scene:
        """The scene with the other solid on the prop's track.

        Raises:
            ClipError: there is nothing to change; ``unfit`` says why.
        """
        check_clip(clip, scene)
        prop = self._chosen(scene, clip)
        assert self.shape is not None  # checked in __post_init__
        away = prop.shape.bounds.mean(axis=0) - self.shape.bounds.mean(axis=0)
        place = prop.track[:, :3] + Rotation.from_quat(prop.track[:, 3:]).apply(away)
        new = replace(prop, shape=self.shape, track=np.hstack([place, prop.track[:, 3:]]))
        track = np.array(new.track)
        track[:, 2] += prop.lowest() - new.lowest()
        return _with(scene, replace(new, track=track))


def moved_at(prop: Prop, fps: float) -> float:
    """When a prop is first moved [s]; inf if it never is.

    In metres and radians per second, so that the answer does not depend on the frame rate.

    Examples:
        >>> clip = kinemesh.demos.lift_box()
        >>> round(kinemesh.augment.moved_at(clip.scene.props[0], clip.fps), 2)  # [s]
        1.73
    """
    step = max(1, min(round(_WINDOW * fps), len(prop.track) - 1))
    seconds = step / fps
    middle = prop.shape.bounds.mean(axis=0)
    turns = Rotation.from_quat(prop.track[:, 3:])
    places = prop.track[:, :3] + turns.apply(middle)
    speed = np.linalg.norm(places[step:] - places[:-step], axis=1) / seconds
    turning = (turns[step:] * turns[:-step].inv()).magnitude() / seconds
    moving = np.flatnonzero((speed > _SPEED) | (turning > _TURNING))
    return float(moving[0] / fps) if len(moving) else np.inf


def _with(scene: Scene, prop: Prop) -> Scene:
    return replace(scene, props=tuple(prop if p.name == prop.name else p for p in scene.props))
