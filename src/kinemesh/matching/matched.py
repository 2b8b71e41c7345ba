"""A trajectory with the recording and the scene that it is judged and shown in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kinemesh import arguments, metrics
from kinemesh.errors import ClipError, OptionError, ReadError
from kinemesh.matching.mismatch import mismatch
from kinemesh.matching.recording import RecordingOptions
from kinemesh.matching.scene import Shapes, scene_of
from kinemesh.matching.trajectory_file import TrajectoryFile, model_of, read_trajectory
from kinemesh.metrics import Held, Limits, Score, Surfaces
from kinemesh.motion import Clip, Scene, Trajectory
from kinemesh.recordings.options import check_options
from kinemesh.result import Result
from kinemesh.robot import RobotModel

MotionLike = Result | Trajectory | TrajectoryFile | str | Path
"""What is judged and shown."""

_A_MOTION = "a Result, a Trajectory, what read_trajectory gives, or a path to a file or folder"
_A_RECORDING = "a Clip (kinemesh.read(path) makes one), a path, or None"

_DROPPED = 0.1
"""Clip and trajectory may differ by this much at the end [s]; tools drop a few frames."""


@dataclass(frozen=True, eq=False)
class MatchedTrajectory:
    """A trajectory, its robot, and all that they met, frame for frame."""

    motion: Result | Trajectory
    """A result where the file is one of ours."""
    robot: RobotModel
    """Whose motion it is."""
    scene: Scene
    """What the robot met."""
    clip: Clip | None
    """The recording that it answers, where one is known."""
    scale: float | None
    """How much smaller the robot's world is than the person's."""
    held: Held | None
    """What its solver held, where the file says so."""
    target: Scene | None
    """The scene, at human scale, that it was adapted to, where the file says so."""
    notes: tuple[str, ...] = ()
    """What was found, assumed or done."""
    warnings: tuple[str, ...] = ()
    """What looks wrong."""
    mismatch: str = ""
    """Why it answers another recording than the clip; empty if it answers it."""

    @property
    def trajectory(self) -> Trajectory:
        """The robot's motion."""
        return self.motion.trajectory if isinstance(self.motion, Result) else self.motion

    def score(
        self,
        limits: Limits | None = None,
        surfaces: Surfaces | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Score:
        """What the ruler says, with notes and warnings of the match.

        Args:
            limits: where the verdict draws its lines.
            surfaces: what was made ready of shapes for another score.
            progress: called with (steps done, steps in all).
        """
        score = metrics.evaluate(
            self.trajectory,
            self.robot,
            scene=self.scene,
            clip=self.clip,
            scale=self.scale,
            limits=limits,
            target=self.target,
            held=self.held,
            surfaces=surfaces,
            progress=progress,
        )
        return replace(score, notes=self.notes, warnings=self.warnings)


def match(
    motion: MotionLike,
    recording: Clip | str | Path | None = None,
    *,
    robot: RobotModel | str | Path | None = None,
    scene: Scene | None = None,
    object: str | Path | None = None,
    terrain: str | Path | None = None,
    decompose: bool = False,
    height: float | None = None,
    mass: Mapping[str, float] | float | None = None,
    fps: float | None = None,
    recording_fps: float | None = None,
) -> MatchedTrajectory:
    """Put a trajectory beside the recording that it answers, in the scene that it met.

    A result carries its recording and its scene. A file of somebody else's has at most tracks of
    props: shapes, person and terrain come from the recording, or from ``object`` and ``terrain``.

    Args:
        motion: a result; a trajectory; what :func:`read_trajectory` gives; or a path to a file, or
            a folder, of any layout in docs/formats.md.
        recording: the clip that it answers, or the path of one; a clip is resampled to the
            trajectory's rate. What else there is to say of a recording's file,
            :func:`kinemesh.read` takes: give the clip that it reads. What the motion carries, if
            left out.
        robot: whose motion it is: a model, or what :meth:`~kinemesh.RobotModel.load` takes; the
            motion's own if left out, else g1.
        scene: what the robot met, at its real size: props on tracks ``(T, 7)``, terrain; found as
            said above if left out.
        object: shape of the object that the file, or the recording at a path, tracks.
        terrain: shape of what was climbed, at human scale.
        decompose: cut these shapes into convex parts where they are not convex.
        height: the person's height [m], by which terrain is scaled where no recording is known,
            and which the recording at a path is read with.
        mass: of the robot's props by name, or of the only one [kg]; what the scene says, else by
            their size, if left out.
        fps: frames per second [1/s] of the trajectory's file, where it does not say.
        recording_fps: frames per second [1/s] of the recording's file, where it does not say.

    Raises:
        ReadError: a file is no trajectory, no recording, or damaged.
        ClipError: the motion is not as long as the recording, or not this robot's.
        RobotError: the robot is not known.
        OptionError: arguments that do not go together.
        TypeError: an argument of another kind.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.lift_box().crop(0, 4))
        >>> matched = kinemesh.matching.match(result)
        >>> matched.scene, matched.clip
        (Scene(box, ground=0.0), Clip('lift_box', 4 frames at 30/s, kinemesh23, 1.75 m, box))
    """
    check_options(
        {"object": object, "terrain": terrain, "decompose": decompose, "height": height, "fps": fps}
    )
    shapes = Shapes(
        object=None if object is None else Path(object),
        terrain=None if terrain is None else Path(terrain),
        decompose=decompose,
        height=height,
    )
    _check(recording, scene, shapes, recording_fps)
    notes: list[str] = []
    warnings: list[str] = []
    if isinstance(recording, str | Path):
        path = arguments.path("recording", recording, _A_RECORDING, ReadError)
        clip: Clip | None = RecordingOptions(**shapes.shapes).read_from(path, recording_fps)
        assert clip is not None
        notes, warnings = [*clip.notes], [*clip.warnings]
    else:
        clip = recording
    file = _file(motion, robot, fps)
    lead = f"{Path(motion).name}: " if isinstance(motion, str | Path) else ""
    notes += [f"{lead}{note}" for note in file.notes]
    warnings += file.warnings
    own, strange = file.result, ""
    if clip is not None:
        file, clip, said = _alongside(file, clip)
        notes += said
        strange = mismatch(file, clip)
    met, scale, said = scene_of(file, clip, shapes)
    if scene is not None:
        met, said = scene, []
    met = met if mass is None else met.with_masses(mass)
    target = None
    found: Result | Trajectory = file.trajectory
    if own is not None:
        if clip is None and own.demonstration is not None:
            clip = own.demonstration
            carried = [] if isinstance(motion, Result) else ["recording: in the file"]
            notes += [*carried, *clip.notes]
            warnings += clip.warnings
            target = own.target or clip.scene
        elif len(own) == len(file.trajectory):
            target = own.target
        found = _first(own, file, met, clip, target)
    if strange:
        warnings.append(f"another recording's: {strange}")
    return MatchedTrajectory(
        found,
        file.robot,
        scene=met,
        clip=clip,
        scale=scale,
        held=file.held,
        target=target,
        notes=(*notes, *said),
        warnings=tuple(warnings),
        mismatch=strange,
    )


def _check(
    recording: Clip | str | Path | None,
    scene: Scene | None,
    shapes: Shapes,
    recording_fps: float | None,
) -> None:
    """Refuse what would not be looked at."""
    if recording is not None and not isinstance(recording, Clip | str | Path):
        arguments.wrong("recording", recording, _A_RECORDING, TypeError)
    if scene is not None:
        arguments.instance("scene", scene, Scene, "the robot's Scene, or None")
    given = [name for name, value in shapes.shapes.items() if value not in (None, False)]
    if isinstance(recording, Clip) and given:
        raise OptionError(
            f"{given[0]}= is given beside a Clip, which has what was touched in its scene",
            advice="give it to kinemesh.read, or the recording's path in place of the Clip",
        )
    if scene is not None and {"object", "terrain"} & set(given):
        raise OptionError(
            f"{given[0]}= is given beside scene=, which has all shapes", advice="leave it out"
        )
    if recording_fps is not None:
        rate = arguments.rate(recording_fps, ClipError, "recording_fps is")
        if not isinstance(recording, str | Path):
            raise OptionError(
                f"recording_fps={rate:g} is the rate of a recording's file, and no path of one is "
                f"given",
                given=recording_fps,
                advice="leave it out",
            )


def _file(
    motion: MotionLike, robot: RobotModel | str | Path | None, fps: float | None
) -> TrajectoryFile:
    """What is judged, read where it is a path."""
    if isinstance(motion, str | Path):
        return read_trajectory(motion, robot, fps=fps)
    if not isinstance(motion, Result | Trajectory | TrajectoryFile):
        arguments.wrong("motion", motion, _A_MOTION, TypeError)
    if fps is not None:
        raise OptionError(
            f"fps={fps:g} is the rate of a file, and the trajectory has its own",
            given=fps,
            advice="leave it out",
        )
    if isinstance(motion, TrajectoryFile):
        return motion if robot is None else replace(motion, robot=model_of(robot))
    own = motion.trajectory if isinstance(motion, Result) else motion
    model = model_of(own.robot if robot is None else robot)
    if isinstance(motion, Result):
        return TrajectoryFile.from_result(motion, model)
    return TrajectoryFile(motion, model)


def _alongside(file: TrajectoryFile, clip: Clip) -> tuple[TrajectoryFile, Clip, list[str]]:
    """Both frame for frame, and what had to be done for it."""
    notes = []
    fps = file.trajectory.fps
    if abs(clip.fps - fps) > 1e-6 * fps:
        notes.append(f"clip: resampled from {clip.fps:g} to the trajectory's {fps:g} frames/s")
        clip = clip.resample(fps)
    frames = len(file.trajectory), len(clip)
    if abs(frames[0] - frames[1]) > max(1.0, _DROPPED * fps):
        raise ClipError(
            f"the trajectory has {frames[0]} frames and the clip {frames[1]} at {fps:g} frames/s",
            given=frames[1],
            expected=f"{frames[0]} frames",
            advice="give the recording that it was made from, and its rate (recording_fps=)",
        )
    if frames[0] != frames[1]:
        count = min(frames)
        notes.append(
            f"frames: {frames[0]} of the trajectory, {frames[1]} of the clip; "
            f"the first {count} are measured"
        )
        file, clip = file.first(count), clip.crop(0, count)
    return file, clip, notes


def _first(
    result: Result, file: TrajectoryFile, scene: Scene, clip: Clip | None, target: Scene | None
) -> Result:
    """The part of a result that was matched with the clip, in the scene that it is judged in."""
    count = len(file.trajectory)
    return replace(
        result,
        trajectory=file.trajectory,
        scene=scene,
        landmarks=result.landmarks[:count],
        reports=result.reports[:count],
        tracks=file.tracks,
        simulation=None if result.simulation is None else result.simulation.first(count),
        stance={name: flags[:count] for name, flags in result.stance.items()},
        touch={pair: flags[:count] for pair, flags in result.touch.items()},
        demonstration=clip,
        target=target,
    )
