"""A person carries a box: retarget it, and look at how every frame was solved.

Without arguments the clip is the package's own. With a recording and the mesh of the object that
it tracks:

    python examples/02_box_and_report.py CLIP.pt OBJECT.obj HEIGHT [FOLDER]

HEIGHT is the person's, in metres. Usage without a recording:

    python examples/02_box_and_report.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

import kinemesh

arguments = sys.argv[1:]
if len(arguments) >= 3:
    recording, mesh, height, *arguments = arguments
    clip = kinemesh.read(recording, object=mesh, height=float(height))
else:
    clip = kinemesh.demos.lift_box()
folder = Path(arguments[0] if arguments else tempfile.mkdtemp())

# What was found in the file, or assumed: each line names the argument that overrides it.
for note in clip.notes:
    print("found   ", note)
for warning in clip.warnings:
    print("warning ", warning)

result = kinemesh.retarget(clip, robot="g1")

summary = result.summary()
print(f"{summary['frames']} frames at {summary['fps']:g}/s, person scaled by {result.scale:.3f}")
print(f"mean cost {summary['mean_cost']:.3f}, mean iterations {summary['mean_iterations']:.1f}")
for name, amount in summary["worst_violation"].items():
    print(f"worst violation  {name:15s} {amount:.1e}")

print(f"{len(result.failures)} frames in which a constraint had to give way")
for report in result.failures:
    constraint, amount = report.worst
    print(f"  frame {report.index}: {', '.join(report.relaxed)}; {constraint} by {amount:.1e}")

print("judged:", kinemesh.evaluate(result).verdict)
print("written:", result.save(folder / f"{clip.name}.npz"))
