"""A floor that drifts through a recording is put level, person and props together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.detection.drifting import drift
from kinemesh.motion import Clip, Scene


def levelled(clip: Clip) -> Clip:
    """The clip, z up, with the drift of its floor taken out, and a warning; itself if none is.

    The first frame stays where it is.
    """
    found = drift(clip)
    if found is None:
        return clip
    down = np.zeros((len(clip), 3))
    down[:, 2] = -found.heights
    moved = np.concatenate([down, np.zeros((len(clip), 4))], axis=1)
    scene = clip.scene
    props = tuple(replace(prop, track=prop.track + moved) for prop in scene.props)
    rises = "rises" if found.most > 0.0 else "sinks"
    warning = (
        f"the floor {rises} by {abs(found.most):.2f} m through the recording, and feet that stand "
        f"{'rise' if found.most > 0.0 else 'sink'} with it, as where a tracker drifts: it was put "
        f"level; give floor= its height in the file [m] to leave it as it is (on a lift)"
    )
    return replace(
        clip,
        positions=clip.positions + down[:, None],
        scene=Scene(props, scene.terrain, scene.ground),
        warnings=(*clip.warnings, warning),
    )
