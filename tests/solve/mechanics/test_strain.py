import numpy as np
import pytest

from kinemesh.robot.momentum import torques
from kinemesh.solve.mechanics.linear import Balance
from kinemesh.solve.mechanics.strain import NEAR, strain_of
from kinemesh.solve.mechanics.supports import Load, Support

INTERVAL = 1.0 / 30.0


def swung(robot, rng):
    """Three frames with accelerations that motors can hardly give."""
    steps = rng.normal(size=(3, robot.nv)) * np.array([[0.0], [0.1], [0.3]])
    qs = [robot.integrate(robot.rest, step) for step in steps]
    return Balance(
        robot, qs, INTERVAL, Load(np.zeros((3, 3)), np.zeros((3, 3)), (frozenset(),) * 3)
    )


def pushed(robot, at, count, rng):
    joints = rng.integers(1, len(at.translations), count)
    points = at.translations[joints] + 0.05 * rng.normal(size=(count, 3))
    normals = np.tile([0.0, 0.0, 1.0], (count, 1))
    support = Support(joints, points, normals, at.jacobians(joints, points))
    return support, 50.0 * rng.normal(size=(count, 3))


@pytest.mark.parametrize("count", [0, 1, 6])
def test_motors_near_their_limits_are_told_with_what_pushes_take_off_them(robot, rng, count):
    balance = swung(robot, rng)
    before, q, after = balance.qs
    support, forces = pushed(robot, robot.configuration(q), count, rng)
    strain = strain_of(balance, 1, support, forces)
    on, back = robot.difference(q, after), robot.difference(q, before)
    alone = torques(robot, q, (on - back) / (2.0 * INTERVAL), (on + back) / INTERVAL**2)
    borne = sum(
        (rate.T @ force for rate, force in zip(support.rates, forces, strict=True)),
        np.zeros(robot.nv),
    )[6:]
    load = (alone - borne) / robot.effort
    near = np.flatnonzero(np.abs(load) > NEAR)
    assert len(near)
    assert strain.arms.shape == (len(near), count, 3)
    taken = np.einsum("mnc,nc->m", strain.arms, forces)
    np.testing.assert_allclose(strain.value - taken, np.abs(load[near]), rtol=1e-9)
    np.testing.assert_allclose(
        strain.value, (np.sign(load) * alone / robot.effort)[near], rtol=1e-9
    )
