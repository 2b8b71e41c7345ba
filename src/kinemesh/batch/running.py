"""``batch``: all variants of all clips, to be stopped and gone on with at will."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from kinemesh._files.disk import TEMPORARY, below, existing_file
from kinemesh.arguments import unknown
from kinemesh.augment import ORIGINAL, Spec, Variant, read_spec
from kinemesh.batch import cluster, index, pool
from kinemesh.batch.card import write_card
from kinemesh.batch.digests import code_sha256, robot_sha256, sha256
from kinemesh.batch.line import FAILED, MADE, SKIPPED, Record
from kinemesh.batch.manifest import Manifest, own_file
from kinemesh.batch.process import Limits, Outcome
from kinemesh.batch.rate import Rate
from kinemesh.batch.sources import Source, all_sources
from kinemesh.batch.task import MakeWorker, Options, Task
from kinemesh.errors import KinemeshError, ReadError, WriteError
from kinemesh.robot import RobotModel
from kinemesh.robot.shipped import is_shipped
from kinemesh.trajectories import WRITERS

LOCAL, RAY = "local", "ray"
"""Engines: processes of this machine; tasks of Ray."""

Progress = Callable[[int, int, Record | None], None]
"""Called with (0, in all, None), then after each task with (done, in all, its line)."""


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
    left: list[str] = []
    wanted = all_sources(sources, apart=[Path(out)], left_out=left.append)
    variants = spec if isinstance(spec, Spec) else Spec() if spec is None else read_spec(spec)
    own = os.path.isdir(robot) and not is_shipped(robot)
    name = str(Path(robot).resolve()) if own else str(robot)
    RobotModel.load(name)  # if it cannot be, better now
    options = Options(name, format, robot_sha256(name), code_sha256())
    folder = _folder(Path(out))
    with _locked(folder), Manifest(folder) as manifest:
        _sweep(folder)
        named = {v.name: _hashes(v) for v in variants.variants}
        tasks = [
            Task(source, variant, options, folder, files | named[variant.name])
            for source, files in [(source, _hashes(source)) for source in wanted]
            for variant in variants.variants
        ]
        plan = _Plan(manifest, tasks, progress)
        if plan.total:
            if own_file(folder / index.NAME):  # it is of what was there before
                (folder / index.NAME).unlink()
        run = partial(cluster.run, address=address) if engine == RAY else pool.run
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


class _Plan:
    """What is still to be done, and what may be done by now."""

    def __init__(
        self, manifest: Manifest, tasks: Sequence[Task], progress: Progress | None
    ) -> None:
        self._manifest = manifest
        self._progress = progress
        self._missing = [task for task in tasks if not self._there(task)]
        self.total = len(self._missing)
        self.done_now: list[Record] = []
        self._after: dict[str, list[Task]] = {}
        if progress is not None:
            progress(0, self.total, None)

    def first(self) -> list[Task]:
        """Clips as they are, and variants that need not wait for them."""
        originals = {t.source.name for t in self._missing if t.variant.name == ORIGINAL}
        ready = []
        for task in self._missing:
            if not task.files.get("source"):
                self._add(task.record(FAILED, f"{task.source.path} cannot be read"))
            elif task.variant.name != ORIGINAL and task.source.name in originals:
                self._after.setdefault(task.source.name, []).append(task)
            else:
                ready.append(self._near(task))
        return ready

    def done(self, task: Task, outcome: Outcome) -> Iterable[Task]:
        """Note an outcome; what waited for it may be done now."""
        folder = self._manifest.path.parent
        if outcome.no_room:
            raise WriteError(
                f"{folder} takes no more files ({outcome.error}): make room; what was done is "
                f"kept, and the same call goes on"
            )
        record = outcome.value
        lost = [
            name for name in (record or {}).get("files", ()) if not os.path.isfile(folder / name)
        ]
        if lost:
            raise WriteError(
                f"{folder / lost[0]} was written by a worker and is not there: all machines have "
                f"to share {folder}"
            )
        if record is None:
            spent = {"all": outcome.seconds}
            record = task.record(FAILED, outcome.error or "no answer", timings=spent)
        self._add(record)
        if task.variant.name != ORIGINAL:
            return []
        waiting = self._after.pop(task.source.name, [])
        if record["status"] in MADE:
            return [self._near(other) for other in waiting]
        for other in waiting:
            self._add(other.record(FAILED, f"the clip as it is failed: {record['reason']}"))
        return []

    def _near(self, task: Task) -> Task:
        """The task with the answer to the clip as it is, where there is one."""
        original = self._manifest.get(task.source.name, ORIGINAL)
        files = {k: v for k, v in task.files.items() if k not in task.variant.files}
        whole = replace(task, variant=Variant(), files=files)
        if task.variant.name == ORIGINAL or original is None or original["key"] != whole.key:
            return task
        status = original["status"]
        names = [f for f in original["files"] if f.startswith(f"{status}/") and f.endswith(".npz")]
        there = names and (task.out / names[0]).is_file()
        return replace(task, nominal=task.out / names[0]) if there else task

    def _there(self, task: Task) -> bool:
        """Whether it was done before, and its files are as they were written."""
        record = self._manifest.get(task.source.name, task.variant.name)
        if record is None or record["key"] != task.key:
            return False
        if record["status"] not in (*MADE, SKIPPED):
            return False
        files = {task.out / name: digest for name, digest in record["files"].items()}
        return all(_sha256(path) == digest for path, digest in files.items())

    def _add(self, record: Record) -> None:
        """Add a line, and remove the files of the one that it replaces."""
        old = self._manifest.get(record["clip"], record["variant"])
        self._manifest.add(record)
        for name in (old or {}).get("files", {}).keys() - record["files"].keys():
            place = below(self._manifest.path.parent, name)
            if not place.is_dir():
                place.unlink(missing_ok=True)
        self.done_now.append(record)
        if self._progress is not None:
            self._progress(len(self.done_now), self.total, record)


def _hashes(source: Source | Variant) -> dict[str, str]:
    """SHA-256 of the files of a source, or of a variant; empty where one cannot be read."""
    return {what: _sha256(path) for what, path in source.files.items()}


def _sha256(path: Path) -> str:
    """SHA-256 of a file; empty if it cannot be read."""
    try:
        return sha256(existing_file(path, empty=True))
    except (OSError, ReadError):
        return ""


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
