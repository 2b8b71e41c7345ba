"""``robot.toml`` of a new robot, with a comment on every guess."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from kinemesh.arrays import Array
from kinemesh.newrobot.body import SIDES, Body
from kinemesh.newrobot.places import Frame, Hand, Place
from kinemesh.newrobot.urdf_text import FASTEST, STRONGEST, is_turned

_WRIST = (0.5, 0.4, 0.4)
"""Wrist joints stay within this of rest [rad]: no landmark turns with them."""
_FOLDED = np.pi
"""No knee bends further [rad]."""
_SIDEWAYS, _BACKWARDS, _FORWARDS = 0.3, 0.1, 0.52
"""A waist leans no further [rad]."""


def toml_text(
    body: Body,
    name: str,
    rest: Array,
    marks: Mapping[str, Place],
    soles: Mapping[str, Frame],
    hands: Mapping[str, Hand],
    shells: Collection[str],
    overlapping: Sequence[str],
) -> str:
    """The file as text.

    Args:
        body: the robot.
        name: what to call it.
        rest: what the joint above each link is at ``(L,)`` [rad].
        marks: the landmarks.
        soles: the soles.
        hands: the hands.
        shells: the links that have a hull.
        overlapping: pairs of hulls that overlap at rest, in words.
    """
    source = body.source
    lines = [
        f"# {name}: proposed by `kinemesh robot new` from {source.path.name}.",
        "# Units: [m], [rad]; offsets are in the link's frame. `kinemesh robot check` judges it.",
        "# Every guess says what it rests on. Nothing was told by names.",
    ]
    if is_turned(body):
        ahead = np.round(body.facing[:, 0], 3) + 0.0
        lines.append(
            f"# The root {source.links[0].name!r} faces along {ahead.tolist()} of its own axes "
            f"({body.ahead.why}): a link that faces along x stands above it."
        )
    lines += [f"# {note}" for note in source.notes]
    lines += _unstated(body)
    said = (
        "nothing stands above the shoulders: by a person's proportions; unsure"
        if body.headless
        else "from the soles to the highest shell, legs straight; sure"
    )
    lines += [
        "",
        f"name = {json.dumps(name)}",
        f"description = {json.dumps(f'{name}, from {source.path.name}')}",
        'urdf = "robot.urdf"',
        f"height = {body.height:.3f}  # {said}",
        *(['facing = "stated"  # knees and soles do not tell it'] if body.ahead.stated else []),
        "",
        "[landmarks]",
    ]
    lines += [
        f"{mark} = {{ link = {json.dumps(source.links[place.link].name)}, "
        f"offset = {_row(place.offset)} }}  # {place.why}"
        for mark, place in marks.items()
    ]
    lines += ["", "# The lowest flat patch of each foot, heel first; sure where it is flat."]
    for side in SIDES:
        rows = ",\n".join(f"  {_row(corner)}" for corner in soles[side].points)
        lines += [f"[soles.{side}]", f'link = "{soles[side].name}"', f"corners = [\n{rows},\n]", ""]
    lines += [
        "# One hull around each hand and what is fixed to it; x of its link is along the fingers;",
        "# the palm is taken to face the thigh at rest: UNSURE, look at a picture.",
    ]
    for side, hand in hands.items():
        lines += [
            f"[hands.{side}]",
            f'link = "{hand.frame.name}"',
            f"point = {_row(hand.point)}",
            "normal = [0.0, 0.0, -1.0]",
            "",
        ]
    lines += [
        "# What else can bear, by the part of the body: the links whose hulls touch for it, those",
        "# that carry its landmarks.",
        "[pads]",
        *_pads(body, marks, shells),
        "",
    ]
    lines += ["# Narrower than the robot's own, for what landmarks say little about.", "[limits]"]
    lines += _limits(body, rest)
    lines += [
        "",
        "# Upright, knees bent a little, soles level, arms down: found by the kinematics.",
        "[rest]",
    ]
    lines += [
        f"{json.dumps(source.joint_of(k).name)} = {rest[k] + 0.0:.4f}"
        for k in source.moving
        if k in body.kept
    ]
    lines += [
        "",
        "[collision]",
        "# Hulls within this many joints of each other overlap by design and are left out, and so",
        "# are hulls that overlap at rest:",
        *(f"#   {pair}" for pair in overlapping or ["none do"]),
        "neighbours = 3",
        "",
    ]
    return "\n".join(lines)


def _pads(body: Body, marks: Mapping[str, Place], shells: Collection[str]) -> list[str]:
    """Lines of ``[pads]``; a part whose links have no hulls is left out."""
    source = body.source

    def of(*names: str) -> list[str]:
        return [source.links[marks[name].link].name for name in names]

    trunk = source.links[source.parents[body.arms["left"].chain[0]]].name
    parts = {"seat": of("pelvis", "left_hip", "right_hip"), "back": [trunk]}
    for side in SIDES:
        knee, elbow = of(f"{side}_knee"), of(f"{side}_elbow")
        # Of some the end of the thigh is what they kneel on.
        thigh = source.links[source.parents[marks[f"{side}_knee"].link]].name
        parts |= {f"{side}_knee": [*knee, thigh], f"{side}_shin": knee}
        parts |= {f"{side}_elbow": elbow, f"{side}_forearm": elbow}
    lines = []
    for part, links in parts.items():
        own = [link for link in dict.fromkeys(links) if link in shells]
        if own:
            lines.append(f"{part} = {json.dumps(own)}")
    return lines


def _unstated(body: Body) -> list[str]:
    """What the file does not say of its joints, and which are fixed."""
    source, lines = body.source, []
    moving = [source.joint_of(k) for k in source.moving if k in body.kept]
    for what, value, unit in (
        ("velocity", FASTEST, "rad/s"),
        ("effort", STRONGEST, "N m"),
    ):
        bare = [joint.name for joint in moving if getattr(joint, what) is None]
        if bare:
            names = "all joints" if len(bare) == len(moving) else ", ".join(bare)
            lines.append(f"# No {what} limit is stated for {names}: taken as {value:g} {unit}.")
    fixed = [source.joint_of(k).name for k in source.moving if k not in body.kept]
    if fixed:
        lines.append(f"# Fixed where they rest, fingers and the like: {', '.join(fixed)}.")
    return lines


def _row(values: Array) -> str:
    return "[" + ", ".join(f"{x:.6g}" for x in np.round(values, 6) + 0.0) + "]"


def _limits(body: Body, rest: Array) -> list[str]:
    source, zero, lines = body.source, body.source.frames(), []

    def add(link: int, low: float, high: float, reason: str) -> None:
        joint = source.joint_of(link)
        low, high = max(low, joint.lower), min(high, joint.upper)
        if high - low > 1e-3 and (low > joint.lower or high < joint.upper):
            lines.append(
                f"{json.dumps(joint.name)} = {{ lower = {low:.4g}, upper = {high:.4g}, "
                f"reason = {json.dumps(reason)} }}"
            )

    for link in body.waist:
        axis = body.facing.T @ zero[0][link] @ source.joint_of(link).axis
        # Turning the pelvis under a trunk leans the trunk the other way.
        if link in source.chain(body.pelvis):
            axis = -axis
        if abs(axis[0]) > 0.8:
            add(link, -_SIDEWAYS, _SIDEWAYS, "sideways lean beyond this upsets balance")
        elif abs(axis[1]) > 0.8:
            low, high = sorted([-_BACKWARDS * np.sign(axis[1]), _FORWARDS * np.sign(axis[1])])
            add(link, low, high, "people hardly lean back at the waist")
    for side in SIDES:
        knee = source.joint_of(body.legs[side].bend)
        most = min(knee.upper, _FOLDED) if body.knee_sense[side] > 0.0 else 0.05
        low = max(knee.lower, -_FOLDED) if body.knee_sense[side] < 0.0 else -0.05
        add(body.legs[side].bend, low, most, "knees do not bend forwards")
        for link, room in zip(body.arms[side].after, _WRIST, strict=False):
            add(link, rest[link] - room, rest[link] + room, "no landmark turns with it")
    return lines
