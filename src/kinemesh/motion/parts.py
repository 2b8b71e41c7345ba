"""The parts of a body, feet aside, that touch things and bear it."""

from __future__ import annotations

_LIMBS = ("hand", "knee", "shin", "elbow", "forearm")

PARTS: tuple[str, ...] = (
    *(f"{side}_{limb}" for limb in _LIMBS for side in ("left", "right")),
    "seat",
    "back",
    "head",
)
"""Names of what can touch a thing: both hands, knees, shins, elbows and forearms, the seat, the
back and the head."""
HANDS = PARTS[:2]
"""What holds."""
