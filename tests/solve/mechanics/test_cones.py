import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

from kinemesh.solve.mechanics.cones import Cones
from kinemesh.solve.mechanics.supports import Support

FRICTION = 0.7
SCALE = np.repeat([1.0 / 340.0, 1.0 / 270.0], 3)
NOTHING = np.zeros(0)


def support_at(points, normals):
    points, normals = np.asarray(points, float), np.asarray(normals, float)
    count = len(points)
    return Support(np.zeros(count, dtype=np.int64), points, normals, np.zeros((count, 3, 35)))


def level(points):
    return Cones.of(support_at(points, np.tile([0.0, 0.0, 1.0], (len(points), 1))), FRICTION)


SQUARE = [[0.1, 0.05, 0.0], [0.1, -0.05, 0.0], [-0.1, 0.05, 0.0], [-0.1, -0.05, 0.0]]


def test_what_stands_is_borne_by_its_feet_evenly():
    wanted = np.array([0.0, 0.0, 340.0, 0.0, 0.0, 0.0])
    none = np.zeros((0, 4, 3))
    forces, wrench = level(SQUARE).nearest(wanted, np.array([0, 0, 0.7]), SCALE, NOTHING, none)
    np.testing.assert_allclose(wrench, wanted, atol=1e-2)
    np.testing.assert_allclose(forces, np.tile([0.0, 0.0, 85.0], (4, 1)), atol=1e-2)


def test_nothing_bears_who_flies():
    wanted = np.array([0.0, 0.0, 340.0, 0.0, 0.0, 0.0])
    none = np.zeros((0, 0, 3))
    cones = Cones.of(support_at(np.zeros((0, 3)), np.zeros((0, 3))), FRICTION)
    forces, wrench = cones.nearest(wanted, np.zeros(3), SCALE, NOTHING, none)
    assert not len(forces)
    np.testing.assert_array_equal(wrench, 0.0)


def test_the_ground_does_not_pull():
    wanted = np.array([0.0, 0.0, -100.0, 0.0, 0.0, 0.0])
    none = np.zeros((0, 4, 3))
    forces, _ = level(SQUARE).nearest(wanted, np.zeros(3), SCALE, NOTHING, none)
    np.testing.assert_allclose(forces, 0.0, atol=1e-9)


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_forces_are_in_their_cones_and_as_near_as_another_solver_finds(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 9))
    normals = rng.normal(size=(count, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    points, centre = rng.normal(size=(count, 3)), rng.normal(size=3)
    cones = Cones.of(support_at(points, normals), FRICTION)
    wanted = rng.normal(size=6) / SCALE
    rates, torque = rng.normal(size=(2, count, 3)) / 340.0, rng.normal(size=2)
    forces, wrench = cones.nearest(wanted, centre, SCALE, torque, rates)
    upward = np.einsum("nc,nc->n", forces, normals)
    aside = np.linalg.norm(forces - upward[:, None] * normals, axis=1)
    assert np.all(aside <= FRICTION * upward + 1e-6)
    arms = np.cross(points - centre, forces).sum(axis=0)
    np.testing.assert_allclose(wrench, [*forces.sum(axis=0), *arms], atol=1e-6)

    flat = cones.edges.reshape(-1, 3)
    moments = np.cross(np.repeat(points - centre, 4, axis=0), flat)
    columns = SCALE[:, None] * np.hstack([flat, moments]).T
    off = np.einsum("kne,nie->kni", rates, cones.edges).reshape(2, -1)
    system = np.vstack([columns, off, 1e-3 / 340.0 * np.eye(4 * count)])
    asked = np.concatenate([SCALE * wanted, torque, np.zeros(4 * count)])
    other = lsq_linear(340.0 * system, asked, bounds=(0.0, np.inf), tol=1e-14).cost * 2.0
    left = SCALE * (wanted - wrench)
    spare = torque - np.einsum("knc,nc->k", rates, forces)
    own = left @ left + spare @ spare
    assert own <= other * (1.0 + 1e-6) + 1e-9


def test_more_friction_never_leaves_more(rng):
    points, normals = np.array(SQUARE), np.tile([0.0, 0.0, 1.0], (4, 1))
    # A force of 150 and 50 N aside at a point of the ground: the pyramid of 0.7 has room for it.
    wanted = np.array([150.0, 50.0, 340.0, 35.0, -105.0, 0.0])
    none = np.zeros((0, 4, 3))
    left = []
    for friction in (0.1, 0.3, 0.5, 0.7):
        cones = Cones.of(support_at(points, normals), friction)
        _, wrench = cones.nearest(wanted, np.array([0, 0, 0.7]), SCALE, NOTHING, none)
        left.append(np.linalg.norm(SCALE * (wanted - wrench)))
    assert left == sorted(left, reverse=True)
    assert left[0] > 0.2 and left[-1] == pytest.approx(0.0, abs=2e-2)
