"""What makers' files are like: each kind, on the made robot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from commands import Command
from kinemesh.demos import lift_box
from kinemesh.errors import RobotError
from kinemesh.newrobot import NewRobot, new_robot, read_robot
from kinemesh.newrobot.body import find_body
from kinemesh.newrobot.limbs import find_limbs
from kinemesh.newrobot.symmetry import find_symmetry
from kinemesh.robotcheck.checking import _of_height
from kinemesh.robotcheck.standing import standing_checks
from made_robot import limbs, write_made

SHOULDER = '<joint name="{0}1" axis="0 1 0" range="-180 90"/>'
CUFF = '<body name="{0}0" pos="0 0 0.36">' + SHOULDER
FOOT = '<geom type="box" pos="0.04 0 -0.045" size="0.11 0.045 0.025" mass="0.8"/>'


def changed(folder: Path, *changes: tuple[str, str, int]) -> Path:
    """The made robot with some of its text replaced, in a number of places."""
    path = write_made(folder)
    text = path.read_text()
    for old, new, count in changes:
        assert text.count(old) >= count
        text = text.replace(old, new, count)
    path.write_text(text)
    return path


def failed(made: NewRobot) -> dict[str, str]:
    return {c.name: c.mend for c in standing_checks(made.robot) if not c.passed}


def test_shoulders_whose_first_joints_are_both_in_the_middle_are_two(tmp_path: Path) -> None:
    # Valkyrie's: pitch about y through the middle of the chest, for either arm.
    parts = limbs()
    for side, y in (("q", "0.19"), ("w", "-0.19")):
        old = f'<body name="{side}1" pos="0 {y} 0.36">\n        {SHOULDER.format(side)}'
        assert old in parts
        parts = parts.replace(old, f'{CUFF.format(side)}<body name="{side}1" pos="0 {y} 0">', 1)
    path = write_made(tmp_path)
    text = path.read_text().replace(limbs(), _closed(parts))
    path.write_text(text)
    source = read_robot(path)
    twins = find_symmetry(source).twins
    assert twins[source.order["q0"]][0] == source.order["w0"]
    _, arms = find_limbs(source, find_symmetry(source))
    assert {source.links[arm.chain[0]].name for arm in arms} == {"q0", "w0"}


def _closed(parts: str) -> str:
    """The limbs, each arm with one more </body>."""
    arms, leg = parts.split('<body name="t1"')
    first, second = arms.split('<body name="w0"')
    return f'{first}</body><body name="w0"{second.rstrip()}</body><body name="t1"{leg}'


@pytest.mark.slow
def test_more_joints_than_a_humanoid_has_are_refused_at_once(tmp_path: Path) -> None:
    body = '<body name="b{0}" pos="0 0 0"><joint/><geom size="0.01"/></body>'
    more = "".join(body.format(n) for n in range(500))
    path = changed(tmp_path, ("<freejoint/>", "<freejoint/>" + more, 1))
    with pytest.raises(RobotError, match=r"has 523 joints; expected a humanoid, of at most 400"):
        find_body(read_robot(path))


@pytest.mark.slow
def test_names_that_are_taken_are_not_given_again(tmp_path: Path) -> None:
    # Atlas' hands are called so; the root of one that faces backwards is often 'base'.
    knee = ('range="0 130"', 'range="-130 0"', 2)
    sole = ('pos="0.04 0 -0.045"', 'pos="-0.04 0 -0.045"', 2)
    names = [
        (f'<body name="{s}5"', f'<body name="{n}"', 1)
        for s, n in (("q", "right_palm"), ("w", "LEFT_PALM"))
    ]
    path = changed(tmp_path, knee, sole, ('name="trunk"', 'name="base"', 1), *names)
    made = new_robot(path, tmp_path / "mine")
    assert failed(made) == {}
    assert {hand.name for hand in made.robot.hands} == {"left", "right"}
    text = (made.folder / "robot.urdf").read_text()
    for name in ("base_1", "right_palm_1", "left_palm_1", "left_sole"):
        assert text.count(f'<link name="{name}"') == 1, name
    files = [file.name.lower() for file in (made.folder / "hulls").iterdir()]
    assert len(files) == len(set(files))


def test_shells_that_differ_left_and_right_give_landmarks_that_mirror(tmp_path: Path) -> None:
    # Half a hand higher on one side, a sole that leans by a degree on the other.
    hand = '<geom type="box" pos="0 0 -0.07" size="0.04 0.015 0.07" mass="0.3"/>'
    lump = '<geom type="box" pos="0.05 0 -0.12" size="0.02 0.01 0.02" mass="0"/>'
    leans = FOOT.replace("/>", ' euler="1.2 0 0"/>')
    made = new_robot(changed(tmp_path, (hand, hand + lump, 1), (FOOT, leans, 1)), tmp_path / "mine")
    assert failed(made) == {}


@pytest.mark.parametrize(
    ("moved", "palm"),
    [
        # What turns with the wrist begins at the elbow.
        ('<geom type="cylinder" pos="0 0 0.1" size="0.02 0.1" mass="0.3"/>', (-0.02 + 0.14) / 2),
        # Fingers twice as long as a hand.
        ('<geom type="box" pos="0 0 -0.2" size="0.01 0.01 0.1" mass="0"/>', 0.054 * 1.55),
    ],
)
def test_the_palm_is_that_of_a_hand_whatever_moves_with_the_wrist(
    moved: str, palm: float, tmp_path: Path
) -> None:
    hand = '<geom type="box" pos="0 0 -0.07" size="0.04 0.015 0.07" mass="0.3"/>'
    robot = new_robot(changed(tmp_path, (hand, hand + moved, 2)), tmp_path / "mine").robot
    for one in robot.hands:
        posed = robot.configuration(robot.rest)
        wrist = posed.landmark(f"{one.name}_hand").position
        away = posed.translations[one.joint] + posed.rotations[one.joint] @ one.point - wrist
        along = posed.rotations[one.joint] @ one.fingers
        assert away @ along == pytest.approx(palm, abs=0.004)


@pytest.mark.slow
def test_hands_of_a_small_robot_move_in_as_many_directions(tmp_path: Path) -> None:
    made = new_robot(write_made(tmp_path), tmp_path / "mine")
    small = tmp_path / "small.xml"
    text = (tmp_path / "made.xml").read_text()
    for key in ("pos", "size", "fromto"):
        text = _shrunk(text, key, 0.3)
    small.write_text(text)
    little = new_robot(small, tmp_path / "little")
    assert little.robot.height == pytest.approx(0.3 * made.robot.height, abs=0.003)
    assert failed(little) == {}


def _shrunk(text: str, key: str, share: float) -> str:
    head, *rest = text.split(f' {key}="')
    for part in rest:
        values, _, after = part.partition('"')
        less = " ".join(f"{share * float(x):.5f}" for x in values.split())
        head += f' {key}="{less}"{after}'
    return head


def test_limits_beyond_all_motors_are_none(tmp_path: Path) -> None:
    made = new_robot(write_made(tmp_path), tmp_path / "source")
    text = (made.folder / "robot.urdf").read_text()
    for added in ("left_sole", "right_sole", "left_palm", "right_palm"):
        text = text.replace(f'"{added}', f'"own_{added}')
    text = text.replace('effort="150" velocity="12"', 'effort="1e10" velocity="1e+9"')
    first = 'lower="-1.04719755" upper="1.04719755"'
    assert first in text
    path = made.folder / "made.urdf"
    path.write_text(text.replace(first, 'lower="-1e16" upper="1e16"', 1))
    source = read_robot(path)
    joints = [source.joint_of(k) for k in source.moving]
    assert all(joint.velocity is None and joint.effort is None for joint in joints)
    assert [joint.upper for joint in joints].count(np.inf) == 1


def test_knees_that_bend_to_opposite_sides_are_refused(tmp_path: Path) -> None:
    # Poppy's: one axis is not mirrored.
    path = changed(tmp_path, ('range="0 130"', 'range="-130 0"', 1))
    with pytest.raises(
        RobotError, match=r"its knees bend to opposite sides: .* mend an axis"
    ) as told:
        find_body(read_robot(path))
    assert str(told.value).count("rad about 0 1 0") == 2


def test_xacro_is_sent_to_the_program_that_reads_it(
    tmp_path: Path, kinemesh_command: Command
) -> None:
    path = tmp_path / "robot.urdf.xacro"
    path.write_text(
        '<robot name="r" xmlns:xacro="http://www.ros.org/wiki/xacro">'
        '<xacro:include filename="/etc/passwd"/><link name="a"/></robot>'
    )
    ran = kinemesh_command("robot", "new", path, "-o", tmp_path / "mine")
    assert ran.status == 2
    assert "`xacro robot.urdf.xacro > robot.urdf`" in ran.err


def test_what_is_lifted_is_of_the_robots_size() -> None:
    clip = lift_box()
    for height in (0.56, 0.9, 1.75, 2.0):
        ours = _of_height(clip, height)
        assert ours.stature == pytest.approx(height)
        box, theirs = (np.ptp(c.scene.props[0].shape.vertices, axis=0) for c in (ours, clip))
        assert np.allclose(box, theirs * height / clip.stature)
    assert _of_height(clip, 0.3).stature == pytest.approx(0.51)
