"""From frame to frame: what the frames that are solved leave to the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from kinemesh.arrays import Array
from kinemesh.problem import Frame, Neighbours, Touchdown
from kinemesh.proximity import Obstacle
from kinemesh.solve.frames import Answer, FrameLoop, Futile, touchdown
from kinemesh.solve.returns import Returns

_SAME = 1e-9
"""Frame times whose ratio differs from 1 by less are the same."""


Progress = Callable[[int, int], None]
"""Called after every frame with (frames done, frames in all); each part of the whole-clip pass does
every frame once more, and they count."""

OnFrame = Callable[[int, Array], None]
"""Called after every frame with (its index, its configuration), before the whole-clip pass."""


class Asks(Protocol):
    """Whatever asks frame after frame: a plan of a whole clip, or of what has been seen so far."""

    def __len__(self) -> int:
        """How many frames there are."""

    @property
    def returns(self) -> bool:
        """Whether limbs that went another way are led back frame by frame."""

    def solids(self) -> tuple[Obstacle, ...]:
        """The obstacles that its frames may have."""

    def frame(self, index: int, touchdowns: Mapping[str, Touchdown] | None = None) -> Frame:
        """What instant ``index`` asks, given where feet were planted before it."""


class Walk:
    """Solves frames one after the other, as they come.

    Args:
        loop: solves one.
        start: the configuration ``(nq,)`` that the first frame starts from, and is held to by its
            motors; None: the first frame may be anywhere, and is looked for from several starts.
        returns: whether limbs that went another way are led back as it goes: nobody will later.

    Attributes:
        touchdowns: where each sole that stands was planted, by its name.
    """

    def __init__(self, loop: FrameLoop, start: Array | None = None, returns: bool = False) -> None:
        self._loop = loop
        self._returns = Returns(loop) if returns else None
        self._qs: list[Array] = [] if start is None else [start]  # the last two
        self._futile: Futile | None = None
        self._dt = 0.0
        self.touchdowns: dict[str, Touchdown] = {}

    def hold(self) -> None:
        """The robot has stood since the last answer."""
        self._qs = [self._qs[-1] for _ in self._qs]

    def solve(self, frame: Frame) -> Answer:
        """The answer to the next frame."""
        if self._returns is not None and self._qs:
            frame = self._returns.led(frame, self._qs[-1])
        if self._qs:
            neighbours = self._neighbours(frame.dt)
            answer, self._futile = self._loop.following(frame, neighbours, self._futile)
        else:
            answer = self._loop.first(frame)
        if self._returns is not None:
            self._returns.watch(frame, answer)
        self.touchdowns = {s.sole.name: touchdown(s, answer.configuration) for s in frame.stances}
        self._qs = [*self._qs[-1:], answer.configuration.q]
        self._dt = frame.dt
        return answer

    def _neighbours(self, dt: float) -> Neighbours:
        """The last two, as far apart in time as the next frame is from the last."""
        *before, last = self._qs
        if before and abs(dt - self._dt) > _SAME * dt:
            robot = self._loop.kernel.robot
            step = robot.difference(before[0], last)
            before = [robot.integrate(last, -(dt / self._dt) * step)]
        return Neighbours({-k: q for k, q in enumerate(reversed([*before, last]), 1)})


def walked(
    loop: FrameLoop,
    plan: Asks,
    visits: int,
    progress: Progress | None = None,
    on_frame: OnFrame | None = None,
) -> Iterator[tuple[Frame, Answer]]:
    """Solve the frames of a plan in order; ``visits`` are the frames to be done in all."""
    walk = Walk(loop, returns=plan.returns)
    for index in range(len(plan)):
        frame = plan.frame(index, walk.touchdowns)
        answer = walk.solve(frame)
        if progress is not None:
            progress(index + 1, visits)
        if on_frame is not None:
            on_frame(index, loop.kernel.robot.expanded(answer.configuration.q[None])[0])
        yield frame, answer
