"""Forces at contacts against scipy's solvers, which know nothing of the dual."""

import numpy as np
import pytest
from scipy.optimize import linprog, nnls

from kinemesh.metrics.mechanics.forces import FRICTION, cones, nearest_forces


def stance(rng, points):
    """Columns ``(6, C)`` of pushes at random places of a foot or two, and a wrench."""
    places = rng.uniform(-0.1, 0.1, (points, 3)) + np.array([0.0, 0.0, -0.7])
    normals = rng.standard_normal((points, 3)) * 0.2 + np.array([0.0, 0.0, 1.0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    wanted = np.r_[rng.uniform(-0.6, 0.6, 2), rng.uniform(0.2, 1.5), rng.uniform(-0.2, 0.2, 3)]
    return places, normals, wanted


def columns(places, edges):
    turns = np.cross(places[:, None], edges)
    return np.concatenate([edges, turns], axis=2).reshape(-1, 6).T


def test_forces_are_those_of_an_active_set_method():
    rng = np.random.default_rng(0)
    for points in (1, 3, 9, 20):
        problems = [stance(rng, points) for _ in range(20)]
        every = np.array([columns(p, cones(n)) for p, n, _ in problems])
        wanted = np.array([w for *_, w in problems])
        forces, left = nearest_forces(every, wanted)
        assert np.all(forces >= 0.0)
        for a, w, f, over in zip(every, wanted, forces, left, strict=True):
            whole = np.vstack([a, 1e-3 * np.eye(a.shape[1])])
            found, _ = nnls(whole, np.r_[w, np.zeros(a.shape[1])], maxiter=1000)
            np.testing.assert_allclose(over, w - a @ found, atol=1e-8)
            np.testing.assert_allclose(over, w - a @ f, atol=1e-8)


def test_what_is_badly_scaled_is_solved_all_the_same():
    rng = np.random.default_rng(4)
    every = rng.standard_normal((6, 40, 160)) * rng.uniform(0.01, 20.0, (6, 1, 160))
    every[:, :20] = np.abs(every[:, :20])
    wanted = rng.standard_normal((6, 40)) * 5.0
    forces, left = nearest_forces(every, wanted)
    for a, w, f, over in zip(every, wanted, forces, left, strict=True):
        found, _ = nnls(np.vstack([a, 1e-3 * np.eye(160)]), np.r_[w, np.zeros(160)], maxiter=9000)
        np.testing.assert_allclose(over, w - a @ found, atol=1e-6)
        np.testing.assert_allclose(over, w - a @ f, atol=1e-6)


def test_columns_of_zeros_carry_nothing_and_change_nothing():
    rng = np.random.default_rng(1)
    places, normals, wanted = stance(rng, 4)
    own = columns(places, cones(normals))
    padded = np.hstack([own, np.zeros((6, 7))])
    forces, left = nearest_forces(padded[None], wanted[None])
    np.testing.assert_allclose(left[0], nearest_forces(own[None], wanted[None])[1][0], atol=1e-9)
    np.testing.assert_array_equal(forces[0, own.shape[1] :], 0.0)
    nothing, left = nearest_forces(np.zeros((2, 6, 0)), np.ones((2, 6)))
    assert nothing.shape == (2, 0)
    np.testing.assert_array_equal(left, 1.0)


def rounded(normals, edges, widened=1.0):
    """Edges ``(N, E, 3)`` of a pyramid with many edges on the cone, or around it."""
    found = []
    for normal in normals:
        basis = np.linalg.svd(normal[None])[2][1:]
        angles = 2.0 * np.pi * np.arange(edges) / edges
        aside = np.cos(angles)[:, None] * basis[0] + np.sin(angles)[:, None] * basis[1]
        found.append(normal + widened * FRICTION * aside)
    return np.array(found)


def feasible(places, edges, wanted):
    found = linprog(
        np.zeros(edges.shape[0] * edges.shape[1]), A_eq=columns(places, edges), b_eq=wanted
    )
    return found.status == 0


@pytest.mark.slow
def test_what_forces_carry_is_what_a_linear_program_can():
    rng = np.random.default_rng(2)
    carried = 0
    for _ in range(150):
        places, normals, wanted = stance(rng, int(rng.integers(2, 8)))
        if rng.random() < 0.5:  # one that some forces carry for sure
            edges = cones(normals)
            push = rng.exponential(1.0, edges.shape[:2]) * (rng.random(edges.shape[:2]) < 0.3)
            wanted = columns(places, edges) @ push.reshape(-1)
        over = nearest_forces(columns(places, cones(normals))[None], wanted[None])[1][0]
        whole = np.abs(over).max() < 1e-3
        carried += whole
        assert whole == feasible(places, cones(normals), wanted) or 1e-5 < np.abs(over).max() < 2e-3
        # The pyramid is within the cone, and the cone within the pyramid widened by 16 %.
        if whole and np.abs(over).max() < 1e-5:
            assert feasible(places, rounded(normals, 64, 1.0 / np.cos(np.pi / 64)), wanted)
        if feasible(places, rounded(normals, 64, np.cos(np.pi / 6)), wanted):
            assert whole
    assert 40 < carried < 120


def test_edges_lie_on_the_cone_and_mean_its_normal():
    normals = np.random.default_rng(3).standard_normal((50, 3))
    normals[:3] = np.eye(3)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    edges = cones(normals)
    along = np.einsum("nei,ni->ne", edges, normals)
    np.testing.assert_allclose(along, 1.0)
    aside = np.linalg.norm(edges - along[..., None] * normals[:, None], axis=2)
    np.testing.assert_allclose(aside, FRICTION)
    np.testing.assert_allclose(edges.mean(axis=1), normals, atol=1e-12)
    assert edges.shape == (50, 6, 3)


def test_a_slope_steeper_than_friction_carries_nobody():
    for angle, holds in ((30.0, True), (33.0, True), (40.0, False)):
        turn = np.radians(angle)
        normal = np.array([[np.sin(turn), 0.0, np.cos(turn)]])
        added = cones(normal)[0].T
        left = nearest_forces(added[None], np.array([[0.0, 0.0, 1.0]]))[1][0]
        assert (np.linalg.norm(left) < 1e-3) == holds
    assert np.degrees(np.arctan(FRICTION)) == pytest.approx(38.66, abs=0.01)
