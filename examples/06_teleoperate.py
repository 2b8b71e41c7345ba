"""A robot follows a stream of skeletons, and a sink of your own gets what it is to do.

A walk stands in for the suit; live.MvnSource(), live.ToldSource(live.Subscription(host, port)) or
live.RecordedSource(clip) in real time take its place.

Usage: python examples/06_teleoperate.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

import kinemesh
from kinemesh import demos, live

RATE = 50.0  # samples per second


class Controller:
    """Where your controller would be told: base and joints, and their velocities."""

    def __init__(self):
        self.fastest = 0.0

    def header(self, stream, rate):
        """Once, before anything else."""
        print(f"{stream.robot.name}: {len(stream.robot.joint_names)} joints at {rate:g}/s")

    def pose(self, pose):
        """The answer to a frame."""
        for text in pose.said:  # what was done about bad input
            print("said:", text)

    def sample(self, sample):
        """What the robot is to do now."""
        if not sample.held:  # else nobody is moving it: stand still
            self.fastest = max(self.fastest, abs(sample.velocity[6:]).max())

    def close(self):
        """The end."""
        print(f"fastest joint: {self.fastest:.1f} rad/s")


folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
path = folder / "session.npz"
robot = kinemesh.RobotModel.load("g1")

summary = live.follow(
    live.RecordedSource(demos.walk().crop(0, 60), speed=0.0),  # as fast as it is solved
    lambda person: live.stream_of(robot, person),
    [Controller()],
    rate=RATE,
    end=lambda stream, summary: stream.record().save(path),
)
print(f"{summary.answered} of {summary.frames} frames answered, {summary.dropped} dropped")
print(f"written: {path}")
