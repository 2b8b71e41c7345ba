"""Which joint of any named hierarchy is which landmark: by name, checked against the body.

Names propose (:mod:`kinemesh.io.jointnames`), the hierarchy and the bones decide: a hip comes
before its knee, a knee before its ankle; thigh and shank are about as long, and both sides are
alike. Every landmark has a confidence, which the notes state. What cannot be mapped is an error
that prints the table to fill in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import ArrayLike

from kinemesh.errors import ReadError
from kinemesh.io.bodycheck import check_body, waist
from kinemesh.io.jointnames import bare_names, is_end, meanings
from kinemesh.motion import LANDMARKS, SKELETONS, Skeleton
from kinemesh.motion.arrays import Array
from kinemesh.motion.skeleton import Landmarks

_FEWEST = 0.5
"""A landmark that is less certain than this is not taken."""
_LEG = ("hip", "knee", "ankle", "toe")
_ARM = ("shoulder", "elbow", "hand")
_TAIL = 0.7
"""Confidence in a toe that is the end of the foot, and in a pelvis that is where the legs part."""
_BETWEEN = 0.6
"""Confidence in a knee or elbow that no name but its place in the limb tells."""
_DOUBT = 0.6
"""What is left of the confidence in a landmark whose bones are odd."""
_MANY = 8
"""So many joints, the likeliest, are tried for each part of a limb."""
_UNEVEN = 2.0
"""The two bones of a limb are less different in length than by this factor."""


@dataclass(frozen=True)
class _Found:
    """The joint, or joints, of a landmark."""

    weights: Mapping[int, float]
    confidence: float
    how: str = ""


def mapped_skeleton(
    names: Sequence[str],
    parents: Sequence[int] | None,
    positions: ArrayLike,
    *,
    name: str = "skeleton",
    overrides: Landmarks | None = None,
) -> tuple[Skeleton, tuple[str, ...]]:
    """The skeleton of a hierarchy, its landmarks found, and notes on how.

    Args:
        names: the joints' names in the file; ends of chains (``LeftFoot_End``) may be among them.
        parents: the index of each joint's parent, -1 for a root; None where there is no hierarchy.
        positions: places ``(J, 3)`` or ``(T, J, 3)`` of the joints in any unit and axes, in a
            pose that is a person's: frames of the motion, or a rest pose that stands.
        name: name of the skeleton, where it is not one of :data:`kinemesh.motion.SKELETONS`.
        overrides: landmark to joint, or to weights of several joints, that the user states.

    Returns:
        A skeleton with the joints in the order of ``names``, without the namespace that is
        common to them, and what was found.

    Raises:
        ReadError: a landmark finds no joint, or the joints found make no body; the message
            prints the table to fill in. An override names no landmark or no joint.
    """
    places = np.asarray(positions, dtype=np.float64).reshape(-1, len(names), 3)
    joints = bare_names(names)
    body = _Body(joints, None if parents is None else tuple(int(p) for p in parents), places)
    given = {k: _stated(k, v, names, joints) for k, v in (overrides or {}).items()}
    known = _known_layout(joints)
    if known is not None:
        found = {
            k: _Found({joints.index(j): w for j, w in known.weights(k).items()}, 1.0)
            for k in LANDMARKS
        }
        label, ratio = known.name, known.leg_ratio
    else:
        found, label, ratio = body.search(), name, Skeleton.leg_ratio
    found |= given
    missing = [k for k in LANDMARKS if k not in found]
    if missing:
        raise ReadError(
            f"no joint was found for {', '.join(missing)}; fill in what is missing or wrong, save "
            f"it and give it as map= (--map FILE.toml):\n{_table(joints, found)}"
        )
    doubts = check_body(places, {k: found[k].weights for k in LANDMARKS})
    doubtful = {landmark for _, landmarks in doubts for landmark in landmarks}
    found = {
        k: _Found(f.weights, f.confidence * _DOUBT, f.how)
        if k in doubtful and k not in given and known is None
        else f
        for k, f in found.items()
    }
    unsure = [k for k in LANDMARKS if found[k].confidence < _FEWEST]
    if unsure:
        raise ReadError(
            f"the joints found by name make no person: {'; '.join(text for text, _ in doubts)}; "
            f"correct the table (in doubt: {', '.join(unsure)}), save it and give it as map= "
            f"(--map FILE.toml):\n{_table(joints, found)}"
        )
    landmarks = {k: _joints(joints, found[k].weights) for k in LANDMARKS}
    skeleton = Skeleton(label, joints, landmarks, ratio)
    return skeleton, _notes(joints, found, known, given, [text for text, _ in doubts])


def landmark_table(joints: Sequence[str], landmarks: Landmarks) -> str:
    """``landmarks`` as the TOML that ``--map`` takes, with the names to choose from."""
    lines = [f"# joints: {', '.join(joints)}"]
    for landmark in LANDMARKS:
        value = landmarks.get(landmark)
        if value is None:
            lines.append(f'{landmark} = ""')
        elif isinstance(value, str):
            lines.append(f"{landmark} = {_quoted(value)}")
        else:
            shares = ", ".join(f"{_quoted(j)} = {w:.4g}" for j, w in value.items())
            lines.append(f"{landmark} = {{ {shares} }}")
    return "\n".join(lines)


class _Body:
    """A hierarchy with places, searched for landmarks."""

    def __init__(
        self, joints: tuple[str, ...], parents: tuple[int, ...] | None, places: Array
    ) -> None:
        self.joints = joints
        self.parents = parents
        self.places = places
        self.lines = None if parents is None else [self._line(k) for k in range(len(joints))]
        self.said = [meanings(joint) for joint in joints]

    def search(self) -> dict[str, _Found]:
        """Every landmark that can be told."""
        found: dict[str, _Found] = {}
        for side in ("left", "right"):
            for parts in (_LEG, _ARM):
                found |= {f"{side}_{k}": v for k, v in self._limb(side, parts).items()}
        pelvis = self._pelvis(found)
        return found if pelvis is None else {"pelvis": pelvis, **found}

    def _line(self, joint: int) -> tuple[int, ...]:
        """The joint and its ancestors, nearest first."""
        assert self.parents is not None
        line = [joint]
        while self.parents[line[-1]] >= 0 and len(line) <= len(self.joints):
            line.append(self.parents[line[-1]])
        return tuple(line)

    def _length(self, a: int, b: int) -> float:
        return float(np.median(np.linalg.norm(self.places[:, a] - self.places[:, b], axis=-1)))

    def _limb(self, side: str, parts: tuple[str, ...]) -> dict[str, _Found]:
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
            part: _Found({joint: 1.0}, weight, "" if weight > 0.8 else "by its place in the limb")
            for part, (joint, weight) in zip(parts, best, strict=True)
            if joint is not None
        }
        # A word that means two things is certain once the rest of the limb has settled it.
        if set(parts[:3]) <= found.keys():
            found = {k: _Found(f.weights, _settled(f.confidence)) for k, f in found.items()}
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

    def _filled(self, parts: tuple[str, ...], chain: list[int | None]) -> dict[str, _Found]:
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
                filled[parts[1]] = _Found({knee: 1.0}, _BETWEEN, how)
        if parts == _LEG and last is not None and chain[3] is None:
            below = [k for k in range(len(self.joints)) if last in self.lines[k][1:]]
            if below:
                end = max(below, key=lambda k: self._length(last, k))
                filled["toe"] = _Found({end: 1.0}, _TAIL, "the end of the foot")
        return filled

    def _pelvis(self, found: Mapping[str, _Found]) -> _Found | None:
        """The place at the waist on the line from the hips up to the chest."""
        ends = {k: next(iter(f.weights)) for k, f in found.items()}
        named = {
            k: s["pelvis"] for k, (side, s) in enumerate(self.said) if not side and "pelvis" in s
        }
        if self.lines is None or not {"left_hip", "right_hip"} <= ends.keys():
            best = max(named, key=lambda k: named[k], default=None)
            return None if best is None else _Found({best: 1.0}, named[best])
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
            return _Found({root: 1.0}, confidence, how)
        spine = self._path(root, int(chest[0] or 0), int(chest[1] or 0))
        return _Found(waist(self.places, spine, ends), confidence, how)

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


_MAYBE_ROOT = 0.5
"""A pelvis named less clearly than this is where the legs part."""


def _settled(weight: float) -> float:
    """Confidence in a name of this weight where the whole limb is named."""
    return 1.0 if weight >= 0.9 else 0.9


def _alike(a: float, b: float) -> bool:
    return max(a, b) < _UNEVEN * min(a, b)


def _known_layout(joints: tuple[str, ...]) -> Skeleton | None:
    """The known skeleton that has these joints, ends of chains aside."""
    for skeleton in SKELETONS.values():
        own = set(skeleton.joints)
        if own <= set(joints) and all(j in own or is_end(j) for j in joints):
            return skeleton
    return None


def _stated(
    landmark: str,
    value: str | Mapping[str, float],
    names: Sequence[str],
    joints: tuple[str, ...],
) -> _Found:
    """What the user says of one landmark."""
    if landmark not in LANDMARKS:
        raise ReadError(f"map names the landmark {landmark!r}; known are {', '.join(LANDMARKS)}")
    weights = {value: 1.0} if isinstance(value, str) else value
    result = {}
    for joint, weight in weights.items():
        if joint not in joints and joint not in names:
            raise ReadError(
                f"map sets {landmark} to {joint!r}, which is no joint of this file; its joints "
                f"are {', '.join(joints)}"
            )
        index = joints.index(joint) if joint in joints else list(names).index(joint)
        result[index] = float(weight)
    total = sum(result.values())
    if not np.isfinite(total) or abs(total - 1.0) > 1e-3:
        raise ReadError(
            f"map gives {landmark} weights that sum to {total:g}; expected shares that sum to 1"
        )
    return _Found(result, 1.0, "given")


def _joints(joints: tuple[str, ...], weights: Mapping[int, float]) -> str | dict[str, float]:
    if len(weights) == 1:
        return joints[next(iter(weights))]
    return {joints[k]: w for k, w in weights.items()}


def _table(joints: tuple[str, ...], found: Mapping[str, _Found]) -> str:
    return landmark_table(joints, {k: _joints(joints, f.weights) for k, f in found.items()})


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _notes(
    joints: tuple[str, ...],
    found: Mapping[str, _Found],
    known: Skeleton | None,
    given: Mapping[str, _Found],
    doubts: list[str],
) -> tuple[str, ...]:
    least = min(f.confidence for f in found.values())
    if known is not None:
        how = f"the known layout {known.name}"
    else:
        how = f"found by name and place, confidence {least:.0%}"
    if given:
        how += f"; {', '.join(given)} given"
    said = []
    for landmark in LANDMARKS:
        f = found[landmark]
        parts = [f"{w:.2f} {joints[k]}" if w != 1.0 else joints[k] for k, w in f.weights.items()]
        doubt = f" ({f.confidence:.0%}{', ' * bool(f.how)}{f.how})" if f.confidence < 0.9 else ""
        said.append(f"{landmark} {' + '.join(parts)}{doubt}")
    notes = [f"landmarks: {how}; give map= to correct them", f"landmarks: {', '.join(said)}"]
    notes += [f"landmarks in doubt: {text}" for text in doubts]
    return tuple(notes)
