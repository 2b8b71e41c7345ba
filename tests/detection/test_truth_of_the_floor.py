"""What the demonstrations on the ground are known to rest on is what is found."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from kinemesh.demos import FLOOR
from kinemesh.detection.bodies import detect_contacts

BESIDE = ("seat",)
"""Who turns onto a side goes on to rest on a hip, which is of the seat."""


@pytest.mark.parametrize("name", sorted(FLOOR))
def test_all_that_bears_is_found_and_nothing_long_before_or_after(name: str) -> None:
    clip = FLOOR[name]()
    found = {(touch.part, touch.thing): touch.touching for touch in detect_contacts(clip)}
    truth: dict[tuple[str, str], np.ndarray] = {}
    for bearing in importlib.import_module(f"kinemesh.demos.{name}").BEARINGS:
        flags = truth.setdefault((bearing.part, bearing.thing), np.zeros(len(clip), dtype=bool))
        flags[bearing.frames(clip.fps)] = True
    for pair, bears in truth.items():
        assert pair in found, pair
        assert found[pair][bears].mean() > 0.95, pair
        near = np.convolve(bears, np.ones(41), mode="same") > 0.5  # heads rise slowly: 0.7 s
        if not (name == "get_up" and pair[0] in BESIDE):
            assert not np.any(found[pair] & ~near), pair
