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
