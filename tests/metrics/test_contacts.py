"""What touches what, against points scattered over all bodies of real motions."""

from dataclasses import replace

import numpy as np
import pytest

import kinemesh
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.encounter import encounters
from kinemesh.metrics.geometry.polytope import body_of
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.mechanics.contacts import WORLD, contacts
from kinemesh.metrics.mechanics.patches import NEAR
from kinemesh.motion import Scene, Terrain
from recordings import recording


@pytest.fixture(scope="module")
def carried(robot):
    """A box that is lifted by hands and forearms."""
    clip = kinemesh.read(
        recording("omomo/sub3_largebox_003.pt"),
        object=recording("omomo/objects/largebox.obj"),
        height=1.941,
    ).crop(40, 80)
    result = kinemesh.retarget(clip, robot, refine=None)
    return KinematicTrajectory(result.trajectory, robot), result.scene


@pytest.fixture(scope="module")
def climbed(robot):
    """Boxes that are climbed, hands first."""
    clip = kinemesh.read(
        recording("climb/seq_0/mocap_climb_seq_0_joint_positions_f900-3700.npy"),
        terrain=recording("climb/seq_0/multi_boxes.obj"),
        height=1.78,
    )
    result = kinemesh.retarget(clip.resample(30.0).crop(60, 100), robot, refine=None)
    return KinematicTrajectory(result.trajectory, robot), result.scene


def touching(posed, scene):
    return contacts(posed, scene.ground, *encounters(scene, posed, Surfaces()))


def scattered(body, rng, count=4000):
    """Points all over a convex body's surface ``(N, 3)``, its vertices among them."""
    from scipy.spatial import ConvexHull

    triangles = body.vertices[ConvexHull(body.vertices).simplices]
    sizes = np.linalg.norm(
        np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1
    )
    which = rng.choice(len(triangles), count, p=sizes / sizes.sum())
    weights = rng.dirichlet(np.ones(3), count)
    return np.vstack([body.vertices, np.einsum("nk,nki->ni", weights, triangles[which])])


def over(points, parts):
    """How far points ``(N, 3)`` are outside of the nearest of convex parts, at least [m]."""
    levels = [(points @ p.planes[:, :3].T + p.planes[:, 3]).max(axis=1) for p in parts]
    return np.min(levels, axis=0)


@pytest.mark.slow
@pytest.mark.parametrize("motion", ["carried", "climbed"])
def test_every_link_that_is_near_touches_and_none_that_is_not(request, robot, motion):
    posed, scene = request.getfixturevalue(motion)
    found = touching(posed, scene)
    solids, _ = encounters(scene, posed, Surfaces())
    terrain = encounters(scene, posed, Surfaces())[1]
    things = [(robot.pin_model.njoints + k, one.solid) for k, one in enumerate(solids)]
    if terrain is not None:
        things.append((WORLD, terrain.solid))
    rng, near, seen = np.random.default_rng(0), 0, 0
    surface = [scattered(body_of(hull), rng) for hull in robot.hulls]
    for frame in range(0, len(posed), 3):
        for number, solid in things:
            pose = solid.pose(frame)
            for joint in np.unique(robot.hull_table.joints).tolist():
                mine = [p for p, h in zip(surface, robot.hulls, strict=True) if h.joint == joint]
                world = posed.places(joint, np.concatenate(mine))[frame]
                least = over((world - pose[:3]) @ poses.matrix(pose), solid.parts).min()
                if number == WORLD:
                    least = min(least, world[:, 2].min() - scene.ground)
                told = np.any(
                    (found.frames == frame) & (found.pushed == joint) & (found.pushing == number)
                )
                near += least < 0.8 * NEAR
                seen += told
                # The points' levels are no more than the distance, and leave gaps between them.
                assert told or least > 0.8 * NEAR
                assert not told or least < 1.5 * NEAR
    assert near > 20 and seen > 20


@pytest.mark.slow
@pytest.mark.parametrize("motion", ["carried", "climbed"])
def test_contacts_lie_between_the_two_and_push_them_apart(request, robot, motion):
    posed, scene = request.getfixturevalue(motion)
    found = touching(posed, scene)
    np.testing.assert_allclose(np.linalg.norm(found.normals, axis=1), 1.0, atol=1e-9)
    assert np.all(np.diff(found.frames) >= 0)
    links = (found.pushed != WORLD) & (found.pushed < robot.pin_model.njoints)
    on_link = {h.joint: [] for h in robot.hulls}
    for hull in robot.hulls:
        on_link[hull.joint].append(body_of(hull))
    away = []
    for k in np.flatnonzero(links)[::7].tolist():
        frame, joint = int(found.frames[k]), int(found.pushed[k])
        turn, move = posed.rotations[frame, joint], posed.translations[frame, joint]
        local = (found.points[k] - move) @ turn
        away.append(over(local[None], on_link[joint])[0])
    assert np.max(away) < 2.0 * NEAR and np.median(np.abs(away)) < NEAR
    feet = [sole.joint for sole in robot.soles]
    flat = np.isin(found.pushed, feet) & (found.pushing == WORLD)
    assert np.mean(found.normals[flat, 2] > 0.9) > 0.8


@pytest.mark.slow
def test_terrain_on_its_triangles_is_touched_as_its_boxes_are(climbed):
    posed, scene = climbed
    convex = touching(posed, scene)
    shape = replace(scene.terrain.shape, warnings=("on its triangles",))
    exact = touching(posed, Scene(scene.props, Terrain(shape), scene.ground))
    for one, other in ((convex, exact), (exact, convex)):
        pairs = {(f, j) for f, j in zip(one.frames.tolist(), one.pushed.tolist(), strict=True)}
        others = {(f, j) for f, j in zip(other.frames.tolist(), other.pushed.tolist(), strict=True)}
        assert len(pairs - others) <= 0.1 * len(pairs)
