"""Motion, a box on a track and terrain from files of their own, tied together by a scene.toml.

Usage: python examples/05_scene_file.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.motion import LANDMARKS, SKELETONS

SCENE = """
[clip]
file = "person.npy"
skeleton = "smpl22"
fps = 30
height = 1.75
floor = 0.0

[[prop]]
name = "box"
box = [0.3, 0.4, 0.3]
track = { file = "box.csv", quaternion = "xyzw" }

[terrain]
heightfield = "platform.npy"
cell = [0.05, 0.05]
centre = [2.0, 0.0]
"""

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
clip = kinemesh.demos.lift_box().crop(0, 60)  # yours comes from a recording

# Joint positions (T, 22, 3) in the order of a known skeleton.
skeleton = SKELETONS["smpl22"]
positions = np.repeat(clip.landmark("pelvis")[:, None], len(skeleton.joints), axis=1)
for landmark in LANDMARKS:
    (joint,) = skeleton.weights(landmark)
    positions[:, skeleton.index(joint)] = clip.landmark(landmark)

# Heights of a low platform ahead, on squares of 5 cm.
heights = np.zeros((20, 20))
heights[4:16, 4:16] = 0.1

with tempfile.TemporaryDirectory() as name:
    inputs = Path(name)
    np.save(inputs / "person.npy", positions)
    np.savetxt(inputs / "box.csv", clip.scene.props[0].track, delimiter=",")
    np.save(inputs / "platform.npy", heights)
    (inputs / "scene.toml").write_text(SCENE)
    scene = kinemesh.read(inputs / "scene.toml")

print(*scene.notes, sep="\n")
result = kinemesh.retarget(scene, robot="g1")
print("written:", result.save(folder / "scene.npz"))
