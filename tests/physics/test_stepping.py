"""Many states are carried on as MuJoCo carries one, on any number of threads."""

from __future__ import annotations

from pathlib import Path

import mujoco
import numpy as np
import pytest

from kinemesh.motion import Scene
from kinemesh.physics.model import build
from kinemesh.physics.stepping import Stepper, silent
from kinemesh.robot import RobotModel

HOLD = 4


@pytest.fixture(scope="module")
def settled(robot: RobotModel) -> tuple[Stepper, np.ndarray, np.ndarray, np.ndarray]:
    """A robot that stands, and what its servos are told."""
    model = build(robot, Scene(), timestep=0.005, friction=0.9)
    stepper = Stepper(model.mj, HOLD, 2)
    target = robot.rest[None, 7:]
    state = stepper.state(model.qpos(robot.rest[None]), np.zeros((1, model.mj.nv)))
    warm = np.zeros((1, model.mj.nv))
    for _ in range(20):
        state, warm = stepper.advance(state, warm, target)
    return stepper, state, warm, target


def test_a_knot_is_its_time_steps(
    settled: tuple[Stepper, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    stepper, state, warm, target = settled
    data = mujoco.MjData(stepper.mj)
    mujoco.mj_setState(stepper.mj, data, state[0], mujoco.mjtState.mjSTATE_FULLPHYSICS)
    data.qacc_warmstart[:], data.ctrl[:] = warm[0], target[0]
    for _ in range(HOLD):
        mujoco.mj_step(stepper.mj, data)
    after, _ = stepper.advance(state, warm, target)
    assert np.array_equal(stepper.q(after)[0], data.qpos)
    assert np.array_equal(stepper.v(after)[0], data.qvel)


def test_derivatives_are_the_differences_of_what_happens(
    settled: tuple[Stepper, np.ndarray, np.ndarray, np.ndarray], rng: np.random.Generator
) -> None:
    stepper, state, warm, target = settled
    a, b = stepper.linearised(state, warm, target)
    here, _ = stepper.advance(state, warm, target)
    nv, size = stepper.manifold.nv, 1e-5
    for _ in range(5):
        away, push = size * rng.standard_normal(2 * nv), size * rng.standard_normal(target.shape)
        moved = stepper.state(
            stepper.manifold.integrate(stepper.q(state), away[:nv]), stepper.v(state) + away[nv:]
        )
        there, _ = stepper.advance(moved, warm, target + push)
        foreseen = a[0] @ away + b[0] @ push[0]
        happened = stepper.away(here, there)[0]
        assert np.linalg.norm(foreseen - happened) < 0.15 * np.linalg.norm(happened)


def test_threads_do_not_change_a_bit(
    settled: tuple[Stepper, np.ndarray, np.ndarray, np.ndarray], rng: np.random.Generator
) -> None:
    stepper, state, warm, target = settled
    many = np.repeat(target, 7, axis=0) + 0.1 * rng.standard_normal((7, target.shape[1]))
    states, warms = np.repeat(state, 7, axis=0), np.repeat(warm, 7, axis=0)
    single = Stepper(stepper.mj, HOLD, 1)
    for mine, yours in (
        (stepper.advance(states, warms, many), single.advance(states, warms, many)),
        (stepper.linearised(states, warms, many), single.linearised(states, warms, many)),
    ):
        assert all(np.array_equal(x, y) for x, y in zip(mine, yours, strict=True))


def test_what_explodes_stays_so_and_is_not_told_to_the_world(
    settled: tuple[Stepper, np.ndarray, np.ndarray, np.ndarray],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    stepper, state, warm, target = settled
    monkeypatch.chdir(tmp_path)
    mad = np.repeat(state, 4, axis=0)
    stepper.v(mad)[:] = 1e8
    with silent():
        ended, _ = stepper.advance(mad, np.repeat(warm, 4, axis=0), np.repeat(target, 4, axis=0))
    assert not (np.abs(stepper.v(ended)).max(axis=1) < 1e6).any()  # nor put back to the start
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")
