"""A good result, spoilt in one way at a time: its row sees it, unrelated rows do not."""

from dataclasses import replace

import numpy as np
import pytest
from metrics_places import at_rest

from kinemesh.demos import walk
from kinemesh.geometry import poses
from kinemesh.metrics import evaluate
from kinemesh.motion import LANDMARKS, Clip, Prop, Scene, Shape, Skeleton, Trajectory
from kinemesh.result import Result
from kinemesh.solve import retarget

CALM = (
    "penetration.ground.max",
    "penetration.prop.max",
    "penetration.self.max",
    "stance.drift_max",
    "stance.slip_mean",
    "stance.height_max",
    "contact.prop.gap_p95",
    "contact.prop.kept",
    "limits.joint_excess",
    "limits.velocity_excess",
    "tracking.range_kept",
    "tracking.landmark_error",
)


@pytest.fixture(scope="module")
def holding(robot):
    """A perfect result: the robot bobs and turns with a box between its hands, feet planted.

    The person is the robot itself, enlarged.
    """
    frames, names = 40, list(robot.joint_names)
    q = np.repeat(at_rest(robot)[None], frames, axis=0)
    for side in ("left", "right"):
        q[:, 7 + names.index(f"{side}_elbow_joint")] = 0.2
    phase = 2.0 * np.pi * np.arange(frames) / 30.0
    q[:, 7 + names.index("waist_yaw_joint")] = 0.3 * np.sin(phase)
    posed = robot.configuration(q[0])
    left, right = (innermost(robot, posed, side) for side in ("left", "right"))
    middle, inner = (left + right) / 2.0, (left[1] - 1e-3, right[1] + 1e-3)
    size = (0.10, inner[0] - inner[1], 0.14)
    torso = next(h.joint for h in robot.hulls if h.link == "torso_link")
    local = (middle - posed.translations[torso]) @ posed.rotations[torso]
    track = np.zeros((frames, 7))
    for row in range(frames):
        down = 0.03 * (1.0 - np.cos(phase[row]))
        q[row, 2] -= down
        for sole in robot.soles:
            columns = columns_of(robot, sole.name, "hip", "knee", "ankle")
            up = np.array([0, 0, down])
            q[row] = reach(robot, q[row], sole.joint, sole.corners[0], up, columns)
        posed = robot.configuration(q[row])
        turn, shift = posed.rotations[torso], posed.translations[torso]
        track[row] = poses.from_matrix(turn, turn @ local + shift)
    landmarks = np.array([robot.configuration(row).landmarks() for row in q])
    scale = robot.height / 1.75
    skeleton = Skeleton("landmarks", LANDMARKS, {name: name for name in LANDMARKS})
    prop = Prop("box", Shape.box(size), track)
    wide = np.array(track)
    wide[:, :3] /= scale
    clip = Clip(
        landmarks / scale,
        skeleton,
        30.0,
        Scene((replace(prop, track=wide),)),
        1.75,
        contacts={f"{side}_hand": np.ones(frames, dtype=bool) for side in ("left", "right")},
    )
    trajectory = Trajectory(q, 30.0, robot.joint_names, robot.name)
    result = Result(trajectory, Scene((prop,)), landmarks, (), scale=scale)
    return clip, result, score(clip, result, q, robot)


def innermost(robot, posed, side):
    """The point ``(3,)`` of a hand that is nearest to the other one."""
    joint = robot.landmark_joints[LANDMARKS.index(f"{side}_hand")]
    points = np.concatenate(
        [
            posed.positions(np.full(len(h.vertices), joint), h.vertices)
            for h in robot.hulls
            if h.joint == joint
        ]
    )
    return points[np.argmin(points[:, 1] if side == "left" else -points[:, 1])]


@pytest.fixture(scope="module")
def walking(robot):
    clip = walk().crop(30, 80)
    result = retarget(clip, robot)
    return clip, result, score(clip, result, result.trajectory.q, robot)


def score(clip, result, q, robot):
    trajectory = Trajectory(q, clip.fps, robot.joint_names, robot.name)
    return evaluate(trajectory, robot, scene=result.scene, clip=clip, scale=result.scale)


def reach(robot, q, joint, offset, shift, columns):
    """Move a place of the robot by ``shift`` with some joints alone, its rotation kept."""
    joints = np.array([joint] * 4)
    offsets = np.array(offset) + np.vstack([np.zeros(3), 0.1 * np.eye(3)])
    start = robot.configuration(q).positions(joints, offsets)
    configuration = robot.configuration(q)
    for _ in range(60):
        here = configuration.positions(joints, offsets)
        error = (start + shift - here).reshape(-1)
        if np.abs(error).max() < 1e-7:
            break
        jacobian = configuration.jacobians(joints, here).reshape(-1, robot.nv)[:, columns]
        step = np.zeros(robot.nv)
        damped = jacobian.T @ jacobian + 1e-6 * np.eye(len(columns))
        step[columns] = np.clip(np.linalg.solve(damped, jacobian.T @ error), -0.05, 0.05)
        configuration = configuration.integrate(step)
    return configuration.q


def columns_of(robot, side, *parts):
    names = robot.joint_names
    return [6 + k for k, n in enumerate(names) if n.startswith(side) and any(p in n for p in parts)]


def seen(before, after, *rows, but=()):
    """Rows that the mutation is about have moved; all other calm rows have not."""
    for name in CALM:
        if name in rows or name in but:
            continue
        a, b = before.value(name), after.value(name)
        slack = {"mm": 0.4, "cm/s": 0.05, "%": 0.0, "rad": 1e-3, "rad/s": 1e-3, "1": 0.02}.get(
            before[name].unit, 0.5
        )
        assert abs(a - b) <= slack, (name, a, b)
        assert after[name].passed == before[name].passed, name


@pytest.mark.slow
def test_the_result_to_spoil_is_a_good_one(holding, walking):
    assert holding[2].verdict == "pass"
    assert holding[2].value("contact.prop.gap_mean") == pytest.approx(1.0, abs=0.05)
    for name in ("penetration.ground.max", "stance.drift_max", "tracking.range_kept"):
        assert walking[2][name].passed, walking[2][name]


def test_a_hand_shifted_ten_millimetres_is_off_the_box(robot, holding):
    clip, result, before = holding
    q = np.array(result.trajectory.q)
    columns = columns_of(robot, "left", "shoulder", "elbow", "wrist")
    k = LANDMARKS.index("left_hand")
    joint, offset = int(robot.landmark_joints[k]), robot.landmark_offsets[k]
    for row in range(len(q)):
        out = poses.matrix(result.scene.props[0].track[row])[:, 1]
        q[row] = reach(robot, q[row], joint, offset, 0.01 * out, columns)
    after = score(clip, result, q, robot)
    rise = after.value("contact.prop.gap_mean") - before.value("contact.prop.gap_mean")
    assert rise == pytest.approx(5.0, abs=0.5)  # one hand of two, 10 mm
    assert not after["contact.prop.gap_p95"].passed
    seen(before, after, "contact.prop.gap_p95", but=("penetration.self.max",))


def test_a_foot_sunk_three_millimetres_is_in_the_ground(robot, holding):
    clip, result, before = holding
    q = np.array(result.trajectory.q)
    sole = next(s for s in robot.soles if s.name == "right")
    columns = columns_of(robot, "right", "hip", "knee", "ankle")
    for row in range(10, 20):
        shift = np.array([0, 0, -0.003])
        q[row] = reach(robot, q[row], sole.joint, sole.corners[0], shift, columns)
    after = score(clip, result, q, robot)
    rise = after.value("penetration.ground.max") - before.value("penetration.ground.max")
    assert rise == pytest.approx(3.0, abs=0.3)
    assert after["penetration.ground.max"].frames == ((10, 19),)
    assert after.value("stance.height_max") == pytest.approx(3.0, abs=0.4)
    seen(before, after, "penetration.ground.max", "stance.height_max")


def test_a_stance_foot_slid_five_millimetres_drifts(robot, holding):
    clip, result, before = holding
    q = np.array(result.trajectory.q)
    sole = next(s for s in robot.soles if s.name == "left")
    columns = columns_of(robot, "left", "hip", "knee", "ankle")
    for row in range(len(q)):
        shift = np.array([0, 0.005 * row / (len(q) - 1), 0])
        q[row] = reach(robot, q[row], sole.joint, sole.corners[0], shift, columns)
    after = score(clip, result, q, robot)
    assert after.value("stance.drift_max") == pytest.approx(5.0, abs=0.5)
    assert not after["stance.drift_max"].passed
    seen(before, after, "stance.drift_max", "stance.slip_mean")


def test_a_frozen_robot_keeps_no_range(robot, walking):
    clip, result, before = walking
    q = np.array(result.trajectory.q)
    q[:, 3:] = q[0, 3:]
    after = score(clip, result, q, robot)
    assert after.value("tracking.range_kept") == pytest.approx(0.0, abs=1e-9)
    assert not after["tracking.range_kept"].passed
    assert before.value("tracking.range_kept") > 0.8
    for name in ("limits.joint_excess", "limits.velocity_excess"):
        assert after[name].passed
    assert after.value("smoothness.joint_jerk") == 0.0


def test_a_mirrored_clip_is_another_motion(robot, walking):
    """Left and right exchanged, as in a reader that mistakes the axes of its files."""
    clip, result, before = walking
    names = clip.skeleton.joints
    swapped = [names.index(_other(n)) for n in names]
    positions = clip.positions[:, swapped] * [1.0, -1.0, 1.0]
    mirrored = replace(clip, positions=positions)
    after = score(mirrored, result, result.trajectory.q, robot)
    assert after.value("tracking.landmark_error") > 2.0 * before.value("tracking.landmark_error")
    for name in CALM:
        if name.startswith(("penetration", "limits")):
            assert after[name].value == before[name].value
    bare = replace(clip, positions=clip.positions * [1.0, -1.0, 1.0])
    after = score(bare, result, result.trajectory.q, robot)
    assert not after["tracking.landmark_error"].passed


def _other(name):
    for a, b in (("Left", "Right"), ("left", "right"), ("L_", "R_")):
        for x, y in ((a, b), (b, a)):
            if x in name:
                return name.replace(x, y, 1)
    return name
