import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import DENSITY, Inertia, Prop, Shape

TRACK = np.tile(poses.IDENTITY, (2, 1))


def test_a_box_has_the_inertia_of_the_textbook():
    a, b, c = 0.4, 0.3, 0.2
    found = Inertia.of(Prop("box", Shape.box((a, b, c)), TRACK, mass=2.0))
    assert found.mass == 2.0
    np.testing.assert_allclose(found.centre, 0.0, atol=1e-12)
    wanted = 2.0 / 12.0 * np.array([b**2 + c**2, a**2 + c**2, a**2 + b**2])
    np.testing.assert_allclose(found.tensor, np.diag(wanted), atol=1e-12)


def test_without_a_mass_the_hull_has_the_stated_density():
    found = Inertia.of(Prop("box", Shape.box((0.5, 0.4, 0.3)), TRACK))
    assert found.mass == pytest.approx(DENSITY * 0.06)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_a_hull_anywhere_has_the_inertia_that_trimesh_gives(seed):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(20, 3)) * rng.uniform(0.1, 0.6, 3) + rng.normal(size=3)
    found = Inertia.of(Prop("rock", Shape.convex(points), TRACK, mass=3.0))
    hull = trimesh.convex.convex_hull(points)
    hull.density = 3.0 / hull.volume
    np.testing.assert_allclose(found.centre, hull.center_mass, atol=1e-9)
    np.testing.assert_allclose(found.tensor, hull.moment_inertia, atol=1e-7)


@pytest.mark.parametrize("mass", [0.0, -1.0, np.nan, np.inf, 1e9, "2"])
def test_a_mass_that_cannot_be_is_refused(mass):
    with pytest.raises((ClipError, TypeError), match="mass"):
        Prop("box", Shape.box((0.4, 0.3, 0.2)), TRACK, mass=mass)
