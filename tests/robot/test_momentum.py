import numpy as np
import pinocchio as pin
import pytest

from kinemesh.robot.momentum import Pushes, momentum, torque_rates, torques, total_mass


@pytest.fixture
def motion(robot, configuration, rng):
    return configuration.q, 0.5 * rng.normal(size=robot.nv), rng.normal(size=robot.nv)


def masses_of(robot, q, v):
    """Mass, place and momentum about it of the whole robot, body by body."""
    model, data = robot.pin_model, robot.pin_model.createData()
    pin.forwardKinematics(model, data, q, v)
    whole, weighted = pin.Force.Zero(), np.zeros(3)
    for k in range(1, model.njoints):
        body = model.inertias[k]
        whole += data.oMi[k].act(body * data.v[k])
        weighted += body.mass * data.oMi[k].act(body.lever)
    mass = sum(model.inertias[k].mass for k in range(1, model.njoints))
    centre = weighted / mass
    return (
        mass,
        centre,
        np.concatenate([whole.linear, whole.angular - np.cross(centre, whole.linear)]),
    )


def test_momentum_is_that_of_all_bodies_together(robot, motion):
    q, v, _ = motion
    mass, centre, wanted = masses_of(robot, q, v)
    found = momentum(robot, q)
    assert total_mass(robot) == pytest.approx(mass)
    np.testing.assert_allclose(found.centre, centre, atol=1e-9)
    np.testing.assert_allclose(found.matrix @ v, wanted, atol=1e-9)


def test_the_centre_of_mass_moves_as_the_matrix_says(robot, configuration, rng):
    q, step = configuration.q, 1e-6 * rng.normal(size=robot.nv)
    found = momentum(robot, q)
    moved = momentum(robot, robot.integrate(q, step)).centre - found.centre
    np.testing.assert_allclose(moved, found.matrix[:3] @ step / total_mass(robot), atol=1e-10)


def pushes_of(robot, q, rng):
    joints = np.array([robot.soles[0].joint] * 4 + [robot.soles[1].joint] * 2)
    offsets = np.concatenate([robot.soles[0].corners, robot.soles[1].corners[2:]])
    return joints, offsets, 100.0 * rng.normal(size=(6, 3))


def pushed_torques(robot, q, v, a, joints, offsets, local):
    """Torques with forces that are fixed in the links' own axes, by the contacts' Jacobians."""
    at = robot.configuration(q)
    points = at.positions(joints, offsets)
    forces = np.einsum("nij,nj->ni", at.rotations[joints], local)
    taken = np.einsum("nc,ncv->v", forces, at.jacobians(joints, points))
    return torques(robot, q, v, a) - taken[6:]


def test_torques_and_their_rates_are_those_of_finite_differences(robot, motion, rng):
    q, v, a = motion
    joints, offsets, forces = pushes_of(robot, q, rng)
    at = robot.configuration(q)
    local = np.einsum("nji,nj->ni", at.rotations[joints], forces)
    pushes = Pushes(joints, at.positions(joints, offsets), forces)
    found = torque_rates(robot, q, v, a, pushes)
    fixed = joints, offsets, local
    np.testing.assert_allclose(found.value, pushed_torques(robot, q, v, a, *fixed), atol=1e-8)
    size, still = 1e-6, np.zeros(robot.nv)
    for k in range(robot.nv):
        step = still.copy()
        step[k] = size
        ends = [robot.integrate(q, sign * step) for sign in (1.0, -1.0)]
        pairs = {
            "by_q": [pushed_torques(robot, end, v, a, *fixed) for end in ends],
            "by_velocity": [pushed_torques(robot, q, v + s * step, a, *fixed) for s in (1, -1)],
            "by_acceleration": [pushed_torques(robot, q, v, a + s * step, *fixed) for s in (1, -1)],
        }
        for name, (above, below) in pairs.items():
            rate = (above - below) / (2.0 * size)
            np.testing.assert_allclose(getattr(found, name)[:, k], rate, atol=2e-4, err_msg=name)
