"""Write the golden trajectories anew, and say by how much they moved::

    python tests/golden/regenerate.py

Run it after a change that is meant to change trajectories, look at the motion, and commit the
files together with the change.
"""

from __future__ import annotations

import sys

import numpy as np

from kinemesh.demos import DEMOS
from kinemesh.robot import RobotModel
from trajectories import answer, apart, path_of


def main() -> None:
    """One small file a demo clip."""
    robot = RobotModel.load("g1")
    for name in DEMOS:
        q, path = answer(name), path_of(name)
        moved = "new"
        if path.is_file():
            with np.load(path, allow_pickle=False) as file:
                old = np.array(file["q"], dtype=np.float64)
            if old.shape == q.shape:
                moved = "moved by {:.2f} mm, {:.2f} deg at most".format(*apart(robot, old, q))
            else:
                moved = f"was {old.shape}, is {q.shape}"
        np.savez_compressed(path, q=q.astype(np.float32))
        sys.stdout.write(f"{path.name}: {moved}\n")


if __name__ == "__main__":
    main()
