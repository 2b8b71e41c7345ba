"""Small files of people with objects, for the fuzz test to damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fuzz_files import FRAMES, Seed, obj

from interaction_files import (
    CAMERA,
    Y_UP,
    Z_UP,
    holding,
    write_arctic,
    write_behave,
    write_grab,
    write_interact,
)

_SCENE = """
[clip]
file = "box_use_01.smplx.npy"
[[prop]]
file = "crate.obj"
track = { file = "box_use_01.object.npy", key = "top" }
"""


def interactions(folder: Path) -> list[Seed]:
    """All of them; ``folder`` is one to write in."""
    made = []
    people = {
        "grab": lambda place: write_grab(place / "a.npz", holding(Z_UP, frames=FRAMES)),
        "behave": lambda place: write_behave(place, holding(CAMERA, frames=FRAMES)),
        "interact": lambda place: write_interact(place, holding(Y_UP, frames=FRAMES)),
    }
    for name, write in people.items():
        place = folder / name
        place.mkdir()
        person = write(place).name
        files = {file.name: file.read_bytes() for file in place.iterdir()} | {"crate.obj": obj()}
        made += [
            Seed(f"{name} {target}", "read object", files, target, given=person)
            for target in files
            if target.endswith(".npz")
        ]
    place = folder / "arctic"
    place.mkdir()
    write_arctic(place, holding(Z_UP, frames=FRAMES), np.linspace(0.0, 1.0, FRAMES))
    files = {file.name: file.read_bytes() for file in place.iterdir()}
    scene = {**files, "crate.obj": obj(), "scene.toml": _SCENE.encode()}
    made += [Seed(f"arctic {one}", "read", scene, one, given="scene.toml") for one in files]
    return made
