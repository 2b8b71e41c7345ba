"""The released augmentation of OmniRetarget beside ours, judged alike.

    python benchmarks/against_released.py --holosoma PYTHON --out DIR [--frames 196] [--data DIR]

PYTHON is that of an environment with ``holosoma-retargeting``, made as benchmarks/speed says, with
``"scipy<1.17"`` besides: benchmarks/released.py says why. The first frames of
``sub3_largebox_003``, as it is and in the five variants that the package makes of a carried
object; ours have the same settings and the same robot, ``g1_base``. Both are judged by ``kinemesh
evaluate`` against the recording, with the box where each has it. What is in DIR already is not
made again. The package takes about a second a frame.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from kinemesh.augment import ORIGINAL, Spec, Variant
from kinemesh.batch import Source, batch

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
NAME, HEIGHT, FPS = "sub3_largebox_003", 1.941, 30.0
ROBOT = "g1_base"
VARIANTS: dict[str, tuple[str, dict[str, float]]] = {
    "original": ("as it is", {}),
    "trans_0": ("0.2 m further", {"prop.x": 0.2}),
    "trans_1": ("0.2 m to the left", {"prop.y": 0.2}),
    "trans_2": ("0.2 m to the right", {"prop.y": -0.2}),
    "rot_0": ("0.2 m to the left, turned by 45°", {"prop.y": 0.2, "prop.turn": 45.0}),
    "rot_1": ("0.2 m to the right, turned by -45°", {"prop.y": -0.2, "prop.turn": -45.0}),
}
ROWS = {
    "penetration.prop.max": "in the box [mm]",
    "stance.drift_max": "drift [mm]",
    "contact.prop.gap_p95": "hands' gap [mm]",
    "contact.prop.kept": "touch kept [%]",
    "limits.velocity_excess": "too fast by [rad/s]",
}


def judged(path: Path, data: Path, stop: float) -> dict[str, Any]:
    """What ``kinemesh evaluate`` says."""
    command = [sys.executable, "-m", "kinemesh.cli", "evaluate", str(path), "--json"]
    command += ["--clip", str(data / f"omomo/{NAME}.pt"), "--robot", ROBOT, "--stop", f"{stop:.4f}"]
    command += ["--object", str(data / "omomo/objects/largebox.obj"), "--height", str(HEIGHT)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def row(who: str, what: str, path: Path | None, data: Path, stop: float) -> str:
    """A line of the table."""
    if path is None or not path.is_file():
        return f"| {what} | {who} | not made |" + " |" * len(ROWS)
    score = judged(path, data, stop)
    values = [score["measures"].get(name, {}).get("value") for name in ROWS]
    cells = ["-" if value is None else f"{value:.3g}" for value in values]
    failed = [name for name, measure in score["measures"].items() if not measure["passed"]]
    verdict = ", ".join(failed) or score["verdict"]
    return f"| {what} | {who} | {verdict} | " + " | ".join(cells) + " |"


def main() -> None:
    """Make both, judge both, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--holosoma", metavar="PYTHON", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--frames", type=int, default=196)
    parser.add_argument("--data", type=Path, default=DATA)
    given = parser.parse_args()
    stop = (given.frames - 1) / FPS
    theirs = given.out / "theirs"
    if not all((theirs / f"{NAME}_{key}.npz").is_file() for key in VARIANTS):
        worker = Path(__file__).with_name("released.py")
        subprocess.run([given.holosoma, worker, str(given.frames), str(theirs)], check=True)
    variants = [Variant(key, settings) for key, (_, settings) in VARIANTS.items() if settings]
    source = Source(
        given.data / f"omomo/{NAME}.pt",
        object=given.data / "omomo/objects/largebox.obj",
        height=HEIGHT,
        stop=stop,
    )
    made = batch([source], given.out / "ours", spec=Spec((Variant(), *variants)), robot=ROBOT)
    ours = {
        record["variant"]: next((given.out / "ours" / f for f in record["files"]), None)
        for record in made.records
    }
    print("| box | by | verdict | " + " | ".join(ROWS.values()) + " |")
    print("|---|---|---|" + "---|" * len(ROWS))
    for key, (what, _) in VARIANTS.items():
        print(row("released", what, theirs / f"{NAME}_{key}.npz", given.data, stop), flush=True)
        name = ORIGINAL if key == "original" else key
        print(row("kinemesh", what, ours.get(name), given.data, stop), flush=True)
    error = theirs / "error.txt"
    if error.is_file():
        print(f"as released its loop ends with: {error.read_text().strip()}")


if __name__ == "__main__":
    main()
