"""How lists of joints and landmarks are written once for both sides."""

from __future__ import annotations

from collections.abc import Mapping


def both_sides(left: Mapping[str, str], swap: tuple[str, str]) -> dict[str, str]:
    """Landmarks of both sides from those of the left one."""
    result = {f"left_{part}": joint for part, joint in left.items()}
    old, new = swap
    result |= {f"right_{part}": joint.replace(old, new, 1) for part, joint in left.items()}
    return result


def fingers(prefix: str, names: str) -> list[str]:
    """Three joints of each finger."""
    return [f"{prefix}{finger}{k}" for finger in names.split() for k in (1, 2, 3)]
