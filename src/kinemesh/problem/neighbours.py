"""The frames before and after, as far as they are solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kinemesh.arrays import Array
from kinemesh.kernel import TangentMixture


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Configurations of the frames around one: two before it at first, later both sides."""

    known: Mapping[int, Array] = field(default_factory=dict)
    """Offset in frames, -1 the frame before, to configuration ``(nq,)``."""
    mechanics: TangentMixture | None = None
    """What forces leave of the equations of motion that this frame enters, where the whole-clip
    pass has found them."""

    @classmethod
    def around(
        cls, qs: Sequence[Array], index: int, mechanics: TangentMixture | None = None
    ) -> Neighbours:
        """Those of frame ``index`` of a clip whose frames are all solved: three on each side."""
        there = (k for k in (-3, -2, -1, 1, 2, 3) if 0 <= index + k < len(qs))
        return cls({k: qs[index + k] for k in there}, mechanics)

    @property
    def previous(self) -> Array | None:
        """Configuration ``(nq,)`` of the frame before; None in the first of a clip."""
        return self.known.get(-1)

    @property
    def before(self) -> Array | None:
        """Configuration ``(nq,)`` of the frame before that."""
        return self.known.get(-2)

    @property
    def following(self) -> Array | None:
        """Configuration ``(nq,)`` of the frame after; None while it is not solved."""
        return self.known.get(1)


ALONE = Neighbours()
"""No frame before, none after."""
