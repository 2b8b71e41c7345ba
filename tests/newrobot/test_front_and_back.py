from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from commands import Command
from kinemesh.errors import RobotError
from kinemesh.newrobot import new_robot, read_robot
from kinemesh.newrobot.body import find_body
from kinemesh.newrobot.posture import rest_posture
from kinemesh.robot import RobotModel
from kinemesh.robotcheck.standing import standing_checks
from made_robot import write_made

KNEE, BOTH, BARE = 'range="0 130"', 'range="-180 180"', ""
BACK = 'range="-130 0"'
SOLE, MIDDLE, BEHIND = (f'pos="{x} 0 -0.045"' for x in (0.04, 0.0, -0.04))


def changed(folder: Path, knee: str = KNEE, sole: str = SOLE) -> Path:
    """The made robot with other knees and soles."""
    path = write_made(folder)
    path.write_text(path.read_text().replace(KNEE, knee).replace(SOLE, sole))
    return path


@pytest.mark.parametrize(
    ("knee", "sole", "ahead"),
    [
        (KNEE, MIDDLE, 1.0),
        (BACK, MIDDLE, -1.0),
        (BOTH, SOLE, 1.0),
        (BOTH, BEHIND, -1.0),
        (BARE, SOLE, 1.0),
        (BARE, BEHIND, -1.0),
        (BACK, BEHIND, -1.0),
    ],
)
def test_knees_and_soles_tell_which_way_a_robot_faces(
    knee: str, sole: str, ahead: float, tmp_path: Path
) -> None:
    body = find_body(read_robot(changed(tmp_path, knee, sole)))
    assert np.allclose(body.facing[:, 0], [ahead, 0.0, 0.0])
    assert not body.ahead.stated
    rest = rest_posture(body)
    for side in ("left", "right"):
        leg = body.legs[side]
        _, places = body.source.frames(rest)
        hip, knee_at, foot = (places[k] for k in (leg.chain[0], leg.bend, leg.chain[-1]))
        middle = (hip + foot) / 2.0
        assert (knee_at - middle) @ body.facing[:, 0] > 0.02, side
        assert np.sign(body.facing[1, 1]) == ahead


@pytest.mark.parametrize(
    ("knee", "sole"), [(BOTH, MIDDLE), (BARE, MIDDLE), (KNEE, BEHIND), (BACK, SOLE)]
)
def test_where_they_do_not_tell_it_is_unsure_and_can_be_stated(
    knee: str, sole: str, tmp_path: Path
) -> None:
    source = read_robot(changed(tmp_path, knee, sole))
    with pytest.raises(RobotError, match=r"unsure.*forward = \+x or -x"):
        find_body(source)
    for way, ahead in (("+x", 1.0), ("-x", -1.0)):
        body = find_body(source, way)
        assert body.ahead.stated
        assert np.allclose(body.facing[:, 0], [ahead, 0.0, 0.0])
    with pytest.raises(RobotError, match="lies across its middle plane"):
        find_body(source, "+y")
    with pytest.raises(RobotError, match=r"expected one of \+x"):
        find_body(source, "ahead")


@pytest.mark.slow
def test_the_command_refuses_writes_nothing_and_takes_what_is_stated(
    tmp_path: Path, kinemesh_command: Command
) -> None:
    path = changed(tmp_path, BOTH, MIDDLE)
    ran = kinemesh_command("robot", "new", path, "-o", tmp_path / "mine")
    assert (ran.status, "unsure" in ran.err) == (2, True), ran.err
    assert not (tmp_path / "mine").exists()
    ran = kinemesh_command("robot", "new", path, "-o", tmp_path / "mine", "--forward=-x")
    assert ran.status == 0, ran.err
    robot = RobotModel.load(tmp_path / "mine")
    checks = {check.name: check for check in standing_checks(robot)}
    assert {c.name: c.mend for c in checks.values() if not c.passed} == {}
    assert "as stated" in checks["facing"].found
    text = (tmp_path / "mine" / "robot.toml").read_text()
    (tmp_path / "mine" / "robot.toml").write_text(text.replace('facing = "stated"', ""))
    checks = {c.name: c for c in standing_checks(RobotModel.load(tmp_path / "mine"))}
    assert {name for name, c in checks.items() if not c.passed} == {"facing"}
    assert "unsure" in checks["facing"].found


@pytest.mark.slow
def test_a_robot_mapped_back_to_front_is_told(tmp_path: Path) -> None:
    made = new_robot(changed(tmp_path), tmp_path / "mine", forward="-x")
    checks = {check.name: check for check in standing_checks(made.robot)}
    assert checks["facing"].passed  # somebody answers for it
    text = (made.folder / "robot.toml").read_text()
    (made.folder / "robot.toml").write_text(text.replace('facing = "stated"', ""))
    facing = next(c for c in standing_checks(RobotModel.load(made.folder)) if c.name == "facing")
    assert not facing.passed
    assert "faces backwards" in facing.found
