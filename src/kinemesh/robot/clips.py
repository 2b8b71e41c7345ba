"""A robot's trajectory as a demonstration: what one robot did, for another to follow.

A function, and no method of a trajectory: that is plain data, on a floor below the robots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arguments import flags, instance, mapping, text
from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.motion import GROUND, LANDMARKS, Clip, Scene, Skeleton, Trajectory
from kinemesh.motion.edits import FEET, StanceEdit, TouchEdit
from kinemesh.robot.bodies import configurations
from kinemesh.robot.model import Configuration, RobotModel

Flags = NDArray[np.bool_]

_KNUCKLES = 0.09
"""The middle knuckle is this far [m] ahead of the wrist, at a height of 1.3 m,"""
_SPREAD = 0.025
"""and the knuckles beside it are this far [m] to its sides."""
_STANDS = 0.03
"""Soles that come down this close [m] to z = 0 stand on it."""
_SIDES = {"left": ("L_", 1.0), "right": ("R_", -1.0)}


def clip_of(
    trajectory: Trajectory,
    robot: RobotModel | str | Path | None = None,
    scene: Scene | None = None,
    *,
    stance: Mapping[str, Flags] | None = None,
    touch: Mapping[tuple[str, str], Flags] | None = None,
    name: str | None = None,
    floor: float | None = None,
) -> Clip:
    """What a robot did, as a clip for another robot: ``retarget(clip_of(...), other)``.

    The joints are the robot's landmarks, and a torso; where it has hands, two knuckles beside
    the middle one and the palm's skin too, so that the turn and the touch of a hand are found as
    a person's are. Every joint has its part's world rotation. The height is the robot's own, so
    that another of the same height is met at scale 1.

    Args:
        trajectory: the robot's configurations.
        robot: the model, or what :meth:`~kinemesh.RobotModel.load` takes; the trajectory's own
            if left out.
        scene: props on their tracks ``(T, 7)`` and terrain, in the robot's world: a result's
            ``scene``.
        stance: when ``left_toe`` and ``right_toe`` were held ``(T,)``, as a result says in its
            ``stance``; detected if left out.
        touch: when parts of the body were held to things ``(T,)``, by part and thing, as a result
            says in its ``touch``; of pairs that are left out it is detected. Things that the scene
            does not have are passed over.
        name: the clip's name; the robot's if left out.
        floor: height of the ground in the trajectory [m], moved to z = 0; z = 0 if left out, with
            a warning where the soles do not come down to it.

    Raises:
        ClipError: the trajectory is not this robot's, or the scene does not fit it.
        RobotError: the robot is not known.

    Examples:
        >>> done = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> kinemesh.clip_of(done.trajectory, scene=done.scene)
        Clip('g1', 4 frames at 30/s, g1 landmarks, 1.32 m)
    """
    instance("trajectory", trajectory, Trajectory, "a Trajectory, such as result.trajectory")
    if scene is not None:
        instance("scene", scene, Scene, "a Scene, or None for level ground")
    if name is not None:
        text("name", name, "the clip's name, a text")
    frames = len(trajectory)
    held = mapping("stance", {} if stance is None else stance, "left_toe, right_toe to flags (T,)")
    known = {
        side: flags(f"stance[{part!r}]", held[part], (frames,), f"flags ({frames},)", ClipError)
        for side, part in ((side, f"{side}_toe") for side in FEET)
        if held.get(part) is not None and np.size(held[part])
    }
    pairs = mapping("touch", {} if touch is None else touch, "(part, thing) to flags (T,)")
    touched = {
        pair: flags(f"touch[{pair!r}]", each, (frames,), f"flags ({frames},)", ClipError)
        for pair, each in pairs.items()
    }
    own = trajectory.robot if robot is None else robot
    model = own if isinstance(own, RobotModel) else RobotModel.load(own)
    q = configurations(trajectory, model)
    posed = [_joints(model, model.configuration(row)) for row in q]
    names = _names(model)
    skeleton = Skeleton(
        f"{model.name} landmarks", names, {mark: mark for mark in LANDMARKS}, _leg_ratio(model)
    )
    places = np.stack([place for place, _, _ in posed])
    turns = np.stack([turn for _, turn, _ in posed])
    scene = Scene() if scene is None else scene
    # The soles come down to here; the 5th percentile, because tools let a foot sink now and then.
    low = float(np.percentile([sole for *_, sole in posed], 5))
    floating = (
        floor is None and abs(low) > _STANDS and scene.terrain is None and scene.ground == 0.0
    )
    quaternions = Rotation.from_matrix(turns.reshape(-1, 3, 3)).as_quat()
    feet = [StanceEdit(foot, *run) for foot, planted in known.items() for run in _runs(planted)]
    things = (*scene.things, *([] if scene.ground is None else [GROUND]))
    parts = [
        TouchEdit(part, thing, *run)
        for (part, thing), touching in touched.items()
        if thing in things
        for run in _runs(touching)
    ]
    clip = Clip(
        positions=places,
        skeleton=skeleton,
        fps=trajectory.fps,
        scene=scene,
        height=model.height,
        rotations=quaternions.reshape(*turns.shape[:2], 4),
        name=name or model.name,
        edits=(*feet, *parts),
        notes=(
            f"robot: {len(q)} frames of {model.name}, {len(LANDMARKS)} landmarks",
            f"stance: {'the robot held it' if feet else 'to be detected'}",
            f"touch: {'what the robot held' if parts else 'to be detected'}",
            f"height: {model.height:.3f} m (the robot's own)",
            f"floor: z = {floor or 0.0:g}; the soles come down to {low:+.3f} m",
        ),
        warnings=(
            f"the robot's soles come down to {low:+.3f} m, not to the ground z = 0: if the "
            f"trajectory has its floor there, move the clip by {-low:+.3f} m (floor={low:.3f})",
        )
        * floating,
    )
    return clip if floor is None else _floored(clip, floor)


def _floored(clip: Clip, floor: float) -> Clip:
    """The clip with its floor, which was given, at z = 0; a terrain's own z = 0 is the ground."""
    moved = replace(clip, scene=replace(clip.scene, terrain=None)).translated((0.0, 0.0, -floor))
    scene = Scene(moved.scene.props, clip.scene.terrain, ground=0.0)
    return replace(moved, scene=scene, notes=(*clip.notes, f"floor: {floor:.3f} m (given)"))


def _runs(held: Flags) -> list[tuple[int, int, bool]]:
    """First and last frame of each stretch of flags ``(T,)``, and what it says."""
    ends = np.flatnonzero(np.diff(held)) + 1
    firsts, lasts = [0, *ends], [*(ends - 1), len(held) - 1]
    return [(int(a), int(b), bool(held[a])) for a, b in zip(firsts, lasts, strict=True)]


def _names(model: RobotModel) -> tuple[str, ...]:
    """Joints of the clip: landmarks, torso, and what tells the turn of each hand."""
    hands = [
        f"{_SIDES[hand.name][0]}{part}"
        for hand in model.hands
        if hand.name in _SIDES
        for part in ("Middle1", "Index1", "Pinky1", "Thumb1")
    ]
    return (*LANDMARKS, "torso", *hands)


def _joints(model: RobotModel, posed: Configuration) -> tuple[Array, Array, float]:
    """Places ``(J, 3)`` [m] and rotations ``(J, 3, 3)`` in the order of :func:`_names`.

    The third is the height [m] of the lowest corner of the soles.
    """
    marks = posed.landmarks()
    parts = {part.name: part for part in model.parts}
    carriers = np.array(model.landmark_joints)
    for side in _SIDES:  # a foot's and a hand's turn is that of the part, not of what carries it
        for mark, part in (("ankle", "foot"), ("hand", "hand")):
            if f"{side}_{part}" in parts:
                carriers[LANDMARKS.index(f"{side}_{mark}")] = parts[f"{side}_{part}"].joint
    torso = parts["torso"].joint
    places, turns = [*marks, posed.translations[torso]], [*posed.rotations[carriers]]
    turns.append(posed.rotations[torso])
    unit = model.height / 1.3
    for hand in model.hands:
        if hand.name not in _SIDES:
            continue
        rotation = posed.rotations[hand.joint]
        forward, left, _ = (rotation @ parts[f"{hand.name}_hand"].axes).T
        middle = marks[LANDMARKS.index(f"{hand.name}_hand")] + _KNUCKLES * unit * forward
        # Palms down, the little finger of the left hand is on the left.
        pinky = _SIDES[hand.name][1] * _SPREAD * unit * left
        palm = rotation @ hand.point + posed.translations[hand.joint]
        places += [middle, middle - pinky, middle + pinky, palm]
        turns += [rotation] * 4
    corners = [
        posed.positions(np.full(len(sole.corners), sole.joint), sole.corners)[:, 2].min()
        for sole in model.soles
    ]
    return np.array(places), np.array(turns), float(min(corners))


def _leg_ratio(model: RobotModel) -> float:
    """(Thigh + shank) / height between the robot's landmarks."""
    place = dict(zip(LANDMARKS, model.configuration(model.rest).landmarks(), strict=True))
    legs = [
        np.linalg.norm(place[f"{side}_{a}"] - place[f"{side}_{b}"])
        for side in _SIDES
        for a, b in (("hip", "knee"), ("knee", "ankle"))
    ]
    return float(np.sum(legs) / 2.0 / model.height)
