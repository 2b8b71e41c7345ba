"""Motions whose forces are known before they are asked for."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pinocchio as pin
import pytest
from metrics_places import at_rest
from scipy.optimize import nnls
from scipy.spatial.transform import Rotation

from kinemesh.metrics.geometry.encounter import encounters
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.measures.dynamics import UNITS, dynamics
from kinemesh.metrics.mechanics.balance import balance
from kinemesh.metrics.mechanics.filtered import margin
from kinemesh.metrics.mechanics.flights import flights
from kinemesh.metrics.mechanics.pressure import centre_of_pressure
from kinemesh.metrics.mechanics.wrenches import GRAVITY
from kinemesh.metrics.score import runs
from kinemesh.motion import Prop, Scene, Shape, Terrain, Trajectory

FRAMES, FPS = 121, 60.0
TIME = np.arange(FRAMES) / FPS


@pytest.fixture(scope="module")
def posed(robot):
    def pose(q, fps=FPS):
        return KinematicTrajectory(Trajectory(q, fps, robot.joint_names, robot.name), robot)

    return pose


@pytest.fixture(scope="module")
def rows(posed):
    """Gives the rows of a motion by their names without the group."""

    def judge(q, scene=None, fps=FPS):
        scene, motion = scene or Scene(), posed(q, fps)
        measures = dynamics(motion, scene, *encounters(scene, motion, Surfaces()))
        return {m.name.removeprefix("dynamics."): m for m in measures}

    return judge


@pytest.fixture(scope="module")
def weighed(posed):
    """Gives the balance of a motion."""

    def judge(q, scene=None, fps=FPS):
        scene, motion = scene or Scene(), posed(q, fps)
        return balance(motion, scene, *encounters(scene, motion, Surfaces()))

    return judge


def statue(robot, frames=FRAMES):
    return np.repeat(at_rest(robot)[None], frames, axis=0)


def under(robot, q):
    """Lowest points ``(N, 3)`` of a robot that stands on z = 0, where its soles bear."""
    table = robot.hull_table
    world = robot.configuration(q).positions(table.vertex_joints, table.vertices)
    corners = [
        robot.configuration(q).positions(np.full(4, s.joint), s.corners) for s in robot.soles
    ]
    return np.concatenate([world[world[:, 2] < 0.01], *corners])


def known(values):
    ends = margin(FPS)
    return values[ends : len(values) - ends]


def tiny(found, *names, size=0.02):
    for what in names:
        assert found[what].value == pytest.approx(0.0, abs=size), what


BALANCED = ("residual_force", "residual_moment", "unsupported_share")


def test_every_row_is_there_once(robot, rows):
    assert list(rows(statue(robot))) == list(UNITS)


def test_a_statue_is_carried_by_its_soles(robot, rows, weighed):
    found = rows(statue(robot))
    tiny(found, *BALANCED, "pressure_outside")
    for what in ("flight_force", "flight_momentum"):
        assert found[what].value is None and "nothing flies" in found[what].note
    assert 2.0 < found["torque_worst"].value < 60.0
    balanced = weighed(statue(robot))
    asked = balanced.wanted[0]
    assert asked.weight == pytest.approx(GRAVITY * pin.computeTotalMass(robot.pin_model))
    np.testing.assert_allclose(
        known(asked.forces) / asked.weight, [[0.0, 0.0, 1.0]] * 101, atol=1e-9
    )
    np.testing.assert_allclose(known(asked.moments), 0.0, atol=1e-9)
    place = centre_of_pressure(balanced, 60, 0.0)
    np.testing.assert_allclose(place, asked.centres[60, :2], atol=1e-9)


@pytest.mark.parametrize("size", [0.02, 0.07])
def test_a_sway_presses_where_a_point_mass_of_its_height_would(robot, rows, weighed, size):
    q = statue(robot)
    omega = 2.0 * np.pi
    q[:, 0] += size * np.sin(omega * TIME)
    found, balanced = rows(q), weighed(q)
    centre = balanced.wanted[0].centres
    lead = centre[0, 2] / GRAVITY * size * omega**2 * np.sin(omega * TIME)
    frames = np.arange(margin(FPS), FRAMES - margin(FPS))
    places = np.array([centre_of_pressure(balanced, k, 0.0) for k in frames])
    off = centre[frames, 0] + lead[frames] - places[:, 0]
    assert np.abs(off).max() < 0.01 * lead.max()
    bearing = under(robot, q[0])[:, 0] - centre[0, 0]
    beyond = np.maximum(np.maximum(lead - bearing.max(), bearing.min() - lead), 0.0)[frames]
    assert np.nanmax(found["pressure_outside"].series) == pytest.approx(1e3 * beyond.max(), abs=1.0)
    assert found["pressure_outside"].value == pytest.approx(
        1e3 * np.percentile(beyond, 95), abs=1.0
    )
    if size < 0.05:
        tiny(found, *BALANCED, "pressure_outside")
    else:
        assert beyond.max() > 0.05
        assert found["unsupported_share"].value > 10.0
        # The weight, so far beyond the toes.
        lacks = np.nanmax(found["residual_moment"].series) * balanced.leg / 100.0
        assert lacks == pytest.approx(beyond.max(), rel=0.01, abs=1e-3)


def test_what_a_moving_body_lacks_is_the_rate_of_its_momentum(robot, posed, weighed):
    # Pinocchio's centroidal momentum, differentiated in small steps, knows nothing of the filter.
    rng = np.random.default_rng(3)
    rates = rng.uniform(0.2, 0.8, robot.nv)
    sizes = np.r_[np.full(3, 0.1), np.full(3, 0.3), np.full(robot.nv - 6, 0.2)]
    phases = rng.uniform(0.0, 6.0, robot.nv)

    def at(time):
        q = np.array(at_rest(robot))
        wave = sizes * np.sin(2.0 * np.pi * rates * time + phases)
        q[:3] += wave[:3]
        q[3:7] = (Rotation.from_rotvec(wave[3:6]) * Rotation.from_quat(q[3:7])).as_quat()
        q[7:] += wave[6:]
        return q

    def momentum(time, step=1e-5):
        model, data = robot.pin_model, robot.pin_model.createData()
        velocity = pin.difference(model, at(time - step), at(time + step)) / (2.0 * step)
        return np.array(pin.computeCentroidalMomentum(model, data, at(time), velocity))

    asked = weighed(np.array([at(t) for t in TIME])).wanted[0]
    for frame in (20, 45, 60, 90):
        rate = (momentum(TIME[frame] + 1e-3) - momentum(TIME[frame] - 1e-3)) / 2e-3
        force = rate[:3] + np.array([0.0, 0.0, asked.weight])
        np.testing.assert_allclose(asked.forces[frame], force, atol=0.01 * np.abs(rate[:3]).max())
        np.testing.assert_allclose(
            asked.moments[frame], rate[3:], atol=0.015 * np.linalg.norm(rate[3:])
        )


def thrown(robot, gravity=GRAVITY):
    """A stiff robot that is thrown and tumbles freely, by Euler's equations in small steps."""
    model, data = robot.pin_model, robot.pin_model.createData()
    q0 = at_rest(robot)
    pin.ccrba(model, data, q0, np.zeros(robot.nv))
    inertia, centre = np.array(data.Ig.inertia), np.array(data.com[0])
    away, turn = q0[:3] - centre, Rotation.identity()
    spin, q, step = np.array([2.0, 3.0, 1.0]), [], 1.0 / FPS / 50
    for k in range(FRAMES):
        t = TIME[k]
        middle = centre + np.array([0.3 * t, 0.0, 30.0 + 4.0 * t - gravity * t * t / 2.0])
        row = np.array(q0)
        row[:3] = middle + turn.apply(away)
        row[3:7] = (turn * Rotation.from_quat(q0[3:7])).as_quat()
        q.append(row)
        for _ in range(50):

            def change(w):
                return np.linalg.solve(inertia, -np.cross(w, inertia @ w))

            half = spin + step / 2.0 * change(spin)
            turn = turn * Rotation.from_rotvec(step * half)
            spin = spin + step * change(half)
    return np.array(q)


@pytest.mark.slow
def test_a_body_that_is_thrown_lacks_nothing_in_its_flight(robot, rows):
    found = rows(thrown(robot))
    assert found["flight_force"].value < 0.5
    assert found["flight_momentum"].value < 0.5
    assert found["flight_force"].frames == ((10, 110),)
    assert found["residual_force"].value is None and found["pressure_outside"].value is None
    assert found["unsupported_share"].value == 0.0
    # One of whom time runs a tenth too fast falls by 1.21 g.
    found = rows(thrown(robot, 1.21 * GRAVITY))
    assert found["flight_force"].value == pytest.approx(21.0, rel=0.01)
    assert found["flight_momentum"].value < 0.5


def test_a_robot_that_hovers_falls_with_nothing_to_hold_it(robot, rows):
    q = statue(robot)
    q[:, 2] += 0.02
    found = rows(q)
    assert found["flight_force"].value == pytest.approx(100.0)
    tiny(found, "flight_momentum")
    assert found["unsupported_share"].value == 100.0
    assert found["residual_force"].value is None
    assert "nothing bears" in found["residual_force"].note
    assert "contacts carry no frame" in found["torque_worst"].note


def test_a_foot_two_centimetres_up_leaves_the_weight_beside_the_other(robot, rows, weighed):
    q = statue(robot)
    for name, bend in (("hip_pitch", -0.25), ("knee", 0.5), ("ankle_pitch", -0.25)):
        q[:, 7 + robot.joint_names.index(f"left_{name}_joint")] += bend
    right = under(robot, q[0])
    right = right[right[:, 1] < 0.0, :2]
    found, balanced = rows(q), weighed(q)
    centre = balanced.wanted[0].centres[0, :2]
    # The nearest mixture of what bears, by another solver.
    sums = np.vstack([right.T, np.full(len(right), 1e4)])
    beside = nnls(sums, np.r_[centre, 1e4])[1]
    assert beside > 0.05
    assert found["pressure_outside"].value == pytest.approx(1e3 * beside, abs=2.0)
    assert found["unsupported_share"].value == 100.0
    share = 100.0 * beside / balanced.leg
    assert found["residual_moment"].value == pytest.approx(share, rel=0.01, abs=0.3)
    assert found["residual_force"].value < 0.2
    assert found["flight_force"].value is None


def test_a_pulse_is_seen_while_it_lasts(robot, rows):
    q = statue(robot)
    q[:, 2] += 0.006 * np.exp(-0.5 * ((TIME - 1.0) / 0.03) ** 2)  # falls by up to 0.7 g more
    force = rows(q)["residual_force"].series
    beside = np.abs(TIME - 1.0) > 0.25
    assert np.nanmax(force[beside]) < 0.1
    q[:, 2] += 0.003 * np.exp(-0.5 * ((TIME - 1.0) / 0.03) ** 2)
    assert np.nanmax(rows(q)["residual_force"].series) > np.nanmax(force)


def on_head(robot, mass, gap=0.0, size=0.3):
    """A scene with a box over the head, and how far its middle is ahead of the waist's axis."""
    q = at_rest(robot)
    table, there = robot.hull_table, robot.configuration(q)
    world = there.positions(table.vertex_joints, table.vertices)
    top = world[np.argmax(world[:, 2])]
    place = [top[0], top[1], top[2] + gap + size / 2.0, 0.0, 0.0, 0.0, 1.0]
    waist = robot.pin_model.getJointId("waist_pitch_joint")
    lever = place[0] - there.translations[waist][0]
    prop = Prop("box", Shape.box((size,) * 3), np.tile(place, (FRAMES, 1)), mass=mass)
    return Scene((prop,)), float(lever)


def test_what_is_carried_weighs_on_the_waist(robot, rows, weighed):
    waist = robot.joint_names.index("waist_pitch_joint")
    alone = weighed(statue(robot))
    for mass in (3.0, 6.0):
        scene, lever = on_head(robot, mass)
        found = rows(statue(robot), scene)
        tiny(found, *BALANCED, size=0.1)
        more = (weighed(statue(robot), scene).efforts - alone.efforts)[60, waist]
        assert abs(more) * robot.effort[waist] == pytest.approx(
            mass * GRAVITY * abs(lever), rel=0.01
        )
        assert found["residual_force"].note.count("by its size") == 0


def test_a_box_that_nothing_holds_lacks_its_weight(robot, rows, weighed):
    mass = 3.0
    scene, _ = on_head(robot, mass, gap=0.02)
    weight = weighed(statue(robot)).weight
    # It stands still and nobody touches it: it is no business of the robot's.
    tiny(rows(statue(robot), scene), *BALANCED)
    q, sway = statue(robot), 0.02 * np.sin(2.0 * np.pi * TIME)
    q[:, 0] += sway
    track = np.array(scene.props[0].track)
    track[:, 0] += sway
    for prop in (replace(scene.props[0], track=track, mass=m) for m in (mass, 2.0 * mass)):
        found = rows(q, Scene((prop,)))
        force = np.hypot(1.0, 0.02 * (2.0 * np.pi) ** 2 / GRAVITY * np.sin(2.0 * np.pi * TIME))
        share = 100.0 * prop.mass * GRAVITY / weight * known(force).mean()
        assert found["residual_force"].value == pytest.approx(share, rel=0.01)
        assert found["residual_moment"].value < 0.1


def test_a_mass_that_is_not_stated_is_said(robot, rows):
    scene, _ = on_head(robot, None)
    assert "box 0.81 kg by its size" in rows(statue(robot), scene)["residual_force"].note


def test_a_mass_moves_the_pressure_to_the_common_centre(robot, weighed):
    for mass in (3.0, 6.0, 12.0):
        scene, _ = on_head(robot, mass)
        balanced = weighed(statue(robot), scene)
        own, box = balanced.wanted
        assert box.mass == mass
        middle = (own.mass * own.centres[60] + mass * box.centres[60]) / (own.mass + mass)
        place = centre_of_pressure(balanced, 60, 0.0)
        np.testing.assert_allclose(place, middle[:2], atol=1e-9)
        assert np.abs(place - own.centres[60, :2]).max() > 1e-3


def test_feet_press_on_terrain_as_on_the_ground(robot, rows):
    block = Terrain(Shape.box((1.0, 1.0, 0.4), (0.0, 0.0, 0.2)))
    q = statue(robot)
    q[:, 2] += 0.4
    on_triangles = replace(block, shape=replace(block.shape, warnings=("on its triangles",)))
    for terrain in (block, on_triangles):
        tiny(rows(q, Scene((), terrain)), *BALANCED, "pressure_outside")
    # Half of the feet stand over the edge, and the weight beyond it.
    off = replace(block, shape=Shape.box((1.0, 1.0, 0.4), (-0.5, 0.0, 0.2)))
    found = rows(q, Scene((), off))
    assert found["pressure_outside"].value > 5.0
    assert found["residual_moment"].value > 0.5


def test_who_stands_on_a_box_presses_it_on_the_ground(robot, rows):
    q = statue(robot)
    q[:, 2] += 0.4
    track = np.tile([0.0, 0.0, 0.2, 0, 0, 0, 1.0], (FRAMES, 1))
    prop = Prop("box", Shape.box((0.8, 0.8, 0.4)), track, mass=5.0)
    tiny(rows(q, Scene((prop,))), *BALANCED)
    found = rows(q, Scene((prop,), ground=None))
    assert found["flight_force"].value == pytest.approx(
        100.0 + 100.0 * 5.0 * GRAVITY / 344.0, rel=0.1
    )


def test_what_is_too_short_or_too_slow_says_so(robot, rows):
    few = rows(statue(robot, 20))
    assert all(m.value is None and "needs 21 frames at 60/s" in m.note for m in few.values())
    slow = rows(statue(robot), fps=15.0)
    assert all(m.value is None and "needs 20 frames a second" in m.note for m in slow.values())
    for fps in (20.0, 30.0, 240.0):
        tiny(rows(statue(robot, margin(fps) * 2 + 1), fps=fps), *BALANCED)


def judged(robot, q, scene=None):
    motion = KinematicTrajectory(Trajectory(q, FPS, robot.joint_names, robot.name), robot)
    measures = dynamics(motion, scene or Scene(), *encounters(scene or Scene(), motion, Surfaces()))
    return {m.name.removeprefix("dynamics."): m for m in measures}


def test_a_robot_that_is_bolted_down_owes_torques_alone(robot):
    bolted = robot.frozen("base")
    q = statue(bolted)
    q[:, 2] += 0.5
    found = judged(bolted, q)
    for what in (*BALANCED, "flight_force", "pressure_outside"):
        assert found[what].value is None and "bolted" in found[what].note
    assert 2.0 < found["torque_worst"].value < 60.0


def test_a_robot_without_effort_limits_says_so(robot):
    from kinemesh import RobotModel

    weak = RobotModel.load(robot.name)
    weak.effort = np.zeros(len(weak.joint_names))
    found = judged(weak, statue(weak))
    tiny(found, *BALANCED)
    for what in ("torque_share", "torque_worst"):
        assert found[what].value is None and "no effort limits" in found[what].note
    # One limit is enough, and joints without one do not count.
    weak.effort[weak.joint_names.index("waist_pitch_joint")] = 1e-3
    found = judged(weak, statue(weak))
    assert found["torque_share"].value == 100.0
    assert "waist_pitch_joint" in found["torque_worst"].note
    tiny(found, *BALANCED)
    # A knee that can hardly do anything is spared by pressing elsewhere under its foot.
    weak.effort[:] = 0.0
    weak.effort[weak.joint_names.index("left_knee_joint")] = 1e-3
    found = judged(weak, statue(weak))
    assert found["torque_share"].value == 0.0
    tiny(found, *BALANCED)


def test_flights_are_long_and_their_ends_are_left_out():
    def phases(airborne, fps=60.0):
        flags = np.array(airborne, dtype=bool)
        seen = np.ones(len(flags), dtype=bool)
        seen[:3] = seen[-3:] = False
        return flights(SimpleNamespace(airborne=flags, known=seen), fps)

    air = np.zeros(80)
    air[10:13] = 1  # 0.05 s: too short
    air[30:60] = 1
    found = phases(air)
    assert runs(found.flying) == ((35, 54),)  # a twelfth of a second from either end
    assert runs(found.bearing) == ((3, 29), (60, 76))
    assert runs(found.judged) == ((3, 29), (35, 54), (60, 76))
    air = np.zeros(30)
    air[10:15] = 1
    assert runs(phases(air).flying) == ((12, 12),)
    whole = phases(np.ones(30))
    assert runs(whole.flying) == ((3, 26),) and not whole.bearing.any()


def test_a_hop_is_borne_flies_and_is_borne_again(robot, rows):
    # Up from the ground at 2 m/s, as fast as the ground can make it, and down again.
    start, speed = 0.7, 2.0
    flight = 2.0 * speed / GRAVITY
    q, t = statue(robot), TIME - start
    up = speed * t - GRAVITY * t * t / 2.0
    q[:, 2] += np.where((t > 0.0) & (t < flight), up, 0.0)
    found = rows(q)
    # Such a jolt is blurred further than what is left out at the ends, by that much.
    assert found["flight_force"].value < 8.0
    ((first, last),) = found["flight_force"].frames
    assert start + 1.0 / 12.0 <= TIME[first] and TIME[last] <= start + flight - 1.0 / 12.0
    assert found["flight_momentum"].value < 0.1
    assert np.isnan(found["residual_force"].series[first : last + 1]).all()
