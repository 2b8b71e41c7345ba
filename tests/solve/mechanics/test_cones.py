import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

from kinemesh.solve.mechanics.cones import Cones
from kinemesh.solve.mechanics.supports import Support

FRICTION = 0.7
SCALE = np.repeat([1.0 / 340.0, 1.0 / 270.0], 3)


def support_at(points, normals):
    points, normals = np.asarray(points, float), np.asarray(normals, float)
    count = len(points)
    return Support(np.zeros(count, dtype=np.int64), points, normals, np.zeros((count, 3, 35)))


def level(points):
    return support_at(points, np.tile([0.0, 0.0, 1.0], (len(points), 1)))


def nearest(support, wanted, centre, friction=FRICTION, torque=(), rates=None):
    cones, torque = Cones.of([support], friction), np.asarray(torque, float)
    if rates is None:
        rates = np.zeros((0, len(support.points), 3))
    frame, centre = np.array([0]), np.asarray(centre, float)
    found = cones.nearest(frame, wanted[None], centre[None], SCALE, torque[None], rates[None])
    return found[0][0], found[1][0]


SQUARE = [[0.1, 0.05, 0.0], [0.1, -0.05, 0.0], [-0.1, 0.05, 0.0], [-0.1, -0.05, 0.0]]


def test_what_stands_is_borne_by_its_feet_evenly():
    wanted = np.array([0.0, 0.0, 340.0, 0.0, 0.0, 0.0])
    forces, wrench = nearest(level(SQUARE), wanted, [0, 0, 0.7])
    np.testing.assert_allclose(wrench, wanted, atol=1e-2)
    np.testing.assert_allclose(forces, np.tile([0.0, 0.0, 85.0], (4, 1)), atol=1e-2)


def test_nothing_bears_who_flies():
    wanted = np.array([0.0, 0.0, 340.0, 0.0, 0.0, 0.0])
    forces, wrench = nearest(level(np.zeros((0, 3))), wanted, np.zeros(3))
    assert not len(forces)
    np.testing.assert_array_equal(wrench, 0.0)


def test_the_ground_does_not_pull():
    wanted = np.array([0.0, 0.0, -100.0, 0.0, 0.0, 0.0])
    forces, _ = nearest(level(SQUARE), wanted, np.zeros(3))
    np.testing.assert_allclose(forces, 0.0, atol=1e-9)


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_forces_are_in_their_cones_and_as_near_as_another_solver_finds(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 9))
    normals = rng.normal(size=(count, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    points, centre = rng.normal(size=(count, 3)), rng.normal(size=3)
    support = support_at(points, normals)
    wanted = rng.normal(size=6) / SCALE
    rates, torque = rng.normal(size=(2, count, 3)) / 340.0, rng.normal(size=2)
    forces, wrench = nearest(support, wanted, centre, torque=torque, rates=rates)
    upward = np.einsum("nc,nc->n", forces, normals)
    aside = np.linalg.norm(forces - upward[:, None] * normals, axis=1)
    assert np.all(aside <= FRICTION * upward + 1e-6)
    arms = np.cross(points - centre, forces).sum(axis=0)
    np.testing.assert_allclose(wrench, [*forces.sum(axis=0), *arms], atol=1e-6)

    edges = Cones.of([support], FRICTION).edges[0]
    flat = edges.reshape(-1, 3)
    moments = np.cross(np.repeat(points - centre, 4, axis=0), flat)
    columns = SCALE[:, None] * np.hstack([flat, moments]).T
    off = np.einsum("kne,nie->kni", rates, edges).reshape(2, -1)
    system = np.vstack([columns, off, 1e-3 / 340.0 * np.eye(4 * count)])
    asked = np.concatenate([SCALE * wanted, torque, np.zeros(4 * count)])
    other = lsq_linear(340.0 * system, asked, bounds=(0.0, np.inf), tol=1e-14).cost * 2.0
    left = SCALE * (wanted - wrench)
    spare = torque - np.einsum("knc,nc->k", rates, forces)
    own = left @ left + spare @ spare
    assert own <= other * (1.0 + 1e-6) + 1e-9


def test_more_friction_never_leaves_more():
    # A force of 150 and 50 N aside at a point of the ground: the pyramid of 0.7 has room for it.
    wanted = np.array([150.0, 50.0, 340.0, 35.0, -105.0, 0.0])
    left = []
    for friction in (0.1, 0.3, 0.5, 0.7):
        _, wrench = nearest(level(SQUARE), wanted, [0, 0, 0.7], friction)
        left.append(np.linalg.norm(SCALE * (wanted - wrench)))
    assert left == sorted(left, reverse=True)
    assert left[0] > 0.2 and left[-1] == pytest.approx(0.0, abs=2e-2)


def test_frames_with_fewer_places_are_borne_as_by_themselves(rng):
    supports = []
    for count in (0, 3, 8, 1, 5):
        normals = rng.normal(size=(count, 3)) + np.array([0.0, 0.0, 3.0])
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        supports.append(support_at(rng.normal(size=(count, 3)), normals))
    cones, frames = Cones.of(supports, FRICTION), np.array([4, 0, 1, 2])
    wanted, centres = rng.normal(size=(4, 6)) / SCALE, rng.normal(size=(4, 3))
    torques, rates = rng.normal(size=(4, 2)), rng.normal(size=(4, 2, 8, 3)) / 340.0
    forces, wrenches = cones.nearest(frames, wanted, centres, SCALE, torques, rates)
    for k, frame in enumerate(frames.tolist()):
        count = len(supports[frame].points)
        known = {"torque": torques[k], "rates": rates[k, :, :count]}
        alone, wrench = nearest(supports[frame], wanted[k], centres[k], **known)
        np.testing.assert_allclose(forces[k, :count], alone, atol=1e-6)
        np.testing.assert_array_equal(forces[k, count:], 0.0)
        np.testing.assert_allclose(wrenches[k], wrench, atol=1e-9)
