"""The demonstration itself at another speed, mirrored, by a taller person, elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kinemesh.augment.augmentation import ClipAugmentation, check_factors, check_numbers
from kinemesh.motion import Clip


@dataclass(frozen=True)
class Speed(ClipAugmentation):
    r"""The motion ``factor`` times as fast, at its own frame rate: :math:`x'(t) = x(k t)`."""

    factor: float = 1.0

    def __post_init__(self) -> None:
        check_factors("the speed", self.factor)

    def apply(self, clip: Clip) -> Clip:
        """The clip, resampled in time."""
        if self.factor == 1.0:
            return clip
        faster = replace(clip, fps=clip.fps * self.factor)
        said = f"speed: {self.factor:g} times the recorded one"
        return replace(faster.resampled(clip.fps), notes=(*clip.notes, said))


@dataclass(frozen=True)
class Mirror(ClipAugmentation):
    """Left and right exchanged, of the person and of what is touched."""

    def apply(self, clip: Clip) -> Clip:
        """The clip in the mirror y = 0."""
        return clip.mirrored()


@dataclass(frozen=True)
class Stature(ClipAugmentation):
    r"""The person taken for ``factor`` times as tall: :math:`s' = s / k`.

    Strides, reach and terrain shrink by it on the robot, while props keep their size.
    """

    factor: float = 1.0

    def __post_init__(self) -> None:
        check_factors("the stature", self.factor)

    def apply(self, clip: Clip) -> Clip:
        """The clip of a person of another height."""
        return replace(clip, height=clip.stature * self.factor)


@dataclass(frozen=True)
class Move(ClipAugmentation):
    """Person and scene turned about the world's vertical, then moved, as a whole."""

    x: float = 0.0
    """[m]."""
    y: float = 0.0
    turn: float = 0.0
    """[rad]."""

    def __post_init__(self) -> None:
        check_numbers("the scene's move", self.x, self.y, self.turn)

    def apply(self, clip: Clip) -> Clip:
        """The clip elsewhere."""
        return clip.rotated(self.turn).translated((self.x, self.y, 0.0))
