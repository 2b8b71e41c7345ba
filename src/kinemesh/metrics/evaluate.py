"""The ruler: everything measured on the true geometry, from the trajectory alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kinemesh.arguments import function, instance, number
from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.metrics.doubts.doubts import Held, doubts
from kinemesh.metrics.geometry.encounter import encounters
from kinemesh.metrics.geometry.selfcollision import SelfPairs
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.measures.between import between
from kinemesh.metrics.measures.body import BodyGaps, body
from kinemesh.metrics.measures.claimed import claimed
from kinemesh.metrics.measures.contact import contact
from kinemesh.metrics.measures.dynamics import dynamics
from kinemesh.metrics.measures.hand_touches import hand_touches
from kinemesh.metrics.measures.joints import joint_limits
from kinemesh.metrics.measures.limbs import limbs
from kinemesh.metrics.measures.palm_places import palm_places
from kinemesh.metrics.measures.penetration import penetration
from kinemesh.metrics.measures.posture import posture
from kinemesh.metrics.measures.smoothness import smoothness
from kinemesh.metrics.measures.stance import stance
from kinemesh.metrics.measures.things import things
from kinemesh.metrics.measures.tracking import tracking
from kinemesh.metrics.person.bodies import on_bodies
from kinemesh.metrics.person.holding import held_offsets
from kinemesh.metrics.person.human import Hands
from kinemesh.metrics.person.proportions import proportioned
from kinemesh.metrics.person.scale import world_scale
from kinemesh.metrics.score import Measure, Score
from kinemesh.motion import Clip, Scene, Trajectory
from kinemesh.robot.model import RobotModel


def evaluate(
    trajectory: Trajectory,
    robot: RobotModel,
    *,
    scene: Scene,
    clip: Clip | None = None,
    scale: float | None = None,
    limits: Limits | None = None,
    target: Scene | None = None,
    held: Held | None = None,
    surfaces: Surfaces | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Score:
    """Measure a trajectory, whoever made it.

    Args:
        trajectory: the robot's motion.
        robot: whose it is.
        scene: the robot's scene: props at their real size on the tracks that the robot met,
            terrain as the robot met it.
        clip: the demonstration, in its own scene at human scale. Without it the rows on
            stance, contact, tracking, limbs and posture have no value: they are the person's
            to say.
        scale: how much smaller the robot's world is than the person's; by default the ratio of
            the legs if that explains clearly better where the robot goes, else that of the
            statures; noted where a scene hangs on it.
        limits: where the verdict draws its lines.
        target: the scene, at human scale, that the motion was to be adapted to: a variant's, or
            the clip's own. Without it a prop on a track of its own is not held against any place.
        held: which feet and hands the solver held, and when, where that is known; what the
            person does by the ruler's own rules and was not held, or the other way round, is
            then a doubt of the score.
        surfaces: what was made ready of shapes for another score, which takes up to half a second:
            one ``Surfaces()`` may be handed to all scores of one scene.
        progress: called with (steps done, steps in all).

    Raises:
        ClipError: trajectory, robot, scene and clip do not fit together.
        TypeError: an argument of another kind.
    """
    instance("trajectory", trajectory, Trajectory, "a Trajectory, such as result.trajectory")
    instance("robot", robot, RobotModel, "a RobotModel: RobotModel.load(name) gives one")
    instance("scene", scene, Scene, "the robot's Scene, such as result.scene")
    kinds = {
        **{"clip": (clip, Clip), "limits": (limits, Limits), "held": (held, Held)},
        "surfaces": (surfaces, Surfaces),
    }
    for name, (value, kind) in kinds.items():
        if value is not None:
            instance(name, value, kind, f"a {kind.__name__}, or None")
    function("progress", progress)
    if scale is not None:
        number("scale", scale, "a factor, 0.01 to 100", low=0.01, high=100.0, error=ClipError)
    _check(trajectory, scene, clip)
    limits = limits or Limits()
    posed = KinematicTrajectory(trajectory, robot)
    surfaces, pairs = surfaces or Surfaces(), SelfPairs(robot)
    props, terrain = encounters(scene, posed, surfaces)
    hands, person, offsets = None, None, dict[str, list[Array]]()
    factor, notes = 1.0 if scale is None else scale, []
    if clip is not None:
        hands = Hands(clip, surfaces)
        if scale is None:
            found = world_scale(posed, clip, surfaces, scene)
            factor = found.value
            if found.matters and scene.things:
                notes.append(found.note)
        person = proportioned(clip, robot, factor, surfaces)
        if scene.props:
            offsets = held_offsets(hands, person, factor)
    touching = hand_touches(scene, props, terrain, hands, surfaces)
    rests = None if hands is None else on_bodies(hands)
    gaps = BodyGaps(posed, scene, (*props, terrain))
    groups: tuple[Callable[[], Iterable[Measure]], ...] = (
        lambda: penetration(posed, scene, props, terrain, pairs, limits),
        lambda: things(scene, clip, target, factor, offsets, limits, surfaces),
        lambda: stance(posed, scene, clip, rests or (), limits, surfaces),
        lambda: contact(posed, scene, clip, terrain, touching, limits, surfaces),
        lambda: palm_places(posed, scene, clip, touching, limits),
        lambda: body(posed, gaps, rests, limits),
        lambda: (claimed(posed, scene, (*props, terrain), gaps, held, limits, surfaces),),
        lambda: joint_limits(posed, limits),
        lambda: smoothness(posed, clip, factor, held, limits, surfaces),
        lambda: tracking(posed, clip, person, factor, limits),
        lambda: limbs(posed, clip, limits),
        lambda: posture(posed, clip, limits),
        lambda: dynamics(posed, scene, props, terrain),
        lambda: (between(posed, scene, pairs),),
    )
    measures: tuple[Measure, ...] = ()
    for index, group in enumerate(groups):
        if progress is not None:
            progress(index + 1, len(groups) + 1)
        measures += tuple(group())
    doubted = doubts(posed, scene, hands, held, measures)
    if progress is not None:
        progress(len(groups) + 1, len(groups) + 1)
    return Score(
        measures,
        doubted,
        clip="" if clip is None else clip.name,
        robot=robot.name,
        frames=len(posed),
        fps=posed.fps,
        notes=tuple(notes),
    )


def _check(trajectory: Trajectory, scene: Scene, clip: Clip | None) -> None:
    for prop in scene.props:
        if len(prop.track) != len(trajectory):
            raise ClipError(
                f"prop {prop.name!r} of the robot's scene has {len(prop.track)} poses for "
                f"{len(trajectory)} frames"
            )
    if clip is None:
        return
    if len(clip) != len(trajectory):
        raise ClipError(
            f"the clip has {len(clip)} frames and the trajectory {len(trajectory)}: "
            f"crop or resample the clip as it was when the trajectory was made"
        )
    if abs(clip.fps - trajectory.fps) > 1e-6 * clip.fps:
        raise ClipError(
            f"the clip has {clip.fps:g} frames/s and the trajectory {trajectory.fps:g}: "
            f"resample the clip first"
        )
