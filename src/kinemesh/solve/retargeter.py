"""A retargeter: settings and their defaults, checked once and good for any number of clips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from kinemesh import constraints as _constraints
from kinemesh import objectives as _objectives
from kinemesh._version import __version__
from kinemesh.arguments import choice, given, number, several, shown, whole
from kinemesh.arrays import Array
from kinemesh.constraints import Constraint, FixedBase, StepBox, TrustRegion
from kinemesh.detection.detected import Detected
from kinemesh.detection.stance import StanceRule, stance_flags
from kinemesh.errors import SolveError
from kinemesh.kernel import kernel_of
from kinemesh.metrics import Held, clip_doubts
from kinemesh.motion import Clip, Scene, Shape, Trajectory, in_place
from kinemesh.objectives import Objective
from kinemesh.problem import (
    ALONE,
    PROPORTIONS,
    QP,
    SOLVERS,
    Frame,
    MeshOptions,
    Neighbours,
    Plan,
    Proportions,
    starts,
)
from kinemesh.proximity import Obstacle
from kinemesh.result import FrameReport, Result
from kinemesh.robot import Configuration, RobotModel
from kinemesh.solve.asked import check_asked
from kinemesh.solve.evaluation import Evaluation
from kinemesh.solve.frames import FrameLoop
from kinemesh.solve.misplaced import misplaced
from kinemesh.solve.program import Program, Terms
from kinemesh.solve.refine import Refinement, refined
from kinemesh.solve.walk import Asks, OnFrame, Progress, Walk, walked

DEFAULT_REFINEMENT = Refinement()


class Retargeter:
    """Turns clips into trajectories of one robot.

    Each frame is a sequence of QPs around the current configuration: build, solve, step, until
    a step's cost is what its QP foretold and the constraints hold. The settings are those of
    :func:`kinemesh.retarget`, which describes them.

    Raises:
        RobotError: the robot is not known or not complete, or has nothing to freeze of that name.
        OptionError: a setting that cannot be.
        TypeError: a setting of another kind.

    Examples:
        >>> retargeter = kinemesh.Retargeter("g1", refine=None)  # frame by frame alone
        >>> clip = kinemesh.demos.walk().crop(0, 4)
        >>> retargeter.retarget(clip, detected=retargeter.detect(clip))
        Result('walk', Trajectory('g1', 4 frames at 30/s, 29 joints), 0 relaxed)
        >>> plan = retargeter.plan(clip)  # the same in steps
        >>> frame, posture = plan.frame(0), retargeter.start(plan)
        >>> program, qp = retargeter.program(frame), retargeter.build(posture, frame)
        >>> qp.hessian.shape
        (35, 35)
        >>> posture, report = retargeter.solve_first(frame)
        >>> posture, report = retargeter.solve_frame(plan.frame(1), posture)
        >>> answers = list(retargeter.frames(plan))
        >>> walk = retargeter.walk(plan.solids())  # for frames that are still to come
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
        proportions: Proportions = "robot",
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
        self.refine = given("refine", None if refine is False else refine, Refinement, what)
        self.mesh = given("mesh", mesh, MeshOptions, "MeshOptions, or None for the default")
        self.stance = given("stance", stance, StanceRule, "a StanceRule, or None for the default")
        choice("proportions", proportions, PROPORTIONS)
        self.proportions: Proportions = proportions
        self._loop = FrameLoop(
            kernel_of(self.robot),
            Terms(self.objectives, self.constraints),
            self.iterations,
            self.first_iterations,
            self.tolerance,
            self.feasibility,
            self.solver,
            min((c.radius for c in self.constraints if isinstance(c, TrustRegion)), default=np.inf),
        )

    def __repr__(self) -> str:
        return f"Retargeter({self.robot!r}, solver={self.solver!r})"

    def plan(
        self,
        clip: Clip,
        scene: Scene | None = None,
        nominal: Array | None = None,
        obstacles: Mapping[Shape, Obstacle] | None = None,
        detected: Detected | None = None,
    ) -> Plan:
        """What ``clip`` asks of the robot, frame by frame.

        Args:
            clip: the demonstration.
            scene: props and terrain to adapt to, at human scale; the clip's own if left out.
            nominal: configurations ``(T, nq)`` that base and legs stay near; none if left out.
            obstacles: props' shapes that were made ready before.
            detected: what :meth:`detect` found in the clip; found now if left out.
        """
        return Plan(
            clip,
            self.robot,
            scene=scene,
            mesh=self.mesh,
            stance=self.stance,
            proportions=self.proportions,
            nominal=nominal,
            obstacles=obstacles,
            detected=detected,
        )

    def detect(self, clip: Clip) -> Detected:
        """What ``clip`` shows by itself, to be handed to :meth:`retarget` for many scenes."""
        return Detected.in_clip(in_place(clip) if self.robot.fixed_base else clip, self.stance)

    def program(self, frame: Frame, neighbours: Neighbours = ALONE) -> Program:
        """What all terms ask of ``frame``, the frames around it being ``neighbours``."""
        return Program(self._loop.terms, self._loop.kernel, frame, neighbours)

    def build(
        self, configuration: Configuration, frame: Frame, neighbours: Neighbours = ALONE
    ) -> QP:
        """The QP of one iteration: look before you solve."""
        return Evaluation(self.program(frame, neighbours), configuration.q).qp(residuals=True)

    def start(self, plan: Plan) -> Configuration:
        """Where the first frame starts from: rest posture, heading of hips and shoulders."""
        return starts(self.robot, plan.landmarks[0])[0]

    def solve_first(self, frame: Frame) -> tuple[Configuration, FrameReport]:
        """Solve a frame that nothing goes before: the best of what several starts lead to."""
        answer = self._loop.first(frame)
        return answer.configuration, answer.report(self.feasibility)

    def solve_frame(
        self,
        frame: Frame,
        start: Configuration,
        neighbours: Neighbours = ALONE,
        iterations: int | None = None,
    ) -> tuple[Configuration, FrameReport]:
        """Iterate one frame from ``start`` until it stands still and its constraints hold."""
        most = self.iterations if iterations is None else iterations
        answer = self._loop.solved(self.program(frame, neighbours), start.q, most)
        return answer.configuration, answer.report(self.feasibility)

    def frames(
        self, plan: Asks, progress: Progress | None = None
    ) -> Iterator[tuple[Frame, Configuration, FrameReport]]:
        """Solve the frames of a plan in order."""
        loop, visits = self._loop.ready(plan.solids()), len(plan)
        for frame, answer in walked(loop, plan, visits, progress):
            yield frame, answer.configuration, answer.report(self.feasibility)

    def walk(self, solids: Iterable[Obstacle], start: Array | None = None) -> Walk:
        """Frames solved one after the other as they come, among obstacles that are known before.

        Args:
            solids: the obstacles that frames will have.
            start: the configuration ``(nq,)`` to start from, at the speeds of its motors.
        """
        return Walk(self._loop.ready(solids), start, returns=True)

    def retarget(
        self,
        clip: Clip,
        *,
        scene: Scene | None = None,
        nominal: Trajectory | None = None,
        obstacles: Mapping[Shape, Obstacle] | None = None,
        detected: Detected | None = None,
        progress: Progress | None = None,
        on_frame: OnFrame | None = None,
    ) -> Result:
        """The robot's answer to ``clip``.

        What the ruler doubts of the clip, and hands that cannot be where the person's are, are
        among the result's warnings; :func:`kinemesh.metrics.evaluate` says how good it is.

        Args:
            clip: the demonstration.
            scene: props and terrain to adapt to, at human scale; default: the clip's own.
            nominal: a trajectory that base and legs stay near, frame by frame.
            obstacles: props' shapes that were made ready before, for several scenes with the same:
                a hollow one takes seconds.
            detected: what :meth:`detect` found in the clip, for several scenes of it.
            progress: called after every frame with (frames done, frames in all), where each part
                of the whole-clip pass does every frame once more; at the end both are the same.
            on_frame: called after every frame with its index and its configuration ``(nq,)``,
                as it is before the whole-clip pass.

        Raises:
            ClipError: the scene lacks a prop, the person is inside of a solid, the nominal does not
                fit clip and robot, or what was detected is another clip's.
            TypeError: an argument of another kind, such as a path in place of a clip.
        """
        check_asked(self.robot, clip, scene, nominal, progress, on_frame)
        if self.robot.fixed_base:
            clip = in_place(clip)
        # Of the small matrices a second BLAS thread wins nothing, at eight times the CPU.
        with threadpool_limits(limits=1, user_api="blas"):
            wanted = None if nominal is None else self.robot.shortened(nominal.q)
            plan = self.plan(clip, scene, wanted, obstacles, detected)
            refine = self.refine or Refinement(sweeps=0)
            passes = refine.passes(not self.robot.fixed_base)
            loop, visits = self._loop.ready(plan.solids()), len(plan) * (1 + passes)
            solutions = walked(loop, plan, visits, progress, on_frame)
            solved = refined(loop, refine, solutions, plan, progress)
        q = np.array([q for q, _ in solved])
        if self.robot.fixed_base:  # the solver's rounding
            q[:, :7] = self.start(plan).q[:7]
        stance = stance_flags(plan.footing)
        doubts = () if self.robot.fixed_base else clip_doubts(clip, Held(stance))
        whole = self.robot.expanded(q)
        return Result(
            Trajectory(whole, clip.fps, self.robot.whole.joint_names, self.robot.name),
            plan.scene,
            plan.landmarks,
            tuple(report for _, report in solved),
            clip=clip.name,
            scale=plan.scale,
            version=__version__,
            notes=(*clip.notes, *map(str, plan.facings)),
            warnings=(*clip.warnings, *map(str, doubts), *misplaced(plan, q)),
            stance=stance,
            touch={(touch.part, touch.thing): touch.touching for touch in plan.touches},
            demonstration=clip,
            target=scene,
        )
