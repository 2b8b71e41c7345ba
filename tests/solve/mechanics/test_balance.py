import numpy as np
import pytest

from kinemesh.robot.momentum import GRAVITY, momentum, total_mass
from kinemesh.solve.mechanics.linear import Balance
from kinemesh.solve.mechanics.supports import Load

INTERVAL = 1.0 / 30.0


def unloaded(frames):
    return Load(np.zeros((frames, 3)), np.zeros((frames, 3)), (frozenset(),) * frames)


def carrying(frames, rng):
    force, moment = 20.0 * rng.normal(size=(2, frames, 3))
    return Load(force, moment, (frozenset({"box"}),) * frames)


def changed(balance, changes, load, stride):
    qs = [
        balance.robot.integrate(q, balance.inward(change, k))
        for k, (q, change) in enumerate(zip(balance.qs, changes, strict=True))
    ]
    return Balance(balance.robot, qs, INTERVAL, load, stride)


@pytest.mark.parametrize("stride", [1, 2])
def test_wrenches_change_as_the_blocks_say(robot, configuration, rng, stride):
    frames, size = 9, 1e-6
    load = carrying(frames, rng)
    still = Balance(robot, [configuration.q] * frames, INTERVAL, load, stride)
    changes = size * rng.normal(size=(frames, robot.nv))
    moved = changed(still, changes, load, stride)
    inner = still.inner
    there = range(inner.start, inner.stop)
    blocks = still.blocks(inner)
    arms = still.arms(inner, np.zeros((len(there), 3)))
    rise = still.scale * (moved.wanted - still.wanted)[inner]
    for k, index in enumerate(there):
        around = [changes[index + m * stride] for m in (-1, 0, 1)]
        told = sum(block[k] @ change for block, change in zip(blocks, around, strict=True))
        told[3:] += arms[k] @ changes[index]  # the load's arm about the centre of mass
        np.testing.assert_allclose(rise[k], told, atol=2e-5 * np.abs(told).max())
    np.testing.assert_allclose(still.moved(slice(0, frames), changes), moved.centres, atol=1e-10)


def test_what_stands_still_takes_its_weight(robot):
    balance = Balance(robot, [robot.rest] * 5, INTERVAL, unloaded(5))
    weight = total_mass(robot) * GRAVITY
    wanted = np.tile([0.0, 0.0, weight, 0.0, 0.0, 0.0], (3, 1))
    np.testing.assert_allclose(balance.wanted[1:-1], wanted, atol=1e-8)


def test_what_is_thrown_takes_nothing(robot, configuration):
    times = INTERVAL * np.arange(9)
    qs = []
    for time in times:
        q = configuration.q.copy()
        q[:3] += [0.5 * time, 0.2 * time, 2.0 * time - 0.5 * GRAVITY * time**2]
        qs.append(q)
    balance = Balance(robot, qs, INTERVAL, unloaded(9))
    np.testing.assert_allclose(balance.wanted[1:-1], 0.0, atol=1e-6)


def test_what_turns_takes_the_change_of_its_angular_momentum(robot):
    # Turned about the vertical through the centre of mass, faster and faster.
    centre, rate = momentum(robot, robot.rest).centre, 3.0
    times = INTERVAL * np.arange(9)
    qs = []
    for time in times:
        angle = 0.5 * rate * time**2
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        q = np.array(robot.rest)
        q[:2] = centre[:2] + turn @ (robot.rest[:2] - centre[:2])
        q[3:7] = [0.0, 0.0, np.sin(angle / 2.0), np.cos(angle / 2.0)]
        qs.append(q)
    balance = Balance(robot, qs, INTERVAL, unloaded(9))
    spin = np.zeros(robot.nv)
    spin[5] = 1.0
    # The base's axis is not the centre's, but the momentum about the centre is the same.
    inertia = momentum(robot, robot.rest).matrix[5] @ spin
    np.testing.assert_allclose(balance.wanted[1:-1, 5], inertia * rate, rtol=1e-3)
    np.testing.assert_allclose(balance.wanted[1:-1, 2], total_mass(robot) * GRAVITY, rtol=1e-9)


def test_steps_turn_into_changes_and_back(robot, configuration, rng):
    balance = Balance(robot, [configuration.q] * 3, INTERVAL, unloaded(3))
    step = rng.normal(size=robot.nv)
    np.testing.assert_allclose(balance.inward(balance.outward(step, 1), 1), step, atol=1e-12)
