"""Quality on real recordings, by kinemesh's own ruler, beside what the peers produced.

    python benchmarks/quality.py [--data DIR] [--reference DIR] [--robot g1_base] [CLIP ...]

Recordings and the peers' files are looked for in ../shared (data, reference) beside the
repository, or where the options say. One run, one machine, one table a clip.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

import kinemesh
from kinemesh import metrics
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Scene, Trajectory
from kinemesh.problem import scaled_scene

SHARED = Path(__file__).resolve().parents[2] / "shared"
ROWS = (
    *("penetration.ground.max", "penetration.terrain.max", "penetration.prop.max"),
    *("penetration.self.max", "penetration.props.max", "scene.place"),
    "scene.rest",
    *("stance.drift_max", "stance.slip_mean", "stance.height_p95"),
    *("contact.prop.gap_mean", "contact.prop.gap_p95", "contact.prop.kept"),
    *("contact.prop.place_mean", "contact.prop.place_p95", "contact.prop.creep"),
    "contact.prop.facing",
    *("contact.terrain_hand.gap_p95", "contact.terrain_foot.gap_p95"),
    *("contact.body.gap_p95", "contact.body.kept", "contact.claimed.kept"),
    *("limits.joint_excess", "limits.velocity_excess"),
    *("smoothness.joint_jerk", "smoothness.root_jerk", "smoothness.root_jerk_landing"),
    *("tracking.landmark_error", "tracking.landmark_error_scaled"),
    *("tracking.worst_landmark", "tracking.worst_half_second", "limbs.mean"),
    *("limbs.worst_mean", "limbs.worst_p95", "limbs.worst_half_second"),
    *("posture.trunk", "posture.lean_forward", "posture.lean_aside", "posture.heading"),
    *("posture.knee_flexion", "posture.toe_heading"),
)


@dataclass(frozen=True)
class Recording:
    """A recording and how to read it."""

    name: str
    read: Callable[[Path], Clip]
    peers: tuple[tuple[str, str], ...] = ()


def omomo(name: str, height: float, *peers: tuple[str, str]) -> Recording:
    """An OMOMO clip with its object."""
    thing = name.split("_")[1]

    def read(data: Path) -> Clip:
        mesh = data / f"omomo/objects/{thing}.obj"
        return kinemesh.read(data / f"omomo/{name}.pt", object=mesh, height=height)

    return Recording(name, read, peers)


def climb(name: str, *peers: tuple[str, str]) -> Recording:
    """A climb over boxes, at the peers' 30 frames/s."""

    def read(data: Path) -> Clip:
        folder = data / "climb" / name
        (path,) = folder.glob("*.npy")
        clip = kinemesh.read(path, terrain=folder / "multi_boxes.obj", height=1.78)
        return clip.resample(30.0)

    return Recording(f"climb_{name}", read, peers)


RECORDINGS = (
    omomo(
        "sub3_largebox_003",
        1.941,
        ("holosoma", "holosoma/sub3_largebox_003_object.npz"),
        ("GMR", "gmr/sub3_largebox_003_object.npz"),
    ),
    omomo("sub8_largebox_000", 1.845),
    omomo("sub2_largetable_000", 1.844),
    omomo("sub2_woodchair_000", 1.844),
    climb("seq_0", ("holosoma", "holosoma/climb_seq_0.npz")),
    climb("seq_1"),
    Recording("dance1_subject1", lambda d: kinemesh.read(d / "lafan1/dance1_subject1.npy")),
    Recording("optitrack_walk", lambda d: kinemesh.read(d / "optitrack/walk.npz")),
    Recording("optitrack_squat", lambda d: kinemesh.read(d / "optitrack/squat.npz")),
)


def peer_score(path: Path, clip: Clip, robot: kinemesh.RobotModel) -> metrics.Score:
    """The ruler on a peer's file: MuJoCo order, the prop's track in its last seven columns."""
    qpos = np.load(path)["qpos"]
    count = min(len(qpos), len(clip))
    qpos, clip = qpos[:count], clip.crop(0, count)
    joints = 7 + len(robot.joint_names)
    q = np.hstack([poses.from_wxyz(qpos[:, :7]), qpos[:, 7:joints]])
    scale = robot.height / clip.stature
    scene = scaled_scene(clip.scene, scale, clip.fps)
    if scene.props and qpos.shape[1] == joints + 7:
        track = poses.from_wxyz(qpos[:, joints:])
        scene = Scene((replace(scene.props[0], track=track),), scene.terrain, scene.ground)
    trajectory = Trajectory(q, clip.fps, robot.joint_names, robot.name)
    return metrics.evaluate(trajectory, robot, scene=scene, clip=clip, scale=scale)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = os.environ.get("KINEMESH_DATA", SHARED / "data")
    parser.add_argument("--data", type=Path, default=Path(data))
    parser.add_argument("--reference", type=Path, default=SHARED / "reference")
    parser.add_argument("--robot", default="g1_base")
    parser.add_argument("clips", nargs="*", help="names to run; all if left out")
    options = parser.parse_args()
    console = Console(width=120)
    robot = kinemesh.RobotModel.load(options.robot)
    for recording in RECORDINGS:
        if options.clips and recording.name not in options.clips:
            continue
        clip = recording.read(options.data)
        start = time.perf_counter()
        result = kinemesh.retarget(clip, robot)
        seconds = time.perf_counter() - start
        scores = [
            (
                "kinemesh",
                metrics.evaluate(
                    *(result.trajectory, robot),
                    scene=result.scene,
                    clip=clip,
                    scale=result.scale,
                    held=metrics.Held(result.stance, result.touch),
                ),
            )
        ]
        for peer, file in recording.peers:
            if (options.reference / file).is_file():
                scores.append((peer, peer_score(options.reference / file, clip, robot)))
        title = (
            f"{recording.name}: {len(clip)} frames, {len(clip) / seconds:.0f} frames/s, "
            f"{len(result.failures)} frames relaxed"
        )
        table = Table("measure", "limit", *(name for name, _ in scores), title=title)
        for row in ROWS:
            if not all(any(m.name == row for m in score) for _, score in scores):
                continue  # the clip has nothing that the row measures
            measures = [score[row] for _, score in scores]
            if measures[0].value is None:
                continue
            limit = measures[0].limit
            sign = ">=" if measures[0].at_least else "<="
            table.add_row(
                f"{row} [{measures[0].unit}]".replace("[", r"\["),
                "" if limit is None else f"{sign} {limit:g}",
                *(
                    "-" if m.value is None else f"{m.value:.3g}{'' if m.passed else ' !'}"
                    for m in measures
                ),
            )
        console.print(table)
        for name, score in scores:
            for doubt in score.doubts:
                console.print(f"{name}, in doubt: {doubt}", markup=False)


if __name__ == "__main__":
    main()
