"""MuJoCo's model of a robot is Pinocchio's, and of a prop what is said of it."""

from __future__ import annotations

from dataclasses import replace

import mujoco
import numpy as np
import pinocchio as pin
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.errors import ClipError, RobotError
from kinemesh.geometry import poses
from kinemesh.motion import Inertia, Prop, Scene, Shape, Terrain
from kinemesh.physics.model import Model, build
from kinemesh.physics.solids import as_box
from kinemesh.physics.things import moves
from kinemesh.robot import RobotModel
from two_people import passing

ROBOTS = ("g1", "g1_base", "g1_23dof", "h1", "t1")
LEVEL = Scene()


def built(robot: RobotModel, scene: Scene = LEVEL) -> Model:
    return build(robot, scene, timestep=0.005, friction=0.9)


def posed(robot: RobotModel, rng: np.random.Generator) -> np.ndarray:
    """A configuration in the air, joints anywhere in their ranges."""
    low, high = np.maximum(robot.lower, -3.0), np.minimum(robot.upper, 3.0)
    joints = robot.followed(rng.uniform(low, high))
    turn = Rotation.random(rng=rng).as_quat()
    return np.concatenate([rng.uniform(-1.0, 1.0, 2), [5.0], turn, joints])


@pytest.mark.parametrize("name", ROBOTS)
def test_links_are_where_pinocchio_has_them_and_weigh_as_much(
    name: str, rng: np.random.Generator
) -> None:
    robot = RobotModel.load(name)
    model, q = built(robot), posed(robot, rng)
    data = mujoco.MjData(model.mj)
    data.qpos[:] = model.qpos(q[None])[0]
    mujoco.mj_kinematics(model.mj, data)
    ours = robot.pin_model.createData()
    pin.forwardKinematics(robot.pin_model, ours, q)
    for k, body in enumerate(model.links.tolist(), 1):
        place = ours.oMi[k]
        assert np.allclose(data.xpos[body], place.translation, atol=1e-9)
        assert np.allclose(data.xmat[body].reshape(3, 3), place.rotation, atol=1e-9)
        inertia = robot.pin_model.inertias[k]
        assert model.mj.body_mass[body] == pytest.approx(inertia.mass, abs=1e-5)
    whole = sum(inertia.mass for inertia in robot.pin_model.inertias)
    assert model.mj.body_mass.sum() == pytest.approx(whole, rel=1e-5)


@pytest.mark.parametrize("name", ROBOTS)
def test_the_torques_of_a_motion_are_pinocchios(name: str, rng: np.random.Generator) -> None:
    robot = RobotModel.load(name)
    model = built(robot)
    model.mj.opt.disableflags |= int(mujoco.mjtDisableBit.mjDSBL_CONSTRAINT)
    twin = robot.pin_model.copy()
    twin.armature = np.concatenate([np.zeros(6), model.motors.armature])
    data = mujoco.MjData(model.mj)
    for _ in range(3):
        q, v, a = posed(robot, rng), *rng.standard_normal((2, model.mj.nv))
        data.qpos[:], data.qvel[:], data.qacc[:] = model.qpos(q[None])[0], v, a
        mujoco.mj_inverse(model.mj, data)
        # Pinocchio has the base's linear velocity in the base's own axes.
        turn = Rotation.from_quat(q[3:7]).as_matrix()
        own_v, own_a = v.copy(), a.copy()
        own_v[:3] = turn.T @ v[:3]
        own_a[:3] = turn.T @ a[:3] - np.cross(v[3:6], own_v[:3])
        torque = pin.rnea(twin, twin.createData(), q, own_v, own_a)
        torque[:3] = turn @ torque[:3]
        assert np.allclose(data.qfrc_inverse, torque, rtol=1e-6, atol=1e-4)


def test_servos_and_ranges_are_the_robots(robot: RobotModel) -> None:
    model = built(robot)
    assert np.allclose(model.mj.actuator_forcerange[:, 1], robot.motors.effort)
    assert np.allclose(model.mj.jnt_range[1:, 0], robot.pin_model.lowerPositionLimit[7:])
    assert np.allclose(model.mj.jnt_range[1:, 1], robot.pin_model.upperPositionLimit[7:])
    assert np.array_equal(model.joint_q, np.arange(7, 7 + len(robot.joint_names)))


def test_frozen_joints_are_gone_and_a_fixed_base_stands(robot: RobotModel) -> None:
    arms = robot.frozen("legs")
    model = built(arms)
    assert model.mj.nv == len(arms.joint_names)
    data = mujoco.MjData(model.mj)
    data.qpos[:] = model.qpos(arms.rest[None])[0]
    mujoco.mj_kinematics(model.mj, data)
    assert np.allclose(data.xpos[model.links[0]], arms.rest[:3])


def test_a_prop_falls_by_gravity_and_rests_with_its_weight(robot: RobotModel) -> None:
    shape = Shape.box((0.3, 0.2, 0.4))
    high = np.tile([2.0, 0.0, 1.2, 0.0, 0.0, 0.0, 1.0], (2, 1))
    high[1, 0] += 1.0
    prop = Prop("box", shape, high, mass=3.0)
    model = built(robot, Scene(props=(prop,)))
    data = mujoco.MjData(model.mj)
    data.qpos[:] = model.qpos(robot.rest[None], [high[:1]])[0]
    for _ in range(60):
        mujoco.mj_step(model.mj, data)
    fallen = 1.2 - data.qpos[model.free_q[0, 2]]
    assert fallen == pytest.approx(0.5 * 9.81 * data.time**2, rel=0.03)
    assert data.qvel[model.free_v[0, 2]] == pytest.approx(-9.81 * data.time, rel=1e-6)
    for _ in range(600):
        mujoco.mj_step(model.mj, data)
    assert data.qpos[model.free_q[0, 2]] == pytest.approx(0.2, abs=2e-3)
    assert data.qfrc_constraint[model.free_v[0, 2]] == pytest.approx(3.0 * 9.81, rel=1e-3)


def test_a_prop_has_the_inertia_of_its_mass_and_shape(robot: RobotModel) -> None:
    points = np.array([[0, 0, 0], [0.4, 0, 0], [0, 0.3, 0], [0, 0, 0.2]], dtype=float)
    track = np.tile(poses.IDENTITY, (2, 1)) + np.array([3.0, 0, 1.0, 0, 0, 0, 0])
    track[1, 0] += 0.5
    prop = Prop("wedge", Shape.convex(points), track)
    model = built(robot, Scene(props=(prop,)))
    body, wanted = int(model.free_bodies[0]), Inertia.of(prop)
    assert model.mj.body_mass[body] == pytest.approx(wanted.mass)
    assert np.allclose(model.mj.body_ipos[body], wanted.centre)
    assert np.allclose(np.sort(model.mj.body_inertia[body]), np.linalg.eigvalsh(wanted.tensor))


def test_what_does_not_move_along_its_track_is_fixed(robot: RobotModel) -> None:
    still = np.tile(np.array([2.0, 0.0, 0.2, 0.0, 0.0, 0.0, 1.0]), (5, 1))
    turned = still.copy()
    turned[:, 3:] = Rotation.from_euler("z", np.linspace(0.0, 0.2, 5)[:, None]).as_quat()
    box = Shape.box((0.4, 0.4, 0.4))
    stool, lid = Prop("stool", box, still), Prop("lid", box, turned)
    assert not moves(stool)
    assert moves(lid)
    model = built(robot, Scene(props=(stool, lid), terrain=Terrain(Shape.box((1, 1, 0.1)))))
    assert model.free == (1,)
    assert model.names[model.free_bodies[0]] == "lid"


def test_boxes_are_known_by_their_corners_and_others_are_not(rng: np.random.Generator) -> None:
    corners = Shape.box((0.2, 0.9, 0.05)).vertices
    for _ in range(20):
        turn, shift = Rotation.random(rng=rng).as_matrix(), rng.standard_normal(3)
        moved = rng.permutation(corners) @ turn.T + shift
        found = as_box(moved)
        assert found is not None
        centre, axes, half = found
        assert np.allclose(centre, shift)
        assert np.linalg.det(axes) == pytest.approx(1.0)
        assert np.allclose(np.sort(half), [0.025, 0.1, 0.45])
        moved[int(rng.integers(8))] += 0.01
        assert as_box(moved) is None
    assert as_box(np.zeros((8, 3))) is None
    assert as_box(corners[:7]) is None


def test_a_hollow_prop_is_refused_in_words(robot: RobotModel) -> None:
    legs = [Shape.box((0.1, 0.1, 1.0), (x, 0.0, 0.5)) for x in (0.0, 1.0)]
    table = Shape.union([*legs, Shape.box((1.1, 0.1, 0.1), (0.5, 0.0, 1.05))])
    whole = Shape.convex(table.vertices)
    hollow = Shape(table.vertices, table.faces, whole.parts, ("adds space",))
    prop = Prop("table", hollow, np.tile(poses.IDENTITY, (2, 1)))
    with pytest.raises(ClipError, match=r"'table' is hollow.*decompose=True"):
        built(robot, Scene(props=(prop,)))


@pytest.mark.parametrize("effort", [0.0, 1e6, np.nan])
def test_a_motor_without_a_limit_is_refused_in_words(effort: float) -> None:
    robot = RobotModel.load("h1")
    efforts = np.where(np.arange(len(robot.effort)) == 3, effort, robot.motors.effort)
    robot.motors = replace(robot.motors, effort=efforts)
    with pytest.raises(RobotError, match=r"left_knee_joint.*effort limit.*URDF"):
        built(robot)


def test_other_people_are_not_simulated(robot: RobotModel) -> None:
    scene = passing(0.8, 6).scene
    track = np.tile([2.0, 2.0, 0.1, 0.0, 0.0, 0.0, 1.0], (6, 1))
    track[:, 0] += np.linspace(0.0, 0.3, 6)
    box = Prop("box", Shape.box((0.2, 0.2, 0.2)), track)
    model, plain = built(robot, Scene((*scene.props, box))), built(robot, Scene((box,)))
    assert model.mj.nbody == plain.mj.nbody
    assert model.free == (13,)
