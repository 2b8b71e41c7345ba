"""Rows on what the robot rests on, what the solver claims to hold, and jerks about landings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from metrics_places import at_rest

from kinemesh import read, retarget
from kinemesh.demos import walk
from kinemesh.metrics import Held, Limits, Score, evaluate, timeline
from kinemesh.motion import LANDMARKS, Clip, Scene, Shape, Terrain, TouchEdit, Trajectory
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from recordings import fault

SIDES = ("left", "right")
BODY = ("contact.body.gap_mean", "contact.body.gap_p95", "contact.body.kept")


@pytest.fixture(scope="module")
def kneeling(robot: RobotModel) -> tuple[Clip, Result]:
    """A person on her right knee, and an answer in which the robot's is on the ground."""
    clip = read(fault("half_kneel/half_kneel.npy")).crop(50, 80)
    return clip, retarget(clip, robot)


def score(
    clip: Clip | None, result: Result, robot: RobotModel, q: np.ndarray, **more: object
) -> Score:
    trajectory = Trajectory(q, result.trajectory.fps, robot.joint_names, robot.name)
    return evaluate(trajectory, robot, scene=result.scene, clip=clip, scale=result.scale, **more)


def knee_up(robot: RobotModel, q: np.ndarray, rise: float) -> np.ndarray:
    """The right shank ``rise`` [m] higher, turned as it was, by a thigh that swings ahead."""
    k, names = LANDMARKS.index("right_knee"), robot.joint_names
    hip, knee = (7 + names.index(f"right_{part}_joint") for part in ("hip_pitch", "knee"))
    q = np.array(q)
    for row in range(len(q)):
        start = robot.configuration(q[row]).landmarks()[k, 2]
        low, high = 0.0, 1.2
        for _ in range(40):
            angle = (low + high) / 2.0
            bent = np.array(q[row])
            bent[hip] -= angle
            bent[knee] += angle
            up = robot.configuration(bent).landmarks()[k, 2] - start
            low, high = (low, angle) if up > rise else (angle, high)
        q[row] = bent
    return q


def test_a_knee_on_the_ground_rests_there_and_one_lifted_by_three_centimetres_does_not(
    robot: RobotModel, kneeling: tuple[Clip, Result]
) -> None:
    clip, result = kneeling
    q = np.array(result.trajectory.q)
    good, bad = (score(clip, result, robot, each) for each in (q, knee_up(robot, q, 0.03)))
    assert good["contact.body.kept"].value == 100.0
    assert good["contact.body.gap_p95"].value < 1.0
    assert dict(good["contact.body.kept"].parts) == {"right knee on ground": 100.0}
    failed = {measure.name for measure in bad.failed}
    assert {"contact.body.gap_p95", "contact.body.kept"} <= failed
    assert bad["contact.body.kept"].value == 0.0
    assert bad["contact.body.gap_mean"].value == pytest.approx(30.0, abs=4.0)
    assert bad["contact.body.kept"].frames == ((0, 29),)
    assert "right knee on ground" in bad["contact.body.gap_p95"].note


def test_the_timeline_shows_the_knee_of_person_and_robot(
    robot: RobotModel, kneeling: tuple[Clip, Result]
) -> None:
    clip, result = kneeling
    for rise, rests in ((0.0, True), (0.03, False)):
        q = knee_up(robot, result.trajectory.q, rise)
        trajectory = Trajectory(q, clip.fps, robot.joint_names, robot.name)
        rows = timeline(trajectory, robot, scene=result.scene, clip=clip)
        (row,) = (row for row in rows if row.name == "right knee on ground")
        assert row.person.all() and row.robot.all() == row.robot.any() == rests


def test_a_part_on_terrain_is_as_far_as_it_was_put(
    robot: RobotModel, standing: Clip, still
) -> None:
    """A block under the seat of a robot at rest: 7 mm off, then 14."""
    seat = still().q[0]
    posed = robot.configuration(seat)
    low = min(
        posed.positions(np.full(len(h.vertices), h.joint), h.vertices)[:, 2].min()
        for h in robot.hulls
        if h.joint == robot.landmark_joints[LANDMARKS.index("pelvis")]
    )
    clip = standing.with_contacts(TouchEdit("seat", "ground", 0, 29, False))
    for gap, kept in ((0.007, 100.0), (0.014, 0.0)):
        height = low - gap
        block = Terrain(Shape.box((0.06, 0.04, height), (seat[0], 0.0, height / 2.0)), "stool")
        there = replace(clip, scene=Scene((), block), edits=())
        there = there.with_contacts(TouchEdit("seat", "stool", 0, 29))
        found = evaluate(still(), robot, scene=Scene((), block), clip=there, scale=1.0)
        assert found["contact.body.kept"].value == kept
        assert found["contact.body.gap_mean"].value <= 1e3 * gap + 0.01


def test_rows_without_a_figure_say_why(robot: RobotModel, standing: Clip, still) -> None:
    alone = evaluate(still(), robot, scene=Scene())
    with_clip = evaluate(still(), robot, scene=Scene(), clip=standing)
    for name in BODY:
        assert (alone[name].value, alone[name].note) == (None, "needs the clip")
        assert with_clip[name].value is None
        assert with_clip[name].note == "the person rests on hands and feet alone"
        assert not with_clip[name].owed
    assert [alone[name].owed for name in BODY] == [False, True, True]
    assert with_clip["contact.claimed.kept"].note == "what the solver held is not known"
    assert with_clip["smoothness.root_jerk_landing"].note == "no foot comes or goes"


@pytest.mark.parametrize(("up", "kept"), [(0.005, 100.0), (0.015, 0.0)])
def test_what_is_claimed_in_the_air_is_failed(
    robot: RobotModel, standing: Clip, still, up: float, kept: float
) -> None:
    q = np.repeat(at_rest(robot)[None], 30, axis=0)
    q[:, 2] += up
    yes = np.ones(30, dtype=bool)
    for held in (Held(stance={"left_toe": yes}), Held(touch={("left_hand", "ground"): yes})):
        found = evaluate(still(q), robot, scene=Scene(), clip=standing, held=held)
        row = found["contact.claimed.kept"]
        if held.touch:
            assert row.value == 0.0 and "left hand on ground" in row.note  # arms hang
            continue
        assert row.value == kept
        assert row.passed == (kept == 100.0)
        assert row.note.endswith("left sole in frame 0")


def test_what_a_good_answer_claims_is_there(
    robot: RobotModel, kneeling: tuple[Clip, Result]
) -> None:
    clip, result = kneeling
    held = Held(result.stance, result.touch)
    good = score(clip, result, robot, np.array(result.trajectory.q), held=held)
    assert good["contact.claimed.kept"].value == 100.0


def test_a_kick_at_a_landing_is_told_from_a_kick_elsewhere(robot: RobotModel, still) -> None:
    frames, fps, change = 90, 30.0, 45
    stance = np.arange(frames) >= change
    held = Held(stance={"left_toe": stance, "right_toe": np.ones(frames, dtype=bool)})
    ratios = []
    for kick in (change, 20):
        q = np.repeat(at_rest(robot)[None], frames, axis=0)
        q[:, 2] += 0.01 * np.sin(2.0 * np.pi * np.arange(frames) / 30.0)
        q[kick:, 2] += 0.005
        found = evaluate(still(q, fps), robot, scene=Scene(), held=held)
        row = found["smoothness.root_jerk_landing"]
        third = np.diff(q[:, :3], 3, axis=0) * fps**3
        assert found.value("smoothness.root_jerk") == pytest.approx(np.sqrt(np.mean(third**2)))
        ratios.append(row.value)
    assert ratios[0] > 5.0 and ratios[1] < 0.5
    limits = Limits(root_jerk_landing=2.0)
    q = np.repeat(at_rest(robot)[None], frames, axis=0)
    q[change:, 2] += 0.005
    q[:, 0] += 0.01 * np.sin(2.0 * np.pi * np.arange(frames) / 30.0)
    strict = evaluate(still(q, fps), robot, scene=Scene(), held=held, limits=limits)
    assert {"smoothness.root_jerk_landing"} <= {row.name for row in strict.failed}
    ((first, last),) = strict["smoothness.root_jerk_landing"].frames
    assert first <= change <= last and last - first <= 5


def test_the_bases_jerk_is_that_of_thirtieths_of_a_second_at_any_rate(
    robot: RobotModel, still
) -> None:
    values = []
    for fps in (30.0, 60.0, 120.0):
        time = np.arange(0.0, 3.0, 1.0 / fps)
        q = np.repeat(at_rest(robot)[None], len(time), axis=0)
        q[:, 0] += 0.02 * np.sin(2.0 * np.pi * time)
        values.append(evaluate(still(q, fps), robot, scene=Scene()).value("smoothness.root_jerk"))
    assert values[1:] == pytest.approx([values[0]] * 2, rel=0.03)


def test_who_is_jerky_herself_may_be_followed(robot: RobotModel, still) -> None:
    clip = walk().crop(30, 60)
    positions = np.array(clip.positions)
    positions[:, :, 2] += 0.004 * (np.arange(30)[:, None] % 2)
    shaken = replace(clip, positions=positions)
    q = np.repeat(at_rest(robot)[None], 30, axis=0)
    q[:, 2] += 0.004 * (np.arange(30) % 2)
    limits = Limits()
    for person, passes in ((clip, False), (shaken, True)):
        found = evaluate(still(q), robot, scene=Scene(), clip=person, scale=1.0, limits=limits)
        row = found["smoothness.root_jerk"]
        assert row.passed == passes
        assert row.limit == pytest.approx(max(40.0, 1.5 * row.parts["person"]))


def test_who_lies_need_not_stand(robot: RobotModel, standing: Clip, still) -> None:
    positions = np.array(standing.positions)
    toes = [standing.skeleton.joints.index(standing.skeleton.landmarks[f"{s}_toe"]) for s in SIDES]
    positions[:, toes, 0] += 0.3 * np.arange(30)[:, None] / 30.0  # the feet slide
    slides = replace(standing, positions=positions)
    lies = slides.with_contacts(TouchEdit("back", "ground", 0, 29))
    for clip, owed in ((slides, True), (lies, False)):
        row = evaluate(still(), robot, scene=Scene(), clip=clip)["stance.drift_max"]
        assert (row.value, row.owed) == (None, owed)


def test_a_row_without_a_value_is_bounded_from_the_side_of_one_with(
    robot: RobotModel, standing: Clip, still
) -> None:
    def sides(measured: Score) -> dict[str, bool]:
        return {row.name: row.at_least for row in measured.measures if row.limit is not None}

    without = sides(evaluate(still(), robot, scene=Scene()))
    judged = sides(evaluate(still(), robot, scene=Scene(), clip=standing))
    least = {"contact.body.kept", "contact.claimed.kept", "tracking.range_kept"}
    for found in (without, judged):
        assert {name for name, at_least in found.items() if at_least} == least
