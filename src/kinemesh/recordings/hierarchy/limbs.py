"""Which joints of a hierarchy are a person's limbs and pelvis, by name and by place.

Of all chains of joints that words propose, and that follow the hierarchy, the one is taken whose
words are clearest and whose bones are alike in length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from kinemesh.arrays import Array
from kinemesh.recordings.hierarchy.body_check import is_smpl, waist
from kinemesh.recordings.hierarchy.joint_names import meanings

_LEG = ("hip", "knee", "ankle", "toe")
_ARM = ("shoulder", "elbow", "hand")
_TAIL = 0.7
"""Confidence in a toe that is the end of the foot, and in a pelvis that is where the legs part."""
_BETWEEN = 0.6
"""Confidence in a knee or elbow that no name but its place in the limb tells."""
_MANY = 8
"""So many joints, the likeliest, are tried for each part of a limb."""
_UNEVEN = 2.0
"""The two bones of a limb are less different in length than by this factor."""
_MAYBE_ROOT = 0.5
"""A pelvis named less clearly than this is where the legs part."""
_ROOTS = {"left_hip", "right_hip", "left_shoulder", "right_shoulder"}


@dataclass(frozen=True)
class Found:
    """The joint, or joints, of a landmark."""

    weights: Mapping[int, float]
    confidence: float
    how: str = ""


class Body:
    """A hierarchy with places, searched for landmarks."""

    def __init__(
        self, joints: tuple[str, ...], parents: tuple[int, ...] | None, places: Array
    ) -> None:
        self.joints = joints
        self.parents = parents
        self.places = places
        self.lines = None if parents is None else [self._line(k) for k in range(len(joints))]
        self.said = [meanings(joint) for joint in joints]

    def search(self, given: Mapping[str, Found]) -> dict[str, Found]:
        """Every landmark that can be told, beside those that are given."""
        found: dict[str, Found] = {}
        for side in ("left", "right"):
            for parts in (_LEG, _ARM):
                found |= {f"{side}_{k}": v for k, v in self._limb(side, parts).items()}
        pelvis = self._pelvis({**found, **given})
        return {**({} if pelvis is None else {"pelvis": pelvis}), **found, **given}

    def smpl_root(self, landmarks: Mapping[str, Mapping[int, float]]) -> int | None:
        """The first joint of a body that has SMPL's tree and proportions; None for others."""
        ends = {k: next(iter(weights)) for k, weights in landmarks.items()}
        spine = self._spine(ends)
        if self.parents is None or not spine:
            return None
        if {self.parents[ends[k]] for k in ("left_hip", "right_hip")} != {spine[0]}:
            return None
        return spine[0] if is_smpl(self.places, spine, ends) else None

    def _spine(self, ends: Mapping[str, int]) -> list[int]:
        """Joints from where the legs part to where the arms do; empty where neither is known."""
        if self.lines is None or not _ROOTS <= ends.keys():
            return []
        right = self.lines[ends["right_hip"]]
        shared = [k for k in self.lines[ends["left_hip"]] if k in right]
        return (
            self._path(shared[0], ends["left_shoulder"], ends["right_shoulder"]) if shared else []
        )

    def _line(self, joint: int) -> tuple[int, ...]:
        """The joint and its ancestors, nearest first."""
        assert self.parents is not None
        line = [joint]
        while self.parents[line[-1]] >= 0 and len(line) <= len(self.joints):
            line.append(self.parents[line[-1]])
        return tuple(line)

    def _length(self, a: int, b: int) -> float:
        return float(np.median(np.linalg.norm(self.places[:, a] - self.places[:, b], axis=-1)))

    def _limb(self, side: str, parts: tuple[str, ...]) -> dict[str, Found]:
        """The best chain of joints for ``parts``, each below the one before."""
        choices: list[list[tuple[int | None, float]]] = []
        for part in parts:
            named: list[tuple[int | None, float]] = [
                (k, said[part])
                for k, (its, said) in enumerate(self.said)
                if its == side and part in said
            ]
            named.sort(key=lambda choice: -choice[1])
            choices.append([*named[:_MANY], (None, 0.0)])
        best = max(product(*choices), key=self._worth)
        if self._worth(best)[0] <= 0.0:
            return {}
        found = {
            part: Found({joint: 1.0}, weight, "" if weight > 0.8 else "by its place in the limb")
            for part, (joint, weight) in zip(parts, best, strict=True)
            if joint is not None
        }
        # A word that means two things is certain once the rest of the limb has settled it.
        if set(parts[:3]) <= found.keys():
            found = {k: Found(f.weights, _settled(f.confidence)) for k, f in found.items()}
        found |= self._filled(parts, [joint for joint, _ in best])
        return found

    def _worth(self, chain: tuple[tuple[int | None, float], ...]) -> tuple[float, float]:
        """How good a chain is, and how short, which decides between equals."""
        joints = [joint for joint, _ in chain if joint is not None]
        if len(set(joints)) < len(joints):
            return -1.0, 0.0
        steps = 0
        if self.lines is not None:
            for above, below in pairwise(joints):
                if above not in self.lines[below]:
                    return -1.0, 0.0
                steps += self.lines[below].index(above)
        worth = sum(weight for _, weight in chain)
        if all(joint is not None for joint, _ in chain[:3]):
            a, b, c = joints[:3]
            worth -= 0.0 if _alike(self._length(a, b), self._length(b, c)) else 0.5
        return worth, -float(steps)

    def _filled(self, parts: tuple[str, ...], chain: list[int | None]) -> dict[str, Found]:
        """What no name says: a knee or elbow between the others, the end of a foot."""
        if self.lines is None:
            return {}
        filled = {}
        first, middle, last = chain[:3]
        if first is not None and middle is None and last is not None:
            between = self.lines[last][1 : self.lines[last].index(first)]
            lengths = {k: (self._length(first, k), self._length(k, last)) for k in between}
            fits = [k for k in between if _alike(*lengths[k])]
            if fits:
                knee = max(fits, key=lambda k: min(lengths[k]))
                how = f"the joint between {parts[0]} and {parts[2]}"
                filled[parts[1]] = Found({knee: 1.0}, _BETWEEN, how)
        if parts == _LEG and last is not None and chain[3] is None:
            below = [k for k in range(len(self.joints)) if last in self.lines[k][1:]]
            if below:
                end = max(below, key=lambda k: self._length(last, k))
                filled["toe"] = Found({end: 1.0}, _TAIL, "the end of the foot")
        return filled

    def _pelvis(self, found: Mapping[str, Found]) -> Found | None:
        """The place at the waist on the line from the hips up to the chest."""
        ends = {k: next(iter(f.weights)) for k, f in found.items()}
        named = {
            k: s["pelvis"] for k, (side, s) in enumerate(self.said) if not side and "pelvis" in s
        }
        if self.lines is None or not {"left_hip", "right_hip"} <= ends.keys():
            best = max(named, key=lambda k: named[k], default=None)
            return None if best is None else Found({best: 1.0}, named[best])
        right = self.lines[ends["right_hip"]]
        shared = [k for k in self.lines[ends["left_hip"]] if k in right]
        if not shared:
            return None
        above = {k: named[k] for k in shared if k in named}
        root = max(above, key=lambda k: above[k]) if above else shared[0]
        confidence = above[root] if above and above[root] > _MAYBE_ROOT else _TAIL
        how = "" if confidence > _TAIL else "where the legs part"
        chest = ends.get("left_shoulder"), ends.get("right_shoulder")
        if None in chest:
            return Found({root: 1.0}, confidence, how)
        spine = self._path(root, int(chest[0] or 0), int(chest[1] or 0))
        return Found(waist(self.places, spine, ends), confidence, how)

    def _path(self, root: int, left: int, right: int) -> list[int]:
        """Joints from the root to where the arms part, by the hierarchy."""
        assert self.lines is not None
        shared = [k for k in self.lines[left] if k in self.lines[right]]
        if not shared:
            return [root]
        up = list(self.lines[root])
        down = list(self.lines[shared[0]])
        meet = next((k for k in up if k in down), None)
        if meet is None:
            return [root]
        return [*up[: up.index(meet)], meet, *reversed(down[: down.index(meet)])]


def _settled(weight: float) -> float:
    """Confidence in a name of this weight where the whole limb is named."""
    return 1.0 if weight >= 0.9 else 0.9


def _alike(a: float, b: float) -> bool:
    return max(a, b) < _UNEVEN * min(a, b)
