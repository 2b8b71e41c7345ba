"""The loop over frames and QPs, and the defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from kinemesh import constraints as _constraints
from kinemesh import objectives as _objectives
from kinemesh._version import __version__
from kinemesh.arguments import function, instance, number, several, shown, whole
from kinemesh.arrays import Array
from kinemesh.constraints import Constraint, FixedBase, StepBox, TrustRegion
from kinemesh.detection.enclosed import check_outside
from kinemesh.detection.stance import StanceRule, stance_flags
from kinemesh.errors import ClipError, SolveError
from kinemesh.kernel import kernel_of
from kinemesh.metrics import Held, clip_doubts
from kinemesh.motion import Clip, Scene, Trajectory, in_place
from kinemesh.objectives import Objective
from kinemesh.problem import (
    ALONE,
    QP,
    SOLVERS,
    Frame,
    MeshOptions,
    Neighbours,
    Plan,
    Touchdown,
    solve,
    starts,
)
from kinemesh.result import FrameReport, Result
from kinemesh.robot import Configuration, RobotModel
from kinemesh.solve.evaluation import Evaluation
from kinemesh.solve.program import Program, Terms
from kinemesh.solve.refine import Refinement, refined

_SMALLEST = 1e-5
"""A step shorter than this [rad], [m] changes nothing."""

_POOR = 0.07
"""A frame whose landmarks are off by more than this share of the robot's height, in the mean, is
tried again from elsewhere."""

_BROKEN = 0.005
"""So is a frame in which a constraint is broken by more than this [m]."""

_CLEARLY = 0.8
"""A second solution replaces the first where its merit is below this share of the first's."""

Progress = Callable[[int, int], None]
"""Called after every frame with (frames done, frames in all); each sweep of the whole-clip pass
does every frame once more, and they count."""

OnFrame = Callable[[int, Array], None]
"""Called after every frame with (its index, its configuration), before the whole-clip pass."""


DEFAULT_REFINEMENT = Refinement()

T = TypeVar("T")

_A_CLIP = "a Clip; of a file, kinemesh.read(path) makes one"


class Retargeter:
    """Turns clips into trajectories of one robot.

    Each frame is a sequence of QPs around the current configuration: build, solve, step, until
    a step's cost is what its QP foretold and the constraints hold. The settings are those of
    :func:`kinemesh.retarget`, which describes them.

    Raises:
        RobotError: the robot is not known or not complete, or has nothing to freeze of that name.
        OptionError: a setting that cannot be.
        TypeError: a setting of another kind.
    """

    def __init__(
        self,
        robot: RobotModel | str | Path = "g1",
        *,
        freeze: str | Sequence[str] = (),
        objectives: Sequence[Objective] | None = None,
        constraints: Sequence[Constraint | StepBox] | None = None,
        iterations: int = 10,
        first_iterations: int = 50,
        tolerance: float = 3e-4,
        feasibility: float = 2e-4,
        solver: str = "daqp",
        refine: Refinement | Literal[False] | None = DEFAULT_REFINEMENT,
        mesh: MeshOptions | None = None,
        stance: StanceRule | None = None,
    ) -> None:
        if not isinstance(solver, str) or solver not in SOLVERS:
            raise SolveError(
                f"unknown solver {shown(solver)}",
                given=solver,
                expected=tuple(SOLVERS),
                lead="; known solvers:",
            )
        model = robot if isinstance(robot, RobotModel) else RobotModel.load(robot)
        words = (freeze,) if isinstance(freeze, str) else freeze
        self.robot = model.frozen(several("freeze", words, str, "joints or parts by name"))
        wanted = _objectives.defaults() if objectives is None else objectives
        must = _constraints.defaults() if constraints is None else constraints
        what = "Objectives, such as kinemesh.objectives.defaults()"
        self.objectives = several("objectives", wanted, Objective, what)
        what = "Constraints and StepBoxes, such as kinemesh.constraints.defaults()"
        self.constraints: tuple[Constraint | StepBox, ...]
        self.constraints = several("constraints", must, (Constraint, StepBox), what)
        if self.robot.fixed_base and not any(isinstance(c, FixedBase) for c in self.constraints):
            self.constraints = (*self.constraints, FixedBase())
        if solver == "cvxpy" and constraints is None:
            self.constraints = tuple(
                replace(c, ball=True) if isinstance(c, TrustRegion) else c for c in self.constraints
            )
        self._terms = Terms(self.objectives, self.constraints)
        self.kernel = kernel_of(self.robot)
        self._trust = min(
            (c.radius for c in self.constraints if isinstance(c, TrustRegion)), default=np.inf
        )
        what = "a number of QPs, 1 to 10000"
        self.iterations = whole("iterations", iterations, what, low=1, high=10_000)
        self.first_iterations = whole(
            "first_iterations", first_iterations, what, low=1, high=10_000
        )
        self.tolerance = number("tolerance", tolerance, "a share, 0 to 1", low=0.0, high=1.0)
        what = "a length [m], more than 0, at most 1"
        self.feasibility = number("feasibility", feasibility, what, over=0.0, high=1.0)
        self.solver = solver
        what = "a Refinement, or None or False for no whole-clip pass"
        self.refine = _given("refine", None if refine is False else refine, Refinement, what)
        self.mesh = _given("mesh", mesh, MeshOptions, "MeshOptions, or None for the default")
        self.stance = _given("stance", stance, StanceRule, "a StanceRule, or None for the default")

    def plan(self, clip: Clip, scene: Scene | None = None, nominal: Array | None = None) -> Plan:
        """What ``clip`` asks of the robot, frame by frame."""
        return Plan(
            clip, self.robot, scene=scene, mesh=self.mesh, stance=self.stance, nominal=nominal
        )

    def program(self, frame: Frame, neighbours: Neighbours = ALONE) -> Program:
        """What all terms ask of ``frame``, the frames around it being ``neighbours``."""
        return Program(self._terms, self.kernel, frame, neighbours)

    def build(
        self, configuration: Configuration, frame: Frame, neighbours: Neighbours = ALONE
    ) -> QP:
        """The QP of one iteration: look before you solve."""
        return Evaluation(self.program(frame, neighbours), configuration.q).qp(residuals=True)

    def start(self, plan: Plan) -> Configuration:
        """Where the first frame starts from: rest posture, heading of hips and shoulders."""
        return starts(self.robot, plan.landmarks[0])[0]

    def solve_first(self, frame: Frame) -> tuple[Configuration, FrameReport]:
        """Solve a frame that nothing goes before; if the usual start ends poorly, try others."""
        program = self.program(frame)
        best: tuple[float, Configuration, FrameReport] | None = None
        for start in starts(self.robot, frame.landmarks):
            free = self._in_free_space(program, start)
            configuration, report = self._solve(program, free, self.first_iterations)
            merit = Evaluation(program, configuration.q).merit(self.feasibility)
            if best is None or merit < best[0]:
                best = (merit, configuration, report)
            if not self._is_poor(frame, configuration, report):
                break
        assert best is not None  # there is always a start
        return best[1], best[2]

    def _in_free_space(self, program: Program, start: Configuration) -> Configuration:
        """The frame's pose with nothing to touch or to bump into: a start that is not trapped.

        From far away the constraints of a scene are walls of a maze; without them the mesh
        alone leads home, and from there the constraints are a short way off.
        """
        free = replace(
            program.frame, ground=None, obstacles=(), stances=(), sole_approaches=(), contacts=()
        )
        return self.solve_frame(free, start, program.neighbours, self.first_iterations)[0]

    def _is_poor(self, frame: Frame, configuration: Configuration, report: FrameReport) -> bool:
        """Whether a solution is suspect: rows gave way by much, or landmarks are far off."""
        off = np.linalg.norm(configuration.landmarks() - frame.landmarks, axis=1).mean()
        return report.worst[1] > _BROKEN or float(off) > _POOR * self.robot.height

    def _ahead(self, neighbours: Neighbours, now: Configuration) -> Configuration:
        """Where the next frame is likely to be: half a step on, in the direction of the last."""
        if neighbours.before is None:
            return now
        step = 0.5 * self.robot.difference(neighbours.before, now.q)
        q = self.robot.integrate(now.q, step)
        q[7:] = np.clip(q[7:], self.robot.lower, self.robot.upper)
        return self.robot.configuration(q)

    def _solve_next(
        self, frame: Frame, start: Configuration, neighbours: Neighbours
    ) -> tuple[Configuration, FrameReport]:
        """Solve a frame from near the last; if that ends poorly, try through free space."""
        program = self.program(frame, neighbours)
        configuration, report = self._solve(program, start, self.iterations)
        if not self._is_poor(frame, configuration, report):
            return configuration, report
        free = np.array(self._in_free_space(program, start).q)
        reach = self.robot.velocity * frame.dt
        if neighbours.previous is not None:
            last = neighbours.previous[7:]
            free[7:] = np.clip(free[7:], last - reach, last + reach)
        other, again = self._solve(program, self.robot.configuration(free), self.iterations)
        merit = Evaluation(program, other.q).merit(self.feasibility)
        # A new pose is a jump: it has to be clearly better.
        if merit < _CLEARLY * Evaluation(program, configuration.q).merit(self.feasibility):
            return other, replace(again, iterations=report.iterations + again.iterations)
        return configuration, report

    def solve_frame(
        self,
        frame: Frame,
        start: Configuration,
        neighbours: Neighbours = ALONE,
        iterations: int | None = None,
    ) -> tuple[Configuration, FrameReport]:
        """Iterate one frame from ``start`` until it stands still and its constraints hold."""
        most = self.iterations if iterations is None else iterations
        return self._solve(self.program(frame, neighbours), start, most)

    def _solve(
        self, program: Program, start: Configuration, iterations: int
    ) -> tuple[Configuration, FrameReport]:
        # Full steps, watched: near a solution they converge fast although a single one may
        # raise the merit; when two in a row do, a linearisation was believed too far (a contact
        # changed sides, say) and the search goes on from the best point in shorter steps.
        now = best = Evaluation(program, start.q)
        best_merit = best.merit(self.feasibility)
        radius, worse, done = np.inf, 0, 0
        for _ in range(iterations):
            qp = now.qp(radius, residuals=self.solver == "cvxpy")
            step = solve(qp, self.solver).step
            # The cost is twice the QP's objective, which leaves out what does not depend on v.
            foretold = now.cost + 2.0 * qp.objective(step)
            now = Evaluation(program, self.robot.integrate(now.q, step))
            done += 1
            merit = now.merit(self.feasibility)
            # The step was the best one by the model, and the model was right: there is no
            # more to win here than its error.
            still = abs(foretold - now.cost) <= self.tolerance * max(now.cost, 1e-9)
            still = still and float(np.abs(step).max()) < 0.99 * min(radius, self._trust)
            # A step that wins next to nothing counts as one that does not: full steps can
            # swing between two contact normals for ever.
            gained = merit <= best_merit - self.tolerance * best_merit
            worse = 0 if gained else worse + 1
            if merit <= best_merit:
                best, best_merit = now, merit
            if gained:
                radius *= 2.0
            if still and now.violation <= 0.5 * self.feasibility and merit <= 1.01 * best_merit:
                best = now
                break
            if worse == 2:
                radius = 0.25 * float(np.abs(step).max())
                now, worse = best, 0
                if radius < _SMALLEST:
                    break
        return best.configuration, best.report(program.frame.index, done, self.feasibility)

    def frames(
        self, plan: Plan, progress: Progress | None = None
    ) -> Iterator[tuple[Frame, Configuration, FrameReport]]:
        """Solve the frames of a plan in order."""
        history: list[Array] = []
        touchdowns: dict[str, Touchdown] = {}
        for index in range(len(plan)):
            frame = plan.frame(index, touchdowns)
            # The last one first: -1, -2.
            neighbours = Neighbours({-k: q for k, q in enumerate(reversed(history), 1)})
            if neighbours.previous is None:
                configuration, report = self.solve_first(frame)
            else:
                start = self._ahead(neighbours, configuration)
                configuration, report = self._solve_next(frame, start, neighbours)
            touchdowns = {
                stance.sole.name: stance.planted(
                    configuration.positions(np.full(4, stance.sole.joint), stance.sole.corners)
                )
                for stance in frame.stances
            }
            history = [*history[-1:], configuration.q]
            if progress is not None:
                progress(index + 1, len(plan))
            yield frame, configuration, report

    def _solutions(
        self, plan: Plan, progress: Progress | None, on_frame: OnFrame | None
    ) -> Iterator[tuple[Frame, Configuration, FrameReport]]:
        """The frames of a plan as they are solved."""
        for frame, configuration, report in self.frames(plan, progress):
            if on_frame is not None:
                on_frame(frame.index, self.robot.expanded(configuration.q[None])[0])
            yield frame, configuration, report

    def retarget(
        self,
        clip: Clip,
        *,
        scene: Scene | None = None,
        nominal: Trajectory | None = None,
        progress: Progress | None = None,
        on_frame: OnFrame | None = None,
    ) -> Result:
        """The robot's answer to ``clip``.

        What the ruler doubts of the clip, and of the feet that were held, is among the result's
        warnings; how good the answer is, :func:`kinemesh.metrics.evaluate` says.

        Args:
            clip: the demonstration.
            scene: props and terrain to adapt to, at human scale; default: the clip's own.
            nominal: a trajectory that base and legs stay near, frame by frame.
            progress: called after every frame with (frames done, frames in all), where the
                sweeps of the whole-clip pass do every frame once more.
            on_frame: called after every frame with its index and its configuration ``(nq,)``,
                as it is before the whole-clip pass.

        Raises:
            ClipError: the scene lacks a prop, the person is inside of a solid, or the nominal does
                not fit clip and robot.
            TypeError: an argument of another kind, such as a path in place of a clip.
        """
        instance("clip", clip, Clip, _A_CLIP)
        _given("scene", scene, Scene, "a Scene, or None for the clip's own")
        _given("nominal", nominal, Trajectory, "a Trajectory, such as result.trajectory, or None")
        function("progress", progress)
        function("on_frame", on_frame)
        if nominal is not None and nominal.joint_names != self.robot.whole.joint_names:
            raise ClipError(
                f"the nominal trajectory has the joints of {nominal.robot!r}; "
                f"expected those of {self.robot.name!r}"
            )
        check_outside(clip)
        if self.robot.fixed_base:
            if scene is not None:
                raise ClipError(
                    f"{self.robot.name!r} does not move its base, and person and props are brought "
                    f"to it together: put the other scene into the clip, and leave scene= out"
                )
            clip = in_place(clip)
        # The matrices are small: a second BLAS thread costs eight times the CPU and wins nothing.
        with threadpool_limits(limits=1, user_api="blas"):
            wanted = None if nominal is None else self.robot.shortened(nominal.q)
            plan = self.plan(clip, scene, wanted)
            sweeps = 0 if self.refine is None else self.refine.sweeps
            told = _over(progress, len(plan) * (1 + sweeps))
            solutions = self._solutions(plan, told, on_frame)
            solved = (
                [(configuration.q, report) for _, configuration, report in solutions]
                if self.refine is None
                else refined(self, self.refine, solutions, told)
            )
        q = np.array([q for q, _ in solved])
        if self.robot.fixed_base:  # the solver's rounding
            q[:, :7] = self.start(plan).q[:7]
        stance = stance_flags(plan.footing)
        doubts = () if self.robot.fixed_base else clip_doubts(clip, Held(stance))
        return Result(
            Trajectory(
                self.robot.expanded(q),
                clip.fps,
                self.robot.whole.joint_names,
                self.robot.name,
            ),
            plan.scene,
            plan.landmarks,
            tuple(report for _, report in solved),
            clip=clip.name,
            scale=plan.scale,
            version=__version__,
            notes=(*clip.notes, *map(str, plan.facings)),
            warnings=(*clip.warnings, *map(str, doubts)),
            stance=stance,
            touch={(touch.hand, touch.thing): touch.touching for touch in plan.touches},
            demonstration=clip,
            target=scene,
        )


def retarget(
    clip: Clip,
    robot: RobotModel | str | Path = "g1",
    scene: Scene | None = None,
    *,
    nominal: Trajectory | None = None,
    progress: Progress | None = None,
    on_frame: OnFrame | None = None,
    freeze: str | Sequence[str] = (),
    objectives: Sequence[Objective] | None = None,
    constraints: Sequence[Constraint | StepBox] | None = None,
    iterations: int = 10,
    first_iterations: int = 50,
    tolerance: float = 3e-4,
    feasibility: float = 2e-4,
    solver: str = "daqp",
    refine: Refinement | Literal[False] | None = DEFAULT_REFINEMENT,
    mesh: MeshOptions | None = None,
    stance: StanceRule | None = None,
) -> Result:
    """Retarget one clip: a :class:`Retargeter` with these settings, used once.

    Args:
        clip: the demonstration; :func:`kinemesh.read` makes one of a file.
        robot: a shipped robot's name, a folder, or a model; ``"g1"`` if left out.
        scene: props and terrain to adapt to, at human scale; the clip's own if left out.
        nominal: a trajectory that base and legs stay near, frame by frame; none if left out.
        progress: called after every frame with (frames done, frames in all), where the sweeps of
            the whole-clip pass do every frame once more: ``progress(3 * n, 3 * n)`` is the end.
        on_frame: called after every frame with its index and its configuration ``(nq,)``, as it
            is before the whole-clip pass.
        freeze: what is locked at its rest posture: joints by name, ``legs`` (the base with
            them), ``arms``, ``waist``, ``head``, ``base``; nothing if left out. Elsewhere than at
            rest: ``robot=model.frozen(what, posture)``.
        objectives: what is wanted; :func:`kinemesh.objectives.defaults` if left out.
        constraints: what must hold; :func:`kinemesh.constraints.defaults` if left out.
        iterations: most QPs in a frame [1]; default 10.
        first_iterations: most QPs in the first frame [1], which starts from the rest posture;
            default 50.
        tolerance: a frame is done when a step's cost is as the QP foretold, to this share [1];
            default 3e-4.
        feasibility: a constraint broken by more than this [m] is reported as relaxed; a frame is
            done when none is broken by more than half of it; default 2e-4.
        solver: ``"daqp"``, the default, ``"osqp"``, or ``"cvxpy"``: the paper's program as it is
            written, with its second-order cone trust region.
        refine: the whole-clip pass that follows the frames; None or False leaves it out.
        mesh: how many anchors the interaction mesh has; ``MeshOptions()`` if left out.
        stance: when a foot counts as planted; ``StanceRule()`` if left out.

    Raises:
        RobotError: the robot is not known or not complete.
        ClipError: clip and scene do not fit.
        OptionError: a setting that cannot be.
        TypeError: an argument of another kind, such as a path in place of a clip.
    """
    instance("clip", clip, Clip, _A_CLIP)  # before a robot is loaded
    retargeter = Retargeter(
        robot,
        freeze=freeze,
        objectives=objectives,
        constraints=constraints,
        iterations=iterations,
        first_iterations=first_iterations,
        tolerance=tolerance,
        feasibility=feasibility,
        solver=solver,
        refine=refine,
        mesh=mesh,
        stance=stance,
    )
    return retargeter.retarget(
        clip, scene=scene, nominal=nominal, progress=progress, on_frame=on_frame
    )


def _over(progress: Progress | None, total: int) -> Progress | None:
    """``progress`` told of another total than who calls it knows."""
    return None if progress is None else lambda done, _: progress(done, total)


def _given(name: str, value: T | None, kind: type[T], what: str) -> T | None:
    """``value``, of a kind or None."""
    return None if value is None else instance(name, value, kind, what)
