"""The variants of one clip, one after the other: what they have in common is made once."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from kinemesh.augment import ClipAugmentation, Variant
from kinemesh.kernel import obstacle_of
from kinemesh.metrics import Surfaces
from kinemesh.motion import Clip, Shape, Trajectory
from kinemesh.proximity import Obstacle
from kinemesh.result import Result
from kinemesh.solve.retargeter import Retargeter

_MOST = 16
"""So many shapes are held for judging at most; a single result may have more."""


class ClipVariants:
    """Retargets variants of one clip; drop it when the clip is done.

    It holds what the clip's shapes are met as, and of the last changed demonstration what was
    detected in it and the answer to it: give variants with the same ``demonstration`` in a row.
    The answers are those of a :class:`Retargeter` alone.

    Args:
        clip: the clip.
        retargeter: for which robot, and how.
    """

    def __init__(self, clip: Clip, retargeter: Retargeter) -> None:
        self.clip = clip
        self._retargeter = retargeter
        self._obstacles = {
            prop.shape: obstacle_of(prop.name, prop.shape) for prop in clip.scene.props
        }
        self._surfaces, self._judged = Surfaces(), set[Shape]()
        self._shown: _Shown | None = None
        self._answer: tuple[Path, Trajectory] | None = None

    def retarget(self, variant: Variant, answer: Path | None = None) -> Result:
        """The robot's answer to a variant.

        Args:
            variant: what becomes of the clip.
            answer: file of the robot's answer to the clip as it is, to which one that is anchored
                is to stay near; it is made here if left out.

        Raises:
            Unfit: the variant makes no sense for the clip.
            KinemeshError: it cannot be retargeted, or the file not be read.
        """
        shown = self._demonstrated(variant)
        varied = variant.adapted(shown.clip)
        nominal = None
        if varied.anchored:
            given = None if variant.demonstration else answer
            nominal = shown.answer if given is None else self._read(given)
        return self._retargeter.retarget(
            varied.clip,
            scene=varied.scene,
            nominal=nominal,
            obstacles=self._obstacles,
            detected=shown.detected,
        )

    def surfaces(self, result: Result) -> Surfaces:
        """What shapes are judged by, those of earlier results with it: for ``evaluate``.

        Made anew where these had too many shapes, as variants of other sizes have.
        """
        scenes = [result.scene, *([result.demonstration.scene] if result.demonstration else [])]
        shapes = {prop.shape for scene in scenes for prop in scene.props}
        shapes |= {scene.terrain.shape for scene in scenes if scene.terrain is not None}
        self._judged |= shapes
        if len(self._judged) > _MOST:
            self._surfaces, self._judged = Surfaces(), shapes
        return self._surfaces

    def _demonstrated(self, variant: Variant) -> _Shown:
        steps = variant.demonstration
        if self._shown is None or self._shown.steps != steps:
            self._shown = None  # two are never held
            clip = variant.demonstrated(self.clip)
            self._shown = _Shown(steps, clip, self._retargeter, self._obstacles)
        return self._shown

    def _read(self, answer: Path) -> Trajectory:
        if self._answer is None or self._answer[0] != answer:
            self._answer = answer, Result.load(answer).trajectory
        return self._answer[1]


class _Shown:
    """A demonstration as variants have it, and what of it is the same for all of them."""

    def __init__(
        self,
        steps: tuple[ClipAugmentation, ...],
        clip: Clip,
        retargeter: Retargeter,
        obstacles: dict[Shape, Obstacle],
    ) -> None:
        self.steps, self.clip = steps, clip
        self.detected = retargeter.detect(clip)
        self._retargeter, self._obstacles = retargeter, obstacles

    @cached_property
    def answer(self) -> Trajectory:
        """The robot's answer to it in its own scene."""
        found = self._retargeter.retarget(
            self.clip, obstacles=self._obstacles, detected=self.detected
        )
        return found.trajectory
