"""A robot that follows a person who is being recorded now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any, Unpack

from kinemesh.arguments import choice, given, instance, number, rate
from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.detection.causal.instant import Instant
from kinemesh.errors import ClipError, OptionError
from kinemesh.motion import Scene, Skeleton
from kinemesh.objectives import streaming
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.solve import Retargeter, Settings
from kinemesh.streaming.clock import Clock
from kinemesh.streaming.following import Following
from kinemesh.streaming.intake import Frame, Intake
from kinemesh.streaming.level import Level
from kinemesh.streaming.measure import Measuring, configured, skeleton_of, waiting
from kinemesh.streaming.options import ORIGINS, Origin
from kinemesh.streaming.output import Output
from kinemesh.streaming.pose import Pose, Sample, unseen
from kinemesh.streaming.record import Record
from kinemesh.streaming.steady import steady


class Stream:
    """Answers frames as they come, each from what has been seen so far.

    Every constraint of :func:`kinemesh.retarget` holds in every answer: limits, speeds by the time
    that has passed, ground, terrain, props that move, the robot's own body, feet that stand, hands
    that touch. As a context manager it keeps one BLAS thread, and the garbage collector away from
    what is in memory already, which a latency of milliseconds needs.

    Args:
        robot: a shipped robot's name, a folder, or a model.
        skeleton: whose joints come: a :class:`Skeleton`, or the name of a known one.
        height: the person's stature [m]; estimated from the leg bones if left out.
        fps: frames a second [1/s], where frames do not say when they are; of a recording, too.
        scene: props, terrain and ground, at human scale, in the stream's world. Tracks of props are
            not looked at: they are where :meth:`push` says. Level ground if left out.
        calibration: what is known of the person; found in the first half second if left out,
            in which the robot waits.
        floor: height of the floor in the stream [m], above which the scene is; found with the
            calibration if left out, 0 where that is given or the scene has terrain.
        origin: ``"stream"``: the robot's world is the stream's, scaled; ``"person"``: it begins
            where the person does, and x is ahead of her. Not with terrain.
        start: the robot's configuration ``(nq,)`` now, from which it goes to the person's pose in
            a second. If left out, its rest posture while the person is measured, or, where she is
            known, the first answer.
        keep: how many seconds :meth:`record` reaches back [s].
        options: those of :class:`kinemesh.Retargeter` but ``refine``: ``freeze``, ``objectives``
            (:func:`kinemesh.objectives.streaming` if left out), ``constraints``, ``iterations``,
            ``first_iterations``, ``tolerance``, ``feasibility``, ``solver``, ``mesh``, ``stance``
            and ``proportions``.

    Raises:
        RobotError: the robot is not known or not complete.
        ClipError: the skeleton is not known, or not that of the calibration.
        OptionError: a setting that cannot be.
        TypeError: a setting of another kind.

    Examples:
        >>> clip = kinemesh.demos.walk().crop(0, 60)
        >>> stream = kinemesh.Stream("g1", skeleton=clip.skeleton, fps=clip.fps)
        >>> poses = [stream.push(positions) for positions in clip.positions]
        >>> poses[0].state, poses[-1].state
        ('calibrating', 'following')
        >>> stream.sample(poses[-1].time).q.shape
        (36,)
        >>> len(stream.record())
        15
        >>> stream.meet(kinemesh.Scene(ground=0.0))  # what is there from now on
        >>> stream.reset()  # and another person comes
    """

    def __init__(
        self,
        robot: RobotModel | str | Path = "g1",
        *,
        skeleton: Skeleton | str,
        height: float | None = None,
        fps: float = 30.0,
        scene: Scene | None = None,
        calibration: Calibration | None = None,
        floor: float | None = None,
        origin: Origin = "stream",
        start: Sequence[float] | Array | None = None,
        keep: float = 60.0,
        **options: Unpack[Settings],
    ) -> None:
        if "refine" in options:
            raise OptionError("refine is for whole clips, and a stream has no end: leave it out")
        if options.get("objectives") is None:
            options["objectives"] = streaming()
        self._retargeter = Retargeter(robot, refine=None, **options)
        self.robot = self._retargeter.robot
        self.skeleton = skeleton_of(skeleton)
        self.fps = rate(fps, OptionError)
        if height is not None:
            what = "the stature [m], 0.5 to 2.6, or None"
            height = number("height", height, what, low=0.5, high=2.6, error=OptionError)
        self._height = height
        self._scene = given("scene", scene, Scene, "a Scene, or None") or Scene()
        self._known = given("calibration", calibration, Calibration, "a Calibration, or None")
        if self._known is not None and self._known.skeleton.joints != self.skeleton.joints:
            raise ClipError("the calibration is of another skeleton: calibrate with this one")
        choice("origin", origin, ORIGINS)
        self._brought = origin == "person" or self.robot.fixed_base
        self._check(self._scene)
        stated = self._known is not None or self._scene.terrain is not None
        self._finds_floor = floor is None and not stated
        self._floor = number("floor", floor or 0.0, "a height [m], or None", error=OptionError)
        self._start = None if start is None else configured(self.robot, start)
        what = "a time [s], 0 to 3600"
        keep = number("keep", keep, what, low=0.0, high=3600.0, error=OptionError)
        self._clock, self._output, self._record = Clock(self.fps), Output(self.robot), Record(keep)
        self._intake, self._stack = Intake(self.skeleton, self._scene), ExitStack()
        self._last: Pose | None = None
        self.reset()

    def __repr__(self) -> str:
        return f"Stream({self.robot.name!r}, {self.skeleton.name!r}, {self.fps:g}/s)"

    def reset(self) -> None:
        """Forget the person; the robot stays where it is, and the next one is measured anew."""
        if self._last is not None:
            self._start = self._last.q
        self._following: Following | None = None
        if self._known is not None:  # before the first frame: it takes a moment
            self._following = Following(self._retargeter, self._known, self._scene, self._start)
        self._answered: float | None = None
        self._given: float | None = None
        self._level = Level(self.skeleton, self._floor)
        self._measuring = Measuring(self.skeleton, self._height, self._retargeter.stance)
        self._intake.forget()
        self._record.clear()

    def __enter__(self) -> Stream:
        self._stack.enter_context(steady())
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    @property
    def scene(self) -> Scene:
        """The robot's scene: terrain scaled, props of their size; the person's until she is known.

        Tracks of its props say nothing: a :class:`Pose` has them.
        """
        return self._scene if self._following is None else self._following.plan.scene

    @property
    def scale(self) -> float | None:
        """Of the robot's world against the person's; None until she is known."""
        return None if self._following is None else self._following.plan.scale

    def push(
        self,
        positions: Any,
        rotations: Any = None,
        props: Mapping[str, Any] | None = None,
        time: float | None = None,
    ) -> Pose:
        """Answer a frame.

        What cannot be used, a frame without a person or from before the last one, is answered by
        the pose before, and said.

        Args:
            positions: joint positions ``(J, 3)`` [m], z up; NaN for joints that are not seen.
            rotations: world rotations of the joints ``(J, 4)`` ``qx qy qz qw``, if there are any.
            props: poses ``(7,)`` ``x y z qx qy qz qw`` by name, of props that are seen now.
            time: when the frame is [s]; one frame after the last if left out.

        Raises:
            ClipError: arrays of another shape, or a person of impossible size.
        """
        since = perf_counter()
        at, word = self._clock.read(time)
        said = [] if word is None else [word]
        things, told = self._intake.props(props)
        said += told
        if at is None:
            self._intake.positions(positions)
            return self._held(since, said)
        dt, step = self._clock.since(self._answered), self._clock.since(self._given)
        self._given = at
        person, told = self._intake.person(positions, rotations, dt)
        said += told
        if person is None:
            if self._following is not None:
                self._following.hold()
            return self._held(since, said)
        if self._brought and (self._answered is None or self.robot.fixed_base):
            self._level.settle(person.positions)
        self._answered = at
        pose = self._answer(person, things, dt, step, at)
        self._output.ground = None if self.robot.fixed_base else self.scene.ground
        self._output.take(at, pose.q, step)
        self._last = replace(pose, latency=perf_counter() - since, said=(*said, *pose.said))
        return self._last

    def sample(self, time: float) -> Sample:
        """What to send at a time [s], for a fixed rate: on the way to the newest pose.

        Raises:
            OptionError: no frame has come yet, or the time is before the last sample's.
        """
        return self._output.sample(time)

    def meet(self, scene: Scene) -> None:
        """Go on in another scene, at human scale: props come and go, terrain changes.

        What is hollow takes a moment to be made ready. Props that stay keep their places by name.

        Raises:
            OptionError: terrain, for a person who is brought to the robot.
        """
        instance("scene", scene, Scene, "a Scene")
        self._check(scene)
        self._scene = scene
        self._intake.meet(scene)
        before = self._following
        if before is not None and self._last is not None:
            self._following = Following(self._retargeter, before.known, scene, self._last.q, before)

    def record(self) -> Result:
        """What was answered in the last ``keep`` seconds, beside the person, at ``fps`` frames/s.

        Raises:
            ClipError: fewer than two frames were answered.
        """
        if self._following is None:
            raise ClipError("nobody was followed yet: for half a second the person is measured")
        plan, known = self._following.plan, self._following.known
        return self._record.result(self.robot.whole, plan, self._scene, self.fps, known.notes)

    def _answer(
        self, person: Frame, things: Mapping[str, Array], dt: float, step: float, at: float
    ) -> Pose:
        """The answer to a frame that can be used."""
        now = self._brought_in(person, things, dt)
        if self._following is None:
            if self._start is None:
                self._start = waiting(self.robot, now, self._height, self._scene.ground)
            if not self._measuring.add(now):
                return Pose(at, self._start, now.landmarks, {}, (), None, 0.0, "calibrating")
            known = self._measured()
            now = self._brought_in(person, things, dt)
            self._following = Following(self._retargeter, known, self._scene, self._start)
        pose, entry = self._following.answer(now, at, step)
        if entry is not None:
            self._record.add(replace(entry, q=self.robot.expanded(pose.q[None])[0]))
        return pose

    def _brought_in(self, person: Frame, things: Mapping[str, Array], dt: float) -> Instant:
        """A frame in the world that is answered."""
        level = self._level
        places, turns = level.points(person.positions), level.turns(person.rotations)
        return Instant(self.skeleton, places, dt, turns, level.props(things))

    def _measured(self) -> Calibration:
        """What the first frames have shown."""
        floor = self._measuring.floor() if self._finds_floor else 0.0
        known, self._scene = self._measuring.found(self._scene, floor)
        self._level.lower(self._floor + floor)
        if floor:
            said = f"the floor of the stream is at {100.0 * floor:.1f} cm: taken to 0"
            known = replace(known, notes=(*known.notes, said))
        return known

    def _held(self, since: float, said: list[str]) -> Pose:
        """The pose before, for a frame that cannot be used."""
        q = self.robot.rest if self._start is None else self._start
        last = unseen(self.robot, q) if self._last is None else self._last
        at = last.time if self._given is None else self._given
        latency = perf_counter() - since
        return replace(
            last, time=at, state="holding", said=tuple(said), report=None, latency=latency
        )

    def _check(self, scene: Scene) -> None:
        """See that a scene can be where the person is."""
        if scene.terrain is not None and self._brought:
            raise OptionError(
                "the scene has terrain, which cannot come along with the person: "
                'leave origin="person" out, or take a robot that walks'
            )
