from __future__ import annotations

from pathlib import Path

import pytest

from commands import Command
from made_robot import write_made
from robot_data import robot_file

LINK = '<link name="{0}"><visual><geometry><box size="1 1 1"/></geometry></visual></link>'
JOINT = '<joint name="{0}" type="fixed"><parent link="{1}"/><child link="{2}"/></joint>'
BOMB = '<!DOCTYPE robot [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><robot name="&b;"/>'


def urdf(*parts: str) -> str:
    return f'<robot name="r">{"".join(parts)}</robot>'


def links(*names: str) -> str:
    return "".join(LINK.format(name) for name in names)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("once upon a time", "is no robot"),
        ("<html></html>", "is no robot"),
        ("<robot name='r'>", "not XML"),
        (urdf(), "has no links"),
        (BOMB, "refused as unsafe"),
        (urdf(links("a", "a")), "two links are named 'a'"),
        (
            urdf(links("a", "b", "c"), JOINT.format("j", "a", "b"), JOINT.format("j", "a", "c")),
            "two joints are named 'j'",
        ),
        (
            urdf(
                links("a", "b", "c"),
                JOINT.format("i", "a", "b"),
                JOINT.format("j", "b", "c"),
                JOINT.format("k", "a", "c"),
            ),
            "a closed loop",
        ),
        (urdf(links("a", "b")), "hang on none"),
        (urdf(links("a")), "no left-right pair of limbs"),
        (
            urdf(
                '<link name="a"><visual><geometry><mesh filename="meshes/one.stl"/></geometry>'
                '</visual><visual><geometry><mesh filename="package://x/two.dae"/></geometry>'
                "</visual></link>"
            ),
            "2 of its 2 meshes are not there: meshes/one.stl, package://x/two.dae",
        ),
        (
            urdf(
                '<link name="a"><visual><geometry><mesh filename="/etc/passwd"/></geometry>'
                "</visual></link>"
            ),
            "/etc/passwd",
        ),
    ],
)
def test_what_is_no_robot_is_refused_in_a_line_and_nothing_is_written(
    text: str, why: str, tmp_path: Path, kinemesh_command: Command
) -> None:
    path = tmp_path / "r.urdf"
    path.write_text(text)
    ran = kinemesh_command("robot", "new", path, "-o", tmp_path / "out")
    assert ran.status == 2
    assert why in ran.err
    assert ran.err.count("\n") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.urdf"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('<equality><connect body1="q5" body2="w5" anchor="0 0 0"/></equality>', "closed loop"),
        ('<include file="other.xml"/>', "is not there"),
        ("<worldbody><replicate count='3'/></worldbody>", "not followed"),
        ('<asset><mesh name="m" file="gone.stl"/></asset>', "meshes are not there: gone.stl"),
    ],
)
def test_mujoco_models_that_are_no_single_tree_are_refused(
    more: str, why: str, tmp_path: Path, kinemesh_command: Command
) -> None:
    ran = kinemesh_command("robot", "new", write_made(tmp_path, more), "-o", tmp_path / "out")
    assert (ran.status, why in ran.err) == (2, True), ran.err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("panda_description/urdf/panda.urdf", "an arm on a fixed base"),
        ("anymal_b_simple_description/robots/anymal.urdf", "a quadruped"),
        ("bolt_description/robots/bolt.urdf", "two legs and no arms"),
        ("simple_humanoid_description/urdf/simple_humanoid.urdf", "no legs"),
    ],
)
def test_robots_that_are_no_humanoids_are_refused_and_it_says_why(
    name: str, why: str, tmp_path: Path, kinemesh_command: Command
) -> None:
    ran = kinemesh_command("robot", "new", robot_file(name), "-o", tmp_path / "out")
    assert (ran.status, why in ran.err) == (2, True), ran.err
    assert not (tmp_path / "out").exists()
