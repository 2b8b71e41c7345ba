"""What judges shares no code with what is judged: proved by taking the judged's code away."""

from __future__ import annotations

import inspect
import sys
from dataclasses import replace
from importlib import import_module
from types import FunctionType

import pytest

from kinemesh import RobotModel, metrics, retarget
from kinemesh.demos import lift_box
from kinemesh.metrics.doubts.doubts import Held
from kinemesh.motion import Scene
from kinemesh.robot import Configuration

TAKEN = (
    *(f"kinemesh.robot.{name}" for name in ("bodies", "clips", "convex", "kinematics")),
    "kinemesh.robot.selfcollision",
    *(f"kinemesh.proximity.{name}" for name in ("cells", "contact_manifold", "distances")),
    *(f"kinemesh.proximity.{name}" for name in ("hull_clearance", "hull_heights", "obstacle")),
    *(f"kinemesh.proximity.{name}" for name in ("narrow_phase", "sheet", "signed_distances")),
    *(f"kinemesh.proximity.{name}" for name in ("surface", "twosided")),
    *(f"kinemesh.kernel{name}" for name in ("", ".native", ".reference", ".rows")),
    *(f"kinemesh.detection.{name}" for name in ("resting", "stance", "support", "touch")),
    *(f"kinemesh.geometry.{name}" for name in ("closest", "drops", "field", "heights")),
    "kinemesh.geometry.inside",
)
"""Modules of the solver: all that they define is made to raise."""


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("the ruler asked the solver's code")


@pytest.fixture(params=["convex parts", "true surface"])
def judged(request):
    """A box that is lifted, and what it takes to judge it; ready before anything is taken away."""
    clip = lift_box().crop(50, 62)
    robot = RobotModel.load("g1")
    result = retarget(clip, robot, refine=None)
    if request.param == "true surface":
        result, clip = (replace(x, scene=on_triangles(x.scene)) for x in (result, clip))
    return clip, robot, result


def on_triangles(scene: Scene) -> Scene:
    """The scene with props that are measured on their triangles."""
    return replace(
        scene,
        props=tuple(
            replace(p, shape=replace(p.shape, warnings=("on its triangles",))) for p in scene.props
        ),
    )


def take_away(patch: pytest.MonkeyPatch) -> int:
    """Make every function and method of the solver's modules raise, wherever it was imported."""
    gone: dict[int, object] = {}
    for name in TAKEN:
        module = import_module(name)
        for item in vars(module).values():
            if getattr(item, "__module__", None) != name:
                continue
            if isinstance(item, FunctionType):
                gone[id(item)] = item
            elif inspect.isclass(item):
                for key, method in list(vars(item).items()):
                    if isinstance(method, (FunctionType, property, classmethod)):
                        patch.setattr(item, key, refuse)
                        gone[id(method)] = method
    for module in [m for k, m in sys.modules.items() if k.split(".")[0] == "kinemesh"]:
        for key, item in list(vars(module).items()):
            if isinstance(item, FunctionType) and id(item) in gone:
                patch.setattr(module, key, refuse)
    return len(gone)


@pytest.mark.slow
def test_scores_timelines_and_the_papers_figures_need_nothing_of_the_solver(judged, monkeypatch):
    clip, robot, result = judged
    scene, scale = result.scene, result.scale
    held = Held(result.stance, result.touch)

    def ask() -> tuple[object, ...]:
        score = metrics.evaluate(
            result.trajectory, robot, scene=scene, clip=clip, scale=scale, held=held
        )
        rows = metrics.timeline(result.trajectory, robot, scene=scene, clip=clip)
        figures = metrics.official(result.trajectory, robot, scene=scene, clip=clip, scale=scale)
        flags = [(row.name, row.robot.tolist()) for row in rows]
        return score.as_dict(), flags, figures.as_dict()

    before = ask()
    assert take_away(monkeypatch) > 60
    with pytest.raises(AssertionError, match="asked the solver's code"):
        Configuration(robot, robot.rest)
    assert ask() == before
    assert before[0]["measures"]["contact.prop.gap_mean"]["value"] is not None
