"""MuJoCo's time steps: many states at once, and their derivatives, on several threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.physics.manifold import Manifold

_NUDGE = 1e-5
"""Of the finite differences, in each number of a tangent."""

_STIFFEST = 5e3
"""No derivative from knot to knot is larger [1, 1/s]: settled contacts give up to 500."""


class Stepper:
    """Carries states from knot to knot, during which the servos' targets are held.

    A state is MuJoCo's (``mjSTATE_FULLPHYSICS``): time, ``qpos``, ``qvel``. The constraint solver
    starts from the accelerations that come with it, so that the same state gives the same answer
    whoever asks, on whatever thread.

    Args:
        mj: a ``mujoco.MjModel``.
        hold: time steps from knot to knot.
        threads: how many at once.
    """

    def __init__(self, mj: Any, hold: int, threads: int) -> None:
        import mujoco
        from mujoco import rollout

        self.mj = mj
        self.hold = hold
        self.manifold = Manifold.of(mj)
        self._full = mujoco.mjtState.mjSTATE_FULLPHYSICS
        self.size = int(mujoco.mj_stateSize(mj, self._full))
        self._datas = [mujoco.MjData(mj) for _ in range(threads)]
        self._rollout = rollout.Rollout(nthread=threads if threads > 1 else 0)
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def close(self) -> None:
        """Let the threads go."""
        self._rollout.close()
        if self._pool is not None:
            self._pool.shutdown()

    def state(self, q: Array, v: Array) -> Array:
        """States ``(..., size)`` of ``qpos`` and ``qvel``, at time 0."""
        return np.concatenate([np.zeros((*q.shape[:-1], 1)), q, v], axis=-1)

    def q(self, states: Array) -> Array:
        """``qpos`` ``(..., nq)`` of states."""
        return states[..., 1 : 1 + self.manifold.nq]

    def v(self, states: Array) -> Array:
        """``qvel`` ``(..., nv)`` of states."""
        return states[..., 1 + self.manifold.nq : 1 + self.manifold.nq + self.manifold.nv]

    def away(self, origin: Array, states: Array) -> Array:
        """Tangents and velocities ``(..., 2 nv)`` from states ``origin`` to ``states``."""
        turn = self.manifold.difference(self.q(origin), self.q(states))
        return np.concatenate([turn, self.v(states) - self.v(origin)], axis=-1)

    def advance(self, states: Array, warm: Array, controls: Array) -> tuple[Array, Array]:
        """The states ``(S, size)`` a knot later, and what their solver starts from ``(S, nv)``."""
        held = np.repeat(controls[:, None], self.hold, axis=1)
        passed, _ = self._rollout.rollout(
            self.mj, self._datas, np.ascontiguousarray(states), held, initial_warmstart=warm
        )
        last = np.array(passed[:, -1])
        before = self.v(passed[:, -2]) if self.hold > 1 else self.v(states)
        return last, (self.v(last) - before) / float(self.mj.opt.timestep)

    def linearised(self, states: Array, warm: Array, controls: Array) -> tuple[Array, Array]:
        """Motion from knot to knot around K states: ``(K, 2 nv, 2 nv)``, ``(K, 2 nv, nu)``."""
        chunks = np.array_split(np.arange(len(states)), len(self._datas))
        each = self._pool.map if self._pool is not None else map
        parts = list(
            each(
                lambda data, rows: self._differences(
                    data, states[rows], warm[rows], controls[rows]
                ),
                self._datas,
                chunks,
            )
        )
        return _healed(np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]))

    def _differences(
        self, data: Any, states: Array, warm: Array, controls: Array
    ) -> tuple[Array, Array]:
        import mujoco

        size, count = 2 * self.manifold.nv, len(states)
        a, b = np.zeros((count, size, size)), np.zeros((count, size, self.mj.nu))
        for k in range(count):
            mujoco.mj_setState(self.mj, data, states[k], self._full)
            data.ctrl[:], data.qacc_warmstart[:] = controls[k], warm[k]
            mujoco.mjd_transitionFD(self.mj, data, _NUDGE, False, a[k], b[k], None, None)
        power, total = np.broadcast_to(np.eye(size), a.shape), np.zeros_like(a)
        with np.errstate(over="ignore", invalid="ignore"):  # such are healed
            for _ in range(self.hold):
                total = total + power
                power = a @ power
            return power, total @ b


def _healed(a: Array, b: Array) -> tuple[Array, Array]:
    """Derivatives in which those across a contact that just begins are the nearest knot's.

    There a difference sees the contact in one of its two places, and takes it for a stiff spring.
    """
    good = np.flatnonzero(np.abs(a).max(axis=(1, 2)) < _STIFFEST)
    if not len(good):
        return np.broadcast_to(np.eye(a.shape[1]), a.shape), np.zeros_like(b)
    nearest = good[np.abs(np.arange(len(a))[:, None] - good).argmin(axis=1)]
    return a[nearest], b[nearest]


@contextmanager
def silent() -> Iterator[None]:
    """MuJoCo does not print, nor write a file, of states that become unstable."""
    import mujoco

    before = mujoco.get_mju_user_warning()
    mujoco.set_mju_user_warning(lambda message: None)
    try:
        yield
    finally:
        mujoco.set_mju_user_warning(before)
