"""The contract that every term passes, for the package's own terms and for yours.

.. code-block:: python

    from kinemesh import RobotModel
    from kinemesh.testing import check_constraint

    def test_hands_stay_above():
        check_constraint(HandsAbove(height=0.8), RobotModel.load("g1"))

A check raises ``AssertionError`` with the term, the place and the amount; it returns
nothing and needs no test framework.
"""

from kinemesh.solve.evaluation import evaluate_term
from kinemesh.testing.checks import check_constraint, check_objective
from kinemesh.testing.frames import random_configuration, sample_frame, sample_neighbours

__all__ = [
    "check_constraint",
    "check_objective",
    "evaluate_term",
    "random_configuration",
    "sample_frame",
    "sample_neighbours",
]
