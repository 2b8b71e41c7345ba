from dataclasses import replace

import numpy as np
import pytest

from kinemesh import Retargeter, demos
from kinemesh.detection.touch import Touch
from kinemesh.motion import Inertia, Prop, Scene, Shape
from kinemesh.robot.momentum import GRAVITY
from kinemesh.solve.mechanics.supports import Load, Support

FPS, FRAMES = 30.0, 61
NONE = frozenset()


def lifted(path):
    """A box of 2 kg whose middle goes along ``path`` ``(T, 3)``, and who holds it."""
    track = np.hstack([path, np.tile([0.0, 0.0, 0.0, 1.0], (len(path), 1))])
    prop = Prop("box", Shape.box((0.3, 0.3, 0.3)), track, mass=2.0)
    return prop, Scene(props=(prop,))


def held(frames=FRAMES):
    touching = np.ones(frames, dtype=bool)
    return Touch("left_hand", "box", touching, np.zeros((frames, 3)), np.zeros(frames))


def test_what_hangs_still_in_the_air_is_carried_by_its_weight():
    _, scene = lifted(np.tile([0.4, 0.1, 1.0], (FRAMES, 1)))
    load = Load.of(scene, [held()], FRAMES, FPS)
    weight = 2.0 * GRAVITY
    np.testing.assert_allclose(load.force, np.tile([0.0, 0.0, weight], (FRAMES, 1)), atol=1e-9)
    np.testing.assert_allclose(
        load.moment, np.tile([0.1 * weight, -0.4 * weight, 0.0], (FRAMES, 1)), atol=1e-9
    )
    assert load.carried == (frozenset({"box"}),) * FRAMES


def test_what_is_swung_takes_its_acceleration_too():
    times = np.arange(FRAMES) / FPS
    path = np.tile([0.4, 0.0, 1.0], (FRAMES, 1))
    path[:, 0] += 0.5 * 1.5 * times**2
    load = Load.of(lifted(path)[1], [held()], FRAMES, FPS)
    np.testing.assert_allclose(load.force[2:-2, 0], 2.0 * 1.5, rtol=1e-6)


def test_what_turns_takes_its_angular_momentum():
    prop, _ = lifted(np.tile([0.0, 0.0, 1.0], (FRAMES, 1)))
    angle = 0.5 * 2.0 * (np.arange(FRAMES) / FPS) ** 2
    track = np.array(prop.track)
    track[:, 5], track[:, 6] = np.sin(angle / 2.0), np.cos(angle / 2.0)
    prop = Prop("box", prop.shape, track, mass=2.0)
    load = Load.of(Scene(props=(prop,)), [held()], FRAMES, FPS)
    wanted = 2.0 * Inertia.of(prop).tensor[2, 2]
    np.testing.assert_allclose(load.moment[3:-3, 2], wanted, rtol=1e-3)


def test_what_stands_on_the_ground_or_touches_nobody_is_not_carried():
    ground = np.tile([0.4, 0.0, 0.15], (FRAMES, 1))
    for path, touches in ((ground, [held()]), (ground + np.array([0.0, 0.0, 1.0]), [])):
        load = Load.of(lifted(path)[1], touches, FRAMES, FPS)
        assert load.carried == (NONE,) * FRAMES
        np.testing.assert_array_equal(load.force, 0.0)


def support_of(frame, at, carried):
    (support,) = Support.of([frame], [at], [carried])
    return support


@pytest.fixture(scope="module")
def kneeling(robot):
    clip = demos.kneel()
    retargeter = Retargeter(robot, refine=None)
    plan = retargeter.plan(clip)
    return plan, [(frame, at) for frame, at, _ in retargeter.frames(plan)]


def test_soles_and_knees_bear_where_they_touch(robot, kneeling):
    _, solved = kneeling
    soles = {sole.joint for sole in robot.soles}
    on_knees = 0
    for frame, at in solved:
        support = support_of(frame, at, NONE)
        planted = sum(4 if s.whole else 2 for s in frame.stances if not s.landing)
        assert np.isin(support.joints, list(soles)).sum() >= planted
        np.testing.assert_allclose(np.linalg.norm(support.normals, axis=1), 1.0, atol=1e-9)
        assert np.all(np.abs(support.points[:, 2]) < 0.03)
        on_knees += bool(np.any(~np.isin(support.joints, list(soles))))
    assert on_knees > 10


def test_places_move_as_their_rates_say(robot, kneeling, rng):
    frame, at = kneeling[1][40]
    support = support_of(frame, at, NONE)
    step = 1e-6 * rng.normal(size=robot.nv)
    local = [
        at.rotations[j].T @ (p - at.translations[j])
        for j, p in zip(support.joints, support.points, strict=True)
    ]
    moved = at.integrate(step).positions(support.joints, np.array(local))
    np.testing.assert_allclose(moved - support.points, support.rates @ step, atol=1e-10)


def test_who_carries_a_thing_is_not_borne_by_it(robot):
    clip = demos.lift_box().crop(60, 120)
    retargeter = Retargeter(robot, refine=None)
    plan = retargeter.plan(clip)
    load = Load.of(plan.scene, plan.touches, len(plan), clip.fps)
    there = [k for k, carried in enumerate(load.carried) if carried]
    assert there
    soles = [sole.joint for sole in robot.soles]
    for k, (frame, at, _) in enumerate(retargeter.frames(plan)):
        if k in there[::10]:
            assert np.isin(support_of(frame, at, load.carried[k]).joints, soles).all()
            assert not np.isin(support_of(frame, at, NONE).joints, soles).all()


def test_frames_are_borne_as_by_themselves(robot):
    clip = demos.lift_box().crop(40, 140)
    retargeter = Retargeter(robot, refine=None)
    plan = retargeter.plan(clip)
    solved = [(frame, at) for frame, at, _ in retargeter.frames(plan)]
    frames, configurations = zip(*solved, strict=True)
    together = Support.of(frames, configurations, [NONE] * len(frames))
    on_hands = 0
    for support, (frame, at) in zip(together, solved, strict=True):
        alone = support_of(frame, at, NONE)
        np.testing.assert_array_equal(support.joints, alone.joints)
        np.testing.assert_allclose(support.points, alone.points, atol=1e-12)
        np.testing.assert_allclose(support.normals, alone.normals, atol=1e-12)
        np.testing.assert_allclose(support.rates, alone.rates, atol=1e-12)
        on_hands += len(np.unique(support.joints)) > 2
    assert on_hands > 10


def test_who_touches_nothing_is_borne_by_nothing(kneeling):
    frame, at = kneeling[1][40]
    for support in Support.of([replace(frame, stances=(), contacts=())] * 2, [at] * 2, [NONE] * 2):
        assert support.joints.shape == (0,)
        assert support.points.shape == support.normals.shape == (0, 3)
        assert support.rates.shape == (0, 3, at.robot.nv)
