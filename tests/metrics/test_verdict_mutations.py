"""A good answer spoilt as a person would see it: the row that is about it fails it by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from metrics_ik import columns_of, place, reach

from kinemesh import recordings as io
from kinemesh.demos import lift_box, walk
from kinemesh.geometry import poses
from kinemesh.metrics import Measure, Score, evaluate
from kinemesh.motion import LANDMARKS, Clip, Prop, Scene, Shape, Trajectory
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.solve import retarget
from recordings import recording

SIDES = ("left", "right")
ALIKE = ("tracking.landmark_error", "tracking.worst_landmark", "tracking.worst_half_second")
LIMBS = ("limbs.worst_mean", "limbs.worst_p95", "limbs.worst_half_second")
FEET = ("stance.drift_max", "stance.slip_mean", "stance.height_p95", "penetration.ground.max")
HANDS = (
    *("contact.prop.gap_p95", "contact.prop.kept"),
    *("contact.prop.place_mean", "contact.prop.place_p95", "contact.prop.creep"),
    "penetration.prop.max",
)
JOINTS = ("limits.joint_excess", "limits.velocity_excess", "penetration.self.max")

EXCHANGED = ("tracking.range_kept", "posture.knee_flexion")
FACING = ("posture.toe_heading", "posture.lean_forward")


@dataclass(frozen=True, eq=False)
class Good:
    """A clip, and an answer to it that passes."""

    clip: Clip
    result: Result
    robot: RobotModel

    @property
    def q(self) -> np.ndarray:
        return np.array(self.result.trajectory.q)

    def score(self, q: np.ndarray, scene: Scene | None = None, clip: Clip | None = None) -> Score:
        clip, robot = clip or self.clip, self.robot
        return evaluate(
            Trajectory(q, clip.fps, robot.joint_names, robot.name),
            robot,
            scene=scene or self.result.scene,
            clip=clip,
            scale=self.result.scale,
        )


@pytest.fixture(scope="module")
def good(robot: RobotModel) -> Callable[[str], Good]:
    """Answers by name, each made once."""
    made: dict[str, Good] = {}

    def make(name: str) -> Good:
        if name not in made:
            clip = CLIPS[name]()
            made[name] = Good(clip, retarget(clip, robot), robot)
        return made[name]

    return make


CLIPS = {
    "walk": lambda: walk().crop(60, 110),
    "lift_box": lambda: lift_box().crop(90, 130),
    "recorded": lambda: io.read(recording("optitrack/walk.npz")).crop(300, 360),
}


def exchanged(one: Good) -> np.ndarray:
    """Left joints do what right ones ought to, and the other way round."""
    q, names = one.q, list(one.robot.joint_names)
    for k, name in enumerate(names):
        if name.startswith("left_"):
            other = 7 + names.index(name.replace("left_", "right_", 1))
            sign = 1.0 if "pitch" in name or "knee" in name or "elbow" in name else -1.0
            q[:, [7 + k, other]] = sign * q[:, [other, 7 + k]]
    return q


def turned(one: Good) -> np.ndarray:
    """The robot walks backwards."""
    q = one.q
    about = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0])
    q[:, 3:7] = poses.compose(about, q[:, :7])[:, 3:]
    return q


def elbow_off(one: Good) -> np.ndarray:
    """An elbow 20 cm off for half the clip, the hand where it was."""
    q, robot = one.q, one.robot
    index = LANDMARKS.index
    elbow, hand, shoulder = (
        (int(robot.landmark_joints[k]), robot.landmark_offsets[k])
        for k in (index("left_elbow"), index("left_hand"), index("left_shoulder"))
    )
    upper = columns_of(robot, "left", "shoulder_pitch", "shoulder_roll")
    lower = columns_of(robot, "left", "shoulder_yaw", "elbow")
    for row in range(len(q) // 2):
        start = place(robot, q[row], *hand)
        at, pivot = place(robot, q[row], *elbow)[0], place(robot, q[row], *shoulder)[0]
        arm = at - pivot
        out = np.cross(np.cross(arm, [0.0, 1.0, 0.0]), arm)
        out /= np.linalg.norm(out)
        angle = 2.0 * np.arcsin(min(0.1 / np.linalg.norm(arm), 1.0))
        wanted = pivot + np.cos(angle) * arm + np.sin(angle) * np.linalg.norm(arm) * out
        q[row] = reach(robot, q[row], *elbow, wanted[None], upper, points=1)
        q[row] = reach(robot, q[row], *hand, start, lower, points=1)
    return q


def stooped(one: Good) -> np.ndarray:
    """The trunk 15 degrees further forward, at the waist."""
    q = one.q
    column = 7 + one.robot.joint_names.index("waist_pitch_joint")
    q[:, column] += np.radians(20.0)  # the waist is above the hips: 15 of the line between
    return q


def crouched(one: Good) -> np.ndarray:
    """Knees 25 degrees more bent, feet where they were."""
    q, robot = one.q, one.robot
    knees = [7 + robot.joint_names.index(f"{side}_knee_joint") for side in SIDES]
    for row in range(len(q)):
        start = q[row].copy()
        feet = {s.name: place(robot, start, s.joint, s.corners[0]) for s in robot.soles}
        down, bent = 0.02, start
        for _ in range(12):
            bent = start.copy()
            bent[2] -= down
            # Straight legs would bend either way: they are begun the right one.
            for side in SIDES:
                for part, share in (("hip_pitch", -0.5), ("knee", 1.0), ("ankle_pitch", -0.5)):
                    joint = robot.joint_names.index(f"{side}_{part}_joint")
                    bent[7 + joint] += share * np.radians(25.0)
            for sole in robot.soles:
                columns = columns_of(robot, sole.name, "hip", "knee", "ankle")
                bent = reach(robot, bent, sole.joint, sole.corners[0], feet[sole.name], columns)
            more = float(np.degrees(np.mean(bent[knees] - start[knees])))
            if abs(more - 25.0) < 1.0:
                break
            down *= 25.0 / max(more, 5.0)
        q[row] = bent
    return q


def toed_in(one: Good) -> np.ndarray:
    """Feet turned 30 degrees inwards about the middle of their toes."""
    q, robot = one.q, one.robot
    for row in range(len(q)):
        feet = [place(robot, q[row], s.joint, s.corners[2:].mean(axis=0)) for s in robot.soles]
        q[row, 2] -= 0.01  # straight legs would not reach
        for sole, sign, points in zip(robot.soles, (-1.0, 1.0), feet, strict=True):
            middle = sole.corners[2:].mean(axis=0)
            about = sign * np.radians(30.0)
            turn = poses.matrix(np.array([0, 0, 0, 0, 0, np.sin(about / 2), np.cos(about / 2)]))
            wanted = points[0] + (points - points[0]) @ turn.T
            columns = columns_of(robot, sole.name, "hip", "knee", "ankle")
            q[row] = reach(robot, q[row], sole.joint, middle, wanted, columns)
    return q


def raised(one: Good) -> np.ndarray:
    """The whole robot 3 cm up."""
    q = one.q
    q[:, 2] += 0.03
    return q


@dataclass(frozen=True)
class Mutation:
    """What is spoilt, the row that is about it, and rows that may well see it too."""

    spoil: Callable[[Good], np.ndarray]
    row: str
    related: tuple[str, ...]
    clips: tuple[str, ...] = ("walk", "lift_box", "recorded")


MUTATIONS = (
    Mutation(
        *(exchanged, "limbs.worst_p95", (*ALIKE, *LIMBS, *FEET, *JOINTS, *EXCHANGED)),
        clips=("walk", "recorded"),  # a lift is the same on both sides
    ),
    Mutation(turned, "posture.heading", (*ALIKE, *LIMBS, *FEET, *HANDS, *FACING)),
    Mutation(elbow_off, "limbs.worst_p95", (*ALIKE, *LIMBS, *HANDS, *JOINTS)),
    Mutation(stooped, "posture.lean_forward", (*ALIKE, *LIMBS, *HANDS, "posture.trunk", *JOINTS)),
    Mutation(crouched, "posture.knee_flexion", (*JOINTS,), clips=("walk", "recorded")),
    Mutation(toed_in, "posture.toe_heading", (*JOINTS,)),
    Mutation(raised, "stance.height_p95", HANDS),
)


@pytest.mark.parametrize("name", CLIPS)
def test_the_answers_to_spoil_pass(good: Callable[[str], Good], name: str) -> None:
    one = good(name)
    assert one.score(one.q).verdict == "pass"


@pytest.mark.parametrize(
    ("mutation", "name"),
    [pytest.param(m, n, id=f"{m.spoil.__name__}-{n}") for m in MUTATIONS for n in m.clips],
)
def test_what_a_person_sees_is_failed_by_its_row(
    good: Callable[[str], Good], mutation: Mutation, name: str
) -> None:
    one = good(name)
    score = one.score(mutation.spoil(one))
    failed = {measure.name for measure in score.failed}
    assert mutation.row in failed
    assert failed <= {mutation.row, *mutation.related}
    assert mutation.row in score.verdict


def along_the_box(one: Good, way: np.ndarray) -> np.ndarray:
    """Both palms moved back along the box by ``way`` ``(T,)`` [m]."""
    robot, q = one.robot, one.q
    (box,) = one.result.scene.props
    for row in range(len(q)):
        along = way[row] * poses.matrix(box.track[row])[:, 0]
        for hand in robot.hands:
            wanted = place(robot, q[row], hand.joint, hand.point) - along
            columns = columns_of(robot, hand.name, "shoulder", "elbow", "wrist")
            q[row] = reach(robot, q[row], hand.joint, hand.point, wanted, columns, points=1)
    return q


@pytest.mark.parametrize(("way", "least", "most"), [(0.06, 50.0, 70.0), (0.15, 125.0, 160.0)])
def test_hands_along_the_prop_are_failed_by_their_place(
    good: Callable[[str], Good], way: float, least: float, most: float
) -> None:
    """The further, the nearer to the edges of the box, at which the places of palms end."""
    one = good("lift_box")
    after = one.score(along_the_box(one, np.full(len(one.q), way)))
    assert least < after.value("contact.prop.place_mean") < most
    failed = {measure.name for measure in after.failed}
    assert {"contact.prop.place_mean", "contact.prop.place_p95"} <= failed
    assert failed <= {*HANDS, *ALIKE, *LIMBS, *JOINTS, "tracking.range_kept"}


def test_hands_that_creep_along_the_prop_are_failed_by_how_far(
    good: Callable[[str], Good],
) -> None:
    one = good("lift_box")
    after = one.score(along_the_box(one, np.linspace(-0.02, 0.02, len(one.q))))
    row = after["contact.prop.creep"]
    assert row.value == pytest.approx(40.0, abs=8.0)  # beyond what the person's own hands travel
    assert row.name in after.verdict
    assert row.frames == ((0, len(one.q) - 1),)


@pytest.mark.slow
def test_a_prop_three_centimetres_in_another_is_failed_by_their_row(
    good: Callable[[str], Good],
) -> None:
    one = good("lift_box")
    (person_box,), (box,) = one.clip.scene.props, one.result.scene.props
    depth = float(np.ptp(box.shape.bounds, axis=0)[0])

    def judged(apart: float) -> Score:
        """Another box before the one that is held, in the recording as far off to scale."""
        others = [
            Prop("other", box.shape, poses.compose(prop.track, np.array([x, 0, 0, 0, 0, 0, 1.0])))
            for prop, x in ((box, apart), (person_box, apart / one.result.scale))
        ]
        clip = replace(one.clip, scene=Scene((person_box, others[1])))
        return one.score(one.q, Scene((box, others[0])), clip)

    far, near = judged(depth + 0.2), judged(depth - 0.03)
    assert far.value("penetration.props.max") == pytest.approx(0.0, abs=1e-6)
    row = near["penetration.props.max"]
    assert row.value == pytest.approx(30.0, abs=0.01)
    assert row.note.startswith("box in other in frame")
    assert {m.name for m in far.failed} == set()
    assert {m.name for m in near.failed} == {"penetration.props.max"}


@pytest.mark.slow
def test_a_prop_that_was_moved_is_held_against_the_scene_that_was_meant(
    good: Callable[[str], Good],
) -> None:
    one = good("lift_box")
    (box,), (person_box,) = one.result.scene.props, one.clip.scene.props
    away = np.array([0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])  # further than any arm has it
    scene = Scene((replace(box, track=box.track + away),))
    meant = Scene((replace(person_box, track=person_box.track + away / one.result.scale),))
    trajectory = Trajectory(one.q, one.clip.fps, one.robot.joint_names, one.robot.name)

    def place(target: Scene | None, scene: Scene = scene) -> Measure:
        return evaluate(
            *(trajectory, one.robot),
            scene=scene,
            clip=one.clip,
            scale=one.result.scale,
            target=target,
        )["scene.place"]

    before, moved = place(one.clip.scene, one.result.scene), place(one.clip.scene)
    assert before.passed and before.value is not None and before.value < 2.0
    assert moved.value == pytest.approx(10.0 + before.value, abs=0.5)
    assert not moved.passed
    assert place(meant).value == pytest.approx(before.value, abs=1e-6)
    unknown = place(None)
    assert unknown.value == moved.value and unknown.limit is None
    assert "not judged without target" in unknown.note


def test_a_body_moved_by_its_tracks_origin_is_failed_by_its_place(robot: RobotModel) -> None:
    """The origin of the track, half a metre beside the mesh, was scaled and not the body."""
    shape = Shape.box((0.2, 0.2, 0.2), (0.5, 0.0, 0.1))
    track = np.tile([-0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], (30, 1))
    prop, scaled = Prop("box", shape, track), np.array(track)
    scaled[:, :2] *= 0.75
    clip = replace(walk().crop(0, 30), scene=Scene((prop,)))
    rest = Trajectory(np.repeat(robot.rest[None], 30, axis=0), 30.0, robot.joint_names, robot.name)
    scene = Scene((replace(prop, track=scaled),))
    score = evaluate(rest, robot, scene=scene, clip=clip, scale=0.75)
    assert score.value("scene.place") == pytest.approx(12.5)
    assert "scene.place 12.5 over 3 cm in frames 0-29" in score.verdict
