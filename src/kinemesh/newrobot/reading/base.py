"""A base that floats by joints of its own: six of them are none, fewer are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.errors import RobotError
from kinemesh.newrobot.reading.source import SLIDING, TURNING, Joint, Source, arranged

GROUND = "kinemesh_ground"
"""The link that the first body of a MuJoCo model hangs on, where joints carry it."""
_ROUND = 1e-3


def floating(source: Source) -> Source:
    """The robot without the joints by which its base floats in the world.

    Three slides and three turns about independent axes, one after another above everything that
    has a surface or weighs anything, are a base that floats.

    Raises:
        RobotError: the base slides or turns less freely: a robot in a plane, on rails, or bolted
            down at a joint.
    """
    above: list[int] = []
    link = 0
    while True:
        rigid = source.rigid(link)
        empty = all(source.links[k].mass == 0.0 and not source.links[k].solids for k in rigid)
        below = [c for k in rigid for c in source.children(k) if source.moves(c)]
        if not empty or len(below) != 1:
            break
        link = below[0]
        above.append(link)
    carried = [source.joint_of(k) for k in above]
    slides = any(joint.kind == SLIDING for joint in carried)
    if not slides and source.links[0].name != GROUND:
        return source
    turns, _ = source.frames()
    ranks = {
        kind: int(
            np.linalg.matrix_rank(
                [turns[k] @ source.joint_of(k).axis for k in above if _is(source, k, kind)]
                or [np.zeros(3)],
                tol=_ROUND,
            )
        )
        for kind in (SLIDING, TURNING)
    }
    names = ", ".join(joint.name for joint in carried)
    if ranks != {SLIDING: 3, TURNING: 3} or len(carried) != 6:
        raise RobotError(
            f"{source.path.name}: its base moves in the world by {names or 'no joint'}: "
            f"{ranks[SLIDING]} ways to slide and {ranks[TURNING]} to turn; expected a base that "
            f"floats: a free joint, no joint, or three slides and three hinges"
        )
    kept = set(source.below(link))
    links = [source.links[k] for k in sorted(kept)]
    joints: list[Joint] = [source.joint_of(k) for k in sorted(kept - {link})]
    note = f"the base floats by {names}: a free joint in their place"
    return replace(arranged(source.path, links, joints), notes=(*source.notes, note))


def _is(source: Source, link: int, kind: str) -> bool:
    return source.joint_of(link).kind == kind
