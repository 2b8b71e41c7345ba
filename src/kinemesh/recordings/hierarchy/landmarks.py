"""Which joint of any named hierarchy is which landmark: by name, checked against the body.

Names propose (:mod:`kinemesh.recordings.hierarchy.joint_names`), the hierarchy and the bones
decide: a hip comes before its knee, a knee before its ankle; thigh and shank are about as long,
and both sides are alike. Every landmark has a confidence, which the notes state. What cannot be
mapped is an error that prints the table to fill in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from kinemesh.errors import ReadError
from kinemesh.motion import LANDMARKS, SKELETONS, Skeleton
from kinemesh.motion.skeleton import Landmarks
from kinemesh.recordings.hierarchy.body_check import at_waist, check_body
from kinemesh.recordings.hierarchy.joint_names import bare_names, is_end
from kinemesh.recordings.hierarchy.limbs import Body, Found

_FEWEST = 0.5
"""A landmark that is less certain than this is not taken."""
_DOUBT = 0.6
"""What is left of the confidence in a landmark whose bones are odd."""


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
    body = Body(joints, None if parents is None else tuple(int(p) for p in parents), places)
    given = {k: _stated(k, v, names, joints) for k, v in (overrides or {}).items()}
    named = _known_layout(joints)
    known = named if named is not None and _has_proportions(named, body) else None
    if known is not None:
        found, label, ratio = _of_layout(known, joints), known.name, known.leg_ratio
    else:
        found, label, ratio = body.search(given), name, Skeleton.leg_ratio
    root = body.smpl_root({k: f.weights for k, f in (found | given).items()})
    if known is None and root is not None:
        ratio = SKELETONS["smpl22"].leg_ratio
        found["pelvis"] = Found({root: 1.0}, 1.0)
    found |= given
    missing = [k for k in LANDMARKS if k not in found]
    if missing:
        raise ReadError(
            f"no joint was found for {', '.join(missing)}; fill in what is missing or wrong, save "
            f"it and give it as map=FILE.toml:\n{_table(joints, found)}"
        )
    doubts = check_body(places, {k: found[k].weights for k in LANDMARKS})
    doubtful = {landmark for _, landmarks in doubts for landmark in landmarks}
    found = {
        k: Found(f.weights, f.confidence * _DOUBT, f.how)
        if k in doubtful and k not in given and known is None
        else f
        for k, f in found.items()
    }
    unsure = [k for k in LANDMARKS if found[k].confidence < _FEWEST]
    if unsure:
        raise ReadError(
            f"the joints found by name make no person: {'; '.join(text for text, _ in doubts)}; "
            f"correct the table (in doubt: {', '.join(unsure)}), save it and give it as "
            f"map=FILE.toml:\n{_table(joints, found)}"
        )
    landmarks = {k: _joints(joints, found[k].weights) for k in LANDMARKS}
    skeleton = Skeleton(label, joints, landmarks, ratio)
    notes = _notes(joints, found, known, given, [text for text, _ in doubts])
    if known is None and root is not None:
        notes = (*notes, f"proportions: SMPL's, whatever the names (leg ratio {ratio:g})")
    elif named is not known and named is not None:
        notes = (*notes, f"proportions: not those of {named.name}, whose names the joints have")
    return skeleton, notes


def landmark_table(joints: Sequence[str], landmarks: Landmarks) -> str:
    """``landmarks`` as the TOML that ``map=`` takes, with the names to choose from."""
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


def _known_layout(joints: tuple[str, ...]) -> Skeleton | None:
    """The known skeleton that has these joints, ends of chains aside."""
    for skeleton in SKELETONS.values():
        own = set(skeleton.joints)
        if own <= set(joints) and all(j in own or is_end(j) for j in joints):
            return skeleton
    return None


def _of_layout(known: Skeleton, joints: tuple[str, ...]) -> dict[str, Found]:
    return {
        k: Found({joints.index(j): w for j, w in known.weights(k).items()}, 1.0) for k in LANDMARKS
    }


def _has_proportions(known: Skeleton, body: Body) -> bool:
    """Whether a body whose joints are called as those of ``known`` is built like it."""
    landmarks = {k: f.weights for k, f in _of_layout(known, body.joints).items()}
    if body.parents is None:
        return True
    smpl = body.smpl_root(landmarks) is not None
    if known.name.startswith("smpl"):
        return smpl
    ends = {k: next(iter(weights)) for k, weights in landmarks.items()}
    pelvis = sum(w * body.places[:, k] for k, w in landmarks["pelvis"].items())
    return not smpl and at_waist(np.asarray(pelvis), body.places, ends)


def _stated(
    landmark: str,
    value: str | Mapping[str, float],
    names: Sequence[str],
    joints: tuple[str, ...],
) -> Found:
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
            f"map gives {landmark} weights that sum to {total:g}",
            given=total,
            expected="shares that sum to 1",
        )
    return Found(result, 1.0, "given")


def _joints(joints: tuple[str, ...], weights: Mapping[int, float]) -> str | dict[str, float]:
    if len(weights) == 1:
        return joints[next(iter(weights))]
    return {joints[k]: w for k, w in weights.items()}


def _table(joints: tuple[str, ...], found: Mapping[str, Found]) -> str:
    return landmark_table(joints, {k: _joints(joints, f.weights) for k, f in found.items()})


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _notes(
    joints: tuple[str, ...],
    found: Mapping[str, Found],
    known: Skeleton | None,
    given: Mapping[str, Found],
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
