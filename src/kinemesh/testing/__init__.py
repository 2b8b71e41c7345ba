"""The contract that every term passes, for the package's own terms and for yours.

.. code-block:: python

    from kinemesh import RobotModel
    from kinemesh.testing import check_constraint

    def test_hands_stay_above():
        check_constraint(HandsAbove(height=0.8), RobotModel.load("g1"))

A check raises :class:`AssertionError` with the term, the place and the amount; it returns
nothing and needs no test framework.
"""

from kinemesh.testing.checks import check_constraint, check_objective
from kinemesh.testing.frames import random_configuration, sample_frame

__all__ = ["check_constraint", "check_objective", "random_configuration", "sample_frame"]
