"""A climb without its terrain: find the steps from the motion, then make them lower and higher.

FOLDER gets climb.npz, a recording of the package's own person who goes over a platform that is in
no file, steps.obj, the platform as it was found, and a result for each height.

Usage: python examples/09_climbing.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.augment import TerrainSize
from kinemesh.motion import LANDMARKS, SKELETONS

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())

# A recording: joint positions in metres, in the order of a known skeleton.
made, skeleton = kinemesh.demos.step_up(), SKELETONS["smpl22"]
positions = np.repeat(made.landmark("pelvis")[:, None], len(skeleton.joints), axis=1)
for landmark in LANDMARKS:
    positions[:, skeleton.index(*skeleton.weights(landmark))] = made.landmark(landmark)
recording = folder / "climb.npz"
np.savez(recording, global_joint_positions=positions, height=1.75, fps=30.0)

# On level ground the feet that stand on the platform hang in the air, which the verdict says.
flat = kinemesh.read(recording)
print("level ground:", kinemesh.evaluate(kinemesh.retarget(flat)).verdict.split(":")[0])

clip = kinemesh.read(recording, terrain="auto")
print(*(note for note in clip.notes if note.startswith(("terrain", "step"))), sep="\n")
shape = clip.scene.terrain.shape
lines = [f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in shape.vertices]
lines += ["f " + " ".join(str(k + 1) for k in face) for face in shape.faces]
(folder / "steps.obj").write_text("\n".join(lines) + "\n")

retargeter = kinemesh.Retargeter("g1")
for height in (0.5, 1.0, 1.5):
    scene = TerrainSize(height=height).apply(clip.scene, clip)
    result = retargeter.retarget(clip, scene=scene)
    top = result.scene.terrain.shape.vertices[:, 2].max()
    print(f"{top:.3f} m for the robot:", kinemesh.evaluate(result).verdict)
    written = result.save(folder / f"climb_{height:g}.npz")
print("written:", written)
