"""Mechanics of a whole clip: the step of all frames, and what visits are told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.kernel import TangentMixture
from kinemesh.objectives import Differences, Mechanics, Objective
from kinemesh.problem import Frame
from kinemesh.robot import RobotModel
from kinemesh.solve.ease import pace
from kinemesh.solve.mechanics.forces import Forces
from kinemesh.solve.mechanics.linear import Balance
from kinemesh.solve.mechanics.step import REACH, WholeStep
from kinemesh.solve.mechanics.strain import Strain
from kinemesh.solve.mechanics.supports import Load, Support
from kinemesh.solve.program import Program

_INTERVAL = 1.0 / 30.0
"""Accelerations are told by frames so far apart [s], or a frame where these are further apart."""
_ENDS = 1.0 / 6.0
"""What forces leave so near [s] to the ends of a clip is not asked for: what went before, and comes
after, is not known."""
_CHUNK, _AHEAD = 256, 32
"""So many frames are changed at once, with a look at so many after them: memory has an end."""

_CHANGING = 0.8
"""Share of a step's time that the change takes; the rest sees how forces then are."""


class WholeClip:
    """What contacts can push, over a clip that is solved.

    Args:
        term: how it is weighed.
        smoothness: what ties the frames.
        robot: whose.
        frames: stances and contacts.
        load: what is carried.
    """

    def __init__(
        self,
        term: Mechanics,
        smoothness: Sequence[Objective],
        robot: RobotModel,
        frames: Sequence[Frame],
        load: Load,
    ) -> None:
        self._term, self._robot, self._frames, self._load = term, robot, frames, load
        self._smoothness = [one for one in smoothness if isinstance(one, Differences)]
        self._stride = max(1, round(_INTERVAL / frames[0].dt))
        self._forces: Forces | None = None
        self._left_alone = np.zeros(len(frames), dtype=bool)

    def step(
        self,
        programs: Sequence[Program],
        qs: list[Array],
        stuck: NDArray[np.bool_],
        tell: Callable[[float], None],
    ) -> None:
        """Change all frames at once, in place, and see how forces then are.

        Args:
            programs: what every frame is asked, without its neighbours.
            qs: configurations ``(nq,)``.
            stuck: frames ``(T,)`` that stay as they are, of which nothing is asked.
            tell: called with what share of it is done; 1 at the end.
        """
        self._left_alone |= stuck
        some = np.arange(0, len(qs), self._stride)
        strains: dict[int, Strain] = {}
        if len(some) > 2 * REACH:
            asked = [programs[k] for k in some.tolist()]
            changes, strains = self._found(asked, qs, some, stuck[some], tell)
            self._apply(qs, some, changes)
        interval = self._stride * self._frames[0].dt
        self._balance = Balance(self._robot, qs, interval, self._load, self._stride)
        supports = [
            support
            for start in range(0, len(qs), _CHUNK)
            for support in self._supports(range(len(qs))[start:][:_CHUNK], qs[start:][:_CHUNK])
        ]
        known = strains if self._stride == 1 and len(some) > 2 * REACH else None
        self._forces = Forces(self._balance, supports, self._term, known)
        self._forces.spare(round(_ENDS / self._frames[0].dt), 0, len(qs))
        if not self.coarse:
            self._lay_out(self._forces)
        tell(1.0)

    def _lay_out(self, forces: Forces) -> None:
        """Put what the forces leave in the order in which single frames ask for it.

        A frame enters three frames' equations: of the one before it, its own, of the one after.
        """
        count, nv = len(self._frames), self._robot.nv
        first, last = forces.frames.start, forces.frames.stop
        # One more at both ends: of whom there is no equation, nothing is left.
        self._left, self._shares = np.zeros((count + 2, 6)), np.zeros(count + 2)
        self._steps, self._entering = np.zeros((count, nv)), np.zeros((count, 3, 6, nv))
        self._left[first + 1 : last + 1] = forces.residual
        self._shares[first + 1 : last + 1] = np.sqrt(forces.weights)
        for m in range(3):
            self._entering[first + 1 - m : last + 1 - m, m] = forces.blocks[:, :, 2 - m]
        for k in (0, 3):
            base = self._entering[..., k : k + 3].reshape(count, 18, 3) @ self._balance.turns
            self._entering[..., k : k + 3] = base.reshape(count, 3, 6, 3)

    def beside(self, index: int) -> TangentMixture | None:
        """What forces leave of the equations that frame ``index`` enters, as rows on it."""
        forces = self._forces
        if forces is None or self.coarse or self._left_alone[index] or not forces.frames:
            return None
        balance, there = self._balance, slice(index, index + 3)
        shares = self._shares[there]
        factor = (shares[:, None, None] * self._entering[index]).reshape(18, -1)
        offset = (shares[:, None] * self._left[there]).ravel() - factor @ self._steps[index]
        factors, offsets = [factor], [offset]
        for m, share in enumerate(shares):
            strained = forces.strained(index - 1 + m - forces.frames.start)
            if strained is None:
                continue
            value, rates = strained
            for k in {0, 1, 2} - {2 - m}:
                other = index - 2 + m + k
                value = value + rates[:, k] @ balance.outward(self._steps[other], other)
            own, turn = share * rates[:, 2 - m], balance.turns[index]
            own[:, :3], own[:, 3:6] = own[:, :3] @ turn, own[:, 3:6] @ turn
            factors.append(own)
            offsets.append(share * value)
        if len(factors) > 1:
            factor, offset = np.concatenate(factors), np.concatenate(offsets)
        return TangentMixture(balance.qs[index], factor, offset)

    def leave(self, there: NDArray[np.bool_]) -> None:
        """Ask nothing of flagged frames ``(T,)`` any more."""
        self._left_alone |= there

    @property
    def coarse(self) -> bool:
        """Whether frames are nearer in time than those that accelerations are told by.

        Forces are then asked of all frames at once alone: one of them, visited by itself, would
        be pulled out of the row of those beside it.
        """
        return self._stride > 1

    def moved(self, index: int, q: Array) -> None:
        """Frame ``index`` is at ``q`` ``(nq,)`` now."""
        if self._forces is None or self.coarse:
            return
        step = self._robot.difference(self._balance.qs[index], q)
        self._left[index : index + 3] += self._entering[index] @ (step - self._steps[index])
        self._steps[index] = step

    def _supports(self, there: Sequence[int], qs: Sequence[Array]) -> list[Support]:
        """What bears the robot in some frames, which are at ``qs``."""
        frames = [self._frames[k] for k in there]
        carried = [self._load.carried[k] for k in there]
        return Support.of(frames, [self._robot.configuration(q) for q in qs], carried)

    def _found(
        self,
        programs: Sequence[Program],
        qs: Sequence[Array],
        some: NDArray[np.int64],
        stuck: NDArray[np.bool_],
        tell: Callable[[float], None],
    ) -> tuple[Array, dict[int, Strain]]:
        """Changes ``(N, nv)`` of some frames along the world's axes, and the strains then."""
        strains: dict[int, Strain] = {}
        count, dt = len(some), self._frames[0].dt
        rate = min(1.0, _INTERVAL / dt) / self._stride
        changes = np.zeros((count, self._robot.nv))
        for start in range(0, count, _CHUNK):
            stop = min(count, start + _CHUNK)
            here = slice(max(0, start - REACH), min(count, stop + _AHEAD))
            there = some[here].tolist()
            mine = [qs[k] for k in there]
            balance = Balance(self._robot, mine, self._stride * dt, self._load.at(some[here]))
            forces = Forces(balance, self._supports(there, mine), self._term)
            forces.spare(round(_ENDS / (self._stride * dt)), here.start, count)
            step = WholeStep(
                programs[here], balance, forces, self._smoothness, self._term.weight, rate
            )
            found = step.changes(changes[here.start : start], stuck[here])
            changes[start:stop] = found[start - here.start : stop - here.start]
            for k, strain in forces.strains_after(found).items():
                if start <= here.start + k + 1 < stop:
                    strains[here.start + k] = strain
            tell(_CHANGING * stop / count)
        return changes, strains

    def _apply(self, qs: list[Array], some: NDArray[np.int64], changes: Array) -> None:
        """Change all frames, those between as smoothly as those beside them."""
        robot, every = self._robot, np.minimum(np.arange(len(qs)), some[-1])
        if self._stride > 1:
            changes = CubicSpline(some, changes)(every)
        back, steps = Rotation.from_quat(np.array(qs)[:, 3:7]).inv(), np.array(changes)
        steps[:, :3], steps[:, 3:6] = back.apply(steps[:, :3]), back.apply(steps[:, 3:6])
        moved = np.array([robot.integrate(q, step) for q, step in zip(qs, steps, strict=True)])
        moved[:, 7:] = robot.followed(np.clip(moved[:, 7:], robot.lower, robot.upper))
        qs[:] = moved
        pace(robot, qs, 1.0 / self._frames[0].dt)
