"""A robot of your own from its URDF: propose, check, mend by hand, check again, use.

The URDF here is the package's own of a Booster T1, read as if nobody had seen it before.

Usage: python examples/10_your_own_robot.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

import kinemesh
from kinemesh import RobotModel, demos
from kinemesh.newrobot import new_robot
from kinemesh.robotcheck import CheckReport, check_robot

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
urdf = RobotModel.load("t1").description.urdf  # yours

made = new_robot(urdf, folder / "mine")
print(f"{len(made.robot.joint_names)} joints, {made.robot.height:.2f} m")


def judged() -> CheckReport:
    """The robot as its folder now is, judged."""
    report = check_robot(RobotModel.load(made.folder))
    for check in report.failed:
        print(f"to mend: {check.name}: {check.mend}")
    return report


judged()

# No wrist says where the hand begins: it was put a person's forearm below the elbow, which is
# too high up this arm. It and the palm belong further out.
toml = made.folder / "robot.toml"
text = toml.read_text(encoding="utf-8")
for guessed, measured in (("0.136924", "0.18"), ("0.049903", "0.078")):
    assert guessed in text
    text = text.replace(guessed, measured)
toml.write_text(text, encoding="utf-8")

report = judged()
print(f"{report.robot}: {'pass' if report.passed else 'to mend'}")

result = kinemesh.retarget(demos.walk().crop(0, 60), robot=made.folder)
print("a walk:", kinemesh.evaluate(result, robot=made.folder).verdict)
print("written:", made.folder)
