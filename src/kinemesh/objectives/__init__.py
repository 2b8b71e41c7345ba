"""What we want: terms of the cost, each a sum of squares."""

from kinemesh.objectives.foot_place import FootPlace
from kinemesh.objectives.hand_place import HandPlace
from kinemesh.objectives.laplacian import Laplacian
from kinemesh.objectives.lead import Lead
from kinemesh.objectives.limb_directions import LimbDirections
from kinemesh.objectives.mechanics import Mechanics
from kinemesh.objectives.objective import Objective
from kinemesh.objectives.orientation import Orientation
from kinemesh.objectives.pelvis_motion import PelvisMotion
from kinemesh.objectives.posture import Nominal, Posture
from kinemesh.objectives.smoothness import Acceleration, Differences, Smoothness

__all__ = [
    "Acceleration",
    "Differences",
    "FootPlace",
    "HandPlace",
    "Laplacian",
    "Lead",
    "LimbDirections",
    "Mechanics",
    "Nominal",
    "Objective",
    "Orientation",
    "PelvisMotion",
    "Posture",
    "Smoothness",
    "defaults",
    "streaming",
]


def defaults() -> tuple[Objective, ...]:
    """The objectives of a retargeting, with the weights that the benchmarks were run with.

    Examples:
        >>> terms = [*kinemesh.objectives.defaults(), kinemesh.objectives.PelvisMotion()]
        >>> kinemesh.retarget(kinemesh.demos.walk().crop(0, 4), objectives=terms)
        Result('walk', Trajectory('g1', 4 frames at 30/s, 29 joints), 0 relaxed)
    """
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

    The pelvis is asked to speed up and slow down as the person's does, which makes nothing late,
    and a limb that went another way is led back.

    Examples:
        >>> [term.name for term in kinemesh.objectives.streaming()][-2:]
        ['pelvismotion', 'lead']
    """
    return (*defaults(), PelvisMotion(), Lead())
