"""What we want: least-squares terms, each ``evaluate(configuration, frame) -> Residual``."""

from kinemesh.objectives.laplacian import Laplacian
from kinemesh.objectives.objective import Objective
from kinemesh.objectives.posture import Nominal, Posture
from kinemesh.objectives.smoothness import Acceleration, Smoothness

__all__ = [
    "Acceleration",
    "Laplacian",
    "Nominal",
    "Objective",
    "Posture",
    "Smoothness",
    "defaults",
]


def defaults() -> tuple[Objective, ...]:
    """The objectives of a retargeting, with the weights that the benchmarks were run with."""
    return (Laplacian(), Smoothness(), Acceleration(), Posture(), Nominal())
