"""Points with labels that are joint centres: which joint is which landmark.

Most files of points hold markers on the skin. Which joints those make is a fit that depends on
where they were stuck; it is refused here rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import LANDMARKS, SKELETONS, Skeleton
from kinemesh.recordings.hierarchy.body_check import at_waist, check_body
from kinemesh.recordings.recording import Asked, named_skeleton

_UNITS = {"mm": 0.001, "cm": 0.01, "m": 1.0, "meters": 1.0, "in": 0.0254}
_UNITS |= {"millimeters": 0.001, "centimeters": 0.01}
_WORDS = {
    "hip": "hip hjc hipjc hipjoint hipjointcenter fep",
    "knee": "knee kjc kneejc kneejoint kneejointcenter feo",
    "ankle": "ankle ajc anklejc anklejoint anklejointcenter tio",
    "toe": "toe toes tjc toejc toebase ball mtp bigtoe forefoot",
    "shoulder": "shoulder sjc gjc shoulderjc shoulderjoint shoulderjointcenter hup clo",
    "elbow": "elbow ejc elbowjc elbowjoint elbowjointcenter huo",
    "hand": "wrist wjc wristjc wristjoint wristjointcenter hand rao",
}
"""The short ones are Plug-in Gait's: a femur's origin (``LFEO``) is the knee's centre, its near
end (``LFEP``) the hip's, and so for tibia, humerus, radius and clavicle."""
_PARTS = {word: part for part, words in _WORDS.items() for word in words.split()}
_PELVIS = "pelvis hips midhip pelo pelvisorigin midpelvis root".split()
_SIDED = re.compile(r"^(left|right|l|r)(.+)$|^(.+?)(left|right|l|r)$")
_SKIN = frozenset(
    "lasi rasi lpsi rpsi lasis rasis lpsis rpsis sacr lthi rthi lkne rkne ltib rtib lank rank lhee "
    "rhee lsho rsho lelb relb lwra rwra lwrb rwrb lfin rfin c7 t10 clav strn rbak lfhd rfhd lbhd "
    "rbhd lfwt rfwt lbwt rbwt".split()
)
"""Names of markers in the sets that are most used;"""
_GUESSED = "study"
"""and the end of the names of those that OpenCap's network guesses."""
_TORSO = {"left_hip": 0.35, "right_hip": 0.35, "left_shoulder": 0.15, "right_shoulder": 0.15}
"""The waist, where no point is there."""


def labelled_skeleton(
    file: str, labels: Sequence[str], points: Array, asked: Asked, kind: str
) -> tuple[Skeleton, list[int], str]:
    """The skeleton that labels make, which points are its joints, and how it is known.

    Args:
        file: name of the file, for messages.
        labels: of all points, without what is said of every one.
        points: where they are ``(T, N, 3)``, in any unit and axes; NaN where not seen.
        asked: a skeleton, or the name of one, whose joints are labels; found if left out.
        kind: name of a skeleton that is not a known one.

    Raises:
        ReadError: labels that are no joint centres, or lack joints that the user named.
    """
    if asked is not None:
        wanted, order = _named(file, named_skeleton(asked), labels)
        return wanted, order, "given"
    wanted, order = _found(file, labels, points, kind)
    return wanted, order, f"joint centres by the labels of {len(order)} of {len(labels)} points"


def oddities(skeleton: Skeleton, positions: Array) -> tuple[str, ...]:
    """What is odd about a body that labels make, as a warning.

    Args:
        skeleton: as found.
        positions: places ``(T, J, 3)`` of its joints in any unit; frames with gaps are left out.
    """
    whole = positions[np.all(np.isfinite(positions), axis=(1, 2))]
    if not len(whole):
        return ()
    weights = {
        name: {skeleton.index(joint): w for joint, w in skeleton.weights(name).items()}
        for name in LANDMARKS
    }
    doubts = [text for text, _ in check_body(whole, weights)]
    if not doubts:
        return ()
    return (
        f"the joints found by their labels make an odd person ({'; '.join(doubts[:4])}): are they "
        f"joint centres, and not markers on the skin?",
    )


def unit_of(file: str, name: str, points: Array) -> tuple[float, str]:
    """Metres in the unit that a file names, or in the likelier one by size, and how it is known.

    Raises:
        ReadError: a unit of another name.
    """
    if name in _UNITS:
        return _UNITS[name], f"{name} (in the file)"
    if name:
        raise ReadError(f"{file} is in {name[:20]!r}", given=name, expected="mm, cm, m or in")
    size = np.nanmax(np.nanmax(points, axis=1) - np.nanmin(points, axis=1), initial=0.0)
    return (0.001, "mm (assumed)") if size > 10.0 else (1.0, "m (assumed)")


def _named(file: str, wanted: Skeleton, labels: Sequence[str]) -> tuple[Skeleton, list[int]]:
    missing = [joint for joint in wanted.joints if joint not in labels]
    if missing:
        raise ReadError(
            f"{file} lacks the points {', '.join(missing[:8])} of skeleton {wanted.name!r}; "
            f"it has {_list(labels)}"
        )
    return wanted, [labels.index(joint) for joint in wanted.joints]


def _found(
    file: str, labels: Sequence[str], points: Array, kind: str
) -> tuple[Skeleton, list[int]]:
    """The skeleton that the labels make, and which points are its joints."""
    for known in SKELETONS.values():
        if set(known.joints) <= set(labels):
            return _named(file, known, labels)
    plain = [
        re.sub(r"[^a-z0-9]", "", label.lower()).replace("centre", "center") for label in labels
    ]
    places: dict[str, int] = {}
    for k, word in enumerate(plain):
        name = "pelvis" if word in _PELVIS else _sided(word)
        if name is not None and word not in _SKIN:
            places.setdefault(name, k)
    missing = [name for name in LANDMARKS if name not in places and name != "pelvis"]
    if missing:
        skin = sum(word in _SKIN or word.endswith(_GUESSED) for word in plain)
        what = (
            "markers on the skin, not joint centres"
            if skin >= 4
            else f"points of which none is known to be {', '.join(missing[:6])}"
        )
        raise ReadError(
            f"{file} holds {what} ({_list(labels)}): fit a skeleton first, in the capture "
            f"software or with a body model, and export joint centres (LHJC, LKJC, ... or "
            f"left_hip, left_knee, ...) or BVH; if the points are joints, give skeleton= with "
            f"their labels"
        )
    if "pelvis" in places and not _is_waist(points, places):
        del places["pelvis"]  # half way between the hips, as PELO and midHip are
    order = list(dict.fromkeys(places[name] for name in LANDMARKS if name in places))
    names = tuple(labels[k] for k in order)
    marks: dict[str, str | Mapping[str, float]] = {n: labels[k] for n, k in places.items()}
    if "pelvis" not in marks:
        marks["pelvis"] = {labels[places[name]]: share for name, share in _TORSO.items()}
    try:
        return Skeleton(kind, names, marks), order
    except ClipError as error:
        raise ReadError(f"{file}: {error}") from error


def _is_waist(points: Array, places: Mapping[str, int]) -> bool:
    """Whether the point called the pelvis is where a robot's pelvis is on a person."""
    whole = points[np.all(np.isfinite(points[:, list(places.values())]), axis=(1, 2))]
    return len(whole) > 0 and at_waist(whole[:, places["pelvis"]], whole, places)


def _sided(word: str) -> str | None:
    """The landmark that a label in lower case, without separators, names."""
    found = _SIDED.match(word)
    if found is None:
        return None
    for side, part in ((found[1], found[2]), (found[4], found[3])):
        if side is not None and part in _PARTS:
            return f"{'left' if side[0] == 'l' else 'right'}_{_PARTS[part]}"
    return None


def _list(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - 24} more" if len(labels) > 24 else ""
    return ", ".join(labels[:24]) + more
