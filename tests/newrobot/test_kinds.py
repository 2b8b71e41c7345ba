from __future__ import annotations

from pathlib import Path

import pytest

from kinemesh.newrobot import new_robot, read_robot
from kinemesh.recordings import read_shape
from made_robot import write_made, write_made_urdf

BLOCK = '<mujoco><compiler meshdir="hulls" discardvisual="false"/></mujoco>'


@pytest.mark.slow
def test_a_urdf_with_a_block_for_mujoco_is_urdf(tmp_path: Path) -> None:
    path = write_made_urdf(tmp_path, BLOCK)
    made = new_robot(path, tmp_path / "mine")
    assert len(made.robot.joint_names) == 23
    assert made.robot.height == pytest.approx(0.93 + 0.62, abs=0.01)


def test_the_root_element_decides_and_neither_suffix_nor_comments_do(tmp_path: Path) -> None:
    path = write_made(tmp_path)
    text = "<!-- of a <robot> -->\n" + path.read_text()
    other = tmp_path / "made.urdf"
    other.write_text(text)
    assert len(read_robot(other).moving) == 23
    assert len(read_shape(other).parts) == len(read_shape(path).parts)
    box = '<link name="a"><collision><geometry><box size="1 1 1"/></geometry></collision></link>'
    urdf = tmp_path / "box.xml"
    urdf.write_text(f"<robot name='box'>{BLOCK}{box}</robot>")
    assert sum(part.volume for part in read_shape(urdf).parts) == pytest.approx(1.0)
