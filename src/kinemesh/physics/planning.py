"""Plans of what the servos are told, made better by Gauss-Newton steps and by chance.

A plan is a control of each knot and the states that it leads to. Around it the motion is linear
(finite differences) and the cost quadratic, so that a linear-quadratic regulator gives a change of
the controls, and gains by which they answer to states that are not as foreseen. Changes of several
lengths, and random ones, are carried out, and the best is kept: iterative LQR (Li and Todorov 2004;
Tassa, Erez and Todorov 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.physics.controller import Controller
from kinemesh.physics.regulator import Policy, regulated
from kinemesh.physics.stepping import Stepper
from kinemesh.physics.tracking import Tracking

_LENGTHS = (1.0, 0.5, 0.2, 0.05)
"""Shares of a regulator's change that are tried."""
_DAMPINGS = (0.0, 30.0, 1000.0)
"""Of the regulators that are tried; see :func:`regulated`."""
_NOISE = (0.1, 0.05, 0.025, 0.01)
"""Standard deviations of random changes, in what saturates a servo [1],"""
_GRAIN = 5
"""which are drawn for every so many knots, and lie on lines between."""
_NEAR = np.array([0.02, 0.8, 0.4])
"""Derivatives are kept while places and angles [m, rad], velocities [m/s, rad/s] and controls, in
what saturates a servo [1], differ by no more from where they were found, and help."""
_WIDEST = 2.0
"""Controls stay so near to the reference's, in what saturates a servo [1]."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What happens from a knot on.

    Attributes:
        first: the knot.
        states: ``(n + 1, size)``, of :class:`Stepper`.
        warm: what its solver starts from ``(n + 1, nv)``.
        controls: ``(n, nu)``, targets of the servos [rad].
        costs: of each knot ``(n,)`` [1].
    """

    first: int
    states: Array
    warm: Array
    controls: Array
    costs: Array

    def __len__(self) -> int:
        return len(self.controls)

    def later(self, count: int) -> Plan:
        """What is left of it after ``count`` knots."""
        return Plan(
            self.first + count,
            self.states[count:],
            self.warm[count:],
            self.controls[count:],
            self.costs[count:],
        )


@dataclass(frozen=True, eq=False)
class Known:
    """The motion to the next knot, linear, and around what it was found so."""

    state: Array
    control: Array
    a: Array
    b: Array


class Planner:
    """Makes plans longer and better.

    Args:
        stepper: carries them out.
        tracking: what being off costs.
        wanted: states of the reference at all knots ``(K + 1, size)``,
        targets: and the servos' ``(K, nu)`` [rad].
        reach: how far a target from its joint saturates the servo ``(nu,)`` [rad].
        controller: how hard it tries.
        seed: of what is random.
    """

    def __init__(
        self,
        stepper: Stepper,
        tracking: Tracking,
        wanted: Array,
        targets: Array,
        reach: Array,
        controller: Controller,
        seed: int,
    ) -> None:
        self.stepper, self.tracking = stepper, tracking
        self.wanted, self.targets, self.reach = wanted, targets, reach
        self._samples = controller.samples
        self._known: dict[int, Known] = {}
        self._rng = np.random.default_rng(seed)

    def started(self, state: Array) -> Plan:
        """The plan that does nothing, from ``state`` at the first knot."""
        return Plan(
            0,
            state[None],
            np.zeros((1, self.stepper.manifold.nv)),
            np.zeros((0, len(self.reach))),
            np.zeros(0),
        )

    def longer(self, plan: Plan, count: int) -> Plan:
        """The plan with ``count`` more knots, in which servos get the reference's targets."""
        states, warm, costs = [plan.states], [plan.warm], [plan.costs]
        first = plan.first + len(plan)
        targets = self.targets[first : first + count]
        for k, target in enumerate(targets, first):
            state, start = self.stepper.advance(states[-1][-1:], warm[-1][-1:], target[None])
            states.append(state)
            warm.append(start)
            costs.append(self._costs(k, state, target[None]))
        return Plan(
            plan.first,
            np.concatenate(states),
            np.concatenate(warm),
            np.concatenate([plan.controls, targets]),
            np.concatenate(costs),
        )

    def better(self, plan: Plan) -> Plan:
        """The best of the plan and of what regulators and chance make of it."""
        count, first = len(plan), plan.first
        a, b = self._linearised(plan)
        ahead = slice(first + 1, first + count + 1)
        errors = self.stepper.away(self.wanted[ahead], plan.states[1:])
        off = plan.controls - self.targets[first : first + count]
        policies = [
            regulated(
                a, b, errors, self.tracking.weights[ahead], off, self.tracking.control, damping
            )
            for damping in _DAMPINGS
        ]
        kinds = np.repeat(np.arange(len(policies), dtype=np.int64), len(_LENGTHS))
        lengths = np.tile(_LENGTHS, len(policies))
        draws = np.arange(self._samples)
        kinds = np.concatenate([kinds, draws % len(policies)])
        lengths = np.concatenate([lengths, np.array(_LENGTHS)[draws % 2]])
        best = self._best(plan, policies, kinds, lengths, self._noise(len(kinds), count))
        if best is plan:
            self._known.clear()
        return best

    def _linearised(self, plan: Plan) -> tuple[Array, Array]:
        """The motion around a plan: as it was known where the plan is still near to that."""
        rows = range(plan.first, plan.first + len(plan))
        self._known = {knot: known for knot, known in self._known.items() if knot in rows}
        new = []
        for knot, state, control in zip(rows, plan.states, plan.controls, strict=False):
            known = self._known.get(knot)
            if known is not None:
                away = np.abs(self.stepper.away(known.state, state)).reshape(2, -1).max(axis=1)
                push = (np.abs(control - known.control) / self.reach).max()
                if np.all(np.array([*away, push]) < _NEAR):
                    continue
            new.append(knot)
        if new:
            at = np.array(new) - plan.first
            a, b = self.stepper.linearised(plan.states[at], plan.warm[at], plan.controls[at])
            for k, knot in enumerate(new):
                row = knot - plan.first
                self._known[knot] = Known(plan.states[row], plan.controls[row], a[k], b[k])
        return (
            np.stack([self._known[knot].a for knot in rows]),
            np.stack([self._known[knot].b for knot in rows]),
        )

    def _noise(self, candidates: int, count: int) -> Array:
        """Random changes ``(C, n, nu)`` [rad], none of those that are no samples."""
        grid = count // _GRAIN + 2
        drawn = self._rng.standard_normal((self._samples, grid, len(self.reach))) * self.reach
        drawn *= np.resize(_NOISE, self._samples)[:, None, None]
        at = np.arange(count) / _GRAIN
        left = at.astype(np.int64)
        share = (at - left)[:, None]
        noise = np.zeros((candidates, count, len(self.reach)))
        noise[candidates - self._samples :] = (
            drawn[:, left] * (1.0 - share) + drawn[:, left + 1] * share
        )
        return noise

    def _best(
        self,
        plan: Plan,
        policies: list[Policy],
        kinds: NDArray[np.int64],
        lengths: Array,
        noise: Array,
    ) -> Plan:
        """Carry the candidates out; each is dropped once it costs more than the plan does."""
        count, bound = len(plan), float(plan.costs.sum())
        states = np.tile(plan.states[0], (len(kinds), 1))
        warm = np.tile(plan.warm[0], (len(kinds), 1))
        left, total = np.arange(len(kinds)), np.zeros(len(kinds))
        passed = [(left, states, warm, np.zeros(0), np.zeros(0))]
        for k in range(count):
            away = self.stepper.away(plan.states[k], states)
            controls = plan.controls[k] + noise[left, k]
            for kind, policy in enumerate(policies):
                own = kinds[left] == kind
                controls[own] += lengths[left[own], None] * policy.change[k]
                controls[own] += away[own] @ policy.gain[k].T
            target = self.targets[plan.first + k]
            controls = np.clip(
                controls, target - _WIDEST * self.reach, target + _WIDEST * self.reach
            )
            states, warm = self.stepper.advance(states, warm, controls)
            costs = self._costs(plan.first + k, states, controls)
            total = total + costs
            good = total < bound
            left, states, warm, total = left[good], states[good], warm[good], total[good]
            if not len(left):
                return plan
            passed.append((left, states, warm, controls[good], costs[good]))
        best = left[int(np.argmin(total))]
        rows = [int(np.flatnonzero(known == best)[0]) for known, *_ in passed]
        chosen = list(zip(passed, rows, strict=True))
        return Plan(
            plan.first,
            np.stack([step[1][row] for step, row in chosen]),
            np.stack([step[2][row] for step, row in chosen]),
            np.stack([step[3][row] for step, row in chosen[1:]]),
            np.array([step[4][row] for step, row in chosen[1:]]),
        )

    def _costs(self, knot: int, states: Array, controls: Array) -> Array:
        """What states ``(S, size)`` cost that controls ``(S, nu)`` of a knot have led to."""
        with np.errstate(over="ignore", invalid="ignore"):  # states may be without end
            errors = self.stepper.away(self.wanted[knot + 1], states)
            off = controls - self.targets[knot]
            cost = np.einsum("si,ij,sj->s", errors, self.tracking.weights[knot + 1], errors)
            cost = cost + off**2 @ self.tracking.control
        return np.where(np.isfinite(cost), cost, np.inf)
