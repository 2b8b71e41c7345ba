"""Instructions a frame, which no busy machine and no clock changes: by valgrind's callgrind.

    python benchmarks/instructions.py [CLIP ...] [--pass]

Clips are those that `benchmarks/speed/clips.py` names, all of them if none is given; data in
`$KINEMESH_DATA`. What 60 frames take more than 20 do, divided by 40: start-up,
reading and what a clip needs once fall out. `--pass`: with the whole-clip pass. One clip takes some
minutes. Needs valgrind (`apt-get install valgrind`).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from speed import clips

FEW, MANY = 20, 60
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def work(name: str, frames: int, whole: bool) -> None:
    """What is counted."""
    import kinemesh

    clip = clips.read(Path(os.environ.get("KINEMESH_DATA") or SHARED), name).crop(0, frames)
    kinemesh.Retargeter("g1_base", **({} if whole else {"refine": None})).retarget(clip)


def counted(name: str, frames: int, whole: bool) -> int:
    """Instructions of a whole process that retargets so many frames."""
    with tempfile.TemporaryDirectory() as folder:
        command = (
            *("valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"),
            *(sys.executable, __file__, "--work", name, str(frames), *["--pass"][:whole]),
        )
        one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
        done = subprocess.run(
            command, env={**os.environ, **one_thread}, capture_output=True, text=True, check=True
        )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise RuntimeError(f"callgrind told no count:\n{done.stderr}")
    return int(found[1])


def main(arguments: list[str]) -> None:
    """Print the counts."""
    whole = "--pass" in arguments
    names = [argument for argument in arguments if argument != "--pass"]
    if names[:1] == ["--work"]:
        return work(names[1], int(names[2]), whole)
    print("million instructions a frame, " + ("with" if whole else "without") + " whole-clip pass")
    for name in names or clips.NAMES:
        more = counted(name, MANY, whole) - counted(name, FEW, whole)
        print(f"{name:18} {more / (MANY - FEW) / 1e6:8.2f}", flush=True)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
