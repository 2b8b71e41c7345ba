"""The recordings that speed is measured on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import kinemesh
from kinemesh.motion import Clip, Scene

NAMES = ("sub3_largebox_003", "climb_seq_0", "dance1_subject1")
"""A box lifted and carried, a climb over boxes, a dance without objects."""


def read(data: Path, name: str, dance_frames: int | None = None) -> Clip:
    """The recording ``name`` below the folder ``data``, at 30 frames/s.

    Args:
        data: the folder of recordings.
        name: one of :data:`NAMES`.
        dance_frames: how many frames of the dance; all of its 3945 if None.
    """
    if name == "sub3_largebox_003":
        mesh = data / "omomo/objects/largebox.obj"
        return kinemesh.read(data / f"omomo/{name}.pt", object=mesh, height=1.941)
    if name == "climb_seq_0":
        folder = data / "climb/seq_0"
        (path,) = folder.glob("*.npy")
        clip = kinemesh.read(path, terrain=folder / "multi_boxes.obj", height=1.78)
        return clip.resample(30.0)
    clip = kinemesh.read(data / f"lafan1/{name}.npy")
    return clip if dance_frames is None else clip.crop(0, min(dance_frames, len(clip)))


def available(data: Path, name: str) -> bool:
    """Whether the recording is there."""
    place = {
        "sub3_largebox_003": "omomo/sub3_largebox_003.pt",
        "climb_seq_0": "climb/seq_0/multi_boxes.obj",
        "dance1_subject1": "lafan1/dance1_subject1.npy",
    }
    return (data / place[name]).is_file()


def bare(clip: Clip) -> Clip:
    """The same person with nothing but the ground."""
    return replace(clip, scene=Scene(ground=clip.scene.ground), contacts={})
