"""What of a batch is still to be done, what may be done by now, and what became of it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from kinemesh._files.disk import below
from kinemesh.augment import ORIGINAL, Variant
from kinemesh.batch.digests import sha256_if_read
from kinemesh.batch.line import FAILED, MADE, SKIPPED, Record
from kinemesh.batch.manifest import Manifest
from kinemesh.batch.process import Outcome
from kinemesh.batch.task import Task
from kinemesh.errors import WriteError

Progress = Callable[[int, int, Record | None], None]
"""Called with (0, in all, None), then after each task with (done, in all, its line)."""


class Plan:
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
        for task in _in_rows(self._missing):
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
        return all(sha256_if_read(path) == digest for path, digest in files.items())

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


def _in_rows(tasks: Iterable[Task]) -> Iterable[Task]:
    """Tasks of one clip with one demonstration in a row, for the sake of what they share."""
    rows: dict[object, list[Task]] = {}
    for task in tasks:
        rows.setdefault((task.source.name, task.variant.demonstration), []).append(task)
    return itertools.chain.from_iterable(rows.values())
