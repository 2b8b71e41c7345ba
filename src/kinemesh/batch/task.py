"""One task: one variant of one clip, retargeted, judged and written."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import tempfile
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from kinemesh._files.disk import TEMPORARY, below, write_whole
from kinemesh._version import __version__
from kinemesh.augment import Unfit, Variant
from kinemesh.batch.clip_variants import ClipVariants
from kinemesh.batch.digests import sha256
from kinemesh.batch.line import KEPT, REJECTED, SKIPPED, UNSURE, Record
from kinemesh.batch.sources import Source
from kinemesh.batch.tried import SEED, Tried, tried_out
from kinemesh.matching import evaluate
from kinemesh.metrics import Score
from kinemesh.result import Result
from kinemesh.solve.retargeter import Retargeter
from kinemesh.trajectories import WRITERS, delivered, write

STAGES = ("read", "solve", "encode", "judge", "simulate", "write")
"""What a worker's time goes to; ``encode`` makes the trainer's file, ``judge`` reads it again."""


@dataclass(frozen=True)
class Options:
    """What all tasks of a batch have in common."""

    robot: str = "g1"
    """A robot's name or folder."""
    format: str | None = None
    """A format of :func:`kinemesh.write` to write too."""
    robot_sha256: str = ""
    """Of the robot's files."""
    code_sha256: str = ""
    """Of the code that computes."""
    simulate: bool = False
    """Whether a simulated robot has to follow what is kept."""

    @property
    def fps(self) -> float | None:
        """The rate [1/s] at which clips are retargeted; None: their own."""
        return None if self.format is None else WRITERS[self.format].fps

    def told(self) -> dict[str, Any]:
        """What tells one result from another."""
        return {
            "robot": Path(self.robot).name,
            "robot_sha256": self.robot_sha256,
            "format": self.format,
            "code_sha256": self.code_sha256,
            "simulated": f"seed {SEED}" if self.simulate else None,
        }


@dataclass(frozen=True)
class Task:
    """A variant of a clip, and where it goes."""

    source: Source
    variant: Variant
    options: Options
    out: Path
    """The batch's folder."""
    files: dict[str, str]
    """SHA-256 of the files that are read, by what they are."""
    nominal: Path | None = None
    """The result of the clip as it is, where there is one."""

    @property
    def key(self) -> str:
        """SHA-256 of all that the result depends on."""
        told = {
            "files": self.files,
            "read": self.source.options(),
            "settings": dict(self.variant.settings),
            "options": self.options.told(),
            "version": __version__,
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def record(self, status: str, reason: str = "", **more: Any) -> Record:
        """A line of the manifest."""
        return {
            "clip": self.source.name,
            "variant": self.variant.name,
            "key": self.key,
            "status": status,
            "reason": reason,
            "sha256": self.files,
            "read": self.source.options(),
            "settings": dict(self.variant.settings),
            "options": self.options.told(),
            "version": __version__,
            "files": {},
            **more,
        }


class Worker:
    """Does tasks one after the other, with the robot loaded once."""

    def __init__(self, robot: str) -> None:
        self._retargeter = Retargeter(robot)
        self._held: tuple[object, ClipVariants] | None = None

    def __call__(self, task: Task) -> Record:
        """The manifest's line on a task that has been done.

        Raises:
            KinemeshError: the clip cannot be read, or the result not be written.
        """
        marks = [time.process_time()]
        variants = self._variants(task)
        marks.append(time.process_time())
        try:
            result = variants.retarget(task.variant, task.nominal)
        except Unfit as reason:
            return task.record(SKIPPED, str(reason))
        marks.append(time.process_time())
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=task.out) as beside:
            other = self._written(task, result, Path(beside))
            marks.append(time.process_time())
            # What is judged is what is delivered: the file's own numbers, where there is a file.
            judged = result
            if other is not None and task.options.format is not None:
                judged = delivered(
                    other, result, self._retargeter.robot, format=task.options.format
                )
            score = evaluate(
                judged, robot=self._retargeter.robot, surfaces=variants.surfaces(result)
            )
            marks.append(time.process_time())
            status = {"pass": KEPT, "unsure": UNSURE, "fail": REJECTED}[score.state]
            wanted = task.options.simulate and status != REJECTED
            tried = tried_out(judged, self._retargeter.robot, SEED) if wanted else Tried()
            status = tried.status(status)
            marks.append(time.process_time())
            files = self._place(task, result, status, other)
        marks.append(time.process_time())
        spent = [b - a for a, b in itertools.pairwise(marks)]
        return task.record(
            status,
            "; ".join([*([] if score.passed else [score.verdict]), *tried.said]),
            verdict=score.verdict,
            failed=[*(measure.name for measure in score.failed), *tried.failed],
            doubts=[*_doubted(score), *tried.doubts],
            simulation=tried.figures,
            measures={measure.name: measure.value for measure in score},
            frames=len(result),
            fps=result.trajectory.fps,
            relaxed=len(result.failures),
            timings=dict(zip(STAGES, spent, strict=True)),
            files=files,
        )

    def _variants(self, task: Task) -> ClipVariants:
        """The clip at the rate of what is delivered, read once for variants that come in a row."""
        files = tuple(task.files.get(what) for what in task.source.files)
        place = (task.source, files, task.options.format)
        if self._held is None or self._held[0] != place:
            self._held = None  # two are never held
            rate = task.options.fps or task.source.rate
            clip = replace(task.source, rate=rate).read()
            clip = replace(clip, name=task.source.name)
            self._held = place, ClipVariants(clip, self._retargeter)
        return self._held[1]

    def _written(self, task: Task, result: Result, folder: Path) -> Path | None:
        """The trainer's file of a result in ``folder``, where one is wanted."""
        if task.options.format is None:
            return None
        suffix = next(iter(WRITERS[task.options.format].suffixes), "")
        path = folder / f"{task.variant.name}{suffix}"
        own = result.trajectory.fps  # solved at the format's rate: nothing is made up between
        write(result, path, format=task.options.format, fps=own, robot=self._retargeter.robot)
        return path

    def _place(self, task: Task, result: Result, status: str, other: Path | None) -> dict[str, str]:
        """Save the result, and put the file beside it where it is kept.

        Files to SHA-256, paths from the batch's folder.
        """
        target = result_path(task, status)
        target.parent.mkdir(parents=True, exist_ok=True)
        written: list[Path] = []
        if task.options.format is not None and other is not None and status == KEPT:
            place = below(task.out, f"{task.options.format}/{task.source.name}/{other.name}")
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, partial(os.replace, other))
            written = sorted(place.iterdir()) if place.is_dir() else [place]
        written.append(result.save(target))  # last: a format that cannot be written keeps nothing
        return {path.relative_to(task.out).as_posix(): sha256(path) for path in written}


@dataclass(frozen=True)
class MakeWorker:
    """Makes a :class:`Worker`, in the process that is to be one."""

    robot: str

    def __call__(self) -> Worker:
        """The worker."""
        return Worker(self.robot)


def _doubted(score: Score) -> list[str]:
    """What could not be judged, by name: doubts, and rows that are owed."""
    names = [doubt.name for doubt in score.doubts] + [row.name for row in score.unmeasured]
    return list(dict.fromkeys(names))


def result_path(task: Task, status: str) -> Path:
    """Where the result of a task goes.

    Raises:
        ReadError: a link there leads out of the batch's folder.
    """
    return below(task.out, f"{status}/{task.source.name}/{task.variant.name}.npz")
