"""What a MuJoCo model's equalities say of its joints and bodies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinemesh.description.xml_files import Element, numbers
from kinemesh.errors import RobotError
from kinemesh.newrobot.reading.source import FIXED, Joint, Source
from kinemesh.robot.following import Follower

_LINE = np.array([0.0, 1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True)
class Tie:
    """A weld or a connection of two bodies."""

    kind: str
    ends: tuple[str, str]
    """Bodies, or the bodies of sites; ``world`` where one is left out."""
    element: Element


def ties(root: Element) -> tuple[list[Tie], list[str]]:
    """Bodies that equalities tie together, and notes on those that are switched off."""
    bodies = {
        site.get("name", ""): body.get("name", "")
        for body in root.iter("body")
        for site in body.findall("site")
    }
    found, notes = [], []
    for one in (e for block in root.findall("equality") for e in block):
        if one.tag not in ("connect", "weld"):
            continue
        sites = [bodies.get(one.get(k, ""), "") for k in ("site1", "site2") if one.get(k)]
        named = [one.get(k, "world") for k in ("body1", "body2")]
        first, second = sites if len(sites) == 2 else named
        if one.get("active") == "false":
            notes.append(f"<{one.tag}> of {first} and {second} is not active, left out")
        else:
            found.append(Tie(one.tag, (first, second), one))
    return found, notes


def following(
    path: Path, root: Element, joints: Sequence[Joint], references: Mapping[str, float]
) -> tuple[list[Joint], list[str]]:
    """Joints as ``<joint>`` equalities have them follow others; notes.

    Args:
        path: for messages.
        root: the model.
        joints: all joints.
        references: what each is at in the reference posture [rad], [m].
    """
    known, notes = {joint.name: joint for joint in joints}, []
    for one in (e for block in root.findall("equality") for e in block.findall("joint")):
        name, leader = one.get("joint1", ""), one.get("joint2")
        if one.get("active") == "false" or name not in known:
            continue
        where = f"{path.name}, equality of joint {name!r}"
        given = numbers(where, one, "polycoef", None, _LINE)
        curve = np.pad(given, (0, max(0, 5 - len(given))))
        own = references.get(name, 0.0)
        if leader is None:
            known[name] = replace(known[name], kind=FIXED)
            notes.append(f"joint {name} is held by an equality: fixed at zero")
        elif np.any(curve[2:] != 0.0) or curve[1] == 0.0:
            known[name] = replace(known[name], kind=FIXED)
            notes.append(f"joint {name} follows {leader} along a curve: fixed at zero")
        else:
            offset = curve[0] + own - curve[1] * references.get(leader, 0.0)
            follower = Follower(leader, float(curve[1]), float(offset))
            known[name] = replace(known[name], follows=follower)
            notes.append(f"joint {name} follows {leader}")
    return list(known.values()), notes


def check_ties(source: Source, found: Sequence[Tie]) -> list[str]:
    """Notes on ties that a tree of links keeps by itself.

    Raises:
        RobotError: a tie of links that move against each other closes a loop.
    """
    notes = []
    for tie in found:
        inside = [end for end in tie.ends if end in source.order]
        words = " and ".join(map(repr, tie.ends))
        if len(inside) < 2:
            notes.append(f"<{tie.kind}> joins {words}: taken as free, as the base floats")
        elif carrier(source, source.order[inside[0]]) == carrier(source, source.order[inside[1]]):
            notes.append(f"<{tie.kind}> joins {words}, which are rigid already")
        else:
            raise RobotError(
                f"{source.path.name}: <{tie.kind}> joins {words}: a closed loop; expected a tree: "
                f"delete it, or cut the loop"
            )
    return notes


def carrier(source: Source, link: int) -> int:
    """The link above, or itself, that a joint moves."""
    while link > 0 and not source.moves(link):
        link = int(source.parents[link])
    return link
