"""A motion that the forces of contacts can make."""

from __future__ import annotations

from dataclasses import dataclass

from kinemesh.arguments import number
from kinemesh.kernel import LeastSquares
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import RobotModel


@dataclass(frozen=True)
class Mechanics(Objective):
    r"""What contacts cannot push of the base's six equations, over three frames.

    .. math:: w \sum_{s = t-1}^{t+1} \Big\| S \big(W_s(q_{s-1}, q_s, q_{s+1})
              - \textstyle\sum_i B_i f_i \big) \Big\|^2

    :math:`W` is the wrench about the centre of mass that the motion takes (rate of the centroidal
    momentum, the weight, what is carried), :math:`S` makes forces shares of the weight and moments
    shares of the weight at the base's height. The forces f lie in friction cones at soles, hands
    and whatever else touches what stands still; the whole-clip pass finds them by non-negative
    least squares, in turn with the motion. In flight there are none: only gravity is left.
    It acts in the whole-clip pass, where the frames on both sides are known.

    Raises:
        OptionError: a number that cannot be.
    """

    weight: float = 8.0
    """Weight w [1]."""
    friction: float = 0.7
    """Coefficient of friction of all contacts [1]."""
    torque: float = 0.3
    """A motor that is asked for twice its limit weighs like this share of the weight that nothing
    bears [1]; 0 leaves torques alone."""

    def __post_init__(self) -> None:
        what = "a weight, 0 or more"
        object.__setattr__(self, "weight", number("weight", self.weight, what, low=0.0))
        what = "a coefficient of friction, over 0 to 10"
        friction = number("friction", self.friction, what, over=0.0, high=10.0)
        object.__setattr__(self, "friction", friction)
        what = "a share, 0 to 10"
        torque = number("torque", self.torque, what, low=0.0, high=10.0)
        object.__setattr__(self, "torque", torque)

    def neighbour_rows(
        self, robot: RobotModel, frame: Frame, neighbours: Neighbours
    ) -> LeastSquares | None:
        """The residuals of the frame's and its neighbours' equations; None before the pass."""
        if neighbours.mechanics is None:
            return None
        return LeastSquares(neighbours.mechanics, self.weight)
