"""Time by stage without sampling: the library's functions, wrapped while a clip is solved.

Each wrapped call books the time it spends itself; what it spends in other wrapped calls is
booked there. Nothing in the library knows of this, and a name that the library no longer has is
reported as missing.
"""

from __future__ import annotations

import functools
import importlib
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

STAGES: dict[str, tuple[str, ...]] = {
    "plan": (
        *("kinemesh.problem.plan.Plan.__init__", "kinemesh.problem.plan.Plan.frame"),
        "kinemesh.problem.starts.starts",
    ),
    "interaction mesh": (
        *("kinemesh.problem.plan.Plan.laplacian", "kinemesh.problem.plan.Plan.points"),
        "kinemesh.problem.mesh.InteractionMesh.from_points",
        "kinemesh.problem.mesh.InteractionMesh.deltas",
        *(f"kinemesh.problem.mesh.LaplacianTarget.{name}" for name in ("from_points", "reduce")),
    ),
    "tables": (
        *(f"kinemesh.solve.program.Program.{name}" for name in "__init__ among asked_by".split()),
        "kinemesh.kernel.native.NativeKernel.compiled",
    ),
    "kernel": (
        *(
            f"kinemesh.kernel.{name}"
            for name in ("native.NativeKernel.evaluate", "reference.ReferenceKernel.evaluate")
        ),
        *("kinemesh.proximity.distances.near_true", "kinemesh.proximity.narrow_phase.distances"),
        "kinemesh.robot.selfcollision.pair_distances",
    ),
    "steps": (
        *(f"kinemesh.robot.model.RobotModel.{name}" for name in ("difference", "integrate")),
        *(
            f"kinemesh.robot.kinematics.Kinematics.{name}"
            for name in ("__init__", "positions", "difference")
        ),
    ),
    "assembly": (
        *(
            f"kinemesh.solve.evaluation.Evaluation.{name}"
            for name in "__init__ merit qp report".split()
        ),
        *("kinemesh.problem.qp.QP.assemble", "kinemesh.problem.qp.QP.relaxed"),
    ),
    "QP solver": ("kinemesh.problem.solvers.solve",),
    "whole-clip pass, itself": ("kinemesh.solve.refine.refined",),
}
"""Stage to the names whose own time it is, one by one."""

PASS = "whole-clip pass, itself"


class Stopwatch:
    """Own time [s] and calls of every stage, apart for the frames and the whole-clip pass.

    Attributes:
        spent: seconds by (in the whole-clip pass, stage).
        calls: wrapped calls by whether they were in the whole-clip pass.
        missing: names that the library does not have.
    """

    def __init__(self) -> None:
        self.spent: dict[tuple[bool, str], float] = defaultdict(float)
        self.calls: Counter[bool] = Counter()
        self.missing: list[str] = []
        self._nested: list[float] = []
        self._second = False

    def wrapped(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """``function``, booking its own time to ``stage``."""
        nested, spent, calls, clock = self._nested, self.spent, self.calls, time.perf_counter

        @functools.wraps(function)
        def timed(*args: Any, **given: Any) -> Any:
            before = self._second
            second = self._second = before or stage == PASS
            nested.append(0.0)
            start = clock()
            try:
                return function(*args, **given)
            finally:
                whole = clock() - start
                spent[second, stage] += whole - nested.pop()
                calls[second] += 1
                self._second = before
                if nested:
                    nested[-1] += whole

        return timed

    @contextmanager
    def attached(self) -> Iterator[Stopwatch]:
        """Wrap all names of :data:`STAGES`; unwrap them at the end."""
        undo: list[tuple[Any, str, Any]] = []
        self.missing.clear()
        try:
            for stage, names in STAGES.items():
                for name in names:
                    try:
                        undo += self._attach(stage, name)
                    except (ImportError, AttributeError, KeyError):
                        self.missing.append(name)
            yield self
        finally:
            for owner, name, original in reversed(undo):
                setattr(owner, name, original)

    def _attach(self, stage: str, path: str) -> list[tuple[Any, str, Any]]:
        owner, name = _owner(path)
        original = vars(owner)[name]
        if isinstance(original, classmethod | staticmethod):
            new: Any = type(original)(self.wrapped(stage, original.__func__))
        elif isinstance(original, property):
            if original.fget is None:
                raise AttributeError(name)
            new = property(self.wrapped(stage, original.fget))
        elif isinstance(original, functools.cached_property):
            new = functools.cached_property(self.wrapped(stage, original.func))
            new.__set_name__(owner, name)
        else:
            new = self.wrapped(stage, original)
        if not isinstance(owner, ModuleType):
            setattr(owner, name, new)
            return [(owner, name, original)]
        # A function is known by name in every module that imported it.
        undo = []
        for key, module in list(sys.modules.items()):
            if key.split(".")[0] == "kinemesh":
                for alias, value in list(vars(module).items()):
                    if value is original:
                        setattr(module, alias, new)
                        undo.append((module, alias, original))
        return undo


def _owner(path: str) -> tuple[Any, str]:
    """The module or class that holds the last name of a dotted path, and that name."""
    parts = path.split(".")
    for count in range(len(parts) - 1, 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:-1]:
            owner = getattr(owner, part)
        return owner, parts[-1]
    raise ImportError(path)


def cost_of_a_call(count: int = 100_000) -> float:
    """What one wrapped call costs on its own [s]."""

    def nothing() -> None:
        return None

    timed = Stopwatch().wrapped("", nothing)
    best = []
    for function in (nothing, timed):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            for _ in range(count):
                function()
            times.append((time.perf_counter() - start) / count)
        best.append(min(times))
    return best[1] - best[0]
