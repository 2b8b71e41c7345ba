"""A small humanoid of plain solids in MuJoCo's XML, and files that are none."""

from __future__ import annotations

from pathlib import Path

from kinemesh.newrobot import new_robot

ARM = """
      <body name="{s}1" pos="0 {y} 0.36">
        <joint name="{s}1" axis="0 1 0" range="-180 90"/>
        <joint name="{s}2" axis="1 0 0" range="{roll}"/>
        <geom type="capsule" fromto="0 0 0 0 0 -0.22" size="0.035" mass="1.2"/>
        <body name="{s}3" pos="0 0 -0.1">
          <joint name="{s}3" axis="0 0 1" range="-90 90"/>
          <body name="{s}4" pos="0 0 -0.15">
            <joint name="{s}4" axis="0 -1 0" range="0 140"/>
            <geom type="capsule" fromto="0 0 0 0 0 -0.2" size="0.03" mass="0.8"/>
            <body name="{s}5" pos="0 0 -0.22">
              <joint name="{s}5" axis="0 1 0" range="-60 60"/>
              <geom type="box" pos="0 0 -0.07" size="0.04 0.015 0.07" mass="0.3"/>
            </body>
          </body>
        </body>
      </body>"""
LEG = """
      <body name="{s}1" pos="0 {y} -0.1" euler="0 0 0">
        <joint name="{s}1" axis="0 1 0" range="-110 40"/>
        <joint name="{s}2" axis="1 0 0" range="-30 30"/>
        <joint name="{s}3" axis="0 0 1" range="-40 40"/>
        <geom type="capsule" fromto="0 0 -0.05 0 0 -0.33" size="0.05" mass="4"/>
        <body name="{s}4" pos="0 0 -0.38">
          <joint name="{s}4" axis="0 1 0" range="0 130"/>
          <geom type="capsule" fromto="0 0 0 0 0 -0.32" size="0.04" mass="2.5"/>
          <body name="{s}5" pos="0 0 -0.38">
            <joint name="{s}5" axis="0 1 0" range="-50 40"/>
            <joint name="{s}6" axis="1 0 0" range="-25 25"/>
            <geom type="box" pos="0.04 0 -0.045" size="0.11 0.045 0.025" mass="0.8"/>
          </body>
        </body>
      </body>"""
ROBOT = """<mujoco model="made">
  <compiler angle="degree"/>
  <default><joint damping="1"/><default class="strong"><joint armature="0.1"/></default></default>
  <worldbody>
    <geom type="plane" size="5 5 0.1"/>
    <body name="trunk" pos="0 0 0.95">
      <freejoint/>
      <geom type="box" pos="0 0 0.18" size="0.09 0.14 0.2" mass="14"/>
      <geom type="box" pos="0 0 -0.07" size="0.08 0.12 0.04" mass="6"/>
      <body name="head" pos="0 0 0.42">
        <joint name="neck" axis="0 0 1" range="-60 60"/>
        <geom type="sphere" pos="0 0 0.1" size="0.1" mass="2"/>
      </body>{limbs}
    </body>
  </worldbody>{more}
</mujoco>
"""


def limbs() -> str:
    """Two arms and two legs, whose names say nothing."""
    return "".join(
        part.format(s=name, y=y, roll=roll)
        for part, names, out in ((ARM, "qw", 0.19), (LEG, "ty", 0.09))
        for name, y, roll in zip(names, (out, -out), ("-20 120", "-120 20"), strict=True)
    )


def write_made(folder: Path, more: str = "") -> Path:
    """The humanoid as a file in ``folder``."""
    path = folder / "made.xml"
    path.write_text(ROBOT.format(limbs=limbs(), more=more))
    return path


def write_made_urdf(folder: Path, more: str = "") -> Path:
    """The humanoid as URDF with meshes; ``more`` stands first in its <robot>."""
    made = new_robot(write_made(folder), folder / "source")
    text = (made.folder / "robot.urdf").read_text()
    for added in ("left_sole", "right_sole", "left_palm", "right_palm"):
        text = text.replace(f'"{added}', f'"own_{added}')
    head, name, rest = text.partition('<robot name="source">')
    path = made.folder / "made.urdf"
    path.write_text(head + name + more + rest)
    return path
