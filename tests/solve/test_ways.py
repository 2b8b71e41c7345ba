"""The cheapest way among chains of solutions, against trying every one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.robot import RobotModel
from kinemesh.solve.bridges import bridge_costs, step_costs, straight
from kinemesh.solve.chains import Chain
from kinemesh.solve.choice import Bridge, Way, _shortest, cheapest

DT = 1.0 / 30.0


def moved(robot: RobotModel, angle: float, joint: int = 20) -> Array:
    q = np.array(robot.rest)
    q[7 + joint] += angle
    return q


def every_way(
    merits: Array, onward: Array, ways: dict[tuple[int, int], Array], ends: tuple[bool, bool]
) -> float:
    """The least cost of all ways, each frame's chain, or bridge, tried in turn."""
    chains, count = merits.shape

    def least(c: int, k: int) -> float:
        here = float(merits[c, k])
        if k == count - 1:
            return here if c == 0 or not ends[1] else np.inf
        rest = [onward[c, k] + least(c, k + 1)]
        rest += [
            ways[c, d][k, j] + least(d, j)
            for d, j in product(range(chains), range(k + 1, count))
            if d != c and np.isfinite(ways[c, d][k, j])
        ]
        return here + min(rest)

    starts = [0] if ends[0] else range(chains)
    return min(least(c, 0) for c in starts)


def cost(
    way: Way, merits: Array, onward: Array, ways: dict[tuple[int, int], Array]
) -> tuple[float, int]:
    """What a way costs, and the chain it ends in."""
    chain, k, total = way.start, 0, float(merits[way.start, 0])
    for bridge in [*way.bridges, None]:
        last = merits.shape[1] - 1 if bridge is None else bridge.leaves
        while k < last:
            total += onward[chain, k] + merits[chain, k + 1]
            k += 1
        if bridge is not None:
            assert bridge.start == chain
            total += ways[bridge.start, bridge.end][bridge.leaves, bridge.comes]
            chain, k = bridge.end, bridge.comes
            total += merits[chain, k]
    return total, chain


@pytest.mark.parametrize("seed", range(40))
def test_the_shortest_way_is_that_of_all_ways(seed: int) -> None:
    rng = np.random.default_rng(seed)
    chains, count = int(rng.integers(1, 4)), int(rng.integers(2, 7))
    merits = rng.uniform(0.0, 5.0, (chains, count))
    onward = rng.uniform(0.0, 1.0, (chains, count))
    for c in range(1, chains):  # the first runs through all of it
        absent = rng.random(count) < 0.3
        merits[c, absent], onward[c, absent] = np.inf, np.inf
    ways = {}
    for a, b in product(range(chains), repeat=2):
        if a != b:
            table = rng.uniform(0.0, 4.0, (count, count))
            table[rng.random((count, count)) < 0.5] = np.inf
            ways[a, b] = np.where(np.triu(np.ones((count, count)), 1) > 0, table, np.inf)
    for ends in product((False, True), repeat=2):
        way = _shortest(merits, onward, ways, ends)
        total, last = cost(way, merits, onward, ways)
        assert total == pytest.approx(every_way(merits, onward, ways, ends))
        assert not ends[0] or way.start == 0
        assert not ends[1] or last == 0


def test_a_good_chain_is_taken_as_soon_as_there_is_time_to_get_to_it(robot: RobotModel) -> None:
    # From frame 20 on the usual solution is bad; the other one is 3 rad away, and bad before 10.
    usual = Chain(0, [moved(robot, 0.0)] * 60)
    other = Chain(5, [moved(robot, 3.0)] * 55)

    def merit(k: int, q: Array) -> float:
        near = q[7 + 20] - robot.rest[7 + 20] < 1.5
        return 20.0 if near == (k >= 15) else 0.1

    asked = []

    def price(bridge: Bridge) -> float:
        asked.append(bridge)
        return 20.0 * (bridge.comes - bridge.leaves - 1)

    way = cheapest(robot, DT, [usual, other], merit, price, (True, False))
    (bridge,) = way.bridges
    assert (way.start, bridge.start, bridge.end) == (0, 0, 1)
    assert bridge.leaves < 15 <= bridge.comes
    speed = 3.0 / (bridge.comes - bridge.leaves) / DT
    assert speed <= robot.velocity[20]
    assert asked
    held = cheapest(robot, DT, [usual, other], merit, price, (True, True))
    assert [one.end for one in held.bridges][-1:] in ([], [0])


def test_a_bridge_costs_more_than_the_merits_it_was_taken_to_have(robot: RobotModel) -> None:
    usual, other = Chain(0, [moved(robot, 0.0)] * 30), Chain(0, [moved(robot, 1.0)] * 30)

    def merit(k: int, q: Array) -> float:
        return 1.0 if q[7 + 20] == robot.rest[7 + 20] else 0.0

    free = cheapest(robot, DT, [usual, other], merit, lambda _: 0.0, (True, False))
    dear = cheapest(robot, DT, [usual, other], merit, lambda _: 1e6, (True, False))
    assert len(free.bridges) == 1
    # What is left is a bridge of one step, which has no frames between, or none.
    assert all(one.comes == one.leaves + 1 for one in dear.bridges)


def test_no_bridge_is_faster_than_the_motors_or_than_a_base_may_be(
    robot: RobotModel, rng: np.random.Generator
) -> None:
    chains = []
    for first in (0, 4):
        qs = []
        for _ in range(40):
            q = np.array(robot.rest)
            q[7:] += rng.normal(0.0, 0.7, len(q) - 7)
            q[:3] += rng.normal(0.0, 0.05, 3)
            qs.append(q)
        chains.append(Chain(first, qs))
    costs = bridge_costs(robot, DT, *chains)
    start, end = np.nonzero(np.isfinite(costs))
    assert len(start) > 50
    for i, j in zip(start, end, strict=True):
        steps = chains[1].frames[j] - chains[0].frames[i]
        a, b = chains[0].qs[i], chains[1].qs[j]
        assert steps >= 1
        assert np.all(np.abs(b[7:] - a[7:]) <= steps * robot.velocity * DT)
        assert np.linalg.norm(b[:3] - a[:3]) <= 2.0 * steps * DT + 1e-12


def test_the_way_between_is_even_and_leaves_out_its_ends(robot: RobotModel) -> None:
    a, b = moved(robot, -1.0), moved(robot, 1.0)
    between = straight(robot, a, b, 4)
    assert len(between) == 3
    found = [q[7 + 20] - robot.rest[7 + 20] for q in between]
    np.testing.assert_allclose(found, [-0.5, 0.0, 0.5], atol=1e-12)
    assert straight(robot, a, b, 1) == []
    # Steps cost the square of their length.
    slow, fast = (step_costs(robot, DT, Chain(0, [a, q])) for q in (between[0], b))
    assert fast[0] == pytest.approx(16.0 * slow[0])
