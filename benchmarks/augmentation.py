"""Which variants of real recordings pass the verdict: the table of docs/augmentation.md.

    python benchmarks/augmentation.py --out DIR [--data DIR] [--workers N] [CLIP ...]

Recordings are looked for in ../shared/data beside the repository, or where --data says. DIR is a
batch's folder: what it has already is not made again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kinemesh.augment import Spec, Variant
from kinemesh.batch import batch
from kinemesh.batch.line import KEPT, Record
from kinemesh.batch.sources import Source

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
HEIGHTS = {"sub3_largebox_003": 1.941, "sub8_largebox_000": 1.845}
HEIGHTS |= dict.fromkeys(("sub2_largetable_000", "sub2_woodchair_000"), 1.844)
CLIMBS = ("seq_0", "seq_1")

PROP = {
    "0.2 m further": {"prop.x": 0.2},
    "0.2 m nearer": {"prop.x": -0.2},
    "0.2 m to the left": {"prop.y": 0.2},
    "0.2 m to the right": {"prop.y": -0.2},
    "turned by 45°": {"prop.turn": 45.0},
    "turned by -45°": {"prop.turn": -45.0},
    "0.8 times as large": {"prop.size": 0.8},
    "1.2 times as large": {"prop.size": 1.2},
    **{
        f"{factor} along its {axis}": {f"prop.size_{axis}": factor}
        for axis in "xyz"
        for factor in (0.8, 1.2)
    },
}
STEPS: dict[str, dict[str, float]] = {
    f"{height} times as high": {"terrain.height": height} for height in (0.8, 0.9, 1.1, 1.2)
}
BOX = {
    "0.1 m further": {"x": 0.1},
    "0.1 m nearer": {"x": -0.1},
    "0.1 m to the left": {"y": 0.1},
    "0.1 m to the right": {"y": -0.1},
    "0.05 m higher": {"z": 0.05},
    "0.05 m lower": {"z": -0.05},
    "turned by 10°": {"turn": 10.0},
    "turned by -10°": {"turn": -10.0},
}
STEPS |= {
    f"box {number} {text}": {"terrain.box": number}
    | {f"terrain.box_{key}": value for key, value in move.items()}
    for number in (1, 2)
    for text, move in BOX.items()
}


def sources(data: Path) -> dict[str, Source]:
    """The recordings by name."""
    found = {}
    for name, height in HEIGHTS.items():
        mesh = data / f"omomo/objects/{name.split('_')[1]}.obj"
        found[name] = Source(data / f"omomo/{name}.pt", name, object=mesh, height=height)
    for name in CLIMBS:
        folder = data / "climb" / name
        (path,) = folder.glob("*.npy")
        found[f"climb_{name}"] = Source(
            path, f"climb_{name}", terrain=folder / "multi_boxes.obj", height=1.78, rate=30.0
        )
    return found


def spec_for(name: str) -> tuple[dict[str, str], Spec]:
    """What each variant of a recording is called in the table, and the variants."""
    settings = STEPS if name.startswith("climb") else PROP
    words = {f"v{number:02d}": text for number, text in enumerate(settings)}
    variants = [Variant(key, settings[text]) for key, text in words.items()]
    return words, Spec((Variant(), *variants))


def reason(record: Record) -> str:
    """Why a variant is not kept, short."""
    if record["status"] == KEPT:
        return "pass"
    if "measures" not in record:
        return f"{record['status']}: {record['reason']}"
    if not record["failed"]:
        return f"unsure: {', '.join(record['doubts'])}"
    rows = (f"{row} {record['measures'][row]:.3g}" for row in record["failed"])
    return "**" + ", ".join(rows) + "**"


def main() -> None:
    """Make the variants and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("clips", nargs="*")
    given = parser.parse_args()
    known = sources(given.data)
    table: dict[str, dict[str, str]] = {}
    for name in given.clips or known:
        words, spec = spec_for(name)
        made = batch([known[name]], given.out / name, spec=spec, workers=given.workers)
        outcome = {words.get(r["variant"], "as it is"): reason(r) for r in made.records}
        passed = sum(text == "pass" for what, text in outcome.items() if what in words.values())
        table[name] = outcome | {"passed": f"{passed} of {len(words)}"}
    for climbs in (False, True):
        names = [name for name in table if name.startswith("climb") is climbs]
        if not names:
            continue
        print("\n| variant |" + "".join(f" `{name}` |" for name in names))
        print("|---|" + "---|" * len(names))
        for row in table[names[0]]:
            print(f"| {row} |" + "".join(f" {table[name].get(row, '-')} |" for name in names))


if __name__ == "__main__":
    main()
