"""Hand-made trajectories whose figures are known before they are measured."""

import json
from dataclasses import replace

import numpy as np
import pytest

from kinemesh.errors import ClipError
from kinemesh.metrics import Limits, evaluate, table
from kinemesh.metrics.person.human import standing as stands
from kinemesh.motion import LANDMARKS, Prop, Scene, Shape, Terrain, Trajectory

FRAMES = 30


@pytest.fixture
def rest(still):
    return np.array(still().q)


def beside(robot, q, gap, side="left"):
    """A box whose inner face is ``gap`` [m] beside the outermost point of the resting hand."""
    configuration = robot.configuration(q)
    names = [f"{side}_rubber_hand"]
    hull = next(h for h in robot.hulls if h.link in names)
    world = configuration.positions(np.full(len(hull.vertices), hull.joint), hull.vertices)
    wrist = robot.landmark_joints[LANDMARKS.index(f"{side}_hand")]
    assert hull.joint == wrist
    every = np.concatenate(
        [
            configuration.positions(np.full(len(h.vertices), h.joint), h.vertices)
            for h in robot.hulls
            if h.joint == wrist
        ]
    )
    out = 1.0 if side == "left" else -1.0
    face = out * (out * every[:, 1]).max()
    centre = np.array([world[:, 0].mean(), face + out * (gap + 0.1), world[:, 2].mean()])
    return np.tile(np.concatenate([centre, [0, 0, 0, 1.0]]), (FRAMES, 1))


def test_the_robot_at_rest_breaks_nothing(robot, still, standing):
    score = evaluate(still(), robot, scene=Scene(), clip=standing)
    assert score.passed
    assert score.verdict == "pass"
    assert score.value("penetration.ground.max") == pytest.approx(0.0, abs=1e-9)
    assert score.value("stance.drift_max") == 0.0
    assert score.value("smoothness.joint_jerk") == 0.0
    assert score.value("penetration.self.max") == 0.0


def test_a_robot_sunk_three_millimetres_is_three_millimetres_deep(robot, still, rest, standing):
    rest[10:15, 2] -= 0.003
    score = evaluate(still(rest), robot, scene=Scene(), clip=standing)
    assert score.value("penetration.ground.max") == pytest.approx(3.0, abs=1e-9)
    assert score.value("penetration.ground.share") == pytest.approx(100 * 5 / 30)
    assert score["penetration.ground.max"].frames == ((10, 14),)
    assert score.verdict == "penetration.ground.max 3 over 1 mm in frames 10-14"
    assert "ankle_roll_link" in score["penetration.ground.max"].note


def test_a_robot_slid_five_millimetres_drifts_five(robot, still, rest, standing):
    rest[:, 0] += np.linspace(0.0, 0.005, FRAMES)
    score = evaluate(still(rest), robot, scene=Scene(), clip=standing)
    assert score.value("stance.drift_max") == pytest.approx(5.0, abs=1e-9)
    assert score.value("stance.slip_mean") == pytest.approx(0.5 * 30 / 29, rel=1e-9)  # cm/s
    assert [m.name for m in score.failed] == ["stance.drift_max", "stance.slip_mean"]
    assert score["stance.drift_max"].frames == ((12, 29),)


def test_soles_that_float_and_tilt_are_seen(robot, still, rest, standing):
    rest[:, 2] += 0.004
    score = evaluate(still(rest), robot, scene=Scene(), clip=standing)
    assert score.value("stance.height_max") == pytest.approx(4.0, abs=0.2)
    ankles = [7 + robot.joint_names.index(f"{s}_ankle_pitch_joint") for s in ("left", "right")]
    rest[:, ankles] += np.radians(3.0)
    score = evaluate(still(rest), robot, scene=Scene(), clip=standing)
    assert score.value("stance.tilt_max") == pytest.approx(3.0, abs=0.1)


def test_a_joint_beyond_its_limit_is_named(robot, still, rest):
    k = robot.joint_names.index("left_elbow_joint")
    rest[7, 7 + k] = robot.upper[k] + 0.02
    score = evaluate(still(rest, fps=1.0), robot, scene=Scene())
    row = score["limits.joint_excess"]
    assert row.value == pytest.approx(0.02)
    assert row.note == "left_elbow_joint in frame 7"
    assert score.value("limits.joint_frames") == 1
    assert score.value("limits.velocity_excess") == 0.0


def test_a_joint_too_fast_is_named(robot, still, rest):
    k = robot.joint_names.index("waist_yaw_joint")
    rest[11:, 7 + k] += (robot.velocity[k] + 0.5) / 30.0
    score = evaluate(still(rest), robot, scene=Scene())
    row = score["limits.velocity_excess"]
    assert row.value == pytest.approx(0.5)
    assert row.frames == ((11, 11),)


def test_a_sinusoid_has_the_rms_jerk_of_its_third_differences(robot, still):
    frames, fps, hertz, size = 303, 30.0, 1.0, 0.2
    q = np.repeat(robot.rest[None], frames, axis=0)
    time = np.arange(frames) / fps
    k = robot.joint_names.index("waist_yaw_joint")
    q[:, 7 + k] += size * np.sin(2 * np.pi * hertz * time)
    q[:, 0] += 0.1 * size * np.sin(2 * np.pi * hertz * time)
    score = evaluate(still(q, fps), robot, scene=Scene())
    rate = 2 * fps * np.sin(np.pi * hertz / fps)  # of a finite difference; 2 pi f as dt -> 0
    rms = size / np.sqrt(2.0 * len(robot.joint_names))
    assert score.value("smoothness.joint_jerk") == pytest.approx(rms * rate**3, rel=1e-6)
    assert score.value("smoothness.joint_acceleration") == pytest.approx(rms * rate**2, rel=0.01)
    root = 0.1 * size / np.sqrt(6.0)
    assert score.value("smoothness.root_jerk") == pytest.approx(root * rate**3, rel=1e-6)


@pytest.mark.parametrize("true_surface", [False, True])
def test_a_box_beside_the_hand_is_as_far_as_it_was_put(robot, still, rest, standing, true_surface):
    shape = Shape.box((0.4, 0.2, 0.4))
    if true_surface:
        shape = replace(shape, warnings=("measured on its triangles",))
    prop = Prop("box", shape, beside(robot, rest[0], 0.007))
    held = np.zeros(FRAMES, dtype=bool)
    held[5:25] = True
    clip = replace(standing, scene=Scene((prop,)), contacts={"left_hand": held})
    score = evaluate(still(rest), robot, scene=Scene((prop,)), clip=clip)
    assert score.value("contact.prop.gap_mean") == pytest.approx(7.0, abs=0.01)
    assert score["contact.prop.gap_p95"].frames == ((5, 24),)
    assert score.value("contact.prop.kept") == 100.0
    assert score.value("penetration.prop.max") == 0.0
    assert "contact.prop.gap_p95" in score.verdict


@pytest.mark.parametrize("true_surface", [False, True])
def test_a_hand_in_the_box_is_as_deep_as_it_was_put(robot, still, rest, true_surface):
    shape = Shape.box((0.4, 0.2, 0.4))
    if true_surface:
        shape = replace(shape, warnings=("measured on its triangles",))
    prop = Prop("box", shape, beside(robot, rest[0], -0.004))
    score = evaluate(still(rest), robot, scene=Scene((prop,)))
    assert score.value("penetration.prop.max") == pytest.approx(4.0, abs=0.1)
    assert "in box" in score["penetration.prop.max"].note


def test_without_labels_fingers_near_the_prop_touch_it(robot, still, rest, standing):
    wrist, elbow = (standing.landmark(name)[0] for name in ("left_hand", "left_elbow"))
    hand = wrist + (wrist - elbow) / 3.0
    # The demo skeleton has no fingers: 50 mm from the palm.
    for gap, touches in ((0.04, True), (0.06, False)):
        track = np.tile([hand[0], hand[1] + 0.1 + gap, hand[2], 0, 0, 0, 1.0], (FRAMES, 1))
        human = Prop("box", Shape.box((0.4, 0.2, 0.4)), track)
        robots = replace(human, track=beside(robot, rest[0], 0.002))
        clip = replace(standing, scene=Scene((human,)))
        score = evaluate(still(rest), robot, scene=Scene((robots,)), clip=clip)
        assert (score["contact.prop.gap_p95"].value is not None) == touches
        if touches:
            assert score.value("contact.prop.gap_mean") == pytest.approx(2.0, abs=0.01)


def test_feet_on_a_platform_stand_on_it_and_touch_it(robot, still, rest, standing):
    platform = Terrain(Shape.box((2.0, 2.0, 0.3), (0.0, 0.0, 0.15)), "platform")
    scene = Scene((), platform)
    clip = replace(standing, positions=standing.positions + np.array([0, 0, 0.3]), scene=scene)
    rest[:, 2] += 0.3
    score = evaluate(still(rest), robot, scene=scene, clip=clip, scale=robot.height / clip.stature)
    assert score.value("contact.terrain_foot.gap_p95") == pytest.approx(0.0, abs=0.01)
    assert score.value("stance.height_max") < 0.5
    rest[:, 2] += 0.025
    score = evaluate(still(rest), robot, scene=scene, clip=clip)
    assert score.value("contact.terrain_foot.gap_mean") == pytest.approx(25.0, abs=0.01)
    assert score.value("contact.terrain_foot.kept") == 0.0
    rest[:, 2] -= 0.035
    score = evaluate(still(rest), robot, scene=scene, clip=clip)
    assert score.value("penetration.terrain.max") == pytest.approx(10.0, abs=0.01)


def test_a_forearm_in_the_belly_is_self_penetration(robot, still, rest):
    names = list(robot.joint_names)
    rest[:, 7 + names.index("left_shoulder_yaw_joint")] = -1.2
    rest[:, 7 + names.index("left_elbow_joint")] = 0.0
    rest[:, 7 + names.index("left_shoulder_roll_joint")] = -0.2
    score = evaluate(still(rest), robot, scene=Scene())
    assert score.value("penetration.self.max") == pytest.approx(94.7, abs=2.0)
    assert score["penetration.self.max"].note == "torso_link and left_elbow_link in frame 0"
    assert score["penetration.self.max"].frames == ((0, 29),)


def test_self_overlaps_are_those_of_brute_force(robot):
    from brute import overlap, signed_distance
    from kinemesh.metrics.geometry.selfcollision import SelfPairs
    from kinemesh.testing import random_configuration

    pairs = SelfPairs(robot)
    seen = 0
    for seed in range(4):
        configuration = random_configuration(robot, np.random.default_rng(seed))
        placed = configuration.rotations[None], configuration.translations[None]
        (found,) = pairs.overlaps(*placed)
        hulls = [
            configuration.positions(np.full(len(h.vertices), h.joint), h.vertices)
            for h in robot.hulls
        ]
        boxes = np.array([[h.min(axis=0), h.max(axis=0)] for h in hulls])
        for a, b in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True):
            low, high = np.maximum(*boxes[[a, b], 0]), np.minimum(*boxes[[a, b], 1])
            if np.all(low < high) and overlap(hulls[a], hulls[b]):
                assert found.get((a, b), 0.0) > 0.0 or -signed_distance(hulls[a], hulls[b]) < 1e-6
        if found:
            seen += 1
            (a, b), depth = max(found.items(), key=lambda item: item[1])
            assert depth == pytest.approx(-signed_distance(hulls[a], hulls[b]), abs=1e-5)
            assert pairs.deepest(*placed)[0][0] == depth
    assert seen >= 2


def test_standing_torques_are_those_of_a_robot_that_weighs_what_it_weighs(robot, still, rest):
    score = evaluate(still(rest), robot, scene=Scene())
    assert score.value("dynamics.unsupported_share") == 0.0
    assert score.value("dynamics.torque_share") == 0.0
    assert 2.0 < score.value("dynamics.torque_worst") < 60.0
    rest[:, 2] += 0.1
    score = evaluate(still(rest), robot, scene=Scene())
    assert score.value("dynamics.unsupported_share") == 100.0


def test_inverse_dynamics_at_rest_asks_for_the_weight(robot):
    from kinemesh.metrics.geometry.kinematics import inverse_dynamics

    q, zero = np.repeat(robot.rest[None], 2, axis=0), np.zeros((2, robot.nv))
    falling = np.zeros((2, robot.nv))
    falling[1, 2] = -9.81
    weight, nothing = inverse_dynamics(robot, q, zero, falling)
    assert 250.0 < weight[2] < 450.0  # G1 weighs about 35 kg
    np.testing.assert_allclose(nothing, 0.0, atol=1e-9)


def test_the_humans_stance_needs_a_still_low_toe_for_a_fifth_of_a_second(standing):
    fps = 30.0
    toe = standing.skeleton.index(standing.skeleton.landmarks["left_toe"])
    assert stands(standing, "left", {}).toe.all() and stands(standing, "left", {}).heel.all()
    positions = np.array(standing.positions)
    positions[:, toe, 0] += 0.06 / fps * np.arange(FRAMES)  # 6 cm/s
    assert not stands(replace(standing, positions=positions), "left", {}).toe.any()
    positions = np.array(standing.positions)
    positions[:12, toe, 2] += 0.2
    positions[17:, toe, 2] += 0.2  # down for five frames
    assert not stands(replace(standing, positions=positions), "left", {}).toe[8:20].any()


def test_what_cannot_be_measured_says_so(robot, still):
    score = evaluate(still(), robot, scene=Scene())
    assert score["stance.drift_max"].value is None
    assert "clip" in score["stance.drift_max"].note
    assert "not measured: stance.drift_max" in score.verdict
    with pytest.raises(KeyError, match=r"no measure 'stance\.drift'; there are penetration"):
        score["stance.drift"]


def test_a_score_is_plain_data_and_plain_rows(robot, still, rest, standing):
    rest[3, 2] -= 0.003
    score = evaluate(still(rest), robot, scene=Scene(), clip=standing)
    data = json.loads(json.dumps(score.as_dict(), allow_nan=False))
    assert data["measures"]["penetration.ground.max"]["frames"] == [[3, 3]]
    assert data["passed"] is False
    rows = {row[0]: row for row in table(score)}
    assert set(rows) == {m.name for m in score}
    assert rows["penetration.ground.max"][1:4] == ("3 mm", "≤ 1 mm", "FAIL")
    assert rows["penetration.ground.max"][4].startswith("frames 3")
    assert rows["tracking.range_kept"][1] == "-"


def test_limits_are_the_users(robot, still, rest, standing):
    rest[3, 2] -= 0.003
    easy = Limits(penetration=5.0, root_jerk=None)
    assert evaluate(still(rest), robot, scene=Scene(), clip=standing, limits=easy).passed
    none = Limits(penetration=None)
    score = evaluate(still(rest), robot, scene=Scene(), clip=standing, limits=none)
    assert score["penetration.ground.max"].limit is None


def test_what_does_not_fit_together_is_refused(robot, still, rest, standing):
    with pytest.raises(ClipError, match="30 frames and the trajectory 20"):
        evaluate(still(rest[:20]), robot, scene=Scene(), clip=standing)
    with pytest.raises(ClipError, match=r"30 frames/s and the trajectory 60"):
        evaluate(still(rest, fps=60.0), robot, scene=Scene(), clip=standing)
    prop = Prop("box", Shape.box((0.1, 0.1, 0.1)), np.tile([2, 0, 0, 0, 0, 0, 1.0], (7, 1)))
    with pytest.raises(ClipError, match="7 poses for 30 frames"):
        evaluate(still(rest), robot, scene=Scene((prop,)))
    names = ("strange_joint", *robot.joint_names[1:])
    with pytest.raises(ClipError, match="left_hip_pitch_joint, strange_joint"):
        evaluate(Trajectory(rest, 30.0, names, "g1"), robot, scene=Scene())


def test_the_order_of_the_joints_does_not_matter(robot, still, rest):
    rest[:, 7:] += 0.01 * np.arange(29)
    there = evaluate(still(rest), robot, scene=Scene())
    order = np.arange(29)[::-1]
    shuffled = Trajectory(
        np.hstack([rest[:, :7], rest[:, 7:][:, order]]),
        30.0,
        tuple(np.array(robot.joint_names)[order]),
        "g1",
    )
    assert evaluate(shuffled, robot, scene=Scene()).as_dict() == there.as_dict()
