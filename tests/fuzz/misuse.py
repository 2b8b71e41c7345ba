"""Calls of the public interface with arguments that are not what they should be.

Each call is valid but for one or two arguments, which are taken from a collection of what people,
and their scripts, hand over by mistake, or are the valid ones spoilt.
"""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import kinemesh
from kinemesh import (
    Clip,
    FrameReport,
    KinemeshError,
    Prop,
    Result,
    Retargeter,
    RobotModel,
    Scene,
    Shape,
    Skeleton,
    Terrain,
    Trajectory,
    augment,
    clip_of,
    constraints,
    demos,
    lint,
    objectives,
    read,
    retarget,
    write,
)
from kinemesh.detection.stance import StanceRule
from kinemesh.detection.touch import TouchRule
from kinemesh.geometry.shape import ConvexPart
from kinemesh.metrics import Held, Limits, evaluate
from kinemesh.motion.edits import StanceEdit, TouchEdit
from kinemesh.physics import Controller
from kinemesh.problem import MeshOptions, Plan
from kinemesh.result import Simulation
from kinemesh.solve.refine import Refinement
from simulations import happened

LONGEST = 20
"""A call that takes longer than this [s] hangs."""

ALSO_CALLED: dict[str, tuple[str, ...]] = {
    "fps": ("frame rate", "frames/s", "frames at"),
    "positions": ("coordinates", "person", "frames"),
    "height": ("person", "slope", "steps", "terrain"),
    "joints": ("skeleton",),
    "landmarks": ("landmark",),
    "leg_ratio": ("person",),
    "track": ("prop",),
    "tracks": ("track",),
    "props": ("prop",),
    "contacts": ("contact labels",),
    "edits": ("contacts",),
    "vertices": ("points", "shape", "mesh", "faces"),
    "faces": ("shape", "mesh"),
    "parts": ("shape",),
    "points": ("convex part",),
    "size": ("box", "points"),
    "centre": ("points",),
    "factor": ("scaled", "person", "across", "points", "speed", "stature"),
    "shape": ("across",),
    "q": ("trajectory",),
    "joint_names": ("joint",),
    "robot": ("no robot.toml",),
    "source": ("robot", "URDF"),
    "mapping": ("mapping", "robot.toml", "folder"),
    "freeze": ("freeze",),
    "what": ("freeze", "no joint is left", "not locked"),
    "posture": ("locked",),
    "start": ("trim", "runs from"),
    "stop": ("trim", "runs from"),
    "scene": ("prop", "terrain"),
    "clip": ("frames", "prop", "landmarks"),
    "trajectory": ("joint",),
    "path": ("file", "folder", "cannot be read"),
    "motion": ("file", "folder", "does not exist"),
    "recording": ("file", "folder", "does not exist", "frames", "prop"),
    "terrain": ("file", "folder", "mesh"),
    "fix": ("file", "folder", "copy"),
    "object": ("tracks no object", "scene"),
    "unit": ("person",),
    "floor": ("floor",),
    "map": ("landmark", "does not exist"),
    "body_model": ("SMPL",),
    "rest_joints": ("SMPL",),
    "folder": ("folder",),
    "settings": ("setting", "alone", "prop.", "motion.", "change nothing"),
    "table": ("the spec", "unknown key", "original"),
    "variants": ("variant",),
    "stance": ("flags",),
    "x": ("offset", "size", "move"),
    "y": ("offset", "size", "move"),
    "z": ("offset", "size"),
    "turn": ("offset", "turn", "move"),
    "angle": ("slope",),
    "heading": ("slope",),
    "depth": ("steps", "terrain"),
    "axes": ("axes",),
    "prop": ("prop",),
    "box": ("box", "landmark"),
    "dz": ("track",),
    "foot": ("foot",),
    "landmark": ("landmark",),
    "name": ("joint", "landmark"),
}
"""Other words for an argument by which a message may name it."""


class Hangs(BaseException):
    """A call took too long."""


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Hangs

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True)
class Call:
    """A call of the interface that is valid."""

    name: str
    function: Callable[..., object]
    arguments: dict[str, Any]


ZOO: tuple[Callable[[], Any], ...] = (
    *(lambda value=value: value for value in (None, True, False, -1, 0, 1, 2, 3, -(10**12), 2**40)),
    *(lambda value=value: value for value in (10**30, 10**400, np.nan, np.inf, -np.inf, 0.5)),
    *(lambda value=value: value for value in (1e308, -1e308, 1e-300, -0.0, 1 + 2j, Fraction(1, 3))),
    *(lambda value=value: value for value in ("", "x", "1", "3.5", "a\0b", "z" * 300, "\udc80")),
    *(lambda value=value: value for value in (b"x", (), ("x",), Ellipsis, int, range(3), set())),
    *(lambda value=value: value for value in (Path("no/such/file.npz"), Path(), Path("/"), print)),
    *(lambda value=value: value for value in (np.float32(1.0), np.int64(3), np.bool_(True))),
    *(lambda value=value: value for value in (np.float64("nan"), np.str_("x"), datetime.min)),
    object,
    list,
    dict,
    lambda: [None],
    lambda: ["x"],
    lambda: [1.0, 2.0, 3.0],
    lambda: [[1.0, 2.0], [3.0]],
    lambda: {"x": 1.0},
    lambda: {"x": None},
    lambda: {1: "x"},
    lambda: (n for n in (1, 2)),
    lambda: np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False]),
    lambda: np.array(["a", "b"]),
    lambda: np.array("x"),
    lambda: np.array([None, object()], dtype=object),
    lambda: np.array(3.0),
    lambda: np.array([1 + 1j, 2.0]),
    lambda: np.array(["2020-01-01"], dtype="datetime64[D]"),
    lambda: np.zeros(0),
    lambda: np.zeros((0, 3)),
    lambda: np.zeros((2, 3)),
    lambda: np.full((3, 3), np.nan),
    lambda: np.zeros((3, 22, 3)),
    lambda: np.ones((3, 7)),
    lambda: np.zeros((2, 2, 2, 2)),
)
"""What is handed over by mistake."""


def spoilt(value: Any, rng: np.random.Generator) -> Any:
    """A valid argument spoilt a little, where there is a way; else something of the zoo."""
    if isinstance(value, np.ndarray) and value.size:
        real = np.array(value, dtype=float)
        one = real.copy()
        one.flat[int(rng.integers(one.size))] = rng.choice([np.nan, np.inf, 1e308, -1e200, 1e17])
        ways: list[Any] = [
            *(one, np.zeros_like(real), np.full_like(real, 1e308), real * 1e-300, -real, real[:1]),
            *(real[:0], real.T, real[None], real.astype(complex) + 1j, real.astype(str)),
            *(np.ma.masked_array(real, real == real.flat[0]), real.astype(object), real > 0.0),
            *(real.astype(int), np.where(real == real, None, real), real.tolist(), [real[0]] * 2),
            *(np.ones_like(real), real.astype(np.float32), np.repeat(real[:1], len(real), axis=0)),
        ]
        return ways[int(rng.integers(len(ways)))]
    if isinstance(value, tuple | list) and len(value):
        other = ZOO[int(rng.integers(len(ZOO)))]()
        ways = [(*value, other), value[:-1], (*value, value[0]), value[::-1], (other,), list(value)]
        return ways[int(rng.integers(len(ways)))]
    if isinstance(value, dict) and value:
        other = ZOO[int(rng.integers(len(ZOO)))]()
        key = list(value)[int(rng.integers(len(value)))]
        ways = [
            *({**value, key: other}, {k: v for k, v in value.items() if k != key}),
            *({**value, "x": other}, {**value, 3: other}, list(value.items())),
        ]
        return ways[int(rng.integers(len(ways)))]
    return ZOO[int(rng.integers(len(ZOO)))]()


def calls(folder: Path) -> list[Call]:
    """Valid calls of all there is; files are written to ``folder``, which is where we are."""
    robot = RobotModel.load("g1")
    skeleton = demos.walk().skeleton
    box = Shape.box((0.4, 0.3, 0.3))
    ground = Terrain(Shape.box((2.0, 2.0, 0.2), (0.0, 0.0, -0.1)), "step")
    lift, walk = demos.lift_box().crop(0, 3), demos.walk().crop(40, 43)
    climb = demos.step_up().crop(0, 3)
    track, frames = np.array(lift.scene.props[0].track), 3
    q = np.tile(robot.rest, (frames, 1))
    trajectory = Trajectory(q, 30.0, robot.joint_names, "g1")
    report = {"index": 0, "iterations": 2, "cost": {"a": 1.0}, "violation": {"b": 0.0}}
    reports = tuple(FrameReport(**(report | {"index": k})) for k in range(frames))
    flags = np.array([True, False, True])
    result: dict[str, Any] = {
        **{"trajectory": trajectory, "scene": lift.scene, "landmarks": np.zeros((frames, 15, 3))},
        **{"reports": reports, "clip": "c", "scale": 0.7, "version": "0", "notes": ("n",)},
        **{"warnings": (), "tracks": {"box": track}, "stance": {"left_toe": flags}},
        "touch": {("left_hand", "box"): flags},
        **{"demonstration": lift, "target": lift.scene, "simulation": None},
    }
    whole, told = Result(**result), happened(frames, points=np.zeros((frames, 2, 3)))
    whole.save(folder / "result.npz")
    write(whole, folder / "given.csv", format="unitree-csv")
    write(whole, folder / "given.npz", format="mjlab", fps=30.0)
    ours = (*(np.array(lift.positions), np.array(walk.positions)),)
    turns = np.tile([0.0, 0.0, 0.0, 1.0], (*ours[0].shape[:2], 1))
    np.save(folder / "clip.npy", _lafan(walk))
    (folder / "spec.toml").write_text("[[grid]]\nprop.x = [0.1]\n")
    clip = {
        **{"positions": ours[0], "skeleton": skeleton, "fps": 30.0, "scene": lift.scene},
        **{"height": 1.75, "rotations": turns, "contacts": {"left_hand": flags}, "name": "clip"},
        **{"notes": ("n",), "warnings": (), "edits": (StanceEdit("left", 0, 1),)},
    }
    solving: dict[str, Any] = {
        **{"freeze": (), "objectives": objectives.defaults(), "iterations": 3},
        **{"constraints": constraints.defaults(), "first_iterations": 5, "tolerance": 1e-3},
        **{"feasibility": 1e-3, "solver": "daqp", "refine": None},
        **{"mesh": MeshOptions(20, 20, 10), "stance": StanceRule()},
    }
    asked: dict[str, Any] = {
        **{"clip": lift, "scene": lift.scene, "nominal": trajectory, "progress": None},
        "on_frame": None,
    }
    judged: dict[str, Any] = {
        **{"trajectory": trajectory, "robot": robot, "scene": lift.scene, "clip": lift},
        **{"scale": 0.7, "limits": Limits(), "held": Held(whole.stance, whole.touch)},
    }
    options: dict[str, Any] = {
        **dict.fromkeys(("object", "terrain", "skeleton", "height", "floor", "up", "unit", "map")),
        **{"person": None, "others": None, "take": None},
        **{"fps": 30.0, "clean": False, "body_model": None, "rest_joints": None},
        **{"decompose": False, "path": folder / "clip.npy"},
    }
    rng = np.random.default_rng(0)
    retargeter = Retargeter(robot, **{**solving, "freeze": ()})
    flat = augment.Slope(0.1).apply(walk)
    return [
        Call("Clip", Clip, clip),
        Call("Clip without more", Clip, {k: clip[k] for k in ("positions", "skeleton", "fps")}),
        Call(
            "Skeleton",
            Skeleton,
            {
                **{"name": "mine", "joints": skeleton.joints, "leg_ratio": 0.49},
                "landmarks": dict(skeleton.landmarks),
            },
        ),
        Call("Prop", Prop, {"name": "box", "shape": box, "track": track}),
        Call("Terrain", Terrain, {"shape": box, "name": "step"}),
        Call("Scene", Scene, {"props": lift.scene.props, "terrain": ground, "ground": 0.0}),
        Call("Scene.shifted", lift.scene.shifted, {"dz": 0.1}),
        Call(
            "Shape",
            Shape,
            {
                **{"vertices": np.array(box.vertices), "faces": np.array(box.faces)},
                **{"parts": box.parts, "warnings": (), "split": False},
            },
        ),
        Call("Shape.box", Shape.box, {"size": np.array([0.4, 0.3, 0.2]), "centre": np.zeros(3)}),
        Call("Shape.convex", Shape.convex, {"points": np.array(box.vertices)}),
        Call(
            "Shape.from_mesh",
            Shape.from_mesh,
            {"vertices": np.array(box.vertices), "faces": np.array(box.faces)},
        ),
        Call("Shape.union", Shape.union, {"shapes": [box, box]}),
        Call("Shape.scaled", box.scaled, {"factor": np.array([1.0, 2.0, 1.0])}),
        Call("Shape.sample", box.sample, {"count": 5, "rng": rng}),
        Call("Shape.scatter", box.scatter, {"count": 5, "rng": rng}),
        Call("ConvexPart", ConvexPart, {"vertices": np.array(box.vertices)}),
        Call(
            "Trajectory",
            Trajectory,
            {"q": q, "fps": 30.0, "joint_names": robot.joint_names, "robot": "g1"},
        ),
        Call("FrameReport", FrameReport, {**report, "relaxed": ("b",)}),
        Call("Result", Result, result),
        Call("Result.save", whole.save, {"path": folder / "saved.npz"}),
        Call("Result.load", Result.load, {"path": folder / "result.npz"}),
        Call("Clip.crop", lift.crop, {"start": 0, "stop": 2}),
        Call("Clip.trimmed", lift.trimmed, {"start": 0.0, "stop": 0.04}),
        Call("Clip.resampled", lift.resampled, {"fps": 60.0}),
        Call("Clip.translated", lift.translated, {"offset": np.array([1.0, 0.0, 0.0])}),
        Call("Clip.rotated", lift.rotated, {"yaw": 0.3}),
        Call("Clip.scaled", climb.scaled, {"factor": 1.1}),
        Call("Clip.joint", lift.joint, {"name": skeleton.joints[0]}),
        Call("Clip.landmark", lift.landmark, {"name": "pelvis"}),
        Call("Clip.with_masses", lift.with_masses, {"masses": {"box": 2.0}}),
        Call("Scene.with_masses", lift.scene.with_masses, {"masses": 2.0}),
        Call("Prop.resized", lift.scene.props[0].resized, {"factors": 0.8, "track": track}),
        Call("Simulation", Simulation, {f.name: getattr(told, f.name) for f in fields(told)}),
        Call(
            "simulate",
            kinemesh.simulate,
            {
                **{"motion": whole, "recording": None, "robot": robot, "scene": lift.scene},
                **{"mass": {"box": 1.0}, "seed": 0, "threads": 1, "progress": None},
                "controller": Controller(horizon=0.1, samples=0),
            },
        ),
        Call(
            "Clip.with_contacts",
            lambda edits: lift.with_contacts(*(edits if isinstance(edits, tuple) else [edits])),
            {"edits": (StanceEdit("left", 0, 1), TouchEdit("left_hand", "box", 0, 1))},
        ),
        Call("StanceEdit", StanceEdit, {"foot": "left", "first": 0, "last": 1, "planted": True}),
        Call(
            "TouchEdit",
            TouchEdit,
            {"part": "left_hand", "thing": "box", "first": 0, "last": 1, "touching": False},
        ),
        *(
            Call(kind.__name__, kind, {f.name: getattr(kind(), f.name) for f in fields(kind)})
            for kind in (MeshOptions, StanceRule, TouchRule, Refinement, Limits, Held)
        ),
        Call(
            "RobotModel.load",
            RobotModel.load,
            {
                **{"source": "g1", "mapping": None, "compiled": None},
                "limits": {"waist_yaw_joint": (-1.0, 1.0)},
            },
        ),
        Call(
            "RobotModel.frozen",
            robot.frozen,
            {"what": ("waist",), "posture": {"waist_yaw_joint": 0.1}},
        ),
        Call("Retargeter", Retargeter, {"robot": robot, **solving}),
        Call("retarget", retarget, {"robot": robot, **asked, **solving}),
        Call("Retargeter.retarget", retargeter.retarget, asked),
        Call(
            "Plan",
            Plan,
            {
                **{"clip": lift, "robot": robot, "scene": lift.scene, "scale": 0.7, "nominal": q},
                **{"mesh": MeshOptions(20, 20, 10), "stance": StanceRule(), "touch": TouchRule()},
            },
        ),
        Call(
            "Plan of a mesh",
            lambda **given: Plan(lift, robot, mesh=MeshOptions(**given)).frame(0),
            {f.name: getattr(MeshOptions(20, 20, 10), f.name) for f in fields(MeshOptions)},
        ),
        Call(
            "Plan of a stance",
            lambda **given: Plan(walk, robot, stance=StanceRule(**given)).frame(1),
            {f.name: getattr(StanceRule(), f.name) for f in fields(StanceRule)},
        ),
        Call(
            "Plan of a touch",
            lambda **given: Plan(lift, robot, touch=TouchRule(**given)).frame(1),
            {f.name: getattr(TouchRule(), f.name) for f in fields(TouchRule)},
        ),
        Call("metrics.evaluate", evaluate, judged),
        Call(
            "evaluate",
            kinemesh.evaluate,
            {
                **{"motion": whole, "recording": lift, "robot": robot, "scene": lift.scene},
                **{"fps": None, "recording_fps": None, "limits": Limits(), "decompose": False},
            },
        ),
        Call(
            "evaluate of a file",
            kinemesh.evaluate,
            {
                **{"motion": folder / "given.csv", "robot": "g1", "object": None, "fps": 30.0},
                **{"height": 1.75, "terrain": None, "decompose": False, "recording": None},
            },
        ),
        Call(
            "read_trajectory",
            kinemesh.read_trajectory,
            {
                **{"path": folder / "given.csv", "robot": robot, "fps": 30.0},
                **{"format": "unitree-csv", "motion": None},
            },
        ),
        Call("read", read, options),
        Call(
            "write",
            write,
            {
                **{"result": whole, "path": folder / "out.npz", "format": "mjlab", "fps": 50.0},
                **{"robot": robot, "tracks": {"box": track}, "name": "motion"},
            },
        ),
        Call(
            "clip_of",
            clip_of,
            {
                **{"trajectory": trajectory, "robot": robot, "scene": lift.scene, "name": "c"},
                "stance": {"left_toe": flags, "right_toe": flags},
            },
        ),
        Call(
            "lint",
            lint,
            {
                **{"path": folder / "given.csv", "robot": robot, "format": "unitree-csv"},
                **{"fps": 30.0, "motion": None, "fix": folder / "mended.csv"},
            },
        ),
        *_augmenting(lift, walk, climb, flat, box, folder),
    ]


def _augmenting(
    lift: Clip, walk: Clip, climb: Clip, flat: Clip, box: Shape, folder: Path
) -> Iterator[Call]:
    places = {"x": 0.1, "y": 0.0, "turn": 0.1}
    made: tuple[tuple[type, dict[str, Any], Clip], ...] = (
        (augment.Arc, {"start": 0.0, "stop": 0.1}, walk),
        (augment.Speed, {"factor": 1.2}, walk),
        (augment.Mirror, {}, walk),
        (augment.Stature, {"factor": 1.1}, walk),
        (augment.Move, places, walk),
        (augment.Slope, {"angle": 0.1, "heading": 0.0}, walk),
        (augment.Steps, {"height": 0.1, "depth": 0.1, "start": 0.0}, walk),
        (
            augment.PropPlace,
            {**places, "z": 0.0, "tau": 1.0, "tau_turn": 1.0, "axes": "world"},
            lift,
        ),
        (augment.PropSize, {"prop": "box", "x": 1.1, "y": 1.0, "z": 1.0}, lift),
        (augment.PropShape, {"prop": "box", "shape": box}, lift),
        (augment.TerrainSize, {"height": 1.1, "depth": 1.0}, climb),
        (augment.TerrainBox, {**places, "box": 1, "z": 0.0, "axes": "person"}, climb),
    )
    for kind, arguments, clip in made:
        if arguments:
            yield Call(kind.__name__, kind, arguments)
        step = kind(**arguments)
        given = {"clip": clip}
        if isinstance(step, augment.SceneAugmentation):
            given["scene"] = clip.scene
        if step.unfit(clip) is None:
            yield Call(f"{kind.__name__}.apply", step.apply, given)
    settings = {"prop.x": 0.1, "motion.mirror": True, "prop.tau": 1.0, "prop.axes": "person"}
    yield Call("Variant", augment.Variant, {"name": "v", "settings": settings, "folder": folder})
    yield Call("Spec", augment.Spec, {"variants": (augment.Variant("v", settings),)})
    grid = {"grid": [{"name": "a", "prop": {"x": [0.1, 0.2]}}], "original": True}
    yield Call("spec_of", augment.spec_of, {"table": grid, "folder": folder, "where": "the spec"})
    yield Call("read_spec", augment.read_spec, {"path": folder / "spec.toml"})
    yield Call("Variant.apply", augment.Variant("v", settings).apply, {"clip": lift})


def _lafan(clip: Clip) -> np.ndarray:
    """Three frames of a person as a bare array of 22 joints."""
    from commands import walking

    del clip
    return walking(3)


def misuse(call: Call, rng: np.random.Generator) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The call's arguments with one or two of them replaced, and their names."""
    names = list(call.arguments)
    count = min(len(names), 1 + int(rng.random() < 0.25))
    chosen = tuple(str(n) for n in rng.choice(names, count, replace=False))
    given = dict(call.arguments)
    for name in chosen:
        value = given[name]
        zoo = ZOO[int(rng.integers(len(ZOO)))]
        given[name] = spoilt(value, rng) if rng.random() < 0.5 else zoo()
        if name in ("progress", "on_frame") and callable(given[name]):
            given[name] = 3  # what a function of the caller does is the caller's
    return given, chosen


def wrong(call: Call, given: dict[str, Any], changed: tuple[str, ...]) -> str | None:
    """What is wrong with how a call takes its arguments; None if it does or says why not."""
    said = ", ".join(f"{name}={_shown(given[name])}" for name in changed)
    try:
        with at_most(LONGEST):
            call.function(**given)
    except (KinemeshError, TypeError) as error:
        text = str(error)
        words = [word for name in changed for word in (name, *ALSO_CALLED.get(name, ()))]
        if isinstance(error, TypeError) and not isinstance(error, KinemeshError):
            text = text if " expected " in text else f"Python's own: {len(text)}"
        if len(text) >= 15 and any(word in text for word in words):
            return None
        return f"{call.name}({said}): {type(error).__name__} that names no argument: {text!r}"
    except Hangs:
        return f"{call.name}({said}): hangs"
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        return f"{call.name}({said}): {type(error).__name__}: {str(error)[:100]!r} at {place}"
    return None


def _shown(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"array{value.shape} {value.dtype} {str(value).split(chr(10))[0][:30]}"
    text = repr(value)
    return text if len(text) < 90 else text[:90] + "..."
