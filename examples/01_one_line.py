"""From a clip to a robot trajectory in one line.

Usage: python examples/01_one_line.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

import kinemesh

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())

path = kinemesh.retarget(kinemesh.demos.walk()).save(folder / "walk.npz")

print(f"written: {path}")
