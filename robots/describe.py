"""``robot.toml`` from a few figures of the left side: what the build scripts write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

MIRROR = np.array([1.0, -1.0, 1.0])

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Motor:
    """A kind of motor, and what it turns.

    Attributes:
        joints: Names of joints, ``*`` for any text.
        armature: Inertia of the rotor as the joint feels it [kg m^2].
        effort: Largest torque [N m], where it is not the URDF's.
        stiffness: [N m/rad], where it does not follow from the armature.
        damping: [N m s/rad], where it does not follow from the armature.
    """

    joints: tuple[str, ...]
    armature: float
    effort: float | None = None
    stiffness: float | None = None
    damping: float | None = None


@dataclass(frozen=True)
class Sheet:
    """What a robot's folder says of it; the right side is the left one mirrored.

    Attributes:
        name: The robot's name.
        title: The robot in one line.
        script: The script that writes the folder.
        urdf: File beside ``robot.toml``.
        height: Standing height [m], and how it is known.
        right: Name of the right twin by left joint or link.
        landmarks: Link, place in it [m] and remark by landmark, of the middle and the left.
        sole: Link, and corners of the flat part of the left sole [m].
        hand: Link, point of the left palm [m] and outward normal.
        fingers: Direction of the left fingers in the hand's link, where it is not x.
        palms: What is to be known of the palms.
        pads: What else can bear, by part of the body, of the middle and the left: links.
        limits: Lower, upper [rad] and reason by joint, of the middle and the left.
        turned: Joints of the left whose angle changes its sign on the right.
        rest: Angle [rad] by joint, of the middle and the left.
        remark: What is to be known of the rest posture.
        no_hull: Links whose hulls are left out, and why.
        neighbours: Hulls within this many joints of each other may overlap.
        motors: Kinds of motors by name.
        motors_from: Where their figures come from.
    """

    name: str
    title: str
    script: str
    urdf: str
    height: tuple[float, str]
    right: Mapping[str, str]
    landmarks: Mapping[str, tuple[str, Vector, str]]
    sole: tuple[str, np.ndarray]
    hand: tuple[str, np.ndarray, np.ndarray]
    palms: tuple[str, ...]
    pads: Mapping[str, tuple[str, ...]]
    limits: Mapping[str, tuple[float, float, str]]
    turned: frozenset[str]
    rest: Mapping[str, float]
    remark: str
    fingers: Vector | None = None
    no_hull: tuple[tuple[str, ...], str] = ((), "")
    neighbours: int = 3
    motors: Mapping[str, Motor] = field(default_factory=dict)
    motors_from: tuple[str, ...] = ()
    formats: str = field(default="")

    def text(self) -> str:
        """The file's text."""
        rows = [
            f"# {self.title}.",
            f"# Made by robots/{self.script}: change it there. Units: [m], [rad]; offsets are in "
            "the link's frame.",
            "",
            f'name = "{self.name}"',
            f'description = "{self.title}"',
            f'urdf = "{self.urdf}"',
            f"height = {self.height[0]}  # [m] {self.height[1]}",
            "",
            "[landmarks]",
        ]
        for side in ("left", "right"):
            for mark, (link, place, note) in self.landmarks.items():
                if side == "right" and not mark.startswith("left"):
                    continue
                where = f'link = "{self._on(side, link)}", offset = {self._seen(side, place)}'
                told = f"  # {note}" if note else ""
                rows.append(f"{mark.replace('left', side)} = {{ {where} }}{told}")
        rows += ["", "# Corners of the flat part of the soles, on the true sole plane [m]."]
        for side in ("left", "right"):
            link, corners = self.sole
            rows += [f"[soles.{side}]", f'link = "{self._on(side, link)}"', "corners = ["]
            rows += [f"  {vector(corner)}," for corner in corners] + ["]", ""]
        rows += [f"# {line}" for line in self.palms]
        for side in ("left", "right"):
            link, point, normal = self.hand
            rows += [f"[hands.{side}]", f'link = "{self._on(side, link)}"']
            rows += [f"point = {self._seen(side, point)}", f"normal = {self._seen(side, normal)}"]
            rows += [f"fingers = {self._seen(side, self.fingers)}"] if self.fingers else []
            rows.append("")
        rows += pads(self.pads)
        if self.limits:
            rows += ["# Narrower than the URDF's, by joint: lower and upper [rad].", "[limits]"]
            for joint, (lower, upper, reason) in self.limits.items():
                rows.append(_limit(joint, lower, upper, reason))
                if joint in self.right:
                    ends = (-upper, -lower) if joint in self.turned else (lower, upper)
                    rows.append(_limit(self.right[joint], *ends, reason))
            rows.append("")
        rows += [f"# {self.remark}", "[rest]"]
        for joint, angle in self.rest.items():
            rows.append(f"{joint} = {angle + 0.0}")
            if joint in self.right:
                sign = -1.0 if joint in self.turned else 1.0
                rows.append(f"{self.right[joint]} = {sign * angle + 0.0}")
        rows += ["", "[collision]"]
        if self.no_hull[0]:
            listed = ", ".join(f'"{link}"' for link in self.no_hull[0])
            rows += [f"# {self.no_hull[1]}", f"no_hull = [{listed}]"]
        rows += [
            "# Self-collision: hulls within this many joints of each other, whose shells overlap",
            "# by design, and hulls that overlap at rest are left out.",
            f"neighbours = {self.neighbours}",
        ]
        if self.motors:
            rows += ["", *motors(self.motors, self.motors_from)]
        return "\n".join(rows) + "\n" + self.formats

    def _on(self, side: str, name: str) -> str:
        return self.right.get(name, name) if side == "right" else name

    def _seen(self, side: str, values: np.ndarray | Vector) -> str:
        return vector(np.asarray(values) * (MIRROR if side == "right" else 1.0))


def motors(kinds: Mapping[str, Motor], source: tuple[str, ...]) -> list[str]:
    """Lines of ``[motors]``, with where the figures come from."""
    rows = [f"# {line}" for line in source]
    for name, motor in kinds.items():
        names = ", ".join(f'"{joint}"' for joint in motor.joints)
        rows += [f"[motors.{name}]", f"joints = [{names}]"]
        for key in ("stiffness", "damping", "armature", "effort"):
            value = getattr(motor, key)
            rows += [] if value is None else [f"{key} = {value}"]
        rows.append("")
    return rows[:-1]


def pads(parts: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Lines of ``[pads]``: links by part of the body, the right side the left one's twins.

    In the middle a link of the left stands for both.
    """
    rows = [
        "# What else can bear, by the part of the body: the links whose hulls touch for it.",
        "[pads]",
    ]
    for part, links in parts.items():
        twins = tuple(_right(link) for link in links)
        both = tuple(dict.fromkeys((*links, *twins)))
        sides = {part: links, _right(part): twins} if "left" in part else {part: both}
        for name, own in sides.items():
            rows.append(f"{name} = [{', '.join(f'{chr(34)}{link}{chr(34)}' for link in own)}]")
    return [*rows, ""]


def _right(name: str) -> str:
    for left, right in (("left", "right"), ("Left", "Right"), ("AL", "AR")):
        name = name.replace(left, right)
    return name


def vector(values: np.ndarray | Vector) -> str:
    """Writes numbers as a TOML array, to 1e-6 and without needless zeros."""
    return "[" + ", ".join(repr(round(float(x), 6) + 0.0) for x in values) + "]"


def _limit(joint: str, lower: float, upper: float, reason: str) -> str:
    return f'{joint} = {{ lower = {lower}, upper = {upper}, reason = "{reason}" }}'
