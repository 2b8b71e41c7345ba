"""How much smaller a robot's world is, where its file does not say: told by where it goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from metrics_people import landmarks_of, person, stretched, trajectory

from kinemesh import recordings as io
from kinemesh.geometry import poses
from kinemesh.metrics import Surfaces, evaluate
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.person.scale import WorldScale, world_scale
from kinemesh.motion import Clip, Prop, Scene, Shape, Terrain
from kinemesh.robot import RobotModel
from recordings import recording

FRAMES = 60
LONG = {"knee": 1.25, "ankle": 1.25}
STATURE = 1.85


def walked(robot: RobotModel, by: str, far: float) -> tuple[np.ndarray, Clip]:
    """A statue that slides along, and the long-legged person whose path is its own, scaled."""
    q = np.repeat(robot.rest[None], FRAMES, axis=0)
    path = np.linspace(0.0, far, FRAMES)
    wide = stretched(landmarks_of(robot, q), LONG)
    scale = {"legs": 1.0 / 1.25, "stature": robot.height / STATURE}[by]
    wide[..., 0] += path[:, None] / scale
    q[:, 0] += path + 5.0  # an origin of its own
    return q, person(wide, STATURE)


def found(robot: RobotModel, q: np.ndarray, clip: Clip) -> WorldScale:
    return world_scale(KinematicTrajectory(trajectory(robot, q), robot), clip, Surfaces())


@pytest.mark.parametrize("by", ["legs", "stature"])
def test_the_ratio_by_which_the_path_was_scaled_is_found(robot: RobotModel, by: str) -> None:
    scale = found(robot, *walked(robot, by, 2.0))
    ratios = {ratio.name: ratio.value for ratio in (scale.taken, scale.other)}
    wanted = {"legs": 1.0 / 1.25, "stature": robot.height / STATURE}
    assert ratios == {name: pytest.approx(value) for name, value in wanted.items()}
    assert scale.taken.name == by and scale.value == ratios[by]
    assert scale.matters and scale.told
    assert scale.taken.path == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("by", ["legs", "stature"])
def test_steps_tell_by_their_heights(robot: RobotModel, by: str) -> None:
    """Two stances on the spot, one of them 30 cm higher."""
    q, clip = walked(robot, by, 0.0)
    wanted = {"legs": 1.0 / 1.25, "stature": robot.height / STATURE}[by]
    later = np.arange(FRAMES) >= FRAMES // 2
    step = Terrain(Shape.box((1.0, 1.0, 0.3), (9.0, 0.0, 0.15)), "step")
    wide = np.array(clip.positions)
    wide[later] += np.array([9.0, 0.0, 0.3])
    q[later, 2] += 0.3 * wanted
    q[later, 0] += 9.0 * sum((1.0 / 1.25, robot.height / STATURE)) / 2.0  # half-way between both
    scale = found(robot, q, replace(clip, positions=wide, scene=Scene((), step)))
    assert scale.taken.path == pytest.approx(scale.other.path)
    assert scale.taken.name == by and scale.told
    assert scale.taken.steps == pytest.approx(0.0, abs=1e-9)


def test_who_steps_nowhere_tells_nothing(robot: RobotModel) -> None:
    q, clip = walked(robot, "legs", 0.0)
    clip = replace(clip, height=2.1)
    scale = found(robot, q, clip)
    assert scale.matters and not scale.told
    assert "unsure" in scale.note and f"{scale.value:.3f}" in scale.note
    far, clip = walked(robot, "legs", 2.0)
    scale = found(robot, far, replace(clip, height=2.1))
    assert scale.matters and scale.told and scale.taken.name == "legs"
    assert scale.note.startswith("scale: found, 0.800 by legs")


@pytest.mark.parametrize("by", ["legs", "stature"])
@pytest.mark.parametrize("what", ["prop", "terrain"])
def test_a_scene_that_was_scaled_tells_more_than_who_stands_in_it(
    robot: RobotModel, by: str, what: str
) -> None:
    q, clip = walked(robot, "legs", 0.0)
    scale = {"legs": 1.0 / 1.25, "stature": robot.height / STATURE}[by]
    track = np.tile([0.0, 3.0, 0.1, 0.0, 0.0, 0.0, 1.0], (FRAMES, 1))
    track[:, 0] = np.linspace(0.0, 1.0, FRAMES)
    hers = Prop("box", Shape.box((0.2, 0.2, 0.2), (0.3, 0.0, 0.0)), track)
    moved = np.array(track)
    moved[:, :2] = scale * track[:, :2] + 0.2  # an origin of its own
    its = replace(hers, track=moved)
    step = Shape.box((1.0, 1.0, 0.2), (0.0, 5.0, 0.1))
    scenes = {
        "prop": (Scene((hers,)), Scene((its,))),
        "terrain": (Scene((), Terrain(step, "s")), Scene((), Terrain(step.scaled(scale), "s"))),
    }
    recorded, met = scenes[what]
    clip = replace(clip, scene=recorded)
    posed = KinematicTrajectory(trajectory(robot, q), robot)
    found = world_scale(posed, clip, Surfaces(), met)
    assert found.told and found.taken.name == by
    assert found.taken.scene == pytest.approx(0.0, abs=1e-9) and found.other.scene > 0.005
    # As large as it was, and where: made by neither.
    neither = world_scale(posed, clip, Surfaces(), recorded)
    assert neither.taken.scene == neither.other.scene == 0.0


def test_a_score_without_a_scale_takes_it_and_says_so_where_a_scene_hangs_on_it(
    robot: RobotModel,
) -> None:
    q, clip = walked(robot, "legs", 2.0)
    clip = replace(clip, height=2.1)
    step = Terrain(Shape.box((0.2, 0.2, 0.2), (0.0, 5.0, 0.1)), "step")
    for scene, notes in ((Scene(), 0), (Scene((), step), 1)):
        told, said = (
            evaluate(trajectory(robot, q), robot, scene=scene, clip=clip, scale=scale)
            for scale in (None, 0.8)
        )
        assert len(told.notes) == notes and said.notes == ()
        assert told.value("tracking.landmark_error") == pytest.approx(
            said.value("tracking.landmark_error"), abs=1e-9
        )


@pytest.mark.parametrize(
    "path",
    [
        "holosoma/sub3_largebox_003_object.npz",
        "holosoma/sub3_largebox_003_robot_only.npz",
        "gmr/sub3_largebox_003_object.npz",
        "holosoma/climb_seq_0.npz",
    ],
)
def test_files_of_tools_that_scale_by_stature_are_told_by_it(path: str) -> None:
    robot = RobotModel.load("g1_base")
    if "climb" in path:
        (source,) = recording("climb/seq_0").glob("*.npy")
        clip = io.read(source, height=1.78).resample(30.0)
    else:
        clip = io.read(recording("omomo/sub3_largebox_003.pt"), height=1.941)
    qpos = np.load(recording(f"../reference/{path}"))["qpos"]
    count = min(len(qpos), len(clip))
    columns = 7 + len(robot.joint_names)
    q = np.hstack([poses.from_wxyz(qpos[:count, :7]), qpos[:count, 7:columns]])
    scale = found(robot, q, clip.crop(0, count))
    assert scale.matters and scale.told
    assert scale.taken.name == "stature"
