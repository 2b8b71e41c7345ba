"""Another solid in a prop's place: where it stands, and where it is held."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from kinemesh import Retargeter, metrics
from kinemesh.augment import PropShape, Variant, read_spec
from kinemesh.batch import batch
from kinemesh.batch.sources import Source
from kinemesh.errors import ClipError, KinemeshError
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Shape
from kinemesh.problem import Plan
from kinemesh.robot import RobotModel

FRAMES = 45


@pytest.fixture(scope="module")
def lift(carrying: Clip) -> Clip:
    return carrying.crop(0, FRAMES)


@pytest.fixture
def drum(lift: Clip) -> Shape:
    """An upright prism of sixteen sides, a little smaller than the box, off its own origin."""
    size = np.ptp(lift.scene.props[0].shape.bounds, axis=0)
    angle = np.arange(16) * np.pi / 8.0
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 0.45 * size[:2]
    ends = [np.column_stack([ring, np.full(16, z)]) for z in (-0.5 * size[2], 0.5 * size[2])]
    return Shape.convex(np.concatenate(ends) + np.array([0.3, 0.0, 0.1]))


def saved(shape: Shape, path: Path) -> Path:
    rows = ["v {} {} {}".format(*v) for v in shape.vertices]
    rows += ["f {} {} {}".format(*(face + 1)) for face in shape.faces]
    path.write_text("\n".join(rows))
    return path


def test_the_other_solid_stands_where_the_prop_stood(lift: Clip, drum: Shape) -> None:
    before = lift.scene.props[0]
    after = PropShape(shape=drum).apply(lift.scene, lift).props[0]
    np.testing.assert_allclose(after.lowest(), before.lowest(), atol=1e-12)
    middles = [
        poses.apply(p.track[10], p.shape.bounds.mean(axis=0)[None])[0] for p in (before, after)
    ]
    np.testing.assert_allclose(middles[0][:2], middles[1][:2], atol=1e-9)


def test_the_other_solid_weighs_what_the_prop_is_said_to(lift: Clip, drum: Shape) -> None:
    heavy = lift.with_masses(4.0)
    assert PropShape(shape=drum).apply(heavy.scene, heavy).props[0].mass == 4.0
    assert PropShape(shape=drum).apply(lift.scene, lift).props[0].mass is None


def test_hands_are_wanted_on_the_new_surface(lift: Clip, drum: Shape, robot: RobotModel) -> None:
    scene = PropShape(shape=drum).apply(lift.scene, lift)
    plan = Plan(lift, robot, scene=scene)
    planes = drum.parts[0].planes
    index = next(k for k in range(FRAMES) if any(c.time == 0.0 for c in plan.frame(k).contacts))
    for contact in plan.frame(index).contacts:
        local = poses.apply(poses.inverse(contact.pose), contact.place[None])[0]
        assert abs((planes[:, :3] @ local + planes[:, 3]).max()) < 1e-6


@pytest.mark.slow
def test_a_robot_lifts_a_drum_as_the_person_lifted_the_box(
    lift: Clip, drum: Shape, robot: RobotModel, tmp_path: Path
) -> None:
    saved(drum, tmp_path / "drum.obj")
    (tmp_path / "aug.toml").write_text("[[grid]]\nprop.shape = 'drum.obj'\n")
    variant = read_spec(tmp_path / "aug.toml").variants[1]
    retargeter = Retargeter(robot)
    varied = variant.apply(lift)
    nominal = retargeter.retarget(lift).trajectory
    result = retargeter.retarget(varied.clip, scene=varied.scene, nominal=nominal)
    score = metrics.evaluate(
        result.trajectory,
        robot,
        scene=result.scene,
        clip=varied.clip,
        scale=result.scale,
        # A flat side's place on a round one is the nearest to it: hands are a little beside.
        limits=metrics.Limits(place_mean=25.0),
    )
    assert score.passed, score.verdict
    assert score.value("contact.prop.kept") == 100.0


def test_a_specs_shapes_lie_beside_it_and_their_names_are_no_paths(
    lift: Clip, drum: Shape, tmp_path: Path
) -> None:
    (tmp_path / "shapes").mkdir()
    for name in ("a b.obj", "c.obj"):
        saved(drum, tmp_path / "shapes" / name)
    spec = tmp_path / "aug.toml"
    spec.write_text("[[grid]]\nprop.shape = ['shapes/a b.obj', 'shapes/c.obj']\n")
    variants = read_spec(spec).variants[1:]
    assert [v.name for v in variants] == ["grid1_prop.shape=a-b", "grid1_prop.shape=c"]
    again = pickle.loads(pickle.dumps(variants[1]))
    assert again.files == {"prop.shape": tmp_path / "shapes/c.obj"}
    scene = again.apply(lift).scene
    assert scene is not None
    np.testing.assert_allclose(scene.props[0].shape.bounds, drum.bounds, atol=1e-6)


def test_a_shape_that_is_changed_is_another_variant(drum: Shape, tmp_path: Path) -> None:
    file = saved(drum, tmp_path / "drum.obj")
    (tmp_path / "aug.toml").write_text(
        "original = false\n[[grid]]\nname = 'g'\nprop.shape = 'drum.obj'\n"
    )
    walk = Source(tmp_path / "none.npy")  # keys are made before it is missed
    keys = []
    for shape in (drum, drum.scaled(1.1)):
        saved(shape, file)
        made = batch([walk], tmp_path / "out", spec=tmp_path / "aug.toml")
        keys.append(made.records[0]["key"])
    assert keys[0] != keys[1]


def test_a_shape_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "aug.toml").write_text("[[grid]]\nprop.shape = 'nowhere.obj'\n")
    with pytest.raises(KinemeshError, match=r"nowhere\.obj"):
        read_spec(tmp_path / "aug.toml")
    with pytest.raises(ClipError, match="needs the shape"):
        PropShape()
    assert Variant("a", {"prop.x": 0.1}).files == {}
