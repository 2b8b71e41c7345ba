"""``batch``: all variants of all clips, to be stopped and gone on with at will."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kinemesh._files.disk import TEMPORARY
from kinemesh.arguments import unknown
from kinemesh.augment import Spec, Variant, read_spec
from kinemesh.batch import cluster, index, pool
from kinemesh.batch.card import write_card
from kinemesh.batch.digests import code_sha256, robot_sha256, sha256_if_read
from kinemesh.batch.line import FAILED, Record
from kinemesh.batch.manifest import Manifest, own_file
from kinemesh.batch.plan import Plan, Progress
from kinemesh.batch.process import Limits
from kinemesh.batch.rate import Rate
from kinemesh.batch.sources import Source, all_sources
from kinemesh.batch.task import MakeWorker, Options, Task
from kinemesh.errors import KinemeshError, MissingExtra, WriteError
from kinemesh.robot import RobotModel
from kinemesh.robot.shipped import is_shipped
from kinemesh.trajectories import WRITERS

LOCAL, RAY = "local", "ray"
"""Engines: processes of this machine; tasks of Ray."""


@dataclass(frozen=True)
class Batch:
    """What a batch did."""

    records: tuple[Record, ...]
    """The manifest's lines on what was asked for, in order."""
    done: int
    """How many of them were done now; the others were there already."""
    card: dict[str, Any]
    """The data-set card."""
    rate: Rate | None = None
    """How fast it was; None if nothing was retargeted now."""
    warnings: tuple[str, ...] = ()
    """Files of folders, and lines of the manifest, that were left out, and why."""

    def count(self, status: str) -> int:
        """How many lines have a status."""
        return sum(record["status"] == status for record in self.records)

    @property
    def failed(self) -> tuple[Record, ...]:
        """What could not be made: a clip that cannot be read, a limit of time or memory."""
        return tuple(record for record in self.records if record["status"] == FAILED)


def batch(
    sources: Sequence[str | Path | Source],
    out: str | Path,
    *,
    spec: Spec | str | Path | None = None,
    robot: str | Path = "g1",
    format: str | None = None,
    parquet: bool = False,
    simulate: bool = False,
    workers: int = 1,
    engine: str = LOCAL,
    address: str | None = None,
    time_limit: float = 1800.0,
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> Batch:
    """Retarget every variant of every clip; keep those that pass the verdict.

    Files appear whole or not at all, and do not depend on the number of workers. What was made
    before from the same inputs and settings by the same code is not made again; what failed is
    tried again. Worker processes are spawned: a script has to call this under
    ``if __name__ == "__main__"``.

    Args:
        sources: recordings, ``.toml`` listings of them, folders (every file below that a reader
            takes, as it is; links are not followed), or :class:`Source`.
        out: the folder: ``kept/``, ``unsure/``, ``rejected/``, ``manifest.jsonl``, ``card.md``,
            ``card.json``.
        spec: the variants, or a file of them; the clips as they are if left out.
        robot: a robot's name or folder.
        format: a format of :func:`kinemesh.write` to write too, below a folder of its name. Clips
            are then retargeted at the rate that its readers take for granted (50 for whole-body
            trackers), and what is judged is what such a reader gets: the file, read again.
        parquet: write ``index.parquet`` too, the manifest as a table.
        simulate: let a simulated robot follow what the verdict does not reject (one seed), as
            :func:`kinemesh.simulate` does; what it does not follow is rejected.
        workers: processes at once.
        engine: ``"local"``, or ``"ray"``, where all machines share the folders of sources,
            robot and ``out`` under the same paths.
        address: of a Ray that runs, as ``ray.init`` takes it; if left out one is started on this
            machine for the while.
        time_limit: longest time for one variant of one clip [s].
        memory_limit: most memory of a worker [bytes]; none if left out.
        progress: told how many tasks there are, and of each that is done.

    Raises:
        KinemeshError: something given is wrong; what fails later is in the manifest.
    """
    if workers < 1:
        raise KinemeshError(f"workers = {workers}; expected 1 or more")
    if not time_limit > 0.0 or (memory_limit is not None and not memory_limit > 0.0):
        raise KinemeshError("limits of time and memory have to be positive")
    if engine not in (LOCAL, RAY):
        raise KinemeshError(f"engine = {engine!r}; expected {LOCAL!r} or {RAY!r}")
    if address is not None and engine != RAY:
        raise KinemeshError("address is Ray's: give engine='ray' too")
    if format is not None and format not in WRITERS:
        unknown("format", format, tuple(WRITERS), WriteError)
    if parquet:
        index.check_parquet()
    if simulate and find_spec("mujoco") is None:
        raise MissingExtra("mujoco", "physics")
    left: list[str] = []
    wanted = all_sources(sources, apart=[Path(out)], left_out=left.append)
    variants = spec if isinstance(spec, Spec) else Spec() if spec is None else read_spec(spec)
    own = os.path.isdir(robot) and not is_shipped(robot)
    name = str(Path(robot).resolve()) if own else str(robot)
    RobotModel.load(name)  # if it cannot be, better now
    options = Options(name, format, robot_sha256(name), code_sha256(), simulate)
    folder = _folder(Path(out))
    with _locked(folder), Manifest(folder) as manifest:
        _sweep(folder)
        named = {v.name: _hashes(v) for v in variants.variants}
        tasks = [
            Task(source, variant, options, folder, files | named[variant.name])
            for source, files in [(source, _hashes(source)) for source in wanted]
            for variant in variants.variants
        ]
        plan = Plan(manifest, tasks, progress)
        if plan.total:
            if own_file(folder / index.NAME):  # it is of what was there before
                (folder / index.NAME).unlink()
        together = partial(pool.run, group=lambda task: task.source.name)
        run = partial(cluster.run, address=address) if engine == RAY else together
        limits = Limits(time_limit, float("inf") if memory_limit is None else memory_limit)
        since = time.perf_counter()
        try:
            run(plan.first(), MakeWorker(name), plan.done, workers=workers, limits=limits)
        finally:
            _sweep(folder)
        rate = Rate.from_records(plan.done_now, time.perf_counter() - since)
        manifest.tidy()
        facts = write_card(folder, manifest)
        if parquet:
            index.write_index(folder, manifest)
        records = [manifest.get(t.source.name, t.variant.name) for t in tasks]
        there = tuple(record for record in records if record is not None)
        return Batch(there, len(plan.done_now), facts, rate, (*left, *manifest.warnings))


def _hashes(source: Source | Variant) -> dict[str, str]:
    """SHA-256 of the files of a source, or of a variant; empty where one cannot be read."""
    return {what: sha256_if_read(path) for what, path in source.files.items()}


def _folder(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"the folder {out} cannot be made: {error.strerror}") from error
    if not os.access(out, os.W_OK):
        raise WriteError(f"the folder {out} cannot be written to: no permission")
    return out


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """The folder to ourselves; the lock goes with the process, however it ends."""
    import fcntl

    own_file(folder / ".lock")
    try:
        file = open(folder / ".lock", "ab")
    except OSError as error:
        why = error.strerror or error
        raise WriteError(f"{folder / '.lock'} cannot be written: {why}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise WriteError(f"another batch is writing to {folder}: wait for it") from error
        yield


def _sweep(folder: Path) -> None:
    """Remove what a batch that was killed had begun to write."""
    for path in folder.rglob(f"{TEMPORARY}*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
