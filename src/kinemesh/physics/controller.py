"""How hard the simulated robot tries: the settings of the one who steers it."""

from __future__ import annotations

from dataclasses import dataclass

from kinemesh.arguments import number, whole


@dataclass(frozen=True)
class Controller:
    """Settings of the predictive control that follows a trajectory.

    Raises:
        OptionError: a setting that cannot be.

    Examples:
        >>> kinemesh.physics.Controller()
        Controller(horizon=0.6, replan=0.1, iterations=4, samples=8, friction=0.9, disturbance=0.0)
    """

    horizon: float = 0.6
    """How far it looks ahead [s], 0.1 to 3."""
    replan: float = 0.1
    """After how much time it plans anew [s], 0.02 to the horizon."""
    iterations: int = 4
    """How often at most a plan is made better before it is carried out, 1 to 50."""
    samples: int = 8
    """Random changes of a plan that are tried out beside those of the gradient, 0 to 1000."""
    friction: float = 0.9
    """Coulomb's coefficient between everything that touches [1], 0.05 to 5."""
    disturbance: float = 0.0
    """How far off the reference it starts, by chance: standard deviation of the joints' angles
    [rad], of the base's speed in half as many [m/s] and of its turning in as many [rad/s], 0 to 1.
    Tells how much a motion bears when several seeds are tried."""

    def __post_init__(self) -> None:
        what = "a time [s], 0.1 to 3"
        horizon = number("horizon", self.horizon, what, low=0.1, high=3.0)
        what = f"a time [s], 0.02 to the horizon of {horizon:g} s"
        object.__setattr__(
            self, "replan", number("replan", self.replan, what, low=0.02, high=horizon)
        )
        object.__setattr__(self, "horizon", horizon)
        whole("iterations", self.iterations, "a whole number, 1 to 50", low=1, high=50)
        whole("samples", self.samples, "a whole number, 0 to 1000", low=0, high=1000)
        what = "a coefficient, 0.05 to 5"
        friction = number("friction", self.friction, what, low=0.05, high=5.0)
        object.__setattr__(self, "friction", friction)
        what = "a standard deviation, 0 to 1"
        disturbance = number("disturbance", self.disturbance, what, low=0.0, high=1.0)
        object.__setattr__(self, "disturbance", disturbance)
