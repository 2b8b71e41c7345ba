"""One box that is lifted, twenty motions: a scene's files, a spec of variants, a batch that judges.

Usage: python examples/08_twenty_boxes.py [FOLDER [COUNT]]; COUNT variants are drawn at random.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from kinemesh import demos
from kinemesh.batch import batch
from kinemesh.motion import LANDMARKS, SKELETONS

SCENE = """\
[clip]
file = "person.npy"     # joint positions (T, 22, 3) in metres, in the order of the skeleton smpl22
skeleton = "smpl22"
fps = 30
height = 1.75
floor = 0.0

[[prop]]
name = "box"
box = [0.3, 0.4, 0.3]   # of a mesh: file = "box.obj"
track = { file = "box.csv", quaternion = "xyzw" }
mass = 2.0
"""
SPEC = """\
[[grid]]
name = "box"
prop.x = [-0.15, 0.1]   # nearer, further [m]
prop.turn = [-30, 30]   # [deg]

[[random]]
name = "any"
seed = 1
prop.y = [-0.15, 0.15]  # to the right, to the left
prop.turn = [-45, 45]
prop.size = [0.8, 1.2]
motion.mirror = [false, true]
count = """

if __name__ == "__main__":  # the batch starts processes, which read this file too
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    clip, skeleton = demos.lift_box(), SKELETONS["smpl22"]
    positions = np.repeat(clip.landmark("pelvis")[:, None], len(skeleton.joints), axis=1)
    for landmark in LANDMARKS:
        positions[:, skeleton.index(*skeleton.weights(landmark))] = clip.landmark(landmark)
    np.save(folder / "person.npy", positions)
    np.savetxt(folder / "box.csv", clip.scene.props[0].track, delimiter=",")
    (folder / "lift.toml").write_text(SCENE)
    (folder / "aug.toml").write_text(SPEC + (sys.argv[2] if len(sys.argv) > 2 else "15"))
    out = folder / "twenty_boxes"
    done = batch([folder / "lift.toml"], out, spec=folder / "aug.toml", format="holosoma-train")
    for record in done.records:
        print(f"{record['variant']:34} {record['status']:9} {record['reason']}")
    print("written:", out)
