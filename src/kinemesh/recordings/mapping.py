"""The user's word on landmarks: a TOML file, or a mapping, of landmark to joint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kinemesh._files import toml
from kinemesh._files.inputs import existing_file
from kinemesh.errors import ReadError
from kinemesh.motion.skeleton import LANDMARKS, Landmarks

_EXPECTED = 'lines such as left_hip = "LeftUpLeg" or pelvis = { Hips = 0.4, Spine = 0.6 }'


def read_map(source: str | Path | Landmarks) -> Landmarks:
    """Landmark to joint, or to shares of several joints, from a TOML file.

    Args:
        source: the file; a mapping is checked and given back.

    Raises:
        ReadError: not TOML, an unknown landmark, or a value that is neither a joint's name nor
            shares of joints.
    """
    if isinstance(source, Mapping):
        return _checked("map", source)
    path = existing_file(source)
    return _checked(path.name, toml.load(path, _EXPECTED))


def _checked(where: str, table: Mapping[str, Any]) -> Landmarks:
    if not table:
        raise ReadError(f"{where} says nothing", expected=_EXPECTED)
    for landmark, value in table.items():
        if landmark not in LANDMARKS:
            raise ReadError(
                f"{where} has the landmark {landmark!r}; known are {', '.join(LANDMARKS)}"
            )
        shares = value.items() if isinstance(value, Mapping) else [(value, 1.0)]
        right = bool(shares) and all(
            isinstance(joint, str) and joint and type(share) in (int, float)
            for joint, share in shares
        )
        if not right:
            raise ReadError(f"{where}: {landmark} = {value!r}", given=value, expected=_EXPECTED)
    return dict(table)
