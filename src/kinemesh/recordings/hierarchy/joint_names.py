"""What the names of joints say: which side, and which part of the body.

Tools name the same joint ``mixamorig:LeftUpLeg``, ``Bip01 L Thigh``, ``thigh_l``, ``lfemur`` or
``UpperLeg_L``. A name is taken apart into words; what says left or right goes one way, what names
a part goes the other, and what is said of every joint (a namespace, the subject's name) goes away.
Some words mean two things: ``LeftLeg`` is the shank beside ``LeftUpLeg`` and the thigh beside
``LeftShin``. Each meaning has a weight here;
:mod:`kinemesh.recordings.hierarchy.landmarks` decides from the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

_SURE, _USUAL, _LIKELY, _MAYBE = 1.0, 0.9, 0.7, 0.4

_WORDS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "pelvis": {
            **dict.fromkeys(("pelvis", "hips", "hip", "centerhip", "hipcenter"), _SURE),
            **dict.fromkeys(("root", "waist", "cog", "lowertorso", "lowerbody"), _MAYBE),
        },
        "hip": {
            **dict.fromkeys(("upleg", "upperleg", "uleg", "legupper", "legup"), _SURE),
            **dict.fromkeys(("thigh", "thighbend", "femur", "upthigh"), _SURE),
            **dict.fromkeys(("hip",), _USUAL),
            **dict.fromkeys(("leg", "hipjoint", "buttock"), _MAYBE),
        },
        "knee": {
            **dict.fromkeys(("knee", "lowleg", "lowerleg", "leglower", "leglow"), _SURE),
            **dict.fromkeys(("shin", "shinbend", "calf", "tibia", "shank"), _SURE),
            **dict.fromkeys(("leg",), _USUAL),
        },
        "ankle": {
            **dict.fromkeys(("ankle", "ankel"), _SURE),
            **dict.fromkeys(("foot",), _USUAL),
        },
        "toe": {
            **dict.fromkeys(("toe", "toes", "toebase", "toe0", "ball", "forefoot"), _SURE),
            **dict.fromkeys(("foottoe", "football", "balloffoot", "toejoint", "mtp"), _SURE),
            **dict.fromkeys(("foot",), _LIKELY),
        },
        "shoulder": {
            **dict.fromkeys(("upperarm", "uparm", "uarm", "armupper", "armup"), _SURE),
            **dict.fromkeys(("humerus", "shldr", "shldrbend", "shoulderjoint"), _SURE),
            **dict.fromkeys(("arm",), _USUAL),
            **dict.fromkeys(("shoulder",), _LIKELY),
        },
        "elbow": {
            **dict.fromkeys(("elbow", "forearm", "forearmbend", "farm", "forarm"), _SURE),
            **dict.fromkeys(("lowerarm", "lowarm", "armlower", "armlow", "radius"), _SURE),
            **dict.fromkeys(("arm",), _MAYBE),
        },
        "hand": {
            **dict.fromkeys(("wrist",), _SURE),
            **dict.fromkeys(("hand",), _USUAL),
            **dict.fromkeys(("palm",), _MAYBE),
        },
    }
)
"""Part of a landmark's name to the words for it, each with how far it can be trusted."""

_PARTS = frozenset(word for words in _WORDS.values() for word in words)
_SIDES = {"l": "left", "left": "left", "lft": "left", "r": "right", "right": "right"}
_SIDES |= {"rgt": "right", "rt": "right", "lt": "left"}
_ADORNMENTS = frozenset(
    "joint jnt jt bone bn b j def org rig bip bip01 biped mixamorig mixamo valvebiped character "
    "skeleton actor armature subject bind jx c center".split()
)
"""Words around a joint's name that say nothing about it."""

_COUNT = 4
"""Digits of a number that only counts. Blender's ``.001`` is of another joint."""
_SEPARATORS = ":|_-. /"
_PIECES = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_MIXAMO = re.compile(r"^mixamorig\d*[:_]?")
_ENDS = re.compile(r"(?:end|nub|site|tip)\d*$", re.IGNORECASE)


def meanings(name: str) -> tuple[str | None, Mapping[str, float]]:
    """The side that a joint's name says, and the parts it may stand for with their weights."""
    side, word = _taken_apart(name)
    return side, {part: words[word] for part, words in _WORDS.items() if word in words}


def is_end(name: str) -> bool:
    """Whether a name says that it is the end of a chain rather than a joint."""
    return _ENDS.search(name) is not None


def bare_names(names: Sequence[str]) -> tuple[str, ...]:
    """``names`` without the namespace or the subject's name that most of them begin with.

    Names that would then stand twice are left as they are.
    """
    bare = list(names)
    while True:
        starts = Counter(start for name in bare if (start := _start(name)))
        prefix, count = starts.most_common(1)[0] if starts else ("", 0)
        if 2 * count <= len(bare):
            break
        bare = [name[len(prefix) :] if _start(name) == prefix else name for name in bare]
    glued = [_MIXAMO.sub("", name) or name for name in bare]
    for shorter in (glued, bare):
        if len(set(shorter)) == len(names):
            return tuple(shorter)
    return tuple(names)


def _start(name: str) -> str:
    """The first word of a name with its separator; none if it says a side or a part."""
    found = re.match(rf"[^{re.escape(_SEPARATORS)}]*[{re.escape(_SEPARATORS)}]+(?=.)", name)
    if found is None:
        return ""
    word = found[0].strip(_SEPARATORS).lower()
    if found[0][-1] in ":|":
        return found[0]
    return "" if word in _SIDES or word in _PARTS else found[0]


def _taken_apart(name: str) -> tuple[str | None, str]:
    words = [word for word in _words(re.split(r"[:|]", name)[-1])]
    side = None
    for k in (0, len(words) - 1, *range(len(words))):
        if words and words[k] in _SIDES and len(words) > 1:
            side = _SIDES[words.pop(k)]
            break
    while len(words) > 1 and (words[0] in _ADORNMENTS or words[0].isdigit()):
        del words[0]
        if side is None and words[0] in _SIDES and len(words) > 1:
            side = _SIDES[words.pop(0)]
    while len(words) > 1 and "".join(words) not in _PARTS and _adorns(words[-1]):
        del words[-1]
    word = "".join(words)
    if side is None and word not in _PARTS:
        for start, said in (("left", "left"), ("right", "right"), ("l", "left"), ("r", "right")):
            if word.startswith(start) and word.removeprefix(start) in _PARTS:
                return said, word.removeprefix(start)
    return side, word


def _adorns(word: str) -> bool:
    """Whether the last word of a name says nothing: ``0001`` is a rig's own count, ``1`` is not."""
    return word in _ADORNMENTS or (word.isdigit() and len(word) >= _COUNT)


def _words(name: str) -> list[str]:
    """The words of a name in lower case: ``LUArm`` is ``l u arm``, ``toe_0.L`` is ``toe 0 l``."""
    words = []
    for piece in _PIECES.findall(name):
        if len(piece) == 2 and piece.isupper() and piece[0] in "LR":
            words += [piece[0].lower(), piece[1].lower()]
        else:
            words.append(piece.lower())
    return words
