"""What holds for the G1 holds for every robot that is shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinemesh import Result, clip_of, metrics, retarget, write
from kinemesh.motion import Clip
from kinemesh.robot import RobotModel, links_of
from kinemesh.trajectories import WRITERS, read_layout
from limb_lengths import leg_scale

OTHERS = ("g1_23dof", "h1", "t1")
PIECES = {"walk": (30, 42), "lift_box": (84, 96), "step_up": (40, 52)}
MUST_HOLD = (
    *("penetration.ground.max", "penetration.terrain.max", "penetration.prop.max"),
    *("penetration.self.max", "stance.drift_max"),
    *("limits.joint_excess", "limits.velocity_excess"),
)


@pytest.fixture(scope="module", params=OTHERS)
def other(request: pytest.FixtureRequest) -> RobotModel:
    return RobotModel.load(request.param)


@pytest.fixture(scope="module")
def answers(other: RobotModel, demos: dict[str, Clip]) -> dict[str, tuple[Clip, Result]]:
    clips = {name: demos[name].crop(*piece) for name, piece in PIECES.items()}
    return {name: (clip, retarget(clip, other)) for name, clip in clips.items()}


@pytest.mark.parametrize("name", PIECES)
def test_another_robot_keeps_every_constraint(
    other: RobotModel, answers: dict[str, tuple[Clip, Result]], name: str
) -> None:
    clip, result = answers[name]
    assert result.trajectory.q.shape == (12, other.nq)
    score = metrics.evaluate(
        result.trajectory, other, scene=result.scene, clip=clip, scale=result.scale
    )
    for measure in MUST_HOLD:
        assert score[measure].passed, f"{measure}: {score[measure].value}"


@pytest.mark.parametrize("side", ["left", "right"])
def test_knees_bend_forward_and_legs_do_not_cross(
    other: RobotModel, answers: dict[str, tuple[Clip, Result]], side: str
) -> None:
    knee = next(j for j in other.joint_names if side in j.lower() and "knee" in j.lower())
    for _, result in answers.values():
        assert result.trajectory.joints[:, other.joint_names.index(knee)].min() > -0.05
        for q in result.trajectory.q:
            posed = other.configuration(q)
            feet = {s.name: posed.translations[s.joint] for s in other.soles}
            torso = next(part for part in other.parts if part.name == "torso")
            leftward = (posed.rotations[torso.joint] @ torso.axes)[:, 1]
            assert (feet["left"] - feet["right"]) @ leftward > 0.0


@pytest.mark.parametrize("format", sorted(WRITERS))
def test_every_format_takes_every_robot(
    other: RobotModel,
    answers: dict[str, tuple[Clip, Result]],
    tmp_path: Path,
    format: str,
) -> None:
    _, result = answers["walk"]
    suffixes = WRITERS[format].suffixes
    path = tmp_path / f"motion{suffixes[0] if suffixes else ''}"
    write(result, path, format=format, robot=other)
    back = read_layout(
        path, other.joint_names, other.name, links=links_of(other), format=format
    ).trajectory
    assert back.joint_names == other.joint_names
    np.testing.assert_allclose(back.q[0, 7:], result.trajectory.q[0, 7:], atol=2e-5)


def test_what_one_robot_did_another_follows_and_the_first_again(
    other: RobotModel, robot: RobotModel, demos: dict[str, Clip]
) -> None:
    first = retarget(demos["lift_box"].crop(84, 92), robot)
    clip = clip_of(first.trajectory, robot, first.scene, stance=first.stance)
    second = retarget(clip, other)
    assert second.scale == pytest.approx(leg_scale(clip, other))
    again = clip_of(second.trajectory, other, second.scene, stance=second.stance)
    third = retarget(again, robot)
    for result, model, source in ((second, other, clip), (third, robot, again)):
        score = metrics.evaluate(
            result.trajectory, model, scene=result.scene, clip=source, scale=result.scale
        )
        assert score["penetration.prop.max"].value < 1.0
        assert score["stance.drift_max"].value < 2.0
        assert score["limits.joint_excess"].passed
        assert [prop.name for prop in result.scene.props] == ["box"]
    places = [robot.configuration(r.trajectory.q[5]).landmarks() for r in (first, third)]
    assert np.linalg.norm(places[0] - places[1], axis=1).mean() < 0.08
