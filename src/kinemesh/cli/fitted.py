"""A written trajectory with the recording and the scene that it is judged and shown in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from kinemesh.cli.answers import another
from kinemesh.cli.scenes import scene_of
from kinemesh.cli.source import Options, Recording
from kinemesh.cli.wording import all_worded, options_of, spoken
from kinemesh.cli.written import Written, matched
from kinemesh.errors import KinemeshError
from kinemesh.metrics import Held, Score, evaluate
from kinemesh.motion import Clip, Scene, Trajectory
from kinemesh.result import Result
from kinemesh.robot import RobotModel


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trajectory, its robot, and all that they met, frame for frame."""

    motion: Result | Trajectory
    """A result where the file is one of ours."""
    robot: RobotModel
    scene: Scene
    clip: Clip | None
    scale: float | None
    """Robot height / person's."""
    held: Held | None
    """What its solver held, where the file says so."""
    target: Scene | None
    """The scene, at human scale, that it was adapted to, where the file says so."""
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    another: str = ""
    """Why it answers another recording than the clip; empty if it answers it."""

    @property
    def trajectory(self) -> Trajectory:
        """The robot's motion."""
        return self.motion.trajectory if isinstance(self.motion, Result) else self.motion

    @classmethod
    def read(
        cls,
        path: Path,
        *,
        robot: str | None,
        fps: float | None,
        clip: Clip | None,
        options: Options,
    ) -> Fitted:
        """Read a trajectory, anybody's, and fit it to ``clip``.

        Raises:
            ReadError: no trajectory, or damaged.
            ClipError: it is not as long as the clip.
            RobotError: the robot is not known.
        """
        written = Written.read(path, robot, fps)
        notes = [f"{path.name}: {note}" for note in written.notes]
        fitted = cls.of(written, clip, options)
        return replace(fitted, notes=(*notes, *fitted.notes))

    @classmethod
    def of(cls, written: Written, clip: Clip | None, options: Options) -> Fitted:
        """A trajectory that was read, fitted to ``clip``; notes are on the fit alone.

        Without ``clip`` a result is fitted to the demonstration that it carries, whose notes and
        warnings are then among these.

        Raises:
            ClipError: it is not as long as the clip.
        """
        own = written.result
        notes: list[str] = []
        warnings = list(written.warnings)
        if clip is not None:
            written, clip, said = matched(written, clip)
            notes += said
        strange = "" if clip is None else another(written, clip)
        scene, scale, said = scene_of(written, clip, options)
        notes += said
        target = None
        motion: Result | Trajectory = written.trajectory
        if own is not None:
            if clip is None and own.demonstration is not None:
                clip = own.demonstration
                notes = ["recording: in the file", *clip.notes, *notes]
                warnings += clip.warnings
                target = own.target or clip.scene
            elif len(own) == len(written.trajectory):
                target = own.target
            motion = _first(own, written, scene, clip, target)
        return cls(
            *(motion, written.robot, scene, clip, scale, written.held, target),
            tuple(notes),
            (*warnings, *([f"another recording's: {strange}"] if strange else ())),
            strange,
        )

    def score(self) -> Score:
        """What the ruler says."""
        return evaluate(
            *(self.trajectory, self.robot),
            scene=self.scene,
            clip=self.clip,
            scale=self.scale,
            target=self.target,
            held=self.held,
        )


def _first(
    result: Result, written: Written, scene: Scene, clip: Clip | None, target: Scene | None
) -> Result:
    """The part of a result that was matched with the clip, in the scene that it is judged in."""
    count = len(written.trajectory)
    return replace(
        result,
        trajectory=written.trajectory,
        scene=scene,
        landmarks=result.landmarks[:count],
        reports=result.reports[:count],
        tracks=written.tracks,
        stance={name: flags[:count] for name, flags in result.stance.items()},
        touch={pair: flags[:count] for pair, flags in result.touch.items()},
        demonstration=clip,
        target=target,
    )


def read_clip(path: Path | None, recording: Recording) -> Clip | None:
    """The recording, where one is given; its notes speak of the options that are for it.

    Raises:
        KinemeshError: contacts are given and no recording.
    """
    if path is None:
        if recording.contacts is not None:
            raise KinemeshError("--contacts speaks of the recording: give it too, --clip")
        return None
    options = options_of(recording, clip=True)
    with spoken(options):
        clip = recording.read_from(path, recording.clip_fps, recording.clip_robot)
    return replace(
        clip,
        notes=all_worded(clip.notes, options),
        warnings=all_worded(clip.warnings, options),
    )
