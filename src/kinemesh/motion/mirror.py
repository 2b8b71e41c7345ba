r"""Clips seen in a mirror: left and right exchanged, everything else as it was.

The mirror is the plane y = 0 of the world, :math:`M = \mathrm{diag}(1, -1, 1)`. Any upright plane
would do: the others differ by a turn about z and a step. A point goes to :math:`M p`, a pose
:math:`(R, t)` to :math:`(M R M, M t)` and a shape, in its own frame, to :math:`M` of it, so that
every point of a prop lands on its mirror image. Then left and right joints exchange names.

A bone's recorded rotation is its part's turn times a constant, :math:`R = B\,C`, and each format
has constants of its own. Its image :math:`M R M = (M B M)(M C M)` is the turn of the part on the
other side times a constant again. Where the format's bones are mirror images of one another that
is also the other side's own constant; where they are not it is a different one, which is all
the same here, because :mod:`kinemesh.detection.facing` finds the constants of every clip anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.motion.clip_fields import ClipT
from kinemesh.motion.edits import Edit, StanceEdit
from kinemesh.motion.moved import mapped_shape
from kinemesh.motion.scene import Prop, Scene
from kinemesh.motion.skeleton import LANDMARKS, Skeleton

_ALIKE = 0.03
"""Joints whose distances to the landmarks mirror each other this well [m] are a pair."""

_WORDS = (("left", "right"), ("Left", "Right"), ("LEFT", "RIGHT"))
_LETTERS = {"l": "r", "r": "l", "L": "R", "R": "L"}
_LETTER = re.compile(r"(?:(?<=[_.\-: ])|^)([lrLR])(?=[_.\-: ]|$|[A-Z])")
"""A side's letter stands alone, or before a capital: ``L_Hip``, ``hip.L``, ``lShin``."""


def mirrored(clip: ClipT) -> ClipT:
    """The clip in the mirror y = 0: person, labels, edits, props, terrain."""
    order = pairs(clip.skeleton, clip.positions)
    scene = clip.scene
    names = {prop.name: _other_limb(prop) for prop in scene.props if prop.limb_of is not None}
    props = tuple(
        replace(
            prop,
            name=names.get(prop.name, prop.name),
            shape=mapped_shape(prop.shape, _image, flips=True),
            track=np.hstack([_image(prop.track[:, :3]), _image_turn(prop.track[:, 3:])]),
        )
        for prop in scene.props
    )
    terrain = scene.terrain
    if terrain is not None:
        terrain = replace(terrain, shape=mapped_shape(terrain.shape, _image, flips=True))
    turns = clip.rotations
    alone = [
        joint
        for k, joint in enumerate(clip.skeleton.joints)
        if order[k] == k and other_side(joint) is not None
    ]
    said = "mirrored: y to -y, left and right exchanged"
    if alone:
        said += f"; without partner: {', '.join(alone)}"
    if scene.objects:
        said += "; the props' shapes too, y to -y in their own frames: their meshes are to follow"
    return replace(
        clip,
        positions=_image(clip.positions)[:, order],
        rotations=None if turns is None else _image_turn(turns)[:, order],
        scene=Scene(props, terrain, scene.ground),
        contacts={other_landmark(name): flags for name, flags in clip.contacts.items()},
        edits=tuple(_other_edit(edit, names) for edit in clip.edits),
        notes=(*clip.notes, said),
    )


def pairs(skeleton: Skeleton, positions: Array) -> NDArray[np.int64]:
    """The joint ``(J,)`` whose place each joint takes in the mirror; itself where it is alone.

    Landmarks say it first, then names, then distances: of the joints that are left, two are a
    pair when the one lies to the left landmarks as the other does to the right ones.

    Args:
        skeleton: the joints.
        positions: a motion of them ``(T, J, 3)`` [m].
    """
    order = np.arange(len(skeleton.joints))
    known = set()
    for landmark in LANDMARKS:
        ends = [tuple(skeleton.weights(name)) for name in (landmark, other_landmark(landmark))]
        if ends[0] != ends[1] and len(ends[0]) == len(ends[1]) == 1:
            a, b = (skeleton.index(end[0]) for end in ends)
            order[a] = b
            known.add(a)
    for k, joint in enumerate(skeleton.joints):
        other = other_side(joint)
        if k not in known and other in skeleton.joints:
            partner = skeleton.index(other)
            if partner not in known and other_side(other) == joint:
                order[k], order[partner] = partner, k
                known |= {k, partner}
    unnamed = [
        k for k, joint in enumerate(skeleton.joints) if k not in known and not other_side(joint)
    ]
    for a, b in _twins(skeleton, positions, unnamed):
        order[a], order[b] = b, a
    return order


def other_landmark(name: str) -> str:
    """The landmark, or hand, of the other side; the same where there are no sides."""
    for side, other in (("left_", "right_"), ("right_", "left_")):
        if name.startswith(side):
            return other + name.removeprefix(side)
    return name


def other_side(joint: str) -> str | None:
    """The name of a joint on the other side; None if the name knows no sides."""
    for left, right in _WORDS:
        for side, other in ((left, right), (right, left)):
            if side in joint:
                return joint.replace(side, other, 1)
    if _LETTER.search(joint):
        return _LETTER.sub(lambda found: _LETTERS[found[1]], joint, count=1)
    return None


def _twins(skeleton: Skeleton, positions: Array, joints: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of ``joints`` whose distances to the landmarks are those in the mirror.

    The nearest landmark counts most, for a joint keeps its distance to that one alone.
    """
    if len(joints) < 2:
        return []
    rows = positions[:: max(1, len(positions) // 200)]
    marks = np.stack([skeleton.place(rows, name) for name in LANDMARKS], axis=1)
    other = [LANDMARKS.index(other_landmark(name)) for name in LANDMARKS]
    gaps = np.linalg.norm(rows[:, list(joints), None] - marks[:, None], axis=-1)
    mean, spread = gaps.mean(axis=0), gaps.std(axis=0)
    weight = 1.0 / (0.005 + np.minimum(spread, spread[:, other])) ** 2
    # Row a against column b in the mirror: how well the twins' distances agree.
    weights = np.minimum(weight[:, None], weight[None][:, :, other])
    differ = np.abs(mean[:, None] - mean[None][:, :, other])
    cost = np.sum(weights * differ, axis=2) / np.sum(weights, axis=2)
    # In the middle of the body a joint is its own twin.
    best = cost.argmin(axis=1)
    return [
        (joints[a], joints[int(b)])
        for a, b in enumerate(best)
        if a < b and best[b] == a and cost[a, b] < _ALIKE
    ]


def _image(points: Array) -> Array:
    """Points ``(..., 3)`` in the mirror."""
    return np.asarray(points * np.array([1.0, -1.0, 1.0]))


def _image_turn(quaternions: Array) -> Array:
    """Quaternions ``(..., 4)`` of ``M R M``: an axis is turned about the other way round."""
    return np.asarray(quaternions * np.array([-1.0, 1.0, -1.0, 1.0]))


def _other_limb(prop: Prop) -> str:
    """What a limb of another person is called in the mirror."""
    owner, _, limb = prop.name.rpartition("/")
    return f"{owner}/{other_landmark(limb)}" if owner else other_landmark(limb)


def _other_edit(edit: Edit, names: Mapping[str, str]) -> Edit:
    if isinstance(edit, StanceEdit):
        return replace(edit, foot={"left": "right", "right": "left"}[edit.foot])
    return replace(edit, part=other_landmark(edit.part), thing=names.get(edit.thing, edit.thing))
