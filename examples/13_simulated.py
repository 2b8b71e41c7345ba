"""A robot with motors follows a motion: did it, which motors were at their limits, and a file.

Usage: python examples/13_simulated.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

import kinemesh
from kinemesh import RobotModel, constraints, demos

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
robot = RobotModel.load("g1")
clip = demos.lift_box().crop(20, 90).resample(50.0)  # the rate that is trained at


def followed(name, motion):
    """Let the robot follow ``motion`` with a box of 2 kg, and say how that went."""
    happened = kinemesh.simulate(motion, clip, robot=robot, mass=2.0, seed=0)
    said = happened.simulation.summary()
    how = "followed" if said["followed"] else f"lost: {said['reason']}"
    print(f"{name}: {how}; body {100 * said['body_error_mean']:.1f} cm off in the mean")
    return happened


happened = followed("ours", kinemesh.retarget(clip, robot=robot))

# Which motors work hardest: the 95th percentile of torques, as a share of what each has.
share = np.quantile(np.abs(happened.simulation.torques), 0.95, axis=0) / robot.motors.effort
for k in np.argsort(share)[::-1][:3]:
    print(f"  {robot.joint_names[k]}: {100 * share[k]:.0f} % of {robot.motors.effort[k]:g} N m")

# Somebody else's file of the same recording; here joint limits were all that its solver knew.
limits = (constraints.JointLimits(), constraints.VelocityLimits(), constraints.TrustRegion())
theirs = kinemesh.retarget(clip, robot=robot, constraints=limits)
with tempfile.TemporaryDirectory() as other:
    kinemesh.write(theirs, Path(other) / "theirs.pkl", format="gmr")
    followed("theirs", Path(other) / "theirs.pkl")

for note in kinemesh.write(happened, folder / "lift_mjlab.npz", format="mjlab"):
    print("note:", note)
print("written:", folder / "lift_mjlab.npz")
