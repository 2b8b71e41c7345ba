"""Says whether an installed kinemesh is whole: its loops, its robots, one motion and its verdict.

Usage: python packaging/smoke.py [native|reference]

``native`` and ``reference`` say which loops have to be there; left out: either. The exit status is
1 where something is missing. Nothing of a checkout is asked, so that it judges what was installed.
"""

import sys
from importlib.metadata import version
from pathlib import Path

import kinemesh
from kinemesh.kernel import available
from kinemesh.robot.shipped import robot_names

CHECKOUT = Path(__file__).resolve().parents[1] / "src"


def told() -> str:
    """What was found; SystemExit where it is not what was to be there."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else None
    loops = "native" if available() else "reference"
    if wanted not in (None, loops):
        sys.exit(f"the {loops} loops are in use; expected: the {wanted} ones")
    if Path(kinemesh.__file__).is_relative_to(CHECKOUT):
        sys.exit(f"kinemesh was imported from {CHECKOUT}; expected: an installed one")
    if kinemesh.__version__ != version("kinemesh"):
        sys.exit(f"version {kinemesh.__version__}, and {version('kinemesh')} in the metadata")
    robots = [kinemesh.RobotModel.load(name).name for name in robot_names()]
    if "g1" not in robots:
        sys.exit(f"robots {', '.join(robots) or 'none'}; expected: g1 among them")
    clip = kinemesh.demos.lift_box().crop(0, 40)
    score = kinemesh.evaluate(kinemesh.retarget(clip))
    if score.state != "pass":
        sys.exit(f"the first frames of a lifted box: {score.verdict}; expected: pass")
    return f"kinemesh {kinemesh.__version__}, {loops} loops, {', '.join(robots)}: {score.verdict}"


if __name__ == "__main__":
    print(told())
