"""One call from a clip to the robot's answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from kinemesh.arguments import instance
from kinemesh.constraints import Constraint, StepBox
from kinemesh.detection.stance import StanceRule
from kinemesh.motion import Clip, Scene, Trajectory
from kinemesh.objectives import Objective
from kinemesh.problem import MeshOptions, Proportions
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.solve.asked import A_CLIP
from kinemesh.solve.refine import Refinement
from kinemesh.solve.retargeter import DEFAULT_REFINEMENT, Retargeter
from kinemesh.solve.walk import OnFrame, Progress


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
    proportions: Proportions = "robot",
) -> Result:
    """Retarget one clip: a :class:`Retargeter` with these settings, used once.

    Args:
        clip: the demonstration; :func:`kinemesh.read` makes one of a file.
        robot: a shipped robot's name, a folder, or a model; ``"g1"`` if left out.
        scene: props and terrain to adapt to, at human scale; the clip's own if left out.
        nominal: a trajectory that base and legs stay near, frame by frame; none if left out.
        progress: called after every frame with (frames done, frames in all), where each part of
            the whole-clip pass does every frame once more; at the end both are the same.
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
        solver: ``"daqp"``, the default, a dual active set (the compiled kernel's own, the package's
            without it); ``"osqp"``; or ``"cvxpy"``, the paper's program as it is written, with its
            second-order cone trust region.
        refine: the whole-clip pass that follows the frames; None or False leaves it out.
        mesh: how many anchors the interaction mesh has; ``MeshOptions()`` if left out.
        stance: when a foot counts as planted; ``StanceRule()`` if left out.
        proportions: ``"robot"``, the default: the person is followed in the robot's proportions,
            directions and footsteps her own, in a world scaled as the legs are; ``"person"``: she
            is scaled by her stature as a whole, OmniRetarget's way.

    Raises:
        RobotError: the robot is not known or not complete.
        ClipError: clip and scene do not fit.
        OptionError: a setting that cannot be.
        TypeError: an argument of another kind, such as a path in place of a clip.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.lift_box().crop(60, 70), robot="g1")
        >>> result
        Result('lift_box', Trajectory('g1', 10 frames at 30/s, 29 joints), 0 relaxed)
    """
    instance("clip", clip, Clip, A_CLIP)  # before a robot is loaded
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
        proportions=proportions,
    )
    return retargeter.retarget(
        clip, scene=scene, nominal=nominal, progress=progress, on_frame=on_frame
    )
