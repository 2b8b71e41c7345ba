"""The demonstration itself cut, at another speed, mirrored, by a taller person, elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinemesh.arguments import number
from kinemesh.augment.augmentation import ClipAugmentation, check_clip, check_factors, check_numbers
from kinemesh.errors import ClipError
from kinemesh.motion import Clip


@dataclass(frozen=True)
class Arc(ClipAugmentation):
    """A part of the motion, by time: the lift alone, say.

    Raises:
        ClipError: no time, or a stop before the start.

    Examples:
        >>> kinemesh.augment.Arc(start=1.0, stop=2.0).apply(kinemesh.demos.walk()).duration
        1.0
    """

    start: float | None = None
    """What is before this is left out [s]."""
    stop: float | None = None
    """And what is after this [s]."""

    def __post_init__(self) -> None:
        for name in ("start", "stop"):
            if getattr(self, name) is not None:
                what = "a time [s], 0 or more"
                number(name, getattr(self, name), what, endless=True, error=ClipError)
        start, stop = self.start or 0.0, np.inf if self.stop is None else self.stop
        if not (0.0 <= start < stop) or np.isinf(start):
            raise ClipError(
                f"a part of the motion runs from start to stop [s], 0 or more; "
                f"got {self.start} to {self.stop}"
            )

    def apply(self, clip: Clip) -> Clip:
        """The part; a time of stop beyond the end of the clip is its end.

        Raises:
            ClipError: there is nothing to change; :meth:`unfit` says why.
        """
        check_clip(clip)
        reason = self.unfit(clip)
        if reason is not None:
            raise ClipError(reason)
        return clip.trimmed(self.start, self._end(clip))

    def unfit(self, clip: Clip) -> str | None:
        """Why it cannot be applied: fewer than two frames would be left."""
        start, stop = self.start or 0.0, self._end(clip)
        if stop - start >= 2.0 / clip.fps:
            return None
        return f"nothing is left from {start:g} s on: the clip ends at {clip.duration:.2f} s"

    def _end(self, clip: Clip) -> float:
        return clip.duration if self.stop is None else min(self.stop, clip.duration)


@dataclass(frozen=True)
class Speed(ClipAugmentation):
    r"""The motion ``factor`` times as fast, at its own frame rate: :math:`x'(t) = x(k t)`.

    Raises:
        ClipError: a factor that is not 0.1 to 10.

    Examples:
        >>> kinemesh.augment.Speed(factor=2.0).apply(kinemesh.demos.walk()).duration
        3.0
    """

    factor: float = 1.0
    """:math:`k` [1]."""

    def __post_init__(self) -> None:
        check_factors("the speed", factor=self.factor)

    def apply(self, clip: Clip) -> Clip:
        """The clip, resampled in time."""
        check_clip(clip)
        if self.factor == 1.0:
            return clip
        faster = replace(clip, fps=clip.fps * self.factor)
        said = f"speed: {self.factor:g} times the recorded one"
        return replace(faster.resampled(clip.fps), notes=(*clip.notes, said))


@dataclass(frozen=True)
class Mirror(ClipAugmentation):
    """Left and right exchanged, of the person and of what is touched.

    Examples:
        >>> kinemesh.augment.Mirror().apply(kinemesh.demos.walk())
        Clip('walk', 181 frames at 30/s, kinemesh23, 1.75 m)
    """

    def apply(self, clip: Clip) -> Clip:
        """The clip in the mirror y = 0."""
        check_clip(clip)
        return clip.mirrored()


@dataclass(frozen=True)
class Stature(ClipAugmentation):
    r"""The person taken for ``factor`` times as tall: :math:`s' = s / k`.

    Strides, reach and terrain shrink by it on the robot, while props keep their size.

    Raises:
        ClipError: a factor that is not 0.1 to 10.

    Examples:
        >>> round(kinemesh.augment.Stature(factor=1.1).apply(kinemesh.demos.walk()).stature, 3)
        1.925
    """

    factor: float = 1.0
    """:math:`k` [1]."""

    def __post_init__(self) -> None:
        check_factors("the stature", factor=self.factor)

    def apply(self, clip: Clip) -> Clip:
        """The clip of a person of another height."""
        check_clip(clip)
        return replace(clip, height=clip.stature * self.factor)


@dataclass(frozen=True)
class Move(ClipAugmentation):
    """Person and scene turned about the world's vertical, then moved, as a whole.

    Raises:
        ClipError: a number that is not finite.

    Examples:
        >>> kinemesh.augment.Move(x=1.0, turn=np.pi / 2).apply(kinemesh.demos.walk())
        Clip('walk', 181 frames at 30/s, kinemesh23, 1.75 m)
    """

    x: float = 0.0
    """Along the world's x [m]."""
    y: float = 0.0
    """Along the world's y [m]."""
    turn: float = 0.0
    """To the left [rad]."""

    def __post_init__(self) -> None:
        check_numbers("the scene's move", x=self.x, y=self.y, turn=self.turn)

    def apply(self, clip: Clip) -> Clip:
        """The clip elsewhere."""
        check_clip(clip)
        return clip.rotated(self.turn).translated((self.x, self.y, 0.0))
