"""A picture of the person and the robot, side by side over time.

Needs matplotlib: pip install "kinemesh[picture]".

Usage: python examples/04_picture.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

from kinemesh import Retargeter, demos
from kinemesh.viewer import picture

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())

clip = demos.lift_box()
retargeter = Retargeter("g1")
result = retargeter.retarget(clip)

path = picture(
    result,
    folder / "lift_box.png",
    robot=retargeter.robot,
    clip=clip,  # leave it out for the robot alone
    frames=[20, 60, 90, 130, 190, 230],
)
print("written:", path)
