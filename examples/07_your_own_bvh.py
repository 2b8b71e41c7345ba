"""Your own BVH to a file that a trainer loads: read, retarget, judge, write, lint.

Usage: python examples/07_your_own_bvh.py [FOLDER [RECORDING.bvh]]; without, walk.bvh is written.
"""

import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

import kinemesh

BELOW = {"pelvis": ["neck", "left_hip", "right_hip"]}
BELOW["neck"] = ["head", "left_shoulder", "right_shoulder"]
for side in ("left", "right"):
    for chain in (("hip", "knee", "ankle", "toe"), ("shoulder", "elbow", "hand")):
        BELOW |= {f"{side}_{above}": [f"{side}_{below}"] for above, below in pairwise(chain)}


def write_bvh(clip: kinemesh.Clip, path: Path) -> None:
    """Write a person of the package's own: y up, in centimetres, at zero as in frame 0."""
    places = 100.0 * clip.positions[:, :, [1, 2, 0]].swapaxes(0, 1)
    at = dict(zip(clip.skeleton.joints, places, strict=True))
    lines, columns = ["HIERARCHY"], [at["pelvis"]]

    def joint(name: str, offset: np.ndarray, parent: Rotation) -> None:
        bones = np.array([at[end] - at[name] for end in BELOW.get(name, [])])
        turn = parent
        if len(bones):  # they go the shortest way from where they were in frame 0
            turns = [Rotation.align_vectors(now, bones[:, 0])[0] for now in bones.swapaxes(0, 1)]
            turn = Rotation.concatenate(turns)
        lines.append(f"{'JOINT' if lines[1:] else 'ROOT'} {name} {{ OFFSET ")
        lines[-1] += " ".join(map(str, offset))
        moves = "CHANNELS 3 " if lines[2:] else "CHANNELS 6 Xposition Yposition Zposition "
        lines.append(moves + "Zrotation Xrotation Yrotation")
        columns.append((parent.inv() * turn).as_euler("ZXY", degrees=True))
        for end, bone in zip(BELOW.get(name, []), bones, strict=True):
            joint(end, bone[0], turn)
        lines.append("}")

    joint("pelvis", np.zeros(3), Rotation.identity(len(clip)))
    lines.extend(["MOTION", f"Frames: {len(clip)}", f"Frame Time: {1.0 / clip.fps:.7f}"])
    lines.extend(" ".join(f"{value:.6f}" for value in row) for row in np.hstack(columns))
    path.write_text("\n".join(lines) + "\n")


folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
recording = Path(sys.argv[2] if len(sys.argv) > 2 else folder / "walk.bvh")
if len(sys.argv) <= 2:
    write_bvh(kinemesh.demos.walk(), recording)
clip = kinemesh.read(recording)
print(*clip.notes, *clip.warnings, sep="\n")
result = kinemesh.retarget(clip.resample(50.0))
print(kinemesh.evaluate(result).verdict)
out = folder / f"{recording.stem}_mjlab.npz"
print(*kinemesh.write(result, out, format="mjlab"), *kinemesh.lint(out).findings)
print("written:", out)
