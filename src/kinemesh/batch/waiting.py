"""Tasks that wait for a worker, those together that have something in common."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Any


class Waiting:
    """Tasks by group, in the order in which they came.

    Args:
        group: tells the group of a task; not asked of None, which is no task.
        tasks: those that wait from the start.
    """

    def __init__(self, group: Callable[[Any], Hashable], tasks: Iterable[Any]) -> None:
        self._group = group
        self._groups: dict[Hashable, deque[Any]] = {}
        self.add(tasks)

    def __len__(self) -> int:
        return sum(map(len, self._groups.values()))

    def add(self, tasks: Iterable[Any]) -> None:
        """More tasks, behind those of their groups."""
        for task in tasks:
            self._groups.setdefault(self._group(task), deque()).append(task)

    def goes_on(self, last: Any) -> bool:
        """Whether a task of the group of ``last`` waits."""
        return last is not None and self._group(last) in self._groups

    def take(self, last: Any = None, busy: Iterable[Any] = ()) -> Any:
        """The next task, which waits no longer.

        Of the group of ``last``, if one of that waits; else of the first group that nobody is busy
        with; else of the longest.

        Args:
            last: what was done before by who asks; None: nothing.
            busy: what the others do.

        Raises:
            LookupError: nothing waits.
        """
        if not self._groups:
            raise LookupError("no task waits")
        if self.goes_on(last):
            chosen = self._group(last)
        else:
            taken = {self._group(task) for task in busy}
            free = (group for group in self._groups if group not in taken)
            longest = max(self._groups, key=lambda group: len(self._groups[group]))
            chosen = next(free, longest)
        tasks = self._groups[chosen]
        task = tasks.popleft()
        if not tasks:
            del self._groups[chosen]
        return task
