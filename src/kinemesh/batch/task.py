"""One task: one variant of one clip, retargeted, judged and written."""

from __future__ import annotations

import hashlib
import itertools
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kinemesh import metrics
from kinemesh._files import below
from kinemesh._version import __version__
from kinemesh.augment import Variant
from kinemesh.batch.digests import sha256
from kinemesh.batch.manifest import KEPT, REJECTED, SKIPPED, Record
from kinemesh.batch.sources import Source
from kinemesh.export import WRITERS, write
from kinemesh.motion import Clip, Trajectory
from kinemesh.result import Result
from kinemesh.retarget import Retargeter


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

    def told(self) -> dict[str, Any]:
        """What tells one result from another."""
        return {
            "robot": Path(self.robot).name,
            "robot_sha256": self.robot_sha256,
            "format": self.format,
            "code_sha256": self.code_sha256,
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
        self._clip: tuple[object, Clip] | None = None
        self._nominal: tuple[object, Trajectory] | None = None

    def __call__(self, task: Task) -> Record:
        """The manifest's line on a task that has been done.

        Raises:
            KinemeshError: the clip cannot be read, or the result not be written.
        """
        marks = [time.perf_counter()]
        clip = self._read(task)
        reason = task.variant.unfit(clip)
        if reason is not None:
            return task.record(SKIPPED, reason)
        varied = task.variant.apply(clip)
        marks.append(time.perf_counter())
        nominal = self._stay_near(task, clip) if varied.anchored else None
        result = self._retargeter.retarget(varied.clip, scene=varied.scene, nominal=nominal)
        marks.append(time.perf_counter())
        score = metrics.evaluate(
            result.trajectory,
            self._retargeter.robot,
            scene=result.scene,
            clip=varied.clip,
            scale=result.scale,
        )
        marks.append(time.perf_counter())
        status = KEPT if score.passed else REJECTED
        files = self._write(task, result, status)
        marks.append(time.perf_counter())
        spent = [b - a for a, b in itertools.pairwise(marks)]
        return task.record(
            status,
            "" if score.passed else score.verdict,
            verdict=score.verdict,
            failed=[measure.name for measure in score.failed],
            measures={measure.name: measure.value for measure in score},
            frames=len(result),
            fps=result.trajectory.fps,
            relaxed=len(result.failures),
            timings=dict(zip(("read", "solve", "judge", "write"), spent, strict=True)),
            files=files,
        )

    def _read(self, task: Task) -> Clip:
        """The clip, read once for all of its variants that come in a row."""
        place = (task.source, tuple(task.files.items()))
        if self._clip is None or self._clip[0] != place:
            self._clip = (place, replace(task.source.read(), name=task.source.name))
        return self._clip[1]

    def _stay_near(self, task: Task, clip: Clip) -> Trajectory:
        """The answer to the demonstration, as the variant has it, in its own scene."""
        if task.nominal is not None and not task.variant.demonstration:
            return Result.load(task.nominal).trajectory
        place = (task.source, tuple(task.files.items()), task.variant.demonstration)
        if self._nominal is None or self._nominal[0] != place:
            for step in task.variant.demonstration:
                clip = step.apply(clip)
            self._nominal = (place, self._retargeter.retarget(clip).trajectory)
        return self._nominal[1]

    def _write(self, task: Task, result: Result, status: str) -> dict[str, str]:
        """Write what there is to write: file to SHA-256, paths from the batch's folder."""
        target = result_path(task, status)
        target.parent.mkdir(parents=True, exist_ok=True)
        written: list[Path] = []
        if task.options.format is not None and status == KEPT:
            suffix = next(iter(WRITERS[task.options.format].suffixes), "")
            name = f"{task.options.format}/{task.source.name}/{task.variant.name}{suffix}"
            other = below(task.out, name)
            other.parent.mkdir(parents=True, exist_ok=True)
            write(result, other, format=task.options.format, robot=self._retargeter.robot)
            written = sorted(other.iterdir()) if other.is_dir() else [other]
        written.append(result.save(target))  # last: a format that cannot be written keeps nothing
        return {path.relative_to(task.out).as_posix(): sha256(path) for path in written}


@dataclass(frozen=True)
class MakeWorker:
    """Makes a :class:`Worker`, in the process that is to be one."""

    robot: str

    def __call__(self) -> Worker:
        """The worker."""
        return Worker(self.robot)


def result_path(task: Task, status: str) -> Path:
    """Where the result of a task goes.

    Raises:
        ReadError: a link there leads out of the batch's folder.
    """
    return below(task.out, f"{status}/{task.source.name}/{task.variant.name}.npz")
