"""What comes out of a stream whose frames are not as they should be."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from damage import KINDS, Damaged
from playing import markdown, stream

import kinemesh
from kinemesh import RobotModel
from kinemesh.arrays import Array
from kinemesh.metrics import Score, evaluate
from kinemesh.motion import Clip, Scene, Trajectory

SAMPLED = 50.0
"""Samples a second [1/s]."""
NEAR, TURNED = 0.02, np.radians(3.0)
"""An answer that is no more than this off [m], [rad] has recovered ..."""
SOON = 0.3
"""... which it has to have so long [s] after the fault."""
FAST = 1e-3
"""No joint may be faster than its motor by more than this [rad/s]."""
DEEP = ("ground", "terrain", "prop", "self")
HEADS = [
    *("fault", "answered / held", "finite", "penetration push / sample [mm]"),
    *("joint excess [rad]", "speed excess push / sample [rad/s]"),
    *("base push / sample [m/s]", "base push / sample [rad/s]", "gave way", "off [cm] / [deg]"),
    *("base recovers in, median / worst [s]", "not in 0.3 s", "joints, median / worst [s]"),
]


@dataclass(frozen=True, eq=False)
class Answered:
    """What a stream answered."""

    poses: Sequence[kinemesh.Pose]
    times: Array
    """When they were given ``(N,)`` [s], by what the frames said."""
    indices: Array
    """Which frame of the recording each answers ``(N,)``."""
    samples: Sequence[kinemesh.Sample]
    scene: Scene
    """The robot's."""

    @property
    def followed(self) -> list[kinemesh.Pose]:
        """The answers that are no held ones."""
        return [pose for pose in self.poses if pose.state == "following"]


def play(clip: Clip, robot: RobotModel, damaged: Damaged) -> Answered:
    """Push the frames as they come, and sample at a fixed rate beside."""
    found, indices, samples = [], [], []
    events = damaged.events
    with stream(clip, robot, keep=3600.0) as following:
        sent = events[0].arrives
        for event, after in zip(events, [*events[1:], None], strict=True):
            seen = event.seen
            pose = following.push(seen.positions, seen.rotations, seen.props, event.time)
            found.append(pose)
            indices.append(event.index)
            until = sent + 2.0 / SAMPLED if after is None else after.arrives
            while sent < until:
                samples.append(following.sample(sent))
                sent += 1.0 / SAMPLED
        result = following.record()
        assert np.isfinite(result.trajectory.q).all()
    times = np.maximum.accumulate([event.time for event in events])
    return Answered(found, times, np.array(indices), samples, following.scene)


def table(clip: Clip, robot: RobotModel, names: Sequence[str]) -> str:
    """One row a fault."""
    clear = play(clip, robot, KINDS["none"](clip, np.random.default_rng(0)))
    rows, said = [], []
    for name in names:
        damaged = KINDS[name](clip, np.random.default_rng(1))
        answered = clear if name == "none" else play(clip, robot, damaged)
        row, remarks = _row(clip, robot, damaged, answered, clear)
        rows.append([name, *row])
        said += [f"- {name}: {remark}" for remark in remarks]
    return "\n".join([markdown(HEADS, rows), *said])


def _row(
    clip: Clip, robot: RobotModel, damaged: Damaged, answered: Answered, clear: Answered
) -> tuple[list[str], list[str]]:
    followed, samples = answered.followed, answered.samples
    q = np.array([pose.q for pose in followed])
    sent = np.array([sample.q for sample in samples])
    finite = all(np.isfinite(a).all() for a in (q, sent, [s.velocity for s in samples]))
    score = _judged(robot, q, clip.fps, _scene(answered.scene, followed))
    bare = replace(answered.scene, props=())
    score_sent = _judged(robot, sent, SAMPLED, bare)
    given = np.array([pose.q for pose in answered.poses])  # held ones, too
    speeds = _speeds(robot, given, answered.times)
    sent_speeds = _speeds(robot, sent, np.array([sample.time for sample in samples]))
    excess = [float((np.abs(v[:, 6:]) - robot.velocity).max()) for v in (speeds, sent_speeds)]
    told = np.abs([sample.velocity[6:] for sample in samples]) - robot.velocity
    excess[1] = max(excess[1], float(told.max()))
    base = [float(np.linalg.norm(v[:, :3], axis=1).max()) for v in (speeds, sent_speeds)]
    spin = [float(np.linalg.norm(v[:, 3:6], axis=1).max()) for v in (speeds, sent_speeds)]
    remarks = []
    relaxed = [
        (round(float(k), 1), *pose.report.relaxed)
        for k, pose in zip(answered.indices, answered.poses, strict=True)
        if pose.report is not None and pose.report.relaxed
    ]
    if relaxed:
        words = Counter(name for _, *those in relaxed for name in those)
        remarks.append(f"gave way {dict(words)}: {_some(relaxed)}")
    for which, one in (("push", score), ("sample", score_sent)):
        remarks += [f"{which}: {_broken(m)}" for m in _kept(one) if not m.passed]
    for which, v in (("push", speeds), ("sample", sent_speeds)):
        over = np.flatnonzero((np.abs(v[:, 6:]) - robot.velocity).max(axis=1) > FAST)
        if len(over):
            remarks.append(f"{which} too fast before {_some([int(k) + 1 for k in over])}")
    off, recoveries = _recovery(robot, damaged, answered, clear)
    late = [(k, round(t, 2)) for k, t in recoveries[0] if t > SOON + 1e-9]
    if late:
        remarks.append(f"base late to recover (last faulty frame, time): {_some(late)}")
    return [
        f"{len(followed)} / {len(answered.poses) - len(followed)}",
        "yes" if finite else "NO !",
        f"{_deepest(score)} / {_deepest(score_sent)}",
        f"{max(score.value('limits.joint_excess'), score_sent.value('limits.joint_excess')):.1g}",
        " / ".join(f"{v:.2g}{' !' if v > FAST else ''}" for v in excess),
        " / ".join(f"{v:.2f}" for v in base),
        " / ".join(f"{v:.1f}" for v in spin),
        str(len(relaxed)),
        f"{100.0 * off[0]:.1f} / {np.degrees(off[1]):.0f}",
        _times(recoveries[0]),
        f"{len(late)} of {len(recoveries[0])}" if recoveries[0] else "-",
        _times(recoveries[1]),
    ], remarks


def _times(recovery: Sequence[tuple[int, float]]) -> str:
    times = [time for _, time in recovery]
    return f"{np.median(times):.2f} / {max(times):.2f}" if times else "-"


def _scene(scene: Scene, followed: Sequence[kinemesh.Pose]) -> Scene:
    """The robot's scene with its props where they were at the answers."""
    props = tuple(
        replace(p, track=np.array([pose.props[p.name] for pose in followed])) for p in scene.props
    )
    return replace(scene, props=props)


def _judged(robot: RobotModel, q: Array, fps: float, scene: Scene) -> Score:
    trajectory = Trajectory(q, fps, robot.joint_names, robot.name)
    return evaluate(trajectory, robot, scene=scene)


def _kept(score: Score) -> list[kinemesh.metrics.Measure]:
    names = [f"penetration.{what}.max" for what in DEEP] + ["limits.joint_excess"]
    return [measure for measure in score if measure.name in names and measure.value is not None]


def _deepest(score: Score) -> str:
    worst = max(_kept(score)[:-1], key=lambda measure: measure.value or 0.0)
    return f"{worst.value:.2g}{'' if worst.passed else ' ! ' + worst.name.split('.')[1]}"


def _broken(measure: kinemesh.metrics.Measure) -> str:
    return f"{measure.name} {measure.value:.3g} {measure.unit} in {_some(measure.frames)}"


def _speeds(robot: RobotModel, q: Array, times: Array) -> Array:
    """Velocities ``(N - 1, nv)`` from one to the next, by their own times.

    What came no later than the one before has none, if it is the same.
    """
    steps = np.array([robot.difference(a, b) for a, b in itertools.pairwise(q)])
    lasts = np.diff(times)
    lasts[(lasts <= 0.0) & (np.abs(steps).max(axis=1) == 0.0)] = np.inf
    return np.asarray(steps / np.maximum(lasts, 1e-9)[:, None])


def _recovery(
    robot: RobotModel, damaged: Damaged, answered: Answered, clear: Answered
) -> tuple[tuple[float, float], list[list[tuple[int, float]]]]:
    """How far off answers are from those to the undamaged frames, and for how long after.

    Returns:
        The furthest that the base is off [m] and the most that anything is turned [rad]; for the
        base alone, and with all joints, by fault its last frame and how long after it the answers
        are near and stay so till the next one, or that came before they were [s].
    """
    reference = [pose.q for pose in clear.poses]
    count, dt = len(reference), clear.times[1]
    away, turned, bent = (np.full(count, np.nan) for _ in range(3))
    for index, pose in zip(answered.indices, answered.poses, strict=True):
        k = round(index)
        if abs(index - k) < 1e-6:
            step = robot.difference(reference[k], pose.q)
            away[k] = np.linalg.norm(pose.q[:3] - reference[k][:3])
            turned[k], bent[k] = np.linalg.norm(step[3:6]), np.abs(step[6:]).max()
    off = float(np.nanmax(away)), float(np.nanmax([turned, bent]))
    if not damaged.recovers:
        return off, [[], []]
    base = (away > NEAR) | (turned > TURNED)  # false for a frame that did not come
    wrong = np.append(damaged.wrong, True)
    found: list[list[tuple[int, float]]] = []
    for far in (base, base | (bent > TURNED)):
        found.append([])
        for end in np.flatnonzero(wrong[:-1] & ~wrong[1:]):
            until = end + 1 + int(np.flatnonzero(wrong[end + 1 :])[0])
            bad = np.flatnonzero(far[end + 1 : until])
            found[-1].append((int(end), float((bad[-1] + 2 if len(bad) else 1) * dt)))
    return off, found


def _some(values: Sequence[object], most: int = 8) -> str:
    shown = ", ".join(str(value) for value in values[:most])
    return shown + (f" and {len(values) - most} more" if len(values) > most else "")
