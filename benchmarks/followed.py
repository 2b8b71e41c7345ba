"""Whose motions a simulated robot follows: ours with and without mechanics, and the peers'.

    python benchmarks/followed.py --out DIR [--seeds 8] [--jobs 2] [--data DIR] [--reference DIR]
        [--disturbance 0.02] [MOTION ...]

Each motion, 3 to 5 s of it, is followed in MuJoCo by the same robot (``g1_base``) and controller,
started a little off the reference at each seed. A run takes about half a minute on one core; what
is in DIR already is not run again. Prints a table, and what of it is significant: success by
Fisher's exact test, the body's error by Mann and Whitney's, where a motion that was lost ranks
behind all that were followed. The same is in DIR/followed.md, the numbers in DIR/followed.json.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import fisher_exact, mannwhitneyu

import kinemesh
from kinemesh import demos
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Scene, Trajectory
from kinemesh.physics import Controller
from kinemesh.physics.simulate import simulate
from kinemesh.problem import scaled_scene
from kinemesh.result import Result

SHARED = Path(__file__).resolve().parents[2] / "shared"
ROBOT = "g1_base"
ALPHA = 0.05


def with_mechanics(clip: Clip) -> Result:
    """Ours."""
    return kinemesh.retarget(clip, ROBOT)


def without_mechanics(clip: Clip) -> Result:
    """Ours, by kinematics alone."""
    refinement = replace(kinemesh.Retargeter(ROBOT).refine, mechanics=None)
    return kinemesh.retarget(clip, ROBOT, refine=refinement)


OURS: dict[str, Callable[[Clip], Result]] = {
    "kinemesh": with_mechanics,
    "kinemesh, kinematic": without_mechanics,
}


@dataclass(frozen=True)
class Motion:
    """A stretch of a recording, from one frame to another, and the peers' answers to it."""

    read: Callable[[Path], Clip]
    start: int
    stop: int
    peers: tuple[tuple[str, str], ...] = ()


def sub3(data: Path) -> Clip:
    """A large box is lifted, carried round and put down."""
    mesh = data / "omomo/objects/largebox.obj"
    return kinemesh.read(data / "omomo/sub3_largebox_003.pt", object=mesh, height=1.941)


def climb(data: Path) -> Clip:
    """Somebody climbs boxes."""
    (path,) = (data / "climb/seq_0").glob("*.npy")
    terrain = data / "climb/seq_0/multi_boxes.obj"
    return kinemesh.read(path, terrain=terrain, height=1.78).resample(30.0)


SUB3 = "sub3_largebox_003"
MOTIONS = {
    "sub3 with the box": Motion(
        sub3,
        15,
        150,
        (
            ("OmniRetarget", f"holosoma/{SUB3}_object.npz"),
            ("GMR", f"gmr/{SUB3}_object.npz"),
        ),
    ),
    "sub3 without it": Motion(
        lambda data: replace(sub3(data), scene=Scene()),
        15,
        150,
        (
            ("OmniRetarget", f"holosoma/{SUB3}_robot_only.npz"),
            ("GMR", f"gmr/{SUB3}_robot_only.npz"),
        ),
    ),
    "climb seq_0": Motion(climb, 45, 180, (("OmniRetarget", "holosoma/climb_seq_0.npz"),)),
    "dance": Motion(
        lambda data: kinemesh.read(data / "lafan1/dance1_subject1.npy").crop(120, 255), 0, 135
    ),
    "walk": Motion(lambda data: demos.walk(), 0, 120),
    "squat": Motion(lambda data: demos.squat(), 0, 90),
}


@dataclass(frozen=True)
class Run:
    """A motion of somebody's, followed once."""

    motion: str
    who: str
    seed: int
    settings: dict[str, Any]

    def file(self, out: Path) -> Path:
        """Where its figures are kept."""
        return out / "runs" / f"{slug(self.motion)}-{slug(self.who)}-{self.seed}.json"


def slug(text: str) -> str:
    """A text as part of a file's name."""
    return "_".join("".join(c if c.isalnum() else " " for c in text).split())


def ours(motion: str, who: str, out: Path, data: Path) -> Result:
    """Our answer, made once."""
    file = out / "references" / f"{slug(motion)}-{slug(who)}.npz"
    if file.is_file():
        return Result.load(file)
    clip = MOTIONS[motion].read(data)
    result = OURS[who](clip.crop(0, min(len(clip), MOTIONS[motion].stop)))
    file.parent.mkdir(parents=True, exist_ok=True)
    result.save(file)
    return result


def peers(motion: str, who: str, data: Path, reference: Path) -> tuple[Trajectory, Scene]:
    """A peer's answer, in MuJoCo's order, and the scene that it was made for."""
    robot = kinemesh.RobotModel.load(ROBOT)
    clip = MOTIONS[motion].read(data)
    qpos = np.load(reference / dict(MOTIONS[motion].peers)[who])["qpos"]
    joints = 7 + len(robot.joint_names)
    scene = scaled_scene(clip.scene, robot.height / clip.stature, clip.fps)
    if scene.props:
        track = poses.from_wxyz(qpos[:, joints:])
        scene = replace(scene, props=(replace(scene.props[0], track=track),))
    q = np.hstack([poses.from_wxyz(qpos[:, :7]), qpos[:, 7:joints]])
    return Trajectory(q, clip.fps, robot.joint_names, robot.name), scene


def follow(run: Run, out: Path, data: Path, reference: Path) -> None:
    """Follow a motion, and write the figures down."""
    if run.who in OURS:
        result = ours(run.motion, run.who, out, data)
        trajectory, scene = result.trajectory, result.scene
    else:
        trajectory, scene = peers(run.motion, run.who, data, reference)
    rows = slice(MOTIONS[run.motion].start, MOTIONS[run.motion].stop)
    answer = simulate(
        replace(trajectory, q=trajectory.q[rows]),
        kinemesh.RobotModel.load(ROBOT),
        scene=replace(
            scene, props=tuple(replace(prop, track=prop.track[rows]) for prop in scene.props)
        ),
        seed=run.seed,
        controller=Controller(**run.settings),
        threads=1,
    )
    prop = answer.prop_error
    figures = {
        "motion": run.motion,
        "who": run.who,
        "seed": run.seed,
        "settings": run.settings,
        "followed": answer.followed,
        "reason": answer.reason,
        "seconds": answer.ended,
        "body_error": float(answer.body_error.mean()),
        "body_error_p95": float(np.percentile(answer.body_error, 95)),
        "prop_error": None if prop is None else float(prop.mean()),
        "saturated": answer.saturated,
    }
    file = run.file(out)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    part.rename(file)


def spread(values: Sequence[float]) -> str:
    """Mean and standard deviation [cm] of values [m]."""
    if not values:
        return "-"
    many = 100.0 * np.array(values)
    return f"{many.mean():.2f} ± {many.std(ddof=1) if len(many) > 1 else 0.0:.2f}"


def table(runs: list[dict[str, Any]]) -> Iterator[str]:
    """Success and errors, a line for each motion and author."""
    yield "| motion | whose | followed | body error [cm] | prop error [cm] | at the limit |"
    yield "|---|---|---|---|---|---|"
    for (motion, who), group in grouped(runs).items():
        good = [run for run in group if run["followed"]]
        props = [run["prop_error"] for run in good if run["prop_error"] is not None]
        full = np.mean([run["saturated"] for run in group])
        yield (
            f"| {motion} | {who} | {len(good)} of {len(group)} | "
            f"{spread([run['body_error'] for run in good])} | {spread(props)} | {full:.2%} |"
        )


def grouped(runs: list[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Runs by motion and author, as they are listed above."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for run in runs:
        groups.setdefault((run["motion"], run["who"]), []).append(run)
    return groups


def compared(runs: list[dict[str, Any]]) -> Iterator[str]:
    """What of ours against each other's is significant, corrected for their number."""
    groups = grouped(runs)
    first = next(iter(OURS))
    pairs = [(m, who) for m, who in groups if who != first and (m, first) in groups]
    limit = ALPHA / max(1, 2 * len(pairs))
    yield f"{first} against others; significant: p < {limit:.2g} ({ALPHA:g} over all tests)."
    yield ""
    yield "| motion | against | success, p | body error, p | |"
    yield "|---|---|---|---|---|"
    for motion, who in pairs:
        mine, theirs = groups[motion, first], groups[motion, who]
        counts = [[sum(r["followed"] for r in g), sum(not r["followed"] for r in g)]
                  for g in (mine, theirs)]  # fmt: skip
        success = float(fisher_exact(counts).pvalue)
        ranks = [[r["body_error"] if r["followed"] else np.inf for r in g] for g in (mine, theirs)]
        error = float(mannwhitneyu(*ranks).pvalue)
        said = []
        if success < limit:
            said.append("followed more often" if counts[0][0] > counts[1][0] else "less often")
        if error < limit:
            said.append("nearer" if np.median(ranks[0]) < np.median(ranks[1]) else "further off")
        yield f"| {motion} | {who} | {success:.3g} | {error:.3g} | {', '.join(said) or '-'} |"


def main() -> None:
    """Run what is lacking, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = Path(os.environ.get("KINEMESH_DATA", SHARED / "data"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--reference", type=Path, default=SHARED / "reference")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--disturbance", type=float, default=0.02)
    parser.add_argument("motions", nargs="*", help=f"of {', '.join(MOTIONS)}; all if left out")
    given = parser.parse_args()
    unknown = set(given.motions) - set(MOTIONS)
    if unknown:
        parser.error(f"unknown motion {unknown.pop()!r}; known are {', '.join(MOTIONS)}")
    names = given.motions or list(MOTIONS)
    settings = {"disturbance": given.disturbance}
    authors = {name: [*OURS, *(who for who, _ in MOTIONS[name].peers)] for name in names}
    for name in names:
        for who in OURS:
            ours(name, who, given.out, given.data)
    runs = [
        Run(name, who, seed, settings)
        for name in names
        for who in authors[name]
        for seed in range(given.seeds)
    ]
    lacking = [run for run in runs if not run.file(given.out).is_file()]
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        waiting = [
            pool.submit(follow, run, given.out, given.data, given.reference) for run in lacking
        ]
        for run, future in zip(lacking, waiting, strict=True):
            future.result()
            print(f"{run.motion}, {run.who}, seed {run.seed}", flush=True)
    figures = [json.loads(run.file(given.out).read_text(encoding="utf-8")) for run in runs]
    text = "\n".join([*table(figures), "", *compared(figures)])
    (given.out / "followed.md").write_text(text + "\n", encoding="utf-8")
    (given.out / "followed.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
