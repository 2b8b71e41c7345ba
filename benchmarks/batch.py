"""What workers are worth: the same variants by one and by two, with their memory.

    python benchmarks/batch.py [--count 200] [--workers 1 2] [--data DIR]

Two seconds of ``sub3_largebox_003`` with its box elsewhere, and of it and of ``cmu_12_01_walk`` at
other speeds and mirrored: ``--count`` variants in all. Recordings are looked for in ../shared/data
beside the repository, or where --data says. Wall time counts from the start of the workers to the
last file; CPU time is that of the workers alone, which a busy machine does not change much.
Memory is the peak of the resident set that /proc tells of each worker. A second table says what the
CPU time of a frame goes to, by the manifest's timings; the rest is the start of the workers.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import tempfile
from pathlib import Path

from kinemesh.augment import Spec, spec_of
from kinemesh.batch import Batch, Source, batch
from kinemesh.batch.task import STAGES

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
HOURS = 8.38
"""Length of OmniRetarget's data set as its paper has it [h]."""
SECONDS = 2.0
"""Of each recording."""


def sources(data: Path) -> list[Source]:
    """A box that is carried, and a walk; two seconds of each."""
    box = data / "omomo/objects/largebox.obj"
    carried = data / "omomo/sub3_largebox_003.pt"
    return [
        Source(carried, "carry", object=box, height=1.941, stop=SECONDS),
        Source(data / "cmu/cmu_12_01_walk.bvh", "walk", rate=30.0, stop=SECONDS),
    ]


def spec_for(count: int) -> Spec:
    """``count`` variants: the two clips, half of the rest for the prop, half for both clips."""
    both = (count - 2) // 4
    prop = count - 2 - 2 * both
    return spec_of(
        {
            "random": [
                {
                    "name": "prop",
                    "count": prop,
                    "prop": {"x": [-0.1, 0.2], "y": [-0.2, 0.2], "turn": [-30, 30]},
                },
                {
                    "name": "motion",
                    "count": both,
                    "motion": {"speed": [0.9, 1.1], "mirror": [False, True]},
                },
            ]
        }
    )


def peak(pid: int) -> float:
    """The most memory that a process has held so far [MB]; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    found = next((line for line in lines if line.startswith("VmHWM")), "VmHWM: 0 kB")
    return int(found.split()[1]) * 1024 / 1e6


def measured(given: argparse.Namespace, workers: int) -> tuple[Batch, float, float]:
    """A batch with so many workers, the most memory of one [MB] and their CPU time [s]."""
    memory: dict[int, float] = {}

    def look(*_: object) -> None:
        for process in multiprocessing.active_children():
            if process.pid is not None and process.name == "kinemesh":
                memory[process.pid] = max(memory.get(process.pid, 0.0), peak(process.pid))

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    with tempfile.TemporaryDirectory() as out:
        made = batch(
            sources(given.data), out, spec=spec_for(given.count), workers=workers, progress=look
        )
    return made, max(memory.values()), spent() - before


def by_stage(made: Batch, spent: float) -> list[float]:
    """CPU time of a frame [ms] by stage, and what is left of all of it."""
    assert made.rate is not None
    timings = [record["timings"] for record in made.records if record.get("frames")]
    stages = [sum(timing[stage] for timing in timings) for stage in STAGES]
    return [1e3 * part / made.rate.frames for part in (*stages, spent - sum(stages))]


def main() -> None:
    """Run, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200, help="variants, 6 or more")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--data", type=Path, default=DATA)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    print("| workers | variants | frames/s | variants/h | CPU ms/frame | peak MB | 8.38 h take |")
    print("|---|---|---|---|---|---|---|")
    rates, stages = {}, {}
    for workers in given.workers:
        made, memory, spent = measured(given, workers)
        rate = made.rate
        if rate is None:
            raise SystemExit(
                "nothing was retargeted: " + ", ".join(r["reason"] for r in made.records)
            )
        rates[workers] = rate.frames_per_second
        stages[workers] = by_stage(made, spent)
        print(
            f"| {workers} | {rate.variants} | {rate.frames_per_second:.1f} | "
            f"{rate.variants_per_hour:.0f} | {1e3 * spent / rate.frames:.1f} | {memory:.0f} | "
            f"{rate.hours_for(HOURS):.1f} h |",
            flush=True,
        )
    print("\nCPU time of a frame [ms]\n")
    print(f"| workers | {' | '.join(STAGES)} | rest |")
    print(f"|---|{'---|' * (len(STAGES) + 1)}")
    for workers, parts in stages.items():
        print(f"| {workers} | {' | '.join(f'{part:.2f}' for part in parts)} |")
    first = given.workers[0]
    for workers in given.workers[1:]:
        print(f"{workers} workers are {rates[workers] / rates[first]:.2f} times as fast as {first}")


if __name__ == "__main__":
    main()
