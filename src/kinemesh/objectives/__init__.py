"""What we want: terms of the cost, each a sum of squares."""

from kinemesh.objectives.foot_place import FootPlace
from kinemesh.objectives.hand_place import HandPlace
from kinemesh.objectives.laplacian import Laplacian
from kinemesh.objectives.limb_directions import LimbDirections
from kinemesh.objectives.mechanics import Mechanics
from kinemesh.objectives.objective import Objective
from kinemesh.objectives.orientation import Orientation
from kinemesh.objectives.posture import Nominal, Posture
from kinemesh.objectives.smoothness import Acceleration, Differences, Smoothness

__all__ = [
    "Acceleration",
    "Differences",
    "FootPlace",
    "HandPlace",
    "Laplacian",
    "LimbDirections",
    "Mechanics",
    "Nominal",
    "Objective",
    "Orientation",
    "Posture",
    "Smoothness",
    "defaults",
    "streaming",
]


def defaults() -> tuple[Objective, ...]:
    """The objectives of a retargeting, with the weights that the benchmarks were run with."""
    return (
        Laplacian(),
        FootPlace(),
        LimbDirections(),
        HandPlace(),
        Orientation(),
        Smoothness(),
        Acceleration(),
        Posture(),
        Nominal(),
    )


def streaming() -> tuple[Objective, ...]:
    """Those of a stream: no pass over the whole clip follows that would make the base go smoothly.

    What is asked of the base is its acceleration, which is not late where a speed is kept.
    """
    return (*defaults(), Differences(order=2, weight=0.25, base=1000.0))
