"""What could not be judged of a motion: no stance, no contact, a solver that saw another thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import mapping
from kinemesh.metrics.posed import Posed
from kinemesh.metrics.score import Doubt, Measure
from kinemesh.motion import Clip, Scene

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Held:
    """Which limbs the solver held, frame by frame: ``Held(result.stance, result.touch)``."""

    stance: Mapping[str, Flags] = field(default_factory=dict)
    """``left_toe``, ``left_heel``, ``left_landing``, ... to ``(T,)``; empty: not known."""
    touch: Mapping[tuple[str, str], Flags] = field(default_factory=dict)
    """Hand and thing to ``(T,)``."""

    def __post_init__(self) -> None:
        mapping("stance", self.stance, "parts of feet to flags (T,), such as result.stance")
        mapping("touch", self.touch, "hand and thing to flags (T,), such as result.touch")


def doubts(
    posed: Posed,
    scene: Scene,
    clip: Clip | None,
    held: Held | None,
    measures: tuple[Measure, ...],
) -> tuple[Doubt, ...]:
    """Every reason to doubt a motion that no row condemns."""
    del posed, scene, clip, held, measures
    return ()
